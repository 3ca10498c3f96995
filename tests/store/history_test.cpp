// SPDX-License-Identifier: MIT
#include "store/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>

#include "rigs/program.hpp"

namespace poised::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr core::WallTime monday_nine(std::chrono::seconds(1772438400));  // 2026-03-02 08:00 UTC
constexpr std::int64_t nine = 1772438400;

Entry decision(core::Duration after, const std::string& json) {
  return {Entry::Kind::decision, monday_nine + after, json};
}

Entry skipped(core::Duration after, const std::string& id = "stretch") {
  return decision(after, R"({"event":"skipped","break":")" + id + "\"}");
}

std::vector<Entry> a_morning() {
  return {decision(0s, R"({"event":"session-start"})"),
          decision(1h, R"({"event":"prompt","break":"stretch"})"),
          decision(61min, R"({"event":"completed","break":"stretch","how":"taken"})"),
          decision(2h, R"({"event":"snoozed","break":"posture","also":["stretch"]})"),
          decision(125min, R"({"event":"posture","to":"standing","how":"answer"})"),
          decision(3h, R"({"event":"session-end","length_s":10500,"values":{"away_s":300}})"),
          {Entry::Kind::today, monday_nine + 3h,
           today_text("2026-03-02", {.present = 175min, .taken = 1})}};
}

std::string bytes_of(const fs::path& directory) {
  std::ostringstream all;
  for (const auto& file : fs::directory_iterator(directory))
    all << std::ifstream(file.path(), std::ios::binary).rdbuf();
  return all.str();
}

class AHistory : public testing::Test {
 protected:
  Outcome write_entries(std::vector<Entry> entries, bool check = true) const {
    return write({directory_, 24h * 90, monday_nine + 24h, check, std::move(entries)});
  }
  std::vector<BreakOutcome> breaks() const {
    return History::open_to_read(directory_).value().breaks(0);
  }
  std::size_t sound_records() const {
    Database database(history_file(directory_), Database::Access::read);
    EXPECT_EQ(database.text("PRAGMA integrity_check"), "ok");
    return breaks().size();
  }

  rig::TemporaryDirectory root_;
  fs::path directory_ = root_.path() / "state/poised";
};

TEST_F(AHistory, IsReadableByItsOwnerOnly) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  struct stat status {};
  ASSERT_EQ(::stat(directory_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat(history_file(directory_).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AHistory, PutsRightAFileThatOthersCanRead) {
  ASSERT_EQ(write_entries({}).problem, "");
  ASSERT_EQ(::chmod(history_file(directory_).c_str(), 0644), 0);
  ASSERT_EQ(write_entries({}).problem, "");
  struct stat status {};
  ASSERT_EQ(::stat(history_file(directory_).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AHistory, HoldsHowBreaksEndedSessionsPosturesAndDays) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  auto history = History::open_to_read(directory_).value();
  const auto breaks = history.breaks(0);
  ASSERT_EQ(breaks.size(), 3U);
  EXPECT_EQ(breaks[0].outcome, "taken");
  EXPECT_EQ(breaks[0].at, nine + 61 * 60);
  EXPECT_EQ(breaks[1].break_id, "posture");
  EXPECT_EQ(breaks[2].break_id, "stretch") << "both of a joined prompt";
  const auto sessions = history.sessions(0);
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].start, nine);
  EXPECT_EQ(sessions[0].end, nine + 3 * 3600 - 300) << "back-dated";
  ASSERT_EQ(history.postures(0).size(), 1U);
  EXPECT_EQ(history.postures(0)[0].posture, "standing");
  ASSERT_EQ(history.days("2026-03-02").size(), 1U);
  EXPECT_EQ(history.days("2026-03-02")[0].totals.present, 175min);
  EXPECT_TRUE(history.days("2026-03-03").empty());
  EXPECT_EQ(history.breaks(nine + 2 * 3600).size(), 2U);
  EXPECT_EQ(history.oldest(), nine);
}

TEST_F(AHistory, TakesTheLatestTotalsOfADay) {
  write_entries(a_morning());
  write_entries({{Entry::Kind::today, monday_nine + 4h, today_text("2026-03-02", {.taken = 7})}});
  const auto days = History::open_to_read(directory_)->days("");
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].totals.taken, 7U);
}

TEST_F(AHistory, CountsASessionWhoseBeginningIsNotThere) {
  write_entries({decision(3h, R"({"event":"session-end","length_s":3600})")});
  const auto sessions = History::open_to_read(directory_)->sessions(0);
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].start, nine + 2 * 3600);
}

TEST_F(AHistory, IsKeptForItsRetention) {
  write_entries(a_morning());
  write_entries({skipped(90 * 24h)});
  ASSERT_EQ(breaks().size(), 4U) << "the morning is 90 days old tomorrow";
  Batch later{directory_, 24h * 90, monday_nine + 24h * 90 + 62min, false, {}};
  ASSERT_EQ(write(later).problem, "");
  EXPECT_EQ(breaks().size(), 3U);
  later.now += 24h;
  ASSERT_EQ(write(later).problem, "");
  EXPECT_EQ(breaks().size(), 1U);
  EXPECT_TRUE(History::open_to_read(directory_)->days("").empty());
  EXPECT_TRUE(History::open_to_read(directory_)->sessions(0).empty());
}

TEST_F(AHistory, IsNotThereBeforeItIsWritten) {
  EXPECT_FALSE(History::open_to_read(directory_).has_value());
  EXPECT_FALSE(fs::exists(directory_));
}

// ------------------------------------------------------------------------- forgetting

TEST_F(AHistory, ForgetsSoThatNoByteIsLeft) {
  const std::string marker = "xylophone-of-the-north";
  std::vector<Entry> entries;
  for (int i = 0; i < 2000; ++i) entries.push_back(skipped(i * 1min, marker));
  ASSERT_EQ(write_entries(entries).problem, "");
  ASSERT_THAT(bytes_of(directory_), HasSubstr(marker));
  std::string note;
  History::open(directory_, History::Check::quick, note).forget(std::nullopt, "");
  EXPECT_EQ(bytes_of(directory_).find(marker), std::string::npos);
  EXPECT_TRUE(breaks().empty());
}

TEST_F(AHistory, ForgetsWhatIsOlder) {
  ASSERT_EQ(write_entries({skipped(0s, "older"),
                           skipped(48h, "newer"),
                           {Entry::Kind::today, monday_nine, today_text("2026-03-02", {})},
                           {Entry::Kind::today, monday_nine, today_text("2026-03-04", {})}})
                .problem,
            "");
  std::string note;
  History::open(directory_, History::Check::quick, note).forget(nine + 24 * 3600, "2026-03-02");
  ASSERT_EQ(breaks().size(), 1U);
  EXPECT_EQ(breaks()[0].break_id, "newer");
  ASSERT_EQ(History::open_to_read(directory_)->days("").size(), 1U);
  EXPECT_EQ(bytes_of(directory_).find("older"), std::string::npos);
}

TEST_F(AHistory, ForgetsWhileAReaderLooksOn) {
  ASSERT_EQ(write_entries({skipped(0s, "older")}).problem, "");
  auto reader = History::open_to_read(directory_).value();
  ASSERT_EQ(reader.breaks(0).size(), 1U);
  std::string note;
  History::open(directory_, History::Check::quick, note).forget(std::nullopt, "");
  EXPECT_TRUE(reader.breaks(0).empty());
  EXPECT_EQ(bytes_of(directory_).find("older"), std::string::npos);
}

// -------------------------------------------------------------------------- accidents

TEST_F(AHistory, SetsADamagedFileAsideAndGoesOn) {
  write_entries(a_morning());
  const auto file = history_file(directory_);
  std::ofstream(file) << "this is no database at all, and longer than a header of a hundred bytes "
                         "would have to be for it to be looked at";
  const auto outcome = write_entries({skipped(5h)});
  EXPECT_EQ(outcome.problem, "");
  EXPECT_THAT(outcome.note, HasSubstr("damaged; it is kept as history.db.damaged-"));
  EXPECT_EQ(breaks().size(), 1U);
  const auto beside = damaged_files(directory_);
  ASSERT_EQ(beside.size(), 1U) << testing::PrintToString(beside);
  EXPECT_THAT(bytes_of(directory_), HasSubstr("this is no database at all"));
}

TEST_F(AHistory, RescuesWhatADamagedFileStillHas) {
  std::vector<Entry> entries;
  for (int i = 0; i < 3000; ++i) entries.push_back(skipped(i * 1min));
  ASSERT_EQ(write_entries(entries).problem, "");
  const auto file = history_file(directory_);
  const auto size = fs::file_size(file);
  {
    std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
    damage << std::string(4096 * 3, '\xA5');
  }
  const auto outcome = write_entries({skipped(72h, "after")});
  EXPECT_EQ(outcome.problem, "");
  EXPECT_THAT(outcome.note, HasSubstr("damaged"));
  const auto after = breaks();
  EXPECT_GT(after.size(), 100U) << outcome.note;
  EXPECT_EQ(after.back().break_id, "after");
  EXPECT_EQ(sound_records(), after.size());
}

TEST_F(AHistory, LeavesAFileOfANewerVersionAlone) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  Database(history_file(directory_), Database::Access::write).run("PRAGMA user_version = 1000");
  const auto before = bytes_of(directory_);
  const auto outcome = write_entries({skipped(5h)});
  EXPECT_THAT(outcome.problem, HasSubstr("history.db: made by a newer poised"));
  EXPECT_EQ(bytes_of(directory_), before);
  EXPECT_THROW(History::open_to_read(directory_), DatabaseError);
}

TEST_F(AHistory, SaysWhenTheDirectoryCannotBeMade) {
  std::ofstream(root_.path() / "state") << "a file";
  EXPECT_THAT(write_entries(a_morning()).problem, HasSubstr("state/poised: Not a directory"));
}

TEST_F(AHistory, FollowsNoLink) {
  fs::create_directories(directory_);
  std::ofstream(root_.path() / "elsewhere") << "precious";
  fs::create_symlink(root_.path() / "elsewhere", history_file(directory_));
  EXPECT_THAT(write_entries(a_morning()).problem, HasSubstr("history.db"));
  EXPECT_EQ(fs::file_size(root_.path() / "elsewhere"), 8U);
}

TEST_F(AHistory, MayLieBehindALinkedDirectory) {
  fs::create_directories(root_.path() / "disk");
  fs::create_symlink(root_.path() / "disk", root_.path() / "state");
  EXPECT_EQ(write_entries(a_morning()).problem, "");
  EXPECT_EQ(breaks().size(), 3U);
}

TEST_F(AHistory, WaitsForALockAndThenSaysSo) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  Database other(history_file(directory_), Database::Access::write);
  other.run("BEGIN IMMEDIATE");
  EXPECT_THAT(write_entries({skipped(5h)}, false).problem, HasSubstr("database is locked"));
  other.run("COMMIT");
  EXPECT_EQ(write_entries({skipped(5h)}).problem, "");
  EXPECT_EQ(breaks().size(), 4U);
}

/// Runs `what` in a child process; its wait status.
int in_a_child(const std::function<bool()>& what) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(what() ? 0 : 1);
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

bool ended_well(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(AHistory, IsReadWhereNothingCanBeWritten) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  // For root nothing is read-only: an ordinary user looks at what belongs to nobody else.
  const uid_t ordinary = ::geteuid() == 0 ? 65534 : ::geteuid();
  for (const auto& path :
       {root_.path(), root_.path() / "state", directory_, history_file(directory_)})
    ASSERT_EQ(::lchown(path.c_str(), ordinary, static_cast<gid_t>(-1)), 0);
  ASSERT_EQ(::chmod(history_file(directory_).c_str(), 0400), 0);
  ASSERT_EQ(::chmod(directory_.c_str(), 0500), 0);
  EXPECT_TRUE(ended_well(in_a_child([&] {
    if (::geteuid() == 0 && ::setresuid(ordinary, ordinary, ordinary) != 0) return false;
    const auto outcome = write_entries({skipped(5h)});
    return breaks().size() == 3 && outcome.problem.find("ermission denied") != std::string::npos;
  })));
  ::chmod(directory_.c_str(), 0700);
}

TEST_F(AHistory, KeepsWhatItHasWhenTheDiskIsFull) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  EXPECT_TRUE(ended_well(in_a_child([&] {
    const rlimit small{16 * 1024, 16 * 1024};
    ::signal(SIGXFSZ, SIG_IGN);
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return false;
    std::vector<Entry> entries;
    for (int i = 0; i < 5000; ++i) entries.push_back(skipped(i * 1s));
    return !write_entries(entries).problem.empty();
  })));
  EXPECT_EQ(sound_records(), 3U) << "all or nothing";
  EXPECT_EQ(write_entries({skipped(5h)}).problem, "");
  EXPECT_EQ(sound_records(), 4U);
}

// Killed by the kernel at each size that its files can have: a sweep over the points of a crash.
TEST_F(AHistory, SurvivesACrashAtAnyPointOfAWrite) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  int killed = 0;
  std::size_t records = 3;
  for (rlim_t limit = 0; limit < 300 * 1024; limit += limit < 48 * 1024 ? 1000 : 9000) {
    const int status = in_a_child([&] {
      const rlimit small{limit, limit};
      if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return false;
      std::vector<Entry> entries;
      for (int i = 0; i < 200; ++i) entries.push_back(skipped(i * 1s));
      return write_entries(entries).problem.empty();
    });
    if (WIFSIGNALED(status)) {
      ASSERT_EQ(WTERMSIG(status), SIGXFSZ);
      ++killed;
    }
    const auto now = sound_records();
    ASSERT_TRUE(now == records || now == records + 200) << now << " after " << records;
    records = now;
  }
  EXPECT_GT(killed, 20);
  EXPECT_GT(records, 200U);
}

TEST_F(AHistory, IsUpgradedFromTheFirstVersion) {
  ASSERT_EQ(write_entries(a_morning()).problem, "");
  {
    Database file(history_file(directory_), Database::Access::write);
    file.run("DROP TABLE decision; DROP TABLE input; PRAGMA user_version = 1");
  }
  EXPECT_THROW(History::open_to_read(directory_), DatabaseError) << "only who writes upgrades";
  ASSERT_EQ(write_entries({skipped(5h)}).problem, "");
  EXPECT_EQ(breaks().size(), 4U);
  EXPECT_EQ(History::open_to_read(directory_)->decisions(0).size(), 1U);
  Database file(history_file(directory_), Database::Access::read);
  EXPECT_EQ(file.number("PRAGMA application_id"), 0x506F6973);
}

TEST_F(AHistory, HoldsDecisionsAndWhatWasToldForTwoDays) {
  auto entries = a_morning();
  entries.push_back({Entry::Kind::start, monday_nine, "start"});
  entries.push_back({Entry::Kind::input, monday_nine + 1h, "active"});
  Batch batch{directory_, 24h * 90, monday_nine + 48h, false, entries};
  ASSERT_EQ(write(batch).problem, "");
  const auto decisions = [this] { return History::open_to_read(directory_)->decisions(0); };
  const auto inputs = [this] { return History::open_to_read(directory_)->inputs(0); };
  EXPECT_EQ(decisions().size(), 6U);
  ASSERT_EQ(inputs().size(), 2U);
  EXPECT_EQ(inputs()[0].kind, Entry::Kind::start);
  batch = {directory_, 24h * 90, monday_nine + 50h, false, {}};
  ASSERT_EQ(write(batch).problem, "");
  EXPECT_EQ(decisions().size(), 3U);
  EXPECT_TRUE(inputs().empty());
  EXPECT_EQ(breaks().size(), 3U) << "the history itself stays";
  EXPECT_EQ(bytes_of(directory_).find("active"), std::string::npos) << "overwritten, too";
}

// ------------------------------------------------------------------------------ batches

TEST(ABatch, ArrivesWholeOrNotAtAll) {
  Batch batch{"/home/kim ö/state", 24h, monday_nine, true, a_morning()};
  const auto text = to_text(batch);
  EXPECT_EQ(batch_of(text), batch);
  for (std::size_t length = 0; length < text.size(); length += 7)
    EXPECT_FALSE(batch_of(text.substr(0, length)).has_value()) << length;
  EXPECT_FALSE(batch_of("{}\nend\n").has_value());
  EXPECT_FALSE(batch_of("end\n").has_value());
}

TEST_F(AHistory, IsErasedByABatchWithWhatWasSetAside) {
  Batch batch{directory_, 24h * 90, monday_nine, false, a_morning()};
  ASSERT_EQ(write(batch).problem, "");
  ASSERT_FALSE(breaks().empty());
  const auto aside = history_file(directory_).string() + damaged_mark + "20260302T090000Z";
  std::ofstream(aside) << "stretch";
  batch.entries.clear();
  batch.erase = true;
  EXPECT_EQ(batch_of(to_text(batch)), batch);
  EXPECT_EQ(write(batch).problem, "");
  EXPECT_TRUE(breaks().empty());
  EXPECT_FALSE(fs::exists(aside));
}

TEST(ABatch, WithoutAnAnswerIsAProblem) {
  EXPECT_EQ(outcome_of(to_text(Outcome{"a note", ""})), (Outcome{"a note", ""}));
  EXPECT_THAT(outcome_of("").problem, HasSubstr("ended without an answer"));
}

TEST(FileSystems, OfSeveralMachinesGetNoWriteAheadLog) {
  EXPECT_TRUE(is_network_file_system(0x6969)) << "NFS";
  EXPECT_TRUE(is_network_file_system(0xFF534D42)) << "CIFS";
  EXPECT_TRUE(is_network_file_system(static_cast<std::int32_t>(0xFE534D42))) << "SMB 2";
  EXPECT_FALSE(is_network_file_system(0xEF53)) << "ext4";
  EXPECT_FALSE(is_network_file_system(0x01021994)) << "tmpfs";
}

}  // namespace
}  // namespace poised::store
