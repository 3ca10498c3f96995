// SPDX-License-Identifier: MIT
#pragma once

#include "catalogue/catalogue.hpp"
#include "config/layers.hpp"
#include "core/policy.hpp"

namespace poised::catalogue {

/// What the core needs to know of the catalogue, and of what the person has and leaves out.
void add_to_policy(const Catalogue& catalogue, const config::Settings::Programme& settings,
                   core::ProgrammePolicy& policy);

}  // namespace poised::catalogue
