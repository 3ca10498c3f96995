// SPDX-License-Identifier: MIT
#pragma once

namespace poised::ctl {

/// poisectl: parses the arguments, does what they say, and returns the exit code.
int run(int argc, char** argv);

}  // namespace poised::ctl
