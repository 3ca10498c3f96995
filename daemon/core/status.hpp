// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/policy.hpp"
#include "core/state.hpp"
#include "core/time.hpp"

// A snapshot for people: `poisectl status` and `next` are made from it, nothing else.
namespace poised::core {

enum class BreakState : std::uint8_t {
  counting,
  due,
  waiting,
  held,
  open,
  running,
  snoozed,
  disabled
};

struct BreakStatus {
  std::string id;
  Duration worked{};
  Duration interval{};
  std::optional<Duration> due_in;  ///< present time still to go; only while counting
  BreakState state = BreakState::counting;
  std::vector<HeldBy> held_by;
  std::optional<Duration> returns_in;  ///< snoozed or expired: present time until it returns
  std::uint32_t snoozes_left = 0;
};

struct PauseStatus {
  std::string key;
  std::string reason;
  std::optional<Instant> until;
};

struct PromptStatus {
  Prompt prompt;
  Duration shown{};                      ///< since it was first shown
  std::optional<Instant> running_until;  ///< set while it runs
};

struct Status {
  Presence presence = Presence::idle;
  bool source_working = false;
  bool source_splits = false;
  std::string source_id;
  std::string source_reason;  ///< why input cannot be seen, or empty
  std::optional<Instant>
      last_keyboard;  ///< last *known* input; empty while input goes on, or never seen
  std::optional<Instant> last_pointer;
  Duration session{};
  Duration today{};
  Duration keyboard_active{};
  Duration pointer_active{};
  Posture posture = Posture::unknown;
  Duration posture_for{};
  bool stand_enabled = false;
  std::vector<BreakStatus> breaks;     ///< every configured one, by id
  std::optional<PromptStatus> prompt;  ///< open or running
  std::vector<PauseStatus> paused;
  std::vector<HeldBy> held_by;  ///< what would hold a break that became due now
  /// When nothing would hold it any more; empty if nothing does, or the end is not known.
  std::optional<Instant> held_until;
  DayTotals day;  ///< today so far
};

Status status(const State& state, Instant now, const Policy& policy);

/// The wall clock at `at`, by the mapping the state was last told.
WallTime wall_time(const State& state, Instant at);
/// UTC offset of local time at `utc`.
std::chrono::seconds zone_offset(const Policy& policy, WallTime utc);

/// The words used in JSON, D-Bus and the command line.
const char* word(Presence);
const char* word(BreakState);
const char* word(Posture);
const char* word(HeldBy);
const char* word(LiveSignal);
const char* word(FactKind);
const char* word(How);
const char* word(Urgency);
const char* word(PromptReason);
const char* word(Answer);

}  // namespace poised::core
