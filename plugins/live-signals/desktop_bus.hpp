// SPDX-License-Identifier: MIT
#pragma once

#include <dconf.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <poised/plugin.hpp>
#include <set>
#include <string>

#include "common/bus.hpp"

namespace live_signals {

/// What the session bus tells: Do Not Disturb of GNOME and KDE, mirrored displays of GNOME, and
/// players by MPRIS, of which nothing is asked but whether they play and in full screen.
/// [loop-thread]
class DesktopBus {
 public:
  struct Seen {
    bool do_not_disturb = false;
    bool full_screen_player = false;  ///< a player that plays says so itself
    bool mirrored = false;            ///< two displays show the same, as for an audience
    std::set<std::uint32_t> playing;  ///< processes of players that play
    bool operator==(const Seen&) const = default;
  };
  struct Wanted {
    bool do_not_disturb = true;
    bool players = true;
    bool displays = true;
  };
  struct Events {
    std::function<void(const Seen&)> changed;
    std::function<void()> lost;
  };

  /// Throws poised::Failure: no session bus.
  DesktopBus(poised::Plugin& plugin, Wanted wanted, Events events);

 private:
  struct Player {
    bool playing = false;
    bool full_screen = false;
    std::uint32_t process = 0;
  };
  struct Unreference {
    void operator()(DConfClient* client) const { g_object_unref(client); }
  };

  void watch_gnome();
  void read_gnome();
  void watch_notifications();
  void read_notifications();
  void watch_displays();
  void read_displays();
  void watch_players();
  void add_player(const std::string& owner);
  void player_changed(sd_bus_message& signal);
  void read_changes(sd_bus_message& message, Player& player);
  void look();

  Events events_;
  poised::PluginBus bus_;
  std::unique_ptr<DConfClient, Unreference> dconf_;
  bool banners_off_ = false;               ///< GNOME
  bool mirrored_ = false;                  ///< GNOME
  bool inhibited_ = false;                 ///< KDE, and other notification servers that say so
  std::map<std::string, Player> players_;  ///< by unique name
  Seen seen_;
};

}  // namespace live_signals
