// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/supervisor.hpp"
#include "shell/bus.hpp"

namespace poised::shell {

/// Wakes plugins that rest (RESTING) when the name they wait for is taken on the session bus.
/// [loop-thread]
class RestingPlugins {
 public:
  explicit RestingPlugins(plugin::Supervisor& supervisor) : supervisor_(supervisor) {}

  /// The session bus, or nullptr before it goes.
  void use(Bus* bus);
  void on_message(const std::string& id, const plugin::Message& message);
  void on_state(const plugin::PluginStatus& status);

 private:
  struct Rest {
    std::string bus_name;
    std::vector<sdbus::Slot> watches;
  };
  void watch(const std::string& id, Rest& rest);

  plugin::Supervisor& supervisor_;
  Bus* bus_ = nullptr;
  std::unique_ptr<sdbus::IProxy> driver_;
  std::map<std::string, Rest> rests_;  ///< by plugin
};

}  // namespace poised::shell
