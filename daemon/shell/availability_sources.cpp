// SPDX-License-Identifier: MIT
#include "shell/availability_sources.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace poised::shell {
namespace {

core::BusyInterval interval_of(const plugin::Interval& told) {
  core::BusyInterval interval{core::WallTime(std::chrono::seconds(told.from_utc_s)),
                              core::WallTime(std::chrono::seconds(told.to_utc_s)),
                              core::BusyClass::busy, told.all_day};
  if (told.busy_class == POISED_BUSY_TENTATIVE) interval.busy_class = core::BusyClass::tentative;
  if (told.busy_class == POISED_BUSY_OUT_OF_OFFICE)
    interval.busy_class = core::BusyClass::out_of_office;
  return interval;
}

}  // namespace

void AvailabilitySources::on_message(const std::string& id, const plugin::Message& message) {
  if (message.kind == POISED_AVAILABILITY) {
    const auto& told = std::get<plugin::Availability>(message.payload);
    core::BusyReplaced event{id + "/" + told.source, {}};
    for (const auto& interval : told.intervals) event.intervals.push_back(interval_of(interval));
    dispatch_(std::move(event));
  } else if (message.kind == POISED_LIVE_SIGNAL) {
    const auto& told = std::get<plugin::LiveSignal>(message.payload);
    if (told.signal < core::live_signal_count)
      set(id, static_cast<core::LiveSignal>(told.signal), told.on);
  }
}

void AvailabilitySources::on_state(const plugin::PluginStatus& status) {
  if (status.state == plugin::PluginState::running) return;
  for (unsigned signal = 0; signal < core::live_signal_count; ++signal)
    set(status.id, static_cast<core::LiveSignal>(signal), false);
}

void AvailabilitySources::set(const std::string& id, core::LiveSignal signal, bool on) {
  auto& saying = on_[signal];
  const bool before = !saying.empty();
  if (on)
    saying.insert(id);
  else
    saying.erase(id);
  if (before != !saying.empty()) dispatch_(core::SignalChanged{signal, !before});
}

}  // namespace poised::shell
