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

// The offline commands on a configuration of their own; a daemon is never needed.
namespace poised::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class ConfigCommand : public testing::Test {
 protected:
  void write(const fs::path& path, const std::string& text) const {
    const auto file = root_.path() / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string read(const fs::path& path) const {
    std::ostringstream text;
    text << std::ifstream(root_.path() / path).rdbuf();
    return text.str();
  }
  Finished config(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {POISECTL, "config"});
    arguments.insert(arguments.end(), {"--config-root", root_.path().string()});
    return run(arguments, {"HOME=/home/kim", "XDG_CONFIG_HOME",
                           "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"});
  }

  rig::TemporaryDirectory root_;
};

TEST_F(ConfigCommand, CheckOfNothingIsSound) {
  const auto result = config({"check"});
  EXPECT_EQ(result.code, 0) << result.err << result.out;
  EXPECT_EQ(result.out, "The configuration is sound.\n");
}

TEST_F(ConfigCommand, CheckNamesFileLineColumnAndWhatWasMeant) {
  write("home/kim/.config/poised/poised.toml", "schema = 1\n[prompt]\n  gapp = \"8s\"\n");
  const auto result = config({"check"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("poised.toml:3:3: prompt.gapp"));
  EXPECT_THAT(result.out, HasSubstr("prompt.gap"));
  EXPECT_EQ(result.err, "poisectl: config check: configuration: 1 error\n");

  const auto json = nlohmann::json::parse(config({"check", "--json"}).out);
  ASSERT_EQ(json["problems"].size(), 1U);
  EXPECT_EQ(json["problems"][0]["line"], 3);
  EXPECT_EQ(json["problems"][0]["column"], 3);
  EXPECT_EQ(json["problems"][0]["severity"], "error");
}

TEST_F(ConfigCommand, CheckOfFilesLooksAtThoseOnly) {
  write("home/kim/.config/poised/poised.toml", "nonsense\n");
  write("good.toml", "schema = 1\nprompt.gap = \"10s\"\n");
  EXPECT_EQ(config({"check", root_.path() / "good.toml"}).code, 0);
  EXPECT_EQ(config({"check", root_.path() / "missing.toml"}).code, 1);
}

TEST_F(ConfigCommand, CheckOfSeveralFilesCountsThemTogether) {
  write("a.toml", "prompt.gapp = \"10s\"\n");
  write("b.toml", "prompt.gap = 10\nprompt.snoze = \"5min\"\n");
  EXPECT_EQ(config({"check", root_.path() / "a.toml", root_.path() / "b.toml"}).err,
            "poisectl: config check: 2 files: 3 errors\n");
  const auto one = root_.path() / "a.toml";
  EXPECT_EQ(config({"check", one}).err, "poisectl: config check: " + one.string() + ": 1 error\n");
}

TEST_F(ConfigCommand, CheckJudgesAFileByItsPlace) {
  const std::string text = "[policy]\nmanaged_by = \"me\"\n[prompt]\ngap = { required = \"1s\" }\n";
  for (const auto* place :
       {"home/kim/.config/poised/poised.toml", "home/kim/.config/poised/conf.d/a.toml",
        "etc/poised/poised.toml", "etc/poised/conf.d/a.toml"}) {
    write(place, text);
    const auto whole = config({"check"});
    EXPECT_EQ(whole.err, "poisectl: config check: configuration: 2 errors\n") << place;
    const auto file = root_.path() / place;
    EXPECT_EQ(config({"check", file}).err,
              "poisectl: config check: " + file.string() + ": 2 errors\n");
    EXPECT_EQ(config({"check", "--policy", file}).code, 0) << "as asked";
    fs::remove(file);
  }
  write("trial/poised.toml", text);
  EXPECT_EQ(config({"check", root_.path() / "trial/poised.toml"}).code, 0) << "before it is there";
}

TEST_F(ConfigCommand, CheckWarnsOfNamesThatNobodyKnows) {
  write("home/kim/.config/poised/poised.toml",
        "breaks.stretch.routine = \"hourly-micro-brek\"\n"
        "breaks.micro.routine = \"hourly-micro-break\"\n"
        "programme.equipment = [\"mat\", \"mta\"]\n"
        "programme.leave_out = [\"pron\", \"supine\"]\n");
  const auto all = config({"check"});
  EXPECT_EQ(all.code, 0) << "fit to be used";
  EXPECT_THAT(all.out, HasSubstr("poised.toml:1:16: breaks.stretch.routine: there is no routine "
                                 "'hourly-micro-brek' in the catalogue; did you mean "
                                 "'hourly-micro-break'? (warning)\n"));
  EXPECT_THAT(all.out,
              HasSubstr("poised.toml:3:11: programme.equipment: there is no equipment 'mta' "
                        "in the catalogue; did you mean 'mat'? (warning)\n"));
  EXPECT_THAT(all.out, HasSubstr("poised.toml:4:11: programme.leave_out: there is no position or "
                                 "exercise 'pron' in the catalogue; did you mean 'prone'?"));
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 4);
  EXPECT_EQ(config({"check", root_.path() / "home/kim/.config/poised/poised.toml"}).out, all.out);
}

TEST_F(ConfigCommand, ShowAndExplainSayWhereAValueComesFrom) {
  write("etc/poised/poised.toml", "schema = 1\nprompt.gap = \"10s\"\n");
  write("home/kim/.config/poised/poised.toml", "schema = 1\nprompt.gap = \"12s\"\n");
  const auto show = config({"show"});
  EXPECT_EQ(show.code, 0) << show.err;
  EXPECT_THAT(show.out, HasSubstr("\"12s\""));
  EXPECT_EQ(nlohmann::json::parse(config({"show", "--json"}).out)["prompt.gap"]["layer"], "user");

  const auto explain = config({"explain", "prompt.gap"});
  EXPECT_EQ(explain.code, 0) << explain.err;
  EXPECT_THAT(explain.out, HasSubstr("12s"));
  EXPECT_THAT(explain.out, HasSubstr("10s"));
  EXPECT_TRUE(nlohmann::json::accept(config({"explain", "prompt.gap", "--json"}).out));
}

TEST_F(ConfigCommand, ExplainOfAnUnknownKeyAsksWhatWasMeant) {
  const auto result = config({"explain", "promt.gap"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err,
            "poisectl: config explain: promt.gap: no such key; did you mean prompt.gap?\n");
}

TEST_F(ConfigCommand, SetChangesTheKeyAndLeavesTheRest) {
  write("home/kim/.config/poised/poised.toml", "# mine\nschema = 1\n");
  const auto result = config({"set", "prompt.gap", "12s"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(read("home/kim/.config/poised/poised.toml"), HasSubstr("# mine"));
  EXPECT_EQ(nlohmann::json::parse(config({"show", "--json"}).out)["prompt.gap"]["layer"], "user");
}

TEST_F(ConfigCommand, SetRefusesWhatIsNoValue) {
  const auto result = config({"set", "prompt.gap", "soon"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, testing::StartsWith("poisectl: config set: prompt.gap: expected"));
  EXPECT_FALSE(fs::exists(root_.path() / "home/kim/.config/poised/poised.toml"));
}

TEST_F(ConfigCommand, SetRefusesWhatAPolicyDoesNotAllow) {
  write("etc/poised/policy.d/10-it.toml",
        "[prompt]\ngap = { min = \"20s\", max = \"30s\" }\n"
        "[plugins]\nallow = { forbidden = [\"desk\"] }\n");
  const auto policy = (root_.path() / "etc/poised/policy.d/10-it.toml").string();
  const auto refused = [&](const char* key, const char* value) {
    const auto result = config({"set", key, value});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  EXPECT_EQ(refused("prompt.gap", "50s"),
            "poisectl: config set: prompt.gap: the policy here allows at most \"30s\" (" + policy +
                ":2)\n");
  EXPECT_THAT(refused("prompt.gap", "5s"), HasSubstr("the policy here allows at least \"20s\""));
  EXPECT_THAT(refused("plugins.allow", R"(["notify", "desk"])"),
              HasSubstr("plugins.allow: the policy here forbids desk (" + policy + ":4)"));
  EXPECT_FALSE(fs::exists(root_.path() / "home/kim/.config/poised/poised.toml"));
  EXPECT_EQ(config({"set", "prompt.gap", "30s"}).code, 0);
  EXPECT_EQ(config({"set", "plugins.allow", R"(["notify"])"}).code, 0);
}

TEST_F(ConfigCommand, SetTellsWhichFileOverridesIt) {
  write("home/kim/.config/poised/conf.d/a.toml", "schema = 1\nprompt.gap = \"22s\"\n");
  const auto other = (root_.path() / "home/kim/.config/poised/conf.d/a.toml").string();
  const auto result = config({"set", "prompt.gap", "12s"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr(other + ":2 overrides it: \"22s\" stays in force.\n"));
  EXPECT_EQ(
      nlohmann::json::parse(config({"set", "prompt.gap", "12s", "--json"}).out)["overridden_by"],
      other);
  const auto own = config({"set", "prompt.snooze", "7min"});
  EXPECT_THAT(own.out, testing::Not(HasSubstr("overrides")));
}

TEST_F(ConfigCommand, SchemaIsJson) {
  EXPECT_TRUE(nlohmann::json::accept(config({"schema"}).out));
}

}  // namespace
}  // namespace poised::test
