// SPDX-License-Identifier: MIT
#include <poised/plugin.h>

// A library, but no plugin.
extern "C" POISED_EXPORT const int something_else;
const int something_else = 1;
