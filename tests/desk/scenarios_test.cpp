// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <deque>
#include <memory>
#include <random>

#include "direct_desk.hpp"

// Random people, desks and accidents, and what must hold in all of them.
namespace desk::test {
namespace {

using Kind = Outcome::Kind;
using Presence = Person::Presence;

constexpr int scenarios = 100'000;

/// Proofs that what is guarded against does happen.
struct Happened {
  std::uint64_t moves = 0, arrived = 0, stopped = 0, refused = 0, driven = 0, stops_in_motion = 0,
                collisions = 0, paddles = 0, links_lost = 0, locks = 0, silences = 0, lies = 0,
                duty_refusals = 0, out_of_bounds = 0, expired = 0, sleepers = 0, unexpected = 0,
                presets = 0;
};

class Scenario {
 public:
  Scenario(std::uint64_t seed, Happened& happened) : random_(seed), happened_(happened) {
    auto by_presets = loctek_like();
    by_presets.presets = 2;
    const Capabilities families[] = {linak_like(), jiecang_like(), loctek_like(),
                                     usb_like(),   by_presets,     cover_like()};
    can_ = families[pick(std::size(families))];
    rig::DeskPhysics::Options mechanics;
    mechanics.dead_man = can_.dead_man;
    mechanics.start_mm = number(640, 600);
    mechanics.speed_mm_s = number(20, 25);
    mechanics.acceleration_mm_s2 = number(15, 60);
    mechanics.limits_duty = chance(20);
    if (can_.go_to) mechanics.stop_error_mm = number(-1, 3);
    MotionSupervisor::Options options;
    if (chance(50)) options.lowest_mm = 620 + static_cast<std::int32_t>(pick(80));
    if (chance(50)) options.highest_mm = 1270 - static_cast<std::int32_t>(pick(100));
    if (can_.presets > 0) options.presets = {{1, 740}, {2, 1130}};
    desk_ = std::make_unique<DirectDesk>(can_, mechanics, options);
    desk_->on_drive = [this] { driven(); };
    desk_->link();
    desk_->run(milliseconds(300));
    bounds_ = desk_->supervisor.bounds();
    last_check_ = desk_->now;
  }

  void run() {
    const bool busy = chance(10);  // somebody who plays with it: the duty limit is met
    const auto actions = busy ? 40 : 3 + pick(6);
    for (std::uint64_t i = 0; i < actions && !testing::Test::HasFailure(); ++i) {
      if (busy)
        play(i);
      else
        act();
      pass(milliseconds(busy ? 3000 : pick(9000)));
    }
    calm_down();
    pass(seconds(12));
    if (desk_->linked() && !desk_->mute && !desk_->lie) {
      EXPECT_FALSE(desk_->physics.moving());
      EXPECT_FALSE(desk_->supervisor.in_motion());
    }
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  double number(double from, std::uint64_t below) {
    return from + static_cast<double>(pick(below));
  }
  bool chance(std::uint64_t percent) { return pick(100) < percent; }

  void ask(std::int32_t to_mm, Duration within) {
    ++happened_.moves;
    // What was asked before is over from here on, whatever becomes of this.
    consent_ = desk_->last_consent + 1;
    if (desk_->lie) touched_ = consent_;
    asked_ = desk_->now;
    desk_->move(to_mm, within);
    seen_outcomes();
  }

  std::int32_t target() {
    if (can_.presets > 0 && chance(60)) return chance(50) ? 740 : 1130;
    const auto room = static_cast<std::uint64_t>(bounds_.highest_mm - bounds_.lowest_mm + 60);
    return bounds_.lowest_mm - 30 + static_cast<std::int32_t>(pick(room));
  }

  void come_back() {
    present_ = true;
    desk_->input();
  }

  void play(std::uint64_t i) {
    come_back();
    if (!desk_->supervisor.in_motion())
      ask(i % 2 == 0 ? bounds_.highest_mm - 20 : bounds_.lowest_mm + 20, seconds(5));
    pass(seconds(12 + pick(12)));
  }

  void act() {
    switch (pick(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        if (chance(90)) come_back();
        ask(target(), chance(90) ? seconds(5) : seconds(0));
        break;
      case 5:
        if (desk_->physics.moving()) ++happened_.stops_in_motion;
        consent_ = 0;
        desk_->supervisor.stop(desk_->now);
        break;
      case 6:
        ++happened_.locks;
        present_ = chance(30);
        if (!present_) consent_ = 0;
        desk_->person(present_ ? Presence::present
                               : std::array{Presence::locked, Presence::asleep,
                                            Presence::seat_inactive, Presence::unknown}[pick(4)]);
        break;
      case 7:
        ++happened_.paddles;
        touched_ = consent_;  // where it goes from here is not our doing
        desk_->physics.paddle(chance(50) ? 1 : -1);
        pass(milliseconds(200 + pick(2500)));
        desk_->physics.paddle(0);
        break;
      case 8:
        ++happened_.links_lost;
        if (desk_->linked()) {
          consent_ = 0;
          desk_->unlink();
        }
        pass(milliseconds(pick(5000)));
        desk_->link();
        break;
      case 9:
        desk_->physics.obstacle(number(640, 600), chance(50) ? 1 : -1);
        break;
      case 10:
        ++happened_.silences;
        desk_->mute = !desk_->mute;
        break;
      case 11:
        ++happened_.lies;
        touched_ = consent_;  // nor is one whose height is a lie
        desk_->lie = chance(50)
                         ? std::optional<std::int32_t>(400 + static_cast<std::int32_t>(pick(1500)))
                         : std::nullopt;
        break;
      case 12:
        ++happened_.sleepers;
        desk_->physics.ignore_orders(chance(40));
        break;
      default:
        desk_->trouble = chance(30) ? std::optional(static_cast<Trouble>(pick(7))) : std::nullopt;
        break;
    }
    seen_outcomes();
  }

  void calm_down() {
    desk_->physics.paddle(0);
    desk_->mute = false;
    desk_->lie.reset();
    desk_->trouble.reset();
    if (!desk_->linked()) desk_->link();
    desk_->supervisor.stop(desk_->now);
    consent_ = 0;
    seen_outcomes();
  }

  void pass(Duration time) {
    const auto end = desk_->now + time;
    while (desk_->now < end && !testing::Test::HasFailure()) {
      const bool still =
          !desk_->physics.moving() && !desk_->physics.by_hand() && !desk_->supervisor.deadline();
      desk_->tick(still ? end - desk_->now : Duration(milliseconds(50)));
      seen_outcomes();
      check();
    }
  }

  void seen_outcomes() {
    for (; outcomes_ < desk_->outcomes.size(); ++outcomes_) {
      const auto& outcome = desk_->outcomes[outcomes_];
      if (outcome.consent == consent_) consent_ = 0;
      switch (outcome.kind) {
        case Kind::arrived:
          ++happened_.arrived;
          break;
        case Kind::stopped:
          ++happened_.stopped;
          if (outcome.reason.find("obstacle") != std::string::npos) ++happened_.collisions;
          if (outcome.reason.find("by itself") != std::string::npos) ++happened_.unexpected;
          break;
        case Kind::refused:
          ++happened_.refused;
          if (outcome.reason.find("rest for") != std::string::npos) ++happened_.duty_refusals;
          if (outcome.reason.find("outside") != std::string::npos) ++happened_.out_of_bounds;
          if (outcome.reason.find("too long ago") != std::string::npos) ++happened_.expired;
          break;
      }
    }
  }

  /// Each order that reaches the driver.
  void driven() {
    ++happened_.driven;
    // No motion without consent, none after stop, none after an unexpected stop, a lost link, a
    // lock: all of them end the consent.
    EXPECT_NE(consent_, 0U);
    EXPECT_EQ(consent_, desk_->last_consent);
    EXPECT_TRUE(present_);
    EXPECT_TRUE(desk_->linked());
    if (consent_ != driven_for_) {
      EXPECT_LE(desk_->now - asked_, seconds(5));
    }
    driven_for_ = consent_;
    EXPECT_LE(desk_->now - asked_, seconds(66));
    const auto& order = desk_->orders.back();
    if (order.kind == Order::Kind::preset) ++happened_.presets;
    if (order.kind == Order::Kind::to_height || order.kind == Order::Kind::preset) {
      EXPECT_GE(order.height_mm, bounds_.lowest_mm);
      EXPECT_LE(order.height_mm, bounds_.highest_mm);
    }
    // None begins or goes on beyond the duty limit, measured on the motors themselves.
    EXPECT_LE(motion_in_window(), duty_limit);
  }

  void check() {
    const auto mm = desk_->physics.mm();
    const bool ours = consent_ != 0 && driven_for_ == consent_ && touched_ != consent_;
    if (ours && desk_->physics.moving() && !desk_->physics.collided()) {
      // The bounds of a desk that only jogs are already narrower by its tolerance.
      const double margin = can_.go_to ? 2 : can_.tolerance_mm;
      const bool up = desk_->physics.speed_mm_s() > 0;
      if (up) {
        EXPECT_LE(mm, bounds_.highest_mm + margin);
      } else {
        EXPECT_GE(mm, bounds_.lowest_mm - margin);
      }
    }
    if (desk_->physics.moving()) {
      if (motion_.empty() || motion_.back().to != last_check_)
        motion_.push_back({last_check_, desk_->now});
      else
        motion_.back().to = desk_->now;
    }
    last_check_ = desk_->now;
  }

  Duration motion_in_window() {
    const auto from = desk_->now - duty_window;
    while (!motion_.empty() && motion_.front().to <= from) motion_.pop_front();
    Duration sum{};
    for (const auto& run : motion_) sum += run.to - std::max(run.from, from);
    return sum;
  }

  std::mt19937_64 random_;
  Happened& happened_;
  Capabilities can_;
  std::unique_ptr<DirectDesk> desk_;
  Bounds bounds_;
  std::uint64_t consent_ = 0, driven_for_ = 0, touched_ = 0;
  bool present_ = true;
  Instant asked_, last_check_;
  std::size_t outcomes_ = 0;
  std::deque<DutyMeter::Run> motion_;
};

TEST(Scenarios, NoRandomAccidentMakesADeskMoveThatNobodyWantsToMove) {
  Happened happened;
  for (std::uint64_t seed = 1; seed <= scenarios && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Scenario(seed, happened).run();
  }
  std::printf(
      "%d scenarios: %lu moves asked, %lu arrived, %lu stopped, %lu refused, %lu orders; "
      "%lu stops in motion, %lu obstacles met, %lu paddles, %lu links lost, %lu locks, "
      "%lu silences, %lu lies, %lu duty refusals, %lu out of bounds, %lu expired, %lu sleepers, "
      "%lu unexpected stops, %lu runs to presets\n",
      scenarios, happened.moves, happened.arrived, happened.stopped, happened.refused,
      happened.driven, happened.stops_in_motion, happened.collisions, happened.paddles,
      happened.links_lost, happened.locks, happened.silences, happened.lies, happened.duty_refusals,
      happened.out_of_bounds, happened.expired, happened.sleepers, happened.unexpected,
      happened.presets);
  for (const auto count :
       {happened.arrived, happened.stopped, happened.refused, happened.stops_in_motion,
        happened.collisions, happened.paddles, happened.links_lost, happened.locks,
        happened.silences, happened.lies, happened.duty_refusals, happened.out_of_bounds,
        happened.expired, happened.sleepers, happened.unexpected, happened.presets})
    EXPECT_GT(count, 100U);
}

}  // namespace
}  // namespace desk::test
