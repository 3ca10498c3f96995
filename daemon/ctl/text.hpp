// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

// How things look on a terminal of 80 columns.
namespace poised::ctl {

inline constexpr std::size_t columns = 80;

/// What the look of a text depends on beside the facts.
struct Look {
  bool colour = false;
  std::int64_t now = 0;  ///< UTC seconds

  /// Colours on a terminal, unless NO_COLOR is set or it is a dumb one.
  static Look of_stdout();

  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string good(std::string_view text) const { return paint("32", text); }
  std::string warn(std::string_view text) const { return paint("33", text); }
  std::string bad(std::string_view text) const { return paint("31", text); }

 private:
  std::string paint(const char* code, std::string_view text) const;
};

/// Which way a time that is not a whole minute goes.
enum class Round : std::uint8_t { down, up };

/// "12 s", "35 min", "1 h 05 min".
std::string spell_seconds(double seconds, Round round);

/// Of UTC seconds.
std::tm local_time(std::int64_t utc);

/// Local "14:00", with the day before it ("Tue 14:00", "12 May 14:00") unless that is today.
std::string clock_face(std::int64_t utc, std::int64_t now);

/// "Mon"; 0 is Sunday, as in std::tm. And "Jan"; 0 is January.
const char* weekday(int days_since_sunday);
const char* month(int months_since_january);

/// UTC seconds of "2026-03-02T14:00:00+01:00" or "…Z"; -1 if it is not that.
std::int64_t parse_instant(std::string_view iso);

/// Control characters, which could drive a terminal, become "?".
std::string printable(std::string_view text);

/// "110 cm", "72.5 cm", or "43.3 in" where the locale's lengths are in inches.
std::string height_text(double millimetres);

/// First letter upper case.
std::string capital(std::string_view text);

/// As many columns wide at least: at the left of them, and at the right.
std::string column(std::string_view text, std::size_t wide);
std::string right(std::string_view text, std::size_t wide);

/// Wrapped to 80 columns between words; further lines begin with `indent` spaces, which the first
/// one is taken to have too.
std::string wrapped(std::string_view text, std::size_t indent = 0);

/// The label in its column, then the text, wrapped to 80 columns beneath its own beginning.
std::string row(const Look& look, std::string_view label, std::string_view text,
                std::size_t label_width = 14);

}  // namespace poised::ctl
