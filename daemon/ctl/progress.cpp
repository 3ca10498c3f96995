// SPDX-License-Identifier: MIT
#include "ctl/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>

namespace poised::ctl {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;
constexpr auto redraw_after = 100ms;
constexpr std::size_t calls_a_look = 1024;  // the clock is not asked more often
constexpr int width = 40;

}  // namespace

Progress::Progress()
    : wanted_(isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0),
      next_(Clock::now() + patience) {}

Progress::~Progress() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::at(double done) {
  if (!wanted_ || ++calls_ % calls_a_look != 0) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + redraw_after;
  drawn_ = true;
  const auto filled = static_cast<int>(std::lround(std::clamp(done, 0.0, 1.0) * width));
  std::cerr << fmt::format("\r[{:<{}}] {:3.0f} %",
                           std::string(static_cast<std::size_t>(filled), '#'), width,
                           std::clamp(done, 0.0, 1.0) * 100)
            << std::flush;
}

}  // namespace poised::ctl
