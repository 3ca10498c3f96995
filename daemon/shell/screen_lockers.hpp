// SPDX-License-Identifier: MIT
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "shell/bus.hpp"

namespace poised::shell {

/// The screen lockers of the session bus: which of them says that it is active. They are never
/// started by being asked. [loop-thread]
class ScreenLockers {
 public:
  /// `changed` is called after each change of active().
  ScreenLockers(Bus& bus, std::function<void()> changed);

  /// By the name of the interface; those that never said anything are missing.
  [[nodiscard]] const std::map<std::string, bool>& active() const { return active_; }

 private:
  struct Locker {
    std::string owner;
    std::unique_ptr<sdbus::IProxy> proxy;
    sdbus::Slot leaves;
  };

  void set(const std::string& name, const std::string& owner, bool active);
  void ask(const std::string& name);

  Bus& bus_;
  std::function<void()> changed_;
  std::unique_ptr<sdbus::IProxy> driver_;
  std::vector<sdbus::Slot> matches_;
  std::map<std::string, Locker> lockers_;  // by interface
  std::map<std::string, bool> active_;
};

}  // namespace poised::shell
