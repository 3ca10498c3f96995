// SPDX-License-Identifier: MIT
#include "rigs/desk_physics.hpp"

#include <algorithm>
#include <cmath>

namespace rig {
namespace {

constexpr double reversal_mm = 50;
constexpr double reversal_mm_s = 20;
constexpr double hot_after_s = 120;
constexpr auto cool_after = std::chrono::minutes(18);
constexpr auto longest_step = std::chrono::milliseconds(20);

int sign(double value) {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

}  // namespace

bool DeskPhysics::overheated() const {
  return options_.limits_duty && heat_s_ >= hot_after_s;
}

bool DeskPhysics::accepts() {
  // After a collision a desk wants to be told to stop before it moves again.
  return !ignores_ && !collided_ && !overheated() && paddle_ == 0 && mode_ != Mode::reversing;
}

void DeskPhysics::go_to(double mm) {
  if (!accepts() || position_lost_) return;
  since_order_ = {};
  target_ = std::clamp(mm, options_.lowest_mm, options_.highest_mm);
  target_ = std::clamp(target_ + options_.stop_error_mm, options_.lowest_mm, options_.highest_mm);
  mode_ = Mode::to_target;
  by_itself_ = false;
}

void DeskPhysics::run_to(double mm) {
  go_to(mm);
  by_itself_ = mode_ == Mode::to_target;
}

void DeskPhysics::up() {
  if (!accepts() || position_lost_) return;
  since_order_ = {};
  mode_ = Mode::up;
  by_itself_ = false;
}

void DeskPhysics::down() {
  if (!accepts()) return;
  since_order_ = {};
  mode_ = Mode::down;
  by_itself_ = false;
}

void DeskPhysics::halt() {
  if (mode_ == Mode::reversing) return;
  collided_ = false;
  mode_ = Mode::rest;
}

void DeskPhysics::paddle(int direction) {
  paddle_ = direction;
  // Whoever takes the paddle has taken the desk: an order from before does not come back.
  if (mode_ != Mode::reversing) mode_ = Mode::rest;
}

void DeskPhysics::advance(nanoseconds time) {
  if (mode_ == Mode::rest && paddle_ == 0 && speed_ == 0) {
    cooling_ += time;
    if (cooling_ >= cool_after) heat_s_ = 0;
    return;
  }
  while (time > nanoseconds::zero()) {
    const auto slice = std::min<nanoseconds>(time, longest_step);
    time -= slice;
    since_order_ += slice;
    step(std::chrono::duration<double>(slice).count());
  }
}

void DeskPhysics::step(double seconds) {
  if (options_.dead_man && !by_itself_ && since_order_ > options_.patience &&
      (mode_ == Mode::to_target || mode_ == Mode::up || mode_ == Mode::down))
    mode_ = Mode::rest;

  double wanted = 0;
  double change = options_.acceleration_mm_s2;
  if (mode_ == Mode::reversing) {
    wanted = sign(reverse_to_ - mm_) * reversal_mm_s;
    speed_ = wanted;
  } else if (paddle_ != 0) {
    wanted = paddle_ * options_.speed_mm_s;
  } else if (mode_ == Mode::up || mode_ == Mode::down) {
    wanted = (mode_ == Mode::up ? 1 : -1) * options_.speed_mm_s;
  } else if (mode_ == Mode::to_target) {
    const double left = target_ - mm_;
    const double braking = std::sqrt(2 * options_.acceleration_mm_s2 * std::abs(left));
    wanted = sign(left) * std::min(options_.speed_mm_s, std::max(braking, 4.0));
    if (std::abs(left) <= 0.5) {
      mm_ = target_;
      speed_ = 0;
      mode_ = Mode::rest;
      return;
    }
    change *= 2;
  } else {
    change = options_.run_on_mm_s2;
  }
  if (mode_ != Mode::reversing) {
    const double most = change * seconds;
    speed_ += std::clamp(wanted - speed_, -most, most);
  }
  const double before = mm_;
  mm_ += speed_ * seconds;
  if (mode_ == Mode::to_target && (before - target_) * (mm_ - target_) < 0) mm_ = target_;
  if (mode_ == Mode::reversing && (before - reverse_to_) * (mm_ - reverse_to_) <= 0) {
    mm_ = reverse_to_;
    speed_ = 0;
    mode_ = Mode::rest;
  }
  if (mm_ < options_.lowest_mm || mm_ > options_.highest_mm) {
    mm_ = std::clamp(mm_, options_.lowest_mm, options_.highest_mm);
    speed_ = 0;
    if (mode_ != Mode::to_target) mode_ = Mode::rest;
  }
  if (obstacle_ && mode_ != Mode::reversing && sign(speed_) == obstacle_->direction &&
      (before - obstacle_->mm) * obstacle_->direction <= 0 &&
      (mm_ - obstacle_->mm) * obstacle_->direction > 0) {
    mm_ = obstacle_->mm;
    collided_ = true;
    mode_ = Mode::reversing;
    reverse_to_ = std::clamp(mm_ - obstacle_->direction * reversal_mm, options_.lowest_mm,
                             options_.highest_mm);
    speed_ = 0;
    if (reverse_to_ == mm_) mode_ = Mode::rest;
  }
  heat_s_ += seconds;
  cooling_ = {};
}

}  // namespace rig
