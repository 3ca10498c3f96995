// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST_F(ConfigCommand, SchemaIsJson) {
  EXPECT_TRUE(nlohmann::json::accept(config({"schema"}).out));
}

}  // namespace
}  // namespace poised::test
