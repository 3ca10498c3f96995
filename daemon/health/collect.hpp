// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "health/health.hpp"

// One machine's figures from those of all its daemons.
namespace poised::health {

struct Collected {
  Health health;            ///< the worse of all that could be read
  bool all_up = true;       ///< every daemon that left figures still runs
  std::size_t daemons = 0;  ///< whose figures could be read
  /// "PATH: reason", of each file that was refused.
  std::vector<std::string> refused;
};

/// Reads USER/poised/health.prom below `run_directory` (/run/user). People own those files and may
/// put there what they like: nothing but a regular file of the directory's own owner is opened, no
/// link is followed, nothing is waited for, and what is not to the letter what a daemon writes is
/// refused. Throws std::filesystem::filesystem_error if `run_directory` cannot be read.
Collected collect(const std::filesystem::path& run_directory);

/// For node_exporter's textfile folder; `now` in UTC seconds.
std::string machine_text(const Collected& collected, std::int64_t now);

/// For how long figures outlive the last daemon that wrote some.
inline constexpr std::int64_t kept_for = 30 * std::int64_t{86400};  // seconds

/// What machine_text() would be if the daemons of `before` were still there: nobody can tell from
/// the figures when people come and go. Empty if `before` is not such a text, or older than
/// `kept_for`: where everybody has turned telemetry off, their last figures go too.
std::string machine_text_again(const std::string& before, std::int64_t now);

}  // namespace poised::health
