// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "rigs/logind.hpp"
#include "rigs/wayland.hpp"
#include "session.hpp"

// What is known to go wrong in programs of this kind, where no other test is about it: each is
// named after the bug. docs/desktops.md says which test stands against which class of bugs.
namespace poised::test {
namespace {

class KnownBug : public Session {
 protected:
  void begin() {
    start_desktop();
    write_config(short_intervals);
    skip_welcome();
    logind_.add({.id = "c1"});
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    ASSERT_TRUE(is_seen_typing()) << presence_;
  }
  void sleep_and_wake() {
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(presence_is("asleep"));
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(presence_is("idle"));
  }

  rig::SystemBus system_bus_;
  rig::MockLogind logind_{system_bus_};
};

TEST_F(KnownBug, ABreakThatIsSleptThroughIsStuckOnTheScreen) {
  begin();
  work_until("prompt");
  ASSERT_TRUE(shown(1));
  poisectl({"start"});
  sleep_and_wake();
  EXPECT_EQ(rest_until("completed")["how"], "taken");
  rig::Person::press("a");
  ASSERT_TRUE(presence_is("active"));
  EXPECT_TRUE(shown(0));
  EXPECT_EQ(the_break("stretch")["state"], "counting");
  EXPECT_TRUE(status()["prompt"].is_null());
}

TEST_F(KnownBug, NoBreakIsAskedForAnyMoreAfterTheMachineSlept) {
  begin();
  sleep_and_wake();
  EXPECT_EQ(work_until("prompt")["break"], "stretch");
  EXPECT_TRUE(shown(1));
}

TEST_F(KnownBug, TheJournalFillsUpWhereInputCannotBeSeen) {
  const rig::Compositor weston(rig::Compositor::Kind::weston);
  bus_ = std::make_unique<rig::SessionBus>();
  decisions_ = std::make_unique<Decisions>(bus_->address());
  skip_welcome();
  start_daemon();
  ASSERT_TRUE(presence_is("unknown"));
  let_pass(milliseconds(8'000));
  daemon_->signal(SIGTERM);
  const auto journal = daemon_->read_all();
  EXPECT_EQ(daemon_->wait(), 0);
  daemon_.reset();
  EXPECT_NE(journal.find("the compositor does not tell of idleness"), std::string::npos);
  // Each of the four sources says once why not.
  std::size_t lines = 0;
  for (auto at = journal.find("activity-"); at != std::string::npos;
       at = journal.find("activity-", at + 1))
    ++lines;
  EXPECT_LE(lines, 4u) << journal;
}

}  // namespace
}  // namespace poised::test
