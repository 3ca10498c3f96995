// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <poised/plugin.hpp>

namespace live_signals {

/// What is seen at one moment.
struct Evidence {
  bool microphone = false;
  /// Who records from the microphone also plays sound, or says that it communicates.
  bool conversation = false;
  bool camera = false;
  bool screen_share = false;
  bool do_not_disturb = false;
  bool mirrored_display = false;
  bool full_screen = false;
  bool video = false;
  bool operator==(const Evidence&) const = default;
};

/// Makes signals of evidence (A5). A signal is on at once, and off when its evidence has been gone
/// for `release`. A microphone with a conversation or a camera is a call, and until the call is
/// over nothing but a call: its parts end one after the other. Pure: time is told to it.
class Fusion {
 public:
  using Report = std::function<void(poised::LiveSignal signal, bool on)>;
  Fusion(poised::Duration release, Report report) : release_(release), report_(std::move(report)) {}

  void see(const Evidence& evidence, poised::Instant now);
  /// What has been gone for long enough is off. When to call it next, if ever.
  std::optional<poised::Instant> settle(poised::Instant now);
  [[nodiscard]] bool is_on(poised::LiveSignal signal) const {
    return signals_.at(static_cast<std::size_t>(signal)).on;
  }

 private:
  struct Signal {
    bool on = false;
    std::optional<poised::Instant> off_at;
  };
  Signal& at(poised::LiveSignal signal) { return signals_.at(static_cast<std::size_t>(signal)); }
  void want(poised::LiveSignal signal, bool wanted, poised::Instant now);

  poised::Duration release_;
  Report report_;
  std::array<Signal, POISED_SIGNAL_FULL_SCREEN + 1> signals_;
};

}  // namespace live_signals
