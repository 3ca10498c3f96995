// SPDX-License-Identifier: MIT
#include "shell/idle_inhibitors.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace poised::shell {
namespace {

struct Bookkeeper {
  const char* name;  ///< of the service, and of its interface
  const char* path;
  std::array<const char*, 2> changes;  ///< signals after which it is asked again
  const char* question;
  std::uint32_t idle;  ///< what is asked for: that the session goes idle, the screen off
};

constexpr std::array books{
    Bookkeeper{"org.gnome.SessionManager",
               "/org/gnome/SessionManager",
               {"InhibitorAdded", "InhibitorRemoved"},
               "IsInhibited",
               8},
    Bookkeeper{"org.kde.Solid.PowerManagement.PolicyAgent",
               "/org/kde/Solid/PowerManagement/PolicyAgent",
               {"InhibitionsChanged", "InhibitionsChanged"},
               "HasInhibition",
               4},
};

}  // namespace

IdleInhibitors::IdleInhibitors(Bus& bus, std::function<void()> changed)
    : bus_(bus),
      changed_(std::move(changed)),
      driver_(sdbus::createProxy(bus.connection(), ServiceName{"org.freedesktop.DBus"},
                                 sdbus::ObjectPath{"/org/freedesktop/DBus"})) {
  static_assert(books.size() == bookkeepers);
  auto& connection = bus.connection();
  for (std::size_t which = 0; which < books.size(); ++which) {
    const auto& book = books.at(which);
    const std::string name = book.name;
    proxies_.at(which) =
        sdbus::createProxy(connection, ServiceName{name}, sdbus::ObjectPath{book.path});
    const std::string from = "type='signal',sender='" + name + "',path='" + book.path +
                             "',interface='" + name + "',member='";
    for (const auto* change : book.changes) {
      matches_.push_back(
          add_match(connection, from + change + "'", [this, which](auto&) { ask(which); }));
      if (book.changes.front() == book.changes.back()) break;
    }
    matches_.push_back(
        add_match(connection,
                  "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                  "member='NameOwnerChanged',arg0='" +
                      name + "'",
                  [this, which](auto& message) {
                    std::string of, before, after;
                    message >> of >> before >> after;
                    if (after.empty())
                      set(which, false);
                    else
                      ask(which);
                  }));
    driver_->callMethodAsync("NameHasOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(name)
        .uponReplyInvoke([this, which](CallError error, bool owned) {
          if (!error && owned) ask(which);
        });
  }
  bus.pump();
}

bool IdleInhibitors::active() const {
  return std::find(active_.begin(), active_.end(), true) != active_.end();
}

void IdleInhibitors::ask(std::size_t which) {
  const auto& book = books.at(which);
  proxies_.at(which)
      ->callMethodAsync(book.question)
      .onInterface(book.name)
      .withArguments(book.idle)
      .uponReplyInvoke(
          [this, which](CallError error, bool active) { set(which, !error && active); });
  bus_.pump();
}

void IdleInhibitors::set(std::size_t which, bool active) {
  if (std::exchange(active_.at(which), active) != active) changed_();
}

}  // namespace poised::shell
