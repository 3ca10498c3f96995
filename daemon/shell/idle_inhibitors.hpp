// SPDX-License-Identifier: MIT
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "shell/bus.hpp"

namespace poised::shell {

/// Whether an application keeps the session from going idle, as players and presentations do: asked
/// of those on the session bus that keep the books, which are never started by it. [loop-thread]
class IdleInhibitors {
 public:
  /// `changed` is called after each change of active().
  IdleInhibitors(Bus& bus, std::function<void()> changed);

  [[nodiscard]] bool active() const;

 private:
  // GNOME's session manager, which MATE and Cinnamon have too, and KDE's power management.
  static constexpr std::size_t bookkeepers = 2;

  void ask(std::size_t which);
  void set(std::size_t which, bool active);

  Bus& bus_;
  std::function<void()> changed_;
  std::unique_ptr<sdbus::IProxy> driver_;
  std::array<std::unique_ptr<sdbus::IProxy>, bookkeepers> proxies_;
  std::array<bool, bookkeepers> active_{};
  std::vector<sdbus::Slot> matches_;
};

}  // namespace poised::shell
