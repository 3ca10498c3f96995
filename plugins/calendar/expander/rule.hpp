// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "calendar/expander/civil.hpp"
#include "calendar/expander/local_zone.hpp"

// Recurrence rules (RFC 5545, 3.3.10) on local times.
namespace poised::calendar {

enum class Frequency : std::uint8_t { secondly, minutely, hourly, daily, weekly, monthly, yearly };

struct Until {
  enum class Kind : std::uint8_t { date, local, utc } kind = Kind::local;
  Seconds at = 0;  ///< date: its midnight
};

struct RuleDay {
  std::int8_t weekday = 0;  ///< 0 = Monday
  std::int16_t nth = 0;     ///< of its month or year, from the end if negative; 0: each
};

struct Rule {
  Frequency frequency = Frequency::daily;
  std::int64_t interval = 1;
  std::int64_t count = 0;  ///< 0: no such end
  std::optional<Until> until;
  std::int8_t week_start = 0;
  // Bit n: the value n. 0: the part is absent.
  std::uint64_t seconds = 0, minutes = 0;
  std::uint32_t hours = 0, months = 0;
  std::uint32_t month_days = 0, month_days_from_end = 0;
  std::vector<std::int16_t> year_days, set_positions;
  std::vector<std::int8_t> weeks;
  std::vector<RuleDay> days;
};

/// A rule, or why it is none. What a person may have meant is taken: lower case, blanks, parts of
/// no known name, values out of range (left out).
std::variant<Rule, std::string> parse_rule(std::string_view text);

/// What expansion may cost: a step is one day, hour, minute or second looked at, or one instance.
struct Budget {
  std::int64_t steps = 0;
  bool spend(std::int64_t some = 1) { return (steps -= some) >= 0; }
  bool exhausted() const { return steps < 0; }
};

/// The instances of one rule in ascending order. A start that the rule does not give is not one.
class RuleWalker {
 public:
  /// `start` is in the local time of `zone`, whose gaps hold no instances (the start excepted).
  /// Everything outlives the walker.
  RuleWalker(const Rule& rule, Seconds start, const LocalZone& zone, Budget& budget);

  /// To be called first: the first instance wanted is the one at `from` or later. Cost does not
  /// depend on how far that is, unless the rule has a COUNT that arithmetic cannot follow.
  void seek(Seconds from);
  /// Nothing at or after `end` is looked for. nullopt: no more, or the budget is spent.
  std::optional<Seconds> next(Seconds end);

 private:
  struct Day {
    std::int64_t number = 0;
    Date date;
    std::int32_t of_year = 0;  ///< from 1
    std::int32_t weekday = 0;
  };
  static Day day_at(std::int64_t number);
  bool matches(const Day& day) const;
  bool matches_week(const Day& day) const;
  bool matches_weekday(const Day& day) const;
  bool is_day_filtered() const;

  /// Periods are as long as the frequency and numbered from 1970.
  Seconds period_start(std::int64_t index) const;
  std::int64_t period_at(Seconds local) const;
  /// The first period at or after `index` that the interval allows.
  std::int64_t aligned(std::int64_t index) const;

  /// Puts the instances of the period into group_. The period from which to look on.
  std::int64_t fill(std::int64_t index);
  std::int64_t fill_within_day(std::int64_t index);
  void fill_days(std::int64_t first, std::int64_t last);
  void take_positions();
  void drop_nonexistent();
  /// How many instances each period but the first has, if all have the same.
  std::optional<std::int64_t> instances_a_period() const;
  void count_up_to(Seconds from);

  const Rule& rule_;
  Seconds start_;
  const LocalZone& zone_;
  Budget& budget_;

  // The rule with what it leaves to the start filled in.
  std::uint32_t months_, month_days_;
  std::vector<RuleDay> days_;
  std::vector<Seconds> times_;  ///< of a day, an hour or a minute

  std::int64_t base_ = 0;  ///< the period of the start
  std::int64_t period_ = 0;
  std::int64_t counted_ = 0;
  std::vector<Seconds> group_;
  std::size_t in_group_ = 0;
  Seconds from_;
  Seconds last_;  ///< no instance is later
  bool done_ = false;
  std::int64_t looked_at_ = -1;  ///< a day, and whether it matches
  bool looked_at_matches_ = false;
};

}  // namespace poised::calendar
