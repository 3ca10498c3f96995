// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/guided_run.hpp"

// A guided run for a screen that is looked at now and then, as a notification: what changes with
// every breath is told at once.
namespace poised::catalogue {

struct Scene {
  std::uint32_t at = 0;       ///< seconds after the start of the run
  std::uint32_t seconds = 0;  ///< how long it lasts
  std::string title;          ///< "Wall angel (1 of 2)"
  std::string text;           ///< what to do
  std::string place;          ///< "set 1 of 2, first side"; may be empty
  std::string picture;        ///< a file; may be empty
  bool facing_away = false;   ///< at a wall or on the floor, away from the screen
  bool operator==(const Scene&) const = default;
};

/// The scenes of `chosen`, in the language in use, which `language` names too. Their seconds add up
/// to those of guided_run().
std::vector<Scene> scenes_of(const Catalogue& catalogue,
                             const std::vector<core::ChosenExercise>& chosen,
                             std::string_view language);

/// The scene after so many seconds; the last one from its beginning on. Null if there is none.
const Scene* scene_at(const std::vector<Scene>& scenes, std::uint32_t seconds);

}  // namespace poised::catalogue
