// SPDX-License-Identifier: MIT
#include "ctl/daemon_client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

#include "ctl/text.hpp"

namespace poised::ctl {
namespace {

#if __has_include(<sdbus-c++/VTableItems.h>)
using ServiceName = sdbus::ServiceName;
#else
using ServiceName = std::string;
#endif

constexpr std::chrono::seconds patience{2};

constexpr const char* service = "org.poised.Poised1";
constexpr const char* object = "/org/poised/Poised1";
constexpr const char* main_interface = "org.poised.Poised1";
constexpr const char* prompt_interface = "org.poised.Poised1.Prompt";
constexpr const char* posture_interface = "org.poised.Poised1.Posture";
constexpr const char* desk_interface = "org.poised.Poised1.Desk";
constexpr const char* control_interface = "org.poised.Poised1.Control";
constexpr const char* bus_service = "org.freedesktop.DBus";

template <typename Proxy>
void activate(Proxy& proxy) {
  if constexpr (requires { proxy.finishRegistration(); }) proxy.finishRegistration();
}

template <typename Connection>
bool process_one(Connection& connection) {
  if constexpr (requires { connection.processPendingEvent(); })
    return connection.processPendingEvent();
  else
    return connection.processPendingRequest();
}

template <typename PollData>
int event_descriptor(const PollData& data) {
  if constexpr (requires { data.eventFd; })
    return data.eventFd;
  else
    return -1;  // poll() passes over it
}

Failure no_daemon(const std::string& context) {
  return {
      Exit::no_daemon,
      fmt::format("{}: daemon: not running (systemctl --user start poised starts it)", context)};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (const auto candidate : names)
    if (name == candidate) return true;
  return false;
}

Failure failure_of(const std::string& context, const sdbus::Error& error) {
  const std::string name = error.getName();
  const auto message = printable(error.getMessage());
  if (is_one_of(
          name,
          {"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
           "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected",
           // It is about to end, and serves no more.
           "org.freedesktop.DBus.Error.UnknownObject"}))
    return no_daemon(context);
  if (is_one_of(name, {"org.freedesktop.DBus.Error.Timeout", "System.Error.ETIMEDOUT"}))
    return {Exit::failed,
            fmt::format("{}: daemon: no answer within {} s", context, patience.count())};
  if (name == "org.poised.Error.Refused")
    return {Exit::failed, message.starts_with(context + ":") ? message : context + ": " + message};
  if (is_one_of(name, {"org.freedesktop.DBus.Error.UnknownMethod",
                       "org.freedesktop.DBus.Error.UnknownInterface"}))
    return {Exit::failed,
            fmt::format("{}: daemon: of another version, it does not know this command", context)};
  return {Exit::failed, fmt::format("{}: daemon: {}", context, message)};
}

/// SIGINT and SIGTERM as a descriptor.
class StopSignals {
 public:
  StopSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    fd_ = signalfd(-1, &set, SFD_CLOEXEC);
    if (fd_ < 0)
      throw Failure(Exit::failed, "monitor: signalfd: " + std::generic_category().message(errno));
  }
  ~StopSignals() { close(fd_); }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

struct DaemonClient::Bus {
  std::unique_ptr<sdbus::IConnection> connection = sdbus::createSessionBusConnection();
  std::unique_ptr<sdbus::IProxy> daemon =
      sdbus::createProxy(*connection, ServiceName{service}, sdbus::ObjectPath{object});

  template <typename... Arguments>
  void call(const std::string& context, const char* interface, const char* method,
            Arguments&&... arguments) {
    try {
      daemon->callMethod(method).onInterface(interface).withTimeout(patience).withArguments(
          std::forward<Arguments>(arguments)...);
    } catch (const sdbus::Error& error) {
      throw failure_of(context, error);
    }
  }

  template <typename Result, typename... Arguments>
  Result ask(const std::string& context, const char* interface, const char* method,
             Arguments&&... arguments) {
    try {
      Result result{};
      daemon->callMethod(method)
          .onInterface(interface)
          .withTimeout(patience)
          .withArguments(std::forward<Arguments>(arguments)...)
          .storeResultsTo(result);
      return result;
    } catch (const sdbus::Error& error) {
      throw failure_of(context, error);
    }
  }
};

DaemonClient::DaemonClient(std::string context) : context_(std::move(context)) {
  try {
    bus_ = std::make_unique<Bus>();
  } catch (const sdbus::Error&) {
    throw no_daemon(context_);  // a daemon cannot be reached without a session bus
  }
}

DaemonClient::~DaemonClient() = default;

std::string DaemonClient::status() {
  return bus_->ask<std::string>(context_, main_interface, "GetStatus");
}
std::string DaemonClient::next() {
  return bus_->ask<std::string>(context_, control_interface, "Next");
}
std::string DaemonClient::doctor() {
  return bus_->ask<std::string>(context_, control_interface, "Doctor");
}

std::string DaemonClient::version() {
  // Not getProperty(): that waits for as long as the bus does.
  return bus_
      ->ask<sdbus::Variant>(context_, "org.freedesktop.DBus.Properties", "Get",
                            std::string(main_interface), std::string("Version"))
      .get<std::string>();
}

std::string DaemonClient::history() {
  return bus_->ask<std::string>(context_, control_interface, "History");
}

void DaemonClient::forget(std::int64_t before) {
  // It may wait for a disk.
  constexpr std::chrono::seconds long_patience{15};
  try {
    bus_->daemon->callMethod("Forget")
        .onInterface(control_interface)
        .withTimeout(long_patience)
        .withArguments(before);
  } catch (const sdbus::Error& error) {
    throw failure_of(context_, error);
  }
}

void DaemonClient::stop_desk() {
  bus_->call(context_, desk_interface, "Stop");
}

void DaemonClient::move_desk(const std::string& desk, std::int32_t to_mm) {
  constexpr std::chrono::seconds longest_motion{75};
  try {
    bus_->daemon->callMethod("MoveDesk")
        .onInterface(control_interface)
        .withTimeout(longest_motion)
        .withArguments(desk, to_mm);
  } catch (const sdbus::Error& error) {
    throw failure_of(context_, error);
  }
}

void DaemonClient::pause(std::int64_t until, const std::string& reason) {
  bus_->call(context_, control_interface, "PauseWithReason", until, reason);
}
void DaemonClient::resume() {
  bus_->call(context_, main_interface, "Resume");
}
void DaemonClient::quiet_today() {
  bus_->call(context_, control_interface, "QuietToday");
}
void DaemonClient::answer(const std::string& word) {
  bus_->call(context_, prompt_interface, "Answer", std::uint64_t{0}, word);
}
std::string DaemonClient::programme() {
  return bus_->ask<std::string>(context_, control_interface, "Programme");
}
void DaemonClient::start_plan(const std::string& plan) {
  bus_->call(context_, control_interface, "StartPlan", plan);
}
void DaemonClient::hold_plan() {
  bus_->call(context_, control_interface, "HoldPlan");
}

void DaemonClient::resume_plan() {
  bus_->call(context_, control_interface, "ResumePlan");
}

void DaemonClient::stop_plan() {
  bus_->call(context_, control_interface, "StopPlan");
}
void DaemonClient::check_in(std::uint32_t discomfort, std::uint32_t stiffness, bool warning) {
  bus_->call(context_, control_interface, "CheckIn", discomfort, stiffness, warning);
}
void DaemonClient::report_warning(const std::string& sign) {
  bus_->call(context_, control_interface, "ReportWarning", sign);
}
void DaemonClient::say_hurts(const std::string& exercise) {
  bus_->call(context_, control_interface, "SayHurts", exercise);
}
void DaemonClient::say_cleared() {
  bus_->call(context_, control_interface, "SayCleared");
}
void DaemonClient::take(const std::string& break_id) {
  bus_->call(context_, control_interface, "Take", break_id);
}
void DaemonClient::say_posture(const std::string& word) {
  bus_->call(context_, posture_interface, "Say", word);
}
void DaemonClient::restart_plugin(const std::string& id) {
  bus_->call(context_, control_interface, "RestartPlugin", id);
}

Exit DaemonClient::monitor(const std::function<void(const std::string& json)>& on_event) {
  const StopSignals stop;
  auto& connection = *bus_->connection;
  bool left = false;

  bus_->daemon->uponSignal("Event")
      .onInterface(control_interface)
      .call([&](const std::string& json) { on_event(json); });
  activate(*bus_->daemon);
  const auto bus_daemon = sdbus::createProxy(connection, ServiceName{bus_service},
                                             sdbus::ObjectPath{"/org/freedesktop/DBus"});
  bus_daemon->uponSignal("NameOwnerChanged")
      .onInterface(bus_service)
      .call([&](const std::string& name, const std::string&, const std::string& new_owner) {
        if (name == service && new_owner.empty()) left = true;
      });
  activate(*bus_daemon);
  version();  // a daemon that left before the subscription would never be missed

  try {
    while (true) {
      while (!left && process_one(connection)) {
      }
      if (left) return Exit::no_daemon;
      const auto data = connection.getEventLoopPollData();
      std::array<pollfd, 3> fds{
          {{data.fd, data.events, 0}, {event_descriptor(data), POLLIN, 0}, {stop.fd(), POLLIN, 0}}};
      if (poll(fds.data(), fds.size(), data.getPollTimeout()) < 0 && errno != EINTR)
        throw Failure(Exit::failed, context_ + ": poll: " + std::generic_category().message(errno));
      if (fds[2].revents != 0) return Exit::done;
    }
  } catch (const sdbus::Error&) {
    return Exit::no_daemon;  // the bus itself is gone
  }
}

}  // namespace poised::ctl
