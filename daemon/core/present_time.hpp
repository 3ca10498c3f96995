// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "core/time.hpp"

namespace poised::core {

/// A duration that grows while it counts. Its current stretch is provisional: it can be taken back
/// to any moment of that stretch, also after it has stopped, but never further.
struct PresentTime {
  Duration settled{};  ///< everything before the current stretch
  Instant from;        ///< the current stretch began …
  Instant to;          ///< … and ended, if it does not count now
  bool counting = false;

  Duration at(Instant now) const { return settled + ((counting ? now : to) - from); }

  void resume(Instant now) {
    if (counting) return;
    settled += to - from;
    from = to = now;
    counting = true;
  }
  /// Ends the stretch at `end`, or takes back what lies after it.
  void take_back(Instant end) {
    to = std::max(from, counting ? end : std::min(to, end));
    counting = false;
  }
  /// Zero from now on; goes on counting if it does.
  void reset(Instant now) {
    settled = Duration::zero();
    from = to = now;
  }

  bool operator==(const PresentTime&) const = default;
};

}  // namespace poised::core
