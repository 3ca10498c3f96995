// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <poised/plugin.hpp>
#include <string>
#include <vector>

#include "motion/duty.hpp"

namespace desk {

/// One process drives a desk: the others are refused. Kept as long as the object.
class DeskLock {
 public:
  DeskLock() = default;
  ~DeskLock();
  DeskLock(const DeskLock&) = delete;
  DeskLock& operator=(const DeskLock&) = delete;
  /// Throws poised::Failure if another process has the desk of this address.
  void take(const std::string& address);

 private:
  int fd_ = -1;
};

/// What the clocks say, and which run of the computer the first belongs to.
struct Clocks {
  Instant now;               ///< since the computer started
  std::int64_t wall_ns = 0;  ///< since 1970; may be set
  std::string boot_id;
};

/// What the duty meter must not forget when its process ends (D8).
struct KeptDuty {
  Clocks written;
  std::vector<DutyMeter::Run> runs;
  bool moving = false;  ///< a run was going on, or the desk may have been moving by itself

  /// As it is by `clocks`: over a restart of the computer as well, however its clock was set. A run
  /// that nobody saw the end of has gone on for as long as any may, or until now.
  [[nodiscard]] std::vector<DutyMeter::Run> runs_at(const Clocks& clocks) const;
};

/// KeptDuty in a file, mode 0600.
class DutyFile {
 public:
  /// Throws poised::Failure without a directory.
  DutyFile(const char* directory, const std::string& address);
  /// As good as none if the file is not there, or not of our writing.
  [[nodiscard]] KeptDuty read() const;
  /// Throws poised::Failure if it cannot be kept.
  void write(const KeptDuty& duty) const;

 private:
  std::string path_;
};

}  // namespace desk
