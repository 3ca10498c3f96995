// SPDX-License-Identifier: MIT
#include "shell/logind.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <set>
#include <utility>

namespace poised::shell {
namespace {

constexpr const char* service = "org.freedesktop.login1";
constexpr const char* manager_path = "/org/freedesktop/login1";
constexpr const char* manager_interface = "org.freedesktop.login1.Manager";
constexpr const char* session_interface = "org.freedesktop.login1.Session";
constexpr const char* properties_interface = "org.freedesktop.DBus.Properties";

// A system bus that is missing is looked for when somebody is there, and not more often than this.
constexpr std::chrono::seconds between_attempts{1};

using Properties = std::map<std::string, sdbus::Variant>;
using ListedSession = sdbus::Struct<std::string, std::uint32_t, std::string, std::string,
                                    sdbus::ObjectPath>;  // id, uid, user, seat, path

using ListedInhibitor = sdbus::Struct<std::string, std::string, std::string, std::string,
                                      std::uint32_t, std::uint32_t>;  // what, who, why, mode, uid

template <typename T>
void read(const Properties& properties, const char* name, T& value) {
  if (const auto found = properties.find(name); found != properties.end())
    value = found->second.get<T>();
}

void take_over(const Properties& properties, LoginSession& session) {
  read(properties, "Id", session.id);
  read(properties, "Type", session.type);
  read(properties, "Class", session.klass);
  read(properties, "Leader", session.leader);
  read(properties, "Remote", session.remote);
  read(properties, "Active", session.active);
  const bool was_locked = session.locked_hint;
  read(properties, "LockedHint", session.locked_hint);
  // What was asked for has been done, or undone.
  if (was_locked != session.locked_hint) session.lock_asked = false;
  sdbus::Struct<std::string, sdbus::ObjectPath> seat;
  if (properties.contains("Seat")) {
    read(properties, "Seat", seat);
    session.seat = std::get<0>(seat);
  }
}

std::string signal_of(const std::string& path, const std::string& rest) {
  return "type='signal',sender='" + std::string(service) + "',path='" + path + "'," + rest;
}

}  // namespace

Logind::Logind(boost::asio::io_context& loop, Callbacks callbacks)
    : loop_(loop), callbacks_(std::move(callbacks)) {}

Logind::~Logind() = default;

void Logind::start() {
  if (bus_ || std::chrono::steady_clock::now() < next_attempt_) return;
  next_attempt_ = std::chrono::steady_clock::now() + between_attempts;
  connect();
}

std::optional<std::vector<LoginSession>> Logind::sessions() const {
  if (!complete_) return std::nullopt;
  std::vector<LoginSession> all;
  for (const auto& [path, watched] : watched_)
    if (watched.described) all.push_back(watched.session);
  // Numbers in the order of the logins, which logind gives as texts.
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.id.size(), a.id) < std::pair(b.id.size(), b.id);
  });
  return all;
}

void Logind::connect() {
  try {
    bus_ = std::make_unique<Bus>(loop_, sdbus::createSystemBusConnection(),
                                 [this] { connection_lost(); });
    manager_ = sdbus::createProxy(bus_->connection(), ServiceName{service},
                                  sdbus::ObjectPath{manager_path});
    const auto manager_signal = [](const char* member) {
      return signal_of(manager_path, std::string("interface='") + manager_interface + "',member='" +
                                         member + "'");
    };
    auto& connection = bus_->connection();
    matches_.push_back(
        add_match(connection, manager_signal("PrepareForSleep"), [this](auto& message) {
          bool asleep = false;
          message >> asleep;
          sleep_signal(asleep);
        }));
    matches_.push_back(
        add_match(connection, manager_signal("SessionNew"), [this](auto&) { list_sessions(); }));
    matches_.push_back(add_match(connection, manager_signal("SessionRemoved"),
                                 [this](auto&) { list_sessions(); }));
    matches_.push_back(
        add_match(connection,
                  "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                  "member='NameOwnerChanged',arg0='" +
                      std::string(service) + "'",
                  [this](auto& message) {
                    std::string name, before, after;
                    message >> name >> before >> after;
                    if (!after.empty()) return ask_everything();
                    set_problem("logind: " + std::string(service) + ": has left the bus");
                    set_idle_inhibited(false);
                  }));
    matches_.push_back(
        add_match(connection,
                  signal_of(manager_path, std::string("interface='") + properties_interface +
                                              "',member='PropertiesChanged',arg0='" +
                                              manager_interface + "'"),
                  [this](auto&) {
                    // They are rare, and who holds the locks is told by no signal.
                    if (follows_inhibitors_) list_inhibitors();
                  }));
    ask_everything();
  } catch (const sdbus::Error& error) {
    matches_.clear();
    manager_.reset();
    bus_.reset();
    set_problem("logind: system bus: " + error.getMessage());
  }
}

void Logind::connection_lost() {
  watched_.clear();
  complete_ = false;
  matches_.clear();
  manager_.reset();
  inhibitor_.reset();
  bus_.reset();
  set_problem("logind: system bus: connection lost");
  if (std::exchange(asleep_, false)) callbacks_.sleep(false);
  set_idle_inhibited(false);
}

void Logind::set_problem(const std::string& problem) {
  if (problem == problem_) return;
  problem_ = problem;
  boost::asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) callbacks_.changed();
  });
}

void Logind::ask_everything() {
  list_sessions();
  hold_sleep_back();
  if (follows_inhibitors_) list_inhibitors();
  // It may have slept, or woken, while nobody listened.
  manager_->callMethodAsync("Get")
      .onInterface(properties_interface)
      .withArguments(std::string(manager_interface), std::string("PreparingForSleep"))
      .uponReplyInvoke([this](CallError error, sdbus::Variant asleep) {
        if (error || !asleep.containsValueOfType<bool>()) return;
        sleep_signal(asleep.get<bool>());
      });
  bus_->pump();
}

void Logind::list_sessions() {
  manager_->callMethodAsync("ListSessions")
      .onInterface(manager_interface)
      .uponReplyInvoke([this](CallError error, std::vector<ListedSession> listed) {
        if (error) return set_problem("logind: ListSessions: " + error->getMessage());
        set_problem("");
        const auto me = getuid();
        std::set<std::string> mine;
        for (const auto& session : listed)
          if (std::get<1>(session) == me) mine.insert(std::get<4>(session));
        std::erase_if(watched_, [&](const auto& entry) { return !mine.contains(entry.first); });
        for (const auto& path : mine) add(path);
        look_whether_complete();
        callbacks_.changed();
      });
  bus_->pump();
}

void Logind::look_whether_complete() {
  complete_ = complete_ || std::all_of(watched_.begin(), watched_.end(),
                                       [](const auto& entry) { return entry.second.described; });
}

void Logind::add(const std::string& path) {
  auto& watched = watched_[path];
  if (!watched.proxy) {
    watched.proxy =
        sdbus::createProxy(bus_->connection(), ServiceName{service}, sdbus::ObjectPath{path});
    watched.signals =
        add_match(bus_->connection(),
                  "type='signal',sender='" + std::string(service) + "',path='" + path + "'",
                  [this, path](auto& message) { session_signal(path, message); });
  }
  watched.proxy->callMethodAsync("GetAll")
      .onInterface(properties_interface)
      .withArguments(std::string(session_interface))
      .uponReplyInvoke([this, path](CallError error, Properties properties) {
        const auto found = watched_.find(path);
        if (found == watched_.end()) return;
        // One that ended before it could be asked stays without a class, and so counts for nothing.
        if (!error) take_over(properties, found->second.session);
        found->second.described = true;
        look_whether_complete();
        callbacks_.changed();
      });
  bus_->pump();
}

void Logind::session_signal(const std::string& path, sdbus::Message& message) {
  const auto found = watched_.find(path);
  if (found == watched_.end()) return;
  auto& session = found->second.session;
  const std::string interface = message.getInterfaceName(), member = message.getMemberName();
  if (interface == properties_interface && member == "PropertiesChanged") {
    std::string of;
    Properties changed;
    message >> of >> changed;
    if (of != session_interface) return;
    take_over(changed, session);
  } else if (interface == session_interface && member == "Lock") {
    session.lock_asked = true;
  } else if (interface == session_interface && member == "Unlock") {
    session.lock_asked = false;
  } else {
    return;
  }
  callbacks_.changed();
}

void Logind::hold_sleep_back() {
  manager_->callMethodAsync("Inhibit")
      .onInterface(manager_interface)
      .withArguments(std::string("sleep"), std::string("Poised"),
                     std::string("Saves what must survive the night"), std::string("delay"))
      .uponReplyInvoke([this](CallError error, sdbus::UnixFd lock) {
        // Without it sleep does not wait, and no more is lost than the last minute.
        if (!error && !asleep_) inhibitor_ = std::move(lock);
      });
  bus_->pump();
}

void Logind::follow_inhibitors(bool follow) {
  if (std::exchange(follows_inhibitors_, follow) == follow) return;
  if (follow && bus_) list_inhibitors();
  if (!follow) set_idle_inhibited(false);
}

void Logind::list_inhibitors() {
  manager_->callMethodAsync("ListInhibitors")
      .onInterface(manager_interface)
      .uponReplyInvoke([this](CallError error, std::vector<ListedInhibitor> listed) {
        const auto me = getuid();
        set_idle_inhibited(!error && follows_inhibitors_ &&
                           std::any_of(listed.begin(), listed.end(), [me](const auto& lock) {
                             // "sleep:idle" and the like
                             return std::get<0>(lock).find("idle") != std::string::npos &&
                                    std::get<3>(lock) == "block" && std::get<4>(lock) == me;
                           }));
      });
  bus_->pump();
}

void Logind::set_idle_inhibited(bool inhibited) {
  if (std::exchange(idle_inhibited_, inhibited) != inhibited) callbacks_.inhibitors_changed();
}

void Logind::sleep_signal(bool asleep) {
  if (asleep == asleep_) return;
  asleep_ = asleep;
  callbacks_.sleep(asleep);
  if (asleep)
    inhibitor_.reset();
  else
    hold_sleep_back();
}

}  // namespace poised::shell
