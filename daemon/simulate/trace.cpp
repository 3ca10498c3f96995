// SPDX-License-Identifier: MIT
#include "simulate/trace.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <utility>

#include "core/status.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string_view>;

Words words_of(std::string_view line) {
  Words words;
  std::size_t at = 0;
  while (true) {
    at = line.find_first_not_of(" \t\r", at);
    if (at == std::string_view::npos || line[at] == '#') return words;
    const auto end = std::min(line.find_first_of(" \t\r", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
}

template <typename Number>
bool number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// `text` split at `pattern`'s separators into numbers of fixed width: "2026-03-02" by "4-2-2".
template <std::size_t Count>
bool fields(std::string_view text, const std::array<std::pair<int, char>, Count>& layout,
            std::array<int, Count>& values) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < Count; ++i) {
    const auto [width, separator] = layout[i];
    if (text.size() < at + static_cast<std::size_t>(width)) return false;
    if (!number(text.substr(at, static_cast<std::size_t>(width)), values[i]) || values[i] < 0)
      return false;
    at += static_cast<std::size_t>(width);
    if (separator == '\0') continue;
    if (at >= text.size() || text[at++] != separator) return false;
  }
  return at == text.size();
}

const std::map<std::string_view, core::LiveSignal> signals{
    {"call", core::LiveSignal::call},     {"mic", core::LiveSignal::mic},
    {"camera", core::LiveSignal::camera}, {"screen-share", core::LiveSignal::screen_share},
    {"dnd", core::LiveSignal::dnd},       {"mirrored-display", core::LiveSignal::mirrored_display},
    {"video", core::LiveSignal::video},   {"full-screen", core::LiveSignal::full_screen}};

const std::map<std::string_view, core::Answer> answers{
    {"start", core::Answer::start},     {"done", core::Answer::done},
    {"snooze", core::Answer::snooze},   {"skip", core::Answer::skip},
    {"dismiss", core::Answer::dismiss}, {"quiet-today", core::Answer::quiet_today}};

const std::map<std::string_view, TraceAction> plain{
    {"idle", Idle{}},
    {"lock", core::Event(core::LockChanged{true})},
    {"unlock", core::Event(core::LockChanged{false})},
    {"sleep", core::Event(core::SleepChanged{true})},
    {"wake", core::Event(core::SleepChanged{false})},
    {"resume", core::Event(core::Resumed{"person"})},
    {"sit", core::Event(core::PostureSaid{core::Posture::sitting})},
    {"stand", core::Event(core::PostureSaid{core::Posture::standing})},
    {"restart", Restart{}}};

std::optional<core::Device> device_of(std::string_view word) {
  if (word == "keyboard") return core::Device::keyboard;
  if (word == "pointer") return core::Device::pointer;
  return std::nullopt;
}

/// The action of `words` (the time is not among them), or why there is none.
std::optional<TraceAction> action_of(const Words& words, std::string& reason) {
  const auto verb = words.front();
  const auto argument = words.size() > 1 ? words[1] : std::string_view();
  const auto expects = [&](const char* what) {
    reason = fmt::format("{}: expected {}", verb, what);
    return std::nullopt;
  };
  const std::size_t most = 2;
  if (words.size() > most) {
    reason = fmt::format("“{}” is one word too many", words[most]);
    return std::nullopt;
  }
  if (const auto found = plain.find(verb); found != plain.end()) {
    if (!argument.empty()) return expects("nothing after it");
    return found->second;
  }
  if (verb == "active") {
    if (argument.empty()) return core::Event(core::InputResumed{});
    if (const auto device = device_of(argument)) return core::Event(core::InputResumed{*device});
    return expects("keyboard, pointer or nothing");
  }
  if (const auto found = signals.find(verb); found != signals.end()) {
    if (argument != "on" && argument != "off") return expects("on or off");
    return core::Event(core::SignalChanged{found->second, argument == "on"});
  }
  if (verb == "answer") {
    const auto found = answers.find(argument);
    if (found == answers.end()) return expects("start, done, snooze, skip, dismiss or quiet-today");
    return core::Event(core::Answered{0, found->second});
  }
  if (verb == "take") {
    if (argument.empty()) return expects("the name of a break");
    return core::Event(core::TakeBreak{std::string(argument)});
  }
  if (verb == "pause") {
    if (argument.empty()) return PauseFor{};
    const auto length = parse_length(argument);
    if (!length) return expects("a length such as 30m");
    return PauseFor{length};
  }
  if (verb == "desk") {
    std::int32_t mm = 0;
    if (!number(argument, mm) || mm < 0 || mm > 3000) return expects("a height in millimetres");
    return core::Event(core::DeskHeight{mm});
  }
  if (verb == "clock") {
    const auto by = parse_length(argument, true);
    if (!by) return expects("a length such as -1h");
    return ClockStep{*by};
  }
  reason = fmt::format("“{}”: no such event", verb);
  return std::nullopt;
}

}  // namespace

std::string TraceError::text() const {
  return fmt::format("{}:{}: {}", file, line, reason);
}

core::WallTime utc_of_local(core::Duration local, const core::Policy& policy) {
  if (policy.zone.empty()) return core::WallTime(local);
  // The offset before any change that local time could have seen, then the one after it: of a time
  // that comes twice the first is meant, and one that is skipped ends up where the gap ends.
  const core::WallTime guess(local);
  const auto before = core::zone_offset(policy, guess - 26h);
  const auto with_before = core::WallTime(local - before);
  if (core::zone_offset(policy, with_before) == before) return with_before;
  const auto after = core::zone_offset(policy, guess + 26h);
  const auto with_after = core::WallTime(local - after);
  if (core::zone_offset(policy, with_after) == after) return with_after;
  for (const auto& change : policy.zone)
    if (change.from > with_after && change.from <= with_before) return change.from;
  return with_before;
}

std::optional<core::WallTime> parse_time(std::string_view text, const core::Policy& policy) {
  const auto split = text.find_first_of("T ");
  std::array<int, 3> date{};
  if (split == std::string_view::npos ||
      !fields<3>(text.substr(0, split), {{{4, '-'}, {2, '-'}, {2, '\0'}}}, date))
    return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(date[0]),
                                        std::chrono::month(static_cast<unsigned>(date[1])),
                                        std::chrono::day(static_cast<unsigned>(date[2]))};
  if (!day.ok()) return std::nullopt;
  auto rest = text.substr(split + 1);
  const auto zone_at = rest.find_first_of("Z+-");
  const auto zone = zone_at == std::string_view::npos ? std::string_view() : rest.substr(zone_at);
  rest = rest.substr(0, zone_at);
  std::array<int, 3> time{};
  std::array<int, 2> short_time{};
  if (!fields<3>(rest, {{{2, ':'}, {2, ':'}, {2, '\0'}}}, time)) {
    if (!fields<2>(rest, {{{2, ':'}, {2, '\0'}}}, short_time)) return std::nullopt;
    time = {short_time[0], short_time[1], 0};
  }
  if (time[0] > 23 || time[1] > 59 || time[2] > 59) return std::nullopt;
  const core::Duration local = std::chrono::sys_days(day).time_since_epoch() +
                               std::chrono::hours(time[0]) + std::chrono::minutes(time[1]) +
                               std::chrono::seconds(time[2]);
  if (zone.empty()) return utc_of_local(local, policy);
  if (zone == "Z") return core::WallTime(local);
  std::array<int, 2> offset{};
  if (!fields<2>(zone.substr(1), {{{2, ':'}, {2, '\0'}}}, offset) || offset[0] > 26 ||
      offset[1] > 59)
    return std::nullopt;
  const core::Duration shift = std::chrono::hours(offset[0]) + std::chrono::minutes(offset[1]);
  return core::WallTime(zone[0] == '-' ? local + shift : local - shift);
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
    constexpr std::int64_t most = 1'000'000;
    if (!number(text.substr(0, digits), count) || count > most || unit == units.end() ||
        unit->second >= smallest)
      return std::nullopt;
    smallest = unit->second;
    total += count * unit->second;
    text.remove_prefix(letters);
  }
  return negative ? -total : total;
}

Trace read_trace(std::string_view text, const std::string& file, const core::Policy& policy) {
  Trace trace;
  core::Duration stepped{};
  std::optional<core::WallTime> begin;
  std::size_t line_number = 0;
  while (!text.empty() && !trace.error) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (words.empty()) continue;
    const auto fail = [&](std::string reason) {
      trace.error = TraceError{file, line_number, std::move(reason)};
    };
    const auto at = parse_time(words[0], policy);
    if (!at) {
      fail(fmt::format("“{}” is not a time such as 2026-03-02T08:00:00", words[0]));
      break;
    }
    if (words.size() < 2) {
      fail("an event is missing after the time");
      break;
    }
    std::string reason;
    auto action = action_of(Words(words.begin() + 1, words.end()), reason);
    if (!action) {
      fail(reason);
      break;
    }
    if (!begin) begin = *at;
    const auto elapsed = *at - *begin - stepped;
    if (!trace.lines.empty() && elapsed < trace.lines.back().elapsed) {
      fail(fmt::format("{} lies before the line above it", words[0]));
      break;
    }
    if (const auto* step = std::get_if<ClockStep>(&*action)) stepped += step->by;
    trace.lines.push_back({*at, elapsed, std::move(*action)});
  }
  return trace;
}

}  // namespace poised::simulate
