// SPDX-License-Identifier: MIT
#include "store/state_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace poised::store {
namespace {

namespace fs = std::filesystem;

struct StateFiles : testing::Test {
  fs::path root;

  void SetUp() override {
    char pattern[] = "/tmp/poised-state-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    root = pattern;
  }
  void TearDown() override { fs::remove_all(root); }

  static mode_t mode_of(const fs::path& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  }
};

TEST_F(StateFiles, AreReadableByTheirOwnerOnlyWhateverTheMask) {
  const auto before = ::umask(0);
  StateFile file(root / "poised/state.json");
  const auto problem = file.write("{}");
  ::umask(before);
  EXPECT_EQ(problem, "");
  EXPECT_EQ(mode_of(root / "poised"), 0700);
  EXPECT_EQ(mode_of(root / "poised/state.json"), 0600);
}

TEST_F(StateFiles, AreReplacedAsAWhole) {
  StateFile file(root / "state.json");
  EXPECT_EQ(file.write(std::string(5000, 'a')), "");
  EXPECT_EQ(file.write("short"), "");
  std::string problem;
  EXPECT_EQ(file.read(problem), "short");
  EXPECT_FALSE(fs::exists(root / "state.json.new"));
}

TEST_F(StateFiles, OfANewPersonAreNotThereAndThatIsNoProblem) {
  std::string problem;
  EXPECT_FALSE(StateFile(root / "none/state.json").read(problem));
  EXPECT_EQ(problem, "");
}

TEST_F(StateFiles, ThatCannotBeReadOrWrittenSayWhyInOneLine) {
  fs::create_directory(root / "state.json");
  StateFile file(root / "state.json");
  std::string problem;
  EXPECT_FALSE(file.read(problem));
  EXPECT_EQ(problem, "state: " + (root / "state.json").string() + ": Is a directory");
  EXPECT_EQ(file.write("x"), "state: " + (root / "state.json").string() + ": Is a directory");
}

TEST_F(StateFiles, AreNeverReadThroughALink) {
  StateFile(root / "elsewhere").write("secret");
  fs::create_symlink(root / "elsewhere", root / "state.json");
  std::string problem;
  EXPECT_FALSE(StateFile(root / "state.json").read(problem));
  EXPECT_NE(problem, "");
}

TEST_F(StateFiles, ThatAreBrokenAreKeptAside) {
  StateFile file(root / "state.json");
  file.write("not what it should be");
  file.set_aside();
  EXPECT_FALSE(fs::exists(root / "state.json"));
  std::string problem;
  EXPECT_EQ(StateFile(root / "state.json.broken").read(problem), "not what it should be");
}

}  // namespace
}  // namespace poised::store
