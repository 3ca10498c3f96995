// SPDX-License-Identifier: MIT
#include "shell/session_evidence.hpp"

#include <gtest/gtest.h>

namespace poised::shell {
namespace {

LoginSession desktop(const std::string& id) {
  return {.id = id, .type = "wayland", .klass = "user", .seat = "seat0"};
}

SessionVerdict verdict(std::vector<LoginSession> sessions, std::map<std::string, bool> lockers = {},
                       const std::string& own = "") {
  return judge({std::move(sessions), std::move(lockers)}, own);
}

constexpr SessionVerdict open{};
constexpr SessionVerdict locked{.locked = true};
constexpr SessionVerdict assumed{.locked = true, .lock_assumed = true};
constexpr SessionVerdict away{.seat_active = false};

TEST(SessionEvidence, OfOneDesktop) {
  auto session = desktop("1");
  EXPECT_EQ(verdict({session}), open);
  session.lock_asked = true;
  EXPECT_EQ(verdict({session}), assumed) << "nobody has confirmed it";
  session.locked_hint = true;
  EXPECT_EQ(verdict({session}), locked);
  session.active = false;
  EXPECT_EQ(verdict({session}), away) << "another person's turn";
}

TEST(SessionEvidence, ALockerIsBelievedToo) {
  const std::map<std::string, bool> on{{"org.gnome.ScreenSaver", true},
                                       {"org.freedesktop.ScreenSaver", false}};
  const std::map<std::string, bool> off{{"org.gnome.ScreenSaver", false}};
  EXPECT_EQ(verdict({desktop("1")}, on), locked);
  EXPECT_EQ(verdict({desktop("1")}, off), open);
  EXPECT_EQ(verdict({}, on), locked) << "without logind";
  auto session = desktop("1");
  session.lock_asked = true;
  EXPECT_EQ(verdict({session}, on), locked) << "it confirms what was asked for";
}

TEST(SessionEvidence, P8TwoDesktopsAreOnePersonWhoIsAtOneOfThem) {
  auto near = desktop("1"), far = desktop("2");
  far.seat.clear();
  far.remote = true;
  near.locked_hint = true;
  EXPECT_EQ(verdict({near, far}), open) << "at the far one";
  far.locked_hint = true;
  EXPECT_EQ(verdict({near, far}), locked);
  far.active = false;
  EXPECT_EQ(verdict({near, far}), locked);
  near.active = false;
  EXPECT_EQ(verdict({near, far}), away);
  far.active = true;
  far.locked_hint = false;
  EXPECT_EQ(verdict({near, far}), open);
}

TEST(SessionEvidence, P8ALockerSpeaksForItsOwnDesktop) {
  const std::map<std::string, bool> on{{"org.gnome.ScreenSaver", true}};
  EXPECT_EQ(verdict({desktop("1"), desktop("2")}, on, "2"), open) << "1 is open";
  auto first = desktop("1");
  first.active = false;
  EXPECT_EQ(verdict({first, desktop("2")}, on, "2"), locked);
  EXPECT_EQ(verdict({first, desktop("2")}, on), locked) << "the active one where it is not known";
}

TEST(SessionEvidence, GreetersManagersAndConsolesAreNoDesktops) {
  auto greeter = desktop("c1"), manager = desktop("3"), console = desktop("4"), ssh = desktop("5");
  greeter.klass = "greeter";
  manager.klass = "manager";
  console.type = ssh.type = "tty";
  ssh.seat.clear();
  EXPECT_EQ(desktops({greeter, manager, console, ssh, desktop("6")}), std::vector{desktop("6")});
  EXPECT_EQ(desktops({greeter, manager, console, ssh}), std::vector{console})
      << "an X server may have been started from it";
  EXPECT_EQ(verdict({ssh}), open) << "outside any desktop nothing is known of seats";
}

TEST(SessionEvidence, IsOfElsewhereWhereNoDesktopInTheForegroundIsNear) {
  auto far = desktop("1"), near = desktop("2");
  far.remote = true;
  EXPECT_FALSE(is_remote({}));
  EXPECT_FALSE(is_remote({near}));
  EXPECT_TRUE(is_remote({far}));
  EXPECT_FALSE(is_remote({far, near}));
  near.active = false;
  EXPECT_TRUE(is_remote({far, near})) << "left behind at the office";
  far.active = false;
  EXPECT_FALSE(is_remote({far, near})) << "nobody is anywhere";
}

}  // namespace
}  // namespace poised::shell
