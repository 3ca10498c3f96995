// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "rigs/program.hpp"

namespace rig {

/// A program on a terminal of 80 × 24, with somebody at its keys. Killed with this object.
class Terminal {
 public:
  /// `environment`: "NAME=value" sets, "NAME" removes.
  Terminal(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& keys);
  /// Waits until the program has written `words` after what was waited for before. False at the
  /// deadline, or if it ends without.
  [[nodiscard]] bool shows(const std::string& words, milliseconds deadline = patience);
  /// Reads the rest and waits; the exit code, or 128 + signal.
  int finish();
  /// Whether the terminal shows what is typed and takes lines, as a shell leaves it.
  [[nodiscard]] bool is_as_before() const;
  /// All that was written.
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  bool read_some(Clock::time_point end);

  int fd_ = -1;
  pid_t pid_ = -1;
  std::string output_;
  std::size_t seen_ = 0;
};

/// Without what drives a terminal: colours, cursor, bell.
std::string without_controls(const std::string& text);

}  // namespace rig
