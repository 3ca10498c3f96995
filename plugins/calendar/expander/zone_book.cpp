// SPDX-License-Identifier: MIT
#include "calendar/expander/zone_book.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "calendar/expander/value_text.hpp"

namespace poised::calendar {
namespace {

struct WindowsZone {
  std::string_view name, shown, iana;
};
constexpr WindowsZone windows_zones[] = {
#include "calendar/expander/windows_zones.inc"
};

constexpr std::size_t most_zones = 4096;
constexpr std::size_t longest_id = 255;

/// "UTC+02:00", "GMT-0330", "(UTC+01:00) anything", "UTC".
std::optional<Seconds> fixed_offset(std::string_view id) {
  if (id.starts_with('(')) id.remove_prefix(1);
  if (id.size() < 3 || (!same_word(id.substr(0, 3), "UTC") && !same_word(id.substr(0, 3), "GMT")))
    return std::nullopt;
  id.remove_prefix(3);
  std::string text(id.substr(0, id.find(')')));
  std::erase(text, ':');
  if (text.empty()) return 0;
  if (text.size() == 2) text = {text[0], '0', text[1]};
  if (text.size() == 3) text += "00";
  if (text.size() != 5) return std::nullopt;
  return parse_offset(text);
}

/// The name of Windows that people know by other words: "Pacific Time (US & Canada)".
std::string windows_name(std::string_view id) {
  if (const auto bracket = id.find(") "); id.starts_with('(') && bracket != std::string_view::npos)
    id.remove_prefix(bracket + 2);
  const auto time = id.find(" Time (");
  if (time == std::string_view::npos) return std::string(id);
  return std::string(id.substr(0, time)) + " Standard Time";
}

/// The words behind "(UTC…) ", which name cities in an order that versions of Windows disagree on.
std::string_view first_city(std::string_view shown) {
  if (const auto bracket = shown.find(") "); bracket != std::string_view::npos)
    shown.remove_prefix(bracket + 2);
  return shown.substr(0, shown.find(','));
}

}  // namespace

ZoneBook::Zone ZoneBook::iana(const std::string& name) {
  if (!zones::is_zone_name(name) || name.find("..") != std::string::npos) return nullptr;
  if (const auto known = iana_.find(name); known != iana_.end()) return known->second;
  if (iana_.size() >= most_zones) return nullptr;
  Zone zone;
  if (const auto loaded = load_(name)) zone = std::make_shared<LocalZone>(*loaded);
  return iana_[name] = zone;
}

ZoneBook::Zone ZoneBook::named(std::string_view id) {
  if (id.size() > longest_id) return nullptr;
  if (const auto known = named_.find(id); known != named_.end()) return known->second;
  const Zone zone = find(id);
  if (named_.size() < most_zones) named_.emplace(id, zone);
  return zone;
}

ZoneBook::Zone ZoneBook::find(std::string_view id) {
  id = trimmed(id);
  if (same_word(id, "Z")) return std::make_shared<LocalZone>();
  // Before the names: as a rule of POSIX, "GMT+1" would lie west.
  const auto offset = fixed_offset(id);
  const auto fixed = [&] {
    return std::make_shared<LocalZone>(*offset, std::vector<zones::Change>());
  };
  if (offset && !id.starts_with('(')) return fixed();
  // "/freeassociation.sourceforge.net/Europe/Berlin", "/citadel.org/20210210_1/Europe/Berlin",
  // "tzone://Microsoft/Utc"
  for (auto rest = id; !rest.empty();) {
    if (rest.starts_with('/')) {
      rest.remove_prefix(1);
      continue;
    }
    if (auto zone = iana(std::string(rest))) return zone;
    if (same_word(rest, "UTC")) return std::make_shared<LocalZone>();
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash);
  }
  const std::string windows = windows_name(id);
  for (const auto& zone : windows_zones)
    if (same_word(zone.name, id) || same_word(zone.name, windows) || same_word(zone.shown, id))
      return iana(std::string(zone.iana));
  if (id.starts_with('(')) {
    const auto city = first_city(id);
    for (const auto& zone : windows_zones)
      if (zone.shown.substr(0, 11) == id.substr(0, 11) && !city.empty() &&
          zone.shown.find(city) != std::string_view::npos)
        return iana(std::string(zone.iana));
  }
  return offset ? fixed() : nullptr;
}

ZoneBook::Zone ZoneBook::defined(const ZoneDefinition& definition) {
  if (const auto known = defined_.find(definition.hash); known != defined_.end())
    return known->second;

  std::vector<zones::Change> changes;
  Seconds first = 0;
  Seconds earliest = std::numeric_limits<Seconds>::max();
  Budget budget{200'000};
  for (const auto& observance : definition.observances) {
    if (!observance.start || !observance.offset_to) continue;
    const Seconds before = observance.offset_from.value_or(*observance.offset_to);
    const LocalZone zone(before, {});
    const auto add = [&](Seconds local) {
      changes.push_back({local - before, *observance.offset_to});
    };
    add(*observance.start);
    for (const auto extra : observance.extra) add(extra);
    for (const auto& rule : observance.rules) {
      RuleWalker walker(rule, *observance.start, zone, budget);
      walker.seek(days_of(1900, 1, 1) * seconds_a_day);
      while (const auto at = walker.next(days_of(2400, 1, 1) * seconds_a_day)) add(*at);
    }
    if (*observance.start < earliest) {
      earliest = *observance.start;
      first = before;
    }
  }
  Zone zone;
  if (!changes.empty()) {
    std::ranges::stable_sort(changes, {}, &zones::Change::at);
    const auto same = [](const auto& a, const auto& b) { return a.at == b.at; };
    changes.erase(std::unique(changes.begin(), changes.end(), same), changes.end());
    zone = std::make_shared<LocalZone>(first, std::move(changes));
  }
  if (defined_.size() < most_zones) defined_.emplace(definition.hash, zone);
  return zone;
}

}  // namespace poised::calendar
