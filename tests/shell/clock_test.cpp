// SPDX-License-Identifier: MIT
#include "shell/clock.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

namespace poised::shell {
namespace {

using namespace std::chrono_literals;

struct RealClock : testing::Test {
  boost::asio::io_context loop{1};
  SystemClock clock{loop};
  int fired = 0;

  void SetUp() override {
    clock.on_deadline = [this] { ++fired; };
  }
};

TEST_F(RealClock, CallsOnceAtTheDeadlineAndNotBefore) {
  const auto deadline = clock.now() + 30ms;
  clock.arm(deadline);
  while (fired == 0 && clock.now() < deadline + 5s) loop.run_one_for(5s);
  EXPECT_EQ(fired, 1);
  EXPECT_GE(clock.now(), deadline);
  loop.run_for(50ms);
  EXPECT_EQ(fired, 1);
}

TEST_F(RealClock, ADeadlineInThePastFiresAtOnceFromTheLoop) {
  clock.arm(clock.now() - 1h);
  EXPECT_EQ(fired, 0);
  loop.run_one_for(5s);
  EXPECT_EQ(fired, 1);
}

TEST_F(RealClock, AnotherDeadlineReplacesTheFirst) {
  clock.arm(clock.now() + 10ms);
  clock.arm(clock.now() + 60ms);
  const auto armed_at = clock.now();
  while (fired == 0 && clock.now() < armed_at + 5s) loop.run_one_for(5s);
  EXPECT_EQ(fired, 1);
  EXPECT_GE(clock.now(), armed_at + 50ms);
}

TEST_F(RealClock, DisarmedItStaysQuiet) {
  clock.arm(clock.now() + 10ms);
  clock.arm(std::nullopt);
  loop.run_for(60ms);
  EXPECT_EQ(fired, 0);
}

TEST_F(RealClock, FollowsTheSystemsWallClock) {
  const auto system = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_LT(std::chrono::abs(clock.wall().time_since_epoch() - system), 1s);
}

TEST(VirtualTime, StandsStillUntilItIsTold) {
  VirtualClock clock(core::Instant(1h), core::WallTime(1000h));
  int fired = 0;
  clock.on_deadline = [&] { ++fired; };
  clock.arm(core::Instant(2h));
  clock.advance_to(core::Instant(1h + 30min));
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(clock.wall(), core::WallTime(1000h + 30min));
  clock.advance_to(core::Instant(2h));
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(clock.deadline());
  clock.advance_to(core::Instant(1h));
  EXPECT_EQ(clock.now(), core::Instant(2h)) << "time never runs back";
}

}  // namespace
}  // namespace poised::shell
