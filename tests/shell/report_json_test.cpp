// SPDX-License-Identifier: MIT
#include "shell/report_json.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace poised::shell {
namespace {

using namespace std::chrono_literals;

core::Policy berlin() {
  auto policy = core::default_policy();
  policy.zone = {{core::WallTime(0s), 1h}};
  return policy;
}

// 2026-03-02 09:00:00 +01:00
constexpr core::WallTime nine{std::chrono::seconds(1772438400)};

TEST(LocalTime, CarriesItsOffset) {
  auto policy = berlin();
  EXPECT_EQ(local_time(nine, policy), "2026-03-02T09:00:00+01:00");
  EXPECT_EQ(local_clock(nine, policy), "09:00");
  policy.zone = {{core::WallTime(0s), -(3h + 30min)}};
  EXPECT_EQ(local_time(nine, policy), "2026-03-02T04:30:00-03:30");
  policy.zone.clear();
  EXPECT_EQ(local_time(nine, policy), "2026-03-02T08:00:00+00:00");
}

TEST(StatusJson, HasEveryDocumentedFieldInItsPlace) {
  StatusReport report;
  report.wall = nine;
  report.now = core::Instant(5h);
  report.input = {1200ms, 1200ms, 40s};
  report.status.presence = core::Presence::active;
  report.status.source_id = "activity-x11";
  report.status.source_splits = true;
  report.status.session = 1830s;
  report.status.breaks.push_back(
      {.id = "stretch", .worked = 1500s, .interval = 3600s, .due_in = 2100s});
  report.status.held_by = {core::HeldBy::calendar};
  core::PromptStatus open;
  open.prompt.id = 7;
  open.prompt.break_id = "stretch";
  open.prompt.routine = "desk-relief";
  open.shown = 12s;
  report.status.prompt = open;
  report.status.paused.push_back({"person", "", core::Instant(10h)});
  report.unseen_signals = {"video"};
  report.signals_degraded = "cannot see video";
  report.plugins.push_back({"notify", {"prompt"}, "running", 1234, "0.1.0", "process", ""});

  const auto json = status_json(report, berlin());
  const auto expected = Json::parse(R"({
    "presence":"active","source":{"id":"activity-x11","splits":true,"degraded":null},
    "signals":{"unseen":["video"],"degraded":"cannot see video"},
    "keyboard_idle_s":1.2,"pointer_idle_s":40,"idle_s":1.2,"session_s":1830,"today_s":0,
    "keyboard_active_s":0,"pointer_active_s":0,
    "posture":"unknown","posture_s":0,"stand_enabled":false,
    "desk":{"height_mm":null,"moving":false,"state":"absent"},
    "breaks":[{"id":"stretch","worked_s":1500,"interval_s":3600,"due_in_s":2100,"state":"counting","held_by":[]}],
    "held_by":["calendar"],
    "prompt":{"id":7,"break":"stretch","also":[],"posture":null,"routine":"desk-relief","shown_s":12,"running":false},
    "paused":[{"reason":"person","until":"2026-03-02T14:00:00+01:00"}],
    "managed":false,"managed_by":"",
    "plugins":[{"id":"notify","capabilities":["prompt"],"state":"running","pid":1234,"version":"0.1.0",
                "isolation":"process","reason":null}]})");
  EXPECT_EQ(json, expected) << json.dump(2);
}

TEST(StatusJson, SaysNullWhereTheSourceCannotTell) {
  StatusReport report;
  report.wall = nine;
  report.degraded = "cannot see input on this desktop: x11: no display";
  const auto json = status_json(report, berlin());
  for (const auto* key : {"keyboard_idle_s", "pointer_idle_s", "idle_s", "keyboard_active_s",
                          "pointer_active_s", "prompt"})
    EXPECT_TRUE(json.at(key).is_null()) << key;
  EXPECT_TRUE(json["source"]["id"].is_null());
  EXPECT_EQ(json["source"]["degraded"], report.degraded);
}

TEST(FactJson, TellsWhenWhatAndByWhichRule) {
  core::Fact fact;
  fact.kind = core::FactKind::session_end;
  fact.at = core::Instant(2h);
  fact.since = core::Instant(2h - 5min);
  fact.length = 55min;
  fact.rule = "P6";
  EXPECT_EQ(fact_json(fact, nine, 90min, berlin()),
            Json::parse(R"({"at":"2026-03-02T09:00:00+01:00",
    "event":"session-end","elapsed_s":5400,"length_s":3300,"since":"2026-03-02T08:55:00+01:00","rule":"P6"})"));
}

TEST(FactJson, DescribesAPromptWhole) {
  core::Fact fact;
  fact.kind = core::FactKind::prompt;
  fact.prompt_id = 3;
  fact.break_id = "stretch";
  fact.urgency = core::Urgency::low;
  fact.reason = core::PromptReason::after_meeting;
  EXPECT_EQ(fact_json(fact, nine, 1500ms, berlin()),
            Json::parse(R"({"at":"2026-03-02T09:00:00+01:00",
    "event":"prompt","elapsed_s":1.5,"id":3,"break":"stretch","also":[],"posture":null,"routine":"",
    "urgency":"low","reason":"after-meeting"})"));
}

TEST(NextJson, IsSoonestFirstAndWithoutATimeWhereSomethingHolds) {
  core::Status status;
  status.breaks.push_back({.id = "rest", .interval = 2h, .due_in = 40min});
  status.breaks.push_back({.id = "micro", .state = core::BreakState::disabled});
  status.breaks.push_back({.id = "stretch", .interval = 1h, .due_in = 10min});
  auto json = next_json(status, core::Instant{}, nine, berlin(),
                        [](const auto& id) { return "Title of " + id; });
  ASSERT_EQ(json["next"].size(), 2u);
  EXPECT_EQ(json["next"][0]["id"], "stretch");
  EXPECT_EQ(json["next"][0]["title"], "Title of stretch");
  EXPECT_EQ(json["next"][0]["at"], "2026-03-02T09:10:00+01:00");
  status.held_by = {core::HeldBy::pause};
  status.held_until = core::Instant{} + 1h;
  json = next_json(status, core::Instant{}, nine, berlin(), [](const auto& id) { return id; });
  EXPECT_TRUE(json["next"][0]["at"].is_null());
  EXPECT_EQ(json["next"][0]["held_by"], Json::array({"pause"}));
  EXPECT_EQ(json["next"][0]["held_until"], "2026-03-02T10:00:00+01:00");
}

TEST(ProblemJson, SaysItsContextOnce) {
  EXPECT_EQ(problem_json("error", "state", "state: /x: Is a directory")["text"],
            "/x: Is a directory");
  EXPECT_EQ(problem_json("error", "state", "statement: x")["text"], "statement: x");
  for (const auto* reason : {"PipeWire is gone", "live-signals: PipeWire is gone",
                             "plugin: live-signals: PipeWire is gone"})
    EXPECT_EQ(plugin_problem("live-signals", reason), "live-signals: PipeWire is gone");
  EXPECT_EQ(plugin_problem("notify@3", "notify: nobody answers"), "notify@3: nobody answers");
  EXPECT_EQ(plugin_problem("notify@3", "notify@3: nobody answers"), "notify@3: nobody answers");
}

}  // namespace
}  // namespace poised::shell
