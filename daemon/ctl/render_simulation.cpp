// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>
#include <chrono>

#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

/// "Monday, 2 March 2026" of "2026-03-02T…".
std::string date_words(std::string_view at) {
  static constexpr std::array days{tr_later("Monday"),   tr_later("Tuesday"), tr_later("Wednesday"),
                                   tr_later("Thursday"), tr_later("Friday"),  tr_later("Saturday"),
                                   tr_later("Sunday")};
  static constexpr std::array months{
      tr_later("January"),   tr_later("February"), tr_later("March"),    tr_later("April"),
      tr_later("May"),       tr_later("June"),     tr_later("July"),     tr_later("August"),
      tr_later("September"), tr_later("October"),  tr_later("November"), tr_later("December")};
  const auto instant = parse_instant(std::string(at.substr(0, 10)) + "T00:00:00Z");
  const std::chrono::sys_days day{
      std::chrono::floor<std::chrono::days>(std::chrono::seconds(instant))};
  const std::chrono::year_month_day date{day};
  // Translators: weekday, day, month, year.
  return tr_format("{0}, {1} {2} {3}", tr(days[std::chrono::weekday(day).iso_encoding() - 1]),
                   static_cast<unsigned>(date.day()),
                   tr(months[static_cast<unsigned>(date.month()) - 1]),
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

constexpr std::array<Row, 14> rows{
    {{tr_later("Days at the screen"), "days", false, false},
     {tr_later("Time at the screen"), "present_s", true, true},
     {tr_later("Prompts"), "prompts", false, true},
     {tr_later("Most in a day"), "most_prompts_a_day", false, false},
     {tr_later("Taken"), "taken", false, true},
     {tr_later("Natural breaks"), "natural", false, true},
     {tr_later("Snoozed"), "snoozed", false, true},
     {tr_later("Skipped"), "skipped", false, true},
     {tr_later("No answer"), "expired", false, true},
     {tr_later("Missed"), "missed", false, true},
     {tr_later("Held"), "held", false, true},
     {tr_later("In meetings"), "interruptions_in_meetings", false, false},
     {tr_later("Longest sitting"), "longest_sitting_s", true, false},
     {tr_later("Standing"), "standing_s", true, true}}};

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
  const auto part = [&](const char* key, const Counted& what) {
    const auto n = static_cast<std::uint64_t>(count(day, key));
    return n == 0 ? std::string() : ", " + tr_count(what, n);
  };
  auto words = tr_format(
      "{} at the screen, {}", length(count(day, "present_s")),
      tr_count("{} prompt", "{} prompts", static_cast<std::uint64_t>(count(day, "prompts"))));
  words += part("taken", tr_later("{} taken", "{} taken")) +
           part("natural", tr_later("{} natural break", "{} natural breaks")) +
           part("snoozed", tr_later("{} snoozed", "{} snoozed")) +
           part("skipped", tr_later("{} skipped", "{} skipped")) +
           part("missed", tr_later("{} missed", "{} missed")) +
           part("held", tr_later("{} held", "{} held"));
  if (count(day, "standing_s") > 0)
    words += tr_format(", standing {}", length(count(day, "standing_s")));
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
  std::string table =
      look.bold(averages ? column(tr("In all"), 22) + right("", 14) + right(tr("a day"), 14)
                         : std::string(tr("In all"))) +
      "\n";
  for (const auto& entry : rows)
    table += fmt::format("  {}{:>14}{}\n", column(tr(entry.label), 20), value(entry, tally),
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
                     (averages ? right(tr("A a day"), 14) + right(tr("B a day"), 14) : "")) +
           "\n";
  for (const auto& entry : rows) {
    table += fmt::format("  {}{:>14}{:>14}", column(tr(entry.label), 20), value(entry, a),
                         value(entry, b));
    if (averages && !average(entry, a).empty())
      table += fmt::format("{:>14}{:>14}", average(entry, a), average(entry, b));
    table += "\n";
  }
  return table;
}

}  // namespace poised::ctl
