// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/time.hpp"
#include "store/recorded.hpp"

// What happens in a run, one thing after the other.
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
/// Input stops on every device; the moment is the last input. Repeated, it changes nothing.
struct Idle {
  bool operator==(const Idle&) const = default;
};

using Action = std::variant<core::Event, Restart, ClockStep, PauseFor, Idle, store::Recorded>;

/// Hands out what happens, in the order of time; holds no more of it than it must. May throw what
/// its source throws (BadTrace).
class Script {
 public:
  Script() = default;
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  virtual ~Script() = default;

  /// When the next thing happens, in time since the run began; never before the last one taken.
  /// Empty: nothing any more.
  virtual std::optional<core::Duration> next() = 0;
  /// What happens then. Empty if it came to nothing. Only after next() has named a time.
  virtual std::optional<Action> take() = 0;
  /// The core decided this; a person may answer it, later than `elapsed`.
  virtual void told(const core::Fact& /*fact*/, core::Duration /*elapsed*/) {}
};

}  // namespace poised::simulate
