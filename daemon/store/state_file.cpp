// SPDX-License-Identifier: MIT
#include "store/state_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace poised::store {
namespace {

constexpr std::size_t largest_state = 1 << 20;

std::string problem_line(const std::filesystem::path& path, int error) {
  return fmt::format("state: {}: {}", path.string(), std::strerror(error));
}

bool write_all(int fd, const std::string& content) {
  std::size_t done = 0;
  while (done < content.size()) {
    const auto count = ::write(fd, content.data() + done, content.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::optional<std::string> StateFile::read(std::string& problem) const {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    if (errno != ENOENT) problem = problem_line(path_, errno);
    return std::nullopt;
  }
  std::string content;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::read(fd, buffer, sizeof buffer)) > 0 && content.size() <= largest_state)
    content.append(buffer, static_cast<std::size_t>(count));
  const int error = errno;
  ::close(fd);
  if (count < 0) {
    problem = problem_line(path_, error);
    return std::nullopt;
  }
  if (content.size() > largest_state) {
    problem = fmt::format("state: {}: larger than {} bytes", path_.string(), largest_state);
    return std::nullopt;
  }
  return content;
}

std::string StateFile::write(const std::string& content) {
  std::error_code error;
  const auto directory = path_.parent_path();
  if (!std::filesystem::exists(directory, error)) {
    std::filesystem::create_directories(directory.parent_path(), error);
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
      return problem_line(directory, errno);
  }
  const auto fresh = path_.string() + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return problem_line(fresh, errno);
  const bool written = write_all(fd, content);
  const int write_error = errno;
  if (::close(fd) != 0 || !written) {
    ::unlink(fresh.c_str());
    return problem_line(fresh, written ? errno : write_error);
  }
  if (::rename(fresh.c_str(), path_.c_str()) != 0) return problem_line(path_, errno);
  return {};
}

void StateFile::set_aside() const {
  ::rename(path_.c_str(), (path_.string() + ".broken").c_str());
}

}  // namespace poised::store
