// SPDX-License-Identifier: MIT
#include "live-signals/desktop_bus.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>

namespace live_signals {
namespace {

constexpr const char* the_bus = "org.freedesktop.DBus";
constexpr const char* bus_path = "/org/freedesktop/DBus";
constexpr const char* properties = "org.freedesktop.DBus.Properties";
constexpr const char* notifications = "org.freedesktop.Notifications";
constexpr const char* notifications_path = "/org/freedesktop/Notifications";
constexpr std::string_view player_prefix = "org.mpris.MediaPlayer2.";
constexpr const char* player_path = "/org/mpris/MediaPlayer2";
constexpr const char* player_root = "org.mpris.MediaPlayer2";
constexpr const char* player_interface = "org.mpris.MediaPlayer2.Player";
constexpr const char* displays = "org.gnome.Mutter.DisplayConfig";
constexpr const char* displays_path = "/org/gnome/Mutter/DisplayConfig";
constexpr const char* banners_key = "/org/gnome/desktop/notifications/show-banners";
constexpr std::string_view unique_prefix = ":";

// A key stays where somebody once used GNOME, and means nothing on another desktop.
bool is_gnome() {
  const char* desktop = std::getenv("XDG_CURRENT_DESKTOP");
  const std::string_view name = desktop != nullptr ? desktop : "";
  return name.find("GNOME") != std::string_view::npos ||
         name.find("Budgie") != std::string_view::npos;
}

bool read_bool(sd_bus_message& message) {
  int value = 0;
  return sd_bus_message_read(&message, "v", "b", &value) >= 0 && value != 0;
}

/// Whether one picture goes to several displays, in the reply to GetCurrentState.
bool read_mirrored(sd_bus_message& state) {
  if (sd_bus_message_skip(&state, "ua((ssss)a(siiddada{sv})a{sv})") < 0 ||
      sd_bus_message_enter_container(&state, 'a', "(iiduba(ssss)a{sv})") < 0)
    return false;
  while (sd_bus_message_enter_container(&state, 'r', "iiduba(ssss)a{sv}") > 0) {
    int on = 0;
    if (sd_bus_message_skip(&state, "iidub") < 0 ||
        sd_bus_message_enter_container(&state, 'a', "(ssss)") < 0)
      return false;
    while (sd_bus_message_at_end(&state, 0) == 0 && sd_bus_message_skip(&state, "(ssss)") >= 0)
      ++on;
    if (on > 1) return true;
    if (sd_bus_message_exit_container(&state) < 0 || sd_bus_message_skip(&state, "a{sv}") < 0 ||
        sd_bus_message_exit_container(&state) < 0)
      return false;
  }
  return false;
}

bool read_playing(sd_bus_message& message) {
  const char* status = nullptr;
  return sd_bus_message_read(&message, "v", "s", &status) >= 0 &&
         std::string_view(status) == "Playing";
}

}  // namespace

DesktopBus::DesktopBus(poised::Plugin& plugin, Wanted wanted, Events events)
    : events_(std::move(events)),
      bus_(plugin, poised::PluginBus::Kind::session, [this] { events_.lost(); }) {
  if (wanted.do_not_disturb) {
    if (is_gnome()) watch_gnome();
    watch_notifications();
  }
  if (wanted.displays && is_gnome()) watch_displays();
  if (wanted.players) watch_players();
}

// ------------------------------------------------------------------ do not disturb

void DesktopBus::watch_gnome() {
  dconf_.reset(dconf_client_new());
  bus_.match(
      "type='signal',interface='ca.desrt.dconf.Writer',member='Notify',"
      "arg0path='/org/gnome/desktop/notifications/'",
      [this](sd_bus_message&) { read_gnome(); });
  read_gnome();
}

void DesktopBus::read_gnome() {
  GVariant* value = dconf_client_read(dconf_.get(), banners_key);
  banners_off_ = value != nullptr && g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) != FALSE &&
                 g_variant_get_boolean(value) == FALSE;
  if (value != nullptr) g_variant_unref(value);
  look();
}

void DesktopBus::watch_notifications() {
  bus_.match(std::string("type='signal',interface='") + properties +
                 "',member='PropertiesChanged',path='" + notifications_path + "',arg0='" +
                 notifications + "'",
             [this](sd_bus_message&) { read_notifications(); });
  bus_.match(std::string("type='signal',sender='") + the_bus +
                 "',member='NameOwnerChanged',arg0='" + notifications + "'",
             [this](sd_bus_message&) { read_notifications(); });
  read_notifications();
}

void DesktopBus::read_notifications() {
  bus_.call(
      notifications, notifications_path, properties, "Get",
      [this](sd_bus_message& reply) {
        inhibited_ = read_bool(reply);  // an error: a server that has no such property
        look();
      },
      "ss", notifications, "Inhibited");
}

// ------------------------------------------------------------------ displays

void DesktopBus::watch_displays() {
  bus_.match(std::string("type='signal',interface='") + displays + "',member='MonitorsChanged'",
             [this](sd_bus_message&) { read_displays(); });
  bus_.match(std::string("type='signal',sender='") + the_bus +
                 "',member='NameOwnerChanged',arg0='" + displays + "'",
             [this](sd_bus_message&) { read_displays(); });
  read_displays();
}

void DesktopBus::read_displays() {
  bus_.call(
      displays, displays_path, displays, "GetCurrentState",
      [this](sd_bus_message& reply) {
        mirrored_ = read_mirrored(reply);
        look();
      },
      "");
}

// ------------------------------------------------------------------ players

void DesktopBus::watch_players() {
  bus_.match(std::string("type='signal',sender='") + the_bus +
                 "',member='NameOwnerChanged',arg0namespace='" + player_root + "'",
             [this](sd_bus_message& signal) {
               const char *name = nullptr, *before = nullptr, *now = nullptr;
               if (sd_bus_message_read(&signal, "sss", &name, &before, &now) < 0) return;
               players_.erase(before);
               if (*now != '\0') add_player(now);
               look();
             });
  bus_.match(std::string("type='signal',interface='") + properties +
                 "',member='PropertiesChanged',path='" + player_path + "'",
             [this](sd_bus_message& signal) { player_changed(signal); });
  bus_.call(the_bus, bus_path, the_bus, "ListNames", [this](sd_bus_message& reply) {
    if (sd_bus_message_enter_container(&reply, 'a', "s") < 0) return;
    for (const char* name = nullptr; sd_bus_message_read(&reply, "s", &name) > 0;) {
      if (!std::string_view(name).starts_with(player_prefix)) continue;
      bus_.call(
          the_bus, bus_path, the_bus, "GetNameOwner",
          [this](sd_bus_message& answer) {
            const char* owner = nullptr;
            if (sd_bus_message_read(&answer, "s", &owner) >= 0) add_player(owner);
          },
          "s", name);
    }
  });
}

void DesktopBus::add_player(const std::string& owner) {
  if (!owner.starts_with(unique_prefix)) return;
  players_[owner];
  const auto ask = [&](const char* service, const char* path, const char* interface,
                       const char* method, auto&& take, const char* types, auto... arguments) {
    bus_.call(
        service, path, interface, method,
        [this, owner, take](sd_bus_message& reply) {
          const auto found = players_.find(owner);
          if (found == players_.end()) return;
          take(reply, found->second);
          look();
        },
        types, arguments...);
  };
  ask(
      the_bus, bus_path, the_bus, "GetConnectionUnixProcessID",
      [](sd_bus_message& reply, Player& player) {
        sd_bus_message_read(&reply, "u", &player.process);
      },
      "s", owner.c_str());
  ask(
      owner.c_str(), player_path, properties, "Get",
      [](sd_bus_message& reply, Player& player) { player.playing = read_playing(reply); }, "ss",
      player_interface, "PlaybackStatus");
  ask(
      owner.c_str(), player_path, properties, "Get",
      [](sd_bus_message& reply, Player& player) { player.full_screen = read_bool(reply); }, "ss",
      player_root, "Fullscreen");
}

void DesktopBus::player_changed(sd_bus_message& signal) {
  const char* sender = sd_bus_message_get_sender(&signal);
  const auto found = players_.find(sender != nullptr ? sender : "");
  if (found == players_.end()) return;
  if (sd_bus_message_skip(&signal, "s") < 0) return;
  read_changes(signal, found->second);
  look();
}

// What else has changed, such as what is being played, is not looked at.
void DesktopBus::read_changes(sd_bus_message& message, Player& player) {
  if (sd_bus_message_enter_container(&message, 'a', "{sv}") < 0) return;
  while (sd_bus_message_enter_container(&message, 'e', "sv") > 0) {
    const char* key = nullptr;
    if (sd_bus_message_read(&message, "s", &key) < 0) return;
    const std::string_view name = key;
    if (name == "PlaybackStatus")
      player.playing = read_playing(message);
    else if (name == "Fullscreen")
      player.full_screen = read_bool(message);
    else if (sd_bus_message_skip(&message, "v") < 0)
      return;
    if (sd_bus_message_exit_container(&message) < 0) return;
  }
}

void DesktopBus::look() {
  Seen seen;
  seen.do_not_disturb = banners_off_ || inhibited_;
  seen.mirrored = mirrored_;
  for (const auto& [owner, player] : players_) {
    if (!player.playing) continue;
    seen.full_screen_player = seen.full_screen_player || player.full_screen;
    if (player.process != 0) seen.playing.insert(player.process);
  }
  if (seen == seen_) return;
  seen_ = seen;
  events_.changed(seen_);
}

}  // namespace live_signals
