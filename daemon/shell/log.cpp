// SPDX-License-Identifier: MIT
#include "shell/log.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace poised::shell {

Log::Log() : to_journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void Log::write(int priority, std::string_view line) const {
  constexpr int debug = 7;
  if (priority >= debug) return;
  if (to_journal_)
    fmt::print(stderr, "<{}>{}\n", priority, line);
  else
    fmt::print(stderr, "poised: {}{}\n",
               priority <= 3   ? "error: "
               : priority == 4 ? "warning: "
                               : "",
               line);
}

}  // namespace poised::shell
