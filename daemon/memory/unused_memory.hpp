// SPDX-License-Identifier: MIT
#pragma once

namespace poised {

/// Gives back what was needed once and is not now: free heap, and the pages of programs and
/// libraries, which were mapped as they ran and are mapped again, from the page cache, where they
/// are run once more. For a moment after which nothing is to do. Takes some 0.1 ms. Any thread; no
/// errors: what cannot be given back stays.
void release_unused_memory();

}  // namespace poised
