// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/terms.hpp"
#include "core/time.hpp"
#include "store/batch.hpp"
#include "store/database.hpp"
#include "store/stored_files.hpp"

// What happened, for the person to look back on: one SQLite file in their own folder, readable by
// nobody else. The daemon never opens it itself (see batch.hpp); poisectl does, with or without a
// daemon. All functions may throw DatabaseError.
namespace poised::store {

/// A break that came to an end, or was put off.
struct BreakOutcome {
  std::int64_t at = 0;  ///< UTC seconds, here and below
  std::string break_id;
  std::string outcome;  ///< taken, natural, snoozed, skipped, expired, missed
};
struct SessionSpan {
  std::int64_t start = 0;
  std::optional<std::int64_t> end;  ///< empty: it goes on, or its end was not seen
};
struct PostureChange {
  std::int64_t at = 0;
  std::string posture;
  std::string how;
};
struct DayRecord {
  std::string date;  ///< "2026-03-02", local, by the day's turn
  core::DayTotals totals;
};

/// For poisectl why: kept for 48 h, whatever the retention.
struct Decision {
  std::int64_t at = 0;
  std::string json;
};
/// One or more lines of a trace.
struct TraceText {
  std::int64_t at = 0;
  Entry::Kind kind = Entry::Kind::input;
  std::string text;
};

class History {
 public:
  enum class Check : std::uint8_t { quick, none };

  /// Opens `directory`'s file to write, making it (0600) and the directory (0700) where they are
  /// missing, and brings it up to this version. A damaged file is set aside under another name,
  /// never deleted; what can still be read of it goes over into the new one, and `note` says so in
  /// one line. One of a newer version is refused.
  static History open(const std::filesystem::path& directory, Check check, std::string& note);
  /// For looking only; empty if there is no file.
  static std::optional<History> open_to_read(const std::filesystem::path& directory);

  /// Empty, and gone with this object.
  static History in_memory();

  /// All or nothing.
  void add(const std::vector<Entry>& entries);
  /// Drops what is older than `retention`, and of the decisions what is older than 48 h.
  void prune(core::WallTime now, core::Duration retention);
  /// Erases what began before `before` (everything if empty) so that no byte of it stays in the
  /// file or beside it. `before_date`: days up to this local date go too.
  void forget(std::optional<std::int64_t> before, const std::string& before_date);

  std::vector<BreakOutcome> breaks(std::int64_t since);
  std::vector<SessionSpan> sessions(std::int64_t since);
  std::vector<PostureChange> postures(std::int64_t since);
  std::vector<DayRecord> days(const std::string& since_date);
  std::vector<Decision> decisions(std::int64_t since);
  std::vector<TraceText> inputs(std::int64_t since);
  /// UTC seconds of the oldest record; empty if there is none.
  std::optional<std::int64_t> oldest();

 private:
  explicit History(Database database) : database_(std::move(database)) {}
  void add_decision(const Entry& entry);
  void add_today(const Entry& entry);

  Database database_;
};

/// Opens the history, writes the batch and drops what is too old; for a batch that erases, erases
/// everything, also what was set aside. Throws nothing.
Outcome write(const Batch& batch);

/// Whether SQLite's write-ahead log works there: not where several machines see the file.
bool is_network_file_system(std::int64_t type);
/// The journal mode for the file system that `directory` is on: "wal", or "truncate".
std::string journal_mode_for(const std::filesystem::path& directory);

}  // namespace poised::store
