// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/saved.hpp"
#include "core/terms.hpp"
#include "core/time.hpp"

// Everything that can happen to the core. Events may come late, repeated and out of order; the core
// is total: no event is an error. `now` is handed to step() beside the event; an Instant inside an
// event that lies after `now` is taken as `now`.
namespace poised::core {

/// Nothing but time has passed: an armed deadline was reached.
struct TimerElapsed {
  bool operator==(const TimerElapsed&) const = default;
};

/// The wall clock reads `utc` at this moment. The first one must precede everything that needs a
/// date; later ones tell of steps.
struct ClockSet {
  WallTime utc;
  bool operator==(const ClockSet&) const = default;
};

/// Input on `device` began now and goes on until InputStopped says otherwise.
struct InputResumed {
  Device device = Device::any;
  bool operator==(const InputResumed&) const = default;
};

/// There was no input on `device` after `since`. May come as late as the watched threshold
/// (WatchIdle).
struct InputStopped {
  Device device = Device::any;
  Instant since;
  bool operator==(const InputStopped&) const = default;
};

/// An input source works, or stopped working (P5). `id` and `reason` are for people to read.
struct SourceChanged {
  bool working = false;
  bool splits = false;  ///< it tells keyboard and pointer apart
  std::string id;
  std::string reason;  ///< why not, if not working
  bool operator==(const SourceChanged&) const = default;
};

/// A lock that is not `certain` was asked for without anybody confirming it: new input disproves
/// it.
struct LockChanged {
  bool locked = false;
  bool certain = true;
  bool operator==(const LockChanged&) const = default;
};

struct SleepChanged {
  bool asleep = false;
  bool operator==(const SleepChanged&) const = default;
};

struct SeatChanged {
  bool active = true;
  bool operator==(const SeatChanged&) const = default;
};

struct SignalChanged {
  LiveSignal signal = LiveSignal::call;
  bool on = false;
  bool operator==(const SignalChanged&) const = default;
};

/// An application keeps the screen on, and that is to count as presence (P1). Holds nothing.
struct InhibitorChanged {
  bool on = false;
  bool operator==(const InhibitorChanged&) const = default;
};

/// The whole set of one availability source, replacing its last one (A1).
struct BusyReplaced {
  std::string source;
  std::vector<BusyInterval> intervals;
  bool operator==(const BusyReplaced&) const = default;
};

/// The person answered a prompt. `prompt_id` 0 means "the one that is open or running".
struct Answered {
  std::uint64_t prompt_id = 0;
  Answer answer = Answer::start;
  bool operator==(const Answered&) const = default;
};

/// The notification went away without an answer (server time-out, server restart). No answer: the
/// prompt stays open and is sent again when the person returns (B7).
struct PromptVanished {
  std::uint64_t prompt_id = 0;
  bool operator==(const PromptVanished&) const = default;
};

/// "take BREAK": ignores holds, starts at once (B7).
struct TakeBreak {
  std::string break_id;
  bool operator==(const TakeBreak&) const = default;
};

/// Adds or replaces one pause reason (B10). `key` identifies it: "person", or one an inhibitor was
/// given.
struct Paused {
  std::string key;
  std::string reason;  ///< what people read; for the person's own pause it may be empty
  std::optional<Instant> until;
  bool operator==(const Paused&) const = default;
};

/// Removes the pause reason `key`; an unknown one is ignored. "person" also ends quiet-today.
struct Resumed {
  std::string key;
  bool operator==(const Resumed&) const = default;
};

/// A desk reports its height (S1), or none is connected any more.
struct DeskHeight {
  std::optional<std::int32_t> mm;
  bool operator==(const DeskHeight&) const = default;
};

struct PostureSaid {
  Posture posture = Posture::sitting;
  bool operator==(const PostureSaid&) const = default;
};

/// E1: the person starts a plan, having answered the warning-signs screen with "none of these".
struct PlanStarted {
  std::string plan;
  bool operator==(const PlanStarted&) const = default;
};

struct PlanStopped {
  bool operator==(const PlanStopped&) const = default;
};

/// E1: the person holds their plan, or goes on with it.
struct PlanHeld {
  bool held = true;
  bool operator==(const PlanHeld&) const = default;
};

/// E5: the week's answers. 0 to 10 each; more is taken as 10.
struct CheckedIn {
  std::uint32_t discomfort = 0;  ///< average of the last 7 days
  std::uint32_t stiffness = 0;
  bool warning = false;  ///< one of the warning signs applies
  bool operator==(const CheckedIn&) const = default;
};

/// E8: a warning sign, whenever the person reports it.
struct WarningReported {
  std::string sign;
  bool operator==(const WarningReported&) const = default;
};

/// E7: an exercise hurt, and the person ended it.
struct ExerciseHurt {
  std::string exercise;
  bool operator==(const ExerciseHurt&) const = default;
};

/// E8: a professional said that they can go on.
struct Cleared {
  bool operator==(const Cleared&) const = default;
};

/// The person erases what is remembered of them (see forget()).
struct Forgotten {
  bool all = false;  ///< not only the day's totals
  bool operator==(const Forgotten&) const = default;
};

/// The policy handed to step() from now on differs from the one before. Loses nothing (B9).
struct PolicyChanged {
  bool operator==(const PolicyChanged&) const = default;
};

/// First event of a process that found a saved state (B9). The gap is computed here: BOOTTIME
/// difference if `same_boot`, else max(uptime, UTC difference, 0).
struct Restored {
  Saved saved;
  bool same_boot = false;
  WallTime utc;  ///< the wall clock now
  bool operator==(const Restored&) const = default;
};

using Event =
    std::variant<TimerElapsed, ClockSet, InputResumed, InputStopped, SourceChanged, LockChanged,
                 SleepChanged, SeatChanged, SignalChanged, InhibitorChanged, BusyReplaced, Answered,
                 PromptVanished, TakeBreak, Paused, Resumed, DeskHeight, PostureSaid, PlanStarted,
                 PlanStopped, PlanHeld, CheckedIn, WarningReported, ExerciseHurt, Cleared,
                 Forgotten, PolicyChanged, Restored>;

}  // namespace poised::core
