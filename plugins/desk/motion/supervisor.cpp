// SPDX-License-Identifier: MIT
#include "motion/supervisor.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace desk {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration begins_within = seconds(5);    // D1
constexpr Duration without_input = seconds(60);   // D2
constexpr Duration first_movement = seconds(3);   // D4
constexpr Duration longest_silence = seconds(1);  // D4
constexpr Duration longest_motion = seconds(60);  // D4
constexpr Duration spare = seconds(5);            // D4
constexpr std::int32_t slowest_mm_s = 15;         // D4
constexpr std::int32_t contrary_mm = 5;           // D5
constexpr std::int32_t beyond_bounds_mm = 5;      // sensors are not exact to the millimetre
constexpr std::int32_t past_target_mm = 15;
constexpr std::int32_t at_target_mm = 1;
constexpr std::int32_t usual_mm_s = 25;
constexpr Duration halted = milliseconds(1000);  // single zeros in mid-travel are normal
constexpr Duration settled = milliseconds(600);
constexpr Duration at_rest = milliseconds(800);
constexpr Duration pushes_at_least = milliseconds(500);
constexpr std::int32_t fastest_mm_s = 80;  // no desk is: a wrong reading
constexpr std::int32_t jitter_mm = 20;
constexpr Duration same_motion = milliseconds(1500);  // samples further apart say nothing of speed
constexpr Duration repeats_stop = milliseconds(700);
constexpr Duration gives_up_looking = seconds(3);
constexpr Duration looks_twice = milliseconds(150);  // one sample cannot tell whether it moves
constexpr Duration asks_again = seconds(1);
constexpr unsigned stop_repeats = 2;
constexpr Duration run_down = seconds(2);        // a dead-man desk's, when orders cease
constexpr Duration stopping_takes = seconds(5);  // kept free of the duty limit
constexpr Duration dwell = seconds(1);           // before the motors are reversed

std::string in_minutes(Duration wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  return std::to_string(minutes) + (minutes == 1 ? " minute" : " minutes");
}

}  // namespace

const char* describe(Trouble trouble) {
  switch (trouble) {
    case Trouble::collision:
      return "it met an obstacle";
    case Trouble::overload:
      return "it reports too much load";
    case Trouble::position_lost:
      return "it has lost its position: hold its own “down” key until it is at the bottom";
    case Trouble::overheated:
      return "its motors must cool down";
    case Trouble::locked:
      return "its own lock is on";
    case Trouble::handset:
      return "somebody works its keys";
    case Trouble::failed:
      return "it reports an error";
  }
  return "it reports an error";
}

MotionSupervisor::MotionSupervisor(Driver& driver, SupervisorEvents& events, Options options)
    : driver_(driver),
      events_(events),
      can_(driver.capabilities()),
      options_(std::move(options)),
      duty_(std::move(options_.duty)) {
  // A dead-man desk has come to rest with the process that drove it, unless a preset did.
  const bool drives_by_presets = !can_.go_to && can_.presets > 0 && !options_.presets.empty();
  if (options_.was_moving && (runs_on() || drives_by_presets)) phase_ = Phase::adrift;
  show();
}

// ------------------------------------------------------------------ requests

Bounds MotionSupervisor::bounds() const {
  Bounds bounds{can_.lowest_mm, can_.highest_mm};
  for (const auto& low : {options_.lowest_mm, desk_lowest_})
    if (low) bounds.lowest_mm = std::max(bounds.lowest_mm, *low);
  for (const auto& high : {options_.highest_mm, desk_highest_})
    if (high) bounds.highest_mm = std::min(bounds.highest_mm, *high);
  // What cannot stop to the millimetre must not be sent to the very edge.
  if (!can_.go_to) {
    bounds.lowest_mm += can_.tolerance_mm;
    bounds.highest_mm -= can_.tolerance_mm;
  }
  return bounds;
}

std::optional<std::string> MotionSupervisor::person_refuses(Instant now) const {
  switch (person_.presence) {
    case Person::Presence::unknown:
      return "it is not known whether anybody is there";
    case Person::Presence::locked:
      return "the screen is locked";
    case Person::Presence::asleep:
      return "the computer goes to sleep";
    case Person::Presence::seat_inactive:
      return "another session is in front";
    case Person::Presence::present:
      break;
  }
  if (now >= std::max(person_.last_input, consented_) + without_input)
    return "nobody has been at the keyboard for a minute";
  return std::nullopt;
}

std::string MotionSupervisor::said(std::int32_t height_mm) const {
  return options_.height_text ? options_.height_text(height_mm) : std::to_string(height_mm) + " mm";
}

std::optional<std::string> MotionSupervisor::refusal(const MoveRequest& request,
                                                     Instant now) const {
  if (now >= request.expires) return "it was asked too long ago";
  if (auto reason = person_refuses(now)) return reason;
  const auto [lowest, highest] = bounds();
  if (request.to_mm < lowest || request.to_mm > highest)
    return said(request.to_mm) + " is outside of " + said(lowest) + " to " + said(highest);
  return std::nullopt;
}

void MotionSupervisor::refuse(std::uint64_t consent, std::string reason) {
  events_.move_ended({Outcome::Kind::refused, consent, std::move(reason)});
}

void MotionSupervisor::move(const MoveRequest& request, Instant now) {
  if (!linked_) return refuse(request.consent, "it is not connected");
  if (phase_ != Phase::resting) {
    // As with a desk's own keys: any press stops what goes on.
    stop(now, "another move was asked for");
    return refuse(request.consent, "it is moving");
  }
  consented_ = request.from_afar ? Instant() : now;
  if (auto reason = refusal(request, now)) return refuse(request.consent, *std::move(reason));
  request_ = request;
  request_.expires = std::min(request.expires, now + begins_within);
  open_ = true;
  phase_ = Phase::preparing;
  first_heard_.reset();
  next_poll_ = std::max(may_move_, now + asks_again);
  driver_.wake();
}

void MotionSupervisor::stop(Instant now, const std::string& reason) {
  if (phase_ == Phase::driving) return abandon(now, reason, true);
  if (linked_) driver_.stop();
  if (phase_ == Phase::preparing) phase_ = Phase::resting;
  finish(Outcome::Kind::stopped, reason);
}

void MotionSupervisor::person(const Person& person, Instant now) {
  person_ = person;
  if (phase_ != Phase::driving && phase_ != Phase::preparing) return;
  if (const auto reason = person_refuses(now)) stop(now, *reason);
}

// ------------------------------------------------------------------ the link

void MotionSupervisor::linked(Instant now) {
  linked_ = true;
  if (phase_ == Phase::adrift) {
    driver_.stop();
    meter(true, now);
    phase_ = Phase::stopping;
    stops_left_ = stop_repeats;
    stopped_at_ = changed_ = now;
    next_stop_ = now + repeats_stop;
    next_poll_ = now + pushes_at_least;
  }
  driver_.read_height();
  show();
}

void MotionSupervisor::unlinked(Instant now, const std::string& reason) {
  if (!linked_) return;
  linked_ = false;
  height_.reset();
  changing_ = false;
  const bool moved = in_motion();
  if (moved && runs_on()) {
    phase_ = Phase::adrift;
    stopped_at_ = now;
    finish(Outcome::Kind::stopped, reason + "; it may still be moving");
  } else {
    if (phase_ != Phase::adrift) {
      phase_ = Phase::resting;
      meter(false, moved ? now + run_down : now);
    }
    finish(moved ? Outcome::Kind::stopped : Outcome::Kind::refused, reason);
  }
  show();
}

void MotionSupervisor::limits(std::optional<std::int32_t> lowest_mm,
                              std::optional<std::int32_t> highest_mm) {
  desk_lowest_ = lowest_mm;
  desk_highest_ = highest_mm;
}

// ------------------------------------------------------------------ samples

void MotionSupervisor::observe(std::int32_t height_mm, Instant now) {
  const bool comparable = height_ && now - heard_ <= same_motion;
  if (comparable && height_mm != *height_) {
    changing_ = true;
    changed_ = now;
  } else if (changing_ && now - changed_ >= at_rest) {
    changing_ = false;
  }
  height_ = height_mm;
  heard_ = now;
  if (phase_ == Phase::resting || phase_ == Phase::preparing) {
    if (changing_) blocked_ = false;
    meter(changing_, now);
  }
}

bool MotionSupervisor::plausible(std::int32_t height_mm, Instant now) const {
  if (!height_ || now - heard_ > same_motion) return true;
  const auto passed = std::chrono::duration_cast<milliseconds>(now - heard_).count();
  return std::abs(height_mm - *height_) <= jitter_mm + fastest_mm_s * passed / 1000;
}

void MotionSupervisor::height(const HeightReport& report, Instant now) {
  // A reading that cannot be is as good as none.
  if (!linked_ || !plausible(report.height_mm, now)) return;
  observe(report.height_mm, now);
  switch (phase_) {
    case Phase::preparing:
      if (changing_) {
        stop(now, "it is being moved by hand");
      } else if (report.trouble) {
        phase_ = Phase::resting;
        finish(Outcome::Kind::refused, describe(*report.trouble));
      } else if (!first_heard_) {
        first_heard_ = now;
        next_poll_ = std::max(may_move_, now + looks_twice);
      } else if (now >= may_move_ && now - *first_heard_ >= looks_twice) {
        begin(now);
      }
      break;
    case Phase::driving:
      if (report.trouble)
        trouble(*report.trouble, now);
      else
        follow(report, now);
      break;
    case Phase::stopping:
      elapse(now);
      break;
    case Phase::resting:
    case Phase::adrift:
      break;
  }
  show();
}

void MotionSupervisor::trouble(Trouble trouble, Instant now) {
  if (phase_ == Phase::driving) {
    blocked_ = trouble != Trouble::handset;
    abandon(now, describe(trouble), false);
  } else if (phase_ == Phase::preparing) {
    phase_ = Phase::resting;
    finish(Outcome::Kind::refused, describe(trouble));
  }
  show();
}

// ------------------------------------------------------------------ motion

void MotionSupervisor::begin(Instant now) {
  const auto end = [this](Outcome::Kind kind, const std::string& reason) {
    phase_ = Phase::resting;
    finish(kind, reason);
  };
  if (const auto reason = refusal(request_, now)) return end(Outcome::Kind::refused, *reason);
  from_ = best_ = *height_;
  const auto distance = std::abs(request_.to_mm - from_);
  if (distance <= (can_.go_to ? std::max(at_target_mm, can_.step_mm) : can_.tolerance_mm))
    return end(Outcome::Kind::arrived, "");
  const Duration needed = milliseconds(std::int64_t{distance} * 1000 / usual_mm_s) + stopping_takes;
  if (duty_.left(now) < needed)
    return end(Outcome::Kind::refused, "its motors have run for long enough: they rest for " +
                                           in_minutes(duty_.free_at(now, needed) - now));
  if (!can_.dead_man && !can_.stop) return end(Outcome::Kind::refused, "it could not be stopped");
  order_ = {};
  const auto room = bounds();
  const auto preset = std::ranges::find_if(options_.presets, [&, this](const Preset& each) {
    return each.number <= can_.presets && each.height_mm >= room.lowest_mm &&
           each.height_mm <= room.highest_mm &&
           std::abs(each.height_mm - request_.to_mm) <= can_.tolerance_mm;
  });
  if (can_.go_to)
    order_ = {Order::Kind::to_height, request_.to_mm, 0};
  else if (preset != options_.presets.end())
    order_ = {Order::Kind::preset, preset->height_mm, preset->number};
  else if (can_.jog)
    order_ = {request_.to_mm > from_ ? Order::Kind::up : Order::Kind::down, request_.to_mm, 0};
  else
    return end(Outcome::Kind::refused, "it cannot be sent to a height");
  blocked_ = false;
  has_moved_ = false;
  phase_ = Phase::driving;
  begun_ = progressed_ = now;
  latest_ =
      now + std::min<Duration>(milliseconds(std::int64_t{distance} * 1000 / slowest_mm_s) + spare,
                               longest_motion);
  next_poll_ = now + (can_.height_push ? pushes_at_least : can_.poll);
  meter(true, now);
  order(now);
}

void MotionSupervisor::order(Instant now) {
  next_order_ = now + can_.repeat;
  driver_.drive(order_);
}

void MotionSupervisor::follow(const HeightReport& report, Instant now) {
  const auto height = report.height_mm;
  const std::int32_t direction = request_.to_mm > from_ ? 1 : -1;
  const auto ahead = (request_.to_mm - height) * direction;
  const auto progress = (height - best_) * direction;
  if (progress > 0) {
    best_ = height;
    progressed_ = now;
    has_moved_ = true;
  }
  // Where heights come in steps, a single one may be a hair's breadth.
  if (progress < -std::max(contrary_mm, can_.step_mm)) {
    blocked_ = true;
    return abandon(now, "it moved against its direction: an obstacle, or its keys?", false);
  }
  const auto [lowest, highest] = bounds();
  if ((direction > 0 && height > highest + beyond_bounds_mm) ||
      (direction < 0 && height < lowest - beyond_bounds_mm))
    return abandon(now, "it left its bounds", true);
  if (ahead < -past_target_mm) return abandon(now, "it ran past its target", true);
  const bool jogging = order_.kind == Order::Kind::up || order_.kind == Order::Kind::down;
  if (jogging && ahead <= can_.run_on_mm) {
    driver_.stop();
    phase_ = Phase::stopping;
    stops_left_ = stop_repeats;
    stopped_at_ = changed_ = now;
    next_stop_ = now + repeats_stop;
    return;
  }
  elapse(now);
}

void MotionSupervisor::abandon(Instant now, std::string reason, bool insist) {
  driver_.stop();
  phase_ = Phase::stopping;
  stops_left_ = insist ? stop_repeats : 0;
  stopped_at_ = changed_ = now;
  next_stop_ = now + repeats_stop;
  next_poll_ = now + (can_.height_push ? pushes_at_least : can_.poll);
  finish(Outcome::Kind::stopped, std::move(reason));
  show();
}

void MotionSupervisor::arrived(Instant now) {
  if (can_.dead_man) driver_.stop();
  finish(Outcome::Kind::arrived, "");
  come_to_rest(now);
}

void MotionSupervisor::come_to_rest(Instant now) {
  if (open_) {
    const bool there = height_ && std::abs(*height_ - request_.to_mm) <= can_.tolerance_mm;
    finish(there ? Outcome::Kind::arrived : Outcome::Kind::stopped,
           there ? "" : "it did not stop where it should");
  }
  phase_ = Phase::resting;
  changing_ = false;
  may_move_ = now + dwell;
  meter(false, now);
  show();
}

void MotionSupervisor::finish(Outcome::Kind kind, std::string reason) {
  if (!open_) return;
  open_ = false;
  events_.move_ended({kind, request_.consent, std::move(reason)});
}

void MotionSupervisor::meter(bool moving, Instant now) {
  if (moving == duty_.running()) return;
  if (moving)
    duty_.start(now);
  else
    duty_.stop(now);
  events_.duty_changed();
}

// ------------------------------------------------------------------ time

std::optional<Instant> MotionSupervisor::deadline() const {
  std::optional<Instant> next;
  const auto consider = [&next](Instant at) { next = next ? std::min(*next, at) : at; };
  switch (phase_) {
    case Phase::resting:
      if (changing_) consider(heard_ + same_motion);
      break;
    case Phase::preparing:
      consider(request_.expires);
      consider(next_poll_);
      break;
    case Phase::driving:
      consider(std::max(person_.last_input, consented_) + without_input);
      consider(latest_);
      if (!runs_on()) consider(next_order_);
      consider(next_poll_);
      consider(has_moved_ ? heard_ + longest_silence : begun_ + first_movement);
      if (has_moved_) {
        consider(progressed_ + halted);
        if (std::abs(*height_ - request_.to_mm) <= can_.tolerance_mm)
          consider(progressed_ + settled);
      }
      break;
    case Phase::stopping:
      consider(next_poll_);
      if (stops_left_ > 0) consider(next_stop_);
      consider(std::max(heard_, stopped_at_) + gives_up_looking);
      break;
    case Phase::adrift:
      if (duty_.running()) consider(stopped_at_ + longest_motion);
      break;
  }
  return next;
}

void MotionSupervisor::elapse(Instant now) {
  switch (phase_) {
    case Phase::resting:
      if (changing_ && now - heard_ >= same_motion) {
        changing_ = false;
        meter(false, now);
        show();
      }
      break;
    case Phase::preparing:
      if (now >= request_.expires) {
        phase_ = Phase::resting;
        finish(Outcome::Kind::refused, "it does not tell its height");
      } else if (now >= next_poll_) {
        next_poll_ = now + asks_again;
        driver_.read_height();
      }
      break;
    case Phase::driving: {
      const auto ahead = std::abs(*height_ - request_.to_mm);
      if (const auto reason = person_refuses(now)) return abandon(now, *reason, true);
      if (now >= latest_) return abandon(now, "it took too long", true);
      if (duty_.left(now) <= stopping_takes)
        return abandon(now, "its motors have run for long enough", true);
      if (!has_moved_ && now >= begun_ + first_movement)
        return abandon(now, "it does not move", true);
      if (has_moved_ && now >= heard_ + longest_silence)
        return abandon(now, "it no longer tells its height", true);
      if (has_moved_ && ahead <= can_.tolerance_mm && now >= progressed_ + settled)
        return arrived(now);
      if (has_moved_ && now >= progressed_ + halted)
        return abandon(now, "it stopped by itself: an obstacle, or its keys?", false);
      if (!runs_on() && now >= next_order_) {
        if (ahead > at_target_mm)
          order(now);
        else
          next_order_ = now + can_.repeat;
      }
      if (now >= next_poll_) {
        const auto period = can_.height_push ? pushes_at_least : can_.poll;
        if (!can_.height_push || now - heard_ >= pushes_at_least) driver_.read_height();
        next_poll_ = now + period;
      }
      break;
    }
    case Phase::stopping: {
      const bool heard_since = heard_ > stopped_at_;
      if (heard_since && now - changed_ >= at_rest && heard_ - changed_ >= at_rest / 2)
        return come_to_rest(now);
      if (now - std::max(heard_, stopped_at_) >= gives_up_looking) {
        height_.reset();
        come_to_rest(now);
        return driver_.read_height();
      }
      if (stops_left_ > 0 && now >= next_stop_) {
        const bool goes_on = !heard_since || (changed_ > stopped_at_ && now - changed_ < at_rest);
        if (goes_on) driver_.stop();
        --stops_left_;
        next_stop_ = now + repeats_stop;
      }
      if (now >= next_poll_) {
        driver_.read_height();
        next_poll_ = now + std::max<Duration>(can_.poll, milliseconds(200));
      }
      break;
    }
    case Phase::adrift:
      // No desk runs for longer, and its motors must not count as running for ever.
      if (now >= stopped_at_ + longest_motion) meter(false, now);
      break;
  }
}

void MotionSupervisor::show() {
  DeskView view;
  view.height_mm = height_;
  if (phase_ == Phase::adrift)
    view.status = poised::DeskStatus::unknown;
  else if (!linked_)
    view.status = poised::DeskStatus::absent;
  else if (in_motion() || changing_)
    view.status = poised::DeskStatus::moving;
  else if (!height_)
    view.status = poised::DeskStatus::unknown;
  else
    view.status = blocked_ ? poised::DeskStatus::blocked : poised::DeskStatus::ok;
  if (view == view_) return;
  view_ = view;
  events_.view_changed(view_);
}

}  // namespace desk
