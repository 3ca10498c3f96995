// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "ctl/failure.hpp"
#include "ctl/text.hpp"

namespace poised::ctl {

struct Options;

/// Where a command writes, and how.
struct Output {
  std::ostream& out;
  Look look;
};

using Action = Exit (*)(const Options&, Output&);

/// Says what was done: `sentence`, or with --json the command.
Exit done(const Options& options, Output& output, const std::string& sentence);

/// What `simulate` was told.
struct SimulateOptions {
  std::vector<std::string> configs, calendars, busy;
  std::string versus, zone, trace, persona, habit = "obeys", from, until;
  std::string plan;
  std::vector<std::uint32_t> discomfort;
  int days = 1;
  std::uint64_t seed = 1;
  bool summary = false;
};

/// What the command line said.
struct Options {
  Action action = nullptr;
  std::string command;  ///< "pause", "config check": the context of its errors
  bool json = false;
  bool policy = false;  ///< the files, or the schema, are a policy's
  bool page = false;
  bool nagios = false;
  std::string bundle;
  std::string config_root;
  std::string pause_for, pause_until, pause_reason;
  std::string plan = "acute", sign, discomfort, stiffness, export_file;
  bool none_of_these = false, warning = false, plain = false;
  std::string break_id, plugin_id, exercise_id, key, value, shell;
  int height_mm = 0, seconds = 0;
  std::string desk, pair, broker;
  std::string since, before, html_file;
  std::string at;
  bool csv = false, all = false, last = false, export_trace = false;
  std::vector<std::string> files;
  std::string from, to, zone;
  std::vector<std::string> addresses;
  std::int64_t limit = 0;  ///< 0: none
  SimulateOptions simulate;
};

/// Fills `app` with every command. `options` is written when `app` parses, and must outlive it.
void build_command_tree(CLI::App& app, Options& options);

}  // namespace poised::ctl
