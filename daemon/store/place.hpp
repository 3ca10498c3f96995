// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

// Where things are kept, and who else can see it.
namespace poised::store {

/// $XDG_STATE_HOME/poised or ~/.local/state/poised. Empty if neither variable is set.
std::filesystem::path state_directory();

/// state.json in the directory of the state.
std::filesystem::path state_file(const std::filesystem::path& directory);

/// The machine that `path` (absolute, without links) really lies on, if that is another one.
/// `mounts` is the text of /proc/self/mountinfo.
std::optional<std::string> server_of(const std::filesystem::path& path, std::string_view mounts);
/// The same of this process's mounts; links in `path` are followed.
std::optional<std::string> server_of(const std::filesystem::path& path);

}  // namespace poised::store
