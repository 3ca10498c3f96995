// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "session.hpp"

// Packages are exchanged and removed under a daemon that runs.
namespace poised::test {
namespace {

namespace fs = std::filesystem;

class AnInstalledVersion : public Session {
 protected:
  void SetUp() override {
    install("0.1.0");
    start_desktop();
    write_config(short_intervals);
    skip_welcome();
    daemon_ = std::make_unique<rig::Program>(
        std::vector{program().string(), std::string("--plugin-dir"), plugins().string()},
        environment(true));
    rig::wait_for_name(bus_->address(), "org.poised.Poised1");
    ASSERT_TRUE(sees_input()) << status().dump(2);
  }

  fs::path program() const { return home_.path() / "bin/poised"; }
  fs::path plugins() const { return home_.path() / "plugins"; }

  /// As package managers do it: each file is written beside the old one and renamed over it.
  void install(const std::string& version) {
    const fs::path built = POISED_BIN_DIR;
    put(built / "poised", program(), version);
    for (const std::string id : {"activity-x11", "notify"})
      for (const std::string suffix : {".so", ".plugin"})
        put(built / "../plugins.out" / (id + suffix), plugins() / (id + suffix), version);
  }
  static void put(const fs::path& from, const fs::path& to, const std::string& version) {
    std::ifstream file(from, std::ios::binary);
    ASSERT_TRUE(file) << from;
    std::string content{std::istreambuf_iterator<char>(file), {}};
    const std::string built = "0.1.0";
    ASSERT_EQ(version.size(), built.size());
    for (auto at = content.find(built); at != std::string::npos; at = content.find(built, at + 1))
      content.replace(at, built.size(), version);
    fs::create_directories(to.parent_path());
    fs::permissions(to.parent_path(), fs::perms(0755));
    const fs::path fresh = to.string() + ".new";
    std::ofstream(fresh, std::ios::binary) << content;
    fs::permissions(fresh, fs::perms(0755));
    fs::rename(fresh, to);
  }

  /// It lets a package manager finish first.
  static constexpr std::chrono::minutes exchange{1};

  bool sees_input() {
    return wait_for([&] { return status()["source"]["id"] == "x11"; });
  }
  bool runs_what_is_installed() const {
    std::error_code error;
    return fs::equivalent("/proc/" + std::to_string(daemon_->pid()) + "/exe", program(), error);
  }
  std::ptrdiff_t open_files() const {
    const fs::path files = "/proc/" + std::to_string(daemon_->pid()) + "/fd";
    return std::distance(fs::directory_iterator(files), {});
  }
};

TEST_F(AnInstalledVersion, IsFollowedByTheNextOneOnceThePersonIsAway) {
  write_config(std::string(short_intervals) + "[breaks.rest]\nenabled = true\ninterval = \"1h\"\n");
  ASSERT_TRUE(wait_for([&] { return the_break("rest")["state"] == "counting"; }));
  work_until("prompt");
  poisectl({"skip"});
  install("0.1.9");
  work_until("prompt");
  EXPECT_FALSE(runs_what_is_installed()) << "nobody is interrupted";
  poisectl({"skip"});
  const auto worked = the_break("rest")["worked_s"].get<int>();
  const auto files = open_files();
  ASSERT_TRUE(wait_for([&] { return runs_what_is_installed(); }, exchange));
  rig::wait_for_name(bus_->address(), "org.poised.Poised1");
  EXPECT_TRUE(sees_input()) << status().dump(2);
  EXPECT_GE(the_break("rest")["worked_s"].get<int>() + 1, worked);
  EXPECT_EQ(status()["plugins"][0]["version"], "0.1.9");
  EXPECT_LE(open_files(), files) << "what the old one had open";
  work_until("prompt");
  EXPECT_TRUE(shown(1));
}

// The notification plugin runs only while something is shown; by now it is newer than the daemon.
TEST_F(AnInstalledVersion, StillPromptsWhenItIsExchangedInMidSession) {
  ASSERT_EQ(dunst_->displayed(), 0);
  install("0.1.9");
  work_until("prompt");
  EXPECT_TRUE(wait_for(
      [&] {
        rig::Person::press("a");
        return dunst_->displayed() == 1;
      },
      exchange))
      << status().dump(2);
  EXPECT_TRUE(runs_what_is_installed());
  EXPECT_EQ(poisectl({"doctor"}).find("newer"), std::string::npos);
}

TEST_F(AnInstalledVersion, ShowsAnOpenPromptToTheEndFirst) {
  const auto prompt = work_until("prompt");
  ASSERT_TRUE(shown(1));
  install("0.1.9");
  const auto end = rig::Clock::now() + milliseconds(12'000);  // longer than it lets packages finish
  while (rig::Clock::now() < end) {
    rig::Person::press("a");
    decisions_->next(milliseconds(300));
  }
  EXPECT_FALSE(runs_what_is_installed());
  EXPECT_EQ(status()["prompt"]["id"], prompt["id"]);
  poisectl({"skip"});
  EXPECT_TRUE(wait_for([&] { return runs_what_is_installed(); }, exchange));
  rig::wait_for_name(bus_->address(), "org.poised.Poised1");
}

TEST_F(AnInstalledVersion, LeavesOnceItIsRemovedForGood) {
  fs::rename(program(), program().string() + ".aside");
  fs::rename(program().string() + ".aside", program());
  for (int prompt = 0; prompt < 3; ++prompt) {  // for longer than it would take to leave
    work_until("prompt");
    poisectl({"skip"});
  }
  fs::remove(program());
  EXPECT_EQ(daemon_->wait(exchange), 0);
  daemon_.reset();
}

}  // namespace
}  // namespace poised::test
