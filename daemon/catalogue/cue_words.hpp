// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "catalogue/guided_run.hpp"

// What is said of a moment of a guided run, in the language in use.
namespace poised::catalogue {

/// "Change sides", "Rest, and breathe", "Next: Wall angel"; of a step, what to do.
std::string headline(const Cue& cue);

/// "set 2 of 3, first side, 4 of 10"; empty if there is only one of everything.
std::string place_of(const Cue& cue);

}  // namespace poised::catalogue
