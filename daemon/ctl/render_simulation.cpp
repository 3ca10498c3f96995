// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>
#include <chrono>

#include "ctl/render.hpp"

namespace poised::ctl {
namespace {

/// "Monday, 2 March 2026" of "2026-03-02T…".
std::string date_words(std::string_view at) {
  constexpr std::array<std::string_view, 7> days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                 "Friday", "Saturday", "Sunday"};
  constexpr std::array<std::string_view, 12> months{
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const auto instant = parse_instant(std::string(at.substr(0, 10)) + "T00:00:00Z");
  const std::chrono::sys_days day{
      std::chrono::floor<std::chrono::days>(std::chrono::seconds(instant))};
  const std::chrono::year_month_day date{day};
  return fmt::format("{}, {} {} {}", days[std::chrono::weekday(day).iso_encoding() - 1],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

double count(const Json& tally, const char* key) {
  return number(tally, key).value_or(0);
}

std::string length(double seconds) {
  return spell_seconds(seconds, Round::down);
}

struct Row {
  const char* label;
  const char* key;
  bool is_length;
  bool a_day;  ///< the average of a day says more than the sum
};

constexpr std::array<Row, 14> rows{{{"Days at the screen", "days", false, false},
                                    {"Time at the screen", "present_s", true, true},
                                    {"Prompts", "prompts", false, true},
                                    {"Most in a day", "most_prompts_a_day", false, false},
                                    {"Taken", "taken", false, true},
                                    {"Natural breaks", "natural", false, true},
                                    {"Snoozed", "snoozed", false, true},
                                    {"Skipped", "skipped", false, true},
                                    {"No answer", "expired", false, true},
                                    {"Missed", "missed", false, true},
                                    {"Held", "held", false, true},
                                    {"In meetings", "interruptions_in_meetings", false, false},
                                    {"Longest sitting", "longest_sitting_s", true, false},
                                    {"Standing", "standing_s", true, true}}};

std::string value(const Row& row, const Json& tally) {
  const auto total = count(tally, row.key);
  return row.is_length ? length(total) : fmt::format("{:.0f}", total);
}

std::string average(const Row& row, const Json& tally) {
  const auto days = count(tally, "days");
  if (!row.a_day || days < 2) return {};
  const auto mean = count(tally, row.key) / days;
  return row.is_length ? length(mean) : fmt::format("{:.1f}", mean);
}

/// Several days make averages worth a column.
bool has_averages(const Json& tally) {
  return count(tally, "days") >= 2;
}

std::string day_words(const Json& day) {
  const auto part = [&](const char* key, std::string_view one, std::string_view many) {
    const auto n = count(day, key);
    return n == 0 ? std::string() : fmt::format(", {:.0f} {}", n, n == 1 ? one : many);
  };
  const auto prompts = count(day, "prompts");
  auto words = fmt::format("{} at the screen, {:.0f} {}", length(count(day, "present_s")), prompts,
                           prompts == 1 ? "prompt" : "prompts");
  words += part("taken", "taken", "taken") + part("natural", "natural break", "natural breaks") +
           part("snoozed", "snoozed", "snoozed") + part("skipped", "skipped", "skipped") +
           part("missed", "missed", "missed") + part("held", "held", "held");
  if (count(day, "standing_s") > 0) words += ", standing " + length(count(day, "standing_s"));
  return words + ".";
}

}  // namespace

std::string Timeline::add(const Json& event) {
  std::string told;
  if (!due_.is_null()) {
    const bool at_once =
        text(event, "event") == "prompt" && number(event, "elapsed_s") == number(due_, "elapsed_s");
    if (!at_once) told += line(due_);
    due_ = nullptr;
  }
  if (text(event, "event") == "due")
    due_ = event;
  else
    told += line(event);
  return told;
}

std::string Timeline::finish() {
  auto told = due_.is_null() ? std::string() : line(due_);
  due_ = nullptr;
  return told.empty() && date_.empty() ? told : told + "\n";
}

std::string Timeline::line(const Json& event) {
  if (text(event, "event") == "day") {
    // A day on which nobody came needs no words.
    if (count(event, "present_s") == 0) return {};
    return row(look_, "", day_words(event), 5);
  }
  const auto at = text(event, "at");
  std::string told;
  if (at.substr(0, 10) != date_) {
    told = (date_.empty() ? "" : "\n") + look_.bold(date_words(at)) + "\n";
    date_ = at.substr(0, 10);
  }
  return told + row(look_, at.substr(11, 5), event_sentence(event), 5);
}

std::string render_tally(const Json& tally, const Look& look) {
  const bool averages = has_averages(tally);
  std::string table = look.bold(averages ? fmt::format("{:<22}{:>14}{:>14}", "In all", "", "a day")
                                         : std::string("In all")) +
                      "\n";
  for (const auto& entry : rows)
    table += fmt::format("  {:<20}{:>14}{}\n", entry.label, value(entry, tally),
                         averages && !average(entry, tally).empty()
                             ? fmt::format("{:>14}", average(entry, tally))
                             : "");
  return table;
}

std::string render_comparison(const std::string& name_a, const Json& a, const std::string& name_b,
                              const Json& b, const Look& look) {
  const auto title_a = "A: " + printable(name_a), title_b = "B: " + printable(name_b);
  auto table = look.bold(title_a) + "\n" + look.bold(title_b) + "\n\n";
  const bool averages = has_averages(a) && has_averages(b);
  table += look.bold(fmt::format("{:<22}{:>14}{:>14}", "", "A", "B") +
                     (averages ? fmt::format("{:>14}{:>14}", "A a day", "B a day") : "")) +
           "\n";
  for (const auto& entry : rows) {
    table += fmt::format("  {:<20}{:>14}{:>14}", entry.label, value(entry, a), value(entry, b));
    if (averages && !average(entry, a).empty())
      table += fmt::format("{:>14}{:>14}", average(entry, a), average(entry, b));
    table += "\n";
  }
  return table;
}

}  // namespace poised::ctl
