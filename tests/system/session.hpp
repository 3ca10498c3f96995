// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/desktop.hpp"
#include "rigs/program.hpp"

// One person's whole session around the real daemon.
namespace poised::test {

using Json = nlohmann::ordered_json;
using rig::milliseconds;

inline const std::string poised_program = std::string(POISED_BIN_DIR) + "/poised";
inline const std::string poisectl_program = std::string(POISED_BIN_DIR) + "/poisectl";

/// The decisions of the daemon, as they pass over the bus.
class Decisions {
 public:
  explicit Decisions(const std::string& bus_address);
  /// The next one, or nothing by the deadline.
  std::optional<Json> next(milliseconds deadline);
  /// Until one more has come, which next() still gives, or the time is over.
  void wait(milliseconds time);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Json> waiting_;
  std::size_t came_ = 0, seen_ = 0;
  std::unique_ptr<rig::BusPeer> peer_;
};

/// Somebody who goes on typing, as long as this lives, whatever the test does meanwhile: a prompt
/// that nobody answers and nobody types beside is taken back after idle_after.
class Typist {
  rig::Program hand_{
      {rig::find_program("xdotool", "xdotool"), "type", "--delay", "400", std::string(1000, 'a')}};
};

/// Intervals short enough for a test: from configuration, as a person could set them.
extern const char* const short_intervals;

/// X server, session bus, notification server, home, and the daemon. Each part can be left out.
class Session : public testing::Test {
 protected:
  void TearDown() override;

  rig::TemporaryDirectory home_;
  /// No test depends on the logind of the machine it runs on.
  rig::ScopedVariable no_system_bus_{"DBUS_SYSTEM_BUS_ADDRESS",
                                     "unix:path=/nonexistent/system-bus"};
  std::unique_ptr<rig::XServer> x_server_;
  std::unique_ptr<rig::SessionBus> bus_;
  std::unique_ptr<rig::Dunst> dunst_;
  std::unique_ptr<rig::NotifyMonitor> notifications_;
  std::unique_ptr<Decisions> decisions_;
  std::unique_ptr<rig::Program> daemon_;

  /// The number of the display; the first free one if empty.
  virtual std::optional<int> display() const { return std::nullopt; }
  void start_desktop();
  void write_config(const std::string& toml);
  std::filesystem::path config_file() const;
  std::filesystem::path state_file() const;
  /// As after the first start: the welcome has been shown.
  void skip_welcome();
  /// Starts the daemon and, where there is a bus, waits until it serves.
  void start_daemon(const std::vector<std::string>& arguments = {});
  /// SIGTERM; the exit status.
  int stop_daemon();
  rig::Program::Options environment(bool read_output) const;

  /// `poisectl WORDS`: its output. Fails the test if it does not end well.
  std::string poisectl(std::vector<std::string> words) const;
  std::string poisectl_that_may_fail(std::vector<std::string> words) const;
  /// `poisectl status --json`, which a busy machine may keep from its answer once or twice.
  Json status() const;
  Json the_break(const std::string& id) const;
  /// Ends a daemon that another program runs, which passes no signals on; how that ended.
  int stop_wrapped_daemon(const std::string& bus);
  /// Null if there is none.
  Json plugin(const std::string& id) const;

  /// Types, a key every 300 ms, until the daemon decides `event`; the decision.
  Json work_until(const std::string& event, milliseconds deadline = rig::patience);
  /// Keeps away from keyboard and mouse until the daemon decides `event`.
  Json rest_until(const std::string& event, milliseconds deadline = rig::patience);
  /// Looks again after each decision and each 100 ms.
  bool wait_for(const std::function<bool()>& condition, milliseconds deadline = rig::patience);
  bool presence_is(const std::string& word);
  /// That it is so, and still is after what could have changed it has had its time.
  bool presence_stays(const std::string& word);
  /// Types until the daemon sees somebody.
  bool is_seen_typing();
  /// For what must not happen: all of the time passes, whatever is decided in it.
  void let_pass(milliseconds time);
  /// What presence_is() and its like saw last.
  Json presence_;
  bool shown(int count) {
    return wait_for([&] { return dunst_->displayed() == count; });
  }

 private:
  Json until(const std::string& event, milliseconds deadline, bool typing);
};

}  // namespace poised::test
