// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "session.hpp"
#include "store/history.hpp"

// What the installed daemon keeps of a real day, and what can be made of it.
namespace poised::test {
namespace {

class AKeptDay : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    write_config(std::string(short_intervals) + "[session]\nbreak = \"6s\"\n");
    skip_welcome();
    start();
  }
  void start() {
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }
  void work_snooze_and_skip() {
    work_until("prompt");
    poisectl({"snooze"});
    work_until("prompt");
    poisectl({"skip"});
    rest_until("session-end");
  }
  std::string trace_file() const {
    const auto file = home_.path() / "day.trace";
    std::ofstream(file) << poisectl({"why", "--export"});
    return file;
  }
};

/// What a decision says, but for how long the process had run.
std::string essence(Json decision) {
  decision.erase("elapsed_s");
  decision.erase("values");
  return decision.dump();
}

std::vector<std::string> decisions_in(std::istream& lines) {
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(essence(Json::parse(line)));
  return all;
}

/// As they stand in the file; presence is an input to the simulator, not a decision.
std::vector<std::string> decisions_kept(const std::filesystem::path& home) {
  auto history = store::History::open_to_read(home / ".local/state/poised").value();
  std::vector<std::string> all;
  for (const auto& decision : history.decisions(0)) {
    auto json = Json::parse(decision.json);
    if (json["event"] != "presence") all.push_back(essence(std::move(json)));
  }
  return all;
}

TEST_F(AKeptDay, IsReplayedToTheSameDecisions) {
  work_snooze_and_skip();
  EXPECT_EQ(stop_daemon(), 0);
  // A second run, which a kill ends: what was saved is part of what is replayed.
  start();
  work_until("prompt");
  poisectl({"start"});
  rest_until("completed");
  ASSERT_TRUE(wait_for([&] {
    const auto history = Json::parse(poisectl({"history", "--json"}));
    return history["breaks"].back()["outcome"] == "taken";
  }));
  daemon_->kill();
  daemon_.reset();
  start();
  work_until("due");
  EXPECT_EQ(stop_daemon(), 0);

  const auto kept = decisions_kept(home_.path());
  std::istringstream lines(poisectl({"simulate", "--json", "--trace", trace_file()}));
  const auto simulated = decisions_in(lines);
  EXPECT_GT(kept.size(), 10U);
  EXPECT_EQ(simulated, kept) << poisectl({"why", "--export"});
}

// B9
TEST_F(AKeptDay, LosesNothingByACleanStop) {
  const auto worked = [&] { return the_break("stretch")["worked_s"].get<int>(); };
  ASSERT_TRUE(wait_for([&] {
    rig::Person::press("a");
    return worked() >= 3;
  }));
  EXPECT_EQ(stop_daemon(), 0);
  start();
  EXPECT_GE(worked(), 3) << status().dump(2);
}

TEST_F(AKeptDay, IsThereAfterAKill) {
  work_snooze_and_skip();
  daemon_->kill();
  daemon_.reset();
  const auto history = Json::parse(poisectl({"history", "--json"}));
  ASSERT_EQ(history["breaks"].size(), 2U) << history.dump(2);
  EXPECT_EQ(history["breaks"][0]["outcome"], "snoozed");
  EXPECT_EQ(history["breaks"][1]["outcome"], "skipped");
  EXPECT_EQ(history["days"][0]["skipped"], 1);
  EXPECT_NE(poisectl({"why"}).find("you skipped it (B7)"), std::string::npos);
}

TEST_F(AKeptDay, IsForgottenWhileTheDaemonRuns) {
  work_snooze_and_skip();
  ASSERT_TRUE(wait_for([&] {
    return Json::parse(poisectl({"history", "--json"}))["breaks"].size() == 2;
  }));
  const auto bytes = [this] {
    std::ostringstream all;
    for (const auto& file :
         std::filesystem::directory_iterator(home_.path() / ".local/state/poised"))
      if (file.path().filename().string().starts_with("history.db"))
        all << std::ifstream(file.path()).rdbuf();
    return all.str();
  };
  const std::string decision = "\"event\":\"skipped\"";
  ASSERT_NE(bytes().find(decision), std::string::npos);
  poisectl({"forget", "--all"});
  EXPECT_TRUE(Json::parse(poisectl({"history", "--json"}))["breaks"].empty());
  EXPECT_EQ(bytes().find(decision), std::string::npos);
  std::ostringstream state;
  state << std::ifstream(home_.path() / ".local/state/poised/state.json").rdbuf();
  const auto totals = Json::parse(state.str())["memory"]["day"]["totals"];
  EXPECT_EQ(totals["skipped"], 0) << state.str();
  EXPECT_EQ(totals["prompts"], 0) << state.str();
}

TEST_F(AKeptDay, IsNoConditionForPrompts) {
  EXPECT_EQ(stop_daemon(), 0);
  const auto file = home_.path() / ".local/state/poised/history.db";
  std::filesystem::remove(file);
  std::filesystem::create_directories(file / "in the way");
  start();
  work_until("prompt");
  EXPECT_TRUE(shown(1));
  EXPECT_TRUE(wait_for(
      [&] { return poisectl_that_may_fail({"doctor"}).find("history.db") != std::string::npos; }));
}

}  // namespace
}  // namespace poised::test
