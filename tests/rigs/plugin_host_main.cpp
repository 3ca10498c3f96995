// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "plugin/runner.hpp"

int main(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--plugin-host") != 0) {
    std::fputs("usage: rig_plugin_host --plugin-host ID\n", stderr);
    return 2;
  }
  poised::plugin::RunnerOptions options;
  options.plugin_dir = RIG_PLUGIN_DIR;
  options.trust = {.owners = {0, getuid()}, .whole_path = false};
  return poised::plugin::run_plugin_host(argv[2], 3, options);
}
