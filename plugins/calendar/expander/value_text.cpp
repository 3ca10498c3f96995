// SPDX-License-Identifier: MIT
#include "calendar/expander/value_text.hpp"

#include <algorithm>

namespace poised::calendar {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The number that the `size` digits at `at` make; -1 if they are none.
int digits(std::string_view text, std::size_t at, std::size_t size) {
  if (at + size > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + size; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

constexpr std::int64_t most_days = 4'000'000;

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<TimeText> parse_time(std::string_view text) {
  text = trimmed(text);
  const int year = digits(text, 0, 4);
  const int month = digits(text, 4, 2);
  const int day = digits(text, 6, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
    return std::nullopt;
  TimeText time{days_of(year, month, day) * seconds_a_day, true, false};
  if (text.size() == 8) return time;
  if (lower(text[8]) != 't') return std::nullopt;
  time.is_date = false;
  if (lower(text.back()) == 'z') {
    time.is_utc = true;
    text.remove_suffix(1);
  }
  const bool has_seconds = text.size() == 15;
  if (!has_seconds && text.size() != 13) return std::nullopt;
  const int hour = digits(text, 9, 2);
  const int minute = digits(text, 11, 2);
  const int second = has_seconds ? digits(text, 13, 2) : 0;
  // 24:00 is no time of the standard, but there is no doubt what it means.
  const bool midnight = hour == 24 && minute == 0 && second == 0;
  if (hour < 0 || (hour > 23 && !midnight) || minute < 0 || minute > 59 || second < 0 ||
      second > 60)
    return std::nullopt;
  time.at += hour * 3600 + minute * 60 + std::min(second, 59);
  return time;
}

std::optional<Span> parse_span(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || lower(text[0]) != 'p') return std::nullopt;
  text.remove_prefix(1);
  Span span;
  bool times = false;
  bool any = false;
  while (!text.empty()) {
    if (lower(text[0]) == 't' && !times) {
      times = true;
      text.remove_prefix(1);
      continue;
    }
    std::size_t size = 0;
    while (size < text.size() && is_digit(text[size])) ++size;
    if (size == 0 || size > 10 || size == text.size()) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text.substr(0, size)) value = value * 10 + (c - '0');
    const char unit = lower(text[size]);
    text.remove_prefix(size + 1);
    any = true;
    if (!times && unit == 'w')
      span.days += value * 7;
    else if (!times && unit == 'd')
      span.days += value;
    else if (times && unit == 'h')
      span.seconds += value * 3600;
    else if (times && unit == 'm')
      span.seconds += value * 60;
    else if (times && unit == 's')
      span.seconds += value;
    else
      return std::nullopt;
    if (span.days > most_days || span.seconds > most_days * seconds_a_day) return std::nullopt;
  }
  if (!any) return std::nullopt;
  if (negative) span = {-span.days, -span.seconds};
  return span;
}

std::optional<Seconds> parse_offset(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 3, 2);
  const int seconds = text.size() >= 7 ? digits(text, 5, 2) : 0;
  if (hours < 0 || hours > 24 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59)
    return std::nullopt;
  const Seconds offset = hours * 3600 + minutes * 60 + seconds;
  return text[0] == '-' ? -offset : offset;
}

}  // namespace poised::calendar
