// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "config/time_text.hpp"
#include "core/forget.hpp"
#include "core/local_time.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/days.hpp"
#include "ctl/json.hpp"
#include "ctl/kept.hpp"
#include "ctl/privacy_page.hpp"
#include "ctl/when.hpp"
#include "language/language.hpp"
#include "store/place.hpp"
#include "store/saved_state.hpp"
#include "store/state_file.hpp"

namespace poised::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day = 24 * 3600;
constexpr std::int64_t shown_days = 14;

std::int64_t seconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

struct Past {
  std::vector<store::DayRecord> days;
  std::vector<store::SessionSpan> sessions;
  std::vector<store::BreakOutcome> breaks;
  std::vector<store::PostureChange> postures;
};

Past past_since(store::History& history, std::int64_t since) {
  return {history.days(date_of(since)), history.sessions(since), history.breaks(since),
          history.postures(since)};
}

Json json_of(const Past& past, std::optional<std::int64_t> since) {
  auto days = Json::array(), sessions = Json::array(), breaks = Json::array(),
       postures = Json::array();
  for (const auto& record : past.days)
    days.push_back(Json::parse(store::today_text(record.date, record.totals)));
  for (const auto& span : past.sessions)
    sessions.push_back({{"start", instant_text(span.start)},
                        {"end", span.end ? Json(instant_text(*span.end)) : Json(nullptr)},
                        {"length_s", span.end ? Json(*span.end - span.start) : Json(nullptr)}});
  for (const auto& outcome : past.breaks)
    breaks.push_back({{"at", instant_text(outcome.at)},
                      {"break", outcome.break_id},
                      {"outcome", outcome.outcome}});
  for (const auto& change : past.postures)
    postures.push_back(
        {{"at", instant_text(change.at)}, {"posture", change.posture}, {"how", change.how}});
  return {{"since", since ? Json(instant_text(*since)) : Json(nullptr)},
          {"days", days},
          {"sessions", sessions},
          {"breaks", breaks},
          {"postures", postures}};
}

/// RFC 4180. No value needs quotes but a break's id could hold anything.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_of(const Past& past) {
  struct Row {
    std::int64_t at;
    std::string text;
  };
  std::vector<Row> rows;
  for (const auto& span : past.sessions)
    rows.push_back(
        {span.start, fmt::format("session,,,{}", span.end ? std::to_string(*span.end - span.start)
                                                          : std::string())});
  for (const auto& outcome : past.breaks)
    rows.push_back(
        {outcome.at, fmt::format("break,{},{},", cell(outcome.break_id), cell(outcome.outcome))});
  for (const auto& change : past.postures)
    rows.push_back(
        {change.at, fmt::format("posture,{},{},", cell(change.posture), cell(change.how))});
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.at < b.at; });
  std::string text = "at,kind,what,how,length_s\r\n";
  for (const auto& row : rows) text += fmt::format("{},{}\r\n", instant_text(row.at), row.text);
  return text;
}

std::string nothing_kept(const Kept& kept) {
  if (kept.keep() == config::HistoryKeep::none)
    return tr("No history is kept (history.keep is none).");
  if (kept.keep() == config::HistoryKeep::memory && !kept.daemon_runs)
    return tr("The history is kept in memory only (history.keep), and poised is not running.");
  return tr("There is no history yet.");
}

// ------------------------------------------------------------------------------ forget

/// True if there was anything to erase. Only where no daemon runs: it would write its own again.
bool erase_state(const Options& options, const Kept& kept, std::optional<std::int64_t> before) {
  const auto path = store::state_file(kept.state_directory);
  store::StateFile state(path);
  std::string problem;
  const auto text = state.read(problem);
  auto file = text ? store::from_json(*text, problem) : std::nullopt;
  if (file) {
    auto& saved = file->saved;
    const auto& today = saved.memory.day.date;
    if (before && today) {
      const core::WallTime last(std::chrono::seconds(*before) - core::Duration(1));
      if (core::local_day(kept.config.policy, last) < *today) return false;
    }
    core::forget(saved.memory, saved.boottime, !before);
    saved.keyboard_active = saved.pointer_active = {};
    problem = state.write(store::to_json(saved, file->boot_id, file->welcomed));
  }
  if (!problem.empty()) throw Failure(Exit::failed, options.command + ": " + problem);
  return file.has_value();
}

/// True if there was anything to erase.
bool erase_file(const Options& options, const Kept& kept, std::optional<std::int64_t> before) {
  const auto file = store::history_file(kept.directory);
  std::error_code error;
  bool found = fs::exists(file, error);
  const auto failed = [&](const std::string& reason) {
    return Failure(Exit::failed, options.command + ": " + reason);
  };
  if (found) {
    try {
      std::string note;
      auto history = store::History::open(kept.directory, store::History::Check::quick, note);
      // The day of `before` goes with what came before it, unless it begins there.
      history.forget(before, before ? date_of(*before - 1) : std::string());
    } catch (const store::DatabaseError& problem) {
      throw failed(problem.what());
    }
  }
  if (before) return found;
  for (const auto& path : store::damaged_files(kept.directory)) {
    found = true;
    if (!fs::remove(path, error))
      throw failed(fmt::format("history: {}: {}", path.string(), error.message()));
  }
  const auto broken = store::state_file(kept.state_directory).string() + ".broken";
  return fs::remove(broken, error) || found;
}

// ----------------------------------------------------------------------------- privacy

std::string size_text(std::uintmax_t bytes) {
  return bytes < 10 * 1024 ? tr_format("{} bytes", bytes) : fmt::format("{} KiB", bytes / 1024);
}

std::string readers_text(const std::optional<std::string>& server, bool others) {
  std::string text = tr("you, and the administrators of this machine");
  if (server)
    text += tr_format("; your home is on {}: its administrators and backups can read this file too",
                      *server);
  if (others)
    text += tr("; and others, for the mode of a file lets them: chmod go= puts that right");
  return text;
}

}  // namespace

Exit show_history(const Options& options, Output& output) {
  if (options.csv && options.json)
    throw Failure(Exit::usage, "history: --csv: not together with --json");
  std::optional<std::int64_t> since;
  if (!options.since.empty())
    since = moment_in_the_past(options.command, "--since", options.since, output.look.now);
  auto kept = open_kept(options);
  Past past;
  try {
    if (kept.history) past = past_since(*kept.history, since.value_or(0));
  } catch (const store::DatabaseError& error) {
    throw Failure(Exit::failed, options.command + ": " + error.what());
  }
  if (options.json) {
    output.out << json_of(past, since).dump(2) << '\n';
  } else if (options.csv) {
    output.out << csv_of(past);
  } else if (past.days.empty()) {
    output.out << (kept.history ? tr("Nothing in that time.") : nothing_kept(kept)) << '\n';
  } else {
    const auto first_shown = date_of(output.look.now - shown_days * day);
    const auto all = past.days.size();
    if (!since)
      std::erase_if(past.days, [&](const auto& record) { return record.date < first_shown; });
    output.out << render_days(past.days, output.look);
    if (past.days.size() < all)
      output.out << output.look.dim(tr_format("{} days before that: --since {}",
                                              all - past.days.size(),
                                              date_of(kept.history->oldest().value_or(0))))
                 << '\n';
  }
  if (!kept.daemon_problem.empty() && !options.json && !options.csv)
    output.out << output.look.warn(tr_format("Nothing is added to it now: {}", kept.daemon_problem))
               << '\n';
  return Exit::done;
}

Exit forget(const Options& options, Output& output) {
  if (options.before.empty() == !options.all)
    throw Failure(Exit::usage, "forget: one of --before and --all is needed");
  std::optional<std::int64_t> before;
  if (!options.all)
    before = moment_in_the_past(options.command, "--before", options.before, output.look.now);
  const auto kept = find_kept(options);
  bool daemon_runs = true;
  try {
    // The daemon first: what it has not written yet must not come after.
    DaemonClient(options.command).forget(before.value_or(0));
  } catch (const Failure& failure) {
    if (failure.exit() != Exit::no_daemon) throw;
    daemon_runs = false;
  }
  bool found = erase_file(options, kept, before);
  if (!daemon_runs) found = erase_state(options, kept, before) || found;
  if (options.json) {
    output.out << Json{{"done", options.command},
                       {"before", before ? Json(instant_text(*before)) : Json(nullptr)},
                       {"daemon", daemon_runs}}
                      .dump()
               << '\n';
  } else if (!found && !daemon_runs) {
    output.out << tr("There was nothing to forget.") << '\n';
  } else {
    output.out << (before ? tr_format("Forgotten: everything before {}.",
                                      clock_face(*before, output.look.now))
                          : tr("Forgotten: everything."))
               << '\n';
  }
  return Exit::done;
}

Exit show_privacy(const Options& options, Output& output) {
  if (options.page) {
    output.out << privacy_page();
    return Exit::done;
  }
  const auto& look = output.look;
  auto kept = find_kept(options);
  const auto& settings = kept.config.settings;
  const auto files = store::stored_files(kept.state_directory, kept.directory);
  const auto& [state, history, damaged, of_plugins, server, others] = files;
  std::optional<std::int64_t> oldest;
  std::string problem;
  try {
    if (auto file = store::History::open_to_read(kept.directory)) oldest = file->oldest();
  } catch (const store::DatabaseError& error) {
    problem = error.what();
  }
  const auto days = std::chrono::duration_cast<std::chrono::hours>(settings.history.retention) / 24;
  const auto retention = config::format_duration(settings.history.retention);
  const bool exports = settings.telemetry_export != config::TelemetryExport::off;

  if (options.json) {
    Json json = store::to_json(files);
    json["keep"] = config::word(settings.history.keep);
    json["retention_s"] = seconds(settings.history.retention);
    json["decisions_s"] = 2 * day;
    json["oldest"] = oldest ? Json(instant_text(*oldest)) : Json(nullptr);
    json["telemetry"] = exports ? "file" : "off";
    json["problem"] = problem;
    output.out << json.dump(2) << '\n';
    return Exit::done;
  }

  const auto put = [&](std::string_view label, const std::string& text) {
    output.out << row(look, label, text, 12);
  };
  const auto continued = [&](const std::string& text) { put("", text); };
  output.out << look.bold(tr("What Poised keeps about you")) << "\n\n";
  put(tr("Now"),
      tr("how long you have been at the screen, what comes next, your pauses, your posture, your "
         "plan with its weekly answers, exercises that hurt, and when your appointments are, never "
         "what they are:"));
  continued(state.exists ? state.path.string()
                         : tr_format("{}, not there yet", state.path.string()));
  output.out << '\n';
  switch (settings.history.keep) {
    case config::HistoryKeep::disk: {
      put(tr("History"),
          tr("each day's totals, when you came and went (absences of session.break or longer), how "
             "each break ended, and changes of posture:"));
      const auto where = history.path.string();
      continued(history.exists ? where + ", " + size_text(history.bytes)
                               : tr_format("{}, not there yet", where));
      auto how_long = days.count() > 1
                          ? tr_format("kept for {} days (history.retention)", days.count())
                          : tr_format("kept for {} (history.retention)", retention);
      if (oldest) how_long += tr_format(", the oldest of it is of {}", date_of(*oldest));
      continued(how_long);
      output.out << '\n';
      put(tr("Decisions"),
          tr("what was decided and by which rule, and the moments that it was told of: input that "
             "began or had ended, lock, sleep, calls, answers, pauses; in the same file, for 48 "
             "hours"));
      break;
    }
    case config::HistoryKeep::memory:
      put(tr("History"),
          tr("in the memory of the running daemon only, until it ends (history.keep)"));
      break;
    case config::HistoryKeep::none:
      put(tr("History"), tr("none (history.keep)"));
      break;
  }
  if (settings.history.keep != config::HistoryKeep::disk && history.exists)
    continued(tr_format("a file from before is still there: {}; poisectl forget --all erases it",
                        history.path.string()));
  for (const auto& file : damaged)
    continued(tr_format("set aside as damaged: {}, {}", file.path.string(), size_text(file.bytes)));
  if (!problem.empty()) continued(problem);
  output.out << '\n';
  if (!of_plugins.empty()) {
    put(tr("Plugins"),
        tr("for how long your desk has moved in the last 20 minutes; it must rest, so that forget "
           "leaves it:"));
    for (const auto& file : of_plugins) continued(file.path.string());
    output.out << '\n';
  }
  put(tr("Never"), tr("keys, window titles, names of applications, texts of your calendar"));
  put(tr("Read by"), readers_text(server, others));
  put(tr("Sent"),
      exports ? tr("nothing; figures about the software itself, not about you, are written to a "
                   "file on this machine (telemetry.export)")
              : tr("nothing leaves this machine"));
  put(tr("Erase"), tr("poisectl forget --all, or --before a date"));
  return Exit::done;
}

}  // namespace poised::ctl
