// SPDX-License-Identifier: MIT
#include "shell/file_watch.hpp"

#include <gtest/gtest.h>

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
