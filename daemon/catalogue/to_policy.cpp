// SPDX-License-Identifier: MIT
#include "catalogue/to_policy.hpp"

#include <algorithm>

namespace poised::catalogue {
namespace {

using std::chrono::seconds;

core::ExerciseSpec spec_of(const Exercise& exercise) {
  core::ExerciseSpec spec;
  spec.id = exercise.id;
  spec.places = exercise.places;
  spec.equipment = exercise.equipment;
  spec.equipment_alternatives = exercise.equipment_alternatives;
  spec.positions = exercise.positions;
  spec.discreet = exercise.discreet;
  spec.shoulders = std::ranges::find(exercise.region, "shoulders") != exercise.region.end();
  spec.substitute = exercise.substitute;
  spec.sets = exercise.dose.seconds ? 1 : exercise.dose.sets;
  for (const auto& step : exercise.steps)
    if (!step.repeat) spec.once += seconds(step.seconds);
  spec.set = seconds(exercise.seconds(false, 1)) - spec.once;
  spec.rest = seconds(exercise.dose.rest_s);
  return spec;
}

core::PlanSpec spec_of(const Plan& plan) {
  core::PlanSpec spec;
  spec.id = plan.id;
  spec.gated = plan.gated;
  spec.ends_to_choose = plan.then == "choose";
  spec.repeats = plan.then == "repeat";
  if (!spec.ends_to_choose && !spec.repeats) spec.then = plan.then;
  for (const auto& phase : plan.phases) {
    core::PhaseSpec to{phase.id, phase.days, phase.routine, 1};
    for (const auto& reminder : phase.reminders)
      if (reminder.routine == phase.routine)
        to.sessions_a_day = std::clamp(reminder.times_a_day, 1U, 2U);
    spec.phases.push_back(std::move(to));
  }
  return spec;
}

}  // namespace

void add_to_policy(const Catalogue& catalogue, const config::Settings::Programme& settings,
                   core::ProgrammePolicy& policy) {
  policy.equipment = settings.equipment;
  policy.places = settings.places;
  policy.leave_out = settings.leave_out;
  policy.exercises.clear();
  for (const auto& exercise : catalogue.exercises) policy.exercises.push_back(spec_of(exercise));
  std::ranges::sort(policy.exercises, {}, &core::ExerciseSpec::id);
  policy.routines.clear();
  for (const auto& routine : catalogue.routines)
    policy.routines.push_back({routine.id, routine.choose == Choose::one, routine.exercises});
  policy.plans.clear();
  for (const auto& plan : catalogue.plans) policy.plans.push_back(spec_of(plan));
}

}  // namespace poised::catalogue
