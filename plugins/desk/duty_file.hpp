// SPDX-License-Identifier: MIT
#pragma once

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

/// What the duty meter must not forget when this process ends (D8), in the session's own runtime
/// folder. Times there are of the wall clock, which a restart of the computer does not set back.
class DutyFile {
 public:
  struct Kept {
    std::vector<DutyMeter::Run> runs;
    bool moving = false;  ///< its last run did not end
  };
  explicit DutyFile(const std::string& address);
  [[nodiscard]] Kept read(Instant now) const;
  void write(const DutyMeter& meter, Instant now) const;

 private:
  std::string path_;
};

}  // namespace desk
