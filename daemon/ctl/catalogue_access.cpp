// SPDX-License-Identifier: MIT
#include "ctl/catalogue_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "config/text.hpp"
#include "ctl/commands.hpp"
#include "ctl/render.hpp"
#include "ctl/text.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

constexpr std::size_t most_named = 20;

std::string ends(const catalogue::Range& range) {
  return range.low == range.high ? fmt::format("{}", range.low)
                                 : fmt::format("{}–{}", range.low, range.high);
}

}  // namespace

OpenCatalogue open_catalogue(const Options& options) {
  const auto roots = roots_of(options);
  auto loaded = catalogue::load(roots);
  std::size_t named = 0;
  for (const auto& problem : loaded.problems)
    if (++named <= most_named) std::cerr << "poisectl: " << printable(problem.text()) << '\n';
  if (named > most_named)
    std::cerr << fmt::format("poisectl: catalogue: {} more; poisectl config check names them\n",
                             named - most_named);
  OpenCatalogue out{std::move(loaded.catalogue), config::load(roots, {}), {}};
  out.language = out.configuration.settings.language.empty() ? session_language()
                                                             : out.configuration.settings.language;
  return out;
}

const catalogue::Phase* phase_of(const OpenCatalogue& open, const Json& programme) {
  const auto* plan = open.catalogue.plan(text(programme, "plan"));
  if (plan == nullptr || flag(programme, "stopped") || flag(programme, "on_hold")) return nullptr;
  const auto found =
      std::ranges::find(plan->phases, text(programme, "phase"), &catalogue::Phase::id);
  return found == plan->phases.end() ? nullptr : &*found;
}

std::vector<const catalogue::Reminder*> reminders_of(const OpenCatalogue& open,
                                                     const Json& programme) {
  std::vector<const catalogue::Reminder*> out;
  const auto* phase = phase_of(open, programme);
  if (phase == nullptr) return out;
  const auto& settings = open.configuration.settings.programme;
  const auto has = [](const std::vector<std::string>& list, const std::string& id) {
    return std::ranges::find(list, id) != list.end();
  };
  for (const auto& reminder : phase->reminders) {
    const bool owned = std::ranges::all_of(
        reminder.equipment, [&](const auto& id) { return has(settings.equipment, id); });
    const bool left_out = std::ranges::any_of(
        reminder.positions, [&](const auto& id) { return has(settings.leave_out, id); });
    if (owned && !left_out) out.push_back(&reminder);
  }
  return out;
}

const catalogue::Tip* tip_of_week(const catalogue::Catalogue& catalogue, std::int64_t now) {
  constexpr std::int64_t week = 7 * 24 * 3600;
  if (catalogue.tips.empty() || now < 0) return nullptr;
  return &catalogue.tips[static_cast<std::size_t>(now / week) % catalogue.tips.size()];
}

std::string dose_text(const catalogue::Exercise& exercise) {
  const auto& dose = exercise.dose;
  std::string out = dose.seconds
                        ? ends(*dose.seconds) + " s"
                        : fmt::format("{} × {}", dose.sets,
                                      ends(dose.repetitions.value_or(catalogue::Range{1, 1})));
  if (dose.or_repetitions) out += tr_format(" or {} repetitions", ends(*dose.or_repetitions));
  if (dose.sides == catalogue::Sides::side) out += tr(" a side");
  if (dose.sides == catalogue::Sides::direction) out += tr(" a direction");
  if (!dose.variants.empty()) out += tr_format(" each of {}", joined(dose.variants, ", "));
  if (dose.hold_s) out += tr_format(", hold {} s", ends(*dose.hold_s));
  if (dose.times_a_day == 2) out += tr(", twice a day");
  if (dose.times_a_day > 2) out += tr_format(", {} times a day", dose.times_a_day);
  if (!dose.every.empty()) out += tr_format(", every {}", dose.every);
  return out;
}

std::string length_text(std::uint32_t low_s, std::uint32_t high_s) {
  const auto one = [](std::uint32_t s) { return spell_seconds(s, Round::up); };
  return one(low_s) == one(high_s) ? one(low_s) : tr_format("{} to {}", one(low_s), one(high_s));
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? std::string() : std::string(between)) + word;
  return out;
}

std::string meant_text(const catalogue::Catalogue& catalogue, const std::string& id) {
  std::vector<std::string> ids;
  for (const auto& exercise : catalogue.exercises) ids.push_back(exercise.id);
  for (const auto& routine : catalogue.routines) ids.push_back(routine.id);
  const auto meant = config::did_you_mean(id, ids);
  return meant ? "; did you mean " + *meant + "?" : "";
}

}  // namespace poised::ctl
