// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/command.hpp"
#include "core/policy.hpp"
#include "core/status.hpp"
#include "poised/plugin.h"

// The JSON that others rely on: made here and nowhere else. Keys keep the documented order.
namespace poised::shell {

using Json = nlohmann::ordered_json;

/// ISO 8601 with offset, local to the policy's zone, whole seconds: "2026-03-02T09:00:00+01:00".
std::string local_time(core::WallTime utc, const core::Policy& policy);
/// The same with nanoseconds, where there are any.
std::string exact_local_time(core::WallTime utc, const core::Policy& policy);
/// "09:00", local.
std::string local_clock(core::WallTime utc, const core::Policy& policy);

struct PluginReport {
  std::string id;
  std::vector<std::string> capabilities;
  std::string state;
  std::int64_t pid = 0;  ///< 0: no process
  std::string version;
  std::string isolation;
  std::string reason;  ///< why it is not running, for people
};

/// Something that is not as it should be, as `doctor` tells it: "context: text". A `text` that says
/// its context itself, as a line of the log does, says it once.
Json problem_json(const char* severity, std::string_view context, std::string_view text);
/// "ID: reason" of a plugin that says why it does not work, in whatever of these forms: "reason",
/// "ID: reason", "plugin: ID: reason". That of an instance "ID@DESKTOP" may name ID alone.
std::string plugin_problem(std::string_view id, std::string_view reason);

/// What is known of a desk.
struct DeskReport {
  std::string name;  ///< the person's, where there are several
  std::uint32_t state = POISED_DESK_ABSENT;
  std::optional<std::int32_t> height_mm;
  bool operator==(const DeskReport&) const = default;
};

struct InputReport {  ///< what the source answered just now; empty where it cannot tell
  std::optional<core::Duration> idle, keyboard_idle, pointer_idle;
};

struct StatusReport {
  core::Status status;
  InputReport input;
  core::WallTime wall;  ///< of `status`
  core::Instant now;
  DeskReport desk;                          ///< the one in use
  std::vector<DeskReport> desks;            ///< all, where there are several
  std::string degraded;                     ///< why input is not seen as it should be; empty = fine
  std::vector<std::string> unseen_signals;  ///< live signals that nobody sees
  std::string signals_degraded;             ///< what people must know of that; empty = fine
  std::vector<PluginReport> plugins;
  bool managed = false;
  std::string managed_by;
};

Json status_json(const StatusReport& report, const core::Policy& policy);

/// `wall` is the wall clock at `fact.at`; `elapsed` the time since the run began.
Json fact_json(const core::Fact& fact, core::WallTime wall, core::Duration elapsed,
               const core::Policy& policy);

/// The programme as it stands.
Json programme_json(const core::State& state, const core::Policy& policy);

/// {"next": [...]}, soonest first; `title` names a break for people.
Json next_json(const core::Status& status, core::Instant now, core::WallTime wall,
               const core::Policy& policy,
               const std::function<std::string(const std::string&)>& title);

}  // namespace poised::shell
