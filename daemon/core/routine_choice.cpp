// SPDX-License-Identifier: MIT
#include "core/routine_choice.hpp"

#include <algorithm>

namespace poised::core {
namespace {

using std::chrono::seconds;

constexpr Duration change_over = seconds(15);  // from one position to the next

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

const ExerciseSpec* find(const ProgrammePolicy& programme, std::string_view id) {
  const auto found = std::lower_bound(
      programme.exercises.begin(), programme.exercises.end(), id,
      [](const ExerciseSpec& exercise, std::string_view wanted) { return exercise.id < wanted; });
  return found == programme.exercises.end() || found->id != id ? nullptr : &*found;
}

bool owns(const ExerciseSpec& exercise, const ProgrammePolicy& programme) {
  const auto owned = [&](const std::string& id) { return contains(programme.equipment, id); };
  return std::all_of(exercise.equipment.begin(), exercise.equipment.end(), owned) ||
         std::any_of(exercise.equipment_alternatives.begin(), exercise.equipment_alternatives.end(),
                     owned);
}

bool has_place(const ExerciseSpec& exercise, const ProgrammePolicy& programme) {
  return std::any_of(exercise.places.begin(), exercise.places.end(), [&](const auto& place) {
    return place == "desk" || contains(programme.places, place);
  });
}

// Only a desk: others sit around it.
bool is_open_plan(const ProgrammePolicy& programme) {
  return std::all_of(programme.places.begin(), programme.places.end(),
                     [](const auto& place) { return place == "desk"; });
}

std::uint32_t times_hurt(const ExerciseSpec& exercise, const Moment& moment) {
  const auto found = std::find_if(moment.hurt.begin(), moment.hurt.end(),
                                  [&](const Hurt& hurt) { return hurt.exercise == exercise.id; });
  return found == moment.hurt.end() ? 0 : found->times;
}

using Candidates = std::vector<const ExerciseSpec*>;

// The exercise, or the first of its substitutes that can be done and is none of `taken`.
const ExerciseSpec* fitting(std::string_view id, const ProgrammePolicy& programme,
                            const Moment& moment, const Candidates& taken = {}) {
  const auto* exercise = find(programme, id);
  for (std::size_t i = 0; exercise != nullptr && i <= programme.exercises.size(); ++i) {
    if (can_be_done(*exercise, programme) && times_hurt(*exercise, moment) < 2 &&
        std::find(taken.begin(), taken.end(), exercise) == taken.end())
      return exercise;
    exercise = exercise->substitute.empty() ? nullptr : find(programme, exercise->substitute);
  }
  return nullptr;
}

Duration length_of(const ExerciseSpec& exercise, std::uint32_t sets) {
  return exercise.once + exercise.set * sets + exercise.rest * (sets - 1);
}

struct Planned {
  const ExerciseSpec* exercise = nullptr;
  std::uint32_t sets = 1;
  bool easier = false;
};

Planned plan_for(const ExerciseSpec& exercise, const Moment& moment) {
  if (times_hurt(exercise, moment) == 0) return {&exercise, exercise.sets, false};
  return {&exercise, std::max(exercise.sets / 2, 1U), true};
}

Duration length_of(const std::vector<Planned>& all) {
  Duration sum{};
  for (const auto& planned : all) sum += length_of(*planned.exercise, planned.sets);
  if (!all.empty()) sum += change_over * static_cast<std::int64_t>(all.size() - 1);
  return sum;
}

// E2
void fit(std::vector<Planned>& all, Duration available) {
  while (length_of(all) > available) {
    const auto most = std::max_element(
        all.begin(), all.end(), [](const Planned& a, const Planned& b) { return a.sets < b.sets; });
    if (most->sets > 1) {
      --most->sets;
    } else if (all.size() > 1) {
      all.pop_back();
    } else {
      return;
    }
  }
}

// The one that was done longest ago; of several never done, the first.
const ExerciseSpec* one_of(const Candidates& candidates, const Moment& moment) {
  const ExerciseSpec* best = nullptr;
  std::size_t best_age = 0;
  for (const auto* candidate : candidates) {
    const auto last = std::find(moment.lately.rbegin(), moment.lately.rend(), candidate->id);
    auto age = static_cast<std::size_t>(last - moment.lately.rbegin()) * 2;
    if (age == 0 && !moment.lately.empty() && candidates.size() > 1) continue;
    if (last == moment.lately.rend()) age = SIZE_MAX / 2;
    if (moment.typed_long && candidate->shoulders) ++age;
    if (best == nullptr || age > best_age) {
      best = candidate;
      best_age = age;
    }
  }
  return best;
}

}  // namespace

bool can_be_done(const ExerciseSpec& exercise, const ProgrammePolicy& programme) {
  const auto left_out = [&](const std::string& id) { return contains(programme.leave_out, id); };
  return !left_out(exercise.id) &&
         std::none_of(exercise.positions.begin(), exercise.positions.end(), left_out) &&
         owns(exercise, programme) && has_place(exercise, programme) &&
         (exercise.discreet || !is_open_plan(programme));
}

Choice choose_routine(const RoutineSpec& routine, const ProgrammePolicy& programme,
                      const Moment& moment) {
  // Where several of those that are all done come to the same substitute, each further one goes on
  // to that one's own.
  Candidates candidates;
  for (const auto& id : routine.exercises) {
    const auto* exercise =
        fitting(id, programme, moment, routine.choose_one ? Candidates{} : candidates);
    if (exercise != nullptr &&
        std::find(candidates.begin(), candidates.end(), exercise) == candidates.end())
      candidates.push_back(exercise);
  }
  std::vector<Planned> planned;
  if (routine.choose_one) {
    // With a single movement left, its substitute keeps it from coming twice in a row.
    if (candidates.size() == 1 && !moment.lately.empty() &&
        moment.lately.back() == candidates[0]->id) {
      const auto* other = fitting(candidates[0]->substitute, programme, moment);
      if (other != nullptr) candidates[0] = other;
    }
    if (const auto* one = one_of(candidates, moment)) planned.push_back(plan_for(*one, moment));
  } else {
    for (const auto* exercise : candidates) planned.push_back(plan_for(*exercise, moment));
    if (moment.typed_long)
      std::stable_sort(planned.begin(), planned.end(), [](const Planned& a, const Planned& b) {
        return a.exercise->shoulders && !b.exercise->shoulders;
      });
  }
  fit(planned, moment.available);
  Choice choice;
  for (const auto& [exercise, sets, easier] : planned)
    choice.exercises.push_back({exercise->id, sets, easier});
  choice.length = length_of(planned);
  return choice;
}

}  // namespace poised::core
