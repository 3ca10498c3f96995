// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fake_daemon.hpp"
#include "process.hpp"
#include "rigs/program.hpp"
#include "store/history.hpp"
#include "store/saved_state.hpp"

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
    auto latest = monday;
    for (const auto& entry : entries) latest = std::max(latest, entry.at);
    const auto outcome = store::write({directory_, 24h * 3650, latest, false, entries});
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

/// Four days of the last seven, with this much standing each, and one before them.
class AWeek : public ThePast {
 protected:
  static std::string date(int days_ago) {
    const auto at = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()) -
                    days_ago * 24 * 3600;
    std::tm utc{};
    gmtime_r(&at, &utc);
    char text[16];
    std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
    return text;
  }
  void keep_week(core::Duration standing) const {
    std::vector<Entry> entries;
    const auto keep_day = [&](int days_ago, const core::DayTotals& totals) {
      entries.push_back({Entry::Kind::today, monday, store::today_text(date(days_ago), totals)});
    };
    for (const int ago : {6, 3, 1, 0})
      keep_day(ago, {.present = 6h,
                     .prompts = 6,
                     .taken = 3,
                     .natural = 1,
                     .skipped = 1,
                     .missed = 1,
                     .longest_sitting = std::chrono::minutes(60 + ago),
                     .standing = standing});
    keep_day(7, {.present = 7h + 30min, .prompts = 9});
    keep_day(14, {.present = 1h});
    keep(entries);
  }
  nlohmann::json report() const {
    const auto result = poisectl({"report", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return nlohmann::json::parse(result.out, nullptr, false);
  }
};

TEST_F(AWeek, IsLookedBackOnBesideTheOneBefore) {
  keep_week(70min);
  const auto json = report();
  EXPECT_EQ(json["since"], date(6));
  EXPECT_EQ(json["until"], date(0));
  EXPECT_EQ(json["days"].size(), 4U);
  EXPECT_EQ(json["totals"]["days"], 4);
  EXPECT_EQ(json["totals"]["present_a_day_s"], 6 * 3600);
  EXPECT_EQ(json["totals"]["taken"], 12);
  EXPECT_EQ(json["totals"]["longest_sitting_s"], 66 * 60);
  EXPECT_EQ(json["before"]["days"], 1) << "the week before it, and no more";
  EXPECT_EQ(json["before"]["present_a_day_s"], 7 * 3600 + 1800);
  EXPECT_EQ(json["programme"], nullptr);
  EXPECT_EQ(json["managed"], false);
  EXPECT_FALSE(json["tip"]["text"].get<std::string>().empty());

  const auto text = poisectl({"report"}).out;
  EXPECT_THAT(text, HasSubstr("Your last 7 days\n"));
  EXPECT_THAT(text, HasSubstr("6:00 a day, 7:30 in the time before"));
  EXPECT_THAT(text, HasSubstr("12 taken, 4 covered by pauses of your own, 4 skipped, 4 missed"));
  EXPECT_THAT(text, HasSubstr("1:06 at the longest"));
  EXPECT_THAT(text, HasSubstr("1:10 a day; the next goal is 1:30"));
  EXPECT_THAT(text, HasSubstr("poisectl assess"));
  EXPECT_THAT(text, Not(HasSubstr("anaged")));
  EXPECT_EQ(poisectl({"report", "--since", "2d", "--json"}).out.find(date(6)), std::string::npos);
}

// S3: the goal grows from 60 minutes a day to 90, 120 and 180.
TEST_F(AWeek, HasTheNextGoalOfStanding) {
  const auto goal = [&](core::Duration standing) {
    keep_week(standing);
    return report()["standing_goal_s"];
  };
  EXPECT_EQ(goal(0min), nullptr) << "nobody stands here";
  EXPECT_EQ(goal(59min), 3600);
  EXPECT_EQ(goal(60min), 90 * 60);
  EXPECT_EQ(goal(90min), 120 * 60);
  EXPECT_EQ(goal(179min), 180 * 60);
  EXPECT_EQ(goal(180min), nullptr);
  EXPECT_THAT(poisectl({"report"}).out, HasSubstr("3:00 a day; every goal is reached"));
  configure("stand.enabled = false\n");
  EXPECT_EQ(goal(30min), nullptr);
  configure("stand.enabled = true\n");
  EXPECT_EQ(goal(0min), 3600);
}

TEST_F(AWeek, CanBeAPageThatNobodyElseReads) {
  keep_week(0min);
  fs::create_directories(root_.path() / "etc/poised/policy.d");
  std::ofstream(root_.path() / "etc/poised/policy.d/10.toml")
      << "schema = 1\n[policy]\nmanaged_by = \"Kim & <Sons>\"\n"
         "[programme]\nhealth_questions = { forbidden = true }\n";
  const auto file = root_.path() / "report.html";
  const auto result = poisectl({"report", "--html", file});
  EXPECT_EQ(result.code, 0) << result.err;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::ostringstream read;
  read << std::ifstream(file).rdbuf();
  const auto page = read.str();
  EXPECT_THAT(page, HasSubstr("<h1>Your last 7 days</h1>"));
  EXPECT_THAT(page, HasSubstr("by Kim &amp; &lt;Sons&gt;; this report is made on this machine"));
  EXPECT_THAT(page, HasSubstr("<td>6:00</td>"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  const auto refused = poisectl({"report", "--html", root_.path() / "nowhere/report.html"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("nowhere/report.html: No such file or directory\n"));
}

TEST_F(ThePast, LooksBackOnNothingToo) {
  const auto result = poisectl({"report"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Nothing in that time."));
  EXPECT_EQ(nlohmann::json::parse(poisectl({"report", "--json"}).out)["totals"], nullptr);
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

TEST_F(ThePast, IsForgottenInTheSavedStateToo) {
  core::Saved saved;
  saved.memory.day.date = 20'514;  // 2026-03-02
  saved.memory.day.totals.prompts = 7;
  saved.memory.programme.plan = "xylophone";
  saved.memory.pauses = {{"person", "", std::nullopt}};
  fs::create_directories(directory_);
  const auto file = directory_ / "state.json";
  std::ofstream(file) << store::to_json(saved, "a boot", true);
  const auto totals = [&] {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    std::string problem;
    const auto read = store::from_json(text.str(), problem);
    EXPECT_TRUE(read) << problem;
    return read.value_or(store::SavedState{}).saved.memory;
  };
  EXPECT_EQ(poisectl({"forget", "--before", "2026-03-02"}).code, 0);
  EXPECT_EQ(totals().day.totals.prompts, 7U) << "that day had only begun";
  EXPECT_EQ(poisectl({"forget", "--before", "2026-03-03"}).code, 0);
  EXPECT_EQ(totals().day.totals.prompts, 0U);
  EXPECT_EQ(totals().programme.plan, "xylophone");
  EXPECT_EQ(poisectl({"forget", "--all"}).out, "Forgotten: everything.\n");
  EXPECT_EQ(totals().programme.plan, "");
  EXPECT_EQ(totals().pauses.size(), 1U) << "a pause goes on";
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
  EXPECT_THAT(result.out, HasSubstr((directory_ / "history.db").string()));
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
  fs::create_directories(directory_ / "plugins/desk");
  const auto duty = (directory_ / "plugins/desk/duty").string();
  std::ofstream(duty) << "{}";
  EXPECT_THAT(poisectl({"privacy"}).out, HasSubstr(duty));
  EXPECT_EQ(nlohmann::json::parse(poisectl({"privacy", "--json"}).out)["plugins"][0]["path"], duty);
  EXPECT_EQ(nlohmann::json::parse(poisectl({"privacy", "--json"}).out)["readable_by_others"], true);
}

TEST_F(ThePast, ThatIsNoLongerKeptIsSaid) {
  keep_a_day();
  configure("history.keep = \"none\"\n");
  EXPECT_THAT(poisectl({"privacy"}).out, HasSubstr("is still there"));
}

// ------------------------------------------------------------------------------- why

class Why : public ThePast {
 protected:
  // The clock of poisectl is real: what is asked about lies within the last two days.
  static core::WallTime at(core::Duration ago) {
    static const auto now =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return now - std::chrono::system_clock::time_point() - ago + core::WallTime();
  }
  static std::string clock(core::Duration ago, const char* format) {
    const std::time_t time =
        std::chrono::duration_cast<std::chrono::seconds>(at(ago).time_since_epoch()).count();
    std::tm utc{};
    gmtime_r(&time, &utc);
    char text[64];
    std::strftime(text, sizeof text, format, &utc);
    return text;
  }
  static Entry decided(core::Duration ago, const std::string& rest) {
    return {Entry::Kind::decision, at(ago), R"({"event":)" + rest};
  }
  static Entry told(core::Duration ago, const std::string& words) {
    return {Entry::Kind::input, at(ago), clock(ago, "%Y-%m-%dT%H:%M:%SZ ") + words};
  }
  static Entry started(core::Duration ago, const std::string& policy = "p") {
    return {Entry::Kind::start, at(ago),
            clock(ago, "%Y-%m-%dT%H:%M:%SZ ") + R"(event {"start":{"policy":")" + policy + "\"}}"};
  }
  void keep_two_prompts() const {
    keep(
        {started(6h), decided(5h, R"("presence","to":"active","rule":"P2"})"),
         decided(
             4h,
             R"("due","break":"stretch","rule":"B1","values":{"worked_s":3600,"interval_s":3600}})"),
         decided(4h, R"("held","break":"stretch","by":["calendar"],"rule":"A2","values":{}})"),
         decided(3h, R"("released","break":"stretch","rule":"A2"})"),
         decided(3h - 10s,
                 R"("prompt","id":1,"break":"stretch","reason":"after-meeting","rule":"B4",)"
                 R"("values":{"gap_s":9,"wanted_gap_s":8,"waited_s":3610}})"),
         decided(3h - 70s, R"("skipped","id":1,"break":"stretch","rule":"B7"})"),
         decided(1h, R"("due","break":"micro","rule":"B1"})"),
         decided(1h, R"("prompt","id":2,"break":"micro","rule":"B4"})")});
  }
  std::string why(std::vector<std::string> words) const {
    words.insert(words.begin(), "why");
    const auto result = poisectl(words);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  }
};

TEST_F(Why, TellsTheStoryOfAPromptWithItsRulesAndValues) {
  keep_two_prompts();
  const auto story = why({"--at", clock(3h - 40s, "%Y-%m-%dT%H:%M:%S")});
  EXPECT_THAT(story, HasSubstr("Stretch, "));
  EXPECT_THAT(story, HasSubstr("due: 1 h at the screen of 1 h (B1)"));
  EXPECT_THAT(story, HasSubstr("held by your calendar (A2)"));
  EXPECT_THAT(story, HasSubstr("now that you were free, 9 s after your last"));
  EXPECT_THAT(story, HasSubstr("it had been due for 1 h"));
  EXPECT_THAT(story, HasSubstr("you skipped it (B7)"));
  EXPECT_THAT(story, Not(HasSubstr("Micro")));
}

TEST_F(Why, TellsTheLastOneUnasked) {
  keep_two_prompts();
  EXPECT_THAT(why({}), HasSubstr("Micro-break, "));
  EXPECT_THAT(why({}), HasSubstr("Now\n  Poised    is not running"));
  EXPECT_THAT(why({"--last"}), Not(HasSubstr("Now")));
  const auto json = nlohmann::json::parse(why({"--last", "--json"}));
  EXPECT_EQ(json["prompt"]["id"], 2);
  EXPECT_EQ(json["decisions"].size(), 2U);
}

TEST_F(Why, TellsWhyNothingWasAsked) {
  keep_two_prompts();
  const auto moment = why({"--at", clock(3h + 30min, "%Y-%m-%dT%H:%M:%S")});
  EXPECT_THAT(moment, HasSubstr("nothing was asked of you"));
  EXPECT_THAT(moment, HasSubstr("you were at the screen, since"));
  EXPECT_THAT(moment, HasSubstr("held by your calendar (A2), since"));
  const auto json =
      nlohmann::json::parse(why({"--json", "--at", clock(3h + 30min, "%Y-%m-%dT%H:%M:%S")}));
  EXPECT_EQ(json["asked"], false);
  EXPECT_EQ(json["presence"], "active");
  EXPECT_EQ(json["breaks"][1]["last"]["by"][0], "calendar");
}

TEST_F(Why, TellsThatNobodyWasThereToAsk) {
  keep({started(9h), decided(9h, R"("session-start"})"), told(8h, R"(event {"stop":null})"),
        started(2h), decided(2h, R"("session-start"})")});
  EXPECT_THAT(why({"--at", clock(5h, "%Y-%m-%dT%H:%M:%S")}), HasSubstr("was not running"));
}

TEST_F(Why, SaysHowFarItsMemoryReaches) {
  EXPECT_THAT(why({}), HasSubstr("Nothing has been asked of you"));
  EXPECT_EQ(poisectl({"why", "--last"}).err, "poisectl: why: nothing has been decided yet\n");
  keep_two_prompts();
  const auto result = poisectl({"why", "--at", clock(20h, "%Y-%m-%dT%H:%M:%S")});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("what is kept begins at"));
  EXPECT_EQ(poisectl({"why", "--last", "--export"}).code, 2);
}

TEST_F(Why, ExportsThatAKilledDaemonLivedUntilItLastSavedItsState) {
  auto again = started(5h);
  again.text = clock(5h, "%Y-%m-%dT%H:%M:%SZ ") +
               R"(event {"start":{"gap":1800000000000,"policy":"p"}})";  // half an hour
  keep({started(7h), told(6h, "active"), again});
  EXPECT_THAT(
      why({"--export"}),
      HasSubstr("\n" + clock(5h + 30min, "%Y-%m-%dT%H:%M:%S+00:00 event {\"stop\":null}\n")));
}

TEST_F(Why, ExportsWhatWasToldSinceTheConfigurationWasChanged) {
  keep({started(9h, "old"), told(9h - 1s, "active"), told(8h, R"(event {"stop":null})"),
        started(7h, "new"), told(6h, "lock"),
        // Killed here.
        started(5h, "new"), told(4h, "unlock")});
  const auto trace = why({"--export"});
  EXPECT_EQ(trace.find("\"old\""), std::string::npos) << trace;
  EXPECT_THAT(trace, HasSubstr("# The configuration has been changed since"));
  const auto killed = clock(6h, "%Y-%m-%dT%H:%M:%SZ event {\"stop\":null}\n") +
                      clock(5h, "%Y-%m-%dT%H:%M:%SZ event {\"start\"");
  EXPECT_THAT(trace, HasSubstr(killed));
  EXPECT_THAT(trace, testing::EndsWith(clock(4h, "%Y-%m-%dT%H:%M:%SZ event {\"stop\":null}\n")));
}

TEST_F(Why, CannotExportWhatIsNotKept) {
  const auto result = poisectl({"why", "--export"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("nothing is kept of what was told"));
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
