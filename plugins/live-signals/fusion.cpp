// SPDX-License-Identifier: MIT
#include "live-signals/fusion.hpp"

#include <algorithm>

namespace live_signals {

using poised::Instant;
using poised::LiveSignal;

void Fusion::see(const Evidence& evidence, Instant now) {
  settle(now);
  const bool in_use = evidence.microphone || evidence.camera;
  const bool call = in_use && (at(LiveSignal::call).on || evidence.conversation ||
                               (evidence.microphone && evidence.camera));
  // What begins comes before what ends, so that nothing lies between them.
  want(LiveSignal::call, call, now);
  want(LiveSignal::mic, evidence.microphone && !call, now);
  want(LiveSignal::camera, evidence.camera && !call, now);
  want(LiveSignal::screen_share, evidence.screen_share, now);
  want(LiveSignal::dnd, evidence.do_not_disturb, now);
  want(LiveSignal::mirrored_display, evidence.mirrored_display, now);
  want(LiveSignal::video, evidence.video, now);
  want(LiveSignal::full_screen, evidence.full_screen, now);
  settle(now);
}

std::optional<Instant> Fusion::settle(Instant now) {
  std::optional<Instant> next;
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    auto& signal = signals_.at(i);
    if (!signal.off_at) continue;
    if (*signal.off_at <= now) {
      signal = {};
      report_(static_cast<LiveSignal>(i), false);
    } else {
      next = next ? std::min(*next, *signal.off_at) : *signal.off_at;
    }
  }
  return next;
}

void Fusion::want(LiveSignal which, bool wanted, Instant now) {
  auto& signal = at(which);
  if (wanted) {
    signal.off_at.reset();
    if (!std::exchange(signal.on, true)) report_(which, true);
  } else if (signal.on && !signal.off_at) {
    signal.off_at = now + release_;
  }
}

}  // namespace live_signals
