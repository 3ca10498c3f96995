// SPDX-License-Identifier: MIT
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <poised/plugin.hpp>
#include <string>

#include "common/bus.hpp"
#include "common/idle_tracker.hpp"

// The last resort: what the desktops of this user have told logind.
//
// Known: a desktop sets the hint when its own idle time is over, minutes after the last input, and
// some never do. A hint that was never set is not believed.
namespace activity_logind {
namespace {

using poised::Device;
using poised::Instant;
using std::chrono::microseconds;

constexpr const char* service = "org.freedesktop.login1";
constexpr const char* manager_path = "/org/freedesktop/login1";
constexpr const char* manager = "org.freedesktop.login1.Manager";
constexpr const char* user_interface = "org.freedesktop.login1.User";
constexpr const char* properties = "org.freedesktop.DBus.Properties";

class ActivityLogind final : public poised::Plugin {
 public:
  explicit ActivityLogind(const poised_host& host)
      : Plugin(host),
        tracker_(*this,
                 {.idle_reached = [this](std::uint32_t id,
                                         Instant since) { idle_reached(id, Device::any, since); },
                  .resumed = [this](Instant at) { resumed(Device::any, at); }}) {}

 private:
  void on_start(const poised::Settings&) override {
    bus_ = std::make_unique<poised::PluginBus>(*this, poised::PluginBus::Kind::system, [this] {
      lost("logind: system bus: connection lost");
    });
    bus_->call(
        service, manager_path, manager, "GetUser",
        [this](sd_bus_message& reply) {
          const char* path = nullptr;
          if (sd_bus_message_read(&reply, "o", &path) < 0)
            return lost("logind: GetUser: " + error_of(reply), true);
          user_ = path;
          bus_->match(std::string("type='signal',sender='") + service + "',path='" + user_ +
                          "',member='PropertiesChanged'",
                      [this](sd_bus_message&) { ask(); });
          ask();
        },
        "u", static_cast<std::uint32_t>(getuid()));
  }

  void on_config_changed(const poised::Settings&) override {}
  void on_watch_idle(const poised::WatchIdle& watch) override { tracker_.watch(watch); }
  void on_query_input(std::uint64_t query) override {
    const auto last = tracker_.last_input();
    input_state(last ? std::optional{now() - *last} : std::nullopt, {}, {}, query);
  }

  static std::string error_of(sd_bus_message& reply) {
    const sd_bus_error* error = sd_bus_message_get_error(&reply);
    return error != nullptr && error->message != nullptr ? error->message : "no answer";
  }

  // The bus is still handling what told of it; it goes with the process.
  void lost(const std::string& reason, bool permanent = false) {
    if (gone_) return;
    gone_ = true;
    failed(reason, permanent);
  }

  void ask() {
    bus_->call(
        service, user_.c_str(), properties, "Get",
        [this](sd_bus_message& reply) {
          int hint = 0;
          if (sd_bus_message_read(&reply, "v", "b", &hint) < 0)
            return lost("logind: IdleHint: " + error_of(reply), true);
          ask_since(hint != 0);
        },
        "ss", user_interface, "IdleHint");
  }

  void ask_since(bool idle) {
    bus_->call(
        service, user_.c_str(), properties, "Get",
        [this, idle](sd_bus_message& reply) {
          std::uint64_t usec = 0;
          if (sd_bus_message_read(&reply, "v", "t", &usec) < 0)
            return lost("logind: IdleSinceHintMonotonic: " + error_of(reply), true);
          hint_is(idle, microseconds(usec));
        },
        "ss", user_interface, "IdleSinceHintMonotonic");
  }

  void hint_is(bool idle, microseconds changed) {
    if (gone_) return;
    if (!ready_) {
      if (!idle && changed == microseconds::zero())
        return lost("logind: IdleHint: this desktop has not set it so far", true);
      ready_ = true;
      ready("logind's idle hint, which desktops set late");
    }
    if (!idle) return tracker_.input_resumed(now());
    timespec monotonic{};
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    const auto ago = std::chrono::seconds(monotonic.tv_sec) +
                     std::chrono::nanoseconds(monotonic.tv_nsec) - changed;
    tracker_.input_stopped(now() - std::max(ago, std::chrono::nanoseconds::zero()));
  }

  poised::IdleTracker tracker_;
  std::string user_;
  bool ready_ = false;
  bool gone_ = false;
  std::unique_ptr<poised::PluginBus> bus_;
};

}  // namespace

POISED_DEFINE_PLUGIN(ActivityLogind, "activity-logind", "The idle hint of logind", "0.1.0",
                     "activity");

}  // namespace activity_logind
