// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <poised/plugin.hpp>

namespace poised {

/// The watches of a source that cannot tell keyboard and pointer apart. It is told when input stops
/// and begins, and reports each watch in its time: the desktop needs to watch the lowest threshold
/// only, and wakes nobody for the others.
class IdleTracker {
 public:
  struct Report {
    std::function<void(std::uint32_t watch, Instant since)> idle_reached;
    std::function<void(Instant at)> resumed;
  };

  IdleTracker(Plugin& plugin, Report report);

  void watch(const WatchIdle& watch);
  /// The lowest threshold watched, as long as anything is.
  [[nodiscard]] std::optional<Duration> lowest() const;

  /// There was no input after `since`. A later instant than one told before is new input between.
  void input_stopped(Instant since);
  void input_resumed(Instant at);

  /// Whether a pause since `since` is the one that is on.
  [[nodiscard]] bool is_the_same_pause(Instant since) const;
  [[nodiscard]] bool idle() const { return state_ == State::idle; }
  /// The last input; empty while it goes on or nothing is known.
  [[nodiscard]] std::optional<Instant> last_input() const;

 private:
  enum class State : std::uint8_t { unknown, active, idle };
  struct Watch {
    Duration threshold;
    bool once;
    bool reached = false;
  };

  void settle();

  Plugin& plugin_;
  Report report_;
  Timer timer_;
  std::map<std::uint32_t, Watch> watches_;
  State state_ = State::unknown;
  Instant since_;
};

}  // namespace poised
