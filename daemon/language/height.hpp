// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace poised {

/// A height as people measure: "72.5 cm", in inches where the locale measures so. [any-thread]
std::string height_text(double millimetres);

}  // namespace poised
