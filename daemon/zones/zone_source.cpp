// SPDX-License-Identifier: MIT
#include "zones/zone_source.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

namespace poised::zones {
namespace {

namespace fs = std::filesystem;

/// The text of a zone, or why there is none.
struct ZoneText {
  std::string text;
  std::string file;  ///< empty: a POSIX rule
  std::string problem;
};

ZoneText read_file(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    return {.problem = file.native() + ": there is no such zone file"};
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(max_zone_bytes, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (stream.bad() || bytes.empty()) return {.problem = file.native() + ": cannot be read"};
  return {.text = std::move(bytes), .file = file.native()};
}

ZoneText named_zone(const std::string& name, const ZoneSource& source) {
  // A machine without zone files still knows UTC.
  if (name == "UTC") return {.text = "UTC0"};
  std::error_code error;
  if (is_zone_name(name) && fs::is_regular_file(source.zone_dir / name, error))
    return read_file(source.zone_dir / name);
  if (parse_rule(name)) return {.text = name};
  return {.problem =
              "there is no time zone '" + name.substr(0, 60) + "' in " + source.zone_dir.native()};
}

ZoneText system_zone(const ZoneSource& source) {
  if (source.tz_variable) {
    std::string name = *source.tz_variable;
    if (name.starts_with(':')) name.erase(0, 1);
    if (name.empty()) return {.text = "UTC0"};
    if (name.starts_with('/')) return read_file(name);
    return named_zone(name, source);
  }
  std::error_code error;
  if (!fs::exists(source.system_zone, error)) return {.text = "UTC0"};
  return read_file(source.system_zone);
}

ZoneText text_of(const std::string& zone, const ZoneSource& source) {
  return zone.empty() ? system_zone(source) : named_zone(zone, source);
}

}  // namespace

ZoneSource ZoneSource::from_environment() {
  ZoneSource source;
  if (const char* tz = std::getenv("TZ"); tz != nullptr) source.tz_variable = tz;
  if (const char* dir = std::getenv("TZDIR"); dir != nullptr && dir[0] == '/')
    source.zone_dir = dir;
  return source;
}

std::variant<Zone, std::string> read_zone(const std::string& zone, const ZoneSource& source) {
  const auto found = text_of(zone, source);
  if (!found.problem.empty()) return found.problem;
  if (found.file.empty()) return Zone{.rule = parse_rule(found.text)};
  auto parsed = parse_zone_file(found.text);
  if (const auto* reason = std::get_if<std::string>(&parsed)) return found.file + ": " + *reason;
  return parsed;
}

std::optional<std::string> zone_text(const std::string& zone, const ZoneSource& source) {
  auto found = text_of(zone, source);
  return found.problem.empty() ? std::optional(std::move(found.text)) : std::nullopt;
}

std::optional<Zone> parse_zone_text(std::string_view text) {
  if (!text.starts_with("TZif")) {
    const auto rule = parse_rule(text);
    return rule ? std::optional(Zone{.rule = rule}) : std::nullopt;
  }
  auto parsed = parse_zone_file(text);
  auto* zone = std::get_if<Zone>(&parsed);
  return zone == nullptr ? std::nullopt : std::optional(std::move(*zone));
}

}  // namespace poised::zones
