// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "zones/zone_file.hpp"

// The zone files of this machine.
namespace poised::zones {

/// Where zones come from; tests bring their own.
struct ZoneSource {
  std::filesystem::path zone_dir = "/usr/share/zoneinfo";
  std::filesystem::path system_zone = "/etc/localtime";
  std::optional<std::string> tz_variable;  ///< the value of TZ, if it is set: wins over system_zone

  /// With this process's TZ and TZDIR.
  static ZoneSource from_environment();
};

/// The zone `zone` ("Europe/Berlin", or a POSIX rule as TZ takes it: "CET-1CEST,M3.5.0,M10.5.0/3"),
/// or the system's if empty; or why there is none. A system without /etc/localtime is in UTC, as
/// the C library has it.
std::variant<Zone, std::string> read_zone(
    const std::string& zone, const ZoneSource& source = ZoneSource::from_environment());

/// As read_zone(), unparsed: for a process that may not open files itself. The bytes of a zone
/// file, or a POSIX rule; nullopt: there is no such zone.
std::optional<std::string> zone_text(const std::string& zone,
                                     const ZoneSource& source = ZoneSource::from_environment());
std::optional<Zone> parse_zone_text(std::string_view text);

}  // namespace poised::zones
