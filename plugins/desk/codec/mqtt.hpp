// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What goes over MQTT to and from desks that somebody else's firmware drives: plain numbers or
// JSON, and the discovery documents of Home Assistant.
namespace desk::mqtt {

/// Lengths as others write them.
enum class Unit : std::uint8_t { millimetres, centimetres, inches };
[[nodiscard]] std::optional<Unit> unit(std::string_view text);
[[nodiscard]] double to_millimetres(double value, Unit unit);
[[nodiscard]] double from_millimetres(double millimetres, Unit unit);

/// The number in a payload: the whole of it, or what a JSON pointer ("/desk/height") names.
[[nodiscard]] std::optional<double> number(std::string_view payload, const std::string& pointer);

/// `shape` with {value} replaced by the height in `unit`, at most one decimal.
[[nodiscard]] std::string payload(const std::string& shape, std::int32_t height_mm, Unit unit);
/// `shape` with {value} replaced by the position of a cover.
[[nodiscard]] std::string payload(const std::string& shape, std::int32_t position);

/// A cover knows no lengths: its position runs from closed to open, and so does the desk.
struct Travel {
  std::int32_t closed_mm = 0, open_mm = 0;  ///< measured; differ
  double closed = 0, open = 100;            ///< positions; differ
  /// None where no cover can be.
  [[nodiscard]] std::optional<std::int32_t> height_mm(double position) const;
  /// The whole position next to `height_mm`, not beyond it for a desk that comes from `from_mm`.
  [[nodiscard]] std::int32_t position(std::int32_t height_mm, std::int32_t from_mm) const;
  /// From one whole position to the next, rounded up.
  [[nodiscard]] std::int32_t step_mm() const;
  [[nodiscard]] std::int32_t lowest_mm() const { return std::min(closed_mm, open_mm); }
  [[nodiscard]] std::int32_t highest_mm() const { return std::max(closed_mm, open_mm); }
  bool operator==(const Travel&) const = default;
};

/// How a desk is reached: from the configuration, or from discovery.
struct Endpoint {
  std::string state_topic, state_pointer;
  std::string set_topic, set_shape = "{value}";
  std::string stop_topic, stop_payload;
  std::string availability_topic, online = "online", offline = "offline";
  Unit unit = Unit::centimetres;
  std::optional<double> lowest, highest;  ///< in `unit`
  std::optional<Travel> travel;           ///< it tells and takes positions, and no heights
  bool operator==(const Endpoint&) const = default;
};

/// From the discovery document of a `number` entity (full or abbreviated keys, "~" as base).
[[nodiscard]] std::optional<Endpoint> discovered_number(std::string_view json);
/// From that of a `cover` entity which tells its position, not a guess at it, and takes one.
/// `travel`: the heights at its ends; its positions there come from the document.
[[nodiscard]] std::optional<Endpoint> discovered_cover(std::string_view json, Travel travel);
/// The stop of a `cover` entity, into `endpoint`. False if it has none.
[[nodiscard]] bool add_discovered_cover(std::string_view json, Endpoint& endpoint);

/// An entity of somebody's, in the words of its discovery document.
struct Described {
  std::string name, device;      ///< for people; may be empty
  std::optional<Endpoint> desk;  ///< of a `number` whose range is that of a desk
};
[[nodiscard]] Described described(std::string_view json);
/// The node in homeassistant/COMPONENT/NODE/OBJECT/config; empty if there is none.
[[nodiscard]] std::string node_of(std::string_view topic);

/// Our own desk, for Home Assistant.
struct Published {
  std::string id;  ///< [a-zA-Z0-9_-]
  std::int32_t lowest_mm = 0, highest_mm = 0;
  bool accepts_motion = false;  ///< D11: without it there is no topic for commands
};
[[nodiscard]] std::string height_topic(const Published& desk);
[[nodiscard]] std::string set_topic(const Published& desk);
[[nodiscard]] std::string stop_topic(const Published& desk);
[[nodiscard]] std::string status_topic(const Published& desk);  ///< "online", "offline"
/// Where the broker keeps what was last said.
[[nodiscard]] std::vector<std::string> retained_topics(const Published& desk);
/// A discovery document: where it belongs, and what it says.
struct Config {
  std::string topic, payload;
};
[[nodiscard]] Config height_config(const Published& desk);
[[nodiscard]] Config stop_config(const Published& desk);

}  // namespace desk::mqtt
