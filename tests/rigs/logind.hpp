// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/program.hpp"

namespace rig {

/// dbusmock's logind on a system bus of its own. It does nothing by itself: what the real one would
/// do after a call is said here step by step.
class MockLogind {
 public:
  explicit MockLogind(const SystemBus& bus);
  ~MockLogind();
  MockLogind(const MockLogind&) = delete;
  MockLogind& operator=(const MockLogind&) = delete;

  struct Session {
    std::string id;
    std::string type = "wayland";
    std::string seat = "seat0";
    bool active = true;
    bool remote = false;
    bool locked = false;
    pid_t leader = 0;
  };
  /// A session of this user that is there, and that is announced.
  void add(const Session& session);
  void remove(const std::string& id);
  void set(const std::string& id, const std::string& property, bool value);
  /// The idle hint of this user, and the moment (CLOCK_BOOTTIME) since when it stands so.
  void set_idle_hint(bool idle, std::int64_t since_ns);
  /// The signals Lock and Unlock; neither changes the LockedHint.
  void ask_to_lock(const std::string& id);
  void ask_to_unlock(const std::string& id);
  void prepare_for_sleep(bool asleep);
  /// An application of this user keeps the session from going idle, until it does no more.
  void keep_awake(bool on);
  /// Who holds sleep back: "WHAT WHO MODE" each.
  [[nodiscard]] std::vector<std::string> inhibitors();

  /// It ends, and with it all that it knows of sessions.
  void kill();
  void start();

 private:
  [[nodiscard]] static std::string path_of(const std::string& id);
  void emit_from_manager(const char* signal, const char* signature, GVariant* arguments);

  std::string address_;
  BusPeer peer_;
  std::unique_ptr<Program> mock_;
  int keeps_awake_ = -1;
};

}  // namespace rig
