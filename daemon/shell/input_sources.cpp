// SPDX-License-Identifier: MIT
#include "shell/input_sources.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "poised/plugin.h"

namespace poised::shell {
namespace {

constexpr std::chrono::milliseconds longest_query{150};

core::Device device(std::uint32_t value) {
  if (value == POISED_DEVICE_KEYBOARD) return core::Device::keyboard;
  if (value == POISED_DEVICE_POINTER) return core::Device::pointer;
  return core::Device::any;
}

std::string source_name(std::string plugin_id) {
  constexpr std::string_view prefix = source_prefix;
  plugin_id.erase(std::min(plugin_id.find('@'), plugin_id.size()));
  return plugin_id.starts_with(prefix) ? plugin_id.substr(prefix.size()) : plugin_id;
}

core::Instant instant(std::int64_t boottime_ns) {
  return core::Instant(core::Duration(boottime_ns));
}

std::optional<core::Duration> idle_time(std::int64_t ns) {
  return ns < 0 ? std::nullopt : std::optional(core::Duration(ns));
}

plugin::Message message_of(const core::WatchIdle& watch) {
  plugin::Message message;
  message.kind = POISED_WATCH_IDLE;
  message.payload = plugin::WatchIdle{
      .id = watch.id, .threshold_ns = watch.threshold.count(), .once = watch.once};
  return message;
}

}  // namespace

InputSources::InputSources(boost::asio::io_context& loop, plugin::Supervisor& supervisor,
                           std::string instance, std::function<void(core::Event)> dispatch)
    : loop_(loop),
      supervisor_(supervisor),
      instance_(std::move(instance)),
      dispatch_(std::move(dispatch)) {}

void InputSources::stop() {
  for (const auto& id : ids_) supervisor_.remove_instance(id);
}

void InputSources::use(const std::vector<std::string>& plugins) {
  auto ids = plugins;
  if (!instance_.empty())
    for (auto& id : ids) id += "@" + instance_;
  if (ids == ids_ && !ids.empty()) return;
  if (current_ < ids_.size()) supervisor_.release(ids_[current_]);
  ids_ = ids;
  current_ = 0;
  refusals_.clear();
  if (ids_.empty())
    lost("no input source is enabled");
  else
    supervisor_.start(ids_[0]);
}

void InputSources::look_again() {
  if (working_ || ids_.empty()) return;
  supervisor_.release(ids_[current_]);
  current_ = 0;
  refusals_.clear();
  supervisor_.restart(ids_[0]);
}

void InputSources::watch_idle(const core::WatchIdle& watch) {
  if (watch.threshold <= core::Duration::zero())
    watches_.erase(watch.id);
  else
    watches_[watch.id] = watch;
  if (working_) supervisor_.send(ids_[current_], message_of(watch));
}

void InputSources::on_message(const std::string& id, const plugin::Message& message) {
  if (!in_use(id)) return;
  switch (message.kind) {
    case POISED_READY: {
      const auto* ready = std::get_if<plugin::Ready>(&message.payload);
      working_ = true;
      degraded_.clear();
      refusals_.clear();
      dispatch_(core::SourceChanged{true, ready && ready->splits_devices, source_name(id), ""});
      for (const auto& [watch_id, watch] : watches_) supervisor_.send(id, message_of(watch));
      break;
    }
    case POISED_DEGRADED:
      if (const auto* degraded = std::get_if<plugin::Failed>(&message.payload))
        degraded_ = degraded->reason;
      break;
    case POISED_IDLE_REACHED:
      if (const auto* idle = std::get_if<plugin::Idle>(&message.payload))
        dispatch_(core::InputStopped{device(idle->device), instant(idle->since_ns)});
      break;
    case POISED_RESUMED:
      if (const auto* resumed = std::get_if<plugin::Resumed>(&message.payload))
        dispatch_(core::InputResumed{device(resumed->device)});
      break;
    case POISED_PRESENCE:
      if (const auto* flag = std::get_if<plugin::PresenceFlag>(&message.payload)) {
        if (flag->flag == POISED_PRESENCE_LOCKED) dispatch_(core::LockChanged{flag->on});
        if (flag->flag == POISED_PRESENCE_ASLEEP) dispatch_(core::SleepChanged{flag->on});
        if (flag->flag == POISED_PRESENCE_SEAT_INACTIVE) dispatch_(core::SeatChanged{!flag->on});
      }
      break;
    case POISED_INPUT_STATE:
      if (const auto waiting = queries_.find(message.correlates); waiting != queries_.end()) {
        const auto query = waiting->second;
        queries_.erase(waiting);
        query->deadline.cancel();
        InputReport report;
        if (const auto* state = std::get_if<plugin::InputState>(&message.payload))
          report = {idle_time(state->idle_ns), idle_time(state->keyboard_idle_ns),
                    idle_time(state->pointer_idle_ns)};
        query->reply(report);
      }
      break;
    default:
      break;
  }
}

void InputSources::on_state(const plugin::PluginStatus& status) {
  if (!in_use(status.id)) return;
  switch (status.state) {
    case plugin::PluginState::running:
    case plugin::PluginState::starting:
    case plugin::PluginState::stopped:
    case plugin::PluginState::on_demand:
      return;  // READY says when it works
    case plugin::PluginState::failed:
    case plugin::PluginState::quarantined:
    case plugin::PluginState::disabled:
      refusals_[status.id] = status.reason;
      // While there is another to ask, nothing is known to be wrong yet; but what worked is missed
      // at once, and one that will be tried again by itself keeps its place.
      if (working_ || status.retry_after) lost(status.reason);
      if (!status.retry_after) try_next();
      return;
  }
}

void InputSources::try_next() {
  if (current_ + 1 < ids_.size()) {
    // One that refused before may be asked again by now.
    supervisor_.restart(ids_[++current_]);
    return;
  }
  std::string all;
  for (const auto& id : ids_) {
    if (!refusals_.contains(id)) continue;
    if (!all.empty()) all += "; ";
    all += refusals_[id];
  }
  lost(all);
}

void InputSources::lost(const std::string& reason) {
  working_ = false;
  degraded_ = "cannot see input on this desktop: " + reason;
  for (auto& [sequence, query] : std::exchange(queries_, {})) {
    query->deadline.cancel();
    query->reply({});
  }
  dispatch_(core::SourceChanged{
      false, false, current_ < ids_.size() ? source_name(ids_[current_]) : "", degraded_});
}

void InputSources::query(std::function<void(InputReport)> reply) {
  if (!working_) {
    reply({});
    return;
  }
  plugin::Message message;
  message.kind = POISED_QUERY_INPUT;
  const auto sequence = supervisor_.send(ids_[current_], std::move(message));
  auto query = std::make_shared<Query>(loop_);
  query->reply = std::move(reply);
  query->deadline.expires_after(longest_query);
  query->deadline.async_wait([this, sequence](boost::system::error_code error) {
    if (error) return;
    const auto waiting = queries_.find(sequence);
    if (waiting == queries_.end()) return;
    const auto late = waiting->second;
    queries_.erase(waiting);
    late->reply({});
  });
  queries_.emplace(sequence, std::move(query));
}

}  // namespace poised::shell
