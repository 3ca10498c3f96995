// SPDX-License-Identifier: MIT
#include "catalogue/unknown_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "config/text.hpp"

namespace poised::catalogue {
namespace {

using Names = std::vector<std::string>;

template <class Things>
Names ids_of(const Things& things) {
  Names ids;
  for (const auto& thing : things) ids.push_back(thing.id);
  return ids;
}

}  // namespace

std::vector<config::Problem> unknown_names(const Catalogue& catalogue,
                                           const config::Loaded& configuration) {
  std::vector<config::Problem> out;
  const auto warn_of = [&](const std::string& key, const char* what, const Names& names,
                           const Names& known) {
    const auto found = std::ranges::find(configuration.effective, key, &config::Effective::key);
    if (known.empty() || found == configuration.effective.end()) return;
    const auto& source = found->setting.source;
    if (source.layer == config::Layer::built_in) return;
    for (const auto& name : names) {
      if (name.empty() || std::ranges::find(known, name) != known.end()) continue;
      const auto meant = config::did_you_mean(name, known);
      out.push_back({config::Severity::warning, config::ProblemKind::doubtful, source.file,
                     source.at, key,
                     fmt::format("there is no {} '{}' in the catalogue{}", what, name,
                                 meant ? fmt::format("; did you mean '{}'?", *meant) : "")});
    }
  };
  const auto routines = ids_of(catalogue.routines);
  for (const auto& policy : configuration.policy.breaks)
    warn_of("breaks." + policy.id + ".routine", "routine", {policy.routine}, routines);
  const auto& programme = configuration.settings.programme;
  warn_of("programme.equipment", "equipment", programme.equipment, ids_of(catalogue.equipment));
  auto left_out = ids_of(catalogue.positions);
  const auto exercises = ids_of(catalogue.exercises);
  left_out.insert(left_out.end(), exercises.begin(), exercises.end());
  warn_of("programme.leave_out", "position or exercise", programme.leave_out, left_out);
  return out;
}

}  // namespace poised::catalogue
