// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rigs/media.hpp"
#include "session.hpp"

// Calls: a break that falls into one waits until it has been over for a while.
namespace poised::test {
namespace {

using testing::HasSubstr;

class Calls : public Session {
 protected:
  void SetUp() override { start_desktop(); }
  void start() {
    write_config(short_intervals);
    skip_welcome();
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    ASSERT_TRUE(wait_for([&] { return plugin("live-signals")["state"] == "running"; }))
        << status()["plugins"].dump(2);
    EXPECT_TRUE(wait_for([&] { return status()["signals"]["degraded"].is_null(); }))
        << "calls and video are seen";
  }

  rig::PipeWire pipewire_;
};

TEST_F(Calls, NothingIsShownUntilTheCallHasBeenOverForAWhile) {
  auto recorder = pipewire_.record("Communication");
  start();
  ASSERT_TRUE(wait_for([&] { return status()["held_by"] == Json::array({"call"}); }))
      << status().dump(2);
  EXPECT_EQ(work_until("held")["by"], Json::array({"call"}));
  EXPECT_EQ(the_break("stretch")["held_by"], Json::array({"call"}));
  EXPECT_THAT(poisectl({"next"}), HasSubstr("call"));
  EXPECT_THAT(notifications_->calls(), testing::IsEmpty());

  const auto ended = rig::Clock::now();
  recorder.reset();
  const auto prompt = work_until("prompt", milliseconds(60'000));
  EXPECT_GE(rig::Clock::now() - ended, std::chrono::seconds(20));
  EXPECT_EQ(prompt["reason"], "after-meeting");
  EXPECT_TRUE(shown(1));
}

TEST_F(Calls, ACallThatBeginsTakesAnOpenPromptAway) {
  start();
  work_until("prompt");
  auto typist = std::make_unique<Typist>();
  EXPECT_TRUE(shown(1));
  const auto recorder = pipewire_.record("Communication");
  typist.reset();
  EXPECT_EQ(work_until("withdrawn")["by"], Json::array({"call"}));
  EXPECT_TRUE(shown(0));
}

}  // namespace
}  // namespace poised::test
