// SPDX-License-Identifier: MIT
#include "common/bus.hpp"

#include <poll.h>
#include <time.h>

#include <cstring>
#include <utility>

namespace poised {
namespace {

constexpr std::uint64_t never = UINT64_MAX;

Duration monotonic() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

PluginBus::PluginBus(Plugin& plugin, Kind kind, std::function<void()> lost)
    : plugin_(plugin), lost_(std::move(lost)), timer_(plugin, [this] { pump(); }) {
  sd_bus* bus = nullptr;
  const int opened = kind == Kind::session ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
  // A bus that is not there when the session is will not come.
  if (opened < 0)
    throw Failure(std::string("bus: ") + (kind == Kind::session ? "session" : "system") +
                      " bus: " + std::strerror(-opened),
                  true);
  bus_.reset(bus);
  watch_ = FdWatch(plugin, sd_bus_get_fd(bus), POISED_FD_READ, [this](std::uint32_t) { pump(); });
  timer_.arm(plugin.now());
}

PluginBus::Entry& PluginBus::keep(Handler handler) {
  return entries_.emplace_back(Entry{this, std::move(handler), nullptr});
}

void PluginBus::match(const std::string& rule, Handler handler) {
  auto& entry = keep(std::move(handler));
  sd_bus_slot* slot = nullptr;
  sd_bus_add_match_async(
      bus_.get(), &slot, rule.c_str(),
      [](sd_bus_message* message, void* data, sd_bus_error*) noexcept {
        static_cast<Entry*>(data)->handler(*message);
        return 0;
      },
      nullptr, &entry);
  entry.slot.reset(slot);
  arm();
}

sd_bus_message* PluginBus::new_call(const char* service, const char* path, const char* interface,
                                    const char* method) {
  sd_bus_message* message = nullptr;
  sd_bus_message_new_method_call(bus_.get(), &message, service, path, interface, method);
  sd_bus_message_set_auto_start(message, 0);
  return message;
}

void PluginBus::send(sd_bus_message* message, Handler reply) {
  auto& entry = keep(std::move(reply));
  sd_bus_slot* slot = nullptr;
  sd_bus_call_async(
      bus_.get(), &slot, message,
      [](sd_bus_message* answer, void* data, sd_bus_error*) noexcept {
        auto& waiting = *static_cast<Entry*>(data);
        waiting.answered = true;
        if (waiting.handler) waiting.handler(*answer);
        return 0;
      },
      &entry, 0);
  sd_bus_message_unref(message);
  entry.slot.reset(slot);
  arm();
}

void PluginBus::pump() {
  if (pumping_) return;
  pumping_ = true;
  int processed = 0;
  do processed = sd_bus_process(bus_.get(), nullptr);
  while (processed > 0);
  pumping_ = false;
  entries_.remove_if([](const Entry& entry) { return entry.answered; });
  if (processed < 0) {
    watch_.reset();
    timer_.disarm();
    const auto lost = lost_;
    return lost();
  }
  arm();
}

void PluginBus::arm() {
  if (pumping_) return;
  const int events = sd_bus_get_events(bus_.get());
  std::uint32_t wanted = POISED_FD_READ;
  if (events >= 0 && (events & POLLOUT) != 0) wanted |= POISED_FD_WRITE;
  watch_.events(wanted);
  std::uint64_t timeout = never;
  sd_bus_get_timeout(bus_.get(), &timeout);
  if (timeout == never) return timer_.disarm();
  const Duration left = std::chrono::microseconds(timeout) - monotonic();
  timer_.arm(plugin_.now() + std::max(left, Duration::zero()));
}

}  // namespace poised
