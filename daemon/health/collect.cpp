// SPDX-License-Identifier: MIT
#include "health/collect.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>

namespace poised::health {
namespace {

namespace fs = std::filesystem;

constexpr const char* last_run = "poised_collector_last_run_timestamp_seconds";
// A comment: it is for the next run and is exported to nobody.
constexpr std::string_view written_on = "# Of day ";

constexpr std::int64_t seconds_a_day = 86400;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  while (text.size() <= largest_text) {
    const auto count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

std::string errno_text() {
  return std::strerror(errno);
}

/// A daemon holds a lock on its directory for as long as it lives.
bool is_locked(int directory) {
  return ::flock(directory, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// Nothing if there is no file; otherwise the health, or why it is refused.
std::optional<std::variant<Health, std::string>> read_one(const fs::path& user_directory,
                                                          bool& is_up) {
  constexpr int open_directory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const Descriptor top(::open(user_directory.c_str(), open_directory));
  struct stat owner {};
  if (!top || ::fstat(top.get(), &owner) != 0) return std::nullopt;
  const Descriptor directory(::openat(top.get(), "poised", open_directory));
  if (!directory && errno == ENOENT) return std::nullopt;
  if (!directory) return errno_text();
  const Descriptor file(::openat(directory.get(), "health.prom",
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) return errno_text();
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return errno_text();
  if (!S_ISREG(status.st_mode)) return std::string("it is not a regular file");
  if (status.st_uid != owner.st_uid) return std::string("it belongs to somebody else");
  is_up = is_locked(directory.get());
  return from_prometheus(read_all(file.get()));
}

std::string own_figures(bool all_up, std::size_t refused, std::int64_t now) {
  return fmt::format(
      "# HELP poised_up Whether every daemon that left figures still runs.\n"
      "# TYPE poised_up gauge\n"
      "poised_up {}\n"
      "# HELP poised_collector_refused Files that no daemon can have written.\n"
      "# TYPE poised_collector_refused gauge\n"
      "poised_collector_refused {}\n"
      "# HELP {} When the figures were last gathered.\n"
      "# TYPE {} gauge\n"
      "{} {}\n",
      all_up ? 1 : 0, refused, last_run, last_run, last_run, now);
}

}  // namespace

Collected collect(const fs::path& run_directory) {
  Collected collected;
  for (const auto& entry : fs::directory_iterator(run_directory)) {
    bool is_up = false;
    auto read = read_one(entry.path(), is_up);
    if (!read) continue;
    if (const auto* reason = std::get_if<std::string>(&*read)) {
      collected.refused.push_back(
          fmt::format("{}: {}", (entry.path() / "poised/health.prom").string(), *reason));
      continue;
    }
    collected.all_up = collected.all_up && is_up;
    add_worse(collected.health, std::get<Health>(*read));
    ++collected.daemons;
  }
  return collected;
}

std::string machine_text(const Collected& collected, std::int64_t now) {
  return fmt::format("{}{}\n", written_on, now / seconds_a_day) + to_prometheus(collected.health) +
         own_figures(collected.all_up, collected.refused.size(), now);
}

std::string machine_text_again(const std::string& before, std::int64_t now) {
  const auto at = before.rfind(fmt::format("\n{} ", last_run));
  if (at == std::string::npos || !before.ends_with('\n') || !before.starts_with(written_on))
    return {};
  std::int64_t day = 0;
  std::from_chars(before.data() + written_on.size(), before.data() + before.find('\n'), day);
  if (now / seconds_a_day - day > kept_for / seconds_a_day) return {};
  return before.substr(0, at) + fmt::format("\n{} {}\n", last_run, now);
}

}  // namespace poised::health
