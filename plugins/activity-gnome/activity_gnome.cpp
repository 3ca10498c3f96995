// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <poised/plugin.hpp>
#include <string>

#include "common/bus.hpp"
#include "common/idle_tracker.hpp"

// Idleness from Mutter, which keeps the watches of this process and wakes it when the lowest
// threshold is passed and when input begins again. Keyboard and pointer cannot be told apart here.
//
// Mutter fires no watch while an application keeps the session from going idle, but goes on
// counting: then, and only then, this process looks by itself, at the moment the threshold may have
// been reached.
namespace activity_gnome {
namespace {

using poised::Device;
using poised::Duration;
using poised::Instant;
using std::chrono::milliseconds;

constexpr const char* service = "org.gnome.Mutter.IdleMonitor";
constexpr const char* path = "/org/gnome/Mutter/IdleMonitor/Core";
constexpr const char* session_service = "org.gnome.SessionManager";
constexpr const char* session_path = "/org/gnome/SessionManager";
constexpr std::uint32_t keeps_from_idling = 8;  // of InhibitedActions
constexpr milliseconds past_it{20};

std::string error_of(sd_bus_message& reply) {
  const sd_bus_error* error = sd_bus_message_get_error(&reply);
  if (error == nullptr) return {};
  return error->message != nullptr ? error->message : error->name;
}

class ActivityGnome final : public poised::Plugin {
 public:
  explicit ActivityGnome(const poised_host& host)
      : Plugin(host),
        tracker_(*this,
                 {.idle_reached = [this](std::uint32_t id,
                                         Instant since) { idle_reached(id, Device::any, since); },
                  .resumed = [this](Instant at) { resumed(Device::any, at); }}),
        look_(*this, [this] { look(); }) {}

 private:
  void on_start(const poised::Settings&) override {
    bus_ = std::make_unique<poised::PluginBus>(*this, poised::PluginBus::Kind::session, [this] {
      lost("gnome: session bus: connection lost");
    });
    // Before any watch is added: one may fire at once.
    bus_->match(signal_of(service, "member='WatchFired'"),
                [this](sd_bus_message& signal) { watch_fired(signal); });
    bus_->match(
        "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" +
            std::string(service) + "'",
        [this](sd_bus_message&) { lost(std::string("gnome: ") + service + ": has left the bus"); });
    bus_->match(
        "type='signal',sender='org.gnome.SessionManager',member='PropertiesChanged',"
        "arg0='org.gnome.SessionManager'",
        [this](sd_bus_message&) { ask_for_inhibitors(); });
    ask_for_inhibitors();
    bus_->call(service, path, service, "GetIdletime", [this](sd_bus_message& reply) {
      if (const std::string error = error_of(reply); !error.empty()) {
        // Where the desktop is GNOME it may still be on its way.
        return lost(std::string("gnome: ") + service + ": " + error, !desktop_is_gnome());
      }
      ready("Mutter's idle monitor");
    });
  }

  void on_config_changed(const poised::Settings&) override {}

  void on_stop() override { disconnect(); }

  void on_watch_idle(const poised::WatchIdle& watch) override {
    tracker_.watch(watch);
    look();
  }

  void on_query_input(std::uint64_t query) override {
    if (!bus_) return input_state({}, {}, {}, query);
    bus_->call(service, path, service, "GetIdletime", [this, query](sd_bus_message& reply) {
      std::uint64_t idle_ms = 0;
      if (sd_bus_message_read(&reply, "t", &idle_ms) < 0) return input_state({}, {}, {}, query);
      input_state(milliseconds(idle_ms), {}, {}, query);
    });
  }

  [[nodiscard]] static bool desktop_is_gnome() {
    const char* desktop = std::getenv("XDG_CURRENT_DESKTOP");
    return desktop != nullptr && std::string_view(desktop).find("GNOME") != std::string_view::npos;
  }
  [[nodiscard]] static std::string signal_of(const char* sender, const std::string& rest) {
    return std::string("type='signal',sender='") + sender + "'," + rest;
  }

  void disconnect() {
    look_.disarm();
    gone_ = true;
  }

  // The bus is still handling what told of it; it goes with the process.
  void lost(const std::string& reason, bool permanent = false) {
    if (gone_) return;
    disconnect();
    failed(reason, permanent);
  }

  // ---------------------------------------------------------------- watches

  /// Asks how things stand, and makes sure that what comes next is told.
  void look() {
    const auto lowest = tracker_.lowest();
    if (!lowest || gone_) return;
    const auto threshold = std::max(std::chrono::ceil<milliseconds>(*lowest), milliseconds{1});
    if (threshold != watched_) {
      if (idle_watch_ != 0) bus_->call(service, path, service, "RemoveWatch", {}, "u", idle_watch_);
      watched_ = threshold;
      idle_watch_ = 0;
      bus_->call(
          service, path, service, "AddIdleWatch",
          [this, threshold](sd_bus_message& reply) {
            if (threshold == watched_) sd_bus_message_read(&reply, "u", &idle_watch_);
          },
          "t", static_cast<std::uint64_t>(threshold.count()));
    }
    bus_->call(service, path, service, "GetIdletime", [this](sd_bus_message& reply) {
      std::uint64_t idle_ms = 0;
      if (sd_bus_message_read(&reply, "t", &idle_ms) >= 0) stands_at(milliseconds(idle_ms));
    });
  }

  void stands_at(milliseconds idle) {
    if (gone_) return;
    if (idle >= watched_ || tracker_.is_the_same_pause(now() - idle)) {
      tracker_.input_stopped(now() - idle);
      if (active_watch_ != 0 || adding_active_watch_) return;
      adding_active_watch_ = true;
      bus_->call(service, path, service, "AddUserActiveWatch", [this](sd_bus_message& reply) {
        adding_active_watch_ = false;
        sd_bus_message_read(&reply, "u", &active_watch_);
        look();  // there may have been input before it was added
      });
    } else {
      tracker_.input_resumed(now() - idle);
      if (inhibited_) look_.arm(now() + (watched_ - idle) + past_it);
    }
  }

  void watch_fired(sd_bus_message& signal) {
    std::uint32_t id = 0;
    sd_bus_message_read(&signal, "u", &id);
    if (id == active_watch_ && id != 0) {
      active_watch_ = 0;  // it fires once
      tracker_.input_resumed(now());
      if (inhibited_) look_.arm(now() + watched_ + past_it);
      return;
    }
    // Mutter says that it is so, and GetIdletime since when. An id may come before the reply that
    // tells it.
    if (id == idle_watch_ || idle_watch_ == 0) look();
  }

  void ask_for_inhibitors() {
    bus_->call(
        session_service, session_path, "org.freedesktop.DBus.Properties", "Get",
        [this](sd_bus_message& reply) {
          std::uint32_t actions = 0;
          if (sd_bus_message_read(&reply, "v", "u", &actions) < 0) actions = 0;
          const bool inhibited = (actions & keeps_from_idling) != 0;
          if (inhibited == inhibited_) return;
          inhibited_ = inhibited;
          look_.disarm();
          look();
        },
        "ss", session_service, "InhibitedActions");
  }

  bool inhibited_ = false;
  bool gone_ = false;
  bool adding_active_watch_ = false;
  poised::IdleTracker tracker_;
  poised::Timer look_;
  milliseconds watched_{0};
  std::uint32_t idle_watch_ = 0;
  std::uint32_t active_watch_ = 0;
  std::unique_ptr<poised::PluginBus> bus_;
};

}  // namespace

POISED_DEFINE_PLUGIN(ActivityGnome, "activity-gnome", "Input on GNOME", "0.1.0", "activity");

}  // namespace activity_gnome
