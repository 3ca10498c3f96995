// SPDX-License-Identifier: MIT
#include "config/layers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config_fixture.hpp"

namespace poised::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class Layers : public ConfigTest {
 protected:
  std::string layer_of(const Loaded& loaded, const std::string& key) {
    for (const auto& effective : loaded.effective)
      if (effective.key == key) return std::string(layer_name(effective.setting.source.layer));
    return "no such key";
  }
};

TEST_F(Layers, WithoutAnyFileGiveTheDefaults) {
  const Loaded loaded = load_all();
  EXPECT_EQ(loaded.policy, load_files({}, {}).policy);
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_THAT(loaded.files, IsEmpty());
  EXPECT_EQ(layer_of(loaded, "prompt.gap"), "built-in");
}

TEST_F(Layers, LieOverEachOtherInTheirOrder) {
  const std::vector<std::string> files{"/usr/share/poised/defaults.d/10-a.toml",
                                       "/usr/share/poised/defaults.d/20-b.toml",
                                       "/etc/poised/poised.toml",
                                       "/etc/poised/conf.d/10-a.toml",
                                       "/etc/poised/conf.d/9-b.toml",
                                       "/home/me/.config/poised/poised.toml",
                                       "/home/me/.config/poised/conf.d/a.toml",
                                       "/home/me/.config/poised/conf.d/b.toml"};
  for (std::size_t i = 0; i < files.size(); ++i) {
    write(files[i], "[prompt]\ngap = \"" + std::to_string(i + 10) + "s\"\n");
    const Loaded loaded = load_all();
    EXPECT_EQ(loaded.policy.prompt.gap, std::chrono::seconds(i + 10)) << files[i];
    ASSERT_THAT(loaded.files, SizeIs(i + 1));
    EXPECT_EQ(loaded.files.back().path, path(files[i]));
  }
  const Loaded loaded = load_all();
  EXPECT_EQ(layer_of(loaded, "prompt.gap"), "user");
  const auto found = std::ranges::find(loaded.effective, "prompt.gap", &Effective::key);
  ASSERT_NE(found, loaded.effective.end());
  ASSERT_THAT(found->overrode, SizeIs(files.size()));
  EXPECT_EQ(found->overrode[0].value, "\"16s\"");
  EXPECT_EQ(found->overrode[0].source.file, path(files[6]));
  EXPECT_EQ(found->overrode[0].source.at.line, 2U);
  EXPECT_EQ(found->overrode.back().source.layer, Layer::built_in);
  EXPECT_EQ(found->overrode.back().value, "\"8s\"");
}

TEST_F(Layers, AreMergedKeyByKeyAndListsAsAWhole) {
  write(machine_file, "prompt.snooze = \"7min\"\nplugins.deny = [\"a\", \"b\"]\n");
  const Loaded loaded = load_user("prompt.gap = \"9s\"\nplugins.deny = [\"c\"]\n");
  EXPECT_EQ(loaded.policy.prompt.snooze, 7min);
  EXPECT_EQ(loaded.policy.prompt.gap, 9s);
  EXPECT_THAT(loaded.settings.plugins.deny, ElementsAre("c"));
}

TEST_F(Layers, AValueThatIsWrongLeavesTheOneBelow) {
  write(machine_file, "[prompt]\ngap = \"20s\"\n");
  const Loaded loaded = load_user("schema = 1\n[prompt]\ngap = 30\n");
  EXPECT_EQ(loaded.policy.prompt.gap, 20s);
  EXPECT_THAT(texts(loaded),
              ElementsAre("/home/me/.config/poised/poised.toml:3:7: prompt.gap: expected a "
                          "duration from \"0s\" to \"1h\", not an integer (write \"30s\", "
                          "\"30min\" or \"30h\"); stays \"20s\""));
}

TEST_F(Layers, OnlyTomlFilesThatAreNotHiddenCount) {
  write("/etc/poised/conf.d/a.toml.dpkg-old", "nonsense");
  write("/etc/poised/conf.d/.a.toml", "nonsense");
  write("/etc/poised/conf.d/README", "nonsense");
  write("/etc/poised/conf.d/a.toml", "prompt.gap = \"9s\"\n");
  const Loaded loaded = load_all();
  EXPECT_THAT(texts(loaded), IsEmpty());
  EXPECT_EQ(loaded.policy.prompt.gap, 9s);
}

// ------------------------------------------------------------------ unknown keys

TEST_F(Layers, UnknownKeysAreWarningsWithTheirPlaceAndWhatWasMeant) {
  const Loaded loaded = load_user(
      "idle_after = \"3min\"\n"
      "[promt]\n"
      "gap = \"1s\"\n"
      "[prompt]\n"
      "snoze = \"1min\"\n"
      "settle = \"1min\"\n"
      "enabled = true\n"
      "[breaks.stretch]\n"
      "intervall = \"1h\"\n"
      "[breaks.eyes]\n"
      "interval = \"20min\"\n"
      "tittle = \"x\"\n"
      "[breaks.daily-limit]\n"
      "natural = \"1min\"\n");
  const std::string at = "/home/me/.config/poised/poised.toml:";
  EXPECT_THAT(
      texts(loaded),
      ElementsAre(at + "1:1: idle_after: unknown key; did you mean 'activity.idle_after'?",
                  at + "2:2: promt: unknown key; did you mean 'prompt'?",
                  at + "5:1: prompt.snoze: unknown key; did you mean 'snooze'?",
                  at + "6:1: prompt.settle: unknown key; did you mean 'availability.settle'?",
                  at + "7:1: prompt.enabled: unknown key",
                  at + "9:1: breaks.stretch.intervall: unknown key; did you mean 'interval'?",
                  at + "12:1: breaks.eyes.tittle: unknown key; did you mean 'title'?",
                  at + "14:1: breaks.daily-limit.natural: the daily limit has no such key"));
  for (const auto& problem : loaded.problems) {
    EXPECT_EQ(problem.severity, Severity::warning);
    EXPECT_EQ(problem.kind, ProblemKind::unknown_key);
  }
}

TEST_F(Layers, AQuotedKeyWithDotsIsNotAPath) {
  const Loaded loaded = load_user("\"prompt.gap\" = \"9s\"\n\"a\\nb\" = 1\n");
  EXPECT_EQ(loaded.policy.prompt.gap, 8s);
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr(":1:1: \"prompt.gap\": unknown key"),
                                         HasSubstr(":2:1: \"a\\nb\": unknown key")));
}

TEST_F(Layers, ASectionMustBeATable) {
  const Loaded loaded = load_user("prompt = 5\nbreaks = [1]\n[plugins]\nallow = [\"notify\"]\n");
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr(":1:10: prompt: expected a table, not an int"),
                                         HasSubstr(":2:10: breaks: expected a table, not a list")));
  EXPECT_THAT(loaded.settings.plugins.allow, testing::Optional(ElementsAre("notify")));
}

// ------------------------------------------------------------------ schema

TEST_F(Layers, ASchemaOfALaterVersionLeavesTheFileOut) {
  const Loaded now = load_user("schema = 1\nprompt.gap = \"9s\"\n");
  EXPECT_EQ(now.policy.prompt.gap, 9s);
  EXPECT_THAT(now.problems, IsEmpty());
  const Loaded later = load_user("schema = 2\nprompt.gap = \"9s\"\nwhatever = 1\n");
  EXPECT_EQ(later.policy.prompt.gap, 8s);
  EXPECT_THAT(texts(later), ElementsAre("/home/me/.config/poised/poised.toml:1:10: schema: 2 is "
                                        "newer than this version knows (1); the file is left "
                                        "out"));
}

TEST_F(Layers, ASchemaThatIsNoVersionIsAProblemOfItsOwn) {
  const Loaded loaded = load_user("schema = \"1\"\nprompt.gap = \"9s\"\n");
  EXPECT_EQ(loaded.policy.prompt.gap, 9s);
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr(":1:10: schema: expected 1")));
}

// ------------------------------------------------------------------ broken files

TEST_F(Layers, ABrokenFileKeepsItsLastGoodContent) {
  write(machine_file, "prompt.gap = \"20s\"\n");
  const Loaded good = load_user("prompt.snooze = \"7min\"\n");
  write(machine_file, "prompt.gap = \"30s\nprompt.gap_max = \"6min\"\n");
  const Loaded broken = load_all(&good);
  EXPECT_EQ(broken.policy, good.policy);
  ASSERT_THAT(broken.problems, SizeIs(1));
  EXPECT_THAT(texts(broken)[0], testing::StartsWith("/etc/poised/poised.toml:1:"));
  EXPECT_THAT(texts(broken)[0], HasSubstr("its last good content stays in force"));
  EXPECT_EQ(broken.problems[0].kind, ProblemKind::file);

  // It is still known after another reload, and the other files go on changing.
  write(user_file, "prompt.snooze = \"8min\"\n");
  const Loaded still = load_all(&broken);
  EXPECT_EQ(still.policy.prompt.gap, 20s);
  EXPECT_EQ(still.policy.prompt.snooze, 8min);

  write(machine_file, "prompt.gap = \"30s\"\n");
  const Loaded mended = load_all(&still);
  EXPECT_EQ(mended.policy.prompt.gap, 30s);
  EXPECT_THAT(mended.problems, IsEmpty());
}

TEST_F(Layers, ABrokenFileWithoutAPastIsLeftOut) {
  write(machine_file, "prompt.gap = \"20s\"\n");
  const Loaded loaded = load_user("[prompt\ngap = \"1s\"\n");
  EXPECT_EQ(loaded.policy.prompt.gap, 20s);
  ASSERT_THAT(loaded.problems, SizeIs(1));
  EXPECT_THAT(texts(loaded)[0], HasSubstr("; the file is left out"));
}

TEST_F(Layers, AFileThatIsGoneIsForgotten) {
  const Loaded good = load_user("prompt.gap = \"20s\"\n");
  std::filesystem::remove(path(user_file));
  const Loaded gone = load_all(&good);
  EXPECT_EQ(gone.policy.prompt.gap, 8s);
  EXPECT_THAT(gone.problems, IsEmpty());
}

TEST_F(Layers, ADirectoryInPlaceOfAFileIsOneClearLine) {
  std::filesystem::create_directories(path("/etc/poised/conf.d/x.toml"));
  std::filesystem::create_directories(path(user_file));
  EXPECT_THAT(
      texts(load_all()),
      ElementsAre("/etc/poised/conf.d/x.toml: is a directory, not a file; the file is left out",
                  "/home/me/.config/poised/poised.toml: is a directory, not a file; the file is "
                  "left out"));
}

TEST_F(Layers, ALinkToNowhereIsOneClearLine) {
  std::filesystem::create_directories(path("/etc/poised"));
  std::filesystem::create_symlink("/nowhere/at/all.toml", path(machine_file));
  EXPECT_THAT(
      texts(load_all()),
      ElementsAre("/etc/poised/poised.toml: the link points to no file; the file is left out"));
}

// Root reads everything, so a child without privileges does the reading.
TEST_F(Layers, WhatMayNotBeReadIsOneClearLineAndKeepsItsLastGoodContent) {
  write("/etc/poised/conf.d/a.toml", "prompt.gap_max = \"7min\"\n");
  const Loaded good = load_user("prompt.gap = \"20s\"\n");
  std::filesystem::permissions(path("/"), std::filesystem::perms{0755});
  std::filesystem::permissions(path(user_file), std::filesystem::perms::none);
  std::filesystem::permissions(path("/etc/poised/conf.d"), std::filesystem::perms::none);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
    const Loaded loaded = load_all(&good);
    const auto lines = texts(loaded);
    const bool right =
        loaded.policy == good.policy && lines.size() == 2 &&
        std::ranges::count(lines,
                           "/home/me/.config/poised/poised.toml: cannot be read: Permission "
                           "denied; its last good content stays in force") == 1 &&
        std::ranges::count(lines, "/etc/poised/conf.d: cannot be read: Permission denied") == 1;
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  std::filesystem::permissions(path("/etc/poised/conf.d"), std::filesystem::perms{0755});
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// ------------------------------------------------------------------ reload

TEST_F(Layers, ReadingTheSameAgainGivesTheSame) {
  write(machine_file, "prompt.gap = \"20s\"\n[breaks.eyes]\ninterval = \"20min\"\n");
  const Loaded first = load_user("schedule.hours = [\"Sat 10:00-12:00\"]\nstand.nonsense = 1\n");
  const Loaded second = load_all(&first);
  EXPECT_EQ(first.policy, second.policy);
  EXPECT_EQ(first.settings, second.settings);
  EXPECT_EQ(first.problems, second.problems);
  EXPECT_EQ(first.effective, second.effective);
  EXPECT_EQ(first.watch, second.watch);
}

// ------------------------------------------------------------------ breaks

TEST_F(Layers, BreaksOfOnesOwnJoinTheBuiltInOnesInOrder) {
  const Loaded loaded = load_user(
      "[breaks.water]\ninterval = \"90min\"\nduration = \"30s\"\ntitle = \"A glass of water\"\n"
      "[breaks.eyes]\ninterval = \"20min\"\nduration = \"20s\"\nnatural = \"20s\"\nroutine = "
      "\"look-away\"\n"
      "[breaks.micro]\nenabled = true\n");
  std::vector<std::string> ids;
  for (const auto& each : loaded.policy.breaks) ids.push_back(each.id);
  EXPECT_THAT(ids, ElementsAre("eyes", "micro", "rest", "stretch", "water"));
  EXPECT_EQ(loaded.policy.breaks[0].routine, "look-away");
  EXPECT_EQ(loaded.policy.breaks[0].natural, 20s);
  EXPECT_TRUE(loaded.policy.breaks[1].enabled);
  EXPECT_EQ(loaded.policy.breaks[4].interval, 90min);
  EXPECT_THAT(loaded.settings.break_titles,
              ElementsAre(testing::Pair("water", "A glass of water")));
  EXPECT_THAT(loaded.problems, IsEmpty());
}

TEST_F(Layers, TheDailyLimitIsNotAmongTheBreaks) {
  const Loaded loaded = load_user(
      "[breaks.daily-limit]\nenabled = true\ninterval = \"7h\"\nrepeat = \"30min\"\n"
      "title = \"Enough\"\n");
  EXPECT_THAT(loaded.policy.breaks, SizeIs(3));
  EXPECT_EQ(loaded.policy.daily_limit,
            (core::DailyLimitPolicy{.enabled = true, .interval = 7h, .repeat = 30min}));
  EXPECT_THAT(loaded.settings.break_titles, ElementsAre(testing::Pair("daily-limit", "Enough")));
}

TEST_F(Layers, IdsOfBreaksAreChecked) {
  const Loaded loaded = load_user(
      "[breaks.posture]\ninterval = \"1h\"\n[breaks.\"My break\"]\ninterval = \"1h\"\n"
      "[breaks.Eyes]\ninterval = \"1h\"\n[breaks.9]\ninterval = \"1h\"\n");
  EXPECT_THAT(loaded.policy.breaks, SizeIs(3));
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr(":1:9: breaks.posture: \"posture\" is not"),
                                         HasSubstr(":3:9: breaks.\"My break\": a break's id is"),
                                         HasSubstr(":5:9: breaks.Eyes: a break's id is"),
                                         HasSubstr(":7:9: breaks.9: a break's id is")));
}

TEST_F(Layers, ABreakNamedAlmostLikeABuiltInOneIsDoubtful) {
  const Loaded loaded = load_user("[breaks.strech]\ninterval = \"45min\"\n");
  EXPECT_THAT(loaded.policy.breaks, SizeIs(4));
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr(":2:1: breaks.strech: this is a break of its "
                                                   "own; did you mean 'stretch'?")));
  EXPECT_EQ(loaded.problems[0].severity, Severity::warning);
  const Loaded meant = load_user("[breaks.micros]\ninterval = \"45min\"\nduration = \"9s\"\n");
  EXPECT_THAT(texts(meant), IsEmpty());
}

TEST_F(Layers, NoMoreBreaksThanAPersonCanMean) {
  std::string text;
  for (int i = 0; i < 80; ++i)
    text += "breaks.b" + std::to_string(i) + ".interval = \"" + std::to_string(i + 10) + "min\"\n";
  const Loaded loaded = load_user(text);
  EXPECT_THAT(loaded.policy.breaks, SizeIs(64 + 3));
  EXPECT_THAT(loaded.problems, SizeIs(16));
}

// ------------------------------------------------------------------ keys against each other

TEST_F(Layers, HeightsThatContradictEachOtherLoseTheLaterOne) {
  write(machine_file, "desk.sit_mm = 700\n");
  const Loaded loaded = load_user("desk.stand_mm = 690\n");
  EXPECT_EQ(loaded.settings.desk.sit_mm, 700);
  EXPECT_EQ(loaded.settings.desk.stand_mm, 1100);
  EXPECT_THAT(texts(loaded),
              ElementsAre(HasSubstr(":1:6: desk.stand_mm: desk.sit_mm (700) must be below "
                                    "desk.stand_mm (690); stays 1100")));
}

TEST_F(Layers, HeightsThatContradictEachOtherAcrossFilesFallBackAsFarAsNeeded) {
  write(machine_file, "desk.sit_mm = 1200\n");
  const Loaded loaded = load_user("desk.sit_mm = 1150\n");
  EXPECT_EQ(loaded.settings.desk.sit_mm, 720);
  EXPECT_THAT(loaded.problems, SizeIs(2));
}

TEST_F(Layers, ADesksLimitsMayBeSetOneByOneButNotTheWrongWayRound) {
  const Loaded one = load_user("desk.min_mm = 650\n");
  EXPECT_EQ(one.settings.desk.min_mm, 650);
  EXPECT_EQ(one.settings.desk.max_mm, std::nullopt);
  EXPECT_THAT(one.problems, IsEmpty());
  const Loaded wrong = load_user("desk.min_mm = 650\ndesk.max_mm = 640\n");
  EXPECT_EQ(wrong.settings.desk.min_mm, 650);
  EXPECT_EQ(wrong.settings.desk.max_mm, std::nullopt);
  EXPECT_THAT(texts(wrong), ElementsAre(HasSubstr(
                                "desk.max_mm: desk.min_mm (650) must be below desk.max_mm (640); "
                                "stays unset")));
}

TEST_F(Layers, PairsThatAreHardlyMeantAreDoubtfulButCount) {
  const Loaded loaded = load_user(
      "prompt.gap = \"6min\"\n"
      "breaks.stretch.interval = \"4min\"\n"
      "desk.max_mm = 1000\n");
  EXPECT_EQ(loaded.policy.prompt.gap, 6min);
  EXPECT_THAT(
      texts(loaded),
      ElementsAre(HasSubstr(":1:8: prompt.gap: prompt.gap (6min) is longer than prompt.gap_max"),
                  HasSubstr(":2:16: breaks.stretch.interval: breaks.stretch.natural (5min) is "
                            "longer than"),
                  HasSubstr(":3:6: desk.max_mm: desk.stand_mm (1100) is beyond desk.max_mm")));
  for (const auto& problem : loaded.problems) EXPECT_EQ(problem.kind, ProblemKind::doubtful);
}

TEST_F(Layers, ABreakThatCannotBeIsRefusedAndTheValueBeforeStays) {
  const auto one = [&](const std::string& text) {
    const Loaded loaded = load_user(text);
    EXPECT_THAT(loaded.problems, SizeIs(1)) << text;
    EXPECT_EQ(loaded.problems.at(0).severity, Severity::error);
    for (const auto& entry : loaded.policy.breaks) {
      EXPECT_LE(entry.duration, entry.interval) << text;
      EXPECT_LE(entry.duration, entry.natural) << text;
    }
    return texts(loaded).at(0);
  };
  EXPECT_THAT(one("breaks.stretch.duration = \"2h\"\n"),
              HasSubstr(":1:16: breaks.stretch.duration: breaks.stretch.duration (2h) must not be "
                        "longer than breaks.stretch.interval (1h); stays \"1min\""));
  EXPECT_THAT(one("breaks.rest.interval = \"4min\"\n"),
              HasSubstr("breaks.rest.interval: breaks.rest.duration (10min) must not be longer "
                        "than breaks.rest.interval (4min); stays \"2h\""));
  EXPECT_THAT(one("breaks.stretch.natural = \"30s\"\n"),
              HasSubstr(":1:16: breaks.stretch.natural: breaks.stretch.duration (1min) must not be "
                        "longer than breaks.stretch.natural (30s); stays \"5min\""));
  EXPECT_THAT(one("breaks.water.natural = \"5min\"\nbreaks.water.duration = \"20min\"\n"),
              HasSubstr(":2:14: breaks.water.duration: breaks.water.duration (20min) must not"));
}

TEST_F(Layers, NaturalFollowsTheBreaksLengthUnlessItWasSet) {
  const Loaded loaded = load_user("breaks.stretch.duration = \"10min\"\n");
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.policy.breaks.back().natural, 10min);
}

TEST_F(Layers, LengthsThatCannotBeAreRefusedOneByOne) {
  for (const auto* value :
       {"\"0s\"", "\"-5min\"", "\"87600000000000h\"", "\"3652500000000d\"", "-5", "0"}) {
    const Loaded loaded = load_user(std::string("breaks.stretch.interval = ") + value + "\n");
    EXPECT_THAT(texts(loaded), ElementsAre(AllOf(HasSubstr("poised.toml:1:2"),
                                                 HasSubstr(": breaks.stretch.interval: expected"))))
        << value;
    EXPECT_EQ(loaded.policy.breaks.back().interval, 60min) << value;
  }
}

TEST_F(Layers, HoursMayTouchButNotOverlap) {
  EXPECT_THAT(load_user("schedule.hours = [\"Mon-Fri 09:00-12:00\", \"Fri 12:00-13:00\", \"Sat "
                        "09:00-12:00\"]\n")
                  .problems,
              IsEmpty());
  const Loaded loaded =
      load_user("schedule.hours = [\"Mon-Fri 09:00-12:00\", \"Fri 11:00-13:00\"]\n");
  EXPECT_THAT(texts(loaded),
              ElementsAre(HasSubstr(":1:42: schedule.hours: \"Fri 11:00-13:00\" overlaps \"Mon-Fri "
                                    "09:00-12:00\"; stays [\"Mon-Fri 07:00-19:00\"]")));
}

TEST_F(Layers, StandingNeverGrowsDownwards) {
  const Loaded loaded = load_user("stand.stand_for = \"45min\"\n");
  EXPECT_EQ(loaded.policy.stand.stand_for, 45min);
  EXPECT_EQ(loaded.policy.stand.stand_max, 45min);
  EXPECT_THAT(loaded.problems, IsEmpty());
}

// ------------------------------------------------------------------ values

TEST_F(Layers, OneFolderForTheHistoriesOfAllHasOneForEach) {
  auto kim = roots();
  kim.identity.user_name = "kim";
  write(user_file, "history.dir = \"/var/lib/histories/%u/%u\"\n");
  EXPECT_EQ(load(kim, {}).settings.history.dir, "/var/lib/histories/kim/kim");
  kim.identity.user_name = "%u";
  EXPECT_EQ(load(kim, {}).settings.history.dir, "/var/lib/histories/%u/%u");
}

TEST_F(Layers, WordsAndSwitchesArriveAsWhatTheyMean) {
  const Loaded loaded = load_user(
      "stand.enabled = true\nstand.grow = \"auto\"\navailability.tentative = \"free\"\n"
      "activity.inhibitors = \"pause\"\nhistory.keep = \"memory\"\nhistory.dir = \"~/poised\"\n"
      "history.retention = \"30d\"\ntelemetry.export = \"file\"\nsession.day_starts = 05:30:00\n"
      "plugins.isolation = \"in-process\"\nprogramme.session_at = \"10:15\"\n"
      "prompt.max_skips_per_day = 3\n"
      "schedule.hours = [\"Mon-Fri 09:00-12:30\", \"Mon-Thu 13:00-17:00\"]\n");
  EXPECT_THAT(texts(loaded), IsEmpty());
  EXPECT_EQ(loaded.policy.stand.enabled, core::StandEnabled::on);
  EXPECT_TRUE(loaded.policy.stand.grow);
  EXPECT_FALSE(loaded.policy.availability.tentative_is_busy);
  EXPECT_EQ(loaded.settings.activity.inhibitors, Inhibitors::pause);
  EXPECT_EQ(loaded.settings.history.keep, HistoryKeep::memory);
  EXPECT_EQ(loaded.settings.history.dir, "/home/me/poised");
  EXPECT_EQ(loaded.settings.history.retention, 24h * 30);
  EXPECT_EQ(loaded.settings.telemetry_export, TelemetryExport::file);
  EXPECT_EQ(loaded.settings.plugins.isolation, PluginIsolation::in_process);
  EXPECT_EQ(loaded.policy.session.day_starts, 5h + 30min);
  EXPECT_EQ(loaded.policy.programme.session_at, 10h + 15min);
  EXPECT_EQ(loaded.policy.prompt.max_skips_per_day, 3U);
  ASSERT_THAT(loaded.policy.schedule.hours, SizeIs(2));
  EXPECT_EQ(loaded.policy.schedule.hours[1], (core::HoursRange{0b0001111, 13h, 17h}));
}

TEST_F(Layers, TheColumnOfAnErrorLiesWithinTheText) {
  const Loaded loaded =
      load_user("schedule.hours = [\"Mon-Fri 09:00-12:30\", \"Sun-Fro 1:00-2:00\"]\n");
  EXPECT_THAT(texts(loaded),
              ElementsAre(HasSubstr(":1:47: schedule.hours: 'Fro' is not a day: Mon, Tue, Wed, "
                                    "Thu, Fri, Sat or Sun (column 5 of \"Sun-Fro 1:00-2:00\"); "
                                    "stays [\"Mon-Fri 07:00-19:00\"]")));
}

TEST_F(Layers, AWordOfAListOrChoiceIsSuggested) {
  const Loaded loaded = load_user("programme.places = [\"flor\"]\nhistory.keep = \"memry\"\n");
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr("did you mean \"floor\"?"),
                                         HasSubstr("did you mean \"memory\"?")));
}

// ------------------------------------------------------------------ plugins

class PluginSettings : public Layers {
 protected:
  PluginSettings() {
    plugins_ = {{"calendar",
                 {{"addresses", "list", "[]", "", "", {}, "Addresses."},
                  {"ahead", "duration", "\"14d\"", "\"1h\"", "\"90d\"", {}, "How far to look."},
                  {"colour", "enum", "\"red\"", "", "", {"red", "green"}, "Colour."},
                  {"file", "path", "", "", "", {}, "A file."},
                  {"password", "secret-ref", "", "", "", {}, "A secret."},
                  {"port", "int", "443", "1", "65535", {}, "Port."},
                  {"sources", "table-list", "", "", "", {}, "Sources."},
                  {"tls", "bool", "true", "", "", {}, "Encryption."},
                  {"title", "string", "\"\"", "", "", {}, "Title."}}},
                {"empty", {}}};
  }
  nlohmann::json settings(const Loaded& loaded, const std::string& id) {
    return nlohmann::json::parse(loaded.plugin_settings_json.at(id));
  }
};

TEST_F(PluginSettings, ReachThePluginAsOneCanonicalDocument) {
  const Loaded defaults = load_all();
  EXPECT_EQ(defaults.plugin_settings_json.at("empty"), "{}");
  EXPECT_EQ(defaults.plugin_settings_json.at("calendar"),
            "{\"addresses\":[],\"ahead\":1209600000000000,\"colour\":\"red\",\"port\":443,"
            "\"title\":\"\",\"tls\":true}");
  write(machine_file, "[plugin.calendar]\nport = 8443\nahead = \"7d\"\n");
  const Loaded set = load_user(
      "[plugin.calendar]\ntls = false\nahead = \"2h\"\nfile = \"~/calendar.ics\"\n"
      "password = \"keyring:work\"\naddresses = [\"a\", \"b\"]\n"
      "sources = [{ url = \"https://x\", user = \"é\" }, { url = \"https://y\" }]\n");
  EXPECT_THAT(texts(set), IsEmpty());
  EXPECT_EQ(
      settings(set, "calendar"),
      nlohmann::json({{"addresses", {"a", "b"}},
                      {"ahead", 7200000000000},
                      {"colour", "red"},
                      {"file", "~/calendar.ics"},
                      {"password", "keyring:work"},
                      {"port", 8443},
                      {"sources", {{{"url", "https://x"}, {"user", "é"}}, {{"url", "https://y"}}}},
                      {"title", ""},
                      {"tls", false}}));
  EXPECT_EQ(value_of(set, "plugin.calendar.ahead"), "\"2h\"");
}

TEST_F(PluginSettings, AreCheckedByTheManifest) {
  const Loaded loaded = load_user(
      "[plugin.calendar]\nport = 0\nahead = \"91d\"\ncolour = \"gren\"\ntls = 1\n"
      "sources = [1]\nfile = \"x\"\nprot = 1\n[plugin.calender]\nport = 1\n");
  EXPECT_EQ(loaded.plugin_settings_json, load_files({}, plugins_).plugin_settings_json);
  EXPECT_THAT(
      texts(loaded),
      ElementsAre(HasSubstr(":2:8: plugin.calendar.port: expected an integer from 1 to 65535, not "
                            "0; stays 443"),
                  HasSubstr(":3:9: plugin.calendar.ahead: expected a duration from \"1h\" to "
                            "\"90d\", not \"91d\"; stays \"14d\""),
                  HasSubstr("did you mean \"green\"?; stays \"red\""),
                  HasSubstr("plugin.calendar.tls: expected true or false, not an integer"),
                  HasSubstr("plugin.calendar.sources: expected a list of tables"),
                  HasSubstr("plugin.calendar.file: expected a path"),
                  HasSubstr("plugin.calendar.prot: unknown key; did you mean 'port'?"),
                  HasSubstr("plugin.calender: there is no such plugin here; did you mean "
                            "'calendar'?")));
}

TEST_F(PluginSettings, NeverGrowBeyondWhatAMessageHolds) {
  write(machine_file, "plugin.calendar.addresses = [\"short\"]\n");
  std::string text = "plugin.calendar.title = \"mine\"\nplugin.calendar.addresses = [";
  for (int i = 0; i < 8000; ++i) text += "\"address-" + std::to_string(i) + "\", ";
  const Loaded loaded = load_user(text + "]\n");
  EXPECT_EQ(settings(loaded, "calendar")["addresses"], nlohmann::json({"short"}));
  EXPECT_EQ(settings(loaded, "calendar")["title"], "mine");
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr(":2:17: plugin.calendar.addresses: the settings "
                                                   "of a plugin may take 64 KiB in all")));
}

TEST_F(PluginSettings, ListsKeepTheirOrderAndWhatTheyRepeat) {
  const Loaded loaded = load_user("plugin.calendar.addresses = [\"b\", \"a\", \"b\"]\n");
  EXPECT_EQ(settings(loaded, "calendar")["addresses"], nlohmann::json({"b", "a", "b"}));
}

TEST_F(PluginSettings, DefaultsThatContradictTheirOwnTypeCountAsNotGiven) {
  plugins_ = {{"odd",
               {{"a", "int", "\"x\"", "", "", {}, ""},
                {"b", "duration", "5", "", "", {}, ""},
                {"c", "bool", "{", "", "", {}, ""}}}};
  const Loaded loaded = load_all();
  EXPECT_EQ(loaded.plugin_settings_json.at("odd"), "{}");
  EXPECT_THAT(loaded.problems, IsEmpty());
}

// ------------------------------------------------------------------ what to watch

TEST_F(Layers, WatchWhereFilesAreOrMayAppear) {
  EXPECT_THAT(load_all().watch,
              ElementsAre(path("/usr/share/poised/defaults.d"), path("/etc/poised"),
                          path("/etc/poised/conf.d"), path("/home/me/.config/poised"),
                          path("/home/me/.config/poised/conf.d"), path("/etc/poised/policy.d")));
}

TEST_F(Layers, WatchWhereALinkPointsTo) {
  write("/home/me/dotfiles/mine.toml", "prompt.gap = \"9s\"\n");
  std::filesystem::create_directories(path(user_file).parent_path());
  std::filesystem::create_symlink(path("/home/me/dotfiles/mine.toml"), path(user_file));
  const Loaded loaded = load_all();
  EXPECT_EQ(loaded.policy.prompt.gap, 9s);
  EXPECT_THAT(loaded.watch,
              Contains(std::filesystem::canonical(path("/home/me/dotfiles/mine.toml"))));
}

// ------------------------------------------------------------------ named files

TEST_F(Layers, NamedFilesCountAloneAndInTheirOrder) {
  write(user_file, "prompt.snooze = \"9min\"\n");
  write("/tmp/a.toml", "prompt.gap = \"9s\"\nprompt.gap_max = \"2min\"\n");
  write("/tmp/b.toml", "prompt.gap = \"10s\"\n");
  const Loaded loaded = load_files({path("/tmp/a.toml"), path("/tmp/b.toml")}, {});
  EXPECT_EQ(loaded.policy.prompt.gap, 10s);
  EXPECT_EQ(loaded.policy.prompt.gap_max, 2min);
  EXPECT_EQ(loaded.policy.prompt.snooze, 5min);
  const Loaded missing = load_files({path("/tmp/c.toml")}, {});
  EXPECT_THAT(texts(missing), ElementsAre("/tmp/c.toml: there is no such file"));
}

// ------------------------------------------------------------------ roots

class RootsTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const auto& [name, value] : before_)
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
  }
  void set(const std::string& name, const char* value) {
    const char* old = std::getenv(name.c_str());
    before_.emplace(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    value == nullptr ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value, 1);
  }
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(RootsTest, FollowTheEnvironment) {
  set("HOME", "/home/me");
  set("XDG_CONFIG_HOME", nullptr);
  EXPECT_EQ(Roots::from_environment().user_file(), "/home/me/.config/poised/poised.toml");
  set("XDG_CONFIG_HOME", "/elsewhere");
  EXPECT_EQ(Roots::from_environment().user_file(), "/elsewhere/poised/poised.toml");
  set("XDG_CONFIG_HOME", "not/absolute");
  EXPECT_EQ(Roots::from_environment().user_file(), "/home/me/.config/poised/poised.toml");
}

TEST_F(RootsTest, ArePrefixedAsAWhole) {
  set("HOME", "/home/me");
  set("XDG_CONFIG_HOME", nullptr);
  const Roots roots = Roots::from_environment("/tmp/root");
  EXPECT_EQ(roots.user_file(), "/tmp/root/home/me/.config/poised/poised.toml");
  EXPECT_EQ(roots.data_dir, "/usr/share/poised");
  EXPECT_EQ(roots.home, "/home/me");
}

TEST_F(RootsTest, KnowAHomeWithoutTheVariable) {
  set("HOME", nullptr);
  set("XDG_CONFIG_HOME", nullptr);
  EXPECT_TRUE(Roots::from_environment().user_file().is_absolute());
}

}  // namespace
}  // namespace poised::config
