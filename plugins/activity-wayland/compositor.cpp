// SPDX-License-Identifier: MIT
#include "compositor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <poised/plugin.hpp>

#include "ext-idle-notify-v1-client.h"
#include "idle-client.h"

namespace activity_wayland {
namespace {

constexpr std::uint32_t newest_known = 2;

// libwayland calls these; no exception may pass through it, and none of them throws.
template <auto Event, class Object>
void tell(void* data, Object* /*object*/) {
  Event(data);
}

}  // namespace

Seat::Seat(Compositor& compositor, std::uint32_t name, wl_seat* seat)
    : compositor_(compositor), name_(name), seat_(seat) {}

Seat::~Seat() {
  unwatch();
  wl_seat_destroy(seat_);
}

void Seat::unwatch() {
  if (notification_ != nullptr) ext_idle_notification_v1_destroy(notification_);
  if (timeout_ != nullptr) org_kde_kwin_idle_timeout_release(timeout_);
  notification_ = nullptr;
  timeout_ = nullptr;
}

void Seat::watch(std::chrono::milliseconds threshold) {
  unwatch();
  threshold_ = threshold;
  const auto ms = static_cast<std::uint32_t>(threshold.count());
  constexpr auto idled = [](void* data) {
    auto& seat = *static_cast<Seat*>(data);
    seat.compositor_.events_.idled(seat);
  };
  constexpr auto resumed = [](void* data) {
    auto& seat = *static_cast<Seat*>(data);
    seat.compositor_.events_.resumed(seat);
  };
  if (compositor_.notifier_ != nullptr) {
    static constexpr ext_idle_notification_v1_listener listener{
        tell<idled, ext_idle_notification_v1>, tell<resumed, ext_idle_notification_v1>};
    const bool input_only = compositor_.input_only_ && compositor_.sees_input_only();
    notification_ =
        input_only
            ? ext_idle_notifier_v1_get_input_idle_notification(compositor_.notifier_, ms, seat_)
            : ext_idle_notifier_v1_get_idle_notification(compositor_.notifier_, ms, seat_);
    ext_idle_notification_v1_add_listener(notification_, &listener, this);
  } else if (compositor_.kwin_idle_ != nullptr) {
    static constexpr org_kde_kwin_idle_timeout_listener listener{
        tell<idled, org_kde_kwin_idle_timeout>, tell<resumed, org_kde_kwin_idle_timeout>};
    timeout_ = org_kde_kwin_idle_get_idle_timeout(compositor_.kwin_idle_, seat_, ms);
    org_kde_kwin_idle_timeout_add_listener(timeout_, &listener, this);
  }
}

Compositor::Compositor(bool input_only, Events events)
    : input_only_(input_only), events_(std::move(events)) {
  const char* name = std::getenv("WAYLAND_DISPLAY");
  if (name == nullptr || *name == '\0')
    throw poised::Failure("wayland: WAYLAND_DISPLAY: not set", true);
  name_ = name;
  display_.reset(wl_display_connect(nullptr));
  if (!display_) throw poised::Failure("wayland: " + name_ + ": cannot connect");
  registry_ = wl_display_get_registry(display_.get());
  static constexpr wl_registry_listener registry_listener{
      [](void* data, wl_registry*, std::uint32_t global, const char* interface,
         std::uint32_t version) {
        static_cast<Compositor*>(data)->global(global, interface, version);
      },
      [](void* data, wl_registry*, std::uint32_t global) {
        static_cast<Compositor*>(data)->global_removed(global);
      }};
  wl_registry_add_listener(registry_, &registry_listener, this);
  listed_ = wl_display_sync(display_.get());
  static constexpr wl_callback_listener listed_listener{
      [](void* data, wl_callback*, std::uint32_t) {
        auto& self = *static_cast<Compositor*>(data);
        wl_callback_destroy(std::exchange(self.listed_, nullptr));
        self.known_ = true;
        self.events_.known();
        for (const auto& seat : self.seats_) self.events_.seat_added(*seat);
      }};
  wl_callback_add_listener(listed_, &listed_listener, this);
}

Compositor::~Compositor() {
  seats_.clear();
  if (notifier_ != nullptr) ext_idle_notifier_v1_destroy(notifier_);
  if (kwin_idle_ != nullptr) org_kde_kwin_idle_destroy(kwin_idle_);
  if (listed_ != nullptr) wl_callback_destroy(listed_);
  wl_registry_destroy(registry_);
}

void Compositor::global(std::uint32_t name, const std::string& interface, std::uint32_t version) {
  const auto bind = [&](const wl_interface& of, std::uint32_t as) {
    return wl_registry_bind(registry_, name, &of, as);
  };
  if (interface == ext_idle_notifier_v1_interface.name && notifier_ == nullptr) {
    version_ = std::min(version, newest_known);
    notifier_ = static_cast<ext_idle_notifier_v1*>(bind(ext_idle_notifier_v1_interface, version_));
  } else if (interface == org_kde_kwin_idle_interface.name && kwin_idle_ == nullptr) {
    kwin_idle_ = static_cast<org_kde_kwin_idle*>(bind(org_kde_kwin_idle_interface, 1));
  } else if (interface == wl_seat_interface.name) {
    // Version 1 has no release: a seat that goes is told by the registry.
    seats_.push_back(
        std::make_unique<Seat>(*this, name, static_cast<wl_seat*>(bind(wl_seat_interface, 1))));
    if (known_) events_.seat_added(*seats_.back());
  }
}

void Compositor::global_removed(std::uint32_t name) {
  const auto found = std::find_if(seats_.begin(), seats_.end(),
                                  [name](const auto& seat) { return seat->name() == name; });
  if (found == seats_.end()) return;
  const auto seat = std::move(*found);
  seats_.erase(found);
  events_.seat_removed(*seat);
}

std::string Compositor::protocol() const {
  if (notifier_ != nullptr) return "ext-idle-notify-v1 version " + std::to_string(version_);
  return kwin_idle_ != nullptr ? "org_kde_kwin_idle" : "";
}

bool Compositor::pump(bool readable) {
  wl_display* display = display_.get();
  while (wl_display_prepare_read(display) != 0)
    if (wl_display_dispatch_pending(display) < 0) return false;
  const auto flush = [&] {
    const bool blocked = wl_display_flush(display) < 0 && errno == EAGAIN;
    wants_write_ = blocked;
  };
  flush();
  if (readable) {
    if (wl_display_read_events(display) < 0) return false;
  } else {
    wl_display_cancel_read(display);
  }
  if (wl_display_dispatch_pending(display) < 0) return false;
  flush();
  return wl_display_get_error(display) == 0;
}

}  // namespace activity_wayland
