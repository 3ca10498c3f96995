// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/expander/local_zone.hpp"
#include "calendar/expander/rule.hpp"

namespace poised::calendar {

/// STANDARD or DAYLIGHT of a VTIMEZONE.
struct Observance {
  std::optional<Seconds> start, offset_from, offset_to;
  std::vector<Rule> rules;
  std::vector<Seconds> extra;  ///< RDATE, local
};

/// VTIMEZONE.
struct ZoneDefinition {
  std::string id;
  std::uint64_t hash = 0;  ///< of its text
  std::vector<Observance> observances;
};

/// Time zones by all the names that calendars have for them. What was once found or made stays.
class ZoneBook {
 public:
  using Zone = std::shared_ptr<const LocalZone>;
  /// `load` finds a zone by its IANA name; it is asked once for each.
  using Loader = std::function<std::optional<zones::Zone>(const std::string& name)>;
  explicit ZoneBook(Loader load) : load_(std::move(load)) {}

  /// The zone that a TZID means by itself: an IANA name, also behind a vendor's prefix, a name of
  /// Windows, or a fixed offset ("UTC+02:00"). nullptr: not known.
  Zone named(std::string_view id);
  /// nullptr: the definition says nothing.
  Zone defined(const ZoneDefinition& definition);

 private:
  Zone iana(const std::string& name);
  Zone find(std::string_view id);

  Loader load_;
  std::map<std::string, Zone, std::less<>> iana_, named_;
  std::map<std::uint64_t, Zone> defined_;
};

}  // namespace poised::calendar
