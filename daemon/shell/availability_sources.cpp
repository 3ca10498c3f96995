// SPDX-License-Identifier: MIT
#include "shell/availability_sources.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include "core/status.hpp"

namespace poised::shell {
namespace {

using core::LiveSignal;

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
  } else if (message.kind == POISED_DEGRADED) {
    // It tells anew what it sees from here on.
    for (auto& [signal, seeing] : seen_) seeing.erase(id);
  } else if (message.kind == POISED_LIVE_SIGNAL) {
    const auto& told = std::get<plugin::LiveSignal>(message.payload);
    if (told.signal >= core::live_signal_count) return;
    seen_[static_cast<LiveSignal>(told.signal)].insert(id);
    set(id, static_cast<LiveSignal>(told.signal), told.on);
  }
}

void AvailabilitySources::on_state(const plugin::PluginStatus& status) {
  if (status.state == plugin::PluginState::running) return;
  for (unsigned signal = 0; signal < core::live_signal_count; ++signal)
    set(status.id, static_cast<LiveSignal>(signal), false);
  for (auto& [signal, seeing] : seen_) seeing.erase(status.id);
}

bool AvailabilitySources::sees(LiveSignal signal) const {
  const auto found = seen_.find(signal);
  return found != seen_.end() && !found->second.empty();
}

std::vector<std::string> AvailabilitySources::unseen() const {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < core::live_signal_count; ++i)
    if (const auto signal = static_cast<LiveSignal>(i); !sees(signal))
      list.emplace_back(core::word(signal));
  return list;
}

std::string AvailabilitySources::degraded() const {
  const bool calls = sees(LiveSignal::call) || sees(LiveSignal::mic) || sees(LiveSignal::camera);
  const bool video = sees(LiveSignal::video);
  if (calls && video) return {};
  return std::string("cannot see ") + (calls ? "video" : video ? "calls" : "calls or video");
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
