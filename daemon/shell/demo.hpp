// SPDX-License-Identifier: MIT
#pragma once

#include "shell/arguments.hpp"

namespace poised::shell {

/// Runs the real daemon and real plugins through a working day of a simulated person, on a clock
/// that jumps to the next deadline whenever nothing is on its way. Prints what happens and, at the
/// end, a summary. Returns the exit status.
int run_demo(const Arguments& arguments);

}  // namespace poised::shell
