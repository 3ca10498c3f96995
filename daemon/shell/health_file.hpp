// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "health/health.hpp"

namespace poised::shell {

/// health.prom in the runtime directory, for the collector of the machine: written when something
/// differs from before, never by the clock, so that its times tell nothing of a person's day. Its
/// directory stays locked while this object lives, which is how a daemon that died is told from one
/// that runs. [loop-thread]
class HealthFile {
 public:
  /// `directory` = $XDG_RUNTIME_DIR/poised; empty: nothing is ever written.
  explicit HealthFile(std::filesystem::path directory);
  ~HealthFile();
  HealthFile(const HealthFile&) = delete;
  HealthFile& operator=(const HealthFile&) = delete;

  /// Empty, or why it could not: "health: PATH: reason".
  std::string write(const health::Health& health);
  void remove();

 private:
  std::filesystem::path directory_;
  std::string written_;
  int lock_ = -1;
};

/// $XDG_RUNTIME_DIR/poised; empty without that variable.
std::filesystem::path runtime_directory();

}  // namespace poised::shell
