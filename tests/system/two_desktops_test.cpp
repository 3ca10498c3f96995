// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "rigs/logind.hpp"
#include "session.hpp"

// P8: one person with two graphical sessions, each with a screen, a bus and a notification server
// of its own: one count, and prompts where they are.
namespace poised::test {
namespace {

class TwoDesktops : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    write_config(short_intervals);
    skip_welcome();
    near_ = std::make_unique<rig::Program>(std::vector<std::string>{"sleep", "600"});
    logind_.add({.id = "c1", .type = "x11", .leader = near_->pid()});
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    ASSERT_TRUE(is_seen_typing()) << presence_;
  }
  void TearDown() override {
    Session::TearDown();
    // In the order of its making, backwards.
    leave();
  }
  /// The person logs in a second time, from afar. The daemon's own desktop stays DISPLAY's.
  void log_in_from_afar() {
    const std::string here = getenv("DISPLAY");
    const std::string bus = getenv("DBUS_SESSION_BUS_ADDRESS");
    far_screen_ = std::make_unique<rig::XServer>();
    far_bus_ = std::make_unique<rig::SessionBus>();
    far_dunst_ = std::make_unique<rig::Dunst>(*far_bus_);
    far_notifications_ = std::make_unique<rig::NotifyMonitor>(far_bus_->address());
    far_ = std::make_unique<rig::Program>(std::vector<std::string>{"sleep", "600"});
    display_ = std::make_unique<rig::ScopedVariable>("DISPLAY", here);
    address_ = std::make_unique<rig::ScopedVariable>("DBUS_SESSION_BUS_ADDRESS", bus);
    logind_.add({.id = "c2", .type = "x11", .seat = "far", .remote = true, .leader = far_->pid()});
    ASSERT_TRUE(wait_for([&] { return plugin("activity-x11@c2")["state"] == "running"; }))
        << status().dump(2);
  }
  void leave() {
    address_.reset();
    display_.reset();
    far_.reset();
    far_notifications_.reset();
    far_dunst_.reset();
    far_bus_.reset();
    far_screen_.reset();
  }
  void press_there() const {
    const rig::ScopedVariable there("DISPLAY", far_screen_->display());
    rig::Person::press("a");
  }
  bool shown_there(int count) {
    return wait_for([&] {
      const rig::ScopedVariable there("DBUS_SESSION_BUS_ADDRESS", far_bus_->address());
      return far_dunst_->displayed() == count;
    });
  }
  /// Types there until the daemon decides `event`.
  Json work_there_until(const std::string& event) {
    const rig::ScopedVariable there("DISPLAY", far_screen_->display());
    return work_until(event);
  }

  rig::SystemBus system_bus_;
  rig::MockLogind logind_{system_bus_};
  std::unique_ptr<rig::Program> near_, far_;
  std::unique_ptr<rig::XServer> far_screen_;
  std::unique_ptr<rig::SessionBus> far_bus_;
  std::unique_ptr<rig::Dunst> far_dunst_;
  std::unique_ptr<rig::NotifyMonitor> far_notifications_;
  std::unique_ptr<rig::ScopedVariable> display_, address_;
};

TEST_F(TwoDesktops, P8PromptsGoToTheSessionWithTheLastInput) {
  log_in_from_afar();
  EXPECT_EQ(work_there_until("prompt")["break"], "stretch");
  EXPECT_TRUE(shown_there(1));
  EXPECT_TRUE(shown(0));
  rig::Person::press("a");
  EXPECT_TRUE(shown(1)) << "it follows the person";
  EXPECT_TRUE(shown_there(0));
  poisectl({"done"});
  EXPECT_TRUE(shown(0));
}

TEST_F(TwoDesktops, P8AreOneCount) {
  log_in_from_afar();
  while (the_break("stretch")["worked_s"].get<int>() < 2) rig::Person::press("a");
  // Longer than it takes to be idle at the first one.
  const auto end = rig::Clock::now() + milliseconds(6'000);
  while (rig::Clock::now() < end) {
    press_there();
    ASSERT_EQ(status()["presence"], "active");
    decisions_->next(milliseconds(300));
  }
  EXPECT_LT(status()["idle_s"].get<double>(), 3);
  EXPECT_EQ(status()["source"]["splits"], false);
  EXPECT_GE(status()["session_s"].get<int>(), 6);
  EXPECT_TRUE(presence_is("idle")) << "once nobody is at either";
}

TEST_F(TwoDesktops, P8TheFirstGoesOnWhenTheSecondEnds) {
  log_in_from_afar();
  work_there_until("prompt");
  ASSERT_TRUE(shown_there(1));
  logind_.remove("c2");
  EXPECT_TRUE(shown(1)) << "what was open there is open here";
  EXPECT_TRUE(wait_for([&] { return plugin("activity-x11@c2").is_null(); }));
  leave();
  EXPECT_TRUE(wait_for([&] { return status()["source"]["splits"] == true; }));
  ASSERT_TRUE(presence_is("idle"));
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("active"));
  EXPECT_TRUE(presence_is("idle"));
}

// A desktop whose notifications nobody shows.
TEST_F(TwoDesktops, P8PromptsStayWhereTheyCanBeShown) {
  log_in_from_afar();
  far_dunst_->kill();
  EXPECT_EQ(work_there_until("prompt")["break"], "stretch");
  EXPECT_TRUE(shown(1));
}

}  // namespace
}  // namespace poised::test
