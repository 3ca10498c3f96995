// SPDX-License-Identifier: MIT
#include "store/batch.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

namespace poised::store {
namespace {

using Json = nlohmann::json;

// By Entry::Kind.
constexpr std::array<std::string_view, 5> kind_words{"decision", "input", "start", "snapshot",
                                                     "today"};
constexpr std::string_view last_line = "end\n";

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::int64_t nanoseconds(core::WallTime at) {
  return at.time_since_epoch().count();
}

core::WallTime wall_time(std::int64_t nanoseconds) {
  return core::WallTime(core::Duration(nanoseconds));
}

/// Takes one line off `text`.
Json next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return Json::parse(line);
}

}  // namespace

std::string today_text(const std::string& date, const core::DayTotals& totals) {
  const auto seconds = [](core::Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  };
  return Json{{"date", date},
              {"present_s", seconds(totals.present)},
              {"sessions", totals.sessions},
              {"prompts", totals.prompts},
              {"taken", totals.taken},
              {"natural", totals.natural},
              {"snoozed", totals.snoozed},
              {"skipped", totals.skipped},
              {"held", totals.held},
              {"expired", totals.expired},
              {"missed", totals.missed},
              {"longest_sitting_s", seconds(totals.longest_sitting)},
              {"standing_s", seconds(totals.standing)}}
      .dump();
}

std::string_view word(Entry::Kind kind) {
  return kind_words.at(static_cast<std::size_t>(kind));
}

std::optional<Entry::Kind> kind_of(std::string_view word) {
  const auto found = std::find(kind_words.begin(), kind_words.end(), word);
  if (found == kind_words.end()) return std::nullopt;
  return static_cast<Entry::Kind>(found - kind_words.begin());
}

bool same_day(const Entry& a, const Entry& b) {
  // Keys are in alphabetical order: the text begins with the date.
  constexpr std::size_t head = std::string_view(R"({"date":"2026-03-02")").size();
  return a.text.substr(0, head) == b.text.substr(0, head);
}

std::string to_text(const Batch& batch) {
  auto text = line_of({{"directory", batch.directory.string()},
                       {"retention", batch.retention.count()},
                       {"now", nanoseconds(batch.now)},
                       {"check", batch.check},
                       {"erase", batch.erase}});
  for (const auto& entry : batch.entries)
    text += line_of(Json::array({word(entry.kind), nanoseconds(entry.at), entry.text}));
  return text.append(last_line);
}

std::optional<Batch> batch_of(std::string_view text) {
  if (!text.ends_with(last_line)) return std::nullopt;
  text.remove_suffix(last_line.size());
  try {
    const auto head = next_line(text);
    Batch batch{head.at("directory").get<std::string>(),
                core::Duration(head.at("retention").get<std::int64_t>()),
                wall_time(head.at("now").get<std::int64_t>()),
                head.at("check").get<bool>(),
                {},
                head.at("erase").get<bool>()};
    while (!text.empty()) {
      const auto line = next_line(text);
      const auto kind = kind_of(line.at(0).get_ref<const std::string&>());
      if (!kind) return std::nullopt;
      batch.entries.push_back(
          {*kind, wall_time(line.at(1).get<std::int64_t>()), line.at(2).get<std::string>()});
    }
    return batch;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string to_text(const Outcome& outcome) {
  return line_of({{"note", outcome.note}, {"problem", outcome.problem}});
}

Outcome outcome_of(std::string_view text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return {"", "history: its writer ended without an answer"};
  return {json.value("note", ""), json.value("problem", "")};
}

}  // namespace poised::store
