// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "calendar/expander/busy.hpp"
#include "config/text.hpp"
#include "ctl/calendar_file.hpp"
#include "ctl/commands.hpp"
#include "ctl/json.hpp"
#include "zones/zone_source.hpp"

namespace poised::ctl {
namespace {

using calendar::BusyClass;
using calendar::LocalZone;
using calendar::Occurrence;
using calendar::Seconds;

constexpr std::size_t unasked_limit = 1000;

const char* name_of(BusyClass busy_class) {
  switch (busy_class) {
    case BusyClass::free:
      return "free";
    case BusyClass::unexpandable:
      return "unexpandable";
    case BusyClass::tentative:
      return "tentative";
    case BusyClass::busy:
      return "busy";
    case BusyClass::out_of_office:
      return "out-of-office";
  }
  return "";
}

/// "2026-03-02T14:00:00+01:00".
std::string iso(Seconds utc, const LocalZone& zone) {
  const Seconds offset = zone.offset_at(utc);
  const auto day = calendar::floor_div(utc + offset, calendar::seconds_a_day);
  const auto of_day = calendar::floor_mod(utc + offset, calendar::seconds_a_day);
  const auto date = calendar::date_of(day);
  const auto size = std::abs(offset);
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", date.year, date.month,
                          date.day, of_day / 3600, of_day / 60 % 60, of_day % 60,
                          offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60 != 0) text += fmt::format(":{:02}", size % 60);
  return text;
}

/// "2026-03-02", "2026-03-02T14:00[:00][Z|±01:00]": without an offset in `zone`.
std::optional<Seconds> instant_of(const std::string& written, const LocalZone& zone) {
  std::string text;
  for (const char c : written)
    if (c != '-' || text.size() >= 8) text += c;
  std::erase(text, ':');
  if (text.size() > 8 && text[8] == ' ') text[8] = 'T';
  if (const auto sign = text.find_first_of("+-", 9); sign != std::string::npos) {
    const auto offset = calendar::parse_offset(text.substr(sign));
    const auto time = calendar::parse_time(text.substr(0, sign));
    if (!offset || !time || time->is_date || time->is_utc) return std::nullopt;
    return time->at - *offset;
  }
  const auto time = calendar::parse_time(text);
  if (!time) return std::nullopt;
  return time->is_utc ? time->at : zone.to_utc(time->at).utc;
}

struct Request {
  LocalZone zone;
  calendar::Window window;
  calendar::Limits limits;
};

Request request_of(const Options& options) {
  Request request;
  const auto zone = zones::read_zone(options.zone);
  if (const auto* problem = std::get_if<std::string>(&zone))
    throw Failure(Exit::usage,
                  fmt::format("{}: --tz: {}", options.command, config::one_line(*problem)));
  request.zone = LocalZone(std::get<zones::Zone>(zone));
  const auto instant = [&](const char* option, const std::string& text, Seconds otherwise) {
    if (text.empty()) return otherwise;
    if (const auto at = instant_of(text, request.zone)) return *at;
    throw Failure(Exit::usage,
                  fmt::format("{}: {} {}: not a time like 2026-03-02 or 2026-03-02T14:00+01:00",
                              options.command, option, config::one_line(text)));
  };
  request.window.from =
      instant("--from", options.from, calendar::days_of(1, 1, 1) * calendar::seconds_a_day);
  request.window.to =
      instant("--to", options.to, calendar::days_of(10000, 1, 1) * calendar::seconds_a_day);
  if (request.window.to <= request.window.from)
    throw Failure(Exit::usage, fmt::format("{}: --to {}: not after --from", options.command,
                                           config::one_line(options.to)));
  return request;
}

/// Reads the files and works out what is in them. True: each of them is a calendar.
bool each_calendar(const Options& options, const Request& request,
                   std::vector<Occurrence>& occurrences) {
  calendar::ZoneBook zones(load_zone);
  bool all = true;
  for (const auto& file : options.files) {
    const auto complain = [&](std::uint32_t line, const std::string& reason, std::size_t more) {
      complain_of_file(options.command, file, line, reason, more);
    };
    const auto read = read_calendar(file, zones, options.addresses);
    if (const auto* reason = std::get_if<std::string>(&read)) {
      complain(0, *reason, 0);
      all = false;
      continue;
    }
    const auto& found = std::get<calendar::Calendar>(read);
    const auto expansion = calendar::expand(found, request.zone, request.window, request.limits);
    occurrences.insert(occurrences.end(), expansion.occurrences.begin(),
                       expansion.occurrences.end());
    auto problems = found.problems;
    problems.insert(problems.end(), expansion.problems.begin(), expansion.problems.end());
    if (!problems.empty()) complain(problems[0].line, problems[0].reason, problems.size() - 1);
  }
  return all;
}

void print(const std::vector<Occurrence>& occurrences, const Request& request,
           const Options& options, Output& output) {
  for (const auto& one : occurrences) {
    const auto from = iso(one.from, request.zone);
    const auto to = iso(one.to, request.zone);
    const auto* name = name_of(one.busy_class);
    if (options.json)
      output.out
          << Json{{"start", from}, {"end", to}, {"class", name}, {"all_day", one.all_day}}.dump()
          << '\n';
    else
      output.out << from << ' ' << to << ' ' << name << '\n';
  }
}

}  // namespace

Exit calendar_busy(const Options& options, Output& output) {
  const auto request = request_of(options);
  std::vector<Occurrence> occurrences;
  const bool all = each_calendar(options, request, occurrences);
  print(calendar::merge_busy(occurrences, request.window), request, options, output);
  return all ? Exit::done : Exit::failed;
}

Exit calendar_expand(const Options& options, Output& output) {
  auto request = request_of(options);
  // Without an end there may be no last one.
  const bool unasked = options.limit == 0 && options.to.empty();
  const auto limit = options.limit > 0 ? static_cast<std::size_t>(options.limit)
                     : unasked         ? unasked_limit
                                       : request.limits.wanted;
  // One more tells that there are more.
  request.limits.wanted = unasked ? limit + 1 : limit;
  std::vector<Occurrence> occurrences;
  const bool all = each_calendar(options, request, occurrences);
  std::ranges::stable_sort(occurrences, {}, &Occurrence::from);
  const bool more = occurrences.size() > limit;
  if (more) occurrences.resize(limit);
  print(occurrences, request, options, output);
  if (more && unasked) {
    output.out << std::flush;
    std::cerr << fmt::format(
        "poisectl: calendar expand: only the first {}; --to or --limit asks for others\n", limit);
  }
  return all ? Exit::done : Exit::failed;
}

}  // namespace poised::ctl
