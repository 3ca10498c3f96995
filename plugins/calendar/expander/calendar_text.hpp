// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/expander/local_zone.hpp"
#include "calendar/expander/rule.hpp"
#include "calendar/expander/value_text.hpp"
#include "calendar/expander/zone_book.hpp"

// iCalendar texts (RFC 5545, 7986) read as they come, broken ones too: what is whole counts. Only
// times and what decides whether they are busy are kept.
namespace poised::calendar {

/// From the weakest to the strongest claim on a moment. `unexpandable`: an event recurs there so
/// often, or so oddly, that its times were not worked out.
enum class BusyClass : std::uint8_t { free, unexpandable, tentative, busy, out_of_office };

struct Moment {
  enum class Kind : std::uint8_t { none, date, floating, utc, zoned };
  Seconds at = 0;  ///< local unless utc
  std::uint32_t zone = 0;
  Kind kind = Kind::none;
};

struct ExtraTime {
  Moment start;
  Moment end;  ///< none: as long as the event, or as `length` says
  Span length;
  bool has_length = false;
};

struct Recurrence {
  std::vector<Rule> rules, excluded_rules;
  std::vector<ExtraTime> extra;
  std::vector<Moment> excluded;
};

struct Event {
  std::uint64_t uid = 0;  ///< a hash; 0: none
  Seconds stamp = 0;
  Moment start, end, replaces;  ///< RECURRENCE-ID
  Span length;                  ///< DURATION
  std::int32_t sequence = 0;
  std::int32_t recurrence = -1;  ///< index
  std::uint32_t line = 0;
  BusyClass busy_class = BusyClass::busy;
  bool has_length = false;
  bool cancelled = false;
  bool all_day = false;  ///< by its own word; a date is so anyway
  bool this_and_future = false;
};

struct FreeBusyPeriod {
  ExtraTime time;
  BusyClass busy_class = BusyClass::busy;
};

struct Problem {
  std::uint32_t line = 0;  ///< 0: of the whole
  std::string reason;
};

/// One text: a file, a subscription, or an object of a collection.
struct Calendar {
  bool recognised = false;  ///< there was a component of iCalendar in it
  std::vector<Event> events;
  std::vector<Recurrence> recurrences;
  std::vector<FreeBusyPeriod> periods;
  std::vector<std::shared_ptr<const LocalZone>> zones;  ///< nullptr: as the machine's
  std::vector<Problem> problems;                        ///< each reason once
};

inline constexpr std::size_t max_events = 500'000;
inline constexpr std::size_t max_times = 2'000'000;  ///< RDATE, EXDATE and FREEBUSY together

/// Unfolds lines. Ends are CRLF, LF or CR.
class LineReader {
 public:
  using Line = std::function<void(std::string_view line, std::uint32_t number)>;
  explicit LineReader(Line line) : emit_(std::move(line)) {}
  void feed(std::string_view text);
  /// The last line, which may have been cut off.
  void finish();

 private:
  void end_line();

  Line emit_;
  std::string line_;
  std::uint32_t number_ = 1, first_number_ = 1;
  bool at_start_ = true, after_cr_ = false, anything_ = false;
};

class CalendarReader {
 public:
  /// `addresses`: the person's own, for PARTSTAT. `zones` outlives the reader.
  CalendarReader(ZoneBook& zones, const std::vector<std::string>& addresses);
  ~CalendarReader();
  CalendarReader(const CalendarReader&) = delete;
  CalendarReader& operator=(const CalendarReader&) = delete;

  void feed(std::string_view text);
  Calendar finish();

 private:
  struct Draft;
  struct Parameters;

  void line(std::string_view text, std::uint32_t number);
  void begin(std::string_view name);
  void end(std::string_view name);
  void close_down_to(std::size_t depth, bool complete);
  void calendar_property(std::string_view name, std::string_view value);
  void event_property(std::string_view name, const Parameters& parameters, std::string_view value);
  void attendee(const Parameters& parameters, std::string_view value);
  void observance_property(std::string_view name, const Parameters& parameters,
                           std::string_view value);
  void free_busy(const Parameters& parameters, std::string_view value);
  void finish_event(bool complete);
  BusyClass class_of(const Draft& draft) const;
  Moment moment(std::string_view value, const Parameters& parameters);
  bool extra_times(std::string_view value, const Parameters& parameters,
                   std::vector<ExtraTime>& times);
  bool is_own(std::string_view address) const;
  bool has_room();
  void problem(std::string_view reason, std::uint32_t line);

  ZoneBook& zones_;
  std::vector<std::string> addresses_;
  LineReader lines_;
  Calendar calendar_;
  std::vector<std::string> open_;  ///< names of the components that are open
  std::unique_ptr<Draft> draft_;
  std::unique_ptr<ZoneDefinition> zone_;
  std::map<std::string, ZoneDefinition, std::less<>> definitions_;
  std::map<std::string, std::uint32_t, std::less<>> zone_index_;
  std::vector<std::uint32_t> zone_lines_;
  std::string default_zone_;
  bool cancelled_ = false;
  std::size_t times_ = 0;
  std::uint32_t number_ = 0;
};

}  // namespace poised::calendar
