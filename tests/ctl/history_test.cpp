// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fake_daemon.hpp"
#include "process.hpp"
#include "rigs/program.hpp"
#include "store/history.hpp"

// history, forget and privacy of a person whose daemon does not run.
namespace poised::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using store::Entry;

constexpr core::WallTime monday(std::chrono::seconds(1772438400));  // 2026-03-02 08:00 UTC

class ThePast : public testing::Test {
 protected:
  virtual std::string bus() const { return "unix:path=/nonexistent"; }
  Finished poisectl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), POISECTL);
    arguments.insert(arguments.end(), {"--config-root", root_.path().string()});
    return run(arguments, {"HOME=/home/kim", "XDG_CONFIG_HOME", "TZ=UTC",
                           "XDG_STATE_HOME=" + (root_.path() / "state").string(),
                           "DBUS_SESSION_BUS_ADDRESS=" + bus()});
  }
  void configure(const std::string& toml) const {
    fs::create_directories(root_.path() / "etc/poised");
    std::ofstream(root_.path() / "etc/poised/poised.toml") << "schema = 1\n" << toml;
  }
  static Entry decision(core::Duration after, const std::string& json) {
    return {Entry::Kind::decision, monday + after, json};
  }
  void keep(const std::vector<Entry>& entries) const {
    const auto outcome = store::write({directory_, 24h * 3650, monday, false, entries});
    ASSERT_EQ(outcome.problem, "");
  }
  void keep_a_day() const {
    keep({decision(0s, R"({"event":"session-start"})"),
          decision(1h, R"({"event":"completed","break":"stretch","how":"taken"})"),
          decision(2h, R"({"event":"skipped","break":"stretch"})"),
          decision(2h, R"({"event":"posture","to":"standing","how":"answer"})"),
          decision(4h, R"({"event":"session-end","length_s":14100,"values":{"away_s":300}})"),
          {Entry::Kind::today, monday + 4h,
           store::today_text("2026-03-02", {.present = 235min,
                                            .sessions = 1,
                                            .prompts = 2,
                                            .taken = 1,
                                            .skipped = 1,
                                            .longest_sitting = 2h,
                                            .standing = 115min})}});
  }
  std::string bytes() const {
    std::ostringstream all;
    for (const auto& file : fs::directory_iterator(directory_))
      all << std::ifstream(file.path(), std::ios::binary).rdbuf();
    return all.str();
  }

  rig::TemporaryDirectory root_;
  fs::path directory_ = root_.path() / "state/poised";
};

TEST_F(ThePast, IsATableOfDays) {
  keep_a_day();
  const auto result = poisectl({"history", "--since", "2026-03-01"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "           At screen  Longest Asked Taken Natural Snoozed Skipped Missed Standing\n"
            "Mon  2 Mar      3:55     2:00     2     1                       1            1:55\n");
}

TEST_F(ThePast, IsJsonForPrograms) {
  keep_a_day();
  const auto json = nlohmann::json::parse(poisectl({"history", "--json"}).out);
  EXPECT_EQ(json["days"][0]["present_s"], 235 * 60);
  EXPECT_EQ(json["sessions"][0]["start"], "2026-03-02T08:00:00+00:00");
  EXPECT_EQ(json["sessions"][0]["length_s"], 14100);
  EXPECT_EQ(json["breaks"][1]["outcome"], "skipped");
  EXPECT_EQ(json["postures"][0]["posture"], "standing");
}

TEST_F(ThePast, IsATableForASpreadsheet) {
  keep_a_day();
  EXPECT_EQ(poisectl({"history", "--csv"}).out,
            "at,kind,what,how,length_s\r\n"
            "2026-03-02T08:00:00+00:00,session,,,14100\r\n"
            "2026-03-02T09:00:00+00:00,break,stretch,taken,\r\n"
            "2026-03-02T10:00:00+00:00,break,stretch,skipped,\r\n"
            "2026-03-02T10:00:00+00:00,posture,standing,answer,\r\n");
}

TEST_F(ThePast, MayBeEmpty) {
  EXPECT_EQ(poisectl({"history"}).out, "There is no history yet.\n");
  EXPECT_EQ(poisectl({"history", "--json"}).code, 0);
  EXPECT_EQ(poisectl({"forget", "--all"}).out, "There was nothing to forget.\n");
  EXPECT_FALSE(fs::exists(directory_)) << "looking makes no file";
  configure("history.keep = \"none\"\n");
  EXPECT_EQ(poisectl({"history"}).out, "No history is kept (history.keep is none).\n");
  configure("history.keep = \"memory\"\n");
  EXPECT_THAT(poisectl({"history"}).out, HasSubstr("poised is not running"));
}

TEST_F(ThePast, LiesWhereTheConfigurationSays) {
  const auto elsewhere = root_.path() / "elsewhere";
  configure("history.dir = \"" + elsewhere.string() + "\"\n");
  ASSERT_EQ(store::write({elsewhere,
                          24h * 3650,
                          monday,
                          false,
                          {decision(0s, R"({"event":"skipped","break":"stretch"})")}})
                .problem,
            "");
  EXPECT_THAT(poisectl({"history", "--csv"}).out, HasSubstr("skipped"));
}

TEST_F(ThePast, IsForgottenToTheLastByte) {
  const std::string marker = "xylophone-of-the-north";
  keep({decision(0s, R"({"event":"skipped","break":")" + marker + R"("})")});
  std::ofstream(directory_ / "history.db.damaged-20260101T000000Z") << marker;
  std::ofstream(directory_ / "state.json.broken") << marker;
  ASSERT_THAT(bytes(), HasSubstr(marker));
  const auto result = poisectl({"forget", "--all"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "Forgotten: everything.\n");
  EXPECT_EQ(bytes().find(marker), std::string::npos);
}

TEST_F(ThePast, IsForgottenUpToADay) {
  keep({decision(0s, R"({"event":"skipped","break":"older"})"),
        decision(48h, R"({"event":"skipped","break":"newer"})"),
        {Entry::Kind::today, monday, store::today_text("2026-03-02", {})},
        {Entry::Kind::today, monday, store::today_text("2026-03-03", {})}});
  EXPECT_EQ(poisectl({"forget", "--before", "2026-03-03"}).code, 0);
  const auto json = nlohmann::json::parse(poisectl({"history", "--json"}).out);
  ASSERT_EQ(json["breaks"].size(), 1U);
  EXPECT_EQ(json["breaks"][0]["break"], "newer");
  ASSERT_EQ(json["days"].size(), 1U);
  EXPECT_EQ(json["days"][0]["date"], "2026-03-03");
  EXPECT_EQ(bytes().find("older"), std::string::npos);
}

TEST_F(ThePast, NeedsToBeToldWhatToForget) {
  EXPECT_EQ(poisectl({"forget"}).err, "poisectl: forget: one of --before and --all is needed\n");
  EXPECT_EQ(poisectl({"forget"}).code, 2);
  EXPECT_EQ(poisectl({"forget", "--all", "--before", "7d"}).code, 2);
  EXPECT_EQ(
      poisectl({"forget", "--before", "soon"}).err,
      "poisectl: forget: --before soon: not a time like 2026-03-02, 2026-03-02 14:00 or 7d\n");
  EXPECT_EQ(poisectl({"forget", "--before", "2999-01-01"}).err,
            "poisectl: forget: --before 2999-01-01: lies in the future\n");
  EXPECT_EQ(poisectl({"history", "--since", "soon"}).code, 2);
}

TEST_F(ThePast, SaysWhyItCannotBeRead) {
  keep_a_day();
  store::Database(store::history_file(directory_), store::Database::Access::write)
      .run("PRAGMA user_version = 1000");
  const auto result = poisectl({"history"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("history.db: made by a newer poised"));
}

TEST_F(ThePast, IsAPrivateMatter) {
  keep_a_day();
  const auto result = poisectl({"privacy"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr((directory_ / "history.db").string().substr(0, 20)));
  EXPECT_THAT(result.out, HasSubstr("kept for 90 days"));
  EXPECT_THAT(result.out, HasSubstr("nothing leaves this machine"));
  EXPECT_THAT(result.out, Not(HasSubstr("chmod")));
  const auto json = nlohmann::json::parse(poisectl({"privacy", "--json"}).out);
  EXPECT_EQ(json["history"]["mode"], "0600");
  EXPECT_EQ(json["history"]["exists"], true);
  EXPECT_EQ(json["retention_s"], 90 * 24 * 3600);
  EXPECT_EQ(json["keep"], "disk");
  EXPECT_EQ(json["readable_by_others"], false);
  EXPECT_EQ(json["server"], nullptr);
  EXPECT_EQ(json["oldest"], "2026-03-02T08:00:00+00:00");
}

TEST_F(ThePast, ThatOthersCouldReadIsSaid) {
  keep_a_day();
  ::chmod((directory_ / "history.db").c_str(), 0644);
  EXPECT_THAT(poisectl({"privacy"}).out, HasSubstr("chmod go="));
  EXPECT_EQ(nlohmann::json::parse(poisectl({"privacy", "--json"}).out)["readable_by_others"], true);
}

TEST_F(ThePast, ThatIsNoLongerKeptIsSaid) {
  keep_a_day();
  configure("history.keep = \"none\"\n");
  EXPECT_THAT(poisectl({"privacy"}).out, HasSubstr("is still there"));
}

class ThePastOfARunningDaemon : public ThePast {
 protected:
  std::string bus() const override { return bus_.address(); }

  rig::SessionBus bus_;
  FakeDaemon daemon_{bus_};
};

TEST_F(ThePastOfARunningDaemon, MayBeInItsMemory) {
  configure("history.keep = \"memory\"\n");
  EXPECT_THAT(poisectl({"history", "--csv"}).out,
              HasSubstr("2026-03-02T08:00:00+00:00,break,rest,skipped,\r\n"));
  EXPECT_THAT(poisectl({"history", "--since", "2026-03-01"}).out, HasSubstr("Mon  2 Mar"));
}

TEST_F(ThePastOfARunningDaemon, IsForgottenByItFirst) {
  keep_a_day();
  EXPECT_EQ(poisectl({"forget", "--all"}).code, 0);
  EXPECT_EQ(poisectl({"forget", "--before", "2026-03-02"}).code, 0);
  EXPECT_THAT(daemon_.calls(), testing::ElementsAre("Forget 0", "Forget 1772409600"));
  EXPECT_EQ(poisectl({"history"}).out.find("Mon"), std::string::npos);
}

}  // namespace
}  // namespace poised::test
