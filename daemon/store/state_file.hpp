// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace poised::store {

/// The kernel's id of this boot.
std::string boot_id();

/// One small file that is replaced as a whole, readable by its owner only.
class StateFile {
 public:
  /// Makes the directory (0700) on the first write, not before.
  explicit StateFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// The content; empty if there is none. `problem` says why it could not be read: "state: PATH:
  /// reason".
  std::optional<std::string> read(std::string& problem) const;
  /// Replaces the file by rename, without fsync: at worst the last minute is lost. Empty, or
  /// "state: PATH: reason".
  std::string write(const std::string& content);
  /// Sets the unreadable content aside as PATH.broken, so that nothing is overwritten silently.
  void set_aside() const;

 private:
  std::filesystem::path path_;
};

}  // namespace poised::store
