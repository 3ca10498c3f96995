#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Collects the texts shown to people: extract.sh FILE writes the template; extract.sh --merge takes
# the one beside this script over into each .po file.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [[ $1 == --merge ]]; then
  for po in "$here"/*.po; do
    msgmerge --quiet --update --backup=none --no-fuzzy-matching --no-wrap "$po" "$here/poised.pot"
    msgattrib --no-obsolete --no-wrap --output-file="$po" "$po"
  done
  exit
fi

cd "$here/.."
folders=(daemon plugins)
[[ -d window ]] && folders+=(window)
find "${folders[@]}" -name '*.cpp' -o -name '*.hpp' | LC_ALL=C sort |
  xgettext --files-from=- --output="$1" --force-po --no-wrap --language=C++ --from-code=UTF-8 \
    --keyword --keyword=_ --keyword=tr --keyword=tr_later:1,1t --keyword=tr_later:1,2,2t --keyword=tr_format:1 \
    --keyword=tr_count:1,2 \
    --add-comments=Translators: --add-location=file --package-name=poised \
    --msgid-bugs-address=none
# The header is ours, and without a date: what has not changed is the same, byte for byte.
{
  printf '%s\n' '# SPDX-License-Identifier: MIT' '# What Poised says to people.' '# Copyright (C) 2026 The Poised authors'
  sed -e '1,/^msgid ""$/{/^#/d}' -e '/^"POT-Creation-Date:/d' -e '/^#, c++-format$/d' "$1"
} >"$1.new"
mv "$1.new" "$1"
