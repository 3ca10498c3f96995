// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Who may put code into a plugin's process. Everything is opened once and judged on the descriptor,
// so that what was checked is what is loaded.
namespace poised::plugin {

/// A file descriptor that closes itself.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  int release();
  void reset();

 private:
  int fd_ = -1;
};

/// What a trusted path looks like: no symbolic link in it, every directory and the file owned by
/// one of `owners` and writable by nobody else.
struct Trust {
  std::vector<uid_t> owners{0};
  bool whole_path = true;  ///< false: judge only the last directory and the file

  /// Root alone and the whole path; a development build also takes its own user, and judges only
  /// the last directory and the file.
  [[nodiscard]] static Trust of_this_build();
};

/// Opens the directory `path` (absolute) component by component. On failure the result is empty and
/// `why` is "object: reason".
[[nodiscard]] UniqueFd open_trusted_directory(const std::string& path, const Trust& trust,
                                              std::string& why);

/// Opens the regular file `name` (no '/') of a directory opened before.
[[nodiscard]] UniqueFd open_trusted_file(int directory, const std::string& directory_path,
                                         const std::string& name, const Trust& trust,
                                         std::string& why);

/// The administrator's lists. `deny` wins; an empty `allow` allows every plugin that is installed.
[[nodiscard]] bool allowed(std::string_view id, const std::vector<std::string>& allow,
                           const std::vector<std::string>& deny);

}  // namespace poised::plugin
