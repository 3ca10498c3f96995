// SPDX-License-Identifier: MIT
#include "ctl/days.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

#include "language/language.hpp"

namespace poised::ctl {
namespace {

/// "2026-03-02" as "Mon  2 Mar".
std::string day_face(const std::string& date) {
  std::tm parts{};
  if (strptime(date.c_str(), "%Y-%m-%d", &parts) == nullptr) return date;
  return tr_format("{0} {1:>2} {2}", weekday(parts.tm_wday), parts.tm_mday, month(parts.tm_mon));
}

std::string count(std::uint32_t number) {
  return number == 0 ? "" : std::to_string(number);
}

DayCells cells(std::string name, const core::DayTotals& totals) {
  return {std::move(name),
          hours_text(totals.present),
          hours_text(totals.longest_sitting),
          count(totals.prompts),
          count(totals.taken),
          count(totals.natural),
          count(totals.snoozed),
          count(totals.skipped),
          count(totals.missed),
          hours_text(totals.standing)};
}

std::string line(const DayCells& cells) {
  constexpr std::array<std::size_t, 9> widths{10, 9, 6, 6, 8, 8, 8, 7, 9};
  auto text = column(cells[0], 10);
  for (std::size_t i = 0; i < widths.size(); ++i) text += right(cells[i + 1], widths[i]);
  return text;
}

}  // namespace

std::string date_of(std::int64_t utc) {
  return fmt::format("{:%Y-%m-%d}", local_time(utc));
}

std::string instant_text(std::int64_t utc) {
  const auto parts = local_time(utc);
  const auto minutes = parts.tm_gmtoff / 60;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}{}{:02}:{:02}", parts, minutes < 0 ? '-' : '+',
                     std::abs(minutes) / 60, std::abs(minutes) % 60);
}

std::string hours_text(core::Duration duration) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
  return minutes == 0 ? "" : fmt::format("{}:{:02}", minutes / 60, minutes % 60);
}

core::DayTotals sum_of(const std::vector<store::DayRecord>& days) {
  core::DayTotals sum;
  for (const auto& day : days) sum += day.totals;
  return sum;
}

DayCells day_columns() {
  return {"",           tr("At screen"), tr("Longest"), tr("Asked"),
          tr("Taken"),  tr("Natural"),   tr("Snoozed"), tr("Skipped"),
          tr("Missed"), tr("Standing")};
}

DayCells day_cells(const store::DayRecord& day) {
  return cells(day_face(day.date), day.totals);
}

DayCells sum_cells(const std::vector<store::DayRecord>& days) {
  return cells(tr_count("{} day", "{} days", days.size()), sum_of(days));
}

std::string render_days(const std::vector<store::DayRecord>& days, const Look& look) {
  auto text = look.dim(line(day_columns())) + "\n";
  for (const auto& day : days) text += line(day_cells(day)) + "\n";
  if (days.size() > 1) text += look.bold(line(sum_cells(days))) + "\n";
  return text;
}

}  // namespace poised::ctl
