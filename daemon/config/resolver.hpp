// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "config/layers.hpp"

namespace poised::config {

/// Takes the values of `out.files`, low to high, and makes of them one valid configuration: fills
/// everything of `out` but the files and the watches. What cannot be used is a problem there, and
/// the value below it stays. Never fails.
void resolve(Loaded& out, const Roots& roots, const std::vector<PluginSettingSpecs>& plugins);

}  // namespace poised::config
