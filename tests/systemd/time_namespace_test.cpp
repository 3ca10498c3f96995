// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "rigs/bus.hpp"
#include "session.hpp"

// The daemon in time namespaces, where the clocks that know of suspend and those that do not go
// apart. Needs root.
namespace poised::test {
namespace {

class ATimeNamespace : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    // One restart must not be long enough to count as the break itself.
    std::string config = short_intervals;
    const std::string wanted = "natural = \"5s\"";
    config.replace(config.find(wanted), wanted.size(), "natural = \"10min\"");
    config.replace(config.find("interval = \"5s\""), 15, "interval = \"1h\"");
    write_config(config);
  }
  void TearDown() override {}  // each test has stopped it

  /// `clocks`: as unshare(1) takes them.
  void start_with(std::vector<std::string> clocks) {
    std::vector<std::string> command{rig::find_program("unshare", "util-linux"), "--time",
                                     "--fork"};
    command.insert(command.end(), clocks.begin(), clocks.end());
    command.push_back(poised_program);
    daemon_ = std::make_unique<rig::Program>(command, environment(true));
    rig::wait_for_name(bus_->address(), "org.poised.Poised1");
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }
  void stop() {
    // unshare passes no signals on.
    EXPECT_EQ(stop_wrapped_daemon(bus_->address()), 0);
  }
  int worked() { return the_break("stretch")["worked_s"].get<int>(); }
};

// Wall clocks step, and CLOCK_MONOTONIC sleeps with the machine.
TEST_F(ATimeNamespace, HowLongItWasAwayIsToldByTheClockThatRunsOnInSuspend) {
  start_with({});
  while (worked() < 4) rig::Person::press("a");
  stop();

  start_with({"--monotonic", "28800"});
  EXPECT_GE(worked(), 3) << "what the other clock says counts for nothing" << status().dump(2);
  EXPECT_LT(worked(), 60);
  const auto before = worked();
  stop();

  start_with({"--boottime", "28800"});
  EXPECT_LT(worked(), before) << "eight hours of sleep are rest";
  EXPECT_EQ(status()["session_s"], 0);
  stop();
}

TEST_F(ATimeNamespace, DeadlinesAreSetOnThatClock) {
  write_config(short_intervals);
  start_with({"--boottime", "2592000", "--monotonic", "864000"});
  const auto before = rig::Clock::now();
  EXPECT_EQ(work_until("prompt")["break"], "stretch");
  EXPECT_GE(rig::Clock::now() - before, std::chrono::seconds(4));
  stop();
}

}  // namespace
}  // namespace poised::test
