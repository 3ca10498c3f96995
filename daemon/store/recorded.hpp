// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/event.hpp"
#include "core/saved.hpp"
#include "core/time.hpp"

// What a core was told, as the words of a line in a trace, so that a simulator can tell it again to
// the nanosecond. What traces can say in words is said in them ("active keyboard"); all else is
// "event" and a JSON object, in which moments are counted from the line's own.
namespace poised::store {

/// One such line, read. Times in `event` are relative to the moment of the line: see moved_to().
struct Recorded {
  enum class Kind : std::uint8_t {
    told,        ///< `event`
    clock_step,  ///< the wall clock was set by `by`
    start,       ///< a core begins here, with `event` (Restored) if something was saved
    stop         ///< and ends here
  };
  Kind kind = Kind::told;
  std::optional<core::Event> event;
  core::Duration by{};
  bool operator==(const Recorded&) const = default;
};

/// Empty for what is no input: TimerElapsed, PolicyChanged, Restored (see start_words()) and a
/// ClockSet that sets nothing.
/// `now` is the moment of the event and `wall` the wall clock by which the core has it until then.
std::string trace_words(const core::Event& event, core::Instant now, core::WallTime wall);
/// Of a Restored: the beginning of a process at `now`. `policy` tells one configuration from
/// another, see policy_of().
std::string start_words(const core::Saved* saved, bool same_boot, core::Instant now,
                        core::WallTime wall, std::string_view policy);
std::string stop_words();

/// What start_words() was given for a whole line of a trace; empty for other lines.
std::string policy_of(std::string_view line);
/// Of such a line: how long before it the state was saved that it goes on from, if it has one.
std::optional<core::Duration> gap_of(std::string_view line);

/// Of the text after "event"; empty if it is not one of these, and `reason` says why.
std::optional<Recorded> read_recorded(std::string_view json, std::string& reason);

/// `event` with its times put on clocks on which the line's moment is `now` and `wall`.
core::Event moved_to(core::Event event, core::Instant now, core::WallTime wall);

}  // namespace poised::store
