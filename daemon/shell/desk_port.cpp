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
    last = std::max(last, device.going_on ? now : device.last);
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
  // Input alone is told with the next move.
  if (before.presence != person_.presence) say_person();
}

void DeskPort::move(const core::MoveDesk& command) {
  stopped_by_person_ = false;
  moves_[command.consent] = {command.to_mm, report_.height_mm, {}};
  say_person();
  send(POISED_MOVE_DESK,
       plugin::MoveDesk{.to_mm = command.to_mm,
                        .consent = command.consent,
                        .expires_ns = command.expires.time_since_epoch().count()});
}

void DeskPort::move_to(std::int32_t to_mm, core::Instant now, Ended ended) {
  if (!ready_) return ended("no desk is connected");
  const auto consent = direct_consents + ++last_direct_;
  move({to_mm, consent, now + consent_lasts});
  moves_[consent].ended = std::move(ended);
}

void DeskPort::stop() {
  stopped_by_person_ = true;
  send(POISED_STOP_DESK);
}

void DeskPort::on_message(const std::string& id, const plugin::Message& message) {
  if (id != id_ || id_.empty()) return;
  if (message.kind == POISED_READY) {
    ready_ = true;
    say_person();
  } else if (const auto* state = std::get_if<plugin::DeskState>(&message.payload)) {
    const auto height = state->height_mm < 0 ? std::nullopt : std::optional(state->height_mm);
    const bool changed = height != report_.height_mm;
    report_ = {state->state, height};
    // Between two messages of a desk that has only fallen silent, its last height still holds.
    if (changed && (height || state->state == POISED_DESK_ABSENT))
      callbacks_.dispatch(core::DeskHeight{height});
    if (report_.state == POISED_DESK_MOVING && height && !moves_.empty()) {
      auto& move = moves_.rbegin()->second;
      if (!move.from_mm) move.from_mm = height;
      callbacks_.moving(move.to_mm, *move.from_mm, report_);
    }
  } else if (const auto* ended = std::get_if<plugin::DeskMoveEnded>(&message.payload)) {
    end(ended->consent, ended->result == POISED_MOVE_ARRIVED
                            ? std::nullopt
                            : std::optional(ended->reason.empty() ? "stopped" : ended->reason));
  }
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
  if (std::exchange(report_, DeskReport{}).height_mm) callbacks_.dispatch(core::DeskHeight{});
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
