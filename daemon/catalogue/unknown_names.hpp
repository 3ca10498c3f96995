// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "catalogue/catalogue.hpp"
#include "config/layers.hpp"
#include "config/problem.hpp"

namespace poised::catalogue {

/// Warnings of the values in force that name a routine, equipment, a position or an exercise which
/// the catalogue does not know. Needs Loaded::effective. Of what the catalogue has none at all,
/// every name is taken for known.
std::vector<config::Problem> unknown_names(const Catalogue& catalogue,
                                           const config::Loaded& configuration);

}  // namespace poised::catalogue
