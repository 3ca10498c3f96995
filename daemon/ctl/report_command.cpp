// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ctl/catalogue_access.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/days.hpp"
#include "ctl/json.hpp"
#include "ctl/kept.hpp"
#include "ctl/when.hpp"
#include "language/language.hpp"
#include "store/batch.hpp"

// A look back over a week or more, for the person alone: days, standing, the plan, and what never
// prompts (E6).
namespace poised::ctl {
namespace {

using core::Duration;
using std::chrono::minutes;

constexpr std::int64_t day_s = 24 * 3600;
constexpr std::int64_t usual_days = 7;
// S3
constexpr std::array standing_goals{minutes(60), minutes(90), minutes(120), minutes(180)};

using Days = std::vector<store::DayRecord>;

std::int64_t whole_seconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

Duration a_day(Duration all, const Days& days) {
  return days.empty() ? Duration::zero() : all / static_cast<std::int64_t>(days.size());
}

/// "6:05", "0:00".
std::string clock_text(Duration duration) {
  const auto text = hours_text(duration);
  return text.empty() ? "0:00" : text;
}

struct Report {
  std::int64_t since = 0;
  std::int64_t length_days = 0;
  Days days, before;             ///< in that time; in as much time before it
  std::optional<Duration> goal;  ///< S3; empty: nobody stands here, or all goals are reached
  Json programme;                ///< the daemon's; null without one
  bool managed = false;
  std::string managed_by;  ///< may be empty
  std::string problem;     ///< why nothing is added to the history now
};

/// Whether standing is anything to this person.
bool stands(const Report& report, core::StandEnabled enabled) {
  if (enabled == core::StandEnabled::off) return false;
  return enabled == core::StandEnabled::on || sum_of(report.days).standing > Duration::zero();
}

Json programme_of(const std::string& context) {
  try {
    auto programme = Json::parse(DaemonClient(context).programme(), nullptr, false);
    return programme.is_object() ? programme : Json(nullptr);
  } catch (const Failure&) {
    return nullptr;  // none runs: the history is all there is
  }
}

Report make_report(const Options& options, std::int64_t now) {
  Report report;
  report.since = options.since.empty()
                     ? now - (usual_days - 1) * day_s
                     : moment_in_the_past(options.command, "--since", options.since, now);
  auto kept = open_kept(options);
  const auto first = date_of(report.since);
  // Whole days, today among them.
  report.length_days = (now - report.since) / day_s + 1;
  if (kept.history) {
    try {
      for (auto& day : kept.history->days(date_of(report.since - report.length_days * day_s)))
        (day.date < first ? report.before : report.days).push_back(std::move(day));
    } catch (const store::DatabaseError& error) {
      throw Failure(Exit::failed, options.command + ": " + error.what());
    }
  }
  if (stands(report, kept.config.policy.stand.enabled)) {
    const auto average = a_day(sum_of(report.days).standing, report.days);
    const auto next =
        std::ranges::find_if(standing_goals, [&](const minutes& goal) { return average < goal; });
    if (next != standing_goals.end()) report.goal = *next;
  }
  report.programme = programme_of(options.command);
  report.managed = kept.config.managed;
  report.managed_by = kept.config.managed_by;
  report.problem = kept.daemon_problem;
  return report;
}

Json json_of(const Days& days) {
  auto all = Json::array();
  for (const auto& day : days) all.push_back(Json::parse(store::today_text(day.date, day.totals)));
  return all;
}

Json totals_of(const Days& days) {
  if (days.empty()) return nullptr;
  const auto sum = sum_of(days);
  return {{"days", days.size()},
          {"present_s", whole_seconds(sum.present)},
          {"present_a_day_s", whole_seconds(a_day(sum.present, days))},
          {"longest_sitting_s", whole_seconds(sum.longest_sitting)},
          {"prompts", sum.prompts},
          {"taken", sum.taken},
          {"natural", sum.natural},
          {"snoozed", sum.snoozed},
          {"skipped", sum.skipped},
          {"missed", sum.missed},
          {"standing_s", whole_seconds(sum.standing)},
          {"standing_a_day_s", whole_seconds(a_day(sum.standing, days))}};
}

Json json_of(const Report& report, const OpenCatalogue& open, std::int64_t now) {
  auto review = Json::array();
  if (const auto* phase = phase_of(open, report.programme))
    for (const auto& question : phase->review) review.push_back(question.in(open.language));
  const auto* tip = tip_of_week(open.catalogue, now);
  return {{"since", date_of(report.since)},
          {"until", date_of(now)},
          {"managed", report.managed},
          {"managed_by", report.managed_by},
          {"days", json_of(report.days)},
          {"totals", totals_of(report.days)},
          {"before", totals_of(report.before)},
          {"standing_goal_s", report.goal ? Json(whole_seconds(*report.goal)) : Json(nullptr)},
          {"programme", report.programme},
          {"review", review},
          {"tip", tip == nullptr ? Json(nullptr)
                                 : Json{{"id", tip->id}, {"text", tip->text.in(open.language)}}}};
}

using Lines = std::vector<std::pair<std::string, std::string>>;

void add_days(Lines& lines, const Report& report) {
  const auto sum = sum_of(report.days);
  auto screen = tr_format("{} a day", clock_text(a_day(sum.present, report.days)));
  if (!report.before.empty())
    screen += tr_format(", {} in the time before",
                        clock_text(a_day(sum_of(report.before).present, report.before)));
  lines.emplace_back(tr("at screen"), screen);
  lines.emplace_back(tr("breaks"),
                     tr_format("{} taken, {} covered by pauses of your own, {} skipped, {} missed",
                               sum.taken, sum.natural, sum.skipped, sum.missed));
  lines.emplace_back(tr("sitting"),
                     tr_format("{} at the longest", clock_text(sum.longest_sitting)));
  const auto standing = clock_text(a_day(sum.standing, report.days));
  if (report.goal)
    lines.emplace_back(tr("standing"), tr_format("{} a day; the next goal is {}", standing,
                                                 clock_text(*report.goal)));
  else if (sum.standing > Duration::zero())
    lines.emplace_back(tr("standing"), tr_format("{} a day; every goal is reached", standing));
}

void add_programme(Lines& lines, const Report& report, const OpenCatalogue& open) {
  const auto& programme = report.programme;
  if (flag(programme, "stopped")) {
    if (const auto* stopped = open.catalogue.guidance_of("stopped"))
      lines.emplace_back(tr("plan"), stopped->text.in(open.language));
    return;
  }
  const auto* plan = open.catalogue.plan(text(programme, "plan"));
  if (plan == nullptr) return;
  const auto whole = [&](const char* key) {
    return static_cast<std::int64_t>(number(programme, key).value_or(0));
  };
  auto where = tr_format("{}, day {}", plan->name.in(open.language), whole("day"));
  if (flag(programme, "on_hold")) where += std::string(", ") + tr("on hold");
  where += "; " + tr_count("{} session in the last 7 days", "{} sessions in the last 7 days",
                           static_cast<std::uint64_t>(whole("sessions_last_week")));
  lines.emplace_back(tr("plan"), where);
  if (number(programme, "discomfort_last"))
    lines.emplace_back(tr("discomfort"),
                       tr_format("{} of 10 at the start, {} at last", whole("discomfort_first"),
                                 whole("discomfort_last")));
  if (const auto* phase = phase_of(open, programme))
    for (const auto& question : phase->review)
      lines.emplace_back(tr("look back"), question.in(open.language));
}

Lines lines_of(const Report& report, const OpenCatalogue& open, std::int64_t now) {
  Lines lines;
  if (!report.days.empty()) add_days(lines, report);
  add_programme(lines, report, open);
  lines.emplace_back(tr("workstation"),
                     tr("once a month, and when the desk changes: poisectl assess"));
  if (const auto* tip = tip_of_week(open.catalogue, now))
    lines.emplace_back(tr("sleep"), tip->text.in(open.language));
  if (report.managed)
    lines.emplace_back(
        tr("managed"),
        tr_format("by {}; this report is made on this machine and sent to nobody",
                  report.managed_by.empty() ? tr("your organisation") : report.managed_by.c_str()));
  return lines;
}

std::string title_of(const Report& report) {
  return tr_count("Your last {} day", "Your last {} days",
                  static_cast<std::uint64_t>(report.length_days));
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_row(const DayCells& cells, const char* cell) {
  std::string row = "<tr>";
  for (const auto& text : cells) row += fmt::format("<{0}>{1}</{0}>", cell, escaped(text));
  return row + "</tr>\n";
}

/// One file without script, and without anything that is fetched.
std::string html_of(const Report& report, const Lines& lines, const std::string& language) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n"
      "<style>:root {{ color-scheme: light dark }} body {{ font: 1rem/1.5 sans-serif; "
      "max-width: 50rem; margin: 2rem auto; padding: 0 1rem }} td, th {{ padding: .2rem .6rem; "
      "text-align: right }} td:first-child {{ text-align: left }} dt {{ font-weight: bold }}"
      "</style>\n<h1>{}</h1>\n",
      escaped(language.substr(0, 2)), escaped(title_of(report)), escaped(title_of(report)));
  if (!report.days.empty()) {
    out += "<table>\n" + html_row(day_columns(), "th");
    for (const auto& day : report.days) out += html_row(day_cells(day), "td");
    if (report.days.size() > 1) out += html_row(sum_cells(report.days), "th");
    out += "</table>\n";
  }
  out += "<dl>\n";
  for (const auto& [label, text] : lines)
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(capital(label)), escaped(text));
  return out + "</dl>\n</html>\n";
}

/// For nobody else to read.
void write_file(const Options& options, const std::string& page) {
  const auto fail = [&] {
    return Failure(Exit::failed, fmt::format("{}: {}: {}", options.command, options.html_file,
                                             std::strerror(errno)));
  };
  const int file = ::open(options.html_file.c_str(),
                          O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) throw fail();
  std::size_t written = 0;
  while (written < page.size()) {
    const auto count = ::write(file, page.data() + written, page.size() - written);
    if (count < 0) {
      const int why = errno;
      ::close(file);
      errno = why;
      throw fail();
    }
    written += static_cast<std::size_t>(count);
  }
  if (::close(file) != 0) throw fail();
}

}  // namespace

Exit show_report(const Options& options, Output& output) {
  const auto& look = output.look;
  const auto open = open_catalogue(options);
  const auto report = make_report(options, look.now);
  const auto lines = lines_of(report, open, look.now);
  if (!options.html_file.empty()) {
    write_file(options, html_of(report, lines, open.language));
    return done(options, output, tr_format("Written to {}.", options.html_file));
  }
  if (options.json) {
    output.out << json_of(report, open, look.now).dump(2) << '\n';
    return Exit::done;
  }
  output.out << look.bold(title_of(report)) << '\n';
  if (report.days.empty())
    output.out << tr("Nothing in that time.") << '\n';
  else
    output.out << render_days(report.days, look);
  output.out << '\n';
  std::string last;
  for (const auto& [label, text] : lines)
    output.out << row(look, label == std::exchange(last, label) ? "" : label, text);
  if (!report.problem.empty())
    output.out << look.warn(tr_format("Nothing is added to it now: {}", report.problem)) << '\n';
  return Exit::done;
}

}  // namespace poised::ctl
