// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "rigs/program.hpp"
#include "store/history.hpp"

namespace poised::store {
namespace {

namespace fs = std::filesystem;

constexpr uid_t somebody_else = 65534;

class AFolderForEverybody : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(shared_);
    fs::permissions(shared_, fs::perms::all | fs::perms::sticky_bit);
  }
  std::string open_history(const std::string& name) const {
    try {
      std::string note;
      History::open(shared_ / name, History::Check::none, note);
      return {};
    } catch (const DatabaseError& error) {
      return error.what();
    }
  }

  rig::TemporaryDirectory root_;
  fs::path shared_ = root_.path() / "shared";
};

TEST_F(AFolderForEverybody, HoldsAHistoryInAFolderOfOnesOwn) {
  EXPECT_EQ(open_history("kim"), "");
  EXPECT_EQ(fs::status(shared_ / "kim").permissions(), fs::perms::owner_all);
  EXPECT_EQ(open_history("kim/"), "") << "the second time";
}

TEST_F(AFolderForEverybody, IsNoTrap) {
  fs::create_directory(shared_ / "kim");
  ASSERT_EQ(::chown((shared_ / "kim").c_str(), somebody_else, somebody_else), 0);
  EXPECT_EQ(open_history("kim"), "history: " + (shared_ / "kim").string() +
                                     ": belongs to somebody else, in a folder that everybody may "
                                     "write to");
  EXPECT_TRUE(fs::is_empty(shared_ / "kim"));

  fs::create_directory(root_.path() / "own");
  fs::create_symlink(root_.path() / "own", shared_ / "ash");
  ASSERT_EQ(::lchown((shared_ / "ash").c_str(), somebody_else, somebody_else), 0);
  EXPECT_THAT(open_history("ash/"), testing::HasSubstr("belongs to somebody else"));
}

}  // namespace
}  // namespace poised::store
