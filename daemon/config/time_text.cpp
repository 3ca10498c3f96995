// SPDX-License-Identifier: MIT
#include "config/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/text.hpp"

namespace poised::config {
namespace {

using core::Duration;
using namespace std::chrono_literals;

constexpr Duration day = 24h;

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array<Unit, 5> units{{{"d", Duration(day).count()},
                                     {"h", Duration(1h).count()},
                                     {"min", Duration(1min).count()},
                                     {"s", Duration(1s).count()},
                                     {"ms", Duration(1ms).count()}}};

constexpr std::array<std::string_view, 7> day_names{"Mon", "Tue", "Wed", "Thu",
                                                    "Fri", "Sat", "Sun"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Reads a short text from left to right and knows the column it is at. Texts that reach it are
// ASCII where they are valid, so bytes do for columns up to the first that is not.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  std::size_t at() const { return at_; }
  bool take(char c) {
    if (peek() != c || done()) return false;
    ++at_;
    return true;
  }
  std::string_view take_while(bool (*accept)(char)) {
    const std::size_t begin = at_;
    while (!done() && accept(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  bool take_spaces() {
    return !take_while([](char c) { return c == ' '; }).empty();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<int> two_digits(Scanner& scanner, std::size_t least) {
  const std::string_view digits = scanner.take_while(is_digit);
  if (digits.size() < least || digits.size() > 2) return std::nullopt;
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// "9:30" or "09:30", up to 24:00.
std::variant<Duration, TextError> scan_time(Scanner& scanner) {
  const std::size_t begin = scanner.at();
  const auto hours = two_digits(scanner, 1);
  if (!hours || !scanner.take(':')) return TextError{begin, "expected a time such as 09:00"};
  const auto minutes = two_digits(scanner, 2);
  if (!minutes) return TextError{begin, "expected a time such as 09:00"};
  const Duration time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  if (*minutes > 59 || time > day) return TextError{begin, "there is no such time of day"};
  return time;
}

std::variant<int, TextError> scan_day(Scanner& scanner) {
  const std::size_t begin = scanner.at();
  const std::string_view word = scanner.take_while(is_letter);
  for (std::size_t i = 0; i < day_names.size(); ++i)
    if (std::ranges::equal(word, day_names[i], {}, lower, lower)) return static_cast<int>(i);
  return TextError{
      begin, word.empty() ? "expected a day: Mon, Tue, Wed, Thu, Fri, Sat or Sun"
                          : fmt::format("'{}' is not a day: Mon, Tue, Wed, Thu, Fri, Sat or Sun",
                                        one_line(word, 20))};
}

}  // namespace

std::string format_duration(Duration duration) {
  std::string out;
  std::int64_t rest = duration.count();
  for (const auto& unit : units) {
    if (const std::int64_t n = rest / unit.nanoseconds; n > 0) {
      out += fmt::format("{}{}", n, unit.name);
      rest -= n * unit.nanoseconds;
    }
  }
  return out.empty() ? "0s" : out;
}

std::variant<Duration, TextError> parse_duration(std::string_view text) {
  constexpr std::int64_t most = Duration(std::chrono::hours{24 * 36500}).count();
  Scanner scanner(text);
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  if (text.empty()) return TextError{0, "an empty text is not a duration"};
  while (!scanner.done()) {
    const std::size_t begin = scanner.at();
    const std::string_view digits = scanner.take_while(is_digit);
    if (digits.empty()) return TextError{begin, "expected a number, as in \"1h30min\""};
    if (scanner.peek() == '.' || scanner.peek() == ',')
      return TextError{scanner.at(), "fractions are not read: write \"1h30min\" for 1.5 h"};
    const std::size_t unit_at = scanner.at();
    const std::string_view name = scanner.take_while(is_letter);
    if (name.empty())
      return TextError{unit_at, "expected a unit (d, h, min, s or ms) right after the number"};
    const auto* unit = std::ranges::find(units, name, &Unit::name);
    if (unit == units.end())
      return TextError{unit_at, name == "m" ? std::string("minutes are written \"min\"")
                                            : fmt::format("'{}' is not a unit: d, h, min, s or ms",
                                                          one_line(name, 20))};
    const auto index = static_cast<std::size_t>(unit - units.begin());
    if (index < next_unit)
      return TextError{unit_at, "units go from large to small, each once: \"1h30min\""};
    next_unit = index + 1;
    std::int64_t number = 0;
    for (const char c : digits) {
      number = number * 10 + (c - '0');
      if (number > most / unit->nanoseconds) return TextError{begin, "longer than a hundred years"};
    }
    total += number * unit->nanoseconds;
    if (total > most) return TextError{begin, "longer than a hundred years"};
  }
  return Duration(total);
}

std::variant<core::HoursRange, TextError> parse_hours(std::string_view text) {
  Scanner scanner(text);
  core::HoursRange range;
  do {
    const auto first = scan_day(scanner);
    if (const auto* error = std::get_if<TextError>(&first)) return *error;
    int last = std::get<int>(first);
    if (scanner.take('-')) {
      const auto second = scan_day(scanner);
      if (const auto* error = std::get_if<TextError>(&second)) return *error;
      last = std::get<int>(second);
    }
    for (int i = std::get<int>(first);; i = (i + 1) % 7) {
      range.weekdays = static_cast<std::uint8_t>(range.weekdays | (1U << static_cast<unsigned>(i)));
      if (i == last) break;
    }
  } while (scanner.take(','));
  if (!scanner.take_spaces())
    return TextError{scanner.at(), "expected '-', ',' or a space and the hours after the day"};
  const std::size_t from_at = scanner.at();
  const auto from = scan_time(scanner);
  if (const auto* error = std::get_if<TextError>(&from)) return *error;
  if (!scanner.take('-')) return TextError{scanner.at(), "expected '-' between the two times"};
  const auto to = scan_time(scanner);
  if (const auto* error = std::get_if<TextError>(&to)) return *error;
  if (!scanner.done())
    return TextError{scanner.at(), "expected nothing more; further hours are further entries"};
  range.from = std::get<Duration>(from);
  range.to = std::get<Duration>(to);
  if (range.from >= range.to)
    return TextError{from_at,
                     "the hours must begin before they end; a night is two entries, up to 24:00 "
                     "and from 00:00"};
  return range;
}

std::string format_hours(const core::HoursRange& range) {
  std::string out;
  const auto has = [&](unsigned i) { return ((range.weekdays >> (i % 7)) & 1U) != 0; };
  const auto append = [&](unsigned first, unsigned length) {
    if (!out.empty()) out += ',';
    out += day_names[first % 7];
    if (length > 1) out += fmt::format("-{}", day_names[(first + length - 1) % 7]);
  };
  if (range.weekdays == 0b1111111) {
    append(0, 7);
  } else {
    // A run that wraps round the week's end is written from its own beginning, once.
    for (unsigned i = 0; i < 7; ++i) {
      if (!has(i) || has(i + 6)) continue;
      unsigned length = 1;
      while (has(i + length)) ++length;
      append(i, length);
    }
  }
  const auto minutes = [](Duration time) {
    return std::chrono::duration_cast<std::chrono::minutes>(time).count();
  };
  const auto from = minutes(range.from);
  const auto to = minutes(range.to);
  return fmt::format("{} {:02}:{:02}-{:02}:{:02}", out, from / 60, from % 60, to / 60, to % 60);
}

std::variant<TimeOfDay, TextError> parse_time_of_day(std::string_view text) {
  Scanner scanner(text);
  const auto time = scan_time(scanner);
  if (const auto* error = std::get_if<TextError>(&time)) return *error;
  if (!scanner.done()) return TextError{scanner.at(), "expected nothing after the time"};
  if (std::get<Duration>(time) == day) return TextError{0, "the day's end is its beginning: 00:00"};
  return TimeOfDay{std::get<Duration>(time)};
}

}  // namespace poised::config
