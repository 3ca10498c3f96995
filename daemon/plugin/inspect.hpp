// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <string>

namespace poised::plugin {

/// `poised --inspect-plugin PATH`: what the manifest says, what the library says, and whether the
/// daemon would load it. `path` is either of the two; the other is looked for beside it, then where
/// this build installs it. Loads the library into this process. 0; or 1 with one line on `errors`:
/// a manifest or library that cannot be used, the two disagree, or it stands where the daemon looks
/// and is not trusted there.
[[nodiscard]] int inspect_plugin(const std::string& path, std::FILE* out = stdout,
                                 std::FILE* errors = stderr);

}  // namespace poised::plugin
