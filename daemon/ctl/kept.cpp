// SPDX-License-Identifier: MIT
#include "ctl/kept.hpp"

#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/json.hpp"
#include "store/place.hpp"

namespace poised::ctl {
namespace {

std::vector<store::Entry> entries_of(const Json& answer) {
  std::vector<store::Entry> entries;
  for (const auto& item : list(answer, "entries")) {
    if (!item.is_array() || item.size() != 3 || !item[0].is_string() ||
        !item[1].is_number_integer() || !item[2].is_string())
      continue;
    const auto kind = store::kind_of(item[0].get<std::string>());
    if (!kind) continue;
    entries.push_back({*kind, core::WallTime(std::chrono::seconds(item[1].get<std::int64_t>())),
                       item[2].get<std::string>()});
  }
  return entries;
}

}  // namespace

Kept find_kept(const Options& options) {
  Kept kept;
  kept.config = config::load(roots_of(options), plugin_settings());
  kept.state_directory = store::state_directory();
  const auto& wanted = kept.config.settings.history.dir;
  kept.directory = wanted.empty() ? kept.state_directory : wanted;
  if (kept.directory.empty())
    throw Failure(Exit::failed,
                  options.command + ": state: neither XDG_STATE_HOME nor HOME says where it is");
  return kept;
}

Kept open_kept(const Options& options) {
  auto kept = find_kept(options);
  try {
    const auto answer = Json::parse(DaemonClient(options.command).history(), nullptr, false);
    kept.daemon_runs = true;
    kept.daemon_problem = text(answer, "problem");
    kept.in_memory = entries_of(answer);
  } catch (const Failure&) {
    // None, or one of another version: what is on the disk is all there is.
  }
  try {
    if (kept.keep() == config::HistoryKeep::disk)
      kept.history = store::History::open_to_read(kept.directory);
    if (!kept.history && !kept.in_memory.empty()) {
      kept.history = store::History::in_memory();
      kept.history->add(kept.in_memory);
    }
  } catch (const store::DatabaseError& error) {
    throw Failure(Exit::failed, options.command + ": " + error.what());
  }
  return kept;
}

}  // namespace poised::ctl
