// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/program.hpp"

namespace rig {

/// Mutter without a screen and without Xwayland, on a session bus of its own, and somebody before
/// it.
class GnomeDesktop {
 public:
  explicit GnomeDesktop(int monitors = 1);

  void move_pointer();
  void move_pointer_on_and_on(int count, milliseconds pause);
  void press_key();
  /// All monitors show the same, or each its own.
  void mirror(bool on);
  void kill();
  void start();
  [[nodiscard]] const SessionBus& bus() const { return bus_; }

 private:
  void remote(const char* method, GVariant* arguments = nullptr);

  const int monitors_;
  SessionBus bus_;
  TemporaryDirectory runtime_;
  std::vector<std::unique_ptr<ScopedVariable>> variables_;
  std::unique_ptr<Program> mutter_;
  std::unique_ptr<BusPeer> person_;
  std::string session_;
};

}  // namespace rig
