// SPDX-License-Identifier: MIT
#include "plugin/runner.hpp"

// The plugin host alone, for the supervisor to execute: test_host --plugin-host ID.
int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return poised::plugin::run_plugin_host(argv[2], 3, {.plugin_dir = TEST_PLUGIN_DIR});
}
