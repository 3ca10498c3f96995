// SPDX-License-Identifier: MIT
#include "desk_settings.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <poised/plugin.hpp>
#include <set>
#include <string_view>
#include <utility>

namespace desk {
namespace {

using Json = nlohmann::json;

enum class Kind : std::uint8_t { text, number, flag, words };
struct Key {
  std::string_view name;
  Kind kind;
};

// Those at the top are checked against the manifest before they come here, those in the list are
// not.
constexpr std::array keys{
    Key{"driver", Kind::text},
    Key{"name", Kind::text},
    Key{"address", Kind::text},
    Key{"device", Kind::text},
    Key{"baud", Kind::number},
    Key{"pin20", Kind::text},
    Key{"base_offset_mm", Kind::number},
    Key{"uuids", Kind::words},
    Key{"presets", Kind::words},
    Key{"broker", Kind::text},
    Key{"user", Kind::text},
    Key{"password_file", Kind::text},
    Key{"tls", Kind::flag},
    Key{"state_topic", Kind::text},
    Key{"state_pointer", Kind::text},
    Key{"set_topic", Kind::text},
    Key{"set_payload", Kind::text},
    Key{"stop_topic", Kind::text},
    Key{"stop_payload", Kind::text},
    Key{"availability_topic", Kind::text},
    Key{"discovery_topic", Kind::text},
    Key{"cover_topic", Kind::text},
    Key{"closed_mm", Kind::number},
    Key{"open_mm", Kind::number},
    Key{"publish", Kind::flag},
    Key{"publish_motion", Kind::flag},
    Key{"unit", Kind::text},
    Key{"height_command", Kind::words},
    Key{"goto_command", Kind::words},
    Key{"stop_command", Kind::words},
    Key{"height_pattern", Kind::text},
};

constexpr std::array bounds{"min_mm", "max_mm"};  // the person's, for every desk

bool all_text(const Json& list) {
  return std::ranges::all_of(list, [](const Json& item) { return item.is_string(); });
}

/// Empty, or why `value` is none of that kind.
std::string mismatch(Kind kind, const Json& value) {
  switch (kind) {
    case Kind::text:
      return value.is_string() ? "" : "must be a string";
    case Kind::number:
      return value.is_number_integer() ? "" : "must be a whole number";
    case Kind::flag:
      return value.is_boolean() ? "" : "must be true or false";
    case Kind::words:
      return value.is_array() && all_text(value) ? "" : "must be a list of strings";
  }
  return "";
}

std::string problem_of(const Json& table) {
  for (const auto& [name, value] : table.items()) {
    const auto* const key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end()) return name + ": no such key";
    if (const auto reason = mismatch(key->kind, value); !reason.empty())
      return name + ": " + reason;
  }
  return table.contains("driver") ? "" : "driver: is needed";
}

}  // namespace

std::vector<std::string> desk_keys() {
  std::vector<std::string> names;
  for (const auto& key : keys) names.emplace_back(key.name);
  return names;
}

std::vector<DeskSettings> desks_of(const Json& settings) {
  std::vector<DeskSettings> desks;
  auto first = settings;
  first.erase("desks");
  if (const auto driver = settings.value("driver", "none"); driver != "none")
    desks.push_back({settings.value("name", "desk"), first, {}});
  const auto more = settings.value("desks", Json::array());
  for (std::size_t i = 0; i < more.size(); ++i) {
    DeskSettings desk{{}, more[i], {}};
    const auto place = "desks[" + std::to_string(i) + "]";
    if (const auto problem = problem_of(more[i]); !problem.empty())
      desk.problem = "plugin.desk." + place + "." + problem;
    else
      desk.name = more[i].value("name", "");
    if (desk.problem.empty() && desk.name.empty())
      desk.problem = "plugin.desk." + place + ".name: is needed";
    if (desk.problem.empty() &&
        std::ranges::any_of(desks, [&](const auto& each) { return each.name == desk.name; }))
      desk.problem =
          "plugin.desk." + place + ".name: '" + desk.name + "' is another desk's name already";
    if (!desk.problem.empty()) desk.name = place;
    for (const auto* bound : bounds)
      if (settings.contains(bound)) desk.values[bound] = settings[bound];
    desks.push_back(std::move(desk));
  }
  if (desks.empty()) throw poised::Failure("plugin.desk.driver: no desk is configured", true);
  return desks;
}

}  // namespace desk
