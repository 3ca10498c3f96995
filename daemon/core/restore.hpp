// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

namespace poised::core {

/// B9: takes up what an earlier process saved.
void apply(Turn& turn, const Restored& event);

}  // namespace poised::core
