// SPDX-License-Identifier: MIT
#include "duty_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace desk {
namespace {

using Json = nlohmann::json;

/// The folder of this session that a plugin may write to; made if it is not there.
std::string folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string base = runtime != nullptr && *runtime == '/' ? runtime : "/tmp";
  const auto path = base + "/poised";
  mkdir(path.c_str(), 0700);
  return path;
}

std::string file_name(const std::string& address) {
  std::string name;
  for (const char character : address)
    name += std::isalnum(static_cast<unsigned char>(character)) != 0 ? character : '-';
  return folder() + "/desk-" + name;
}

std::int64_t wall_ns() {
  return std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

DeskLock::~DeskLock() {
  if (fd_ >= 0) close(fd_);
}

void DeskLock::take(const std::string& address) {
  if (fd_ >= 0) close(fd_);
  const auto path = file_name(address) + ".lock";
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0)
    throw poised::Failure("desk: " + path + ": " + std::generic_category().message(errno));
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0)
    throw poised::Failure("desk: " + address + ": another program drives this desk");
}

DutyFile::DutyFile(const std::string& address) : path_(file_name(address) + ".duty") {}

DutyFile::Kept DutyFile::read(Instant now) const {
  Kept kept;
  std::ifstream file(path_);
  const auto json = Json::parse(file, nullptr, false);
  if (!json.is_object()) return kept;
  const auto wall = wall_ns();
  const auto instant = [&](std::int64_t at) {
    return now - Duration(std::max<std::int64_t>(wall - at, 0));
  };
  try {
    for (const auto& run : json.at("runs"))
      kept.runs.push_back({instant(run.at(0)), instant(run.at(1))});
    kept.moving = json.at("moving");
  } catch (const Json::exception&) {  // not of our writing: as good as none
    return {};
  }
  return kept;
}

void DutyFile::write(const DutyMeter& meter, Instant now) const {
  const auto wall = wall_ns();
  auto runs = Json::array();
  for (const auto& run : meter.runs(now))
    runs.push_back({wall - (now - run.from).count(), wall - (now - run.to).count()});
  const auto temporary = path_ + ".new";
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << Json{{"runs", runs}, {"moving", meter.running()}}.dump();
    if (!file.flush()) return;
  }
  chmod(temporary.c_str(), 0600);
  std::rename(temporary.c_str(), path_.c_str());
}

}  // namespace desk
