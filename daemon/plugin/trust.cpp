// SPDX-License-Identifier: MIT
#include "plugin/trust.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "build_config.hpp"

namespace poised::plugin {
namespace {

/// What speaks against an opened file or directory; empty: nothing.
std::string objection(int fd, bool directory, const Trust& trust) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return std::strerror(errno);
  if (!directory && !S_ISREG(facts.st_mode)) return "not a regular file";
  if (std::find(trust.owners.begin(), trust.owners.end(), facts.st_uid) == trust.owners.end()) {
    return fmt::format("owned by uid {}, not by {}", facts.st_uid,
                       trust.owners == std::vector<uid_t>{0} ? "root" : "root or this user");
  }
  // The sticky bit does not help: it protects what is there, not against what is added.
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fmt::format("writable by {} (mode {:04o})",
                       (facts.st_mode & S_IWOTH) != 0 ? "others" : "its group",
                       static_cast<unsigned>(facts.st_mode & 07777));
  }
  return {};
}

/// What O_NOFOLLOW says of a link differs with and without O_DIRECTORY.
std::string open_error(int error, int directory, const std::string& name) {
  struct stat facts {};
  const bool link =
      fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(facts.st_mode);
  return link ? "a symbolic link" : std::strerror(error);
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int UniqueFd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void UniqueFd::reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Trust Trust::of_this_build() {
  Trust trust;
  if constexpr (build::development) {
    if (geteuid() != 0) trust.owners.push_back(geteuid());
    trust.whole_path = false;
  }
  return trust;
}

UniqueFd open_trusted_directory(const std::string& path, const Trust& trust, std::string& why) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  if (!path.starts_with('/')) {
    why = fmt::format("{}: not an absolute path", path);
    return {};
  }
  UniqueFd directory(open(trust.whole_path ? "/" : path.c_str(), flags));
  std::string walked = trust.whole_path ? "/" : path;
  std::size_t begin = trust.whole_path ? 1 : path.size();
  if (!directory) {
    why = fmt::format("{}: {}", path, open_error(errno, AT_FDCWD, path));
    return {};
  }
  for (;;) {
    while (begin < path.size() && path[begin] == '/') ++begin;
    const bool last = begin >= path.size();
    if (const std::string against = objection(directory.get(), true, trust); !against.empty()) {
      why = fmt::format("{}: {}", walked, against);
      return {};
    }
    if (last) return directory;
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string component = path.substr(begin, end - begin);
    walked += (walked.size() > 1 ? "/" : "") + component;
    begin = end;
    if (component == "..") {
      why = fmt::format("{}: leads upwards", walked);
      return {};
    }
    UniqueFd next(openat(directory.get(), component.c_str(), flags));
    if (!next) {
      why = fmt::format("{}: {}", walked, open_error(errno, directory.get(), component));
      return {};
    }
    directory = std::move(next);
  }
}

UniqueFd open_trusted_file(int directory, const std::string& directory_path,
                           const std::string& name, const Trust& trust, std::string& why) {
  const std::string path = directory_path + "/" + name;
  if (name.empty() || name.find('/') != std::string::npos) {
    why = fmt::format("{}: not a file name", path);
    return {};
  }
  // O_NONBLOCK: a FIFO must not hold up whoever looks.
  UniqueFd file(openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  const std::string against =
      file ? objection(file.get(), false, trust) : open_error(errno, directory, name);
  if (against.empty()) return file;
  why = fmt::format("{}: {}", path, against);
  return {};
}

bool allowed(std::string_view id, const std::vector<std::string>& allow,
             const std::vector<std::string>& deny) {
  const auto names = [id](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  return !names(deny) && (allow.empty() || names(allow));
}

}  // namespace poised::plugin
