// SPDX-License-Identifier: MIT
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/supervisor.hpp"

namespace poised::plugin::test {

using std::chrono::milliseconds;

/// The manifest of a build of faulty/faulty.cpp.
inline Manifest manifest_of(const std::string& id, const std::string& capability = "availability") {
  Manifest manifest;
  manifest.id = id;
  manifest.name = "Faulty";
  manifest.version = "1.0";
  manifest.abi_major = 1;
  manifest.library = id + ".so";
  manifest.capabilities = {"sink", "prompt", "desk", capability};
  manifest.response_timeout = milliseconds(20'000);
  return manifest;
}

/// For tests that run under both.
inline std::string isolation_name(const ::testing::TestParamInfo<const char*>& test) {
  return std::string(test.param) == "process" ? "Process" : "InProcess";
}

inline Message event(const std::string& order) {
  return {.kind = POISED_EVENT, .payload = EventLine{order}};
}

/// A supervisor, and all that it reported. Waits for what is to happen by running the loop; nothing
/// here sleeps.
class Rig {
 public:
  struct Line {
    std::string id;
    int priority;
    std::string text;
  };

  explicit Rig(Supervisor::Options options = {})
      : supervisor_(std::in_place, io, with_test_paths(std::move(options)),
                    Supervisor::Callbacks{
                        .on_message =
                            [this](const std::string& id, const Message& message) {
                              EXPECT_FALSE(inside) << "a callback from inside a call";
                              messages.emplace_back(id, message);
                            },
                        .on_state =
                            [this](const PluginStatus& status) {
                              EXPECT_FALSE(inside) << "a callback from inside a call";
                              states.push_back(status);
                              if (on_state) on_state(status);
                            },
                        .on_log =
                            [this](const std::string& id, int priority, const std::string& line) {
                              logs.push_back({id, priority, line});
                            },
                        .on_quiescent = [this] { ++quiet; },
                    }) {}

  static Supervisor::Options with_test_paths(Supervisor::Options options) {
    options.executable = TEST_HOST;
    options.plugin_dir = TEST_PLUGIN_DIR;
    if (options.locale.empty()) options.locale = "de_DE.UTF-8";
    return options;
  }

  Supervisor& supervisor() { return *supervisor_; }
  void destroy_supervisor() { supervisor_.reset(); }

  /// Runs the loop until `holds`. False if that takes over 20 s, which is a failure of the test.
  [[nodiscard]] bool run_until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    io.restart();
    while (!holds()) {
      if (io.run_one_until(deadline) == 0) return holds();
    }
    return true;
  }

  /// Runs what is ready, without waiting.
  void run_ready() {
    io.restart();
    io.poll();
  }

  void add_and_start(const Manifest& manifest, const std::string& settings = "{}") {
    supervisor().add(manifest, settings, true);
    supervisor().start(manifest.id);
  }

  [[nodiscard]] PluginStatus status(const std::string& id) {
    for (const PluginStatus& status : supervisor().status()) {
      if (status.id == id) return status;
    }
    ADD_FAILURE() << "no plugin " << id;
    return {};
  }

  [[nodiscard]] bool run_until_state(const std::string& id, PluginState state) {
    return run_until([&] { return status(id).state == state; });
  }

  /// Starts it, and sees it READY.
  [[nodiscard]] bool bring_up(const Manifest& manifest, const std::string& settings = "{}") {
    add_and_start(manifest, settings);
    return run_until_state(manifest.id, PluginState::running);
  }

  std::uint64_t tell(const std::string& id, const std::string& order) {
    inside = true;
    const std::uint64_t seq = supervisor().send(id, event(order));
    inside = false;
    return seq;
  }

  /// The numbers that the plugin has shown.
  [[nodiscard]] std::vector<int> shown(const std::string& id) const {
    std::vector<int> numbers;
    for (const auto& [from, message] : messages) {
      const auto* state = std::get_if<DeskState>(&message.payload);
      if (from == id && state != nullptr) numbers.push_back(state->height_mm);
    }
    return numbers;
  }

  [[nodiscard]] bool run_until_shown(const std::string& id, std::vector<int> numbers) {
    return run_until([&] { return shown(id) == numbers; });
  }

  [[nodiscard]] bool logged(const std::string& text) const {
    for (const Line& line : logs) {
      if (line.text == text) return true;
    }
    return false;
  }

  /// The states reported of a plugin, in order, without repetitions.
  [[nodiscard]] std::vector<PluginState> history(const std::string& id) const {
    std::vector<PluginState> all;
    for (const PluginStatus& status : states) {
      if (status.id == id && (all.empty() || all.back() != status.state)) {
        all.push_back(status.state);
      }
    }
    return all;
  }

  /// The back-offs chosen, in order.
  [[nodiscard]] std::vector<milliseconds> back_offs(const std::string& id) const {
    std::vector<milliseconds> all;
    for (const PluginStatus& status : states) {
      if (status.id == id && status.state == PluginState::failed && status.retry_after) {
        all.push_back(*status.retry_after);
      }
    }
    return all;
  }

  [[nodiscard]] bool stop() {
    bool stopped = false;
    supervisor().stop_all([&] { stopped = true; });
    return run_until([&] { return stopped; });
  }

  boost::asio::io_context io{1};
  std::vector<std::pair<std::string, Message>> messages;
  std::vector<PluginStatus> states;
  std::vector<Line> logs;
  std::function<void(const PluginStatus&)> on_state;
  int quiet = 0;
  bool inside = false;

 private:
  std::optional<Supervisor> supervisor_;
};

}  // namespace poised::plugin::test
