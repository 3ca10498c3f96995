// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/read_entries.hpp"

// Inside the catalogue only.
namespace poised::catalogue {

/// Puts entries together, later ones over earlier ones of the same kind and id. One whose
/// references lead nowhere, or whose substitutes go round in a circle, is named and left out; the
/// one that it would have replaced stays.
LoadedCatalogue link(std::vector<Read> entries);

}  // namespace poised::catalogue
