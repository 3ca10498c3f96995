// SPDX-License-Identifier: MIT
#pragma once

#include <poised/plugin.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/manifest.hpp"
#include "plugin/supervisor.hpp"
#include "plugin/wire.hpp"
#include "rigs/program.hpp"

namespace rig {

/// CLOCK_BOOTTIME.
[[nodiscard]] std::int64_t boottime_ns();

/// One plugin of this build tree in a process of its own, under the real supervisor. Everything it
/// says is kept.
class PluginBench {
 public:
  struct Options {
    std::string settings = "{}";
    std::optional<std::int64_t> virtual_clock;  ///< its start
    std::chrono::milliseconds backoff_first{50};
  };
  PluginBench(const std::string& id, Options options);
  explicit PluginBench(const std::string& id) : PluginBench(id, Options{}) {}
  ~PluginBench();
  PluginBench(const PluginBench&) = delete;
  PluginBench& operator=(const PluginBench&) = delete;

  /// Serves the loop until `condition` holds; looks after each event. False at the deadline.
  bool run_until(const std::function<bool()>& condition, milliseconds deadline = patience);
  /// Serves the loop for the whole of `time`, to see what does not happen.
  void run_for(milliseconds time);
  /// As the virtual clock's quiescence.
  void settle();
  /// Makes run_until() look again. [any-thread]
  void wake();

  bool wait_for_state(poised::plugin::PluginState state);
  /// READY.
  bool start() { return wait_for_state(poised::plugin::PluginState::running); }
  std::uint64_t send(std::uint32_t kind, poised::plugin::Payload payload = {});
  void reconfigure(const std::string& settings);
  /// Virtual clock: waits until the plugin has armed a timer, and so until what it does beside its
  /// messages has been done.
  bool has_timer();
  /// Virtual clock: goes there step by step, stopping at each timer of the plugin.
  void advance_to(std::int64_t now_ns);
  /// Asks the plugin to end, and waits until it has.
  void stop();

  [[nodiscard]] const std::vector<poised::plugin::Message>& messages() const { return messages_; }
  [[nodiscard]] const std::vector<std::string>& log() const { return log_; }
  [[nodiscard]] poised::plugin::PluginStatus status() const;
  [[nodiscard]] pid_t pid() const { return status().pid; }
  void forget_messages() { messages_.clear(); }

  /// The payloads of `kind` so far.
  template <class T>
  [[nodiscard]] std::vector<T> all(std::uint32_t kind) const {
    std::vector<T> found;
    for (const auto& message : messages_)
      if (message.kind == kind) found.push_back(std::get<T>(message.payload));
    return found;
  }

 private:
  std::string id_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<poised::plugin::Message> messages_;
  std::vector<std::string> log_;
  std::unique_ptr<poised::plugin::Supervisor> supervisor_;
};

/// voluntary_ctxt_switches of a process, all its threads together: how often they went to sleep and
/// were woken.
[[nodiscard]] std::uint64_t wake_ups(pid_t pid);
/// A line of /proc/PID/smaps_rollup in kB.
[[nodiscard]] std::uint64_t memory_kb(pid_t pid, const std::string& name);

}  // namespace rig
