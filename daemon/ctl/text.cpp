// SPDX-License-Identifier: MIT
#include "ctl/text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "language/height.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

/// Characters, not bytes: continuation bytes of UTF-8 take no column.
std::size_t width(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

bool digits(std::string_view text, std::size_t at, std::size_t length, int& value) {
  if (at + length > text.size()) return false;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + length, value);
  return error == std::errc{} && end == begin + length;
}

}  // namespace

std::tm local_time(std::int64_t utc) {
  const std::time_t time = utc;
  std::tm parts{};
  localtime_r(&time, &parts);
  return parts;
}

Look Look::of_stdout() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value != nullptr ? value : "");
  };
  Look look;
  look.colour =
      isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  look.now = std::time(nullptr);
  return look;
}

std::string Look::paint(const char* code, std::string_view text) const {
  return colour ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

std::string spell_seconds(double seconds, Round round) {
  const auto whole = [round](double value) {
    return static_cast<std::int64_t>(round == Round::up ? std::ceil(value) : std::floor(value));
  };
  if (!(seconds > 0)) return "0 s";
  if (const auto s = whole(seconds); s < 60) return fmt::format("{} s", s);
  const auto minutes = whole(seconds / 60);
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes % 60 == 0) return fmt::format("{} h", minutes / 60);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string clock_face(std::int64_t utc, std::int64_t now) {
  const auto then = local_time(utc);
  const auto today = local_time(now);
  const auto clock = fmt::format("{:02}:{:02}", then.tm_hour, then.tm_min);
  if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday) return clock;
  constexpr std::int64_t six_days = std::int64_t{6} * 24 * 3600;
  return std::llabs(utc - now) < six_days
             ? tr_format("{0} {1}", weekday(then.tm_wday), clock)
             : tr_format("{0} {1} {2}", then.tm_mday, month(then.tm_mon), clock);
}

const char* weekday(int days_since_sunday) {
  static constexpr std::array names{tr_later("Sun"), tr_later("Mon"), tr_later("Tue"),
                                    tr_later("Wed"), tr_later("Thu"), tr_later("Fri"),
                                    tr_later("Sat")};
  return tr(names.at(static_cast<std::size_t>(days_since_sunday)));
}

const char* month(int months_since_january) {
  static constexpr std::array names{tr_later("Jan"), tr_later("Feb"), tr_later("Mar"),
                                    tr_later("Apr"), tr_later("May"), tr_later("Jun"),
                                    tr_later("Jul"), tr_later("Aug"), tr_later("Sep"),
                                    tr_later("Oct"), tr_later("Nov"), tr_later("Dec")};
  return tr(names.at(static_cast<std::size_t>(months_since_january)));
}

std::int64_t parse_instant(std::string_view iso) {
  // "2026-03-02T14:00:00" and an offset.
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!digits(iso, 0, 4, year) || !digits(iso, 5, 2, month) || !digits(iso, 8, 2, day) ||
      !digits(iso, 11, 2, hour) || !digits(iso, 14, 2, minute) || !digits(iso, 17, 2, second))
    return -1;
  const auto rest = iso.substr(19);
  int offset = 0;
  if (rest.size() == 6 && (rest[0] == '+' || rest[0] == '-')) {
    int hours = 0, minutes = 0;
    if (!digits(rest, 1, 2, hours) || !digits(rest, 4, 2, minutes)) return -1;
    offset = (hours * 60 + minutes) * (rest[0] == '-' ? -60 : 60);
  } else if (rest != "Z") {
    return -1;
  }
  using namespace std::chrono;
  const year_month_day date{std::chrono::year{year},
                            std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return -1;
  const auto instant = sys_days{date} + hours{hour} + minutes{minute} + seconds{second - offset};
  return duration_cast<seconds>(instant.time_since_epoch()).count();
}

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are controls too: C2 80 to C2 9F.
    const bool c1 =
        c == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (c1) ++i;
    clean += c1 || c < 0x20U || c == 0x7FU ? '?' : text[i];
  }
  return clean;
}

std::string capital(std::string_view text) {
  std::string word(text);
  if (!word.empty()) word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  return word;
}

std::string column(std::string_view text, std::size_t wide) {
  const auto used = width(text);
  return std::string(text) + std::string(used < wide ? wide - used : 0, ' ');
}

std::string right(std::string_view text, std::size_t wide) {
  const auto used = width(text);
  return std::string(used < wide ? wide - used : 0, ' ') + std::string(text);
}

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    const bool first = column == indent;
    if (!first && column + 1 + width(word) > columns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width(word);
  }
  return out;
}

std::string row(const Look& look, std::string_view label, std::string_view text,
                std::size_t label_width) {
  const auto used = width(label);
  const std::string gap(used < label_width ? label_width - used : 1, ' ');
  return fmt::format("  {}{}{}\n", look.dim(label), gap, wrapped(text, label_width + 2));
}

std::string height_text(double millimetres) {
  return poised::height_text(millimetres);
}

}  // namespace poised::ctl
