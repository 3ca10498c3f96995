// SPDX-License-Identifier: MIT
#include "plugin/trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "build_config.hpp"
#include "rig.hpp"

namespace poised::plugin::test {
namespace {

namespace fs = std::filesystem;

/// A directory of this user's. All above it are root's or this user's too, as above an installed
/// one.
class TrustTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    const char* const home = std::getenv("HOME");
    for (const fs::path& base :
         {fs::canonical(TEST_PLUGIN_DIR).parent_path(), fs::path(runtime != nullptr ? runtime : ""),
          fs::path(home != nullptr ? home : "")}) {
      std::string name = base / "trust-XXXXXX";
      std::string why;
      if (!open_trusted_directory(base, trust_, why)) continue;
      ASSERT_NE(mkdtemp(name.data()), nullptr) << base;
      top_ = name;
      break;
    }
    ASSERT_FALSE(top_.empty()) << "others may write to all of the build tree, $XDG_RUNTIME_DIR and "
                                  "$HOME, or to a directory above them";
    chmod(top_.c_str(), 0755);
    directory_ = top_ / "plugins";
    fs::create_directory(directory_);
    chmod(directory_.c_str(), 0755);
    std::ofstream(directory_ / "a.so") << "x";
    chmod((directory_ / "a.so").c_str(), 0644);
  }
  void TearDown() override {
    if (!top_.empty()) fs::remove_all(top_);
  }

  /// What is said against `name` in the directory; "" if nothing is.
  [[nodiscard]] std::string against(const std::string& name = "a.so") const {
    std::string why;
    const UniqueFd directory = open_trusted_directory(directory_, trust_, why);
    if (!directory) return why;
    const UniqueFd file = open_trusted_file(directory.get(), directory_, name, trust_, why);
    EXPECT_EQ(!file, !why.empty());
    return why;
  }
  [[nodiscard]] std::string path(const std::string& rest = "") const {
    return (directory_ / rest).string();
  }

  fs::path top_;
  fs::path directory_;
  Trust trust_{.owners = geteuid() == 0 ? std::vector<uid_t>{0} : std::vector<uid_t>{0, geteuid()},
               .whole_path = true};
};

TEST_F(TrustTest, WhatOnlyItsOwnerCanWriteIsTrusted) {
  EXPECT_EQ(against(), "");
}

TEST_F(TrustTest, ADirectoryThatItsGroupMayWriteIsRefused) {
  chmod(directory_.c_str(), 0775);
  EXPECT_EQ(against(), directory_.string() + ": writable by its group (mode 0775)");
}

TEST_F(TrustTest, ADirectoryThatOthersMayWriteIsRefusedSticky) {
  chmod(directory_.c_str(), 01777);
  EXPECT_EQ(against(), directory_.string() + ": writable by others (mode 1777)");
}

TEST_F(TrustTest, ADirectoryFurtherUpIsJudgedToo) {
  chmod(top_.c_str(), 0777);
  EXPECT_EQ(against(), top_.string() + ": writable by others (mode 0777)");
  trust_.whole_path = false;
  EXPECT_EQ(against(), "") << "but not in a development build";
}

TEST_F(TrustTest, AFileThatItsGroupMayWriteIsRefused) {
  chmod(path("a.so").c_str(), 0664);
  EXPECT_EQ(against(), path("a.so") + ": writable by its group (mode 0664)");
}

TEST_F(TrustTest, ASymbolicLinkIsRefusedWhereverItIs) {
  fs::create_symlink("a.so", directory_ / "link.so");
  EXPECT_EQ(against("link.so"), path("link.so") + ": a symbolic link");
  fs::rename(directory_, top_ / "real");
  fs::create_symlink("real", directory_);
  EXPECT_EQ(against(), directory_.string() + ": a symbolic link");
  trust_.whole_path = false;
  EXPECT_EQ(against(), directory_.string() + ": a symbolic link");
  fs::create_symlink(top_, top_ / "around");
  std::string why;
  trust_.whole_path = true;
  EXPECT_FALSE(open_trusted_directory((top_ / "around" / "real").string(), trust_, why));
  EXPECT_EQ(why, (top_ / "around").string() + ": a symbolic link");
}

TEST_F(TrustTest, WhatAStrangerOwnsIsRefused) {
  if (geteuid() == 0) {
    ASSERT_EQ(chown(path("a.so").c_str(), 65534, 0), 0);
    EXPECT_EQ(against(), path("a.so") + ": owned by uid 65534, not by root");
  } else {
    // To a build that trusts root alone, this user is the stranger.
    trust_ = {.owners = {0}, .whole_path = false};
    EXPECT_EQ(against(), directory_.string() + ": owned by uid " + std::to_string(geteuid()) +
                             ", not by root");
  }
}

TEST_F(TrustTest, OnlyRegularFilesAreLoaded) {
  fs::create_directory(directory_ / "d.so");
  EXPECT_EQ(against("d.so"), path("d.so") + ": not a regular file");
  ASSERT_EQ(mkfifo(path("f.so").c_str(), 0644), 0);
  EXPECT_EQ(against("f.so"), path("f.so") + ": not a regular file");
}

TEST_F(TrustTest, OnlyNamesInTheDirectoryAreOpened) {
  EXPECT_EQ(against("../a.so"), path("../a.so") + ": not a file name");
  EXPECT_EQ(against(""), path("") + ": not a file name");
  EXPECT_EQ(against("none.so"), path("none.so") + ": No such file or directory");
}

TEST_F(TrustTest, OnlyAbsolutePathsWithoutStepsUpwardsAreWalked) {
  std::string why;
  EXPECT_FALSE(open_trusted_directory("plugins", trust_, why));
  EXPECT_EQ(why, "plugins: not an absolute path");
  EXPECT_FALSE(open_trusted_directory("/usr/../etc", trust_, why));
  EXPECT_EQ(why, "/usr/..: leads upwards");
  EXPECT_FALSE(open_trusted_directory("/nonexistent/x", trust_, why));
  EXPECT_EQ(why, "/nonexistent: No such file or directory");
}

TEST_F(TrustTest, ThePluginsOfASystemAreRootsAlone) {
  if (build::development) {
    EXPECT_FALSE(Trust::of_this_build().whole_path);
  } else {
    EXPECT_EQ(Trust::of_this_build().owners, std::vector<uid_t>{0});
    EXPECT_TRUE(Trust::of_this_build().whole_path);
  }
}

TEST_F(TrustTest, AnUntrustedLibraryIsNotLoaded) {
  fs::copy_file(fs::path(TEST_PLUGIN_DIR) / "faulty.so", directory_ / "faulty.so");
  chmod(path("faulty.so").c_str(), 0777);
  Supervisor::Options options;
  options.isolation = "in-process";
  options.plugin_dir = directory_;
  options.trust = trust_;
  boost::asio::io_context io;
  PluginStatus last;
  Supervisor supervisor(io, options, {.on_state = [&](const PluginStatus& s) { last = s; }});
  supervisor.add(manifest_of("faulty"), "{}", true);
  supervisor.start("faulty");
  while (last.state != PluginState::failed && io.run_one_for(std::chrono::seconds(20)) > 0) {
  }
  EXPECT_EQ(last.reason,
            "plugin: faulty: " + path("faulty.so") + ": writable by others (mode 0777)");
}

TEST(Allowed, DenyWinsAndAnEmptyAllowAllowsAll) {
  EXPECT_TRUE(allowed("a", {}, {}));
  EXPECT_FALSE(allowed("a", {}, {"a"}));
  EXPECT_FALSE(allowed("a", {"a"}, {"a"}));
  EXPECT_FALSE(allowed("a", {"b"}, {}));
  EXPECT_TRUE(allowed("a", {"b", "a"}, {"c"}));
}

}  // namespace
}  // namespace poised::plugin::test
