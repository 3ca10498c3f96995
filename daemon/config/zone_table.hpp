// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/policy.hpp"
#include "core/time.hpp"
#include "zones/zone_source.hpp"

// Local time for a core that cannot ask. Any zone in any process without touching TZ, which is
// global to it: the C library knows only one zone at a time and C++20's zones are not in g++ 12;
// ICU would map 30 MB for it. So the zone files are read (zones/).
namespace poised::config {

/// `offsets` serves as Policy::zone: sorted, the first entry a month before `from`, the last change
/// covered at least `days` (0 to 1000) after it. Empty, with a `problem` of one line, if the zone
/// is not known or its file is damaged; then UTC counts.
struct ZoneTable {
  std::vector<core::ZoneOffset> offsets;
  std::optional<std::string> problem;
};

using zones::ZoneSource;

/// The zone `zone` ("Europe/Berlin", or a POSIX rule as TZ takes it: "CET-1CEST,M3.5.0,M10.5.0/3"),
/// or the system's if empty. A system without /etc/localtime is in UTC, as the C library has it.
inline constexpr int zone_days = 430;
ZoneTable zone_table(const std::string& zone, core::WallTime from, int days = zone_days,
                     const ZoneSource& source = ZoneSource::from_environment());

}  // namespace poised::config
