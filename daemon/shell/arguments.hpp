// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "plugin/runner.hpp"
#include "shell/daemon.hpp"

namespace poised::shell {

struct Arguments {
  std::string plugin_host;            ///< --plugin-host ID: be the process of that plugin
  std::string inspect;                ///< --inspect-plugin PATH
  std::filesystem::path config_root;  ///< --config-root DIR: development builds only
  std::string plugin_dir;  ///< --plugin-dir DIR: development builds only; empty = the build's
  bool demo = false;       ///< --demo: development builds only
  double pace = 1.0;       ///< --pace X: real minutes a demo day takes; 0 = as fast as it goes
  bool finished = false;   ///< nothing left to do but to exit with `exit_code`
  int exit_code = 0;
};

/// Prints help, version and usage errors itself.
Arguments parse_arguments(int argc, char** argv);

/// What a daemon of this user is made of.
DaemonOptions daemon_options(const Arguments& arguments);

/// Where a plugin's own process finds its library.
plugin::RunnerOptions runner_options(const Arguments& arguments);

}  // namespace poised::shell
