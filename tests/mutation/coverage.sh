#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# coverage.sh BUILD_DIR: line and branch coverage of the core by its own tests and those of the programme. Fails below 98 % and 90 %.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
build=$1
cmake --preset coverage -B "$build" -DPOISED_BUILD_TESTS=ON >"$build.configure.log" 2>&1 || {
  cat "$build.configure.log" >&2
  exit 1
}
ninja -C "$build" core_test catalogue_test >&2
find "$build" -name '*.gcda' -delete
# Unoptimized and instrumented, fewer days must do; how fast it is does not matter here.
POISED_TEST_DAYS=200 "$build/tests/core/core_test" --gtest_brief=1 --gtest_filter='-Year.Costs*'
# The programme, with the catalogue that it lives on.
"$build/tests/catalogue/catalogue_test" --gtest_brief=1 --gtest_filter='Programme.*'
# gcov leaves its files where it runs.
root=$PWD
cd "$build"
exec gcovr --root "$root" --filter "$root/daemon/core/" --exclude-throw-branches --exclude-unreachable-branches \
  --fail-under-line 98 --fail-under-branch 90 --print-summary daemon/core tests
