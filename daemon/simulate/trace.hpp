// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "core/policy.hpp"

// What happened to a person, as text: one event a line, `#` comments.
//   2026-03-02T08:00:00 active [keyboard|pointer]     input begins and goes on
//   2026-03-02T08:59:00 idle                          this was the last input
//   … lock | unlock | sleep | wake | restart | resume | sit | stand
//   … call|screen-share|dnd|video|full-screen|mic|camera on|off
//   … answer start|done|snooze|skip|dismiss|quiet-today
//   … take BREAK | pause [30m] | desk MM | clock -1h
// Times are local to the zone of the policy unless they carry an offset; a trace begins absent.
namespace poised::simulate {

/// Save, stop and load again (B9).
struct Restart {
  bool operator==(const Restart&) const = default;
};
/// The wall clock is set by this much; what follows is on the new wall clock.
struct ClockStep {
  core::Duration by{};
  bool operator==(const ClockStep&) const = default;
};
/// A pause of this length, or until resumed.
struct PauseFor {
  std::optional<core::Duration> length;
  bool operator==(const PauseFor&) const = default;
};
/// Input stops on every device; the moment is the last input.
struct Idle {
  bool operator==(const Idle&) const = default;
};

using TraceAction = std::variant<core::Event, Restart, ClockStep, PauseFor, Idle>;

struct TraceLine {
  core::WallTime at;         ///< on the wall clock as it reads then
  core::Duration elapsed{};  ///< since the trace's first line; never decreasing
  TraceAction action;
};

struct TraceError {
  std::string file;
  std::size_t line = 0;
  std::string reason;
  std::string text() const;  ///< "FILE:LINE: reason"
};

struct Trace {
  std::vector<TraceLine> lines;
  std::optional<TraceError> error;
};

/// Reads a whole trace. Local times take their offset from `policy.zone`; a time that the zone
/// skips counts as the moment the gap ends, one that comes twice as the first.
Trace read_trace(std::string_view text, const std::string& file, const core::Policy& policy);

/// "2026-03-02T08:00:00", with an optional "+01:00" or "Z"; also with a space instead of T, and
/// without seconds.
std::optional<core::WallTime> parse_time(std::string_view text, const core::Policy& policy);

/// "30m", "30min", "1h", "90s", "1h30min"; with a leading "-" where `signed_` is set.
std::optional<core::Duration> parse_length(std::string_view text, bool signed_ = false);

/// UTC of a local time, by the rule above.
core::WallTime utc_of_local(core::Duration local_since_epoch, const core::Policy& policy);

}  // namespace poised::simulate
