#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fuzzes the expander of calendars under the address and undefined-behaviour sanitizers.
# usage: tests/fuzz/run.sh [SECONDS]; what is found stays in build/fuzz. corpus/calendar is written by hand,
# calendar-found.tar.xz is what reached new code in earlier runs: the smallest set of build/fuzz/found, by
# calendar_fuzz -set_cover_merge=1 SMALLEST found.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

seconds=${1:-600}
out=build/fuzz
clang=$(command -v clang++ || command -v clang++-14)
mkdir -p "$out/found"
tar -xJf tests/fuzz/corpus/calendar-found.tar.xz -C "$out/found"
"$clang" -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
  -Idaemon -Iplugins tests/fuzz/calendar_fuzz.cpp plugins/calendar/expander/*.cpp daemon/zones/*.cpp \
  -o "$out/calendar_fuzz"
cd "$out"
exec ./calendar_fuzz -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
  -dict=../../tests/fuzz/calendar.dict -print_final_stats=1 found ../../tests/fuzz/corpus/calendar
