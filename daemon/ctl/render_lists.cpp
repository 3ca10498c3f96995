// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

std::string when_text(const Json& item, const char* key, const Look& look) {
  const Json& at = field(item, key);
  if (at.is_number_integer()) return clock_face(at.get<std::int64_t>(), look.now);
  const auto instant = parse_instant(text(item, key));
  return instant < 0 ? std::string() : clock_face(instant, look.now);
}

std::string why_text(const Json& item, const Look& look) {
  const auto state = text(item, "state");
  auto by = holds(texts(item, "held_by"));
  const auto until = when_text(item, "held_until", look);
  if (!by.empty() && !until.empty()) by = tr_format("{} until {}", by, until);
  if (const auto due = number(item, "due_in_s"))
    return tr_format("after {} more at the screen", spell_seconds(*due, Round::up)) +
           (by.empty() ? std::string() : tr_format("; now held: {}", by));
  if (const auto returns = number(item, "returns_in_s"))
    return tr_format("comes back after {} more at the screen", spell_seconds(*returns, Round::up));
  if (!by.empty()) return tr_format("due, held: {}", by);
  if (state == "waiting") return tr("due, waits for a pause in your typing");
  if (state == "open") return tr("offered now");
  if (state == "running") return tr("running now");
  return state;
}

}  // namespace

std::string render_next(const Json& next, const Look& look) {
  std::string table;
  for (const auto& item : list(next, "next")) {
    const auto title = text(item, "title");
    if (text(item, "state") == "reminder") {
      table += row(look, tr("your plan"), title);
      continue;
    }
    table +=
        row(look, when_text(item, "at", look),
            (title.empty() ? break_title(text(item, "id")) : title) + ": " + why_text(item, look));
  }
  return table.empty() ? tr("Nothing is coming.") + std::string("\n") : table;
}

std::string render_doctor(const Json& report, const Look& look) {
  std::string screen;
  for (const auto& problem : list(report, "problems")) {
    const bool error = text(problem, "severity") == "error";
    const auto line = row(Look{}, error ? "error" : "warning",
                          text(problem, "context") + ": " + text(problem, "text"));
    screen += error ? look.bad(line) : look.warn(line);
  }
  if (screen.empty()) screen = look.good("All is well.") + "\n";
  screen += "\n";
  std::size_t width = 14;
  for (const auto& fact : list(report, "facts"))
    width = std::clamp(text(fact, "name").size() + 2, width, columns / 2);
  for (const auto& fact : list(report, "facts")) {
    const Json& value = field(fact, "value");
    screen += row(look, text(fact, "name"), value.is_string() ? text(fact, "value") : value.dump(),
                  width);
  }
  return screen;
}

}  // namespace poised::ctl
