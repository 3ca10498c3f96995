// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "plugin/supervisor.hpp"

namespace poised::shell {

/// What availability plugins say, as events: busy times of calendars (A1), live signals (A5). A
/// signal is on while any plugin says so; those of a plugin that has gone are off, since nobody
/// would ever take them back. Its busy times stay: the core lets them lapse (A8). [loop-thread]
class AvailabilitySources {
 public:
  explicit AvailabilitySources(std::function<void(core::Event)> dispatch)
      : dispatch_(std::move(dispatch)) {}

  void on_message(const std::string& id, const plugin::Message& message);
  void on_state(const plugin::PluginStatus& status);

  /// What nobody sees at present, by the words of `held_by`.
  [[nodiscard]] std::vector<std::string> unseen() const;
  /// What people must know of that: "cannot see calls or video"; empty: nothing.
  [[nodiscard]] std::string degraded() const;

 private:
  void set(const std::string& id, core::LiveSignal signal, bool on);

  std::function<void(core::Event)> dispatch_;
  [[nodiscard]] bool sees(core::LiveSignal signal) const;

  std::map<core::LiveSignal, std::set<std::string>> on_;    ///< and the plugins that say so
  std::map<core::LiveSignal, std::set<std::string>> seen_;  ///< … that say whether it is on
};

}  // namespace poised::shell
