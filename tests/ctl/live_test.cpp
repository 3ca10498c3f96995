// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "fake_daemon.hpp"
#include "process.hpp"

// The installed program against a daemon that serves the real interface.
namespace poised::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Live : public testing::Test {
 protected:
  std::vector<std::string> environment() const {
    return {"DBUS_SESSION_BUS_ADDRESS=" + bus_.address(), "TZ=UTC", "LC_ALL=C.UTF-8"};
  }
  Finished poisectl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), POISECTL);
    return run(arguments, environment());
  }

  rig::SessionBus bus_;
};

class WithDaemon : public Live {
 protected:
  FakeDaemon daemon_{bus_};
};

TEST_F(Live, EveryLiveCommandReturnsThreeWithoutADaemon) {
  const std::vector<std::vector<std::string>> commands{{"status"},
                                                       {"next"},
                                                       {"pause"},
                                                       {"resume"},
                                                       {"take", "stretch"},
                                                       {"start"},
                                                       {"done"},
                                                       {"snooze"},
                                                       {"skip"},
                                                       {"quiet-today"},
                                                       {"sit"},
                                                       {"stand"},
                                                       {"plugins"},
                                                       {"plugins", "list"},
                                                       {"plugins", "restart", "notify"},
                                                       {"monitor"},
                                                       {"programme"},
                                                       {"programme", "stop"},
                                                       {"programme", "cleared"},
                                                       {"doctor"}};
  for (const auto& command : commands) {
    const auto result = poisectl(command);
    EXPECT_EQ(result.code, 3) << command.front();
    EXPECT_EQ(result.out, "") << command.front();
    EXPECT_THAT(result.err, HasSubstr(": daemon: not running")) << command.front();
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

TEST_F(Live, NoSessionBusAtAllIsNoDaemon) {
  const auto result = run({POISECTL, "status"}, {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"});
  EXPECT_EQ(result.code, 3) << result.err;
}

TEST_F(Live, VersionNeedsNoDaemon) {
  const auto result = poisectl({"version", "--json"});
  EXPECT_EQ(result.code, 0);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["version"], POISED_VERSION);
  EXPECT_TRUE(json["daemon"].is_null());
}

TEST_F(WithDaemon, TheProgrammeIsShownWithWhatTheCatalogueCallsIt) {
  const auto result = poisectl({"programme"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("3 of 7 in this phase, 10 in all"));
  EXPECT_THAT(result.out, HasSubstr("4 in the last 7 days"));
  EXPECT_THAT(result.out, HasSubstr("poisectl guide breathing"));
  EXPECT_THAT(result.out, HasSubstr("poisectl programme checkin"));
  EXPECT_EQ(nlohmann::json::parse(poisectl({"programme", "--json"}).out)["phase"], "mobility");
}

TEST_F(WithDaemon, TheReportSaysWhereThePlanIs) {
  const auto result = poisectl({"report"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("day 10; 4 sessions in the last 7 days"));
  EXPECT_EQ(nlohmann::json::parse(poisectl({"report", "--json"}).out)["programme"]["phase"],
            "mobility");
}

TEST_F(WithDaemon, APlanBeginsOnlyAfterTheWarningSigns) {
  const auto unasked = poisectl({"programme", "start", "progressive"});
  EXPECT_EQ(unasked.code, 1);
  EXPECT_THAT(unasked.out, HasSubstr("chest-pain"));
  EXPECT_THAT(unasked.err, HasSubstr("say --none-of-these if none of them applies"));
  EXPECT_THAT(daemon_.calls(), testing::Each(testing::StrEq("Version")));
  EXPECT_EQ(poisectl({"programme", "start", "nonsense", "--none-of-these"}).code, 1);
  EXPECT_EQ(poisectl({"programme", "start", "progressive", "--none-of-these"}).code, 0);
  EXPECT_THAT(daemon_.calls(), Contains("StartPlan progressive"));
}

TEST_F(WithDaemon, TheWeeksAnswersAreWholeNumbersFromNoneToTen) {
  EXPECT_EQ(poisectl({"programme", "checkin", "--pain", "11"}).code, 2);
  EXPECT_EQ(poisectl({"programme", "checkin", "--pain", "3.5"}).code, 2);
  EXPECT_EQ(poisectl({"programme", "checkin"}).code, 2) << "nobody is there to be asked";
  EXPECT_EQ(poisectl({"programme", "checkin", "--pain", "3", "--stiffness", "2"}).code, 0);
  EXPECT_EQ(poisectl({"programme", "checkin", "--pain", "4", "--warning"}).code, 0);
  EXPECT_THAT(daemon_.calls(), Contains("CheckIn 3 2"));
  EXPECT_THAT(daemon_.calls(), Contains("CheckIn 4 0 warning"));
}

TEST_F(WithDaemon, AWarningSignIsReportedByItsName) {
  EXPECT_EQ(poisectl({"programme", "warning", "chest-pain"}).code, 0);
  EXPECT_EQ(poisectl({"programme", "warning", "hiccups"}).code, 1);
  EXPECT_EQ(poisectl({"programme", "hurts", "wall-angel"}).code, 0);
  const auto unknown = poisectl({"programme", "hurts", "wall-angle"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean wall-angel?"));
  EXPECT_THAT(daemon_.calls(), Contains("SayHurts wall-angel"));
  EXPECT_EQ(poisectl({"programme", "cleared"}).code, 0);
  EXPECT_EQ(poisectl({"programme", "hold"}).code, 0);
  EXPECT_EQ(poisectl({"programme", "resume"}).code, 0);
  EXPECT_EQ(poisectl({"programme", "stop"}).code, 0);
  EXPECT_THAT(daemon_.calls(), Contains("ReportWarning chest-pain"));
  EXPECT_THAT(daemon_.calls(), Contains("SayCleared"));
  EXPECT_THAT(daemon_.calls(), Contains("HoldPlan"));
  EXPECT_THAT(daemon_.calls(), Contains("ResumePlan"));
  EXPECT_THAT(daemon_.calls(), Contains("StopPlan"));
}

TEST_F(Live, WhatToDoAboutAWarningSignNeedsNoDaemon) {
  const auto result = poisectl({"programme", "warning", "chest-pain"});
  EXPECT_EQ(result.code, 3);
  EXPECT_FALSE(result.out.empty());
}

// E4: what the first 72 hours remind of, as far as the person has what it takes.
TEST_F(WithDaemon, APlansRemindersStandInNextAndInTheGuide) {
  daemon_.set_programme(R"({"plan":"acute","phase":"first-72-hours","routine":"breathing"})");
  const auto plain = poisectl({"next"});
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_THAT(plain.out, HasSubstr("A rolled towel behind the middle"));
  EXPECT_THAT(plain.out, Not(HasSubstr("Cold pack"))) << "not owned";
  const rig::TemporaryDirectory home;
  std::filesystem::create_directories(home.path() / "poised");
  std::ofstream(home.path() / "poised/poised.toml") << "[programme]\nequipment = [\"cold-pack\"]\n";
  auto own = environment();
  own.push_back("XDG_CONFIG_HOME=" + home.path().string());
  EXPECT_THAT(run({POISECTL, "next"}, own).out, HasSubstr("Cold pack, wrapped in a cloth"));
  const auto json = nlohmann::json::parse(run({POISECTL, "next", "--json"}, own).out);
  ASSERT_GE(json["next"].size(), 4U);
  EXPECT_EQ(json["next"][0]["id"], "stretch");
  EXPECT_EQ(json["next"][1]["id"], "cold-pack");
  EXPECT_EQ(json["next"][1]["state"], "reminder");
  const auto guided = run({POISECTL, "guide", "eyes", "--plain"}, own);
  EXPECT_THAT(guided.out, HasSubstr("Cold pack, wrapped in a cloth"));
  daemon_.set_programme(R"({"plan":"acute","phase":"first-72-hours","stopped":true})");
  EXPECT_THAT(run({POISECTL, "next"}, own).out, Not(HasSubstr("Cold pack")));
}

// E6: in the guide, and nowhere as a prompt.
TEST_F(WithDaemon, TheGuideHasTheLookBackAndATipForTheNight) {
  daemon_.set_programme(R"({"plan":"maintenance","phase":"maintenance-assess"})");
  const auto guided = poisectl({"guide", "eyes", "--plain"});
  EXPECT_EQ(guided.code, 0) << guided.err;
  EXPECT_THAT(guided.out, HasSubstr("How far do you turn, bend and reach now?"));
  EXPECT_THAT(guided.out, HasSubstr("sleep"));
}

class InGerman : public WithDaemon {
 protected:
  static Finished with(const std::vector<std::string>& variables,
                       std::vector<std::string> environment, std::vector<std::string> arguments) {
    for (const auto& variable : variables) environment.push_back(variable);
    arguments.insert(arguments.begin(), POISECTL);
    return run(arguments, environment);
  }
  Finished german(const std::vector<std::string>& arguments) const {
    return with({"LC_ALL=de_DE.UTF-8", "LANGUAGE"}, environment(), arguments);
  }
  Finished english(const std::vector<std::string>& arguments) const {
    return with({"LC_ALL=C.UTF-8", "LANGUAGE"}, environment(), arguments);
  }
};

TEST_F(InGerman, WhatPeopleReadIsGerman) {
  daemon_.set_status(R"({"posture":"sitting","stand_enabled":true})");
  EXPECT_THAT(german({"status"}).out, HasSubstr("Haltung"));
  EXPECT_THAT(english({"status"}).out, HasSubstr("Posture"));
  EXPECT_THAT(german({"pause"}).out, HasSubstr("Unterbrochen bis poisectl resume."));
  EXPECT_THAT(german({"programme"}).out, HasSubstr("3 von 7 in dieser Phase, 10 insgesamt"));
  EXPECT_THAT(german({"programme"}).out, HasSubstr("Acht Wochen, Schritt für Schritt"));
  EXPECT_THAT(german({"exercise", "show", "wall-angel"}).out, HasSubstr("Vorsicht"));
  EXPECT_THAT(german({"privacy"}).out, HasSubstr("nichts verlässt diesen Rechner"));
  EXPECT_THAT(german({"why"}).out, HasSubstr("Jetzt"));
  EXPECT_THAT(german({"--help"}).out, HasSubstr("Jeden Tag"));
  EXPECT_THAT(english({"--help"}).out, HasSubstr("Every day"));
}

TEST_F(InGerman, WhatProgramsReadStaysAsItIs) {
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"status", "--json"}, {"pause", "--json"}, {"programme", "--json"}, {"why", "--json"}})
    EXPECT_EQ(german(command).out, english(command).out) << command[0];
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"stauts"}, {"pause", "--for", "never"}, {"config", "check", "/no/such/file.toml"}}) {
    const auto result = german(command);
    EXPECT_EQ(result.err, english(command).err) << command[0];
    EXPECT_NE(result.code, 0);
    EXPECT_FALSE(result.err.empty());
  }
}

TEST_F(InGerman, TheConfiguredLanguageComesFirst) {
  const rig::TemporaryDirectory root;
  const auto folder = root.path() / "etc/poised";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "poised.toml") << "schema = 1\n[locale]\nlanguage = \"de\"\n";
  const auto result =
      english({"exercise", "show", "wall-angel", "--config-root", root.path().string()});
  EXPECT_THAT(result.out, HasSubstr("Vorsicht"));
}

TEST_F(WithDaemon, VersionNamesTheDaemonsOwn) {
  EXPECT_EQ(nlohmann::json::parse(poisectl({"version", "--json"}).out)["daemon"], "9.8.7");
}

TEST_F(WithDaemon, StatusAsJsonIsTheDaemonsOwnObject) {
  const auto json = R"({"presence":"active","future-field":[1,{"deep":null}],"idle_s":1.5})";
  daemon_.set_status(json);
  const auto result = poisectl({"status", "--json"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out), nlohmann::json::parse(json));
}

TEST_F(WithDaemon, StatusForPeopleHasNoColoursInAPipe) {
  daemon_.set_status(R"({"presence":"active","session_s":60})");
  const auto result = poisectl({"status"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("at the screen, 1 min in this session"));
  EXPECT_THAT(result.out, testing::Not(HasSubstr("\033")));
}

TEST_F(WithDaemon, AnAnswerThatIsNotJsonFails) {
  daemon_.set_status("{");
  const auto result = poisectl({"status"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "poisectl: status: daemon: its answer is not JSON\n");
}

TEST_F(WithDaemon, ADaemonThatDoesNotAnswerFailsAfterTwoSeconds) {
  daemon_.fall_silent();
  const auto begin = std::chrono::steady_clock::now();
  const auto result = poisectl({"status"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "poisectl: status: daemon: no answer within 2 s\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(WithDaemon, EachCommandCallsItsMethod) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> commands{
      {{"start"}, "Answer 0 start"},
      {{"done"}, "Answer 0 done"},
      {{"snooze"}, "Answer 0 snooze"},
      {{"skip"}, "Answer 0 skip"},
      {{"take", "rest"}, "Take rest"},
      {{"quiet-today"}, "QuietToday"},
      {{"pause"}, "PauseWithReason 0 "},
      {{"pause", "--reason", "talk"}, "PauseWithReason 0 talk"},
      {{"resume"}, "Resume"},
      {{"sit"}, "Say sitting"},
      {{"desk", "stop"}, "Stop"},
      {{"stand"}, "Say standing"},
      {{"next"}, "Programme"},
      {{"plugins"}, "GetStatus"},
      {{"plugins", "restart", "notify"}, "RestartPlugin notify"}};
  for (const auto& [command, call] : commands) {
    const auto result = poisectl(command);
    EXPECT_EQ(result.code, 0) << call << ": " << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    ASSERT_THAT(daemon_.calls(), testing::Not(IsEmpty()));
    EXPECT_EQ(daemon_.calls().back(), call);
  }
}

TEST_F(WithDaemon, TheDeskIsMovedFromWhereItIs) {
  EXPECT_EQ(poisectl({"desk", "up"}).err, "poisectl: desk up: desk: its height is not known\n");
  daemon_.set_status(R"({"desk":{"height_mm":720,"moving":false,"state":"ok"}})");
  const std::vector<std::pair<std::vector<std::string>, std::string>> commands{
      {{"desk", "height", "1100"}, "MoveDesk 1100"},
      {{"desk", "up"}, "MoveDesk 770"},
      {{"desk", "down", "20"}, "MoveDesk 700"}};
  for (const auto& [command, call] : commands) {
    EXPECT_EQ(poisectl(command).out, "The desk is at 72 cm.\n");
    EXPECT_THAT(daemon_.calls(), testing::Contains(call));
  }
  EXPECT_EQ(poisectl({"desk"}).out, "72 cm.\n");
  // It does not move: that is what the test is there to find out.
  EXPECT_EQ(poisectl({"desk", "test"}).code, 1);
  EXPECT_EQ(poisectl({"desk", "height", "3000"}).code, 2);
}

TEST_F(WithDaemon, OfSeveralDesksTheNamedOneIsMoved) {
  daemon_.set_status(
      R"({"desk":{"name":"office","height_mm":720,"moving":false,"state":"ok"},"desks":[)"
      R"({"name":"office","height_mm":720,"moving":false,"state":"ok"},)"
      R"({"name":"home","height_mm":700,"moving":false,"state":"ok"}]})");
  EXPECT_EQ(poisectl({"desk", "up", "--desk", "home"}).out, "The desk is at 70 cm.\n");
  EXPECT_THAT(daemon_.calls(), testing::Contains("MoveDesk home 750"));
  EXPECT_EQ(poisectl({"desk", "up", "--desk", "attic"}).err,
            "poisectl: desk up: desk: none is called 'attic'\n");
  EXPECT_EQ(poisectl({"desk"}).out, "office: 72 cm, in use\nhome: 70 cm\n");
}

TEST_F(WithDaemon, ActionsSayInJsonWhatWasDone) {
  EXPECT_EQ(nlohmann::json::parse(poisectl({"skip", "--json"}).out),
            nlohmann::json::parse(R"({"done":"skip"})"));
}

TEST_F(WithDaemon, PauseForAnHourEndsAnHourFromNow) {
  const auto before = std::time(nullptr);
  EXPECT_EQ(poisectl({"pause", "--for", "1h"}).code, 0);
  const auto after = std::time(nullptr);
  const auto call = daemon_.calls().back();
  const auto until = std::stoll(call.substr(std::string("PauseWithReason ").size()));
  EXPECT_GE(until, before + 3600);
  EXPECT_LE(until, after + 3600);
}

TEST_F(WithDaemon, ARefusalIsTheDaemonsOwnLine) {
  daemon_.refuse("snooze: stretch: no snoozes left");
  const auto result = poisectl({"snooze"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "poisectl: snooze: stretch: no snoozes left\n");
}

TEST_F(WithDaemon, ARefusalWithoutItsContextIsGivenOne) {
  daemon_.refuse("prompt: none is open");
  EXPECT_EQ(poisectl({"snooze"}).err, "poisectl: snooze: prompt: none is open\n");
}

TEST_F(WithDaemon, ARefusalCannotDriveTheTerminal) {
  daemon_.refuse("skip: \033[2J\nfake");
  EXPECT_EQ(poisectl({"skip"}).err, "poisectl: skip: ?[2J?fake\n");
}

TEST_F(WithDaemon, DoctorFailsOnlyOnErrors) {
  daemon_.set_doctor(
      R"({"problems":[{"severity":"warning","context":"notify","text":"no server"}],"facts":[]})");
  EXPECT_EQ(poisectl({"doctor"}).code, 0);
  daemon_.set_doctor(
      R"({"problems":[{"severity":"error","context":"input","text":"cannot see input"}],"facts":[]})");
  const auto result = poisectl({"doctor"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("input: cannot see input"));
  EXPECT_EQ(result.err, "poisectl: doctor: daemon: 1 error\n");
}

TEST_F(WithDaemon, MonitorPrintsEventsAsTheyHappenAndEndsOnInterrupt) {
  Process monitor({POISECTL, "monitor"}, environment());
  daemon_.wait_for("Version");  // it has subscribed
  daemon_.emit_event(R"({"at":"2026-03-02T09:00:00+01:00","event":"due","break":"stretch"})");
  EXPECT_EQ(monitor.read_line(), "09:00:00  Stretch is due.");
  daemon_.emit_event(
      R"({"at":"2026-03-02T09:00:08+01:00","event":"prompt","break":"stretch","also":[]})");
  EXPECT_EQ(monitor.read_line(), "09:00:08  Offered: Stretch.");
  monitor.signal(SIGINT);
  const auto result = monitor.finish();
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
}

TEST_F(WithDaemon, MonitorInJsonPrintsOneObjectALine) {
  Process monitor({POISECTL, "monitor", "--json"}, environment());
  daemon_.wait_for("Version");
  daemon_.emit_event("{\"at\":\"x\",\n\"event\":\"due\"}");
  EXPECT_EQ(monitor.read_line(), R"({"at":"x","event":"due"})");
  monitor.signal(SIGTERM);
  EXPECT_EQ(monitor.finish().code, 0);
}

TEST_F(WithDaemon, OneThatIsAboutToEndIsNone) {
  daemon_.stop_serving();
  const auto result = poisectl({"status"});
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.err,
            "poisectl: status: daemon: not running (systemctl --user start poised starts it)\n");
}

TEST_F(WithDaemon, MonitorEndsWithThreeWhenTheDaemonLeaves) {
  Process monitor({POISECTL, "monitor"}, environment());
  daemon_.wait_for("Version");
  daemon_.leave();
  const auto result = monitor.finish();
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.err, "poisectl: monitor: daemon: it has left\n");
}

TEST_F(WithDaemon, MonitorEndsWithThreeWhenTheBusGoes) {
  Process monitor({POISECTL, "monitor"}, environment());
  daemon_.wait_for("Version");
  bus_.kill();
  EXPECT_EQ(monitor.finish().code, 3);
}

}  // namespace
}  // namespace poised::test
