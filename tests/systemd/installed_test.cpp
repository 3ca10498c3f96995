// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "session.hpp"

// What is green in the simulator may be dead in an installed daemon: each group of rules shows, or
// withholds, a real notification here.
namespace poised::test {
namespace {

class TheInstalledDaemon : public Session {
 protected:
  void start(const std::string& more) {
    start_desktop();
    write_config(std::string(short_intervals) + more);
    skip_welcome();
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    ASSERT_EQ(status()["plugins"].size(), 2u) << "those that are installed, and no others";
  }

  std::string title(std::size_t notification) {
    return notifications_->calls().at(notification).title;
  }
  bool has_shown(const std::string& word_of_a_title) {
    const auto calls = notifications_->calls();
    return std::any_of(calls.begin(), calls.end(), [&](const auto& call) {
      return call.title.find(word_of_a_title) != std::string::npos;
    });
  }
};

// P2, P3, B1: absence is noticed late and taken back to the last input, so that what was not worked
// does not count, and nobody is asked while away.
TEST_F(TheInstalledDaemon, PresenceWithholdsWhatWasNotWorked) {
  start("[session]\nbreak = \"20s\"\n");
  double worked = 0;
  ASSERT_TRUE(wait_for([&] {
    rig::Person::press("a");
    return (worked = the_break("stretch")["worked_s"]) >= 3;
  }));
  // Idleness is noticed after 4 s; on provisional time the break would have been due before.
  ASSERT_TRUE(wait_for([&] { return status()["presence"] == "idle"; }));
  EXPECT_LT(the_break("stretch")["worked_s"].get<double>(), worked + 1);
  EXPECT_TRUE(shown(0));
  work_until("prompt");
  EXPECT_TRUE(shown(1));
}

// B4, B7: asked once the typing pauses; put off, and back with its reason.
TEST_F(TheInstalledDaemon, BreaksAreAskedForPutOffAndAskedForAgain) {
  start("");
  work_until("prompt");
  ASSERT_TRUE(shown(1));
  EXPECT_EQ(title(0), "Time for a stretch");
  poisectl({"snooze"});
  EXPECT_TRUE(shown(0));
  EXPECT_EQ(work_until("prompt")["reason"], "snoozed");
  EXPECT_TRUE(shown(1));
}

// S2, S6: asked to stand, and after a while told that sitting is fine.
TEST_F(TheInstalledDaemon, SitAndStandAsksToStandAndThenSaysSit) {
  start("[stand]\nenabled = true\nsit_for = \"3s\"\nstand_for = \"8s\"\n");
  poisectl({"sit"});
  EXPECT_EQ(work_until("prompt")["posture"], "standing");
  ASSERT_TRUE(shown(1));
  poisectl({"done"});
  EXPECT_EQ(rest_until("posture")["to"], "standing");
  EXPECT_TRUE(shown(0));
  work_until("note");
  EXPECT_TRUE(wait_for([&] { return has_shown("standing"); })) << title(0);
  EXPECT_EQ(status()["posture"], "sitting");
}

// A6, A2: held outside working hours, and released when they begin.
TEST_F(TheInstalledDaemon, AvailabilityWithholdsAPromptOutsideWorkingHours) {
  const std::string never_at_work = "\n[schedule]\nenabled = true\nhours = []\n";
  auto config = std::string(short_intervals);
  config.erase(config.find("[schedule]"));
  start_desktop();
  write_config(config + never_at_work);
  skip_welcome();
  start_daemon();
  ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; }));
  EXPECT_EQ(work_until("held")["by"], Json::array({"hours"}));
  EXPECT_TRUE(shown(0));
  EXPECT_EQ(the_break("stretch")["held_by"], Json::array({"hours"}));
  write_config(config + "\n[schedule]\nenabled = false\n");
  work_until("released");
  work_until("prompt");
  EXPECT_TRUE(shown(1));
}

}  // namespace
}  // namespace poised::test
