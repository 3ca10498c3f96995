// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/state.hpp"
#include "plugin/supervisor.hpp"
#include "shell/report_json.hpp"

namespace poised::shell {

/// The desk plugin as the daemon sees it: heights in, consented moves out, and whether somebody is
/// there, without which nothing moves (D2). Of several desks one is in use, and that one's height
/// is the person's: the first that is connected, until another is moved. [loop-thread]
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

  /// Starts the first of `ids`; the others are kept in reserve by nobody: one plugin at a time.
  void use(const std::vector<std::string>& ids);

  /// Tells the plugin, if it matters to it.
  void person(const core::State& state, core::Instant now);
  /// A prompt is shown that may name the desk in use: what it consents to is for that desk alone.
  void asked(std::uint64_t prompt_id);
  void move(const core::MoveDesk& command);
  /// A direct command, which is its own consent. `name`: of a desk; empty for the one in use.
  void move_to(const std::string& name, std::int32_t to_mm, core::Instant now, Ended ended);
  void stop();

  void on_message(const std::string& id, const plugin::Message& message);
  void on_state(const plugin::PluginStatus& status);

  /// Of the desk in use.
  DeskReport report() const;
  /// Of all desks of the plugin, in its order.
  const std::vector<DeskReport>& reports() const { return desks_; }
  /// Of the desk in use; empty where no other is connected.
  std::string name_if_several() const;

 private:
  void send(std::uint32_t kind, plugin::Payload payload = {});
  void say_person();
  void heard(DeskReport report);
  void use_desk(std::size_t index);
  void move_desk(const core::MoveDesk& command, const std::string& name, Ended ended);
  void forget_desk(const std::string& why);
  void end(std::uint64_t consent, std::optional<std::string> why);

  struct Move {
    std::string desk;
    std::int32_t to_mm = 0;
    std::optional<std::int32_t> from_mm;
    Ended ended;
  };

  plugin::Supervisor& supervisor_;
  Callbacks callbacks_;
  std::string id_;
  bool ready_ = false;
  plugin::Person person_;
  std::vector<DeskReport> desks_;
  std::size_t used_ = 0;                         // of desks_, unless that is empty
  std::pair<std::uint64_t, std::string> asked_;  // the last prompt, and the desk it was about
  std::map<std::uint64_t, Move> moves_;          // by consent; at most one is under way
  std::uint64_t last_direct_ = 0;
  bool stopped_by_person_ = false;
};

}  // namespace poised::shell
