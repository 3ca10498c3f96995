// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>

namespace poised::ctl {

/// A bar on a terminal's stderr once something has taken two seconds; nothing elsewhere, and
/// nothing over what goes to the same terminal.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of 0 to 1. Cheap enough to be called often.
  void at(double done);

 private:
  using Clock = std::chrono::steady_clock;

  bool wanted_;
  bool drawn_ = false;
  std::size_t calls_ = 0;
  Clock::time_point next_;
};

}  // namespace poised::ctl
