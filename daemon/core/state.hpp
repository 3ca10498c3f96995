// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/present_time.hpp"
#include "core/terms.hpp"
#include "core/time.hpp"

// Everything the core knows. Plain values: a copy is a snapshot, equal states behave equally. Only
// step() writes it; others read it through status().
namespace poised::core {

inline constexpr Instant never = Instant::max();    ///< no deadline
inline constexpr Instant not_yet = Instant::min();  ///< has not happened
inline constexpr std::size_t no_break = SIZE_MAX;   ///< no index into Memory::breaks

// --------------------------------------------------------------------------- what is not saved

/// One input device, as the source reports it and as it counts.
struct Channel {
  bool reported = false;    ///< the source says that input goes on
  bool going_on = false;    ///< it counts as going on: no lock or sleep has ended it since
  Instant since = not_yet;  ///< when the latest stretch of input began
  Instant last = not_yet;   ///< the last known input; meaningless while it goes on
  PresentTime active;       ///< summed stretches of the day
  bool operator==(const Channel&) const = default;
};

enum class SourceState : std::uint8_t { silent, working, failing, lost };
/// `assumed`: it was locked when the state was saved, or asked to be, and nothing else has been
/// heard since.
enum class LockState : std::uint8_t { open, assumed, locked };

struct Input {
  std::array<Channel, 3> devices;    ///< by Device
  Instant unlocked = not_yet;        ///< P4: unlock counts as one input
  Instant evidence_ended = not_yet;  ///< P3: the end of passive evidence
  bool passive = false;              ///< passive evidence counts now
  bool inhibitor = false;            ///< an application keeps the screen on, which is evidence
  LockState lock = LockState::open;
  bool asleep = false;
  bool seat_inactive = false;
  bool barred = false;  ///< locked, asleep or seat inactive
  Instant barred_until = not_yet;
  bool awaits_input = true;  ///< P4: absent until new input or unlock, whatever was before
  SourceState source = SourceState::silent;
  Instant failed_at;  ///< while failing
  bool splits = false;
  bool noted = false;  ///< P5: the note was shown
  std::string source_id;
  std::string source_reason;
  bool operator==(const Input&) const = default;
};

// ------------------------------------------------------------------------------- what is saved

/// Something that holds prompts back while it is on, and for a while after (A2).
struct Signal {
  bool on = false;
  Instant settles = not_yet;  ///< after it went off, it holds until then
  Instant doubted = never;    ///< on only as it was when saved; forgotten then, unless confirmed
  bool operator==(const Signal&) const = default;

  bool holds(Instant now) const { return on || now < settles; }
};

/// An absence as one counter sees it.
struct Absence {
  bool on = false;
  bool whole = false;   ///< P4: the whole pause counts, back to the last input
  Instant since;        ///< back-dated
  bool rested = false;  ///< B2: it has counted as the natural break
  bool operator==(const Absence&) const = default;
};

enum class BreakKind : std::uint8_t { ordinary, daily_limit, session, posture };
enum class Phase : std::uint8_t { counting, due, open, running, snoozed, expired };
enum class Returning : std::uint8_t { no, snoozed, expired };

struct BreakRecord {
  std::string id;
  BreakKind kind = BreakKind::ordinary;
  Phase phase = Phase::counting;
  PresentTime worked;  ///< ordinary breaks; the others look at the day and at the posture timer
  Absence absence;     ///< as above

  // The due period: from becoming due until it is taken, natural, skipped or missed.
  Instant due_since;          ///< A4, A5
  Instant waits_since;        ///< B4: start of gap_max
  std::uint32_t snoozes = 0;  ///< spent
  bool expired_once = false;
  Returning returning = Returning::no;
  bool unspaced = false;  ///< B11: the next showing is neither spaced nor counted
  bool low = false;       ///< A4: released by the limit, always low
  bool bounded = false;   ///< A2: released, to be shown before the next busy start
  bool after_meeting = false;
  bool pulled = false;     ///< A3: offered early
  std::uint16_t held = 0;  ///< set of HeldBy, empty unless due and held
  Duration away_from{};    ///< snoozed, expired: present time when it began …
  Duration away_for{};     ///< … and how long it stays away

  std::optional<WallTime> pulled_for;  ///< A3: the block it was last offered before
  Duration next_limit{};               ///< daily limit: the day's present time at which it is due
  bool operator==(const BreakRecord&) const = default;
};

/// The prompt that is open or running; at most one.
struct OpenPrompt {
  std::uint64_t id = 0;  ///< 0 = none
  std::size_t index = no_break;
  std::size_t partner = no_break;  ///< B5c: the stretch that joined
  Instant shown_at;
  Duration expires_from{};  ///< present time when it was shown
  Urgency urgency = Urgency::normal;
  PromptReason reason = PromptReason::interval;
  Posture posture = Posture::unknown;
  std::optional<WallTime> before;
  bool hidden = false;     ///< not on the screen: locked, or the server lost it
  bool dismissed = false;  ///< B7: hidden for good while it runs
  bool running = false;
  Instant run_since;
  Instant run_until;
  bool operator==(const OpenPrompt&) const = default;
};

struct Pause {
  std::string key;
  std::string reason;
  std::optional<Instant> until;
  bool operator==(const Pause&) const = default;
};

struct Day {
  std::optional<std::int64_t> date;  ///< days since 1970-01-01; empty until a clock was set
  PresentTime present;
  DayTotals totals;               ///< all but the durations, which are counted elsewhere
  std::uint32_t first_shows = 0;  ///< B11
  bool quiet = false;             ///< B7: quiet-today
  bool operator==(const Day&) const = default;
};

/// One availability source's last good set (A8).
struct BusySource {
  std::string source;
  std::vector<BusyInterval> intervals;
  Instant read_at;
  bool operator==(const BusySource&) const = default;
};

struct SitStand {
  Posture posture = Posture::unknown;
  bool desk = false;           ///< S1: a desk tells the posture, or did when this was saved
  bool said = false;           ///< S5: the person said that they have a sit–stand desk
  PresentTime timer;           ///< S2: towards the next stand prompt
  PresentTime stretch;         ///< in this posture
  PresentTime standing;        ///< today
  Duration longest_sitting{};  ///< today, but for the stretch that goes on
  bool settled = true;         ///< S1: this absence has had its effect
  bool noted = false;          ///< S6: the sit note of this stretch was given
  bool noted_ceiling = false;  ///< S3
  Duration grown{};            ///< S3: added to stand_for
  std::uint32_t offers = 0, accepted = 0;  ///< S3: this week
  std::optional<std::int64_t> week;        ///< its Monday
  std::uint32_t declined_in_row = 0;       ///< S7
  bool doubled = false;                    ///< S7: sit_for, today
  std::uint32_t doubled_days = 0;
  bool asked = false;  ///< S7: whether to switch it off
  bool operator==(const SitStand&) const = default;
};

/// The programme (E1–E9). Dates count days, as Day::date.
struct Programme {
  std::string plan;  ///< running; empty = none
  std::uint32_t phase = 0;
  WallTime started;            ///< the plan
  std::int64_t plan_from = 0;  ///< the same as a date; time stopped is left out
  std::int64_t phase_from = 0;
  std::optional<std::int64_t> today;  ///< the date as last seen
  bool paused = false;                ///< E7: discomfort is high
  bool on_hold = false;               ///< E1: by the person
  std::string held;                   ///< E7: why the phase goes on beyond its days
  bool advised = false;               ///< E7: at week 6

  // The answers, gone with the plan.
  std::optional<std::uint32_t> first;  ///< discomfort at the plan's start
  std::optional<std::uint32_t> before, last;
  std::uint32_t stiffness = 0;
  std::optional<std::int64_t> answered;  ///< date of `last`
  std::optional<std::int64_t> asked;     ///< date of the last offer
  bool noted = false;                    ///< E5: the note after it was given

  bool stopped = false;  ///< E8
  std::string sign;      ///< … and why

  std::vector<std::int64_t> sessions;       ///< dates with one, the last 4 weeks
  std::uint32_t offered = 0, finished = 0;  ///< today
  bool done_today = false;                  ///< "not today"
  std::vector<std::string> lately;          ///< exercises, the latest last
  std::vector<Hurt> hurt;                   ///< E7: of the last two weeks
  std::vector<ChosenExercise> chosen;       ///< for the open prompt
  Duration chosen_length{};
  bool operator==(const Programme&) const = default;
};

/// What survives a restart (B9).
struct Memory {
  Absence absence{true, true, {}, false};
  bool natural_counted = false;  ///< B2: reports count one natural break an absence
  bool in_session = false;
  PresentTime present;              ///< P: the clock of snoozes, expiry, returns and spacing
  PresentTime session;              ///< P7: with short idleness
  std::vector<BreakRecord> breaks;  ///< those of the policy in its order, daily limit, posture
  std::vector<BreakRecord> parked;  ///< no longer configured; they come back with their counts
  OpenPrompt prompt;
  std::uint64_t next_id = 1;
  bool has_closed = false;
  Duration last_closed{};  ///< B11: present time at the last closing
  std::vector<Pause> pauses;
  Day day;
  SitStand stand;
  Programme programme;
  std::array<Signal, live_signal_count> signals;
  std::vector<BusySource> busy;
  Signal meeting, out_of_office;  ///< as of the last look at the busy times
  bool operator==(const Memory&) const = default;
};

/// Busy time as the rules see it: joined, of one kind (A1, A7).
struct Block {
  WallTime from;
  WallTime to;
  bool out_of_office = false;
  bool operator==(const Block&) const = default;
};

struct State : Memory {
  Instant now = not_yet;
  bool started = false;
  std::optional<Duration> wall_offset;  ///< WallTime − Instant
  Input input;
  Presence presence = Presence::idle;   ///< as last told
  std::optional<std::int32_t> desk_mm;  ///< S1: while a desk reports its height
  Instant desk_doubted = never;  ///< after a restart: given up if it has not reported by then
  Instant desk_asked = not_yet;  ///< until then the desk moves as asked, not by hand

  // Derived from the policy and the clock; recomputed when either changes.
  Instant day_turns = never;
  Instant acute_ends = never;  ///< E7: a plan that ends to the hour
  bool hours_open = true;
  Instant hours_change = never;
  std::vector<Block> blocks;        ///< sorted by start; those of one kind do not overlap
  Instant blocks_change = never;    ///< the next start or end of a block
  Instant blocks_looked = not_yet;  ///< when they were last looked at
  std::optional<Block> next_block;  ///< the next one to start

  Instant saved_at = not_yet;
  Duration saved_present{};
  std::optional<Instant> armed;    ///< what ArmTimer last said
  Instant deadline = never;        ///< the earliest one that decides something
  Instant other_deadline = never;  ///< the earliest of those that input does not move
  Instant due_deadline = not_yet;  ///< nothing becomes due before that
  bool waits = false;              ///< something is due that nothing holds, as of other_deadline
  bool all_present = false;        ///< no break sees an absence, and each that is on counts
  Duration presence_threshold{};   ///< what WatchIdle last said
  Duration gap_threshold{};
  bool operator==(const State&) const = default;
};

}  // namespace poised::core
