// SPDX-License-Identifier: MIT
#include "shell/file_watch.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace poised::shell {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct WatchedFiles : testing::Test {
  fs::path root;
  boost::asio::io_context loop{1};
  int changes = 0;
  FileWatch watch{loop, [this] { ++changes; }};

  void SetUp() override {
    char pattern[] = "/tmp/poised-watch-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    root = pattern;
  }
  void TearDown() override { fs::remove_all(root); }

  void write(const fs::path& path) { std::ofstream(path) << "x = 1\n"; }
  bool changed_within(std::chrono::seconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    const int before = changes;
    while (changes == before && std::chrono::steady_clock::now() < until) loop.run_one_until(until);
    return changes > before;
  }
};

TEST_F(WatchedFiles, ReportABurstOfChangesOnce) {
  watch.watch({root});
  for (int i = 0; i < 20; ++i) write(root / std::to_string(i));
  EXPECT_TRUE(changed_within(5s));
  loop.run_for(400ms);
  EXPECT_EQ(changes, 1);
}

TEST_F(WatchedFiles, ThatTheSystemHasNoWatchLeftForSaySo) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = dup(0);
  close(lowest_free);
  const rlimit full{static_cast<rlim_t>(lowest_free), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &full), 0);
  FileWatch blind(loop, [this] { ++changes; });
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(blind.problem(), "files: changes cannot be watched for: Too many open files");
  blind.watch({root});
  write(root / "poised.toml");
  loop.run_for(400ms);
  EXPECT_EQ(changes, 0);
}

TEST_F(WatchedFiles, ReportAFileThatIsReplacedByRename) {
  write(root / "new");
  watch.watch({root});
  fs::rename(root / "new", root / "poised.toml");
  EXPECT_TRUE(changed_within(5s));
}

TEST_F(WatchedFiles, ReportADirectoryThatDidNotExistYet) {
  watch.watch({root / "poised" / "conf.d"});
  fs::create_directory(root / "poised");
  EXPECT_TRUE(changed_within(5s));
}

TEST_F(WatchedFiles, ReportALinkThatIsReplacedAndNotItsNeighbours) {
  fs::create_symlink("/somewhere", root / "localtime");
  watch.watch({root / "localtime"});
  write(root / "hosts");
  loop.run_for(400ms);
  EXPECT_EQ(changes, 0);
  fs::create_symlink("/elsewhere", root / "new");
  fs::rename(root / "new", root / "localtime");
  EXPECT_TRUE(changed_within(5s));
}

TEST_F(WatchedFiles, StayQuietWhileADirectoryIsWaitedForWhereOthersWrite) {
  write(root / "others");
  watch.watch({root / "poised" / "conf.d"});
  write(root / "others");
  write(root / "new");
  fs::rename(root / "new", root / "others");
  fs::create_directory(root / "another");
  loop.run_for(400ms);
  EXPECT_EQ(changes, 0);
  fs::create_directory(root / "poised");
  EXPECT_TRUE(changed_within(5s));
}

TEST_F(WatchedFiles, StayQuietWhereNobodyLooksAnyMore) {
  fs::create_directories(root / "a");
  fs::create_directories(root / "b");
  watch.watch({root / "a"});
  watch.watch({root / "b"});
  write(root / "a" / "file");
  loop.run_for(400ms);
  EXPECT_EQ(changes, 0);
  write(root / "b" / "file");
  EXPECT_TRUE(changed_within(5s));
}

}  // namespace
}  // namespace poised::shell
