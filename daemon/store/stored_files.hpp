// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

// The files that hold something about the person, from outside: that they are there, not what they
// say.
namespace poised::store {

/// The history, in the directory of the state or in history.dir.
std::filesystem::path history_file(const std::filesystem::path& directory);

/// What a history that was set aside as damaged has between its name and the time.
inline constexpr const char* damaged_mark = ".damaged-";
/// Files that were set aside as damaged, and what SQLite kept beside them.
std::vector<std::filesystem::path> damaged_files(const std::filesystem::path& directory);

struct StoredFile {
  std::filesystem::path path;
  bool exists = false;
  std::uintmax_t bytes = 0;
  unsigned mode = 0;  ///< of permissions
};

struct StoredFiles {
  StoredFile state;
  StoredFile history;
  std::vector<StoredFile> set_aside;  ///< damaged histories
  std::vector<StoredFile> plugins;    ///< what they keep for themselves
  std::optional<std::string> server;  ///< the machine that the history really lies on, if another
  bool readable_by_others = false;
};

StoredFiles stored_files(const std::filesystem::path& state_directory,
                         const std::filesystem::path& history_directory);

/// {"state", "history", "set_aside", "plugins", "server", "readable_by_others"}; a file is {"path",
/// "exists", "bytes", "mode"}, the mode as "0600".
nlohmann::ordered_json to_json(const StoredFiles& files);

}  // namespace poised::store
