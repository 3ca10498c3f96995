// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <istream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "core/policy.hpp"
#include "simulate/script.hpp"

// What happened to a person, as text: one event a line, `#` comments.
//   2026-03-02T08:00:00 active [keyboard|pointer]     input begins and goes on
//   2026-03-02T08:59:00 idle                          this was the last input
//   … lock | unlock | sleep | wake | restart | resume | sit | stand
//   … call|screen-share|dnd|video|full-screen|mic|camera|mirrored-display on|off
//   … seat on|off | source on|off | inhibitor on|off
//   … answer start|done|snooze|skip|dismiss|quiet-today
//   … take BREAK | pause [30m] | desk MM|gone | clock -1h
//   … busy none | busy FROM/TO [FROM/TO…]              the calendar from now on, as a whole
//   … event JSON                                      as poisectl why --export writes it
//   … plan start KIND | plan stop|hold|resume | warning SIGN | cleared | hurts EXERCISE
//   … checkin [pain=0…10] [stiffness=0…10] [warning=yes|no]   at least one of them
// Times are local to the zone of the policy unless they carry an offset; they may have decimals of
// a second. A trace begins absent.
namespace poised::simulate {

/// A line that cannot be used; what() is "FILE:LINE: reason".
class BadTrace : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t longest_trace_line = 65535;

/// Reads a trace line by line, in constant memory. next() and take() throw BadTrace.
class TraceReader : public Script {
 public:
  /// `text` and `policy` (for its zone) must outlive this. `file` is what errors name.
  TraceReader(std::istream& text, std::string file, const core::Policy& policy);

  /// The wall clock of the first line; empty if there is none.
  std::optional<core::WallTime> begin();
  /// Moves the beginning of the run, from the first line, to the earlier `at`.
  void begin_at(core::WallTime at);
  /// Bytes read so far.
  std::size_t bytes() const { return bytes_; }

  std::optional<core::Duration> next() override;
  std::optional<Action> take() override;

 private:
  struct Line {
    core::Duration elapsed{};
    Action action;
  };

  void fill();
  void read_line(std::string_view text);
  [[noreturn]] void fail(const std::string& reason) const;

  std::istream& text_;
  std::string file_;
  const core::Policy& policy_;
  std::array<char, longest_trace_line + 1> buffer_{};
  std::size_t line_number_ = 0;
  std::size_t bytes_ = 0;
  std::optional<core::WallTime> begin_;
  core::Duration stepped_{};
  core::Duration last_{};
  std::optional<Line> line_;
};

/// "2026-03-02T08:00:00", with an optional "+01:00" or "Z"; also with a space instead of T, without
/// seconds, or with up to nine decimals of them. Of a local time that comes twice the first is
/// meant, unless that lies before `not_before`. Otherwise why it is none, one line: it also may not
/// lie in the hour that a change of clocks leaves out.
std::variant<core::WallTime, std::string> read_time(
    std::string_view text, const core::Policy& policy,
    std::optional<core::WallTime> not_before = std::nullopt);

/// "30m", "30min", "1h", "90s", "1h30min"; with a leading "-" where `signed_` is set. A hundred
/// years at most.
std::optional<core::Duration> parse_length(std::string_view text, bool signed_ = false);

/// "FROM/TO", two times as above, the first one earlier; otherwise why not.
std::variant<core::BusyInterval, std::string> read_busy(std::string_view text,
                                                        const core::Policy& policy);

/// The moment of a local time; of one that comes twice the first, and of one that is left out the
/// moment at which the clock is set.
core::WallTime utc_of_local(core::Duration local_since_epoch, const core::Policy& policy);

}  // namespace poised::simulate
