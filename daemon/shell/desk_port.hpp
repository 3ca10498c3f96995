// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/state.hpp"
#include "plugin/supervisor.hpp"
#include "shell/report_json.hpp"

namespace poised::shell {

/// The desk plugin as the daemon sees it: heights in, consented moves out, and whether somebody is
/// there, without which nothing moves (D2). [loop-thread]
class DeskPort {
 public:
  /// Empty: it arrived. Else why not, for people.
  using Ended = std::function<void(std::optional<std::string> why)>;
  struct Callbacks {
    std::function<void(core::Event)> dispatch;
    /// A move is under way, or its height has changed.
    std::function<void(std::int32_t to_mm, std::int32_t from_mm, const DeskReport&)> moving;
    /// It has ended; `why` as in Ended. `by_person`: they stopped it.
    std::function<void(std::optional<std::string> why, bool by_person)> ended;
  };
  DeskPort(plugin::Supervisor& supervisor, Callbacks callbacks);

  /// Starts the first of `ids`; the others are kept in reserve by nobody: one desk at a time.
  void use(const std::vector<std::string>& ids);

  /// Tells the plugin, if it matters to it.
  void person(const core::State& state, core::Instant now);
  void move(const core::MoveDesk& command);
  /// A direct command, which is its own consent.
  void move_to(std::int32_t to_mm, core::Instant now, Ended ended);
  void stop();

  void on_message(const std::string& id, const plugin::Message& message);
  void on_state(const plugin::PluginStatus& status);

  const DeskReport& report() const { return report_; }
  bool in_use() const { return !id_.empty(); }

 private:
  void send(std::uint32_t kind, plugin::Payload payload = {});
  void say_person();
  void forget_desk(const std::string& why);
  void end(std::uint64_t consent, std::optional<std::string> why);

  struct Move {
    std::int32_t to_mm = 0;
    std::optional<std::int32_t> from_mm;
    Ended ended;
  };

  plugin::Supervisor& supervisor_;
  Callbacks callbacks_;
  std::string id_;
  bool ready_ = false;
  plugin::Person person_;
  DeskReport report_;
  std::map<std::uint64_t, Move> moves_;  // by consent; at most one is under way
  std::uint64_t last_direct_ = 0;
  bool stopped_by_person_ = false;
};

}  // namespace poised::shell
