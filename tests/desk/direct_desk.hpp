// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "motion/supervisor.hpp"
#include "rigs/desk_physics.hpp"

// The motion supervisor over simulated mechanics, with no protocol between them, on virtual time.
namespace desk::test {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline Capabilities linak_like() {
  Capabilities can;
  can.go_to = can.jog = can.dead_man = can.height_push = can.flags = true;
  can.repeat = milliseconds(200);
  return can;
}
inline Capabilities jiecang_like() {
  Capabilities can;
  can.go_to = can.jog = can.autonomous = can.height_push = can.limits = true;
  return can;
}
inline Capabilities loctek_like() {
  Capabilities can;
  can.jog = can.dead_man = can.height_push = true;
  can.repeat = milliseconds(108);
  can.tolerance_mm = 15;
  can.run_on_mm = 15;
  return can;
}
inline Capabilities usb_like() {
  Capabilities can;
  can.go_to = can.jog = can.dead_man = can.flags = true;
  can.repeat = can.poll = milliseconds(200);
  return can;
}

/// A cover, in percent of its travel.
inline Capabilities cover_like() {
  Capabilities can;
  can.go_to = can.autonomous = can.height_push = true;
  can.step_mm = can.tolerance_mm = 7;
  return can;
}

class DirectDesk final : private Driver, private SupervisorEvents {
 public:
  DirectDesk(Capabilities can, rig::DeskPhysics::Options mechanics,
             MotionSupervisor::Options options = {})
      : can_(can), physics(mechanics), supervisor(*this, *this, std::move(options)) {
    person(Person::Presence::present);
  }

  // The world.
  Instant now{seconds(100'000)};
  Person who;

 private:
  Capabilities can_;

 public:
  rig::DeskPhysics physics;
  MotionSupervisor supervisor;
  bool mute = false;  ///< reports are lost
  bool deaf_to_stop = false;
  std::optional<std::int32_t> lie;  ///< reported instead of the height
  std::optional<Trouble> trouble;
  std::uint64_t last_consent = 0;

  std::vector<Order> orders;
  unsigned stops = 0;
  std::vector<Outcome> outcomes;
  unsigned duty_changes = 0;
  std::function<void()> on_drive = [] {};

  void link() {
    linked_ = true;
    supervisor.linked(now);
  }
  void unlink() {
    linked_ = false;
    supervisor.unlinked(now, "the connection was lost");
  }
  void person(Person::Presence presence) {
    who = {presence, now};
    supervisor.person(who, now);
  }
  void input() { person(Person::Presence::present); }
  std::uint64_t move(std::int32_t to_mm, Duration within = seconds(5)) {
    supervisor.move({to_mm, ++last_consent, now + within}, now);
    return last_consent;
  }
  std::uint64_t move_from_afar(std::int32_t to_mm) {
    supervisor.move({to_mm, ++last_consent, now + seconds(5), true}, now);
    return last_consent;
  }
  [[nodiscard]] bool linked() const { return linked_; }

  /// Lets time pass in steps that no deadline is missed by.
  void run(Duration time, Duration step = milliseconds(50)) {
    const auto end = now + time;
    while (now < end) tick(std::min<Duration>(step, end - now));
  }
  bool run_until(const std::function<bool()>& condition, Duration most = seconds(90)) {
    const auto end = now + most;
    while (!condition()) {
      if (now >= end) return false;
      tick(milliseconds(50));
    }
    return true;
  }
  Outcome run_to_end(std::uint64_t consent) {
    run_until([&] { return outcome(consent).has_value(); });
    return outcome(consent).value_or(Outcome{Outcome::Kind::refused, 0, "no outcome"});
  }
  [[nodiscard]] std::optional<Outcome> outcome(std::uint64_t consent) const {
    for (const auto& outcome : outcomes)
      if (outcome.consent == consent) return outcome;
    return std::nullopt;
  }

  void tick(Duration step) {
    const auto next = supervisor.deadline();
    if (next && *next > now && *next < now + step) step = *next - now;
    now += step;
    physics.advance(step);
    if (linked_ && !mute) {
      if (can_.height_push) {
        pushed_ += step;
        if (pushed_ >= milliseconds(100) && (physics.moving() || moved_)) {
          pushed_ = {};
          moved_ = physics.moving();
          report();
        }
      }
      if (std::exchange(asked_, false)) report();
    }
    if (const auto due = supervisor.deadline(); due && *due <= now) supervisor.elapse(now);
  }

 private:
  void report() {
    const auto told = std::lround(physics.mm() / can_.step_mm) * can_.step_mm;
    HeightReport report{lie.value_or(static_cast<std::int32_t>(told)), trouble};
    if (can_.flags && physics.collided()) report.trouble = Trouble::collision;
    supervisor.height(report, now);
  }

  [[nodiscard]] Capabilities capabilities() const override { return can_; }
  void wake() override {
    physics.halt();
    asked_ = true;
  }
  void read_height() override { asked_ = true; }
  void drive(const Order& order) override {
    orders.push_back(order);
    on_drive();
    if (!linked_) return;
    switch (order.kind) {
      case Order::Kind::to_height:
        return physics.go_to(step_towards(order.height_mm));
      case Order::Kind::preset:
        return physics.run_to(order.height_mm);
      case Order::Kind::up:
        return physics.up();
      case Order::Kind::down:
        return physics.down();
    }
  }
  /// A driver whose desk cannot be told the millimetre stays on this side of it.
  [[nodiscard]] std::int32_t step_towards(std::int32_t height_mm) const {
    const auto below = height_mm / can_.step_mm * can_.step_mm;
    return height_mm > physics.mm() || below == height_mm ? below : below + can_.step_mm;
  }
  void stop() override {
    ++stops;
    if (linked_ && !deaf_to_stop) physics.halt();
  }
  void view_changed(const DeskView& /*view*/) override {}
  void move_ended(const Outcome& outcome) override { outcomes.push_back(outcome); }
  void duty_changed() override { ++duty_changes; }

  bool linked_ = false;
  bool asked_ = false;
  bool moved_ = false;
  Duration pushed_{};
};

}  // namespace desk::test
