#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [SECONDS]: fuzzes every decoder of the desk drivers for so long (600), one after the other.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../.."
seconds=${1:-600}
work=build/fuzz/desk
mkdir -p "$work"
codecs=(plugins/desk/codec/*.cpp plugins/desk/motion/duty.cpp plugins/desk/motion/supervisor.cpp)
number=0
for decoder in linak-bluetooth linak-usb jiecang loctek megadesk mqtt command; do
  mkdir -p "$work/$decoder"
  clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -DDECODER=$number -Iplugins/desk -Iinclude tests/fuzz/desk/decoders_fuzz.cpp "${codecs[@]}" \
    -lfmt -o "$work/$decoder-fuzz"
  echo "fuzz: $decoder for $seconds s"
  "$work/$decoder-fuzz" -max_total_time="$seconds" -max_len=512 -print_final_stats=1 "$work/$decoder" \
    >"$work/$decoder.log" 2>&1 || {
    tail -n 40 "$work/$decoder.log" >&2
    exit 1
  }
  grep stat::number_of_executed_units "$work/$decoder.log"
  number=$((number + 1))
done
