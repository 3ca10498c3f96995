// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "plugin/supervisor_impl.hpp"

namespace poised::plugin {
namespace {

constexpr int frames_at_once = 32;

}  // namespace

// ---------------------------------------------------------------- in

void Supervisor::Impl::read_later(Slot& slot) {
  slot.socket->async_wait(stream_descriptor::wait_read, handler(slot, [](Impl& self, Slot& s) {
                            if (self.read(s, frames_at_once)) self.read_later(s);
                          }));
}

bool Supervisor::Impl::read(Slot& slot, int most) {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(max_frame);
  const std::uint64_t incarnation = slot.incarnation;
  for (; most != 0; --most) {
    const ssize_t size =
        recv(slot.socket->native_handle(), buffer_.get(), max_frame, MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (size <= 0) {
      socket_closed(slot);
      return false;
    }
    // Whoever is being ended has nothing more to say.
    if (slot.phase == Phase::terminating || slot.phase == Phase::killing) continue;
    std::string why = "a frame too long";
    const auto length = static_cast<std::size_t>(size);
    const std::optional<Frame> frame =
        length <= max_frame ? decode({buffer_.get(), length}, why) : std::nullopt;
    if (!frame) {
      protocol_error(slot, why);
    } else if (!std::holds_alternative<Ack>(*frame) && !slot.budget.take(flood_clock())) {
      end(slot, fmt::format("sent more than {} messages at once and {} a second",
                            options_.flood_burst, options_.flood_per_second));
    } else {
      std::visit([&](const auto& value) { take(slot, value); }, *frame);
    }
    if (slot.incarnation != incarnation) return false;
  }
  return true;
}

std::int64_t Supervisor::Impl::flood_clock() const {
  return options_.virtual_clock
             ? now_ns_
             : std::chrono::nanoseconds(SteadyClock::now().time_since_epoch()).count();
}

void Supervisor::Impl::protocol_error(Slot& slot, std::string_view what) {
  end(slot, fmt::format("malformed output: {}", what));
}

void Supervisor::Impl::take(Slot& slot, const Hello& hello) {
  if (slot.phase != Phase::hello) return protocol_error(slot, "a second greeting");
  if (hello.version != wire_version) {
    slot.status.outdated = true;
    return end(
        slot,
        fmt::format("its host speaks wire version {}, this daemon {}", hello.version, wire_version),
        true);
  }
  std::vector<std::string> declared = slot.manifest.capabilities;
  std::sort(declared.begin(), declared.end());
  if (hello.id != slot.manifest.id || hello.plugin_version != slot.manifest.version ||
      hello.capabilities != declared) {
    return protocol_error(slot, "a greeting that is not the manifest's");
  }
  slot.status.sandbox = one_line(hello.sandbox);
  slot.greeted = true;
  slot.phase = Phase::ready;
  slot.ready_by = SteadyClock::now() + options_.ready_timeout;
  report(slot);
  deliver(slot, {.kind = POISED_START,
                 .seq = ++slot.next_seq,
                 .payload = Start{slot.settings, options_.locale}});
}

void Supervisor::Impl::take(Slot& slot, const Refused& refused) {
  if (slot.phase != Phase::hello) return protocol_error(slot, "a refusal after the greeting");
  slot.status.outdated = refused.outdated;
  // It has ended, or is about to.
  fail(slot, one_line(refused.reason), false, refused.permanent);
  slot.phase = Phase::stopping;
  slot.end_by = SteadyClock::now() + options_.stop_timeout;
  arm(slot);
}

void Supervisor::Impl::take(Slot& slot, const Ack& ack) {
  if (slot.unacked.empty() || slot.unacked.front().seq != ack.seq) {
    return protocol_error(slot, "an acknowledgement of nothing");
  }
  const std::uint32_t kind = slot.unacked.front().kind;
  slot.unacked.pop_front();
  slot.ack_by.reset();
  if (!slot.unacked.empty()) slot.ack_by = SteadyClock::now() + slot.manifest.response_timeout;
  if (ack.result < 0 && ack.result != -ENOTSUP) {
    const std::string error = std::generic_category().message(-ack.result);
    log(slot, POISED_LOG_WARNING,
        fmt::format("plugin: {}: {}: {}", slot.manifest.id, kind_name(kind), error));
  }
  arm(slot);
  changed_ = true;
  settle();
}

void Supervisor::Impl::take(Slot& slot, const Log& line) {
  log(slot, std::clamp(line.priority, POISED_LOG_ERROR, POISED_LOG_DEBUG), one_line(line.line));
}

void Supervisor::Impl::take(Slot& slot, const TimerArmed& armed) {
  if (!options_.virtual_clock) return protocol_error(slot, "a timer of the virtual clock");
  slot.timer = armed.at_ns;
  changed_ = true;
  settle();
}

void Supervisor::Impl::take(Slot& slot, const Submit& submit) {
  const Message& message = submit.message;
  const std::string_view capability = capability_of(message.kind);
  if (!is_from_plugin(message.kind) || slot.phase == Phase::hello) {
    return protocol_error(slot, kind_name(message.kind) + " out of place");
  }
  if (!capability.empty() && !slot.manifest.has(capability)) {
    return protocol_error(
        slot, fmt::format("{} without capability {}", kind_name(message.kind), capability));
  }
  if (slot.phase != Phase::ready && slot.phase != Phase::run) return;
  if (const auto* ready = std::get_if<Ready>(&message.payload)) {
    became_ready(slot, *ready);
  } else if (message.kind == POISED_FAILED) {
    const auto& failed = std::get<Failed>(message.payload);
    fail(slot, one_line(failed.reason), false, failed.permanent);
    stop(slot);
  } else if (message.kind == POISED_RESTING) {
    slot.resting = true;
    slot.wanted = false;
    slot.after = After::rest;
    slot.failures = 0;
    set_state(slot, PluginState::on_demand);
    slot.status.detail = one_line(std::get<Resting>(message.payload).reason);
    report(slot);
    stop(slot);
  } else if (message.kind == POISED_DEGRADED) {
    slot.status.reason = one_line(std::get<Failed>(message.payload).reason);
    report(slot);
  }
  if (callbacks_.on_message) {
    call_back([id = slot.status.id, message](const Callbacks& c) { c.on_message(id, message); });
  }
}

void Supervisor::Impl::became_ready(Slot& slot, const Ready& ready) {
  slot.status.detail = one_line(ready.detail);
  slot.status.splits_devices = ready.splits_devices;
  if (slot.phase == Phase::run) return report(slot);
  slot.phase = Phase::run;
  slot.ready_by.reset();
  slot.ready_since = SteadyClock::now();
  set_state(slot, PluginState::running, slot.status.reason);  // DEGRADED may come first
  for (std::deque<Message> queue = std::exchange(slot.queue, {}); Message & message : queue) {
    deliver(slot, std::move(message));
  }
  rest_later(slot);
  changed_ = true;
  settle();
}

// ---------------------------------------------------------------- out

void Supervisor::Impl::deliver(Slot& slot, Message message) {
  expect_ack(slot, message.seq, message.kind);
  slot.budget.grant(answers_per_message);
  write(slot, Deliver{now_ns_, std::move(message)});
}

void Supervisor::Impl::expect_ack(Slot& slot, std::uint64_t seq, std::uint32_t kind) {
  // Each message has its own time, which begins when the one before it is done.
  if (slot.unacked.empty()) slot.ack_by = SteadyClock::now() + slot.manifest.response_timeout;
  slot.unacked.push_back({seq, kind});
  arm(slot);
}

void Supervisor::Impl::write(Slot& slot, const Frame& frame) {
  std::vector<std::byte> bytes = encode(frame);
  if (slot.unsent.empty() && write_bytes(slot, bytes)) return;
  slot.unsent.push_back(std::move(bytes));
  if (slot.unsent.size() == 1) write_later(slot);
}

bool Supervisor::Impl::write_bytes(Slot& slot, const std::vector<std::byte>& bytes) {
  if (!slot.socket) return true;
  for (;;) {
    if (::send(slot.socket->native_handle(), bytes.data(), bytes.size(),
               MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
      return true;
    }
    if (errno != EINTR) return errno != EAGAIN && errno != ENOBUFS;
  }
}

void Supervisor::Impl::write_later(Slot& slot) {
  slot.socket->async_wait(stream_descriptor::wait_write, handler(slot, [](Impl& self, Slot& s) {
                            if (!s.socket) return;
                            while (!s.unsent.empty() && write_bytes(s, s.unsent.front()))
                              s.unsent.pop_front();
                            if (!s.unsent.empty()) self.write_later(s);
                          }));
}

}  // namespace poised::plugin
