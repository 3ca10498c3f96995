// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ctl/failure.hpp"

namespace poised::ctl {

/// The running daemon, asked over the session bus. Every call returns within 2 s. Throws Failure:
/// of Exit::no_daemon if none runs, of Exit::failed with the daemon's own line if it refuses.
class DaemonClient {
 public:
  /// `context` begins the line of every Failure.
  explicit DaemonClient(std::string context);
  ~DaemonClient();
  DaemonClient(const DaemonClient&) = delete;
  DaemonClient& operator=(const DaemonClient&) = delete;

  // JSON texts; see the interface's XML.
  std::string status();
  std::string next();
  std::string doctor();
  std::string version();
  std::string history();

  /// `until` in UTC seconds; 0: until resume().
  void pause(std::int64_t until, const std::string& reason);
  void resume();
  void quiet_today();
  /// start, done, snooze or skip: to the prompt that is open or running.
  void answer(const std::string& word);
  void take(const std::string& break_id);
  std::string programme();
  void start_plan(const std::string& plan);
  void stop_plan();
  void hold_plan();
  void resume_plan();
  void check_in(std::uint32_t discomfort, std::uint32_t stiffness, bool warning);
  void report_warning(const std::string& sign);
  void say_hurts(const std::string& exercise);
  void say_cleared();
  void say_posture(const std::string& word);
  /// Drops what the daemon remembers of before `before` (UTC seconds; 0: all of it), within 15 s.
  void forget(std::int64_t before);
  void restart_plugin(const std::string& id);
  void stop_desk();
  /// Returns when the motion has ended, 75 s at most.
  /// `desk`: its name; empty for the one in use.
  void move_desk(const std::string& desk, std::int32_t to_mm);

  /// Calls `on_event` with each decision's JSON text, until a signal asks this process to end
  /// (Exit::done) or the daemon leaves (Exit::no_daemon). SIGINT and SIGTERM stay blocked from then
  /// on.
  Exit monitor(const std::function<void(const std::string& json)>& on_event);

 private:
  struct Bus;

  std::string context_;
  std::unique_ptr<Bus> bus_;
};

}  // namespace poised::ctl
