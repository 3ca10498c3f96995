// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "motion/driver.hpp"
#include "motion/duty.hpp"

// Rules D1–D9 for every family of desks: pure, on the time it is told. Nothing reaches a driver's
// drive() but from here.
namespace desk {

/// What the daemon knows of the person (D2).
struct Person {
  enum class Presence : std::uint8_t { unknown, present, locked, asleep, seat_inactive };
  Presence presence = Presence::unknown;
  Instant last_input;
  bool operator==(const Person&) const = default;
};

struct Bounds {
  std::int32_t lowest_mm = 0;
  std::int32_t highest_mm = 0;
  bool operator==(const Bounds&) const = default;
};

/// A height kept in the desk itself.
struct Preset {
  std::uint32_t number = 0;
  std::int32_t height_mm = 0;
  bool operator==(const Preset&) const = default;
};

struct MoveRequest {
  std::int32_t to_mm = 0;
  std::uint64_t consent = 0;  ///< comes back with the outcome
  Instant expires;            ///< not begun by then: not at all (D1)
  /// Asked for by somebody who may be anywhere: says nothing of anybody being at the desk (D2,
  /// D11).
  bool from_afar = false;
  bool operator==(const MoveRequest&) const = default;
};

struct Outcome {
  enum class Kind : std::uint8_t { arrived, stopped, refused };
  Kind kind = Kind::arrived;
  std::uint64_t consent = 0;
  std::string reason;  ///< one line for people; empty if it arrived
  bool operator==(const Outcome&) const = default;
};

/// What others see of the desk.
struct DeskView {
  poised::DeskStatus status = poised::DeskStatus::absent;
  std::optional<std::int32_t> height_mm;
  bool operator==(const DeskView&) const = default;
};

/// Told of what changes; must not call back. [loop-thread]
class SupervisorEvents {
 public:
  virtual ~SupervisorEvents() = default;
  virtual void view_changed(const DeskView& view) = 0;
  virtual void move_ended(const Outcome& outcome) = 0;
  /// The duty meter has begun or ended a run: what is kept over a restart is out of date.
  virtual void duty_changed() = 0;
};

class MotionSupervisor {
 public:
  struct Options {
    std::optional<std::int32_t> lowest_mm, highest_mm;  ///< D3: configured
    std::vector<Preset> presets;
    DutyMeter duty;
    /// A height in words, for reasons that people read. Not set: millimetres.
    std::function<std::string(std::int32_t millimetres)> height_text;
    /// A run of the last process did not end: the desk may still be moving (D7).
    bool was_moving = false;
  };

  MotionSupervisor(Driver& driver, SupervisorEvents& events, Options options);

  // Time never runs back between calls.
  void move(const MoveRequest& request, Instant now);
  /// From anyone, at any time (D9).
  void stop(Instant now, const std::string& reason = "stopped");
  void person(const Person& person, Instant now);
  void linked(Instant now);
  void unlinked(Instant now, const std::string& reason);
  void height(const HeightReport& report, Instant now);
  void limits(std::optional<std::int32_t> lowest_mm, std::optional<std::int32_t> highest_mm);
  void trouble(Trouble trouble, Instant now);

  /// Call elapse() then, or soon after.
  [[nodiscard]] std::optional<Instant> deadline() const;
  void elapse(Instant now);

  [[nodiscard]] const DeskView& view() const { return view_; }
  [[nodiscard]] Bounds bounds() const;
  [[nodiscard]] const DutyMeter& duty() const { return duty_; }
  /// Its motors run, or may run for all that is known.
  [[nodiscard]] bool may_move() const { return duty_.running() || phase_ == Phase::adrift; }
  /// A motion that was asked for here has not yet come to rest.
  [[nodiscard]] bool in_motion() const {
    return phase_ == Phase::driving || phase_ == Phase::stopping;
  }

 private:
  enum class Phase : std::uint8_t {
    resting,    ///< nothing is asked of the desk
    preparing,  ///< a consented move waits for a fresh height
    driving,    ///< the order is out
    stopping,   ///< no order any more, but it has not come to rest
    adrift,     ///< the link went during an autonomous run: it may be moving
  };

  [[nodiscard]] std::string said(std::int32_t height_mm) const;
  [[nodiscard]] std::optional<std::string> refusal(const MoveRequest& request, Instant now) const;
  [[nodiscard]] std::optional<std::string> person_refuses(Instant now) const;
  /// The desk carries out the order to its end though it is not repeated.
  [[nodiscard]] bool runs_on() const {
    return !can_.dead_man || order_.kind == Order::Kind::preset;
  }
  void refuse(std::uint64_t consent, std::string reason);
  void begin(Instant now);
  void order(Instant now);
  void follow(const HeightReport& report, Instant now);
  void abandon(Instant now, std::string reason, bool insist);
  void arrived(Instant now);
  void come_to_rest(Instant now);
  void finish(Outcome::Kind kind, std::string reason);
  [[nodiscard]] bool plausible(std::int32_t height_mm, Instant now) const;
  void observe(std::int32_t height_mm, Instant now);
  void meter(bool moving, Instant now);
  void show();

  Driver& driver_;
  SupervisorEvents& events_;
  const Capabilities can_;
  Options options_;
  DutyMeter duty_;
  Person person_;
  std::optional<std::int32_t> desk_lowest_, desk_highest_;

  bool linked_ = false;
  Phase phase_ = Phase::resting;
  bool blocked_ = false;
  std::optional<std::int32_t> height_;
  Instant heard_;          // the last sample
  bool changing_ = false;  // the last samples differ: it moves, whoever moves it
  Instant changed_;        // when a sample last differed

  MoveRequest request_;
  Instant consented_;                   // when the person at the desk asked for it
  std::optional<Instant> first_heard_;  // preparing: the first fresh sample
  bool open_ = false;                   // request_ has no outcome yet
  Order order_;
  std::int32_t from_ = 0, best_ = 0;
  Instant begun_, progressed_, next_order_, next_poll_, latest_;
  bool has_moved_ = false;
  unsigned stops_left_ = 0;  // how often a stop may be repeated to a desk that goes on
  Instant stopped_at_, next_stop_;
  Instant may_move_;  // the pause before the next motion

  DeskView view_;
};

}  // namespace desk
