// SPDX-License-Identifier: MIT
#include "shell/desk_port.hpp"

#include <algorithm>
#include <utility>

#include "poised/plugin.h"

namespace poised::shell {
namespace {

// Consents of direct commands cannot meet those of prompts, which are prompt ids.
constexpr std::uint64_t direct_consents = std::uint64_t{1} << 61;
constexpr core::Duration consent_lasts = std::chrono::seconds(5);  // D1
// Input that goes on has no last moment yet.
constexpr core::Duration beyond_now = std::chrono::hours(24 * 365);

plugin::Person person_of(const core::State& state, core::Instant now) {
  const auto& input = state.input;
  plugin::Person person;
  person.presence = POISED_PERSON_PRESENT;
  if (input.source == core::SourceState::silent || input.source == core::SourceState::lost)
    person.presence = POISED_PERSON_UNKNOWN;
  if (input.seat_inactive) person.presence = POISED_PERSON_SEAT_INACTIVE;
  if (input.lock != core::LockState::open) person.presence = POISED_PERSON_LOCKED;
  if (input.asleep) person.presence = POISED_PERSON_ASLEEP;
  auto last = std::max(input.unlocked, core::Instant());
  for (const auto& device : input.devices)
    last = std::max(last, device.going_on ? now + beyond_now : device.last);
  person.last_input_ns = last.time_since_epoch().count();
  return person;
}

}  // namespace

DeskPort::DeskPort(plugin::Supervisor& supervisor, Callbacks callbacks)
    : supervisor_(supervisor), callbacks_(std::move(callbacks)) {}

void DeskPort::use(const std::vector<std::string>& ids) {
  const auto id = ids.empty() ? std::string() : ids.front();
  if (id == id_) return;
  if (!id_.empty()) {
    forget_desk("it is no longer used");
    supervisor_.release(id_);
  }
  id_ = id;
  if (!id_.empty()) supervisor_.start(id_);
}

void DeskPort::send(std::uint32_t kind, plugin::Payload payload) {
  plugin::Message message;
  message.kind = kind;
  message.payload = std::move(payload);
  if (!id_.empty()) supervisor_.send(id_, std::move(message));
}

void DeskPort::say_person() {
  if (ready_) send(POISED_PERSON, person_);
}

void DeskPort::person(const core::State& state, core::Instant now) {
  if (id_.empty()) return;
  const auto before = std::exchange(person_, person_of(state, now));
  const auto going_on = [now](const plugin::Person& person) {
    return person.last_input_ns > now.time_since_epoch().count();
  };
  if (before.presence != person_.presence || going_on(before) != going_on(person_)) say_person();
}

DeskReport DeskPort::report() const {
  return desks_.empty() ? DeskReport{} : desks_[used_];
}

std::string DeskPort::name_if_several() const {
  const auto connected = std::ranges::count_if(
      desks_, [](const DeskReport& desk) { return desk.state != POISED_DESK_ABSENT; });
  return connected > 1 ? report().name : std::string();
}

void DeskPort::asked(std::uint64_t prompt_id) {
  asked_ = {prompt_id, report().name};
}

void DeskPort::move(const core::MoveDesk& command) {
  move_desk(command, command.consent == asked_.first ? asked_.second : report().name, {});
}

void DeskPort::move_to(const std::string& name, std::int32_t to_mm, core::Instant now,
                       Ended ended) {
  if (!ready_) return ended("no desk is connected");
  if (!name.empty() && std::ranges::find(desks_, name, &DeskReport::name) == desks_.end())
    return ended("none is called '" + name + "'");
  const auto consent = direct_consents + ++last_direct_;
  move_desk({to_mm, consent, now + consent_lasts}, name.empty() ? report().name : name,
            std::move(ended));
}

void DeskPort::move_desk(const core::MoveDesk& command, const std::string& name, Ended ended) {
  stopped_by_person_ = false;
  const auto desk = std::ranges::find(desks_, name, &DeskReport::name);
  const auto from = desk == desks_.end() ? std::nullopt : desk->height_mm;
  moves_[command.consent] = {name, command.to_mm, from, std::move(ended)};
  say_person();
  send(POISED_MOVE_DESK, plugin::MoveDesk{.to_mm = command.to_mm,
                                          .consent = command.consent,
                                          .expires_ns = command.expires.time_since_epoch().count(),
                                          .desk = name});
}

void DeskPort::stop() {
  stopped_by_person_ = true;
  send(POISED_STOP_DESK);
}

void DeskPort::on_message(const std::string& id, const plugin::Message& message) {
  if (id != id_ || id_.empty()) return;
  if (message.kind == POISED_READY) {
    // Also after its settings have changed: what desks there are it tells next.
    forget_desk("its settings were changed");
    ready_ = true;
    say_person();
  } else if (const auto* state = std::get_if<plugin::DeskState>(&message.payload)) {
    heard({state->desk, state->state,
           state->height_mm < 0 ? std::nullopt : std::optional(state->height_mm)});
  } else if (const auto* ended = std::get_if<plugin::DeskMoveEnded>(&message.payload)) {
    end(ended->consent, ended->result == POISED_MOVE_ARRIVED
                            ? std::nullopt
                            : std::optional(ended->reason.empty() ? "stopped" : ended->reason));
  }
}

void DeskPort::heard(DeskReport report) {
  const auto known = std::ranges::find(desks_, report.name, &DeskReport::name);
  const auto index = static_cast<std::size_t>(known - desks_.begin());
  if (known == desks_.end()) desks_.push_back({.name = report.name});
  const auto before = std::exchange(desks_[index], report);
  const auto away = [](const DeskReport& desk) { return desk.state == POISED_DESK_ABSENT; };
  if (index != used_) {
    if (report.state == POISED_DESK_MOVING || (away(desks_[used_]) && !away(report)))
      use_desk(index);
  } else {
    // Between two messages of a desk that has only fallen silent, its last height still holds.
    if (report.height_mm != before.height_mm && (report.height_mm || away(report)))
      callbacks_.dispatch(core::DeskHeight{report.height_mm});
    const auto other = std::ranges::find_if_not(desks_, away);
    if (away(report) && other != desks_.end())
      use_desk(static_cast<std::size_t>(other - desks_.begin()));
  }
  if (report.state != POISED_DESK_MOVING || !report.height_mm || moves_.empty()) return;
  auto& move = moves_.rbegin()->second;
  if (move.desk != report.name) return;
  if (!move.from_mm) move.from_mm = report.height_mm;
  callbacks_.moving(move.to_mm, *move.from_mm, report);
}

/// Nobody has changed position by going to another desk: its height is one to begin with.
void DeskPort::use_desk(std::size_t index) {
  used_ = index;
  callbacks_.dispatch(core::DeskHeight{});
  if (const auto height = desks_[index].height_mm) callbacks_.dispatch(core::DeskHeight{height});
}

void DeskPort::end(std::uint64_t consent, std::optional<std::string> why) {
  const auto found = moves_.find(consent);
  if (found == moves_.end()) return;
  const auto ended = std::move(found->second.ended);
  moves_.erase(found);
  callbacks_.ended(why, stopped_by_person_);
  if (ended) ended(std::move(why));
}

void DeskPort::forget_desk(const std::string& why) {
  ready_ = false;
  const bool had_height = report().height_mm.has_value();
  desks_.clear();
  used_ = 0;
  if (had_height) callbacks_.dispatch(core::DeskHeight{});
  while (!moves_.empty()) end(moves_.begin()->first, why);
}

void DeskPort::on_state(const plugin::PluginStatus& status) {
  if (status.id != id_ || id_.empty()) return;
  switch (status.state) {
    case plugin::PluginState::running:
    case plugin::PluginState::starting:
    case plugin::PluginState::on_demand:
      return;
    case plugin::PluginState::stopped:
    case plugin::PluginState::failed:
    case plugin::PluginState::quarantined:
    case plugin::PluginState::disabled:
      forget_desk("the desk plugin has ended");
      return;
  }
}

}  // namespace poised::shell
