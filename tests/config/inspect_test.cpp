// SPDX-License-Identifier: MIT
#include "config/inspect.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "config_fixture.hpp"

namespace poised::config {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Inspect : public ConfigTest {
 protected:
  Inspect() {
    plugins_ = {{"notify", {{"linger", "duration", "\"30s\"", "\"1s\"", "", {}, "How long."}}}};
  }
};

TEST_F(Inspect, ACheckTakesUnknownKeysForErrors) {
  const Loaded loaded = load_user("prompt.gpa = \"9s\"\nprompt.gap = \"6min\"\n");
  EXPECT_EQ(loaded.problems[0].severity, Severity::warning);
  const auto problems = check(roots(), plugins_);
  ASSERT_THAT(problems, SizeIs(2));
  EXPECT_EQ(problems[0].severity, Severity::error);
  EXPECT_THAT(problems[0].text(), HasSubstr("poised.toml:1:8: prompt.gpa: unknown key"));
  EXPECT_EQ(problems[1].severity, Severity::warning) << "odd, but fit to be rolled out";
  EXPECT_EQ(check(std::vector{path(user_file)}, plugins_), problems);
}

TEST_F(Inspect, ACheckOfGoodFilesFindsNothing) {
  write("/tmp/a.toml", "schema = 1\n[prompt]\ngap = \"9s\"\n");
  EXPECT_THAT(check(std::vector{path("/tmp/a.toml")}, {}), IsEmpty());
}

TEST_F(Inspect, ACheckKnowsTheSourcesThatAreInstalled) {
  plugins_ = {{"activity-gnome", {}}, {"activity-x11", {}}, {"notify", {}}};
  const auto problems_of = [&](const std::string& sources) {
    return texts(load_user("activity.sources = " + sources + "\n"));
  };
  EXPECT_THAT(problems_of(R"(["x11", "activity-gnome"])"), IsEmpty());
  EXPECT_THAT(
      problems_of(R"(["gnom", "x11"])"),
      testing::ElementsAre("/home/me/.config/poised/poised.toml:1:10: activity.sources: there "
                           "is no source 'gnom' here; did you mean 'gnome'?"));
  EXPECT_THAT(problems_of(R"(["notify"])"), SizeIs(1)) << "a plugin, but no source";
  plugins_ = {};
  EXPECT_THAT(problems_of(R"(["gnom"])"), IsEmpty()) << "no plugin is known here";
}

TEST_F(Inspect, ExplainsAValueAndWhatItOverrode) {
  write(machine_file, "\n\nprompt.gap = \"20s\"\n");
  const Loaded loaded = load_user("prompt.gap = \"30s\"\n");
  const auto explained = explain(loaded, plugins_, "prompt.gap");
  ASSERT_TRUE(explained);
  const std::string text = explained->text();
  EXPECT_THAT(text, testing::StartsWith("prompt.gap = \"30s\"\n"));
  EXPECT_THAT(text, HasSubstr("from     user, " + path(user_file).native() + ":1\n"));
  EXPECT_THAT(text, HasSubstr("over     \"20s\" (machine, " + path(machine_file).native() + ":3)"));
  EXPECT_THAT(text, HasSubstr("over     \"8s\" (built-in)\n"));
  EXPECT_THAT(text, HasSubstr("takes    a duration from \"0s\" to \"1h\"\n"));
  EXPECT_THAT(text, HasSubstr("default  \"8s\"\n"));
  const json document = json::parse(explained->json());
  EXPECT_EQ(document["key"], "prompt.gap");
  EXPECT_EQ(document["value"], "30s");
  EXPECT_EQ(document["layer"], "user");
  EXPECT_EQ(document["line"], 1);
  EXPECT_EQ(document["overrode"].size(), 2U);
  EXPECT_EQ(document["overrode"][0]["value"], "20s");
  EXPECT_EQ(document["default"], "8s");
  EXPECT_EQ(document["min"], "0s");
  EXPECT_EQ(document["max"], "1h");
}

TEST_F(Inspect, ExplainsEveryKeyThereIs) {
  const Loaded loaded = load_user("breaks.eyes.interval = \"20min\"\n");
  for (const auto& effective : loaded.effective) {
    const auto explained = explain(loaded, plugins_, effective.key);
    ASSERT_TRUE(explained) << effective.key;
    EXPECT_EQ(explained->effective, effective);
    EXPECT_FALSE(json::parse(explained->json(), nullptr, false).is_discarded());
    EXPECT_THAT(explained->text(), testing::EndsWith("\n"));
  }
  EXPECT_TRUE(explain(loaded, plugins_, "breaks.not-yet.interval"));
  EXPECT_FALSE(explain(loaded, plugins_, "prompt.gpa"));
  EXPECT_EQ(suggest_key(loaded, "prompt.gpa"), "prompt.gap");
  EXPECT_EQ(suggest_key(loaded, "idle_after"), "activity.idle_after");
  EXPECT_EQ(suggest_key(loaded, "enabled"), std::nullopt);
}

TEST_F(Inspect, ShowsTheConfigurationAsAFileThatReadsTheSame) {
  write(machine_file, "prompt.gap = \"20s\"\nplugin.notify.linger = \"1min30s\"\n");
  const Loaded loaded = load_user(
      "[breaks.eyes]\ninterval = \"20min\"\ntitle = \"a \\\"b\\\" # c\"\n"
      "[schedule]\nhours = [\"Sat-Mon 10:00-12:00\", \"Wed 10:00-24:00\"]\n");
  const std::string shown = show_toml(loaded);
  EXPECT_THAT(shown, HasSubstr("gap = \"20s\"  # machine, "));
  EXPECT_THAT(shown, HasSubstr("# max_skips_per_day is not set\n"));
  write("/tmp/shown.toml", shown);
  const Loaded again = load_files({path("/tmp/shown.toml")}, plugins_);
  EXPECT_THAT(texts(again), IsEmpty());
  EXPECT_EQ(again.policy, loaded.policy);
  EXPECT_EQ(again.settings, loaded.settings);
  EXPECT_EQ(again.plugin_settings_json, loaded.plugin_settings_json);
}

TEST_F(Inspect, ShowsTheConfigurationAsJson) {
  const Loaded loaded = load_user("schedule.hours = [\"Sat 10:00-12:00\"]\nprompt.sound = true\n");
  const json document = json::parse(show_json(loaded));
  EXPECT_EQ(document.size(), loaded.effective.size());
  EXPECT_EQ(document["prompt.sound"], json({{"value", true},
                                            {"layer", "user"},
                                            {"file", path(user_file).native()},
                                            {"line", 2},
                                            {"locked", false}}));
  EXPECT_EQ(document["schedule.hours"]["value"], json({"Sat 10:00-12:00"}));
  EXPECT_EQ(document["prompt.gap"], json({{"value", "8s"},
                                          {"layer", "built-in"},
                                          {"file", nullptr},
                                          {"line", nullptr},
                                          {"locked", false}}));
  EXPECT_EQ(document["desk.min_mm"]["value"], nullptr);
}

TEST_F(Inspect, TheSchemaKnowsEveryKey) {
  const json schema = json::parse(json_schema(plugins_));
  std::size_t keys = 0;
  for (const auto& spec : key_registry()) {
    std::string pointer = "/properties/" + spec.path;
    const bool pattern = spec.path.starts_with("breaks.<id>.");
    if (pattern)
      pointer = "/properties/breaks/patternProperties/" +
                schema["properties"]["breaks"]["patternProperties"].begin().key() +
                spec.path.substr(11);
    for (std::size_t at = pattern ? pointer.rfind('.') : 0;
         (at = pointer.find('.', at)) != std::string::npos;)
      pointer.replace(at, 1, "/properties/");
    const json& found = schema.at(json::json_pointer(pointer));
    EXPECT_EQ(found["description"], spec.doc);
    ++keys;
  }
  EXPECT_EQ(keys, key_registry().size());
  EXPECT_EQ(schema["properties"]["plugin"]["properties"]["notify"]["properties"]["linger"]["type"],
            "string");
  const std::regex duration(
      schema["properties"]["prompt"]["properties"]["gap"]["pattern"].get<std::string>());
  for (const auto* good : {"8s", "1h30min", "0s", "1d2h3min4s5ms"})
    EXPECT_TRUE(std::regex_match(good, duration)) << good;
  for (const auto* bad : {"", "8", "5m", "30min1h"})
    EXPECT_FALSE(std::regex_match(bad, duration)) << bad;
  const std::regex own(schema["properties"]["breaks"]["patternProperties"].begin().key());
  EXPECT_TRUE(std::regex_match("eyes", own));
  EXPECT_TRUE(std::regex_match("stretchy", own));
  for (const auto* bad : {"posture", "stretch", "daily-limit", "Eyes", "9"})
    EXPECT_FALSE(std::regex_match(bad, own)) << bad;
}

}  // namespace
}  // namespace poised::config
