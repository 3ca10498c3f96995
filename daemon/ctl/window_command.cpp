// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "ctl/commands.hpp"
#include "ctl/json.hpp"

namespace poised::ctl {

// A program of its own, so that a terminal without a desktop needs none of its libraries.
Exit open_window(const Options& options, Output& output) {
  if (options.json) output.out << Json{{"done", options.command}}.dump() << '\n' << std::flush;
  constexpr const char* name = "poised-window";
  std::error_code error;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).replace_filename(name);
  ::execl(beside.c_str(), name, nullptr);
  throw Failure(Exit::failed, options.command + ": " + beside.string() + ": " +
                                  std::generic_category().message(errno));
}

}  // namespace poised::ctl
