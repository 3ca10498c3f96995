// SPDX-License-Identifier: MIT
#include "zones/zone_source.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace poised::zones {
namespace {

namespace fs = std::filesystem;

std::variant<Zone, std::string> read_zone_file(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return file.native() + ": there is no such zone file";
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(max_zone_bytes, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (stream.bad() || bytes.empty()) return file.native() + ": cannot be read";
  auto zone = parse_zone_file(bytes);
  if (const auto* reason = std::get_if<std::string>(&zone)) return file.native() + ": " + *reason;
  return zone;
}

Zone utc() {
  return {.rule = Rule{}};
}

std::variant<Zone, std::string> named_zone(const std::string& name, const ZoneSource& source) {
  // A machine without zone files still knows UTC.
  if (name == "UTC" || name == "UTC0") return utc();
  std::error_code error;
  if (is_zone_name(name) && fs::is_regular_file(source.zone_dir / name, error))
    return read_zone_file(source.zone_dir / name);
  if (const auto rule = parse_rule(name)) return Zone{.rule = rule};
  return "there is no time zone '" + name.substr(0, 60) + "' in " + source.zone_dir.native();
}

std::variant<Zone, std::string> system_zone(const ZoneSource& source) {
  if (source.tz_variable) {
    std::string name = *source.tz_variable;
    if (name.starts_with(':')) name.erase(0, 1);
    if (name.empty()) return utc();
    if (name.starts_with('/')) return read_zone_file(name);
    return named_zone(name, source);
  }
  std::error_code error;
  if (!fs::exists(source.system_zone, error)) return utc();
  return read_zone_file(source.system_zone);
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
  return zone.empty() ? system_zone(source) : named_zone(zone, source);
}

}  // namespace poised::zones
