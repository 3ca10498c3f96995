// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

// What the daemon says, read without trust in its version: a field that is missing or of another
// type reads as empty.
namespace poised::ctl {

using Json = nlohmann::ordered_json;

inline const Json& field(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

/// The elements, or none if it is no array.
inline const Json& list(const Json& object, const char* key) {
  static const Json none = Json::array();
  const Json& value = field(object, key);
  return value.is_array() ? value : none;
}

inline std::optional<double> number(const Json& object, const char* key) {
  const Json& value = field(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

inline bool flag(const Json& object, const char* key) {
  const Json& value = field(object, key);
  return value.is_boolean() && value.get<bool>();
}

/// Safe to print.
std::string text(const Json& object, const char* key);
std::vector<std::string> texts(const Json& object, const char* key);

}  // namespace poised::ctl
