// SPDX-License-Identifier: MIT
#include "simulate/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/status.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;

// What nanoseconds since 1970 can hold with room to spare.
constexpr int first_year = 1970;
constexpr int last_year = 2200;
constexpr core::Duration longest = 36525 * core::Duration(24h);

/// The words of a line up to its comment.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  /// Empty at the end.
  std::string_view next() {
    const auto at = rest_.find_first_not_of(" \t\r");
    if (at == std::string_view::npos || rest_[at] == '#') return {};
    const auto end = std::min(rest_.find_first_of(" \t\r", at), rest_.size());
    const auto word = rest_.substr(at, end - at);
    rest_.remove_prefix(end);
    return word;
  }

  /// All that is left of the line.
  std::string_view rest() { return std::exchange(rest_, {}); }

 private:
  std::string_view rest_;
};

template <typename Number>
bool number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// Takes `width` digits and then `separator` (if it is not 0) off the front of `text`.
bool take(std::string_view& text, std::size_t width, char separator, int& value) {
  if (text.size() < width) return false;
  value = 0;
  for (const char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(width);
  if (separator == '\0') return true;
  if (!text.starts_with(separator)) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes ".25" off the front of `text`; nothing if it begins otherwise.
bool take_decimals(std::string_view& text, core::Duration& value) {
  value = {};
  if (!text.starts_with('.')) return true;
  text.remove_prefix(1);
  std::int64_t unit = 100'000'000;
  const auto before = text.size();
  while (!text.empty() && text[0] >= '0' && text[0] <= '9' && unit > 0) {
    value += core::Duration((text[0] - '0') * unit);
    unit /= 10;
    text.remove_prefix(1);
  }
  return text.size() < before;
}

struct Written {
  core::Duration local{};
  std::optional<core::Duration> offset;
};

std::optional<Written> read_written(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take(text, 4, '-', year) || !take(text, 2, '-', month) || !take(text, 2, '\0', day) ||
      (!text.starts_with('T') && !text.starts_with(' ')))
    return std::nullopt;
  text.remove_prefix(1);
  core::Duration decimals{};
  if (!take(text, 2, ':', hour) || !take(text, 2, '\0', minute)) return std::nullopt;
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    if (!take(text, 2, '\0', second) || !take_decimals(text, decimals)) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < first_year || year > last_year || hour > 23 || minute > 59 ||
      second > 59)
    return std::nullopt;
  Written written;
  written.local = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                  std::chrono::minutes(minute) + std::chrono::seconds(second) + decimals;
  if (text.empty()) return written;
  if (text == "Z") {
    written.offset = core::Duration{};
    return written;
  }
  const bool west = text[0] == '-';
  if (!west && text[0] != '+') return std::nullopt;
  text.remove_prefix(1);
  if (!take(text, 2, ':', hour) || !take(text, 2, '\0', minute) || !text.empty() || hour > 26 ||
      minute > 59)
    return std::nullopt;
  const core::Duration shift = std::chrono::hours(hour) + std::chrono::minutes(minute);
  written.offset = west ? -shift : shift;
  return written;
}

/// What a local time may mean: nothing, one moment, or two.
std::pair<std::optional<core::WallTime>, std::optional<core::WallTime>> meanings(
    core::Duration local, const core::Policy& policy) {
  if (policy.zone.empty()) return {core::WallTime(local), std::nullopt};
  // No offset exceeds 26 h: the one in force before any change that local time could have seen,
  // and the one after it.
  const auto moment_by = [&](core::WallTime when) -> std::optional<core::WallTime> {
    const core::Duration offset = core::zone_offset(policy, when);
    const core::WallTime at(local - offset);
    return core::zone_offset(policy, at) == offset ? std::optional(at) : std::nullopt;
  };
  const auto before = moment_by(core::WallTime(local) - 26h);
  const auto after = moment_by(core::WallTime(local) + 26h);
  if (before && after && *before != *after) return {before, after};
  return {before ? before : after, std::nullopt};
}

std::optional<core::LiveSignal> signal_of(std::string_view word) {
  for (std::size_t i = 0; i < core::live_signal_count; ++i)
    if (const auto signal = static_cast<core::LiveSignal>(i); word == core::word(signal))
      return signal;
  return std::nullopt;
}

const std::map<std::string_view, core::Answer> answers{
    {"start", core::Answer::start},     {"done", core::Answer::done},
    {"snooze", core::Answer::snooze},   {"skip", core::Answer::skip},
    {"dismiss", core::Answer::dismiss}, {"quiet-today", core::Answer::quiet_today}};

const std::map<std::string_view, Action> plain{
    {"idle", Idle{}},
    {"lock", core::Event(core::LockChanged{true})},
    {"unlock", core::Event(core::LockChanged{false})},
    {"sleep", core::Event(core::SleepChanged{true})},
    {"wake", core::Event(core::SleepChanged{false})},
    {"resume", core::Event(core::Resumed{"person"})},
    {"sit", core::Event(core::PostureSaid{core::Posture::sitting})},
    {"stand", core::Event(core::PostureSaid{core::Posture::standing})},
    {"restart", Restart{}},
    {"cleared", core::Event(core::Cleared{})}};

std::optional<core::Device> device_of(std::string_view word) {
  if (word == "keyboard") return core::Device::keyboard;
  if (word == "pointer") return core::Device::pointer;
  return std::nullopt;
}

std::optional<bool> switch_of(std::string_view word) {
  if (word == "on") return true;
  if (word == "off") return false;
  return std::nullopt;
}

/// 0 to 10.
bool take_rating(std::string_view text, std::uint32_t& value) {
  return number(text, value) && value <= 10;
}

bool take_yes_or_no(std::string_view text, bool& value) {
  value = text == "yes";
  return value || text == "no";
}

/// Reads one line's event; `reason` says why there is none.
class ActionReader {
 public:
  ActionReader(Words& words, const core::Policy& policy, std::string& reason)
      : words_(words), policy_(policy), reason_(reason) {}

  std::optional<Action> read() {
    verb_ = words_.next();
    if (verb_.empty()) {
      reason_ = "an event is missing after the time";
      return std::nullopt;
    }
    auto action = read_action();
    if (!action) return std::nullopt;
    if (const auto extra = words_.next(); !extra.empty()) {
      reason_ = fmt::format("{}: “{}” is one word too many", verb_, extra);
      return std::nullopt;
    }
    return action;
  }

 private:
  std::nullopt_t expects(std::string_view what) {
    reason_ = fmt::format("{}: expected {}", verb_, what);
    return std::nullopt;
  }

  std::optional<Action> read_action() {
    if (verb_ == "active") return read_active();
    if (const auto found = plain.find(verb_); found != plain.end()) return found->second;
    if (const auto signal = signal_of(verb_)) {
      const auto on = switch_of(words_.next());
      if (!on) return expects("on or off");
      return core::Event(core::SignalChanged{*signal, *on});
    }
    if (verb_ == "answer") {
      const auto found = answers.find(words_.next());
      if (found == answers.end())
        return expects("start, done, snooze, skip, dismiss or quiet-today");
      return core::Event(core::Answered{0, found->second});
    }
    if (verb_ == "take") {
      const auto id = words_.next();
      if (id.empty()) return expects("the name of a break");
      return core::Event(core::TakeBreak{std::string(id)});
    }
    if (verb_ == "pause") return read_pause();
    if (verb_ == "desk") return read_desk();
    if (verb_ == "clock") {
      const auto by = parse_length(words_.next(), true);
      if (!by) return expects("a length such as -1h");
      return ClockStep{*by};
    }
    if (verb_ == "busy") return read_calendar();
    if (verb_ == "event") return read_recorded();
    if (verb_ == "seat" || verb_ == "source" || verb_ == "inhibitor") {
      const auto on = switch_of(words_.next());
      if (!on) return expects("on or off");
      if (verb_ == "seat") return core::Event(core::SeatChanged{*on});
      if (verb_ == "inhibitor") return core::Event(core::InhibitorChanged{*on});
      return core::Event(core::SourceChanged{*on, true, "trace", *on ? "" : "it was switched off"});
    }
    return read_plan();
  }

  std::optional<Action> read_recorded() {
    auto recorded = store::read_recorded(words_.rest(), reason_);
    if (!recorded) return std::nullopt;
    if (recorded->kind == store::Recorded::Kind::clock_step) return ClockStep{recorded->by};
    return std::move(*recorded);
  }

  std::optional<Action> read_active() {
    const auto which = words_.next();
    if (which.empty()) return core::Event(core::InputResumed{});
    if (const auto device = device_of(which)) return core::Event(core::InputResumed{*device});
    return expects("keyboard, pointer or nothing");
  }

  std::optional<Action> read_pause() {
    const auto text = words_.next();
    if (text.empty()) return PauseFor{};
    const auto length = parse_length(text);
    if (!length) return expects("a length such as 30m");
    return PauseFor{length};
  }

  std::optional<Action> read_desk() {
    const auto text = words_.next();
    if (text == "gone") return core::Event(core::DeskHeight{});
    std::int32_t mm = 0;
    if (!number(text, mm) || mm < 0 || mm > 3000) return expects("a height in millimetres");
    return core::Event(core::DeskHeight{mm});
  }

  std::optional<Action> read_calendar() {
    core::BusyReplaced calendar{"calendar", {}};
    auto text = words_.next();
    if (text == "none") return core::Event(std::move(calendar));
    do {
      auto read = read_busy(text, policy_);
      if (const auto* why = std::get_if<std::string>(&read)) {
        reason_ = fmt::format("busy: {}", *why);
        return std::nullopt;
      }
      calendar.intervals.push_back(std::get<core::BusyInterval>(read));
      text = words_.next();
    } while (!text.empty());
    return core::Event(std::move(calendar));
  }

  std::optional<Action> read_plan() {
    if (verb_ == "plan") {
      const auto what = words_.next();
      if (what == "stop") return core::Event(core::PlanStopped{});
      if (what == "hold" || what == "resume") return core::Event(core::PlanHeld{what == "hold"});
      if (what != "start") return expects("start, stop, hold or resume");
      const auto kind = words_.next();
      if (kind.empty()) return expects("the name of a plan: acute, progressive, maintenance, home");
      return core::Event(core::PlanStarted{std::string(kind)});
    }
    if (verb_ == "checkin") {
      core::CheckedIn said;
      auto word = words_.next();
      do {
        const auto equals = std::min(word.find('='), word.size());
        const auto name = word.substr(0, equals);
        const auto value = word.substr(std::min(equals + 1, word.size()));
        if (!(name == "pain" && take_rating(value, said.discomfort)) &&
            !(name == "stiffness" && take_rating(value, said.stiffness)) &&
            !(name == "warning" && take_yes_or_no(value, said.warning)))
          return expects("answers: pain=0 to 10, stiffness=0 to 10, warning=yes or no");
        word = words_.next();
      } while (!word.empty());
      return core::Event(said);
    }
    if (verb_ == "warning") {
      const auto sign = words_.next();
      if (sign.empty()) return expects("the sign's name");
      return core::Event(core::WarningReported{std::string(sign)});
    }
    if (verb_ == "hurts") {
      const auto exercise = words_.next();
      if (exercise.empty()) return expects("the exercise's name");
      return core::Event(core::ExerciseHurt{std::string(exercise)});
    }
    reason_ = fmt::format("“{}”: no such event", verb_);
    return std::nullopt;
  }

  Words& words_;
  const core::Policy& policy_;
  std::string& reason_;
  std::string_view verb_;
};

}  // namespace

core::WallTime utc_of_local(core::Duration local, const core::Policy& policy) {
  if (const auto at = meanings(local, policy).first) return *at;
  // Left out: the change lies between what the two offsets make of it.
  const core::WallTime latest(local - core::zone_offset(policy, core::WallTime(local) - 26h));
  for (const auto& change : policy.zone)
    if (change.from > latest - 26h && change.from <= latest) return change.from;
  return latest;
}

std::variant<core::WallTime, std::string> read_time(std::string_view text,
                                                    const core::Policy& policy,
                                                    std::optional<core::WallTime> not_before) {
  const auto written = read_written(text);
  if (!written) return fmt::format("“{}” is not a time such as 2026-03-02T08:00:00", text);
  if (written->offset) return core::WallTime(written->local - *written->offset);
  const auto [first, second] = meanings(written->local, policy);
  if (!first) return fmt::format("{} does not exist: the clocks are put forward over it", text);
  if (second && not_before && *first < *not_before) return *second;
  return *first;
}

std::variant<core::BusyInterval, std::string> read_busy(std::string_view text,
                                                        const core::Policy& policy) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return fmt::format("expected FROM/TO such as 2026-03-02T10:00/2026-03-02T11:00, not “{}”",
                       text);
  core::BusyInterval busy;
  auto from = read_time(text.substr(0, slash), policy);
  if (auto* why = std::get_if<std::string>(&from)) return std::move(*why);
  busy.from = std::get<core::WallTime>(from);
  auto to = read_time(text.substr(slash + 1), policy, busy.from);
  if (auto* why = std::get_if<std::string>(&to)) return std::move(*why);
  busy.to = std::get<core::WallTime>(to);
  if (busy.to <= busy.from) return fmt::format("{} ends before it begins", text);
  return busy;
}

std::optional<core::Duration> parse_length(std::string_view text, bool signed_) {
  bool negative = false;
  if (signed_ && !text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  static const std::map<std::string_view, core::Duration> units{
      {"d", 24h}, {"h", 1h}, {"min", 1min}, {"m", 1min}, {"s", 1s}};
  core::Duration total{};
  core::Duration smallest = core::Duration::max();
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto letters = std::min(text.find_first_of("0123456789", digits), text.size());
    std::int64_t count = 0;
    const auto unit = units.find(text.substr(digits, letters - digits));
    if (!number(text.substr(0, digits), count) || unit == units.end() || unit->second >= smallest ||
        count > (longest - total) / unit->second)
      return std::nullopt;
    smallest = unit->second;
    total += count * unit->second;
    text.remove_prefix(letters);
  }
  return negative ? -total : total;
}

TraceReader::TraceReader(std::istream& text, std::string file, const core::Policy& policy)
    : text_(text), file_(std::move(file)), policy_(policy) {}

std::optional<core::WallTime> TraceReader::begin() {
  fill();
  return begin_;
}

void TraceReader::begin_at(core::WallTime at) {
  fill();
  const auto earlier = begin_ ? *begin_ - at : core::Duration{};
  begin_ = at;
  last_ += earlier;
  if (line_) line_->elapsed += earlier;
}

std::optional<core::Duration> TraceReader::next() {
  fill();
  return line_ ? std::optional(line_->elapsed) : std::nullopt;
}

std::optional<Action> TraceReader::take() {
  auto action = std::move(line_->action);
  line_.reset();
  return action;
}

void TraceReader::fail(const std::string& reason) const {
  throw BadTrace(fmt::format("{}:{}: {}", file_, line_number_, reason));
}

void TraceReader::fill() {
  while (!line_ && text_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()))) {
    ++line_number_;
    const auto read = static_cast<std::size_t>(text_.gcount());
    bytes_ += read;
    // What was counted includes the line's end, unless the file ends without one.
    read_line({buffer_.data(), text_.eof() ? read : read - 1});
  }
  if (line_ || text_.eof()) return;
  ++line_number_;
  if (text_.bad()) fail("cannot be read");
  fail(fmt::format("longer than {} characters", longest_trace_line));
}

void TraceReader::read_line(std::string_view text) {
  Words words(text);
  const auto time = words.next();
  if (time.empty()) return;
  std::optional<core::WallTime> not_before;
  if (begin_) not_before = *begin_ + last_ + stepped_;
  auto read = read_time(time, policy_, not_before);
  if (const auto* why = std::get_if<std::string>(&read)) fail(*why);
  const auto at = std::get<core::WallTime>(read);
  std::string reason;
  auto action = ActionReader(words, policy_, reason).read();
  if (!action) fail(reason);
  if (not_before && at < *not_before) fail(fmt::format("{} lies before the line above it", time));
  if (!begin_) begin_ = at;
  last_ = at - *begin_ - stepped_;
  if (const auto* step = std::get_if<ClockStep>(&*action)) {
    stepped_ += step->by;
    if (stepped_ > longest || stepped_ < -longest) fail("clock: a hundred years are enough");
  }
  line_ = Line{last_, std::move(*action)};
}

}  // namespace poised::simulate
