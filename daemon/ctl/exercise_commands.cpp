// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>

#include "catalogue/catalogue.hpp"
#include "catalogue/to_json.hpp"
#include "config/layers.hpp"
#include "config/text.hpp"
#include "ctl/catalogue_access.hpp"
#include "ctl/commands.hpp"
#include "ctl/json.hpp"
#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

using catalogue::Exercise;
using catalogue::Routine;

void list_as_json(const OpenCatalogue& open, Output& output) {
  auto all = Json::array();
  for (const auto& exercise : open.catalogue.exercises)
    all.push_back(to_json(exercise, open.language));
  output.out << all.dump(2) << '\n';
}

void print_list(const OpenCatalogue& open, Output& output) {
  const auto& look = output.look;
  output.out << look.bold(tr("Routines")) << '\n';
  for (const auto& routine : open.catalogue.routines)
    output.out << row(look, routine.id,
                      fmt::format("{} ({})", routine.name.in(open.language),
                                  length_text(open.catalogue.seconds(routine, false),
                                              open.catalogue.seconds(routine, true))),
                      26);
  output.out << '\n' << look.bold(tr("Exercises")) << '\n';
  for (const auto& exercise : open.catalogue.exercises)
    output.out << row(look, exercise.id,
                      fmt::format("{}, {}", exercise.name.in(open.language), dose_text(exercise)),
                      26);
}

void show_exercise(const OpenCatalogue& open, const Exercise& exercise, Output& output) {
  const auto& look = output.look;
  const auto& language = open.language;
  output.out << look.bold(exercise.name.in(language)) << '\n'
             << row(look, tr("dose"), dose_text(exercise))
             << row(look, tr("takes"), length_text(exercise.seconds(false), exercise.seconds(true)))
             << row(look, tr("where"),
                    fmt::format("{}; {}{}", joined(exercise.posture, tr(" or ")),
                                joined(exercise.places, ", "),
                                exercise.discreet ? tr("; discreet") : ""));
  if (!exercise.equipment.empty())
    output.out << row(look, tr("needs"),
                      joined(exercise.equipment, ", ") +
                          (exercise.equipment_alternatives.empty()
                               ? std::string()
                               : tr(" or ") + joined(exercise.equipment_alternatives, tr(" or "))));
  int number = 0;
  for (const auto& step : exercise.steps) {
    ++number;
    output.out << row(look, number == 1 ? tr("steps") : "",
                      fmt::format("{}. {} ({} s)", number, step.text.in(language), step.seconds));
  }
  for (const auto& caution : exercise.cautions)
    output.out << row(look, &caution == exercise.cautions.data() ? tr("careful") : "",
                      caution.in(language));
  output.out << row(look, tr("easier"), exercise.easier.in(language));
  if (exercise.progression)
    output.out << row(look, tr("harder"), exercise.progression->in(language));
  if (!exercise.substitute.empty()) output.out << row(look, tr("instead"), exercise.substitute);
  for (const auto& picture : exercise.pictures)
    output.out << row(look, &picture == exercise.pictures.data() ? tr("pictures") : "",
                      fmt::format("{}: {}", picture.png.string(), picture.alt.in(language)));
  output.out << row(look, tr("source"),
                    tr_format("{}; evidence {}: {}", exercise.source, exercise.evidence.grade,
                              exercise.evidence.note.in(language)));
}

void show_routine(const OpenCatalogue& open, const Routine& routine, Output& output) {
  const auto& look = output.look;
  output.out << look.bold(routine.name.in(open.language)) << '\n'
             << row(look, tr("what"), routine.summary.in(open.language))
             << row(look, tr("takes"),
                    length_text(open.catalogue.seconds(routine, false),
                                open.catalogue.seconds(routine, true)))
             << row(look, routine.choose == catalogue::Choose::one ? tr("one of") : tr("exercises"),
                    joined(routine.exercises, ", "));
}

}  // namespace

Exit list_exercises(const Options& options, Output& output) {
  const auto open = open_catalogue(options);
  if (options.json)
    list_as_json(open, output);
  else
    print_list(open, output);
  return Exit::done;
}

Exit show_exercise(const Options& options, Output& output) {
  const auto open = open_catalogue(options);
  if (const auto* exercise = open.catalogue.exercise(options.exercise_id)) {
    if (options.json)
      output.out << to_json(*exercise, open.language).dump(2) << '\n';
    else
      show_exercise(open, *exercise, output);
    return Exit::done;
  }
  if (const auto* routine = open.catalogue.routine(options.exercise_id)) {
    if (options.json)
      output.out << to_json(*routine, open.catalogue, open.language).dump(2) << '\n';
    else
      show_routine(open, *routine, output);
    return Exit::done;
  }
  throw Failure(Exit::failed, fmt::format("exercise show: {}: no such exercise or routine{}",
                                          config::one_line(options.exercise_id, 64),
                                          meant_text(open.catalogue, options.exercise_id)));
}

}  // namespace poised::ctl
