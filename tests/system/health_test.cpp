// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "rigs/program.hpp"
#include "session.hpp"

// What IT sees of a daemon: doctor, its line for monitoring, its bundle, and the figures.
namespace poised::test {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class WhatItSees : public Session {
 protected:
  void SetUp() override { fs::create_directories(home_.path() / "run"); }

  void begin(const std::string& more) {
    if (!bus_) start_desktop();
    write_config(std::string(short_intervals) + more);
    skip_welcome();
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }
  static std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  fs::path figures() const { return home_.path() / "run/poised/health.prom"; }

  struct Ended {
    int code;
    std::string output;
  };
  Ended end_of(std::vector<std::string> words) const {
    words.insert(words.begin(), poisectl_program);
    rig::Program program(words, environment(true));
    auto output = program.read_all();
    return {program.wait(), std::move(output)};
  }
  Ended nagios() const { return end_of({"doctor", "--nagios"}); }

  rig::ScopedVariable runtime_directory_{"XDG_RUNTIME_DIR", (home_.path() / "run").string()};
};

TEST_F(WhatItSees, IsNothingUnlessItWasTurnedOn) {
  begin("");
  EXPECT_FALSE(fs::exists(figures()));
}

TEST_F(WhatItSees, IsHealthAndNeverWhatAPersonDoes) {
  begin(
      "[plugins]\ndeny = [\"live-signals\"]\n[session]\nbreak = \"5s\"\n[telemetry]\nexport = "
      "\"file\"\n");
  ASSERT_TRUE(wait_for([&] { return fs::exists(figures()); }));
  const auto before = content(figures());
  EXPECT_THAT(before, HasSubstr("poised_plugin_up{plugin=\"notify\"} 1\n"));
  EXPECT_THAT(before, HasSubstr("poised_input_seen 1\n"));
  struct stat written {
  }, later{};
  ASSERT_EQ(::stat(figures().c_str(), &written), 0);

  // A day: worked, asked, taken, away.
  work_until("prompt");
  poisectl({"done"});
  work_until("prompt");
  poisectl({"skip"});
  rest_until("session-end");
  EXPECT_EQ(content(figures()), before);
  ASSERT_EQ(::stat(figures().c_str(), &later), 0);
  EXPECT_EQ(written.st_ino, later.st_ino) << "not even the time of the file tells of it";

  write_config(std::string(short_intervals) + "[telemetry]\nexport = \"off\"\n");
  EXPECT_TRUE(wait_for([&] { return !fs::exists(figures()); })) << "who turns it off is obeyed";
}

TEST_F(WhatItSees, ChangesWhenSomethingBreaks) {
  const std::string figures_on =
      "[plugins]\ndeny = [\"live-signals\"]\n[telemetry]\nexport = \"file\"\n";
  begin(figures_on);
  ASSERT_TRUE(wait_for([&] { return fs::exists(figures()); }));
  ASSERT_THAT(content(figures()), Not(HasSubstr("poised_problems{severity=\"warning\"} 3\n")));
  const auto problems = [&] {
    return Json::parse(end_of({"doctor", "--json"}).output)["problems"].size();
  };
  const auto count = problems();
  write_config(short_intervals + figures_on + "exprot = 1\n");
  ASSERT_TRUE(wait_for([&] { return problems() == count + 1; }));
  EXPECT_TRUE(wait_for([&] {
    return content(figures()).find("{severity=\"warning\"} " + std::to_string(count + 1)) !=
           std::string::npos;
  })) << content(figures());
}

TEST_F(WhatItSees, IsOneLineAndACodeForMonitoring) {
  start_desktop();
  const auto nobody = nagios();
  EXPECT_EQ(nobody.code, 3) << nobody.output;
  EXPECT_THAT(nobody.output, StartsWith("POISED UNKNOWN: doctor: daemon: not running"));
  // Which calls this desktop shows is not the matter here.
  const std::string config =
      std::string(short_intervals) + "[plugins]\ndeny = [\"live-signals\"]\n";
  begin("[plugins]\ndeny = [\"live-signals\"]\n");
  const auto doctor = Json::parse(end_of({"doctor", "--json"}).output);
  EXPECT_FALSE(doctor["sandbox"]["system_calls_filtered"]) << "nobody started it with filters";
  auto line = nagios();
  EXPECT_EQ(line.code, 1) << "there is no system bus here";
  EXPECT_THAT(line.output, StartsWith("POISED WARNING: session: logind: "));
  EXPECT_THAT(line.output, testing::EndsWith(" | errors=0;;0 warnings=1;0;\n"));

  write_config(config + "promt = \"|\"\n");
  ASSERT_TRUE(wait_for([&] {
    line = nagios();
    return line.output.find("warnings=2") != std::string::npos;
  })) << line.output;
  EXPECT_EQ(line.code, 1);
  EXPECT_THAT(line.output, StartsWith("POISED WARNING: configuration: "));
  EXPECT_THAT(line.output, HasSubstr(" (and 1 more) | errors=0;;0 warnings=2;0;\n"));
  EXPECT_EQ(std::count(line.output.begin(), line.output.end(), '|'), 1);

  // The state cannot be kept any more: an error.
  fs::remove_all(state_file().parent_path());
  std::ofstream(state_file().parent_path()) << "no directory";
  ASSERT_TRUE(wait_for([&] {
    rig::Person::press("a");
    return nagios().code == 2;
  })) << nagios().output;
  fs::remove(state_file().parent_path());
}

TEST_F(WhatItSees, IsWellWhereThePersonSwitchedItOff) {
  start_desktop();
  fs::create_directories(home_.path() / ".config/systemd/user");
  fs::create_symlink("/dev/null", home_.path() / ".config/systemd/user/poised.service");
  const auto line = nagios();
  EXPECT_EQ(line.code, 0);
  EXPECT_EQ(line.output, "POISED OK: switched off by the person, which is their right\n");
  EXPECT_EQ(end_of({"doctor"}).code, 0);
}

TEST_F(WhatItSees, OfABundleIsNothingOfThePerson) {
  begin(
      "[breaks.kim-secret]\ntitle = \"Call Dr. Smith\"\n[programme]\nleave_out = [\"prone\"]\n"
      "[locale]\nlanguage = \"sr_RS\"\n[plugin.calendar]\nfiles = [\"" +
      (home_.path() / "doctor-smith.ics").string() + "\"]\n");
  work_until("prompt");
  poisectl({"skip"});
  const auto file = home_.path() / "bundle.json";
  const auto said = end_of({"doctor", "--bundle", file});
  ASSERT_EQ(said.code, 0) << said.output;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto text = content(file);
  const auto bundle = Json::parse(text);
  EXPECT_EQ(bundle["daemon"]["version"], bundle["poisectl"]);
  EXPECT_FALSE(bundle["plugins"].empty());
  EXPECT_TRUE(bundle["daemon"]["sandbox"].contains("plugins"));
  const auto& set = bundle["configuration"]["set"];
  EXPECT_EQ(set["prompt.snooze"]["value"], "\"4s\"");
  EXPECT_EQ(set["prompt.snooze"]["file"], "~/.config/poised/poised.toml");
  for (const char* own :
       {"Smith", "smith", "prone", "sr_RS", "presence", "skipped", "worked", "session_s"})
    EXPECT_THAT(text, Not(HasSubstr(own)));
  EXPECT_THAT(text, Not(HasSubstr(home_.path().string())));
}

TEST_F(WhatItSees, OfAFaultyFileIsTheFaultAndNotWhatStandsThere) {
  fs::create_directories(home_.path() / ".config/poised/conf.d");
  std::ofstream(home_.path() / ".config/poised/conf.d/hernia.toml") << "hernia = 1\n";
  begin(
      "[breaks.physio-for-my-back]\ninterval = \"after surgery\"\n"
      "[programme]\nleave_out = [\"Slipped disc L5\"]\nsession_at = \"after physio\"\n"
      "[stand]\nenabled = \"not with my hip\"\n[plugin.calendar]\ncalendars = [\"Dr. Kim\"]\n");
  const auto file = home_.path() / "bundle.json";
  ASSERT_EQ(end_of({"doctor", "--bundle", file}).code, 0);
  const auto text = content(file);
  const auto line = nagios();
  EXPECT_EQ(line.code, 1) << line.output;
  EXPECT_THAT(text, HasSubstr("breaks.OWN-1.interval: the value cannot be used"));
  EXPECT_THAT(text, HasSubstr("programme.leave_out: the value cannot be used"));
  EXPECT_THAT(text, HasSubstr("FILE.toml:1:1: unknown key"));
  for (const char* own : {"physio", "surgery", "disc", "hip", "hernia", "Kim"}) {
    EXPECT_THAT(text, Not(HasSubstr(own)));
    EXPECT_THAT(line.output, Not(HasSubstr(own)));
  }
  EXPECT_THAT(line.output, Not(HasSubstr(home_.path().string())));
  daemon_->signal(SIGTERM);
  const auto log = daemon_->read_all();
  EXPECT_THAT(log, HasSubstr("programme.leave_out: "));
  EXPECT_THAT(log, Not(HasSubstr("disc")));
}

TEST_F(WhatItSees, OfAPolicyTheLogSaysWhyItCannotBeUsed) {
  const auto root = home_.path() / "root";
  fs::create_directories(root / "etc/poised/policy.d");
  std::ofstream(root / "etc/poised/policy.d/50-office.toml")
      << "[programme]\nenabled = { required = true }\nleave_out = { default = [\"On the floor\"] "
         "}\n";
  start_desktop();
  skip_welcome();
  start_daemon({"--config-root", root.string()});
  daemon_->signal(SIGTERM);
  const auto log = daemon_->read_all();
  EXPECT_EQ(daemon_->wait(), 0);
  daemon_.reset();
  EXPECT_THAT(log,
              ContainsRegex("50-office.toml:2:[0-9]+: programme.enabled: no policy may force"));
  EXPECT_THAT(log, ContainsRegex("50-office.toml:3:[0-9]+: programme.leave_out: .*On the floor"));
}

TEST_F(WhatItSees, OfABundleNeedsNoDaemon) {
  start_desktop();
  write_config("promt = 1\n");
  const auto file = home_.path() / "bundle.json";
  ASSERT_EQ(end_of({"doctor", "--bundle", file}).code, 0);
  const auto bundle = Json::parse(content(file));
  EXPECT_TRUE(bundle["daemon"]["version"].is_null());
  EXPECT_THAT(bundle["problems"][0]["text"].get<std::string>(),
              StartsWith("~/.config/poised/poised.toml:1:1"));
}

TEST_F(WhatItSees, OfANameThatNobodyKnowsTheLogSaysWhereAndDoctorWhich) {
  begin(
      "[breaks.rest]\nroutine = \"physio-for-my-back\"\n"
      "[programme]\nleave_out = [\"slipped-disc\"]\n");
  const auto doctor = end_of({"doctor", "--json"}).output;
  EXPECT_THAT(doctor, HasSubstr("breaks.rest.routine: there is no routine "
                                "'physio-for-my-back' in the catalogue"));
  EXPECT_THAT(doctor, HasSubstr("no position or exercise 'slipped-disc' in the catalogue"));
  daemon_->signal(SIGTERM);
  const auto log = daemon_->read_all();
  for (const char* key : {"breaks.rest.routine", "programme.leave_out"})
    EXPECT_THAT(log,
                HasSubstr(std::string(key) + ": hardly meant so; poisectl config check says why"));
  EXPECT_THAT(log, Not(HasSubstr("physio")));
  EXPECT_THAT(log, Not(HasSubstr("disc")));
}

}  // namespace
}  // namespace poised::test
