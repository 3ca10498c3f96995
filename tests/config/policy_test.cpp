// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "config/inspect.hpp"
#include "config_fixture.hpp"

// What an organisation may say, to whom, and what it may not.
namespace poised::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PolicyTest : public ConfigTest {
 protected:
  void policy(const std::string& text, const std::string& name = "10-it") const {
    write("/etc/poised/policy.d/" + name + ".toml", text);
  }
  std::vector<std::string> refusals(const std::string& text) const {
    policy(text);
    return texts(load_all());
  }
  Managed managed(const Loaded& loaded, const std::string& key) const {
    return explain(loaded, plugins_, key)->effective.managed.value();
  }
};

TEST_F(PolicyTest, WhatIsRequiredIsLockedAgainstThePersonsFile) {
  policy("[breaks.stretch]\ninterval = { required = \"50min\" }\n");
  const auto loaded = load_user("[breaks.stretch]\ninterval = \"3h\"\n");
  EXPECT_EQ(value_of(loaded, "breaks.stretch.interval"), "\"50min\"");
  EXPECT_EQ(loaded.policy.breaks[2].interval, std::chrono::minutes(50));
  EXPECT_TRUE(managed(loaded, "breaks.stretch.interval").locked);
  EXPECT_THAT(texts(loaded),
              ElementsAre(HasSubstr("poised.toml:2:1: breaks.stretch.interval: has no effect: the "
                                    "policy here locks it to \"50min\" (")));
}

TEST_F(PolicyTest, APlainValueMeansRequired) {
  policy("[prompt]\nsound = false\n");
  const auto loaded = load_user("[prompt]\nsound = true\n");
  EXPECT_EQ(value_of(loaded, "prompt.sound"), "false");
  EXPECT_TRUE(managed(loaded, "prompt.sound").locked);
}

TEST_F(PolicyTest, ADefaultStandsAboveTheMachinesFilesAndBelowThePersons) {
  policy("[prompt]\ngap = { default = \"20s\" }\nsnooze = { default = \"9min\" }\n");
  write(machine_file, "[prompt]\ngap = \"10s\"\nsnooze = \"8min\"\n");
  const auto loaded = load_user("[prompt]\nsnooze = \"7min\"\n");
  EXPECT_EQ(value_of(loaded, "prompt.gap"), "\"20s\"");
  EXPECT_EQ(value_of(loaded, "prompt.snooze"), "\"7min\"");
  EXPECT_FALSE(managed(loaded, "prompt.gap").locked);
  EXPECT_THAT(texts(loaded), IsEmpty());
}

TEST_F(PolicyTest, BoundsHoldEveryLayerAndTellThePerson) {
  policy(
      "[breaks.stretch]\ninterval = { min = \"30min\", max = \"90min\" }\n"
      "[prompt]\nmax_snoozes = { min = 3 }\n");
  const auto loaded = load_user("[breaks.stretch]\ninterval = \"4h\"\n");
  EXPECT_EQ(value_of(loaded, "breaks.stretch.interval"), "\"1h30min\"");
  EXPECT_EQ(value_of(loaded, "prompt.max_snoozes"), "3");
  EXPECT_THAT(texts(loaded), ElementsAre(HasSubstr("the policy here allows at most \"1h30min\"")));
  const auto within = load_user("[breaks.stretch]\ninterval = \"45min\"\n");
  EXPECT_EQ(value_of(within, "breaks.stretch.interval"), "\"45min\"");
  EXPECT_THAT(texts(within), IsEmpty());
}

TEST_F(PolicyTest, WhatIsForbiddenIsOff) {
  policy(
      "[stand]\nenabled = { forbidden = true }\n[telemetry]\nexport = { forbidden = true }\n"
      "[plugins]\nallow = { forbidden = [\"desk\"] }\n[history]\nkeep = { forbidden = true }\n");
  const auto loaded = load_user(
      "[stand]\nenabled = true\n[telemetry]\nexport = \"file\"\n"
      "[plugins]\nallow = [\"notify\", \"desk\"]\n");
  EXPECT_EQ(loaded.policy.stand.enabled, core::StandEnabled::off);
  EXPECT_EQ(loaded.settings.telemetry_export, TelemetryExport::off);
  EXPECT_EQ(loaded.settings.history.keep, HistoryKeep::none);
  EXPECT_THAT(loaded.settings.plugins.allow.value(), ElementsAre("notify"));
  EXPECT_EQ(texts(loaded).size(), 3u);
}

TEST_F(PolicyTest, OfSeveralFilesTheLastSpeaksForAKey) {
  policy("[policy]\nmanaged_by = \"IT of Example AG\"\n[prompt]\ngap = { required = \"5s\" }\n");
  policy("[prompt]\ngap = { default = \"6s\" }\n", "20-team");
  const auto loaded = load_user("[prompt]\ngap = \"7s\"\n");
  EXPECT_EQ(value_of(loaded, "prompt.gap"), "\"7s\"");
  EXPECT_TRUE(loaded.managed);
  EXPECT_EQ(loaded.managed_by, "IT of Example AG");
}

TEST_F(PolicyTest, NobodyIsManagedWithoutAPolicy) {
  EXPECT_FALSE(load_all().managed);
  policy("[policy]\nmanaged_by = \"IT\"\n");
  EXPECT_FALSE(load_all().managed) << "a policy that says nothing";
}

TEST_F(PolicyTest, NoPolicyForcesOnWhatIsThePersons) {
  for (const char* text :
       {"[stand]\nenabled = true", "[stand]\nenabled = \"auto\"",
        "[stand]\nenabled = { required = true }", "[stand]\nsit_for = { required = \"20min\" }",
        "[stand]\nsit_for = { min = \"20min\", max = \"20min\" }", "[stand]\nin_meetings = true",
        "[programme]\nenabled = { required = true }", "[programme]\nhealth_questions = true",
        "[programme]\nequipment = { required = [\"mat\"] }",
        "[telemetry]\nexport = { required = \"file\" }", "[prompt]\ncritical = true",
        "[prompt]\ncritical = { default = true }"})
    EXPECT_THAT(refusals(text), ElementsAre(testing::AnyOf(HasSubstr("no policy may force"),
                                                           HasSubstr("only the person may"),
                                                           HasSubstr("the person's own"))))
        << text;
  for (const char* text :
       {"[stand]\nenabled = false", "[programme]\nenabled = { forbidden = true }",
        "[programme]\nhealth_questions = { required = false }",
        "[stand]\nsit_for = { default = \"20min\" }", "[prompt]\ncritical = { forbidden = true }",
        "[telemetry]\nexport = { default = \"file\" }"})
    EXPECT_THAT(refusals(text), IsEmpty()) << text;
}

TEST_F(PolicyTest, NoPolicyForcesOnWhatAPluginCallsPersonal) {
  plugins_ = {{"desk",
               {{.key = "publish", .type = "bool", .default_value = "false", .personal = true},
                {.key = "tls", .type = "bool", .default_value = "false"}}}};
  EXPECT_THAT(refusals("[plugin.desk]\npublish = true"),
              ElementsAre(HasSubstr("no policy may force")));
  EXPECT_THAT(refusals("[plugin.desk]\npublish = { forbidden = true }\ntls = true"), IsEmpty());
}

TEST_F(PolicyTest, NoPolicyTakesAwayTheLastSnoozeOrSkip) {
  for (const char* text : {"[prompt]\nmax_snoozes = 0", "[prompt]\nmax_snoozes = { max = 0 }",
                           "[prompt]\nmax_snoozes = { default = 0 }",
                           "[prompt]\nmax_skips_per_day = { required = 0 }"})
    EXPECT_THAT(refusals(text), ElementsAre(HasSubstr("no policy may take away the last one")))
        << text;
  for (const char* text : {"[prompt]\nsnooze = \"1s\"", "[prompt]\nsnooze = { max = \"59s\" }",
                           "[prompt]\nsnooze = { default = \"30s\", max = \"2min\" }"})
    EXPECT_THAT(refusals(text),
                ElementsAre(HasSubstr("no policy may make prompt.snooze shorter than 1min")))
        << text;
  EXPECT_THAT(refusals("[prompt]\nmax_snoozes = { required = 1 }\nsnooze = { max = \"1min\" }"),
              IsEmpty());
}

TEST_F(PolicyTest, SomeThingsAPolicyMayOnlyLower) {
  for (const char* text :
       {"[prompt]\nmax_per_day = 20", "[history]\nretention = { required = \"180d\" }",
        "[history]\nretention = { default = \"91d\" }",
        "[history]\nkeep = { required = \"disk\" }"})
    EXPECT_THAT(refusals(text), ElementsAre(HasSubstr("a policy may only lower"))) << text;
  EXPECT_THAT(refusals("[prompt]\nmax_per_day = { min = 3 }"),
              ElementsAre(HasSubstr("no policy may raise")));
  for (const char* text : {"[prompt]\nmax_per_day = 6", "[history]\nretention = { max = \"30d\" }",
                           "[history]\nkeep = { required = \"memory\" }"})
    EXPECT_THAT(refusals(text), IsEmpty()) << text;
}

TEST_F(PolicyTest, WhatMakesNoSenseIsNamedAndLeftOut) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[prompt]\ngap = { }", "expected one of required, default, min, max, forbidden"},
      {"[prompt]\ngap = { requierd = \"1s\" }", "unknown word 'requierd'"},
      {"[prompt]\ngap = { required = 7 }", "expected"},
      {"[prompt]\ngap = { required = \"1s\", default = \"2s\" }", "a key is required, or has"},
      {"[prompt]\ngap = { required = \"1s\", max = \"2s\" }", "a key is required, or has"},
      {"[prompt]\ngap = { min = \"9s\", max = \"2s\" }", "min (9s) is above max (2s)"},
      {"[prompt]\ngap = { default = \"1s\", min = \"2s\" }", "outside its own bounds"},
      {"[prompt]\nsound = { max = true }", "only numbers and durations have bounds"},
      {"[prompt]\nsound = { forbidden = false }", "expected forbidden = true"},
      {"[prompt]\ngap = { forbidden = true }", "nothing that can be off"},
      {"[prompt]\ngapp = { required = \"1s\" }", "did you mean 'gap'?"},
      {"policy = 3", "expected a table"},
      {"[policy]\nmanagd_by = \"x\"", "unknown key; expected managed_by or when"},
      {"[policy]\nmanaged_by = 3", "expected a string"},
      {"[policy.when]\npercent = 101", "expected an integer from 0 to 100"},
      {"[policy.when]\nhost = [\"a\"]", "unknown condition"},
      {"[policy.when]\nhosts = []", "expected a list of names, at least one"}};
  for (const auto& [text, reason] : table)
    EXPECT_THAT(refusals(text), ElementsAre(HasSubstr(reason))) << text;
}

// ------------------------------------------------------------------ whom it is for

class PolicyForSome : public PolicyTest {
 protected:
  std::string gap(const std::string& condition, const Identity& identity) const {
    policy("[policy.when]\n" + condition + "\n[prompt]\ngap = \"99s\"\n");
    auto here = roots();
    here.identity = identity;
    return value_of(load(here, plugins_), "prompt.gap");
  }
  const Identity me_{
      "cc-0815", "kim", {"pilot", "floor-3"}, {"staff", "call-centre"}, "0123456789abcdef"};
  const std::string on_ = "\"1min39s\"";
  const std::string off_ = "\"8s\"";
};

TEST_F(PolicyForSome, HostsTagsAndGroupsAreMet) {
  EXPECT_EQ(gap("hosts = [\"web-*\", \"CC-*\"]", me_), on_);
  EXPECT_EQ(gap("hosts = [\"web-*\"]", me_), off_);
  EXPECT_EQ(gap("tags = [\"pilot\", \"x\"]", me_), on_);
  EXPECT_EQ(gap("tags = [\"x\"]", me_), off_);
  EXPECT_EQ(gap("groups = [\"call-centre\"]", me_), on_);
  EXPECT_EQ(gap("groups = [\"call\"]", me_), off_);
  EXPECT_EQ(gap("tags = [\"pilot\"]\ngroups = [\"x\"]", me_), off_) << "all must hold";
  EXPECT_EQ(gap("percent = 100", me_), on_);
  EXPECT_EQ(gap("percent = 0", me_), off_);
}

TEST_F(PolicyForSome, AConditionThatCannotBeReadIsMetByNobody) {
  EXPECT_EQ(gap("host = [\"cc-*\"]", me_), off_);
  EXPECT_EQ(gap("percent = \"10\"", me_), off_);
}

TEST_F(PolicyForSome, ItIsExplainedWhyAPolicyIsNotForThisMachine) {
  policy("[policy.when]\ntags = [\"x\"]\n[prompt]\ngap = \"99s\"\n");
  const auto loaded = load_all();
  EXPECT_THAT(explain(loaded, plugins_, "prompt.gap")->text(),
              HasSubstr("10-it.toml: /etc/poised/tags has none of x"));
  EXPECT_THAT(explain(loaded, plugins_, "prompt.snooze")->not_here, IsEmpty());
}

TEST_F(PolicyForSome, ItIsExplainedByWhichConditionAPolicyIsForThisMachine) {
  policy("[policy.when]\nhosts = [\"*\"]\n[prompt]\ngap = \"99s\"\n");
  const auto loaded = load_all();
  EXPECT_THAT(explain(loaded, plugins_, "prompt.gap")->text(), HasSubstr("because  hosts *"));
  EXPECT_EQ(explain(loaded, plugins_, "prompt.snooze")->condition, "");
}

TEST_F(PolicyForSome, ItIsExplainedWhichOtherPolicyIsReplaced) {
  policy("[prompt]\ngap = \"99s\"\n");
  write("/etc/poised/policy.d/20-pilot.toml", "[prompt]\ngap = \"98s\"\n");
  const auto loaded = load_all();
  EXPECT_THAT(
      explain(loaded, plugins_, "prompt.gap")->text(),
      AllOf(HasSubstr("20-pilot.toml:2"),
            HasSubstr("  replaces " + path("/etc/poised/policy.d/10-it.toml").native() + "\n")));
  EXPECT_THAT(explain(loaded, plugins_, "prompt.gap")->json(), HasSubstr("\"replaces\":[\""));
  EXPECT_THAT(explain(loaded, plugins_, "prompt.snooze")->replaced, IsEmpty());
}

TEST_F(PolicyForSome, IsCheckedAllTheSame) {
  policy("[policy.when]\ntags = [\"x\"]\n[stand]\nenabled = true\n");
  EXPECT_THAT(load_all().problems, IsEmpty());
  EXPECT_EQ(check(roots(), plugins_).size(), 1u);
}

TEST(ShareOfAMachine, IsEvenSteadyAndItsOwnForEachPolicy) {
  std::array<int, 100> places{};
  int same = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto id = fmt::format("{:032x}", i);
    const auto share = share_of_machine(id, "20-canary");
    ++places.at(share);
    same += share == share_of_machine(id, "30-more") ? 1 : 0;
  }
  for (const int count : places) EXPECT_NEAR(count, 1000, 160);
  EXPECT_NEAR(same, 1000, 160);
  // Frozen: a machine must not change its place when the software is upgraded.
  EXPECT_EQ(share_of_machine("0123456789abcdef", "20-canary"), 97u);
}

TEST_F(PolicyForSome, TagsAreWordsOfAFile) {
  write("/etc/poised/tags", "# set by the image\npilot floor-3\n  ring-1 # comment\n");
  EXPECT_THAT(Identity::of_this_process(path("/x").parent_path()).tags,
              ElementsAre("pilot", "floor-3", "ring-1"));
}

// ------------------------------------------------------------------ whose it is

class APolicysOwner : public PolicyTest {
 protected:
  Loaded load_trusting(uid_t owner) const {
    auto here = roots();
    here.policy_owner = owner;
    return load(here, plugins_);
  }
};

TEST_F(APolicysOwner, IsTheOnlyOneWhoMayWriteIt) {
  policy("[prompt]\ngap = \"99s\"\n");
  EXPECT_EQ(value_of(load_trusting(::getuid()), "prompt.gap"), "\"1min39s\"");
  const auto of_another = load_trusting(::getuid() + 1);
  EXPECT_EQ(value_of(of_another, "prompt.gap"), "\"8s\"");
  EXPECT_THAT(texts(of_another), ElementsAre(HasSubstr("does not belong to user")));

  const auto file = path("/etc/poised/policy.d/10-it.toml");
  ASSERT_EQ(::chmod(file.c_str(), 0664), 0);
  const auto shared = load_trusting(::getuid());
  EXPECT_EQ(value_of(shared, "prompt.gap"), "\"8s\"");
  EXPECT_THAT(texts(shared), ElementsAre(HasSubstr("may be written by others")));
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);

  ASSERT_EQ(::chmod(path("/etc/poised").c_str(), 0777), 0);
  EXPECT_EQ(value_of(load_trusting(::getuid()), "prompt.gap"), "\"8s\"");
  ASSERT_EQ(::chmod(path("/etc/poised").c_str(), 0755), 0);

  std::filesystem::rename(file, path("/elsewhere.toml"));
  std::filesystem::create_symlink(path("/elsewhere.toml"), file);
  const auto linked = load_trusting(::getuid());
  EXPECT_EQ(value_of(linked, "prompt.gap"), "\"8s\"");
  EXPECT_THAT(texts(linked), ElementsAre(HasSubstr("is a link")));
}

// ------------------------------------------------------------------ accidents

TEST_F(PolicyTest, ThatBreaksStaysAsItLastWasEvenOverARestart) {
  policy("[policy]\nmanaged_by = \"IT\"\n[prompt]\ngap = { required = \"99s\" }\n");
  const auto good = load_all();
  const auto text = policies_text(good);
  policy("[prompt\n");
  EXPECT_EQ(value_of(load_all(&good), "prompt.gap"), "\"1min39s\"");
  const auto recalled = recall_policies(text, roots());
  const auto restarted = load_all(&recalled);
  EXPECT_EQ(value_of(restarted, "prompt.gap"), "\"1min39s\"");
  EXPECT_EQ(restarted.managed_by, "IT");
  EXPECT_THAT(texts(restarted), ElementsAre(HasSubstr("its last good content stays in force")));
  EXPECT_EQ(policies_text(restarted), text) << "and over the next restart";

  std::filesystem::remove(path("/etc/poised/policy.d/10-it.toml"));
  EXPECT_EQ(value_of(load_all(&recalled), "prompt.gap"), "\"8s\"") << "taken away is not broken";
}

TEST_F(PolicyTest, AFileIsCheckedAsAPolicyWhereverItLies) {
  const auto problems = [&](const std::string& name, const std::string& text) {
    write(name, text);
    return check(std::vector<std::filesystem::path>{path(name)}, plugins_).size();
  };
  EXPECT_EQ(problems("/tmp/source", "[stand]\nenabled = { required = true }\n"), 1u);
  EXPECT_EQ(problems("/tmp/source", "[policy]\nmanaged_by = \"IT\"\n[stand]\nenabled = true\n"),
            1u);
  EXPECT_EQ(problems("/x/policy.d/a.toml", "[stand]\nenabled = true\n"), 1u);
  EXPECT_EQ(problems("/tmp/source", "[stand]\nenabled = true\n"), 0u) << "a person's own";
  EXPECT_EQ(problems("/tmp/source", "[prompt]\ngap = { default = \"9s\" }\n"), 0u);
}

TEST_F(PolicyTest, HasASchemaOfItsOwn) {
  const auto schema = nlohmann::json::parse(json_schema(plugins_, SchemaOf::policy));
  const auto& gap = schema["properties"]["prompt"]["properties"]["gap"]["anyOf"];
  EXPECT_EQ(gap.size(), 3u) << "a duration cannot be forbidden";
  EXPECT_TRUE(gap[2]["properties"].contains("max"));
  EXPECT_EQ(schema["properties"]["stand"]["properties"]["enabled"]["anyOf"].size(), 4u);
  EXPECT_TRUE(schema["properties"]["policy"]["properties"].contains("when"));
}

}  // namespace
}  // namespace poised::config
