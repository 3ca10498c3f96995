// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <poised/plugin.hpp>
#include <vector>

namespace desk {

using poised::Duration;
using poised::Instant;

inline constexpr Duration duty_window = std::chrono::minutes(20);
inline constexpr Duration duty_limit = std::chrono::seconds(120);

/// How long the motors have run (D8). All motion counts, whoever caused it. Plain value.
class DutyMeter {
 public:
  struct Run {
    Instant from, to;
    bool operator==(const Run&) const = default;
  };

  void start(Instant now);
  void stop(Instant now);
  [[nodiscard]] bool running() const { return running_since_.has_value(); }

  /// Motion within the window that ends now.
  [[nodiscard]] Duration used(Instant now) const;
  [[nodiscard]] Duration left(Instant now) const;
  /// When at least `needed` will be left, if nothing moves until then. `needed` ≤ duty_limit.
  [[nodiscard]] Instant free_at(Instant now, Duration needed) const;

  /// To be kept over a restart: runs within the window, the present one up to now.
  [[nodiscard]] std::vector<Run> runs(Instant now) const;
  [[nodiscard]] static DutyMeter restored(std::vector<Run> runs);

  bool operator==(const DutyMeter&) const = default;

 private:
  void forget(Instant now);

  std::vector<Run> runs_;  // in order of time
  std::optional<Instant> running_since_;
};

}  // namespace desk
