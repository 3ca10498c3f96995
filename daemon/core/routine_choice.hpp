// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/policy.hpp"
#include "core/terms.hpp"
#include "core/time.hpp"

// Which exercises a routine comes to for this person at this moment. Pure.
namespace poised::core {

struct Moment {
  Duration available = Duration::max();  ///< what it may take
  bool typed_long = false;               ///< the keyboard dominated: shoulders first
  std::vector<std::string> lately;       ///< what was done, the latest last
  std::vector<Hurt> hurt;                ///< what hurt
};

struct Choice {
  std::vector<ChosenExercise> exercises;  ///< empty: nothing of it can be done
  Duration length{};                      ///< of the guided run, with rests and changes of position
  bool operator==(const Choice&) const = default;
};

/// Never equipment that is not owned, a place that is not there, a position that is left out, or
/// what an open-plan office would stare at; the substitute takes its place, or that one's own where
/// it is in the routine already. Never the same twice in a row. What hurt once comes with half its
/// sets, to be done in its easier version; what hurt again is left to its substitute (E7). A length
/// above `available` is cut by dropping sets, never by rushing (E2).
Choice choose_routine(const RoutineSpec& routine, const ProgrammePolicy& programme,
                      const Moment& moment);

/// Whether the person can do the exercise where they are, as it is.
bool can_be_done(const ExerciseSpec& exercise, const ProgrammePolicy& programme);

}  // namespace poised::core
