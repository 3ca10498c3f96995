// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "core/terms.hpp"

// A routine as somebody is led through it, moment by moment.
namespace poised::catalogue {

enum class CueKind : std::uint8_t { exercise, step, side, rest, change_over, end };

struct Cue {
  CueKind kind = CueKind::step;
  std::string exercise;       ///< id; empty at the end
  std::string text;           ///< what to do; for `exercise` its name
  std::uint32_t seconds = 0;  ///< how long this lasts
  std::uint32_t set = 1, sets = 1;
  std::uint32_t repetition = 0, repetitions = 0;  ///< 0: not counted
  std::uint32_t side = 0, sides = 0;              ///< 0: both at once
  std::string variant;                            ///< "Y"
  std::uint32_t picture = 1;                      ///< from 1
  std::string easier;  ///< E7, of `exercise`: how to do it, for it hurt lately; else empty
  bool operator==(const Cue&) const = default;
};

/// The cues of `chosen` at the low end of each dose, in order; their seconds add up to what
/// core::Choice::length says of it. Exercises that are not in the catalogue are left out.
std::vector<Cue> guided_run(const Catalogue& catalogue,
                            const std::vector<core::ChosenExercise>& chosen,
                            std::string_view language);

/// "exercise", "step", "side", "rest", "change-over", "end".
std::string_view cue_name(CueKind kind);

}  // namespace poised::catalogue
