// SPDX-License-Identifier: MIT
#include "codec/mqtt.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace desk::mqtt {
namespace {

using Json = nlohmann::json;

constexpr double mm_per_inch = 25.4;
constexpr std::size_t longest_document = 16384;
constexpr double beyond_any_desk = 1e6;
constexpr double fewest_positions = 100;

std::optional<double> plain_number(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r'))
    text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> bounded(std::optional<double> value) {
  if (!value || !std::isfinite(*value) || std::abs(*value) > beyond_any_desk) return std::nullopt;
  return value;
}

std::optional<Json> document(std::string_view text) {
  if (text.size() > longest_document) return std::nullopt;
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

/// A string under its full or short name, the base topic put in for "~".
std::string topic(const Json& json, const char* name, const char* abbreviation) {
  const auto text = [&](const char* key) -> std::string {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
  };
  auto value = text(name);
  if (value.empty()) value = text(abbreviation);
  const auto base = text("~");
  if (value.starts_with('~')) return base + value.substr(1);
  if (value.ends_with('~')) return value.substr(0, value.size() - 1) + base;
  return value;
}

std::optional<double> number_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  return bounded(found->get<double>());
}

void add_availability(const Json& json, Endpoint& endpoint) {
  endpoint.availability_topic = topic(json, "availability_topic", "avty_t");
  if (auto word = topic(json, "payload_available", "pl_avail"); !word.empty())
    endpoint.online = std::move(word);
  if (auto word = topic(json, "payload_not_available", "pl_not_avail"); !word.empty())
    endpoint.offline = std::move(word);
}

bool add_stop(const Json& json, Endpoint& endpoint) {
  auto stop_topic = topic(json, "command_topic", "cmd_t");
  if (stop_topic.empty()) return false;
  for (const char* key : {"payload_stop", "pl_stop"})
    if (const auto word = json.find(key); word != json.end() && word->is_null()) return false;
  endpoint.stop_topic = std::move(stop_topic);
  endpoint.stop_payload = topic(json, "payload_stop", "pl_stop");
  if (endpoint.stop_payload.empty()) endpoint.stop_payload = "STOP";
  return true;
}

std::string filled(std::string shape, const std::string& value) {
  static constexpr std::string_view place = "{value}";
  if (const auto at = shape.find(place); at != std::string::npos)
    shape.replace(at, place.size(), value);
  return shape;
}

std::string base_topic(const Published& desk) {
  return "poised/" + desk.id;
}

/// What all entities of a desk have in common.
Json entity(const Published& desk, const char* name, const char* id) {
  return {{"name", name},
          {"uniq_id", fmt::format("poised_{}_{}", desk.id, id)},
          {"~", base_topic(desk)},
          {"avty_t", "~/status"},
          {"dev", {{"ids", Json::array({"poised_" + desk.id})}, {"name", "Desk"}}}};
}

}  // namespace

std::optional<Unit> unit(std::string_view text) {
  if (text == "mm") return Unit::millimetres;
  if (text == "cm") return Unit::centimetres;
  if (text == "in" || text == "\"") return Unit::inches;
  return std::nullopt;
}

double to_millimetres(double value, Unit unit) {
  switch (unit) {
    case Unit::millimetres:
      return value;
    case Unit::centimetres:
      return value * 10;
    case Unit::inches:
      return value * mm_per_inch;
  }
  return value;
}

double from_millimetres(double millimetres, Unit unit) {
  return millimetres / to_millimetres(1, unit);
}

std::optional<double> number(std::string_view payload, const std::string& pointer) {
  if (pointer.empty()) return bounded(plain_number(payload));
  if (payload.size() > longest_document) return std::nullopt;
  const auto json = Json::parse(payload, nullptr, false);
  try {
    const Json::json_pointer path(pointer);
    if (json.is_discarded() || !json.contains(path)) return std::nullopt;
    const auto& value = json.at(path);
    if (value.is_number()) return bounded(value.get<double>());
    if (value.is_string()) return bounded(plain_number(value.get<std::string>()));
  } catch (const Json::exception&) {  // a pointer that is none
  }
  return std::nullopt;
}

std::string payload(const std::string& shape, std::int32_t height_mm, Unit unit) {
  const auto tenths = std::lround(from_millimetres(height_mm, unit) * 10);
  const auto value = tenths % 10 == 0 ? fmt::format("{}", tenths / 10)
                                      : fmt::format("{:.1f}", static_cast<double>(tenths) / 10);
  return filled(shape, value);
}

std::string payload(const std::string& shape, std::int32_t position) {
  return filled(shape, std::to_string(position));
}

std::optional<std::int32_t> Travel::height_mm(double position) const {
  const auto part = (position - closed) / (open - closed);
  if (!(part >= 0 && part <= 1)) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(closed_mm + part * (open_mm - closed_mm)));
}

std::int32_t Travel::position(std::int32_t height_mm, std::int32_t from_mm) const {
  const auto exact_at = [this](std::int32_t mm) {
    return closed + (open - closed) * (mm - closed_mm) / (open_mm - closed_mm);
  };
  const auto exact = exact_at(height_mm), from = exact_at(from_mm);
  constexpr double rounding = 1e-9;  // what is whole is not taken for a little less
  const auto whole = exact > from   ? std::floor(exact + rounding)
                     : exact < from ? std::ceil(exact - rounding)
                                    : std::round(exact);
  return static_cast<std::int32_t>(whole);
}

std::int32_t Travel::step_mm() const {
  return static_cast<std::int32_t>(std::ceil(std::abs((open_mm - closed_mm) / (open - closed))));
}

std::optional<Endpoint> discovered_number(std::string_view text) {
  const auto json = document(text);
  if (!json) return std::nullopt;
  Endpoint endpoint;
  endpoint.state_topic = topic(*json, "state_topic", "stat_t");
  endpoint.set_topic = topic(*json, "command_topic", "cmd_t");
  if (endpoint.state_topic.empty() || endpoint.set_topic.empty()) return std::nullopt;
  auto unit_text = topic(*json, "unit_of_measurement", "unit_of_meas");
  const auto known = unit(unit_text);
  if (!known) return std::nullopt;
  endpoint.unit = *known;
  endpoint.lowest = number_of(*json, "min");
  endpoint.highest = number_of(*json, "max");
  add_availability(*json, endpoint);
  return endpoint;
}

std::optional<Endpoint> discovered_cover(std::string_view text, Travel travel) {
  const auto json = document(text);
  if (!json) return std::nullopt;
  Endpoint endpoint;
  endpoint.state_topic = topic(*json, "position_topic", "pos_t");
  endpoint.set_topic = topic(*json, "set_position_topic", "set_pos_t");
  if (endpoint.state_topic.empty() || endpoint.set_topic.empty()) return std::nullopt;
  // Reckoned from time, a position would go on where the desk does not.
  for (const char* key : {"optimistic", "opt"})
    if (const auto guess = json->find(key); guess != json->end() && *guess == true)
      return std::nullopt;
  for (const char* key : {"position_closed", "pos_clsd"})
    travel.closed = number_of(*json, key).value_or(travel.closed);
  for (const char* key : {"position_open", "pos_open"})
    travel.open = number_of(*json, key).value_or(travel.open);
  // Coarser, no rule of motion could follow it.
  if (std::abs(travel.open - travel.closed) < fewest_positions) return std::nullopt;
  endpoint.travel = travel;
  add_stop(*json, endpoint);
  add_availability(*json, endpoint);
  return endpoint;
}

bool add_discovered_cover(std::string_view text, Endpoint& endpoint) {
  const auto json = document(text);
  return json && add_stop(*json, endpoint);
}

Described described(std::string_view text) {
  Described what;
  const auto json = document(text);
  if (!json) return what;
  what.name = topic(*json, "name", "name");
  for (const char* key : {"device", "dev"})
    if (const auto device = json->find(key); device != json->end() && device->is_object())
      what.device = topic(*device, "name", "name");
  auto desk = discovered_number(text);
  if (!desk || !desk->lowest || !desk->highest) return what;
  // Other lengths are numbers, too: a desk's range holds a height between sitting and standing.
  constexpr double between = 900, lowest = 400, highest = 1500;
  const auto low = to_millimetres(*desk->lowest, desk->unit);
  const auto high = to_millimetres(*desk->highest, desk->unit);
  if (low >= lowest && low < between && high > between && high <= highest)
    what.desk = std::move(desk);
  return what;
}

std::string node_of(std::string_view topic) {
  std::vector<std::string> parts(1);
  for (const char character : topic) {
    if (character == '/')
      parts.emplace_back();
    else
      parts.back() += character;
  }
  return parts.size() == 5 ? parts[2] : "";
}

std::string height_topic(const Published& desk) {
  return base_topic(desk) + "/height";
}

std::string set_topic(const Published& desk) {
  return height_topic(desk) + "/set";
}

std::string stop_topic(const Published& desk) {
  return base_topic(desk) + "/stop";
}

std::string status_topic(const Published& desk) {
  return base_topic(desk) + "/status";
}

std::vector<std::string> retained_topics(const Published& desk) {
  return {height_config(desk).topic, stop_config(desk).topic, height_topic(desk),
          status_topic(desk)};
}

Config height_config(const Published& desk) {
  auto json = entity(desk, "Height", "height");
  json["stat_t"] = "~/height";
  json["unit_of_meas"] = "mm";
  json["dev_cla"] = "distance";
  if (desk.accepts_motion) {
    json["cmd_t"] = "~/height/set";
    json["min"] = desk.lowest_mm;
    json["max"] = desk.highest_mm;
    json["step"] = 1;
  }
  return {fmt::format("homeassistant/{}/poised_{}/height/config",
                      desk.accepts_motion ? "number" : "sensor", desk.id),
          json.dump()};
}

Config stop_config(const Published& desk) {
  auto json = entity(desk, "Stop", "stop");
  json["cmd_t"] = "~/stop";
  return {fmt::format("homeassistant/button/poised_{}/stop/config", desk.id), json.dump()};
}

}  // namespace desk::mqtt
