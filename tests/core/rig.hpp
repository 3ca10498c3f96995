// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/status.hpp"
#include "core/step.hpp"

// The core with a person, an input source, a screen and a clock around it, all simulated.
namespace poised::core {

using namespace std::chrono_literals;

/// How the input source reports that input has stopped.
enum class Reporting : std::uint8_t {
  at_once,  ///< at the moment of the last input, as a trace does
  late      ///< once a watched threshold is reached, as a desktop does
};

/// What makes time pass.
enum class Drive : std::uint8_t {
  armed,        ///< only the deadline the core asked for
  each_second,  ///< that, and a step every second besides
  lazy          ///< nothing: the deadlines are left to the step just before the next event
};

/// 2026-03-02 00:00 UTC, a Monday. The machine of every test was booted a day before.
inline constexpr Instant monday{24h};
WallTime wall_of_monday();

class Rig {
 public:
  explicit Rig(Policy rules = default_policy(), Reporting reporting = Reporting::at_once,
               Drive drive = Drive::armed);

  /// Lets time pass up to `to`; what is due at `to` itself is left to the next call.
  void run_to(Instant to);
  /// As run_to(), and what is due at `to` too.
  void run_through(Instant to);

  /// Input on `device` begins now, or ended now.
  void begin_input(Device device = Device::any);
  void end_input(Device device = Device::any);
  /// Everything that is as it was is told once more.
  void repeat_all();
  bool has_input() const;
  /// Hands events over at the present moment, in one go. Lock and sleep end the input.
  void send(std::vector<Event> events);
  void send(Event event) { send(std::vector<Event>{std::move(event)}); }
  /// Changes the rules and tells the core.
  void change(const std::function<void(Policy&)>& edit);
  /// Saves, forgets everything, lets `gap` pass, restores, and reports lock, sleep and input anew.
  void restart(Duration gap = {}, bool same_boot = true);
  /// Sets the wall clock.
  void step_wall(Duration by);

  Status now_status() const { return status(state, now, policy); }
  WallTime wall() const { return WallTime(now.time_since_epoch() + wall_offset); }
  /// Facts of one kind so far.
  std::size_t count(FactKind kind) const;
  std::vector<Fact> facts_of(FactKind kind) const;
  /// One line: "HH:MM:SS kind break details".
  std::string text_of(const Fact& fact) const;

  Policy policy;
  State state;
  Instant now;
  Duration wall_offset;
  std::vector<Fact> facts;
  std::vector<ShowNote> notes;
  std::vector<ShowFinished> finished;
  std::vector<MoveDesk> moves;
  std::optional<Instant> armed;
  std::uint64_t on_screen = 0;  ///< id of the prompt that is visible
  Prompt shown;                 ///< as last shown
  bool shown_running = false;
  std::size_t saves = 0;
  std::size_t wakes = 0;  ///< times the core was woken
  bool locked = false, asleep = false;
  bool plugins_report = true;  ///< after a restart plugins and inhibitors speak up again
  bool echo = false;           ///< whatever says how things stand is said twice
  std::uint64_t order =
      0;  ///< picks the order of the events of one instant that scripts leave open
  /// Broken rules of safety, in words. Every test expects none.
  std::vector<std::string> violations;

 private:
  struct Device_ {
    bool on = false;  // the truth
    Instant stopped;
    bool reported = false;  // what the source has said
  };
  void step_now(const std::vector<Event>& events);
  void obey(const CommandSink& commands);
  std::vector<Event> observe(const Event& event);
  void check_safety(const CommandSink& commands);
  void check_screen(const CommandSink& commands, const std::function<void(const char*)>& violate);
  void check_counts(const std::function<void(const char*)>& violate);
  void check_snoozes(const CommandSink& commands, const std::function<void(const char*)>& violate);
  void check_standing(const CommandSink& commands, const std::function<void(const char*)>& violate);
  bool is_busy(BusyClass busy_class) const;
  std::optional<Instant> next_report() const;
  std::vector<Event> due_reports();
  void report_now();
  void advance(Instant to, bool inclusive);

  Reporting reporting_;
  Drive drive_;
  std::array<Device_, 3> devices_{};
  std::array<bool, live_signal_count> signals_{};
  std::optional<std::int32_t> desk_mm_;
  std::optional<SourceChanged> source_;
  std::map<std::string, std::pair<Instant, std::vector<BusyInterval>>> busy_;
  struct Snoozed {
    std::uint32_t times = 0;  // in this due period
    Duration present{};       // when it was snoozed last, re-based as the core must
    Duration reached{};       // of present time since then; a take-back does not undo it
    Duration length{};
    bool away = false;
  };
  std::map<std::string, Snoozed> snoozed_;
  bool told_to_sit_ = false;
  std::map<std::uint32_t, WatchIdle> watches_;
  CommandSink out_;
};

}  // namespace poised::core
