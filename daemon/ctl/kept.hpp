// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/layers.hpp"
#include "ctl/options.hpp"
#include "store/history.hpp"

// What is kept of the past, wherever it is: on the disk, or in the memory of a daemon that runs.
namespace poised::ctl {

struct Kept {
  config::Loaded config;
  std::filesystem::path state_directory;
  std::filesystem::path directory;  ///< of the history
  bool daemon_runs = false;
  std::string daemon_problem;             ///< why it cannot write, if so
  std::vector<store::Entry> in_memory;    ///< not on the disk (yet)
  std::optional<store::History> history;  ///< empty: nothing is kept

  config::HistoryKeep keep() const { return config.settings.history.keep; }
};

/// Where everything is, without looking into it.
Kept find_kept(const Options& options);
/// … and opened to be read. Throws Failure.
Kept open_kept(const Options& options);

}  // namespace poised::ctl
