// SPDX-License-Identifier: MIT
#include "catalogue/catalogue.hpp"

#include <algorithm>

namespace poised::catalogue {
namespace {

template <typename Entry>
const Entry* find(const std::vector<Entry>& entries, std::string_view id) {
  const auto found = std::ranges::find(entries, id, &Entry::id);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

const std::string& Text::in(std::string_view language) const {
  const auto found = translated.find(language.substr(0, 2));
  return found == translated.end() ? english : found->second;
}

std::uint32_t Exercise::rounds() const {
  const auto variants = std::max<std::size_t>(dose.variants.size(), 1);
  return static_cast<std::uint32_t>(variants) * (dose.sides == Sides::none ? 1 : 2);
}

std::uint32_t Exercise::seconds(bool full, std::uint32_t sets) const {
  std::uint32_t once = 0, repetition = 0;
  for (const auto& step : steps) (step.repeat ? repetition : once) += step.seconds;
  const auto end = [full](const Range& range) { return full ? range.high : range.low; };
  if (dose.seconds) return once + rounds() * end(*dose.seconds);
  if (sets == 0) sets = dose.sets;
  return once + sets * rounds() * end(dose.repetitions.value_or(Range{1, 1})) * repetition +
         (sets - 1) * dose.rest_s;
}

const Exercise* Catalogue::exercise(std::string_view id) const {
  return find(exercises, id);
}
const Routine* Catalogue::routine(std::string_view id) const {
  return find(routines, id);
}
const Plan* Catalogue::plan(std::string_view id) const {
  return find(plans, id);
}
const WarningSign* Catalogue::warning_sign(std::string_view id) const {
  return find(warning_signs, id);
}
const Guidance* Catalogue::guidance_of(std::string_view id) const {
  return find(guidance, id);
}

std::uint32_t Catalogue::seconds(const Routine& routine, bool full) const {
  std::uint32_t sum = 0, longest = 0, count = 0;
  for (const auto& id : routine.exercises) {
    const auto* entry = exercise(id);
    if (entry == nullptr) continue;
    const auto length = entry->seconds(full);
    longest = std::max(longest, length);
    sum += length + (count++ > 0 ? change_over_s : 0);
  }
  return routine.choose == Choose::one ? longest : sum;
}

std::string_view alarm_name(Alarm level) {
  switch (level) {
    case Alarm::emergency:
      return "emergency";
    case Alarm::urgent:
      return "urgent";
    case Alarm::doctor_first:
      return "doctor-first";
    case Alarm::professional:
      break;
  }
  return "professional";
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::relief:
      return "relief";
    case Level::foundation:
      return "foundation";
    case Level::mobility:
      return "mobility";
    case Level::strength:
      break;
  }
  return "strength";
}

}  // namespace poised::catalogue
