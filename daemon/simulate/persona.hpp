// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.hpp"
#include "simulate/runner.hpp"
#include "simulate/script.hpp"

// People for the simulator: how they work, and how they take a prompt. Seeded: the same seed is the
// same person on every machine.
namespace poised::simulate {

/// How a person takes prompts.
enum class Habit : std::uint8_t {
  obeys,    ///< starts each break soon
  ignores,  ///< never answers
  snoozes,  ///< snoozes each once, then starts it
  mixed     ///< mostly starts, sometimes snoozes, skips, closes or does not answer
};

/// obeys, ignores, snoozes, mixed.
const std::vector<std::string>& habit_names();
std::optional<Habit> habit_of(std::string_view name);

/// What a kind of person's day looks like.
struct Workday;

/// The names of the personas: office, developer, meetings, call-centre, part-time, night-shift.
const std::vector<std::string>& persona_names();

/// A person at work from the morning of one day on, day after day; weekends are free. Writes one
/// day at a time.
class Persona : public Script {
 public:
  /// `name` must be one of persona_names(). `policy` is the one of the run; it must outlive this.
  Persona(std::string_view name, core::WallTime from, int days, std::uint64_t seed, Habit habit,
          const core::Policy& policy);

  /// When the first day turns.
  core::WallTime begin() const { return begin_; }
  /// The appointments of all days.
  std::vector<core::BusyInterval> calendar() const;

  std::optional<core::Duration> next() override;
  std::optional<Action> take() override;
  void told(const core::Fact& fact, core::Duration elapsed) override;

 private:
  /// What the person means to do.
  enum class Step : std::uint8_t { answer, leave, come_back, raise_desk, lower_desk };
  struct Intention {
    Step step = Step::answer;
    core::Answer answer = core::Answer::start;
    std::uint64_t prompt = 0;
    core::Duration length{};  ///< of the break that begins with the answer
  };
  struct Deed {
    core::Duration at{};
    Action action;
  };
  struct Span {
    core::Duration from{}, to{};
  };

  void fill();
  std::optional<Action> work_on(Deed deed);
  std::optional<Action> act(core::Duration at, const Intention& intention);
  std::optional<core::Duration> away_until(core::Duration at) const;
  void consider(const core::Fact& prompt, core::Duration elapsed);
  core::Duration seconds(int least, int most);

  const Workday& workday_;
  const core::Policy& policy_;
  core::Duration first_day_{};  ///< local midnight
  core::WallTime begin_;
  int days_;
  std::uint64_t seed_;
  Habit habit_;
  std::mt19937_64 random_;  ///< for reactions; a day's own course does not depend on them

  int written_ = 0;          ///< days
  bool desk_seen_ = false;   ///< it has told its height once
  std::deque<Deed> script_;  ///< the rest of the day
  std::deque<Span> away_;    ///< … and when the person is not at the desk
  std::multimap<core::Duration, Intention> intentions_;
  std::uint64_t open_prompt_ = 0;
  core::Duration session_length_{};
  std::optional<core::Duration> break_ends_;  ///< away for the break that was asked for
  bool typing_ = false;                       ///< what the day's course says, break or not
  core::Device device_ = core::Device::keyboard;
};

}  // namespace poised::simulate
