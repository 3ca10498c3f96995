// SPDX-License-Identifier: MIT
#include "catalogue/unknown_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "config/text.hpp"

namespace poised::catalogue {
namespace {

using Names = std::vector<std::string>;

template <class Things>
void add_ids(const Things& things, Names& names) {
  for (const auto& thing : things) names.push_back(thing.id);
}

/// The texts of a value: of a list each, of a text that one.
Names texts_of(const std::string& toml) {
  const auto parsed = config::parse_toml("value = " + toml);
  const auto* table = std::get_if<config::Table>(&parsed);
  if (table == nullptr || table->entries.size() != 1) return {};
  const auto& value = table->entries[0].value;
  Names out;
  const auto add = [&out](const config::Value& one) {
    if (const auto* text = std::get_if<std::string>(&one.data); text && !text->empty())
      out.push_back(*text);
  };
  if (const auto* list = std::get_if<config::Array>(&value.data))
    std::ranges::for_each(*list, add);
  else
    add(value);
  return out;
}

}  // namespace

std::vector<config::Problem> unknown_names(const Catalogue& catalogue,
                                           const config::Loaded& configuration) {
  Names routines, equipment, left_out;
  add_ids(catalogue.routines, routines);
  add_ids(catalogue.equipment, equipment);
  add_ids(catalogue.positions, left_out);
  add_ids(catalogue.exercises, left_out);
  std::vector<config::Problem> out;
  for (const auto& [key, setting, overrode, managed] : configuration.effective) {
    const bool is_routine = key.starts_with("breaks.") && key.ends_with(".routine");
    const auto [what, known] = is_routine                     ? std::pair("routine", &routines)
                               : key == "programme.equipment" ? std::pair("equipment", &equipment)
                               : key == "programme.leave_out"
                                   ? std::pair("position or exercise", &left_out)
                                   : std::pair("", static_cast<Names*>(nullptr));
    if (known == nullptr || known->empty() || setting.source.layer == config::Layer::built_in)
      continue;
    for (const auto& name : texts_of(setting.value)) {
      if (std::ranges::find(*known, name) != known->end()) continue;
      const auto meant = config::did_you_mean(name, *known);
      out.push_back({config::Severity::warning, config::ProblemKind::doubtful, setting.source.file,
                     setting.source.at, key,
                     fmt::format("there is no {} '{}' in the catalogue{}", what, name,
                                 meant ? fmt::format("; did you mean '{}'?", *meant) : "")});
    }
  }
  return out;
}

}  // namespace poised::catalogue
