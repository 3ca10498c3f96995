// SPDX-License-Identifier: MIT
#include "shell/health_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "store/state_file.hpp"

namespace poised::shell {
namespace {

constexpr const char* name = "health.prom";

}  // namespace

HealthFile::HealthFile(std::filesystem::path directory) : directory_(std::move(directory)) {}

HealthFile::~HealthFile() {
  remove();
  if (lock_ >= 0) ::close(lock_);
}

std::string HealthFile::write(const health::Health& health) {
  if (directory_.empty()) return {};
  auto text = health::to_prometheus(health);
  if (text == written_) return {};
  const std::filesystem::path file = directory_ / name;
  if (lock_ < 0) {
    ::mkdir(directory_.c_str(), 0700);
    lock_ = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_ < 0) return fmt::format("health: {}: {}", directory_.string(), std::strerror(errno));
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) return {};  // another daemon's
  if (const auto problem = store::StateFile(file).write(text); !problem.empty())
    return "health: " + problem.substr(problem.find(": ") + 2);
  written_ = std::move(text);
  return {};
}

void HealthFile::remove() {
  if (written_.empty()) return;
  written_.clear();
  std::error_code error;
  std::filesystem::remove(directory_ / name, error);
}

std::filesystem::path runtime_directory() {
  const char* base = std::getenv("XDG_RUNTIME_DIR");
  return base != nullptr && *base == '/' ? std::filesystem::path(base) / "poised"
                                         : std::filesystem::path();
}

}  // namespace poised::shell
