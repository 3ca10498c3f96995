// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/terms.hpp"
#include "core/time.hpp"

// What the core asks of the shell. The result of a command comes back only as a later Event.
namespace poised::core {

/// The one domain timer. Emitted only when the earliest deadline changed; empty = disarm.
struct ArmTimer {
  std::optional<Instant> at;
  bool operator==(const ArmTimer&) const = default;
};

/// Ask every input source to report InputStopped once there was no input for `threshold`. A watch
/// with `once` false reports each time; one with `once` true fires once (at once if already idle
/// that long). The same id again replaces the watch; threshold 0 removes it.
struct WatchIdle {
  std::uint32_t id = 0;
  Duration threshold{};
  bool once = false;
  bool operator==(const WatchIdle&) const = default;
};
inline constexpr std::uint32_t presence_watch =
    1;  ///< always on: min(idle_after, every enabled natural)
inline constexpr std::uint32_t typing_gap_watch =
    2;  ///< B4, only while a prompt waits for a gap, or a break runs (ShowFinished)
/// Once, with a short threshold, after unlock or wake: input counts as ended there, but a source
/// that has seen no pause would not report its resumption. It reports InputStopped at the first
/// pause and InputResumed with the next input.
inline constexpr std::uint32_t resume_watch = 3;

struct Prompt {
  std::uint64_t id = 0;
  std::string break_id;                ///< "posture" for sit–stand
  std::vector<std::string> also;       ///< joined breaks (B5c)
  Posture posture = Posture::unknown;  ///< the posture asked for, if break_id is "posture"
  std::string routine;
  std::vector<ChosenExercise> exercises;  ///< what the routine comes to now; may be empty
  bool checkin = false;                   ///< E5: the week's questions go with this session
  Duration duration{};                    ///< how long a run takes once started
  Urgency urgency = Urgency::normal;
  PromptReason reason = PromptReason::interval;
  std::optional<WallTime> before;  ///< pull-forward: start of the busy block
  std::uint32_t snoozes_left = 0;
  bool skip_allowed = true;  ///< false once max_skips_per_day is used up
  bool operator==(const Prompt&) const = default;
};

/// Show (or show again, same id) an open prompt. `banner` is false for a silent update in place.
struct ShowPrompt {
  Prompt prompt;
  bool operator==(const ShowPrompt&) const = default;
};

/// A started break runs: show its progress until `until`. Sent at start, and again on return or
/// after the server lost it. The notification plugin draws the progress; the core does not tick.
struct ShowRunning {
  Prompt prompt;
  Instant since;
  Instant until;
  bool operator==(const ShowRunning&) const = default;
};

/// The run is over: tell the person, with sound if they left the keyboard, then take the prompt
/// away.
struct ShowFinished {
  std::uint64_t prompt_id = 0;
  bool away_from_keyboard = false;
  bool operator==(const ShowFinished&) const = default;
};

/// Take the notification away. Used for withdrawal, for any answer, and to hide it at lock.
struct WithdrawPrompt {
  std::uint64_t prompt_id = 0;
  bool operator==(const WithdrawPrompt&) const = default;
};

/// A low-urgency note that asks for nothing (S6, P5, E5).
struct ShowNote {
  std::string kind;    ///< "sit", "no-input-source", "questions"
  std::string detail;  ///< P5: the reason
  Duration length{};   ///< S6: how long the person stood
  bool operator==(const ShowNote&) const = default;
};

enum class FactKind : std::uint8_t {
  session_start,
  session_end,
  due,
  held,
  released,
  prompt,
  started,
  withdrawn,
  completed,
  snoozed,
  skipped,
  expired,
  missed,
  refused,
  note,
  posture,
  move_desk,
  day,
  presence,
  session,      ///< E2: the day's session is offered: `routine`, `exercises`, `length`
  phase,        ///< of a plan: `to`, `text` says why; `to` empty = no plan any more
  checkin_due,  ///< E5
  held_phase,   ///< E7: the phase goes on, `text` says why
  stopped,      ///< E8
  cleared,      ///< E8
  hurt,         ///< E7: `text`: the exercise
  advice        ///< `text`: the id of what is advised
};
enum class How : std::uint8_t { none, taken, natural };

/// One thing that the core decided or learned: history, D-Bus signals, `monitor`, `why`,
/// `simulate`. Fields that do not apply keep their defaults.
struct Fact {
  FactKind kind = FactKind::due;
  Instant at;                    ///< when the core decided
  std::optional<Instant> since;  ///< back-dated facts
  std::string break_id;
  std::vector<std::string> also;
  std::uint64_t prompt_id = 0;
  std::vector<HeldBy> by;
  How how = How::none;
  Urgency urgency = Urgency::normal;
  PromptReason reason = PromptReason::interval;
  Posture posture = Posture::unknown;
  std::string routine;
  std::vector<ChosenExercise> exercises;
  std::string plan;
  std::string to;     ///< phase
  std::string text;   ///< refused: why; note: kind; posture: how; presence: the new state
  Duration length{};  ///< session_end, snoozed (until it returns)
  std::string rule;   ///< the rule's number, e.g. "B6"
  std::optional<DayTotals> totals;  ///< day
  bool operator==(const Fact&) const = default;
};

struct Record {
  Fact fact;
  bool operator==(const Record&) const = default;
};

/// Save the state now (B9). The shell coalesces several into one write.
struct Save {
  bool operator==(const Save&) const = default;
};

struct MoveDesk {
  std::int32_t to_mm = 0;
  std::uint64_t consent = 0;
  Instant expires;
  bool operator==(const MoveDesk&) const = default;
};

using Command = std::variant<ArmTimer, WatchIdle, ShowPrompt, ShowRunning, ShowFinished,
                             WithdrawPrompt, ShowNote, Record, Save, MoveDesk>;
using CommandSink = std::vector<Command>;

}  // namespace poised::core
