// SPDX-License-Identifier: MIT
#include <sysexits.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include "plugin/inspect.hpp"
#include "plugin/runner.hpp"
#include "shell/arguments.hpp"
#include "shell/clock.hpp"
#include "shell/daemon.hpp"
#include "shell/demo.hpp"

namespace {

int run(const poised::shell::Arguments& arguments, char** argv) {
  std::string successor;
  {
    boost::asio::io_context loop(1);
    poised::shell::SystemClock clock(loop);
    const auto options = poised::shell::daemon_options(arguments);
    if (options.roots.home.empty()) {
      std::fprintf(
          stderr,
          "poised: error: configuration: HOME: not set, and user %u has no home directory: "
          "there is nowhere to read it from\n",
          getuid());
      return EX_CONFIG;
    }
    poised::shell::Daemon daemon(loop, clock, options);
    daemon.start();
    loop.run();
    successor = daemon.successor();
    if (successor.empty()) return daemon.exit_code();
  }
  execv(successor.c_str(), argv);
  throw std::system_error(errno, std::generic_category(), successor);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto arguments = poised::shell::parse_arguments(argc, argv);
    if (arguments.finished) return arguments.exit_code;
    if (!arguments.plugin_host.empty())
      return poised::plugin::run_plugin_host(arguments.plugin_host, 3,
                                             poised::shell::runner_options(arguments));
    if (!arguments.inspect.empty()) return poised::plugin::inspect_plugin(arguments.inspect);
    return arguments.demo ? poised::shell::run_demo(arguments) : run(arguments, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "poised: error: %s\n", error.what());
    return 1;
  }
}
