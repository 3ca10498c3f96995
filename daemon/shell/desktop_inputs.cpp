// SPDX-License-Identifier: MIT
#include "shell/desktop_inputs.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace poised::shell {
namespace {

constexpr auto any = static_cast<std::size_t>(core::Device::any);

std::optional<core::Duration> shorter(const std::optional<core::Duration>& a,
                                      const std::optional<core::Duration>& b) {
  return a && b ? std::min(*a, *b) : (a ? a : b);
}

}  // namespace

DesktopInputs::DesktopInputs(boost::asio::io_context& loop, plugin::Supervisor& supervisor,
                             Callbacks callbacks)
    : loop_(loop), supervisor_(supervisor), callbacks_(std::move(callbacks)) {
  add({});
}

DesktopInputs::Desktop& DesktopInputs::add(const std::string& session) {
  auto& desktop = *desktops_.emplace_back(std::make_unique<Desktop>());
  desktop.session = session;
  desktop.sources = std::make_unique<InputSources>(
      loop_, supervisor_, session,
      [this, &desktop](const core::Event& event) { heard(desktop, event); });
  return desktop;
}

void DesktopInputs::use(const std::vector<std::string>& plugins) {
  plugins_ = plugins;
  for (const auto& desktop : desktops_) {
    make_instances(*desktop);
    desktop->sources->use(plugins);
  }
}

void DesktopInputs::look_again() {
  for (const auto& desktop : desktops_) desktop->sources->look_again();
}

void DesktopInputs::watch_idle(const core::WatchIdle& watch) {
  if (watch.threshold <= core::Duration::zero())
    watches_.erase(watch.id);
  else
    watches_[watch.id] = watch;
  for (const auto& desktop : desktops_) desktop->sources->watch_idle(watch);
}

void DesktopInputs::on_message(const std::string& id, const plugin::Message& message) {
  for (const auto& desktop : desktops_) desktop->sources->on_message(id, message);
}

void DesktopInputs::on_state(const plugin::PluginStatus& status) {
  for (const auto& desktop : desktops_) desktop->sources->on_state(status);
}

void DesktopInputs::query(std::function<void(InputReport)> reply) {
  struct Gathered {
    std::size_t missing;
    InputReport report;
    std::function<void(InputReport)> reply;
  };
  const auto gathered =
      std::make_shared<Gathered>(Gathered{desktops_.size(), {}, std::move(reply)});
  const bool apart = alone();
  for (const auto& desktop : desktops_)
    desktop->sources->query([gathered, apart](const InputReport& report) {
      auto& sum = gathered->report;
      sum.idle = shorter(sum.idle, report.idle);
      if (apart) sum = report;
      if (--gathered->missing == 0) gathered->reply(sum);
    });
}

std::string DesktopInputs::degraded() const {
  for (const auto& desktop : desktops_) {
    const auto& reason = desktop->sources->degraded();
    if (!reason.empty())
      return desktop->session.empty() ? reason : "session " + desktop->session + ": " + reason;
  }
  return {};
}

void DesktopInputs::set_others(const std::map<std::string, plugin::Environment>& others) {
  const bool was_alone = alone();
  const auto gone =
      std::stable_partition(desktops_.begin(), desktops_.end(), [&](const auto& desktop) {
        return desktop->session.empty() || others.contains(desktop->session);
      });
  const bool lost_front = std::any_of(
      gone, desktops_.end(), [this](const auto& desktop) { return desktop->session == front_; });
  for (auto desktop = gone; desktop != desktops_.end(); ++desktop) {
    (*desktop)->sources->stop();
    const auto last = (*desktop)->input_goes_on() ? callbacks_.now() : (*desktop)->last_input();
    left_ = std::max(left_, last);
  }
  const bool fewer = gone != desktops_.end();
  desktops_.erase(gone, desktops_.end());

  for (const auto& other : others) {
    const auto& session = other.first;
    if (std::any_of(desktops_.begin(), desktops_.end(),
                    [&](const auto& desktop) { return desktop->session == session; }))
      continue;
    auto& desktop = add(session);
    desktop.environment = other.second;
    make_instances(desktop);
    if (!plugins_.empty()) desktop.sources->use(plugins_);
    for (const auto& [id, watch] : watches_) desktop.sources->watch_idle(watch);
  }
  if (alone() != was_alone) tell_source();
  if (alone() != was_alone || fewer) tell_input();
  if (lost_front) put_in_front({});
}

void DesktopInputs::make_instances(const Desktop& desktop) {
  if (desktop.session.empty()) return;
  for (const auto& plugin : plugins_)
    supervisor_.add_instance(plugin, desktop.session, desktop.environment);
}

void DesktopInputs::note(Desktop& desktop, const core::Event& event) {
  const auto each = [&](core::Device device, const auto& change) {
    for (std::size_t i = 0; i < desktop.on.size(); ++i)
      if (device == core::Device::any || i == static_cast<std::size_t>(device)) change(i);
  };
  if (const auto* resumed = std::get_if<core::InputResumed>(&event)) {
    desktop.on.at(static_cast<std::size_t>(resumed->device)) = true;
  } else if (const auto* stopped = std::get_if<core::InputStopped>(&event)) {
    each(stopped->device, [&](std::size_t i) {
      desktop.on.at(i) = false;
      desktop.stopped.at(i) = stopped->since;
    });
  } else if (const auto* source = std::get_if<core::SourceChanged>(&event)) {
    desktop.source = *source;
    if (source->working) return;
    each(core::Device::any, [&](std::size_t i) {
      if (desktop.on.at(i)) desktop.stopped.at(i) = callbacks_.now();
      desktop.on.at(i) = false;
    });
  }
}

void DesktopInputs::heard(Desktop& desktop, const core::Event& event) {
  note(desktop, event);
  const bool resumed = std::holds_alternative<core::InputResumed>(event);
  if (resumed) put_in_front(desktop.session);
  if (alone()) return callbacks_.dispatch(event);
  if (std::holds_alternative<core::SourceChanged>(event)) tell_source();
  // Input that goes on elsewhere is not news: told again, it would disprove a lock.
  if (resumed || std::none_of(desktops_.begin(), desktops_.end(),
                              [](const auto& other) { return other->input_goes_on(); }))
    tell_input();
}

void DesktopInputs::tell_source() {
  const auto& own = *desktops_.front();
  if (alone()) {
    if (own.source) callbacks_.dispatch(*own.source);
    return;
  }
  const auto working = std::find_if(desktops_.begin(), desktops_.end(),
                                    [](const auto& desktop) { return desktop->works(); });
  if (working != desktops_.end())
    callbacks_.dispatch(core::SourceChanged{true, false, (*working)->source->id, ""});
  else if (own.source)
    callbacks_.dispatch(*own.source);
}

void DesktopInputs::tell_input() {
  if (alone()) {
    // Devices that were not told apart for a while are told apart again.
    const auto& own = *desktops_.front();
    for (std::size_t i = 0; i < own.on.size(); ++i) {
      if (own.source && own.source->splits != (i != any)) continue;
      const auto device = static_cast<core::Device>(i);
      const auto stopped = std::max(own.stopped.at(i), left_);
      if (own.on.at(i))
        callbacks_.dispatch(core::InputResumed{device});
      else if (stopped)
        callbacks_.dispatch(core::InputStopped{device, *stopped});
    }
    return;
  }
  auto last = left_;
  for (const auto& desktop : desktops_) {
    if (desktop->input_goes_on()) return callbacks_.dispatch(core::InputResumed{core::Device::any});
    last = std::max(last, desktop->last_input());
  }
  if (last) callbacks_.dispatch(core::InputStopped{core::Device::any, *last});
}

void DesktopInputs::put_in_front(const std::string& session) {
  if (std::exchange(front_, session) != session) callbacks_.front_changed();
}

}  // namespace poised::shell
