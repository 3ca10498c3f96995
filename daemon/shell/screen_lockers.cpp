// SPDX-License-Identifier: MIT
#include "shell/screen_lockers.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace poised::shell {
namespace {

// Some desktops serve one of their own beside the common one, and KDE the common one on two paths:
// what counts is the interface.
constexpr std::array interfaces{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver",
                                "org.cinnamon.ScreenSaver", "org.mate.ScreenSaver",
                                "org.xfce.ScreenSaver"};

bool is_locker(const std::string& interface) {
  return std::find(interfaces.begin(), interfaces.end(), interface) != interfaces.end();
}

std::string path_of(std::string interface) {
  std::replace(interface.begin(), interface.end(), '.', '/');
  return "/" + interface;
}

}  // namespace

ScreenLockers::ScreenLockers(Bus& bus, std::function<void()> changed)
    : bus_(bus),
      changed_(std::move(changed)),
      driver_(sdbus::createProxy(bus.connection(), ServiceName{"org.freedesktop.DBus"},
                                 sdbus::ObjectPath{"/org/freedesktop/DBus"})) {
  matches_.push_back(
      add_match(bus.connection(), "type='signal',member='ActiveChanged'", [this](auto& message) {
        const std::string interface = message.getInterfaceName();
        if (!is_locker(interface)) return;
        bool active = false;
        message >> active;
        set(interface, message.getSender(), active);
      }));
  driver_->callMethodAsync("ListNames")
      .onInterface("org.freedesktop.DBus")
      .uponReplyInvoke([this](CallError error, std::vector<std::string> names) {
        if (error) return;
        for (const auto& name : names)
          if (is_locker(name)) ask(name);
      });
  bus.pump();
}

void ScreenLockers::ask(const std::string& name) {
  auto& locker = lockers_[name];
  locker.proxy =
      sdbus::createProxy(bus_.connection(), ServiceName{name}, sdbus::ObjectPath{path_of(name)});
  locker.proxy->callMethodAsync("GetActive")
      .onInterface(name)
      .uponReplyInvoke([this, name](CallError error, bool active) {
        // Only what is on needs to be known; a signal may have been faster.
        if (!error && active && !active_.contains(name)) set(name, name, true);
      });
  bus_.pump();
}

void ScreenLockers::set(const std::string& name, const std::string& owner, bool active) {
  auto& locker = lockers_[name];
  if (active && owner != locker.owner) {
    // One that dies tells nobody that it is gone.
    locker.owner = owner;
    locker.leaves =
        add_match(bus_.connection(),
                  "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                  "member='NameOwnerChanged',arg0='" +
                      owner + "'",
                  [this, name](auto& message) {
                    std::string who, before, after;
                    message >> who >> before >> after;
                    if (after.empty()) set(name, who, false);
                  });
    bus_.pump();
  }
  if (active_[name] == active) return;
  active_[name] = active;
  changed_();
}

}  // namespace poised::shell
