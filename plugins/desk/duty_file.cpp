// SPDX-License-Identifier: MIT
#include "duty_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "private_file.hpp"

namespace desk {
namespace {

using Json = nlohmann::json;

constexpr Duration longest_motion = std::chrono::seconds(60);  // D4

/// The folder of this session that a plugin may write to; made if it is not there.
std::string session_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string base = runtime != nullptr && *runtime == '/' ? runtime : "/tmp";
  const auto path = base + "/poised";
  mkdir(path.c_str(), 0700);
  return path;
}

std::string file_name(const std::string& address) {
  std::string name = "/desk-";
  for (const char character : address)
    name += std::isalnum(static_cast<unsigned char>(character)) != 0 ? character : '-';
  return name;
}

std::int64_t count(Instant instant) {
  return instant.time_since_epoch().count();
}

[[noreturn]] void failed(const std::string& path) {
  throw poised::Failure("desk: " + path + ": " + std::generic_category().message(errno));
}

}  // namespace

DeskLock::~DeskLock() {
  if (fd_ >= 0) close(fd_);
}

void DeskLock::take(const std::string& address) {
  if (fd_ >= 0) close(fd_);
  const auto path = session_folder() + file_name(address) + ".lock";
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) failed(path);
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0)
    throw poised::Failure("desk: " + address + ": another program drives this desk");
}

std::vector<DutyMeter::Run> KeptDuty::runs_at(const Clocks& clocks) const {
  // The shortest time that can have passed is the careful one.
  auto passed = clocks.now - written.now;
  if (clocks.boot_id != written.boot_id)
    passed = std::max({Duration(clocks.wall_ns - written.wall_ns),
                       Duration(clocks.now.time_since_epoch()), Duration::zero()});
  const auto shift = clocks.now - std::max(passed, Duration::zero()) - written.now;
  auto all = runs;
  if (moving) all.push_back({written.now, written.now + longest_motion});
  for (auto& run : all) {
    run.from += shift;
    run.to = std::min(run.to + shift, clocks.now);
  }
  return all;
}

DutyFile::DutyFile(const char* directory, const std::string& address) {
  if (directory == nullptr)
    throw poised::Failure("desk: $XDG_STATE_HOME: is needed to keep how long the motors have run");
  path_ = directory + file_name(address) + ".duty";
}

KeptDuty DutyFile::read() const {
  std::ifstream file(path_);
  const auto json = Json::parse(file, nullptr, false);
  if (!json.is_object()) return {};
  try {
    KeptDuty kept;
    kept.written = {Instant(Duration(json.at("now"))), json.at("wall"), json.at("boot")};
    kept.moving = json.at("moving");
    for (const auto& run : json.at("runs"))
      kept.runs.push_back({Instant(Duration(run.at(0))), Instant(Duration(run.at(1)))});
    return kept;
  } catch (const Json::exception&) {
    return {};
  }
}

void DutyFile::write(const KeptDuty& duty) const {
  auto runs = Json::array();
  for (const auto& run : duty.runs) runs.push_back({count(run.from), count(run.to)});
  const auto text = Json{
      {"boot", duty.written.boot_id},
      {"now", count(duty.written.now)},
      {"wall", duty.written.wall_ns},
      {"runs", runs},
      {"moving",
       duty.moving}}.dump();
  write_private_file(path_, text);
}

}  // namespace desk
