// SPDX-License-Identifier: MIT
#include "calendar/expander/rule.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>

#include "calendar/expander/value_text.hpp"

namespace poised::calendar {
namespace {

/// The year 10000: nothing is looked for beyond it.
constexpr Seconds end_of_time = days_of(10000, 1, 1) * seconds_a_day;

template <class Use>
void each_item(std::string_view list, char separator, const Use& use) {
  while (!list.empty()) {
    const auto end = list.find(separator);
    if (const auto item = trimmed(list.substr(0, end)); !item.empty()) use(item);
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
}

std::optional<std::int64_t> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range)
    return text.starts_with('-') ? std::numeric_limits<std::int32_t>::min()
                                 : std::numeric_limits<std::int32_t>::max();
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class Bits>
void set_bits(std::string_view list, std::int64_t least, std::int64_t most, Bits& bits) {
  each_item(list, ',', [&](std::string_view item) {
    if (const auto value = number(item); value && *value >= least && *value <= most)
      bits |= static_cast<Bits>(Bits{1} << *value);
  });
}

template <class Value>
void add_values(std::string_view list, std::int64_t most, std::vector<Value>& values) {
  each_item(list, ',', [&](std::string_view item) {
    const auto value = number(item);
    if (value && *value != 0 && *value >= -most && *value <= most)
      values.push_back(static_cast<Value>(*value));
  });
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::optional<std::int8_t> weekday(std::string_view name) {
  constexpr std::array<std::string_view, 7> names{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (same_word(name, names[i])) return static_cast<std::int8_t>(i);
  return std::nullopt;
}

void add_days(std::string_view list, std::vector<RuleDay>& days) {
  each_item(list, ',', [&](std::string_view item) {
    if (item.size() < 2) return;
    const auto day = weekday(item.substr(item.size() - 2));
    const auto before = item.substr(0, item.size() - 2);
    const auto nth = before.empty() ? std::optional<std::int64_t>(0) : number(before);
    if (!day || !nth || *nth < -53 || *nth > 53 || (*nth == 0 && !before.empty())) return;
    days.push_back({*day, static_cast<std::int16_t>(*nth)});
  });
}

std::optional<Frequency> frequency(std::string_view name) {
  constexpr std::array<std::string_view, 7> names{"SECONDLY", "MINUTELY", "HOURLY", "DAILY",
                                                  "WEEKLY",   "MONTHLY",  "YEARLY"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (same_word(name, names[i])) return static_cast<Frequency>(i);
  return std::nullopt;
}

std::optional<Until> until(std::string_view text) {
  const auto time = parse_time(text);
  if (!time) return std::nullopt;
  return Until{time->is_date  ? Until::Kind::date
               : time->is_utc ? Until::Kind::utc
                              : Until::Kind::local,
               time->at};
}

/// One part of a rule. Why it makes the rule useless, or nothing.
std::string_view read_part(std::string_view name, std::string_view value, Rule& rule) {
  const auto is = [&](std::string_view word) { return same_word(name, word); };
  const auto lacks = [&](bool absent) {
    return absent && !value.empty() ? "no value of a part is in its range" : "";
  };
  if (is("INTERVAL")) {
    const auto interval = number(value);
    if (!interval || *interval < 1) return "the interval is not a positive number";
    rule.interval = std::min<std::int64_t>(*interval, 1'000'000'000);
  } else if (is("COUNT")) {
    const auto count = number(value);
    if (!count || *count < 1) return "the count is not a positive number";
    rule.count = *count;
  } else if (is("UNTIL")) {
    rule.until = until(value);
    if (!rule.until) return "the end is not a time";
  } else if (is("WKST")) {
    rule.week_start = weekday(value).value_or(0);
  } else if (is("BYSECOND")) {
    set_bits(value, 0, 59, rule.seconds);
    // A leap second, which no clock here shows.
    std::uint64_t leap = 0;
    set_bits(value, 60, 60, leap);
    if (leap != 0) rule.seconds |= std::uint64_t{1} << 59U;
    return lacks(rule.seconds == 0);
  } else if (is("BYMINUTE")) {
    set_bits(value, 0, 59, rule.minutes);
    return lacks(rule.minutes == 0);
  } else if (is("BYHOUR")) {
    set_bits(value, 0, 23, rule.hours);
    return lacks(rule.hours == 0);
  } else if (is("BYMONTH")) {
    set_bits(value, 1, 12, rule.months);
    return lacks(rule.months == 0);
  } else if (is("BYMONTHDAY")) {
    std::vector<std::int8_t> days;
    add_values(value, 31, days);
    for (const int day : days)
      (day > 0 ? rule.month_days : rule.month_days_from_end) |= std::uint32_t{1} << std::abs(day);
    return lacks(days.empty());
  } else if (is("BYYEARDAY")) {
    add_values(value, 366, rule.year_days);
    return lacks(rule.year_days.empty());
  } else if (is("BYWEEKNO")) {
    add_values(value, 53, rule.weeks);
    return lacks(rule.weeks.empty());
  } else if (is("BYDAY")) {
    add_days(value, rule.days);
    return lacks(rule.days.empty());
  } else if (is("BYSETPOS")) {
    add_values(value, 366, rule.set_positions);
    return lacks(rule.set_positions.empty());
  } else if (is("RSCALE")) {
    if (!same_word(value, "GREGORIAN")) return "the calendar of the rule is not known";
  }
  return {};
}

template <class Bits>
std::vector<Seconds> values_of(Bits bits, Seconds otherwise) {
  if (bits == 0) return {otherwise};
  std::vector<Seconds> values;
  for (int i = 0; i < std::numeric_limits<Bits>::digits; ++i)
    if ((bits >> i & 1U) != 0) values.push_back(i);
  return values;
}

Seconds unit_of(Frequency frequency) {
  switch (frequency) {
    case Frequency::secondly:
      return 1;
    case Frequency::minutely:
      return 60;
    case Frequency::hourly:
      return 3600;
    default:
      return seconds_a_day;
  }
}

/// Week of the week-year that the day belongs to, from 1, and that year.
struct Week {
  std::int64_t year = 0;
  std::int32_t number = 0;
};
Week week_of(std::int64_t day, int week_start) {
  // The fourth day of a week lies in the year it belongs to.
  const std::int64_t fourth = day - floor_mod(weekday_of(day) - week_start, 7) + 3;
  const auto year = date_of(fourth).year;
  return {year, static_cast<std::int32_t>((fourth - days_of(year, 1, 1)) / 7 + 1)};
}

}  // namespace

std::variant<Rule, std::string> parse_rule(std::string_view text) {
  Rule rule;
  bool has_frequency = false;
  std::string_view wrong;
  each_item(text, ';', [&](std::string_view part) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return;
    const auto name = trimmed(part.substr(0, equals));
    const auto value = trimmed(part.substr(equals + 1));
    if (same_word(name, "FREQ")) {
      const auto found = frequency(value);
      has_frequency = found.has_value();
      rule.frequency = found.value_or(rule.frequency);
    } else if (const auto why = read_part(name, value, rule); !why.empty()) {
      wrong = why;
    }
  });
  if (!has_frequency) return "a rule without a known frequency";
  if (!wrong.empty()) return "a rule: " + std::string(wrong);
  return rule;
}

RuleWalker::RuleWalker(const Rule& rule, Seconds start, const LocalZone& zone, Budget& budget)
    : rule_(rule),
      start_(start),
      zone_(zone),
      budget_(budget),
      months_(rule.months),
      month_days_(rule.month_days),
      days_(rule.days),
      from_(start),
      last_(end_of_time - 1) {
  const auto number = floor_div(start, seconds_a_day);
  const auto date = date_of(number);
  const RuleDay weekday{static_cast<std::int8_t>(weekday_of(number)), 0};
  const bool no_dates =
      month_days_ == 0 && rule.month_days_from_end == 0 && days_.empty() && rule.year_days.empty();
  if (no_dates && rule.weeks.empty()) {
    if (rule.frequency == Frequency::weekly) days_ = {weekday};
    if (rule.frequency == Frequency::monthly || rule.frequency == Frequency::yearly)
      month_days_ = std::uint32_t{1} << date.day;
    if (rule.frequency == Frequency::yearly && months_ == 0)
      months_ = std::uint32_t{1} << date.month;
  } else if (no_dates && rule.frequency == Frequency::yearly) {
    days_ = {weekday};
  }

  const Seconds of_day = floor_mod(start, seconds_a_day);
  const bool days = rule.frequency >= Frequency::daily;
  const bool hours = rule.frequency >= Frequency::hourly;
  const bool minutes = rule.frequency >= Frequency::minutely;
  for (const auto hour : days ? values_of(rule.hours, of_day / 3600) : std::vector<Seconds>{0})
    for (const auto minute :
         hours ? values_of(rule.minutes, of_day / 60 % 60) : std::vector<Seconds>{0})
      for (const auto second :
           minutes ? values_of(rule.seconds, of_day % 60) : std::vector<Seconds>{0})
        times_.push_back(hour * 3600 + minute * 60 + second);

  base_ = period_ = period_at(start);
  if (rule.until) {
    const Seconds at = rule.until->at;
    if (rule.until->kind == Until::Kind::date) last_ = at + seconds_a_day - 1;
    if (rule.until->kind == Until::Kind::local) last_ = at;
    if (rule.until->kind == Until::Kind::utc) last_ = zone.to_local(at);
    last_ = std::min(last_, end_of_time - 1);
  }
}

RuleWalker::Day RuleWalker::day_at(std::int64_t number) {
  Day day{number, date_of(number), 0, weekday_of(number)};
  day.of_year = static_cast<std::int32_t>(number - days_of(day.date.year, 1, 1) + 1);
  return day;
}

bool RuleWalker::is_day_filtered() const {
  return months_ != 0 || month_days_ != 0 || rule_.month_days_from_end != 0 || !days_.empty() ||
         !rule_.year_days.empty() || !rule_.weeks.empty();
}

bool RuleWalker::matches(const Day& day) const {
  if (months_ != 0 && (months_ >> day.date.month & 1U) == 0) return false;
  if (month_days_ != 0 || rule_.month_days_from_end != 0) {
    const auto from_end = days_in_month(day.date.year, day.date.month) - day.date.day + 1;
    if ((month_days_ >> day.date.day & 1U) == 0 &&
        (rule_.month_days_from_end >> from_end & 1U) == 0)
      return false;
  }
  if (!rule_.year_days.empty()) {
    const auto from_end = day.of_year - days_in_year(day.date.year) - 1;
    if (std::ranges::none_of(rule_.year_days, [&](int wanted) {
          return wanted == day.of_year || wanted == from_end;
        }))
      return false;
  }
  if (!rule_.weeks.empty() && !matches_week(day)) return false;
  return days_.empty() || matches_weekday(day);
}

bool RuleWalker::matches_week(const Day& day) const {
  const auto week = week_of(day.number, rule_.week_start);
  // 28 December is always in the last week of its year.
  const auto last = week_of(days_of(week.year, 12, 28), rule_.week_start).number;
  return std::ranges::any_of(rule_.weeks, [&](int wanted) {
    return wanted == week.number || wanted == week.number - last - 1;
  });
}

bool RuleWalker::matches_weekday(const Day& day) const {
  const bool numbered = (rule_.frequency == Frequency::monthly ||
                         (rule_.frequency == Frequency::yearly && rule_.weeks.empty()));
  const bool of_month = rule_.frequency == Frequency::monthly || rule_.months != 0;
  const auto place = of_month ? day.date.day : day.of_year;
  const auto length =
      of_month ? days_in_month(day.date.year, day.date.month) : days_in_year(day.date.year);
  const auto nth = (place - 1) / 7 + 1;
  const auto from_end = -((length - place) / 7 + 1);
  return std::ranges::any_of(days_, [&](const RuleDay& wanted) {
    return wanted.weekday == day.weekday &&
           (!numbered || wanted.nth == 0 || wanted.nth == nth || wanted.nth == from_end);
  });
}

std::int64_t RuleWalker::period_at(Seconds local) const {
  const auto day = floor_div(local, seconds_a_day);
  switch (rule_.frequency) {
    case Frequency::yearly:
      return date_of(day).year;
    case Frequency::monthly: {
      const auto date = date_of(day);
      return std::int64_t{date.year} * 12 + date.month - 1;
    }
    case Frequency::weekly:
      return floor_div(day + 3 - rule_.week_start, 7);
    default:
      return floor_div(local, unit_of(rule_.frequency));
  }
}

Seconds RuleWalker::period_start(std::int64_t index) const {
  switch (rule_.frequency) {
    case Frequency::yearly:
      return days_of(index, 1, 1) * seconds_a_day;
    case Frequency::monthly:
      return days_of(floor_div(index, 12), static_cast<std::int32_t>(floor_mod(index, 12)) + 1, 1) *
             seconds_a_day;
    case Frequency::weekly:
      return (index * 7 - 3 + rule_.week_start) * seconds_a_day;
    default:
      return index * unit_of(rule_.frequency);
  }
}

std::int64_t RuleWalker::aligned(std::int64_t index) const {
  return index + floor_mod(base_ - index, rule_.interval);
}

std::int64_t RuleWalker::fill(std::int64_t index) {
  group_.clear();
  in_group_ = 0;
  if (rule_.frequency < Frequency::daily) return fill_within_day(index);
  const auto first = floor_div(period_start(index), seconds_a_day);
  fill_days(first, floor_div(period_start(index + 1), seconds_a_day));
  std::ranges::sort(group_);
  return index + 1;
}

void RuleWalker::fill_days(std::int64_t first, std::int64_t last) {
  const bool filtered = is_day_filtered();
  for (auto number = first; number < last; ++number) {
    if (!budget_.spend()) return;
    if (filtered) {
      const auto day = day_at(number);
      if (months_ != 0 && (months_ >> day.date.month & 1U) == 0) {
        number += days_in_month(day.date.year, day.date.month) - day.date.day;
        continue;
      }
      if (!matches(day)) continue;
    }
    budget_.spend(static_cast<std::int64_t>(times_.size()) - 1);
    for (const auto time : times_) group_.push_back(number * seconds_a_day + time);
  }
  drop_nonexistent();
  take_positions();
}

std::int64_t RuleWalker::fill_within_day(std::int64_t index) {
  const Seconds unit = unit_of(rule_.frequency);
  const Seconds local = index * unit;
  const auto number = floor_div(local, seconds_a_day);
  if (number != looked_at_) {
    looked_at_ = number;
    looked_at_matches_ = !is_day_filtered() || matches(day_at(number));
  }
  if (!looked_at_matches_) return (number + 1) * (seconds_a_day / unit);
  const Seconds of_day = local - number * seconds_a_day;
  if (rule_.hours != 0 && (rule_.hours >> (of_day / 3600) & 1U) == 0)
    return (floor_div(local, 3600) + 1) * (3600 / unit);
  if (unit <= 60 && rule_.minutes != 0 && (rule_.minutes >> (of_day / 60 % 60) & 1U) == 0)
    return (floor_div(local, 60) + 1) * (60 / unit);
  if (unit == 1 && rule_.seconds != 0 && (rule_.seconds >> (of_day % 60) & 1U) == 0)
    return index + 1;
  for (const auto time : times_) group_.push_back(local + time);
  drop_nonexistent();
  take_positions();
  return index + 1;
}

void RuleWalker::drop_nonexistent() {
  std::erase_if(group_, [&](Seconds local) {
    return local != start_ && local >= start_ && !zone_.to_utc(local).exists;
  });
}

void RuleWalker::take_positions() {
  if (rule_.set_positions.empty() || group_.empty()) return;
  std::ranges::sort(group_);
  const auto size = static_cast<std::int64_t>(group_.size());
  std::vector<Seconds> taken;
  for (const auto position : rule_.set_positions) {
    const auto index = position > 0 ? position - 1 : size + position;
    if (index >= 0 && index < size) taken.push_back(group_[static_cast<std::size_t>(index)]);
  }
  std::ranges::sort(taken);
  taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
  group_ = std::move(taken);
}

std::optional<std::int64_t> RuleWalker::instances_a_period() const {
  if (!rule_.set_positions.empty()) return std::nullopt;
  const auto times = static_cast<std::int64_t>(times_.size());
  switch (rule_.frequency) {
    case Frequency::yearly:
    case Frequency::monthly:
      return std::nullopt;
    case Frequency::weekly: {
      if (months_ != 0 || month_days_ != 0 || rule_.month_days_from_end != 0 ||
          !rule_.year_days.empty() || !rule_.weeks.empty())
        return std::nullopt;
      unsigned days = 0;
      for (const auto& day : days_) days |= 1U << static_cast<unsigned>(day.weekday);
      return times * std::popcount(days);
    }
    case Frequency::daily:
      return is_day_filtered() ? std::nullopt : std::optional(times);
    default: {
      const bool filtered = is_day_filtered() || rule_.hours != 0 ||
                            (rule_.frequency <= Frequency::minutely && rule_.minutes != 0) ||
                            (rule_.frequency == Frequency::secondly && rule_.seconds != 0);
      return filtered ? std::nullopt : std::optional(times);
    }
  }
}

void RuleWalker::count_up_to(Seconds from) {
  const auto each = instances_a_period();
  const auto target = aligned(period_at(from));
  if (!each || target <= base_ + rule_.interval) return;
  fill(base_);
  std::int64_t counted = std::ranges::count_if(group_, [&](Seconds at) { return at >= start_; });
  counted += ((target - base_) / rule_.interval - 1) * *each;
  const auto after_first = period_start(base_ + rule_.interval);
  for (const auto& gap : zone_.gaps(after_first, period_start(target))) {
    for (auto index = aligned(std::max(period_at(gap.from), base_ + 1));
         index < target && period_start(index) < gap.to; index = aligned(index + 1)) {
      if (!budget_.spend()) return;
      fill(index);
      counted -= *each - static_cast<std::int64_t>(group_.size());
    }
  }
  group_.clear();
  in_group_ = 0;
  counted_ = counted;
  period_ = target;
  done_ = counted_ >= rule_.count;
}

void RuleWalker::seek(Seconds from) {
  if (from <= start_) return;
  from_ = from;
  if (rule_.count != 0)
    count_up_to(from);
  else
    period_ = std::max(period_, aligned(period_at(from)));
}

std::optional<Seconds> RuleWalker::next(Seconds end) {
  while (!done_) {
    while (in_group_ < group_.size()) {
      const Seconds at = group_[in_group_];
      if (at > last_ || (rule_.count != 0 && counted_ >= rule_.count)) {
        done_ = true;
        return std::nullopt;
      }
      if (at >= end) return std::nullopt;
      ++in_group_;
      if (at < start_) continue;
      ++counted_;
      if (at >= from_) return at;
    }
    const Seconds begin = period_start(period_);
    if (begin > last_ || begin >= end || !budget_.spend()) return std::nullopt;
    period_ = aligned(fill(period_));
  }
  return std::nullopt;
}

}  // namespace poised::calendar
