// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "calendar/expander/busy.hpp"
#include "zones/zone_source.hpp"

// Any bytes as a calendar: they are read and expanded, merged times are in order and in the window.
namespace {

using namespace poised::calendar;

std::optional<poised::zones::Zone> load(const std::string& name) {
  auto zone = poised::zones::read_zone(name);
  auto* found = std::get_if<poised::zones::Zone>(&zone);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const LocalZone local(*load("Europe/Berlin"));
  // The week of a change of the clock.
  constexpr Window window{days_of(2026, 3, 23) * seconds_a_day,
                          days_of(2026, 3, 30) * seconds_a_day};
  Limits limits;
  // As in life, but so that the sanitizers do not make a bounded time a long one.
  limits.event_steps = 20'000;
  limits.all_steps = 100'000;
  limits.all_occurrences = 20'000;

  ZoneBook zones(load);
  CalendarReader reader(zones, {"me@example.org"});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  reader.feed(text.substr(0, size / 2));
  reader.feed(text.substr(size / 2));
  const auto calendar = reader.finish();
  const auto expansion = expand(calendar, local, window, limits);
  for (const auto& one : expansion.occurrences) require(one.from <= one.to);
  Seconds last = window.from;
  for (const auto& one : merge_busy(expansion.occurrences, window)) {
    require(one.from >= last && one.from < one.to && one.to <= window.to);
    require(one.busy_class != BusyClass::free);
    last = one.to;
  }
  return 0;
}
