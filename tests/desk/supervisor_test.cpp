// SPDX-License-Identifier: MIT
#include "motion/supervisor.hpp"

#include <gtest/gtest.h>

#include "direct_desk.hpp"

namespace desk::test {
namespace {

using Kind = Outcome::Kind;
using Presence = Person::Presence;

rig::DeskPhysics::Options mechanics(const Capabilities& can) {
  rig::DeskPhysics::Options options;
  options.dead_man = can.dead_man;
  return options;
}

class EveryFamily : public testing::TestWithParam<Capabilities> {
 protected:
  DirectDesk desk_{GetParam(), mechanics(GetParam())};
  void SetUp() override {
    desk_.link();
    desk_.run(milliseconds(200));
  }
  std::uint64_t move_and_start(std::int32_t to_mm) {
    const auto consent = desk_.move(to_mm);
    EXPECT_TRUE(desk_.run_until([&] { return desk_.physics.moving(); }, seconds(5)));
    desk_.run(seconds(2));
    return consent;
  }
};
INSTANTIATE_TEST_SUITE_P(Desk, EveryFamily,
                         testing::Values(linak_like(), jiecang_like(), loctek_like(), usb_like(),
                                         cover_like()));

TEST_P(EveryFamily, RisesAndComesDownOnConsent) {
  for (const std::int32_t target : {1100, 720}) {
    EXPECT_EQ(desk_.run_to_end(desk_.move(target)).kind, Kind::arrived);
    EXPECT_NEAR(desk_.physics.mm(), target, GetParam().tolerance_mm);
    EXPECT_EQ(desk_.supervisor.view().status, poised::DeskStatus::ok);
    EXPECT_FALSE(desk_.physics.moving());
  }
  EXPECT_FALSE(desk_.orders.empty());
  EXPECT_FALSE(desk_.supervisor.deadline());
}

TEST_P(EveryFamily, D1_DoesNotBeginAfterTheConsentHasExpired) {
  desk_.mute = true;
  const auto consent = desk_.move(1100);
  desk_.run(seconds(6));
  desk_.mute = false;
  desk_.run(seconds(6));
  EXPECT_EQ(desk_.outcome(consent)->kind, Kind::refused);
  EXPECT_TRUE(desk_.orders.empty());
  EXPECT_EQ(desk_.outcome(desk_.move(1100, seconds(0)))->kind, Kind::refused);
}

TEST_P(EveryFamily, D2_ACommandFromAfarIsNoSignThatAnybodyIsAtTheDesk) {
  desk_.input();
  desk_.run(seconds(61));
  EXPECT_EQ(desk_.outcome(desk_.move_from_afar(1100))->reason,
            "nobody has been at the keyboard for a minute");
  EXPECT_TRUE(desk_.orders.empty());
  desk_.input();
  EXPECT_EQ(desk_.run_to_end(desk_.move_from_afar(1100)).kind, Kind::arrived);
  // A minute after the last input it stops in mid-move; one's own command would have gone on.
  desk_.input();
  desk_.run(seconds(56));
  const auto consent = desk_.move_from_afar(720);
  const auto end = desk_.run_to_end(consent);
  EXPECT_EQ(end.kind, Kind::stopped);
  EXPECT_EQ(end.reason, "nobody has been at the keyboard for a minute");
  EXPECT_GT(desk_.physics.mm(), 750);
  desk_.run(seconds(5));
  EXPECT_EQ(desk_.run_to_end(desk_.move(720)).kind, Kind::arrived);
}

TEST_P(EveryFamily, D2_RefusesWhenNobodyIsSeenAndStopsWhenTheyGo) {
  for (const auto gone :
       {Presence::locked, Presence::asleep, Presence::seat_inactive, Presence::unknown}) {
    desk_.person(gone);
    EXPECT_EQ(desk_.outcome(desk_.move(1100))->kind, Kind::refused);
    EXPECT_TRUE(desk_.orders.empty());
  }
  for (const auto gone :
       {Presence::locked, Presence::asleep, Presence::seat_inactive, Presence::unknown}) {
    desk_.input();
    const auto consent = move_and_start(desk_.physics.mm() < 900 ? 1100 : 720);
    const auto stops = desk_.stops;
    desk_.person(gone);
    EXPECT_GT(desk_.stops, stops);
    EXPECT_EQ(desk_.outcome(consent)->kind, Kind::stopped);
    const auto orders = desk_.orders.size();
    desk_.run(seconds(10));
    EXPECT_EQ(desk_.orders.size(), orders);
    EXPECT_FALSE(desk_.physics.moving());
  }
}

TEST_P(EveryFamily, D3_RefusesWhatLiesOutsideOfAnyBound) {
  EXPECT_EQ(desk_.outcome(desk_.move(2001))->kind, Kind::refused);
  EXPECT_EQ(desk_.outcome(desk_.move(-5))->kind, Kind::refused);
  desk_.supervisor.limits(700, 1200);
  EXPECT_EQ(desk_.outcome(desk_.move(690))->kind, Kind::refused);
  EXPECT_EQ(desk_.outcome(desk_.move(1201))->kind, Kind::refused);
  EXPECT_TRUE(desk_.orders.empty());
  MotionSupervisor::Options narrow;
  narrow.lowest_mm = 730;
  narrow.highest_mm = 1000;
  DirectDesk other{GetParam(), mechanics(GetParam()), narrow};
  other.link();
  EXPECT_EQ(other.outcome(other.move(720))->kind, Kind::refused);
  EXPECT_EQ(other.outcome(other.move(1001))->kind, Kind::refused);
  EXPECT_EQ(other.run_to_end(other.move(985)).kind, Kind::arrived);
}

TEST(HeightsInSteps, LessThanOneIsNotDrivenAndASingleOneBackIsNoObstacle) {
  DirectDesk desk{cover_like(), mechanics(cover_like())};
  desk.link();
  desk.run(milliseconds(200));
  const auto here = *desk.supervisor.view().height_mm;
  EXPECT_EQ(desk.run_to_end(desk.move(here + 7)).kind, Kind::arrived);
  EXPECT_TRUE(desk.orders.empty());
  const auto consent = desk.move(1100);
  ASSERT_TRUE(desk.run_until([&] { return desk.physics.mm() > 800; }));
  const auto best = *desk.supervisor.view().height_mm;
  desk.supervisor.height({best - 7, std::nullopt}, desk.now);
  EXPECT_FALSE(desk.outcome(consent));
  desk.supervisor.height({best - 14, std::nullopt}, desk.now);
  ASSERT_TRUE(desk.outcome(consent));
  EXPECT_EQ(desk.outcome(consent)->reason,
            "it moved against its direction: an obstacle, or its keys?");
}

TEST_P(EveryFamily, D4_StopsADeskThatDoesNotMove) {
  desk_.physics.ignore_orders(true);
  const auto start = desk_.now;
  const auto outcome = desk_.run_to_end(desk_.move(1100));
  EXPECT_EQ(outcome.kind, Kind::stopped);
  EXPECT_EQ(outcome.reason, "it does not move");
  EXPECT_LE(desk_.now - start, seconds(4));
  EXPECT_GT(desk_.stops, 0U);
}

TEST_P(EveryFamily, D4_StopsADeskThatFallsSilent) {
  const auto consent = move_and_start(1100);
  const auto stops = desk_.stops;
  desk_.mute = true;
  const auto start = desk_.now;
  ASSERT_TRUE(desk_.run_until([&] { return desk_.stops > stops; }, seconds(2)));
  EXPECT_LE(desk_.now - start, milliseconds(1200));
  EXPECT_EQ(desk_.outcome(consent)->kind, Kind::stopped);
}

TEST_P(EveryFamily, D4_AReadingThatCannotBeIsAsGoodAsNone) {
  const auto consent = move_and_start(1100);
  const auto height = desk_.supervisor.view().height_mm;
  desk_.lie = 7150;
  desk_.run(milliseconds(300));
  EXPECT_NEAR(*desk_.supervisor.view().height_mm, *height, 20);
  EXPECT_FALSE(desk_.outcome(consent));
  desk_.run(seconds(1));
  EXPECT_EQ(desk_.outcome(consent)->kind, Kind::stopped);
}

TEST_P(EveryFamily, D5_StopsOnceAtAnObstacleAndDoesNotTryAgain) {
  const auto consent = desk_.move(1100);
  desk_.physics.obstacle(900, 1);
  EXPECT_EQ(desk_.run_to_end(consent).kind, Kind::stopped);
  const auto orders = desk_.orders.size();
  desk_.run(minutes(2));
  EXPECT_EQ(desk_.orders.size(), orders);
  EXPECT_LE(desk_.physics.mm(), 900);
  EXPECT_EQ(desk_.supervisor.view().status, poised::DeskStatus::blocked);
  desk_.physics.clear_obstacle();
  desk_.input();
  EXPECT_EQ(desk_.run_to_end(desk_.move(1100)).kind, Kind::arrived);
}

TEST_P(EveryFamily, D6_LetsGoAtOnceOfADeskThatSomebodyTakes) {
  const auto consent = move_and_start(1100);
  desk_.physics.paddle(-1);
  ASSERT_TRUE(desk_.run_until([&] { return desk_.outcome(consent).has_value(); }, seconds(4)));
  const auto orders = desk_.orders.size();
  desk_.run(seconds(3));
  EXPECT_TRUE(desk_.physics.moving());
  EXPECT_EQ(desk_.supervisor.view().status, poised::DeskStatus::moving);
  desk_.physics.paddle(0);
  desk_.run(minutes(1));
  EXPECT_EQ(desk_.orders.size(), orders);
}

TEST_P(EveryFamily, D6_DoesNotBeginWhileSomebodyMovesIt) {
  desk_.physics.paddle(1);
  desk_.run(seconds(1));
  const auto consent = desk_.move(720);
  desk_.run(seconds(2));
  ASSERT_TRUE(desk_.outcome(consent));
  EXPECT_NE(desk_.outcome(consent)->kind, Kind::arrived);
  EXPECT_TRUE(desk_.orders.empty());
}

TEST_P(EveryFamily, D7_NeverGoesOnAfterTheLinkWasLost) {
  const auto consent = move_and_start(1100);
  const auto orders = desk_.orders.size();
  const auto stops = desk_.stops;
  desk_.unlink();
  EXPECT_EQ(desk_.outcome(consent)->kind, Kind::stopped);
  EXPECT_EQ(desk_.supervisor.view().status,
            GetParam().dead_man ? poised::DeskStatus::absent : poised::DeskStatus::unknown);
  EXPECT_FALSE(desk_.supervisor.view().height_mm);
  desk_.run(seconds(3));
  desk_.link();
  if (!GetParam().dead_man) {
    EXPECT_GT(desk_.stops, stops);
  }
  desk_.run(seconds(30));
  EXPECT_EQ(desk_.orders.size(), orders);
  EXPECT_FALSE(desk_.physics.moving());
  EXPECT_LT(desk_.physics.mm(), 1050);
  EXPECT_EQ(desk_.supervisor.view().status, poised::DeskStatus::ok);
}

TEST_P(EveryFamily, D7_AfterARestartADeskThatMayStillRunIsStopped) {
  MotionSupervisor::Options options;
  options.was_moving = true;
  DirectDesk again{GetParam(), mechanics(GetParam()), options};
  again.physics.go_to(1100);
  again.run(seconds(1));
  again.link();
  EXPECT_EQ(again.stops > 0, !GetParam().dead_man);
  again.run(seconds(20));
  EXPECT_TRUE(again.orders.empty());
  EXPECT_LT(again.physics.mm(), 800);
  EXPECT_EQ(again.supervisor.view().status, poised::DeskStatus::ok);
}

TEST_P(EveryFamily, D8_RestsAfterTwoMinutesOfMotion) {
  unsigned arrived = 0;
  std::string reason;
  for (int i = 0; i < 40 && reason.empty(); ++i) {
    desk_.input();
    const auto outcome = desk_.run_to_end(desk_.move(i % 2 == 0 ? 1250 : 650));
    if (outcome.kind == Kind::arrived) ++arrived;
    if (outcome.kind == Kind::refused) reason = outcome.reason;
    desk_.run(seconds(2));
  }
  EXPECT_GE(arrived, 4U);
  EXPECT_NE(reason.find("rest"), std::string::npos) << reason;
  EXPECT_LE(desk_.supervisor.duty().used(desk_.now), duty_limit);
  desk_.run(minutes(20), seconds(1));
  desk_.input();
  EXPECT_EQ(desk_.run_to_end(desk_.move(900)).kind, Kind::arrived);
}

TEST_P(EveryFamily, D9_StopsAtOnceForAnybody) {
  const auto consent = move_and_start(1100);
  const auto stops = desk_.stops;
  desk_.supervisor.stop(desk_.now);
  EXPECT_GT(desk_.stops, stops);
  EXPECT_EQ(desk_.outcome(consent)->kind, Kind::stopped);
  const auto orders = desk_.orders.size();
  desk_.run(seconds(20));
  EXPECT_EQ(desk_.orders.size(), orders);
  EXPECT_FALSE(desk_.physics.moving());
  EXPECT_LT(desk_.physics.mm(), 1000);
  // It is never an error, and costs nothing.
  desk_.supervisor.stop(desk_.now);
  desk_.supervisor.stop(desk_.now);
  EXPECT_EQ(desk_.orders.size(), orders);
}

TEST_P(EveryFamily, AnotherMoveStopsTheFirstAndIsRefused) {
  const auto first = move_and_start(1100);
  const auto second = desk_.move(720);
  EXPECT_EQ(desk_.outcome(first)->kind, Kind::stopped);
  EXPECT_EQ(desk_.outcome(second)->kind, Kind::refused);
  desk_.run(seconds(10));
  EXPECT_FALSE(desk_.physics.moving());
}

TEST_P(EveryFamily, AStopThatIsLostIsSaidAgain) {
  move_and_start(1250);
  if (GetParam().dead_man) return;  // it needs none
  desk_.deaf_to_stop = true;
  desk_.supervisor.stop(desk_.now);
  desk_.run(milliseconds(300));
  desk_.deaf_to_stop = false;
  desk_.run(seconds(4));
  EXPECT_FALSE(desk_.physics.moving());
  EXPECT_LT(desk_.physics.mm(), 1100);
}

TEST_P(EveryFamily, NothingMovesADeskThatIsThereAlready) {
  EXPECT_EQ(desk_.run_to_end(desk_.move(720)).kind, Kind::arrived);
  EXPECT_TRUE(desk_.orders.empty());
}

TEST_P(EveryFamily, AFlagStopsItAndKeepsItFromBeginning) {
  const auto consent = move_and_start(1100);
  desk_.trouble = Trouble::overload;
  EXPECT_EQ(desk_.run_to_end(consent).kind, Kind::stopped);
  desk_.run(seconds(5));
  const auto orders = desk_.orders.size();
  EXPECT_EQ(desk_.run_to_end(desk_.move(720)).kind, Kind::refused);
  EXPECT_EQ(desk_.orders.size(), orders);
}

TEST(Presets, AreUsedWhereAFamilyHasNothingBetter) {
  auto can = loctek_like();
  can.presets = 4;
  MotionSupervisor::Options options;
  options.presets = {{4, 1100}};
  DirectDesk desk{can, mechanics(can), options};
  desk.link();
  EXPECT_EQ(desk.run_to_end(desk.move(1100)).kind, Kind::arrived);
  // Its key is pressed once.
  EXPECT_EQ(desk.orders, (std::vector<Order>{{Order::Kind::preset, 1100, 4}}));
  desk.run(seconds(2));
  EXPECT_EQ(desk.run_to_end(desk.move(800)).kind, Kind::arrived);
  EXPECT_EQ(desk.orders.back().kind, Order::Kind::down);
}

/// D3: nor is one used that lies beyond the bounds, however near.
TEST(Presets, LieWithinTheBounds) {
  auto can = loctek_like();
  can.presets = 4;
  MotionSupervisor::Options options;
  options.presets = {{4, 1110}};
  options.highest_mm = 1120;
  DirectDesk desk{can, mechanics(can), options};
  desk.link();
  EXPECT_EQ(desk.supervisor.bounds().highest_mm, 1105);
  EXPECT_EQ(desk.run_to_end(desk.move(1100)).kind, Kind::arrived);
  for (const auto& order : desk.orders) EXPECT_EQ(order.kind, Order::Kind::up);
  EXPECT_LT(desk.physics.mm(), 1120);
}

/// D7: a desk that rests when nobody holds its keys runs on to a preset all the same.
TEST(Presets, RunOnWithoutTheLinkAndWithoutTheProcess) {
  auto can = loctek_like();
  can.presets = 4;
  MotionSupervisor::Options options;
  options.presets = {{4, 1100}};
  DirectDesk desk{can, mechanics(can), options};
  desk.link();
  const auto consent = desk.move(1100);
  ASSERT_TRUE(desk.run_until([&] { return desk.physics.mm() > 760; }));
  desk.unlink();
  EXPECT_NE(desk.outcome(consent)->reason.find("may still be moving"), std::string::npos);
  EXPECT_EQ(desk.supervisor.view().status, poised::DeskStatus::unknown);
  EXPECT_TRUE(desk.supervisor.may_move());
  desk.run(seconds(1));
  EXPECT_TRUE(desk.physics.moving());
  const auto stops = desk.stops;
  desk.link();
  EXPECT_EQ(desk.stops, stops + 1);
  ASSERT_TRUE(desk.run_until([&] { return !desk.physics.moving(); }, seconds(3)));
  EXPECT_LT(desk.physics.mm(), 1000);
  EXPECT_EQ(desk.orders.size(), 1U);

  options.was_moving = true;
  DirectDesk next{can, mechanics(can), options};
  EXPECT_EQ(next.supervisor.view().status, poised::DeskStatus::unknown);
  next.link();
  EXPECT_EQ(next.stops, 1U);
  EXPECT_TRUE(next.orders.empty());
}

TEST(Duty, CountsTheLastTwentyMinutesOnly) {
  const Instant start{minutes(100)};
  DutyMeter meter;
  meter.start(start);
  EXPECT_EQ(meter.used(start + seconds(30)), seconds(30));
  meter.stop(start + seconds(100));
  EXPECT_EQ(meter.left(start + seconds(100)), seconds(20));
  EXPECT_EQ(meter.free_at(start + seconds(100), seconds(20)), start + seconds(100));
  EXPECT_EQ(meter.free_at(start + seconds(100), seconds(50)), start + seconds(30) + minutes(20));
  EXPECT_EQ(meter.used(start + seconds(50) + minutes(20)), seconds(50));
  EXPECT_EQ(meter.used(start + seconds(100) + minutes(20)), seconds(0));
  EXPECT_EQ(DutyMeter::restored(meter.runs(start + seconds(200))).used(start + seconds(200)),
            seconds(100));
}

}  // namespace
}  // namespace desk::test
