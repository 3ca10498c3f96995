// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/timex.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstring>

#include "shell/clock.hpp"

namespace poised::shell {
namespace {

using namespace std::chrono_literals;

/// By less than anybody notices.
void step_wall_clock_by_a_microsecond() {
  timex step{};
  step.modes = ADJ_SETOFFSET;
  step.time.tv_usec = 1;
  ASSERT_GE(adjtimex(&step), 0) << std::strerror(errno);
}

TEST(RealClockSet, TellsEachTimeThatItWasSet) {
  boost::asio::io_context loop{1};
  SystemClock clock(loop);
  int steps = 0;
  clock.on_wall_step = [&] { ++steps; };
  loop.run_for(50ms);
  EXPECT_EQ(steps, 0) << "that it goes on is no step";
  for (const int times : {1, 2}) {
    step_wall_clock_by_a_microsecond();
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (steps < times && loop.run_one_until(end) > 0) continue;
    EXPECT_EQ(steps, times);
  }
}

}  // namespace
}  // namespace poised::shell
