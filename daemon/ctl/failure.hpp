// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace poised::ctl {

/// What scripts may rely on.
enum class Exit : int { done = 0, failed = 1, usage = 2, no_daemon = 3 };

/// Ends a command: one line "context: object: reason" for stderr, and the exit code.
class Failure : public std::runtime_error {
 public:
  Failure(Exit exit, const std::string& line) : std::runtime_error(line), exit_(exit) {}
  Exit exit() const noexcept { return exit_; }

 private:
  Exit exit_;
};

}  // namespace poised::ctl
