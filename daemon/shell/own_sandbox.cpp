// SPDX-License-Identifier: MIT
#include "shell/own_sandbox.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace poised::shell {

OwnSandbox OwnSandbox::of(std::string_view status) {
  const auto has = [status](std::string_view line) {
    return status.find(line) != std::string_view::npos;
  };
  return {has("\nNoNewPrivs:\t1\n"), has("\nSeccomp:\t2\n")};
}

OwnSandbox OwnSandbox::of_this_process() {
  std::ostringstream status;
  status << std::ifstream("/proc/self/status").rdbuf();
  return of(status.str());
}

std::string OwnSandbox::text() const {
  return fmt::format("system calls {}filtered, {}", system_calls_filtered ? "" : "not ",
                     no_new_privileges ? "no new privileges" : "new privileges possible");
}

}  // namespace poised::shell
