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

/// A place in a file is at fault: "FILE:LINE: reason" and nothing before it, as editors expect.
class FileFailure : public Failure {
 public:
  explicit FileFailure(const std::string& line) : Failure(Exit::failed, line) {}
};

}  // namespace poised::ctl
