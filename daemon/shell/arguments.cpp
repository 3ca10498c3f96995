// SPDX-License-Identifier: MIT
#include "shell/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "build_config.hpp"
#include "poised/plugin.h"
#include "shell/report_json.hpp"
#include "store/place.hpp"

namespace poised::shell {
namespace {

std::string version_text(bool as_json) {
  if (!as_json) return fmt::format("poised {}\n", build::version);
  return Json{{"name", "poised"},
              {"version", build::version},
              {"plugin_abi", fmt::format("{}.{}", POISED_ABI_MAJOR, POISED_ABI_MINOR)},
              {"development", build::development}}
             .dump() +
         "\n";
}

}  // namespace

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  // The supervisor's own call; a plugin's process needs no command line of its own to be parsed.
  if (argc == 3 && std::string_view(argv[1]) == "--plugin-host") {
    arguments.plugin_host = argv[2];
    return arguments;
  }
  CLI::App app("Poised: asks for a stretch or a change of position at a moment that suits you.",
               "poised");
  bool version = false, json = false;
  app.add_option("--plugin-host", arguments.plugin_host,
                 "Be the process of a plugin (started by poised itself)");
  app.add_option("--inspect-plugin", arguments.inspect,
                 "Say what a plugin file holds and whether it would be loaded");
  auto* const version_flag = app.add_flag("--version", version, "Print the version");
  app.add_flag("--json", json, "With --version: as JSON")->needs(version_flag);
  if (build::development) {
    app.add_option("--config-root", arguments.config_root,
                   "Prefix for /etc, /usr/share and the user's configuration");
    app.add_option("--plugin-dir", arguments.plugin_dir, "Where plugins and their manifests are");
    app.add_flag("--demo", arguments.demo, "Show a working day of a simulated person, then exit");
    app.add_option("--pace", arguments.pace, "With --demo: minutes the day takes (0: no waiting)")
        ->check(CLI::Range(0.0, 60.0));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    arguments.finished = true;
    arguments.exit_code = code == 0 ? 0 : 1;
    return arguments;
  }
  if (version) {
    std::fputs(version_text(json).c_str(), stdout);
    arguments.finished = true;
  }
  return arguments;
}

plugin::RunnerOptions runner_options(const Arguments& arguments) {
  plugin::RunnerOptions options;
  if (!arguments.plugin_dir.empty()) options.plugin_dir = arguments.plugin_dir;
  return options;
}

DaemonOptions daemon_options(const Arguments& arguments) {
  DaemonOptions options;
  options.roots = config::Roots::from_environment(
      arguments.config_root.empty() ? arguments.config_root
                                    : std::filesystem::absolute(arguments.config_root));
  options.state_directory = store::state_directory();
  options.runtime_directory = runtime_directory();
  options.plugin_dir = arguments.plugin_dir;
  return options;
}

}  // namespace poised::shell
