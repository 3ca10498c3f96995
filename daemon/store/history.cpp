// SPDX-License-Identifier: MIT
#include "store/history.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>
#include <system_error>

namespace poised::store {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view header("SQLite format 3\0", 16);
constexpr std::int64_t application_id = 0x506F6973;  // "Pois": what `file` and others recognise

// Each brings the file one version further. What is released is never changed, only added to.
constexpr std::array migrations{R"(
  CREATE TABLE break (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, break TEXT NOT NULL, outcome TEXT NOT NULL);
  CREATE INDEX break_at ON break (at);
  CREATE TABLE session (id INTEGER PRIMARY KEY, start INTEGER NOT NULL, end INTEGER);
  CREATE INDEX session_start ON session (start);
  CREATE TABLE posture (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, posture TEXT NOT NULL, how TEXT NOT NULL);
  CREATE INDEX posture_at ON posture (at);
  CREATE TABLE day (date TEXT PRIMARY KEY, totals TEXT NOT NULL);
)",
                                R"(
  CREATE TABLE decision (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, json TEXT NOT NULL);
  CREATE INDEX decision_at ON decision (at);
  CREATE TABLE input (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
  CREATE INDEX input_at ON input (at);
)"};
constexpr std::chrono::hours ring_length{48};
constexpr std::int64_t most_in_ring = 20'000;  // of each kind: some 4 MiB, whatever goes wrong
constexpr auto newest_version = static_cast<std::int64_t>(migrations.size());

// The tables, and which column says when.
struct Table {
  const char* name;
  const char* time;
  const char* columns;
};
constexpr std::array ring{Table{"decision", "at", "id, at, json"},
                          Table{"input", "at", "id, at, kind, text"}};
constexpr std::array tables{Table{"break", "at", "id, at, break, outcome"},
                            Table{"session", "start", "id, start, end"},
                            Table{"posture", "at", "id, at, posture, how"}};

DatabaseError problem(const fs::path& path, const std::string& reason) {
  return {fmt::format("history: {}: {}", path.string(), reason), false};
}

std::int64_t seconds_of(core::WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

std::string date_of(std::int64_t utc) {
  const std::time_t time = utc;
  std::tm local{};
  localtime_r(&time, &local);
  return fmt::format("{:%Y-%m-%d}", local);
}

/// With the links on the way resolved: SQLite is told to follow none, so that the file itself
/// cannot be one.
fs::path real_file(const fs::path& directory) {
  std::error_code error;
  const auto real = fs::canonical(directory, error);
  return history_file(error ? directory : real);
}

/// Where everybody may make folders, somebody else may have made this one, to read what is in it.
bool is_a_trap(const fs::path& directory) {
  struct stat parent {};
  struct stat own {};
  return ::stat(directory.parent_path().c_str(), &parent) == 0 && (parent.st_mode & S_IWOTH) != 0 &&
         ::lstat(directory.c_str(), &own) == 0 && own.st_uid != ::geteuid();
}

void make_directory(const fs::path& named) {
  const auto directory = named.has_filename() ? named : named.parent_path();  // "here/"
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) == 0) return;
  if (errno != EEXIST) throw problem(directory, std::strerror(errno));
  if (is_a_trap(directory))
    throw problem(directory, "belongs to somebody else, in a folder that everybody may write to");
}

/// Exists from the start with the right mode, whatever the umask. SQLite would take a short file
/// that is none of its own for an empty one, and write over it.
void make_file(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) throw problem(file, std::strerror(errno));
  struct stat status {};
  const bool open_to_others = ::fstat(fd, &status) == 0 && (status.st_mode & 077U) != 0;
  if (open_to_others) ::fchmod(fd, 0600);
  std::array<char, header.size()> head{};
  const auto count = ::pread(fd, head.data(), head.size(), 0);
  ::close(fd);
  if (count != 0 && std::string_view(head.data(), head.size()) != header)
    throw DatabaseError(fmt::format("history: {}: not a database", file.string()), true);
}

void prepare(Database& database, const fs::path& directory) {
  const auto mode = journal_mode_for(directory);
  // Without shared memory, which network file systems cannot give it, SQLite needs the file alone.
  if (mode != "wal") database.run("PRAGMA locking_mode = EXCLUSIVE");
  if (database.text("PRAGMA journal_mode = " + mode) != mode)
    database.run("PRAGMA journal_mode = TRUNCATE");
  database.run("PRAGMA synchronous = FULL");
  database.run("PRAGMA secure_delete = ON");
  database.run("PRAGMA temp_store = MEMORY");  // no copies in temporary files
  database.run("PRAGMA cache_size = -256");
}

void migrate(Database& database) {
  const auto version = [&] { return database.number("PRAGMA user_version"); };
  if (version() > newest_version)
    throw problem(database.file(), fmt::format("made by a newer poised (version {}, this one knows "
                                               "{}); it is left alone",
                                               version(), newest_version));
  while (version() < newest_version) {
    Transaction transaction(database);
    const auto from = version();  // another process may have been here first
    if (from < newest_version) {
      database.run(migrations.at(static_cast<std::size_t>(from)));
      database.run(fmt::format("PRAGMA user_version = {}", from + 1));
      database.run(fmt::format("PRAGMA application_id = {}", application_id));
    }
    transaction.commit();
  }
}

Database open_checked(const fs::path& directory, const fs::path& file, History::Check check) {
  make_file(file);
  Database database(file, Database::Access::create);
  prepare(database, directory);
  migrate(database);
  if (check == History::Check::quick && database.text("PRAGMA quick_check(1)") != "ok")
    throw DatabaseError(fmt::format("history: {}: damaged", file.string()), true);
  return database;
}

/// Row by row, as far as it can be read.
std::int64_t rescue(Database& from, Database& to, const Table& table) {
  std::int64_t rescued = 0;
  try {
    const std::string columns = table.columns;
    const auto count = 1 + std::count(columns.begin(), columns.end(), ',');
    std::string marks = "?";
    for (auto i = count; i > 1; --i) marks += ", ?";
    auto rows = from.prepare(fmt::format("SELECT {} FROM {}", columns, table.name));
    auto insert = to.prepare(
        fmt::format("INSERT OR IGNORE INTO {} ({}) VALUES ({})", table.name, columns, marks));
    while (rows.step()) {
      for (int i = 0; i < count; ++i) {
        if (rows.is_null(i))
          insert.bind(std::optional<std::int64_t>());
        else
          insert.bind(rows.text(i));  // the columns' affinity makes numbers of it again
      }
      insert.run();
      ++rescued;
    }
  } catch (const DatabaseError&) {
    // The rest of this table is lost; the file that was set aside still has it.
  }
  return rescued;
}

fs::path set_aside(const fs::path& file) {
  const auto now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  auto aside = fmt::format("{}{}{:%Y%m%dT%H%M%SZ}", file.string(), damaged_mark, utc);
  while (fs::exists(aside)) aside += "+";
  if (::rename(file.c_str(), aside.c_str()) != 0) throw problem(file, std::strerror(errno));
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    const auto beside = file.string() + suffix;
    if (::rename(beside.c_str(), (aside + suffix).c_str()) != 0) ::unlink(beside.c_str());
  }
  return aside;
}

std::string break_outcome(const Json& decision) {
  const auto event = decision.value("event", "");
  if (event == "completed") return decision.value("how", "");
  if (event == "snoozed" || event == "skipped" || event == "expired" || event == "missed")
    return event;
  return {};
}

}  // namespace

bool is_network_file_system(std::int64_t type) {
  // Those that <linux/magic.h> does not name.
  constexpr std::int64_t cifs = 0xFF534D42, smb2 = 0xFE534D42, gfs2 = 0x01161970,
                         ocfs2 = 0x7461636F, ceph = 0x00C36400, lustre = 0x0BD00BD0,
                         fuse = 0x65735546;
  for (const std::int64_t shared :
       {std::int64_t{NFS_SUPER_MAGIC}, std::int64_t{SMB_SUPER_MAGIC}, std::int64_t{AFS_SUPER_MAGIC},
        std::int64_t{AFS_FS_MAGIC}, std::int64_t{CODA_SUPER_MAGIC}, std::int64_t{V9FS_MAGIC},
        std::int64_t{NCP_SUPER_MAGIC}, cifs, smb2, gfs2, ocfs2, ceph, lustre, fuse})
    if ((type & 0xFFFFFFFF) == shared) return true;
  return false;
}

std::string journal_mode_for(const fs::path& directory) {
  struct statfs status {};
  if (::statfs(directory.c_str(), &status) != 0) return "wal";
  return is_network_file_system(static_cast<std::int64_t>(status.f_type)) ? "truncate" : "wal";
}

History History::open(const fs::path& directory, Check check, std::string& note) {
  make_directory(directory);
  const auto file = real_file(directory);
  try {
    return History(open_checked(directory, file, check));
  } catch (const DatabaseError& error) {
    if (!error.damaged()) throw;
  }
  const auto aside = set_aside(file);
  auto fresh = open_checked(directory, file, Check::none);
  std::int64_t rescued = 0;
  try {
    Database damaged(aside, Database::Access::read);
    Transaction transaction(fresh);
    for (const auto& table : tables) rescued += rescue(damaged, fresh, table);
    for (const auto& table : ring) rescued += rescue(damaged, fresh, table);
    rescued += rescue(damaged, fresh, {"day", "date", "date, totals"});
    transaction.commit();
  } catch (const DatabaseError&) {
    // Nothing of it can be read.
  }
  note = fmt::format("history: {}: damaged; it is kept as {}, and {} records of it go on",
                     file.string(), aside.filename().string(), rescued);
  return History(std::move(fresh));
}

History History::in_memory() {
  Database database(":memory:", Database::Access::create);
  migrate(database);
  return History(std::move(database));
}

std::optional<History> History::open_to_read(const fs::path& directory) {
  const auto file = real_file(directory);
  std::error_code error;
  if (!fs::exists(file, error) && !error) return std::nullopt;
  const auto checked = [&](Database::Access access) {
    Database database(file, access);
    const auto version = database.number("PRAGMA user_version");
    if (version > newest_version)
      throw problem(file, fmt::format("made by a newer poised (version {})", version));
    if (version < newest_version)
      throw problem(file, "made by an older poised; it is brought up to date when poised runs");
    return History(std::move(database));
  };
  // Who may write leaves nothing beside the file when it is closed again.
  for (const auto access : {Database::Access::write, Database::Access::read}) {
    try {
      return checked(access);
    } catch (const DatabaseError& failure) {
      const bool may_not_write =
          ::access(file.c_str(), W_OK) != 0 || ::access(file.parent_path().c_str(), W_OK) != 0;
      if (failure.damaged() || !may_not_write) throw;
    }
  }
  // A reader makes a file beside it too. Where it may not, nobody can have written either.
  return checked(Database::Access::immutable);
}

void History::add(const std::vector<Entry>& entries) {
  Transaction transaction(database_);
  for (const auto& entry : entries) {
    switch (entry.kind) {
      case Entry::Kind::decision:
        add_decision(entry);
        break;
      case Entry::Kind::input:
      case Entry::Kind::start:
      case Entry::Kind::snapshot:
        database_.prepare("INSERT INTO input (at, kind, text) VALUES (?, ?, ?)")
            .bind(seconds_of(entry.at))
            .bind(word(entry.kind))
            .bind(entry.text)
            .run();
        break;
      case Entry::Kind::today:
        add_today(entry);
        break;
    }
  }
  transaction.commit();
}

void History::add_decision(const Entry& entry) {
  const auto decision = Json::parse(entry.text, nullptr, false);
  if (!decision.is_object()) return;
  const auto at = seconds_of(entry.at);
  database_.prepare("INSERT INTO decision (at, json) VALUES (?, ?)")
      .bind(at)
      .bind(entry.text)
      .run();
  const auto event = decision.value("event", "");
  if (const auto outcome = break_outcome(decision); !outcome.empty()) {
    auto insert = database_.prepare("INSERT INTO break (at, break, outcome) VALUES (?, ?, ?)");
    const auto add = [&](const std::string& id) { insert.bind(at).bind(id).bind(outcome).run(); };
    add(decision.value("break", ""));
    for (const auto& also : decision.value("also", Json::array())) add(also.get<std::string>());
  } else if (event == "session-start") {
    database_.prepare("INSERT INTO session (start) VALUES (?)").bind(at).run();
  } else if (event == "session-end") {
    const auto values = decision.value("values", Json::object());
    const auto end = at - values.value("away_s", std::int64_t{0});
    database_
        .prepare(
            "UPDATE session SET end = max(start, ?) WHERE end IS NULL AND id = "
            "(SELECT max(id) FROM session)")
        .bind(end)
        .run();
    if (database_.changes() > 0) return;
    // Its beginning was forgotten, or never seen.
    database_.prepare("INSERT INTO session (start, end) VALUES (?, ?)")
        .bind(end - decision.value("length_s", std::int64_t{0}))
        .bind(end)
        .run();
  } else if (event == "posture") {
    database_.prepare("INSERT INTO posture (at, posture, how) VALUES (?, ?, ?)")
        .bind(at)
        .bind(decision.value("to", ""))
        .bind(decision.value("how", ""))
        .run();
  }
}

void History::add_today(const Entry& entry) {
  const auto totals = Json::parse(entry.text, nullptr, false);
  if (!totals.is_object()) return;
  database_
      .prepare(
          "INSERT INTO day (date, totals) VALUES (?, ?) "
          "ON CONFLICT (date) DO UPDATE SET totals = excluded.totals")
      .bind(totals.value("date", ""))
      .bind(entry.text)
      .run();
}

void History::prune(core::WallTime now, core::Duration retention) {
  const auto before = seconds_of(now - retention);
  Transaction transaction(database_);
  for (const auto& table : tables)
    database_.prepare(fmt::format("DELETE FROM {} WHERE {} < ?", table.name, table.time))
        .bind(before)
        .run();
  database_.prepare("DELETE FROM day WHERE date < ?").bind(date_of(before)).run();
  const auto ring_begins = seconds_of(now - std::min<core::Duration>(retention, ring_length));
  for (const auto& table : ring) {
    database_.prepare(fmt::format("DELETE FROM {} WHERE {} < ?", table.name, table.time))
        .bind(ring_begins)
        .run();
    database_
        .prepare(
            fmt::format("DELETE FROM {0} WHERE id <= (SELECT max(id) FROM {0}) - ?", table.name))
        .bind(most_in_ring)
        .run();
  }
  transaction.commit();
}

void History::forget(std::optional<std::int64_t> before, const std::string& before_date) {
  {
    Transaction transaction(database_);
    const auto erase = [&](const Table& table) {
      if (before)
        database_.prepare(fmt::format("DELETE FROM {} WHERE {} < ?", table.name, table.time))
            .bind(*before)
            .run();
      else
        database_.run(fmt::format("DELETE FROM {}", table.name));
    };
    std::for_each(tables.begin(), tables.end(), erase);
    std::for_each(ring.begin(), ring.end(), erase);
    if (before)
      database_.prepare("DELETE FROM day WHERE date <= ?").bind(before_date).run();
    else
      database_.run("DELETE FROM day");
    transaction.commit();
  }
  database_.run("VACUUM");
  // Old pages live on in the log until it is emptied.
  auto checkpoint = database_.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  if (checkpoint.step() && checkpoint.number(0) != 0)
    throw problem(database_.file(), "in use by another program; run it again");
}

namespace {

void erase(const fs::path& directory, std::string& note) {
  if (fs::exists(history_file(directory)))
    History::open(directory, History::Check::quick, note).forget({}, {});
  for (const auto& path : damaged_files(directory)) fs::remove(path);
}

}  // namespace

Outcome write(const Batch& batch) {
  Outcome outcome;
  const auto attempt = [&](History::Check check) {
    if (batch.erase) return erase(batch.directory, outcome.note);
    auto history = History::open(batch.directory, check, outcome.note);
    history.add(batch.entries);
    history.prune(batch.now, batch.retention);
  };
  try {
    try {
      attempt(batch.check ? History::Check::quick : History::Check::none);
    } catch (const DatabaseError& error) {
      if (!error.damaged()) throw;
      attempt(History::Check::quick);  // sets the damaged file aside
    }
  } catch (const std::exception& error) {
    outcome.problem = error.what();
  }
  return outcome;
}

std::vector<BreakOutcome> History::breaks(std::int64_t since) {
  std::vector<BreakOutcome> all;
  auto rows =
      database_.prepare("SELECT at, break, outcome FROM break WHERE at >= ? ORDER BY at, id");
  rows.bind(since);
  while (rows.step()) all.push_back({rows.number(0), rows.text(1), rows.text(2)});
  return all;
}

std::vector<SessionSpan> History::sessions(std::int64_t since) {
  std::vector<SessionSpan> all;
  auto rows = database_.prepare(
      "SELECT start, end FROM session WHERE coalesce(end, start) >= ? ORDER BY start, id");
  rows.bind(since);
  while (rows.step())
    all.push_back({rows.number(0), rows.is_null(1) ? std::nullopt : std::optional(rows.number(1))});
  return all;
}

std::vector<PostureChange> History::postures(std::int64_t since) {
  std::vector<PostureChange> all;
  auto rows =
      database_.prepare("SELECT at, posture, how FROM posture WHERE at >= ? ORDER BY at, id");
  rows.bind(since);
  while (rows.step()) all.push_back({rows.number(0), rows.text(1), rows.text(2)});
  return all;
}

std::vector<DayRecord> History::days(const std::string& since_date) {
  std::vector<DayRecord> all;
  auto rows = database_.prepare("SELECT date, totals FROM day WHERE date >= ? ORDER BY date");
  rows.bind(since_date);
  while (rows.step()) {
    const auto json = Json::parse(rows.text(1), nullptr, false);
    if (!json.is_object()) continue;
    const auto count = [&](const char* key) { return json.value(key, std::uint32_t{0}); };
    const auto length = [&](const char* key) {
      return core::Duration(std::chrono::seconds(json.value(key, std::int64_t{0})));
    };
    DayRecord day{rows.text(0), {}};
    auto& totals = day.totals;
    totals.present = length("present_s");
    totals.sessions = count("sessions");
    totals.prompts = count("prompts");
    totals.taken = count("taken");
    totals.natural = count("natural");
    totals.snoozed = count("snoozed");
    totals.skipped = count("skipped");
    totals.held = count("held");
    totals.expired = count("expired");
    totals.missed = count("missed");
    totals.longest_sitting = length("longest_sitting_s");
    totals.standing = length("standing_s");
    all.push_back(std::move(day));
  }
  return all;
}

std::vector<Decision> History::decisions(std::int64_t since) {
  std::vector<Decision> all;
  auto rows = database_.prepare("SELECT at, json FROM decision WHERE at >= ? ORDER BY id");
  rows.bind(since);
  while (rows.step()) all.push_back({rows.number(0), rows.text(1)});
  return all;
}

std::vector<TraceText> History::inputs(std::int64_t since) {
  std::vector<TraceText> all;
  auto rows = database_.prepare("SELECT at, kind, text FROM input WHERE at >= ? ORDER BY id");
  rows.bind(since);
  while (rows.step())
    all.push_back(
        {rows.number(0), kind_of(rows.text(1)).value_or(Entry::Kind::input), rows.text(2)});
  return all;
}

std::optional<std::int64_t> History::oldest() {
  std::optional<std::int64_t> oldest;
  for (const auto& table : tables) {
    auto rows = database_.prepare(fmt::format("SELECT min({}) FROM {}", table.time, table.name));
    if (rows.step() && !rows.is_null(0) && (!oldest || rows.number(0) < *oldest))
      oldest = rows.number(0);
  }
  return oldest;
}

}  // namespace poised::store
