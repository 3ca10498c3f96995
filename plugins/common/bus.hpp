// SPDX-License-Identifier: MIT
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <poised/plugin.hpp>
#include <string>

namespace poised {

/// A D-Bus connection served by a plugin's host. Nothing after the constructor waits for anybody,
/// and no call starts a service that is not there.
class PluginBus {
 public:
  enum class Kind : std::uint8_t { session, system };
  /// What the reply, or the signal, is read from; an error reply says so itself.
  using Handler = std::function<void(sd_bus_message& message)>;

  /// Throws Failure. `lost` is called once when the connection breaks.
  PluginBus(Plugin& plugin, Kind kind, std::function<void()> lost);
  PluginBus(const PluginBus&) = delete;
  PluginBus& operator=(const PluginBus&) = delete;

  void match(const std::string& rule, Handler handler);
  /// `types` and what follows as for sd_bus_message_append().
  template <class... Arguments>
  void call(const char* service, const char* path, const char* interface, const char* method,
            Handler reply, const char* types = "", Arguments... arguments) {
    sd_bus_message* message = new_call(service, path, interface, method);
    if constexpr (sizeof...(arguments) > 0) sd_bus_message_append(message, types, arguments...);
    send(message, std::move(reply));
  }

 private:
  struct Close {
    void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
  };
  struct Release {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
  };
  struct Entry {
    PluginBus* bus;
    Handler handler;
    std::unique_ptr<sd_bus_slot, Release> slot;
    bool answered = false;
  };

  sd_bus_message* new_call(const char* service, const char* path, const char* interface,
                           const char* method);
  void send(sd_bus_message* message, Handler reply);
  Entry& keep(Handler handler);
  void pump();
  void arm();

  Plugin& plugin_;
  std::function<void()> lost_;
  std::unique_ptr<sd_bus, Close> bus_;
  std::list<Entry> entries_;
  FdWatch watch_;
  Timer timer_;
  bool pumping_ = false;
};

}  // namespace poised
