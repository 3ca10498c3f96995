// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "process.hpp"
#include "rigs/program.hpp"

namespace poised::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

const std::string morning =
    "# a morning\n"
    "2026-03-02T08:00:00 active\n"
    "2026-03-02T09:01:00 idle\n"
    "2026-03-02T09:01:20 active\n"
    "2026-03-02T09:02:00 answer start\n"
    "2026-03-02T09:05:00 idle\n"
    "2026-03-02T09:05:00 lock\n";

class SimulateCommand : public testing::Test {
 protected:
  std::string write(const fs::path& path, const std::string& text) const {
    const auto file = root_.path() / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file;
  }
  Finished simulate(std::vector<std::string> arguments) const {
    if (std::find(arguments.begin(), arguments.end(), "--tz") == arguments.end())
      arguments.insert(arguments.end(), {"--tz", "Europe/Berlin"});
    arguments.insert(arguments.begin(), {POISECTL, "simulate"});
    arguments.insert(arguments.end(), {"--config-root", root_.path().string()});
    return run(arguments, {"HOME=/home/kim", "XDG_CONFIG_HOME",
                           "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"});
  }
  std::vector<json> events(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const auto result = simulate(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    std::vector<json> list;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) list.push_back(json::parse(line));
    return list;
  }
  static std::vector<std::string> names(const std::vector<json>& events) {
    std::vector<std::string> list;
    for (const auto& event : events) list.push_back(event.at("event"));
    return list;
  }

  rig::TemporaryDirectory root_;
};

// A kill leaves no later sign of life than the last thing it was told.
TEST_F(SimulateCommand, ADaemonThatEndsHasHeardWhatCameInTheSameMoment) {
  const auto told = events({"--trace", write("killed.trace",
                                             "2026-03-02T08:00:00 active\n"
                                             "2026-03-02T09:00:05 idle\n"
                                             "2026-03-02T09:00:20 answer start\n"
                                             "2026-03-02T09:00:20 event {\"stop\":null}\n")});
  EXPECT_THAT(names(told), ElementsAre("session-start", "due", "prompt", "started"));
}

TEST_F(SimulateCommand, PrintsOneObjectALine) {
  const auto told = events({"--trace", write("day.trace", morning)});
  EXPECT_THAT(names(told), ElementsAre("session-start", "due", "prompt", "started", "completed",
                                       "session-end", "day"));
  EXPECT_EQ(told[2], json::parse(R"({"at":"2026-03-02T09:01:08+01:00","event":"prompt",
      "elapsed_s":3668,"id":1,"break":"stretch","also":[],"posture":null,
      "routine":"hourly-micro-break","exercises":[
          {"id":"stand-and-walk","sets":1,"easier":false}],
      "urgency":"normal","reason":"interval","rule":"B4"})"));
  EXPECT_EQ(told[4].at("how"), "taken");
  EXPECT_EQ(told[5].at("length_s"), 3900);
  EXPECT_EQ(told[5].at("since"), "2026-03-02T09:05:00+01:00");
  EXPECT_EQ(told[6].at("prompts"), 1);
}

TEST_F(SimulateCommand, ReadsStdinToo) {
  const auto file = write("day.trace", morning);
  const auto shell = run({"sh", "-c",
                          std::string(POISECTL) + " simulate --json --tz UTC --config-root " +
                              root_.path().string() + " --trace - < " + file},
                         {"HOME=/home/kim", "XDG_CONFIG_HOME"});
  EXPECT_EQ(shell.code, 0) << shell.err;
  EXPECT_THAT(shell.out, HasSubstr(R"("at":"2026-03-02T09:01:08+00:00","event":"prompt")"));
}

TEST_F(SimulateCommand, TellsADayToPeople) {
  const auto result = simulate({"--trace", write("day.trace", morning)});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("Monday, 2 March 2026\n"
                                     "  08:00 You are at the screen.\n"
                                     "  09:00 Stretch is due.\n"
                                     "  09:01 Offered: Stretch.\n"
                                     "  09:02 Stretch has begun.\n"
                                     "  09:03 Stretch is done.\n"
                                     "  09:10 You are away; the session lasted 1 h 05 min.\n"
                                     "       1 h 05 min at the screen, 1 prompt, 1 taken.\n"
                                     "\n"
                                     "In all\n"
                                     "  Days at the screen               1\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("\033")));
  for (const auto* row : {"Prompts", "Taken", "Natural breaks", "Snoozed", "Skipped", "Held",
                          "Longest sitting", "Standing"})
    EXPECT_THAT(result.out, HasSubstr(std::string("\n  ") + row)) << row;
}

TEST_F(SimulateCommand, HoldsWhatBusyTimesHold) {
  const auto told =
      events({"--trace", write("day.trace", morning), "--busy", "2026-03-02T08:55/2026-03-02T09:02",
              "--busy", "2026-03-02T09:03:00+01:00/2026-03-02T10:00"});
  EXPECT_THAT(names(told), ElementsAre("session-start", "prompt", "withdrawn", "due", "held",
                                       "refused", "session-end", "completed", "day"));
  EXPECT_EQ(told[1].at("reason"), "pull-forward");
  EXPECT_EQ(told[2].at("at"), "2026-03-02T08:55:00+01:00");
  EXPECT_EQ(told[4].at("by"), json::array({"calendar"}));
}

TEST_F(SimulateCommand, HoldsWhatACalendarHolds) {
  const auto calendar = write("work.ics",
                              "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"
                              "DTSTART;TZID=Europe/Berlin:20260223T085500\r\n"
                              "DTEND;TZID=Europe/Berlin:20260223T100000\r\n"
                              "RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  const auto trace = write("day.trace", morning);
  const auto told = events({"--trace", trace, "--calendar", calendar});
  EXPECT_EQ(names(told),
            names(events({"--trace", trace, "--busy", "2026-03-02T08:55/2026-03-02T10:00"})));
  EXPECT_THAT(names(told), testing::Contains("held"));
  const auto bad = simulate({"--trace", trace, "--calendar", trace});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err, StartsWith("poisectl: simulate: " + trace + ": "));
}

TEST_F(SimulateCommand, TakesTheNamedFilesOrThePersonsOwn) {
  const auto trace = write("day.trace", morning);
  const auto half = write("half.toml", "[breaks.stretch]\ninterval = \"30min\"\n");
  write("home/kim/.config/poised/poised.toml", "[breaks.stretch]\ninterval = \"45min\"\n");
  const auto due = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--trace", trace});
    for (const auto& event : events(arguments))
      if (event.at("event") == "due") return event.at("elapsed_s").get<int>();
    return 0;
  };
  EXPECT_EQ(due({}), 45 * 60);
  EXPECT_EQ(due({"--config", half}), 30 * 60);
  const auto later = write("later.toml", "[breaks.stretch]\ninterval = \"50min\"\n");
  EXPECT_EQ(due({"--config", half, "--config", later}), 50 * 60);
  EXPECT_EQ(due({"--config", write("none.toml", "")}), 60 * 60);
}

TEST_F(SimulateCommand, BeginsAndEndsWhereItIsTold) {
  const auto trace = write("day.trace", morning);
  auto told = events({"--trace", trace, "--from", "2026-03-02T07:00"});
  EXPECT_EQ(told.front().at("elapsed_s"), 3600);
  told = events({"--trace", trace, "--from", "2026-03-02T09:01", "--until", "2026-03-02T09:02:30"});
  EXPECT_THAT(names(told), ElementsAre("prompt", "started"));
  EXPECT_EQ(told.front().at("elapsed_s"), 3668);
  EXPECT_THAT(events({"--trace", write("empty.trace", "# nobody\n"), "--from", "2026-03-02",
                      "--until", "2026-03-02T12:00"}),
              testing::SizeIs(1));  // the day turns at 04:00
}

TEST_F(SimulateCommand, LosesNothingOverARestartAndStepsTheClock) {
  auto with = [&](const std::string& line) {
    return names(events({"--trace", write("day.trace", morning + line +
                                                           "2026-03-02T09:30:00 unlock\n"
                                                           "2026-03-02T09:40:00 lock\n")}));
  };
  EXPECT_EQ(with("2026-03-02T09:06:00 restart\n"), with(""));
  const auto told = events({"--trace", write("clock.trace",
                                             "2026-03-02T08:00 active\n"
                                             "2026-03-02T08:30 clock -1h\n"
                                             "2026-03-02T08:10 idle\n")});
  for (const auto& event : told) {
    if (event.at("event") != "prompt") continue;
    EXPECT_EQ(event.at("at"), "2026-03-02T08:05:00+01:00");
    EXPECT_EQ(event.at("elapsed_s"), 3900);
  }
}

TEST_F(SimulateCommand, IsTheSameForTheSameSeed) {
  const auto once = simulate({"--persona", "developer", "--days", "5", "--seed", "9", "--json"});
  EXPECT_EQ(once.code, 0);
  EXPECT_EQ(once.out,
            simulate({"--persona", "developer", "--days", "5", "--seed", "9", "--json"}).out);
  EXPECT_NE(once.out,
            simulate({"--persona", "developer", "--days", "5", "--seed", "10", "--json"}).out);
}

TEST_F(SimulateCommand, TellsEachDayOfAPersona) {
  int days = 0, present = 0;
  double last = 0;
  for (const auto& event : events({"--persona", "office", "--days", "7", "--from", "2026-03-02"})) {
    EXPECT_GE(event.at("elapsed_s").get<double>(), last);
    last = event.at("elapsed_s");
    if (event.at("event") != "day") continue;
    ++days;
    present += event.at("present_s") > 0;
  }
  EXPECT_EQ(days, 7);
  EXPECT_EQ(present, 5);
}

TEST_F(SimulateCommand, ComparesTwoConfigurations) {
  const auto a = write("a.toml", "[breaks.stretch]\ninterval = \"60min\"\n");
  const auto b = write("b.toml", "[breaks.stretch]\ninterval = \"30min\"\n");
  const std::vector<std::string> asked{"--persona", "part-time", "--days", "12",
                                       "--config",  a,           "--vs",   b};
  auto as_json = asked;
  as_json.emplace_back("--json");
  const auto compared = json::parse(simulate(as_json).out);
  EXPECT_EQ(compared.at("a").at("days"), 10);
  EXPECT_GT(compared.at("b").at("prompts"), compared.at("a").at("prompts"));
  EXPECT_EQ(compared.at("b").at("interruptions_in_meetings"), 0);
  const auto text = simulate(asked);
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("B: " + b));
  EXPECT_THAT(text.out, HasSubstr("\n  In meetings"));
  // Each run sees its own file only.
  auto reversed = asked;
  std::swap(reversed[5], reversed[7]);
  reversed.emplace_back("--json");
  EXPECT_EQ(json::parse(simulate(reversed).out).at("b"), compared.at("a"));
}

TEST_F(SimulateCommand, FollowsPlans) {
  const auto told = events({"--trace", write("plan.trace", "2026-03-02T08:00 plan start home\n")});
  EXPECT_EQ(told.front().at("event"), "phase");
  EXPECT_EQ(told.front().at("plan"), "home");
  EXPECT_EQ(told.front().at("to"), "home");
  const auto refused =
      events({"--trace", write("plan.trace", "2026-03-02T08:00 plan start quickly\n")});
  EXPECT_EQ(refused.front().at("event"), "refused");
  EXPECT_EQ(refused.front().at("why"), "no such plan");
}

TEST_F(SimulateCommand, GoesThroughTheWholeProgramme) {
  std::vector<std::string> phases;
  for (const auto& event : events({"--persona", "office", "--days", "92", "--plan", "acute"}))
    if (event.at("event") == "phase")
      phases.push_back(event.at("to").is_null() ? "" : event.at("to"));
  EXPECT_EQ(phases, (std::vector<std::string>{"first-72-hours", "", "foundation", "mobility",
                                              "strength", "maintenance-mobility",
                                              "maintenance-strength", "maintenance-function",
                                              "maintenance-assess", "maintenance-mobility"}));
}

// ------------------------------------------------------------------------------------- bad input

TEST_F(SimulateCommand, NamesFileLineAndReasonOfABadTrace) {
  const auto line = [&](const std::string& text) {
    const auto file = write("bad.trace", text);
    const auto result = simulate({"--json", "--trace", file});
    EXPECT_EQ(result.code, 1) << text;
    EXPECT_THAT(result.err, StartsWith(file + ":")) << text;
    return result.err.substr(std::min(file.size(), result.err.size()));
  };
  EXPECT_EQ(line("yesterday active\n"),
            ":1: “yesterday” is not a time such as 2026-03-02T08:00:00\n");
  EXPECT_EQ(line("2026-03-02T08:00 active\n\n2026-03-02T09:00 dance\n"),
            ":3: “dance”: no such event\n");
  EXPECT_EQ(line("2026-03-02T08:00 active\n2026-03-02T07:00 idle\n"),
            ":2: 2026-03-02T07:00 lies before the line above it\n");
  EXPECT_EQ(line("2026-03-29T02:30 active\n"),
            ":1: 2026-03-29T02:30 does not exist: the clocks are put forward over it\n");
  EXPECT_EQ(line("2026-03-02T08:00 \x1b[31m\n"), ":1: “?[31m”: no such event\n");
}

TEST_F(SimulateCommand, SaysInOneLineWhatItCannotTake) {
  const auto refused = [&](const std::vector<std::string>& arguments) {
    const auto result = simulate(arguments);
    EXPECT_EQ(result.code, arguments[0] == "--trace" ? 1 : 2) << arguments[0];
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  EXPECT_EQ(refused({"--persona", "ofice"}),
            "poisectl: simulate: --persona: “ofice”: no such persona; did you mean office?\n");
  EXPECT_THAT(refused({"--persona", "king"}), HasSubstr("there are office, developer"));
  EXPECT_THAT(refused({"--habit", "sulks"}), HasSubstr("simulate: --habit: “sulks”"));
  EXPECT_EQ(refused({"--tz", "Mars/Base"}),
            "poisectl: simulate: --tz: “Mars/Base”: no such time zone\n");
  EXPECT_EQ(refused({"--busy", "today"}),
            "poisectl: simulate: --busy: expected FROM/TO such as "
            "2026-03-02T10:00/2026-03-02T11:00, not “today”\n");
  EXPECT_EQ(refused({"--plan", "nope"}), "poisectl: simulate: --plan: “nope”: no such plan\n");
  EXPECT_THAT(refused({"--from", "2026-03-29T02:30"}), HasSubstr("--from: 2026-03-29T02:30 does"));
  EXPECT_THAT(refused({"--from", "2026-03-03", "--until", "2026-03-02"}),
              HasSubstr("--until: 2026-03-02 lies before the beginning"));
  EXPECT_THAT(refused({"--trace", "/nonexistent/day.trace"}),
              HasSubstr("/nonexistent/day.trace: cannot be read: No such file or directory"));
  EXPECT_THAT(refused({"--trace", "/"}), HasSubstr("/: cannot be read: Is a directory"));
  const auto empty = write("empty.trace", "# nobody\n");
  EXPECT_EQ(refused({"--trace", empty, "--until", "2026-03-02T12:00"}),
            "poisectl: simulate: " + empty +
                ": there is no event in it; --from and --until say when it begins and ends\n");
}

TEST_F(SimulateCommand, RefusesAConfigurationThatIsNone) {
  const auto file = write("bad.toml", "[breaks.stretch]\ninterval = \"0s\"\n");
  const auto result = simulate({"--config", file});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, StartsWith(file + ":2:12: breaks.stretch.interval: expected"));
  EXPECT_THAT(result.out, IsEmpty());
  for (const auto* impossible :
       {"breaks.stretch.interval = \"-1h\"\n", "breaks.stretch.duration = \"2h\"\n",
        "breaks.stretch.natural = \"10s\"\n", "breaks.stretch.interval = \"87600000000000h\"\n",
        "schedule.hours = [\"Mon-Fri 08:00-12:00\", \"Wed 11:00-13:00\"]\n"}) {
    const auto refused = simulate({"--config", write("bad.toml", impossible)});
    EXPECT_EQ(refused.code, 1) << impossible;
    EXPECT_THAT(refused.err, StartsWith(file + ":1:")) << impossible;
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << impossible;
  }
  write("bad.toml", "[breaks.stretch]\ninterval = \"0s\"\n");
  const auto missing = simulate({"--config", "/nonexistent.toml"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "poisectl: simulate: /nonexistent.toml: there is no such file\n");
  EXPECT_EQ(simulate({"--vs", file}).code, 1);
}

TEST_F(SimulateCommand, WarnsOfARoutineThatThereIsNot) {
  const auto file = write("typo.toml", "[breaks.stretch]\nroutine = \"hourly-micro-brek\"\n");
  const auto result = simulate({"--config", file});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, file +
                            ":2:1: breaks.stretch.routine: there is no routine "
                            "'hourly-micro-brek' in the catalogue; did you mean "
                            "'hourly-micro-break'? (warning)\n");
}

TEST_F(SimulateCommand, KnowsACommandLineThatMakesNoSense) {
  EXPECT_EQ(simulate({"--trace", "x", "--persona", "office"}).code, 2);
  EXPECT_EQ(simulate({"--days", "0"}).code, 2);
  EXPECT_EQ(simulate({"--days", "many"}).code, 2);
  EXPECT_EQ(simulate({"--vs", write("b.toml", ""), "--trace", "-"}).code, 2);
  EXPECT_EQ(simulate({"office"}).code, 2);
}

}  // namespace
}  // namespace poised::test
