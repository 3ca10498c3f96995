// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "session.hpp"

// Bad input has an answer: one clear line, and the daemon goes on.
namespace poised::test {
namespace {

namespace fs = std::filesystem;

class BadInput : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    skip_welcome();
  }

  /// The journal's line, and the same in `doctor`.
  void expect_problem(const std::string& line) {
    const auto journal = daemon_->read_until(line);
    const auto begin = journal.rfind('\n', journal.find(line)) + 1;
    EXPECT_EQ(journal.substr(begin).find("poised: warning: "), 0U) << journal;
    // Where something is an error, a line for people follows.
    const auto output = poisectl_that_may_fail({"doctor", "--json"});
    const auto report = Json::parse(output.substr(0, output.rfind('}') + 1));
    EXPECT_NE(report.dump().find(Json(line).dump().substr(1, Json(line).dump().size() - 2)),
              std::string::npos)
        << line << "\nnot in " << report.dump(2);
    EXPECT_TRUE(status().is_object()) << "the daemon goes on";
  }

  /// A directory of plugins of its own, so that one can be spoilt.
  fs::path own_plugins() {
    const auto directory = home_.path() / "plugins";
    fs::create_directory(directory);
    for (const auto& entry : fs::directory_iterator(POISED_BIN_DIR "/../plugins.out"))
      if (entry.path().stem() == "notify" || entry.path().stem() == "activity-x11")
        fs::copy_file(entry.path(), directory / entry.path().filename());
    return directory;
  }
};

TEST_F(BadInput, TomlThatIsNone) {
  write_config("[breaks.stretch\ninterval = \"30min\"\n");
  start_daemon();
  expect_problem(config_file().string() + ":1:");
  EXPECT_EQ(the_break("stretch")["interval_s"], 3600);
}

TEST_F(BadInput, AnUnknownKey) {
  write_config("[breaks.stretch]\nintervall = \"30min\"\n");
  start_daemon();
  expect_problem(config_file().string() + ":2:1: breaks.stretch.intervall: ");
  EXPECT_NE(poisectl_that_may_fail({"doctor"}).find("did you mean"), std::string::npos);
}

TEST_F(BadInput, AValueOutOfRange) {
  write_config("[breaks.stretch]\ninterval = \"forever\"\n");
  start_daemon();
  expect_problem(config_file().string() + ":2:");
  EXPECT_EQ(the_break("stretch")["interval_s"], 3600);
}

TEST_F(BadInput, AFileThatCannotBeRead) {
  fs::create_directories(config_file());
  start_daemon();
  expect_problem(config_file().string() + ": ");
}

TEST_F(BadInput, AFileThatBreaksWhileTheDaemonRunsKeepsItsLastGoodContent) {
  write_config("[breaks.stretch]\ninterval = \"30min\"\n");
  start_daemon();
  ASSERT_EQ(the_break("stretch")["interval_s"], 1800);
  write_config("[breaks.stretch\n");
  expect_problem(config_file().string() + ":1:");
  EXPECT_EQ(the_break("stretch")["interval_s"], 1800);
}

TEST_F(BadInput, AStateThatIsBrokenIsSetAside) {
  std::ofstream(state_file()) << "{\"schema\": 1, \"memory\": [";
  start_daemon();
  daemon_->read_until("it is set aside and counting starts afresh");
  EXPECT_TRUE(fs::exists(state_file().string() + ".broken"));
}

TEST_F(BadInput, NoXServer) {
  dunst_->kill();
  const rig::ScopedVariable display("DISPLAY", std::nullopt);
  start_daemon();
  EXPECT_TRUE(wait_for([&] { return !status()["source"]["degraded"].is_null(); }));
  EXPECT_TRUE(status()["source"]["degraded"].get<std::string>().starts_with(
      "cannot see input on this desktop: "));
  EXPECT_TRUE(wait_for([&] { return status()["presence"] == "unknown"; }));
  EXPECT_TRUE(status()["idle_s"].is_null()) << "never idle 0";
}

TEST_F(BadInput, NoSessionBus) {
  const rig::ScopedVariable nowhere("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
  bus_.reset();
  start_daemon();
  EXPECT_NE(daemon_->read_until("until it is there").find("bus: session bus: "), std::string::npos);
  rig::Program status({poisectl_program, "status"}, environment(true));
  const auto answer = status.read_all();
  EXPECT_EQ(status.wait(), 3) << answer;
  EXPECT_EQ(std::count(answer.begin(), answer.end(), '\n'), 1) << answer;
}

TEST_F(BadInput, NoPlaceForTheConfiguration) {
  auto nobody_known = environment(true);
  nobody_known.environment["HOME"] = std::nullopt;
  rig::Program poised(
      {rig::find_program("unshare", "util-linux"), "--user", "--map-user=54321", poised_program},
      nobody_known);
  EXPECT_EQ(poised.read_all(),
            "poised: error: configuration: HOME: not set, and user 54321 has no home directory: "
            "there is nowhere to read it from\n");
  EXPECT_EQ(poised.wait(), 78);
}

TEST_F(BadInput, NoNotificationServer) {
  dunst_->kill();
  write_config(short_intervals);
  start_daemon();
  const auto prompt = work_until("prompt");
  auto typist = std::make_unique<Typist>();
  EXPECT_TRUE(wait_for([&] { return plugin("notify")["reason"].is_string(); })) << status().dump(2);
  EXPECT_NE(poisectl_that_may_fail({"doctor"}).find("no notification server"), std::string::npos);
  EXPECT_EQ(status()["prompt"]["id"], prompt["id"]);
  typist.reset();
  poisectl({"start"});
  EXPECT_EQ(rest_until("completed")["how"], "taken") << "poisectl works all the same";
}

TEST_F(BadInput, ANotificationServerThatNeverAnswersStallsNothingElse) {
  dunst_->kill();
  rig::FakeNotificationServer mute(bus_->address(), {.mute = true});
  write_config(short_intervals);
  start_daemon();
  const auto prompt = work_until("prompt");
  const auto before = rig::Clock::now();
  EXPECT_EQ(status()["prompt"]["id"], prompt["id"]);
  poisectl({"start"});
  EXPECT_EQ(rest_until("completed")["how"], "taken");
  EXPECT_LT(rig::Clock::now() - before, std::chrono::seconds(20));
}

TEST_F(BadInput, APluginWhoseLibraryIsMissing) {
  const auto directory = own_plugins();
  fs::remove(directory / "activity-x11.so");
  start_daemon({"--plugin-dir", directory});
  EXPECT_TRUE(wait_for([&] { return plugin("activity-x11")["state"] == "failed"; }))
      << status().dump(2);
  EXPECT_NE(plugin("activity-x11")["reason"].get<std::string>().find("No such file"),
            std::string::npos)
      << plugin("activity-x11");
  EXPECT_TRUE(wait_for([&] {
    return poisectl_that_may_fail({"doctor"}).find("cannot see input") != std::string::npos;
  }));
}

TEST_F(BadInput, APluginThatOthersMayWriteTo) {
  const auto directory = own_plugins();
  fs::permissions(directory / "activity-x11.so", fs::perms::group_write, fs::perm_options::add);
  start_daemon({"--plugin-dir", directory});
  EXPECT_TRUE(wait_for([&] { return plugin("activity-x11")["state"] == "failed"; }))
      << status().dump(2);
  EXPECT_NE(plugin("activity-x11")["reason"].get<std::string>().find("writable"), std::string::npos)
      << plugin("activity-x11");
}

TEST_F(BadInput, APluginThatIsTooNew) {
  const auto directory = own_plugins();
  std::ofstream(directory / "future.plugin")
      << "[plugin]\nid = \"future\"\nname = \"From the future\"\nversion = \"9\"\n"
         "abi = \"1.99\"\ncapabilities = [\"sink\"]\n";
  fs::copy_file(directory / "notify.so", directory / "future.so");
  start_daemon({"--plugin-dir", directory});
  EXPECT_TRUE(wait_for([&] {
    return poisectl_that_may_fail({"doctor", "--json"}).find("1.99") != std::string::npos;
  })) << poisectl_that_may_fail({"doctor"});
  EXPECT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << "the others work";
}

TEST_F(BadInput, APluginThatHangs) {
  start_daemon();
  ASSERT_TRUE(wait_for([&] { return plugin("activity-x11")["state"] == "running"; }));
  const int pid = plugin("activity-x11")["pid"];
  ::kill(pid, SIGSTOP);
  EXPECT_TRUE(status()["keyboard_idle_s"].is_null()) << "the daemon does not wait for it";
  EXPECT_TRUE(wait_for([&] {
    const auto now = plugin("activity-x11");
    return now["state"] == "running" && now["pid"] != pid;
  })) << status().dump(2);
}

TEST_F(BadInput, NoPluginThatShowsPrompts) {
  write_config("[plugins]\ndeny = [\"notify\"]\n");
  start_daemon();
  EXPECT_NE(poisectl_that_may_fail({"doctor"}).find("no plugin can show them"), std::string::npos);
  EXPECT_EQ(plugin("notify")["state"], "disabled");
}

}  // namespace
}  // namespace poised::test
