// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "../core/rig.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/to_policy.hpp"

// The product's plans carried out day by day by the core, with the whole catalogue.
namespace poised::core {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr Duration day = 24h;

Policy product_policy(std::vector<std::string> equipment = {"foam-roller", "band", "mat"},
                      std::vector<std::string> places = {"desk", "wall", "floor"}) {
  static const auto loaded = catalogue::load({.system_root = "/nonexistent-prefix",
                                              .config_home = "/home/me/.config",
                                              .data_dir = "/usr/share/poised",
                                              .home = "/home/me"});
  Policy policy = default_policy();
  config::Settings::Programme settings;
  settings.equipment = std::move(equipment);
  settings.places = std::move(places);
  catalogue::add_to_policy(loaded.catalogue, settings, policy.programme);
  policy.breaks[2].routine = "hourly-micro-break";  // stretch
  return policy;
}

/// A person who works Monday to Friday from 9 to 17, takes what is offered, and answers the week's
/// questions when asked.
class Person {
 public:
  explicit Person(Policy policy) : rig(std::move(policy)) {}

  void live(int days) {
    for (int i = 0; i < days; ++i, ++today_) {
      const auto midnight = monday + today_ * day;
      if (today_ % 7 >= 5) {
        rig.run_to(midnight + day);
        continue;
      }
      rig.run_to(midnight + 9h);
      rig.begin_input();
      for (auto at = midnight + 9h; at < midnight + 17h; at += 5min) {
        rig.run_to(at);
        respond();
      }
      rig.end_input();
      rig.run_to(midnight + day);
    }
  }

  Rig rig;
  std::function<std::uint32_t(int)> discomfort = [](int week) {
    return static_cast<std::uint32_t>(std::max(1, 5 - week / 2));
  };
  bool answers_questions = true;
  bool does_sessions = true;
  bool goes_on_after_acute = true;

 private:
  void respond() {
    for (; seen_ < rig.facts.size(); ++seen_) {
      const auto fact = rig.facts[seen_];
      if (fact.kind == FactKind::checkin_due && answers_questions)
        rig.send(CheckedIn{discomfort(today_ / 7), 2, false});
      if (fact.kind == FactKind::phase && fact.plan == "acute" && fact.to.empty() &&
          goes_on_after_acute)
        rig.send(PlanStarted{"progressive"});
    }
    if (rig.on_screen == 0 || rig.shown_running) return;
    rig.send(Answered{
        0, rig.shown.break_id != "session" || does_sessions ? Answer::done : Answer::skip});
  }

  int today_ = 0;
  std::size_t seen_ = 0;
};

std::int64_t day_of(const Fact& fact) {
  return (fact.at - monday) / day;
}

/// Date (from Monday 0) → plan/routine of the session that was offered.
std::map<std::int64_t, std::string> sessions_of(const Rig& rig) {
  std::map<std::int64_t, std::string> out;
  for (const auto& fact : rig.facts_of(FactKind::session))
    out[day_of(fact)] = fact.plan + "/" + fact.routine;
  return out;
}

std::vector<std::string> ids_of(const Fact& fact) {
  std::vector<std::string> out;
  for (const auto& chosen : fact.exercises) out.push_back(chosen.id);
  return out;
}

TEST(Programme, GoesThroughAllOfItInNinetyTwoDays) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"acute"});
  person.live(92);
  const auto& rig = person.rig;

  // 72 hours from Monday 9:00 end on Thursday at 9:00; there the eight weeks begin.
  std::vector<std::string> phases;
  for (const auto& fact : rig.facts_of(FactKind::phase))
    phases.push_back(std::to_string(day_of(fact)) + " " + fact.plan + ": " + fact.to);
  EXPECT_THAT(
      phases,
      ElementsAre("0 acute: first-72-hours", "3 acute: ", "3 progressive: foundation",
                  "17 progressive: mobility", "31 progressive: strength",
                  "59 maintenance: maintenance-mobility", "66 maintenance: maintenance-strength",
                  "73 maintenance: maintenance-function", "80 maintenance: maintenance-assess",
                  "87 maintenance: maintenance-mobility"));

  const auto sessions = sessions_of(rig);
  std::size_t offered = 0;
  for (std::int64_t date = 0; date < 92; ++date) {
    const auto found = sessions.find(date);
    if (date % 7 >= 5) {
      EXPECT_EQ(found, sessions.end()) << "no session is offered on day " << date;
      continue;
    }
    ASSERT_NE(found, sessions.end()) << "day " << date;
    ++offered;
    const std::string wanted = date < 3    ? "acute/breathing"
                               : date < 17 ? "progressive/foundation"
                               : date < 31 ? "progressive/mobility"
                               : date < 59 ? "progressive/strength"
                               : date < 66 ? "maintenance/maintenance-mobility"
                               : date < 73 ? "maintenance/maintenance-strength"
                               : date < 80 ? "maintenance/maintenance-function"
                                           : "maintenance/maintenance-mobility";
    EXPECT_EQ(found->second, wanted) << "day " << date;
  }
  EXPECT_GT(offered, 60U);
  for (const auto& fact : rig.facts_of(FactKind::session)) {
    EXPECT_LE(fact.length, 15min) << "E2";
    EXPECT_GT(fact.length, fact.plan == "acute" ? 4min : 9min);
    static const std::map<std::string, std::vector<std::string>> wanted{
        {"foundation", {"diaphragmatic-breathing", "hook-lying-rotation", "scapular-setting"}},
        {"mobility", {"foam-roller-extension", "quadruped-rotation", "prone-ytw"}},
        {"strength", {"band-row", "dead-bug", "bird-dog"}}};
    const auto found = wanted.find(fact.routine);
    if (found != wanted.end()) {
      EXPECT_EQ(ids_of(fact), found->second);
    }
  }
  // E5: one a week at most.
  const auto asked = rig.facts_of(FactKind::checkin_due);
  EXPECT_GE(asked.size(), 10U);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    if (asked[i].plan == asked[i - 1].plan) {
      EXPECT_GE(day_of(asked[i]) - day_of(asked[i - 1]), 7);
    }
  }
  EXPECT_EQ(rig.count(FactKind::held_phase), 0U);
  EXPECT_EQ(rig.count(FactKind::stopped), 0U);
}

TEST(Programme, AcuteBreathingIsOfferedTwiceADay) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"acute"});
  person.goes_on_after_acute = false;
  person.live(5);
  std::map<std::int64_t, int> a_day;
  for (const auto& fact : person.rig.facts_of(FactKind::session)) ++a_day[day_of(fact)];
  EXPECT_EQ(a_day[0], 2);
  EXPECT_EQ(a_day[1], 2);
  EXPECT_EQ(a_day[2], 2);
  EXPECT_EQ(a_day.count(4), 0U) << "it ends by itself";
  ASSERT_EQ(person.rig.count(FactKind::advice), 1U);
  EXPECT_EQ(person.rig.facts_of(FactKind::advice)[0].text, "acute-over");
}

TEST(Programme, ARisingValueHoldsThePhase) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.discomfort = [](int week) { return week == 0 ? 3U : 5U; };
  person.live(28);
  EXPECT_EQ(person.rig.state.programme.phase, 0U);
  const auto held = person.rig.facts_of(FactKind::held_phase);
  ASSERT_FALSE(held.empty());
  EXPECT_EQ(held[0].to, "foundation");
  EXPECT_EQ(held[0].text, "discomfort has risen");
  for (const auto& [date, session] : sessions_of(person.rig))
    EXPECT_EQ(session, "progressive/foundation") << date;
}

TEST(Programme, AHighValuePausesWithAdvice) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.live(1);
  person.rig.send(CheckedIn{8, 2, false});
  const auto before = person.rig.count(FactKind::session);
  person.live(4);
  EXPECT_EQ(person.rig.count(FactKind::session), before);
  ASSERT_FALSE(person.rig.facts_of(FactKind::advice).empty());
  EXPECT_EQ(person.rig.facts_of(FactKind::advice)[0].text, "high");
  person.rig.send(CheckedIn{4, 2, false});
  person.live(7);
  EXPECT_GT(person.rig.count(FactKind::session), before);
}

TEST(Programme, MissedQuestionsHoldThePhaseAndASingleNoteTells) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.answers_questions = false;
  person.live(16);
  EXPECT_EQ(person.rig.state.programme.phase, 0U);
  ASSERT_FALSE(person.rig.facts_of(FactKind::held_phase).empty());
  EXPECT_EQ(person.rig.facts_of(FactKind::held_phase)[0].text, "no answer this week");
  std::size_t notes = 0;
  for (const auto& note : person.rig.notes) notes += note.kind == "questions";
  EXPECT_EQ(notes, person.rig.count(FactKind::checkin_due)) << "one for each offer";
  person.rig.send(CheckedIn{3, 2, false});
  EXPECT_EQ(person.rig.state.programme.phase, 1U) << "the answer lets it go on";
}

TEST(Programme, AnswersTwiceADayAYearLateAndWithTheClockSetBack) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.rig.send(CheckedIn{6, 2, false});
  person.rig.send(CheckedIn{3, 2, false});
  EXPECT_EQ(person.rig.state.programme.first, 3U) << "the last answer of the day counts";
  EXPECT_EQ(person.rig.state.programme.before, std::nullopt);
  person.discomfort = [](int) { return 3U; };
  person.live(20);
  ASSERT_EQ(person.rig.state.programme.phase, 1U);

  person.rig.step_wall(-7 * day);
  const auto& programme = person.rig.state.programme;
  EXPECT_EQ(*programme.today - programme.plan_from, 19) << "the days that have passed stay";
  EXPECT_EQ(programme.phase, 1U);

  person.rig.step_wall(365 * day);
  person.rig.send(CheckedIn{3, 2, false});
  EXPECT_EQ(programme.phase, 0U) << "a long gap: one phase back";
  EXPECT_EQ(person.rig.facts_of(FactKind::phase).back().text, "a gap of two weeks or more");
}

TEST(Programme, AWarningSignStopsAllOfItUntilCleared) {
  auto policy = product_policy();
  policy.stand.enabled = StandEnabled::on;
  Person person(policy);
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.live(3);
  person.rig.send(WarningReported{"progressive-numbness"});
  ASSERT_EQ(person.rig.count(FactKind::stopped), 1U);
  const auto sessions = person.rig.count(FactKind::session);
  const auto from = person.rig.facts.size();
  person.live(60);
  EXPECT_EQ(person.rig.count(FactKind::session), sessions) << "never by timer";
  std::size_t prompts = 0;
  for (std::size_t i = from; i < person.rig.facts.size(); ++i) {
    const auto& fact = person.rig.facts[i];
    EXPECT_NE(fact.kind, FactKind::note) << "no nagging";
    if (fact.kind != FactKind::prompt) continue;
    ++prompts;
    EXPECT_EQ(fact.break_id, "stretch");
    EXPECT_EQ(fact.routine, "step-away");
    EXPECT_THAT(ids_of(fact), ElementsAre("step-away"));
  }
  EXPECT_GT(prompts, 100U);
  person.rig.send(PlanStarted{"home"});
  EXPECT_EQ(person.rig.facts.back().kind, FactKind::refused);
  person.rig.restart();
  EXPECT_TRUE(person.rig.state.programme.stopped) << "a restart clears nothing";

  person.rig.send(Cleared{});
  EXPECT_EQ(person.rig.count(FactKind::cleared), 1U);
  person.live(7);
  EXPECT_GT(person.rig.count(FactKind::session), sessions);
  EXPECT_EQ(person.rig.state.programme.plan, "progressive");
}

TEST(Programme, WithoutHealthQuestionsNoGatedPlanStarts) {
  auto policy = product_policy();
  policy.programme.health_questions = false;
  Person person(policy);
  person.rig.run_to(monday + 9h);
  for (const char* plan : {"acute", "progressive", "maintenance"}) {
    person.rig.send(PlanStarted{plan});
    EXPECT_EQ(person.rig.facts.back().kind, FactKind::refused) << plan;
    EXPECT_EQ(person.rig.facts.back().rule, "E9");
  }
  person.rig.send(PlanStarted{"home"});
  EXPECT_EQ(person.rig.state.programme.plan, "home");
  person.live(3);
  EXPECT_EQ(person.rig.count(FactKind::checkin_due), 0U);
  person.rig.send(CheckedIn{3, 3, false});
  EXPECT_EQ(person.rig.facts.back().kind, FactKind::refused);
}

TEST(Programme, SwitchingTheQuestionsOffErasesTheAnswers) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.live(3);
  ASSERT_TRUE(person.rig.state.programme.last.has_value());
  person.rig.change([](Policy& policy) { policy.programme.health_questions = false; });
  const auto& programme = person.rig.state.programme;
  EXPECT_EQ(programme.plan, "");
  EXPECT_FALSE(programme.first || programme.last || programme.before || programme.answered);
}

TEST(Programme, NoClearImprovementEndsItAtWeekEight) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.discomfort = [](int) { return 4U; };
  person.live(70);
  std::vector<std::string> advice;
  for (const auto& fact : person.rig.facts_of(FactKind::advice)) advice.push_back(fact.text);
  EXPECT_THAT(advice, ElementsAre("week-6", "week-8"));
  EXPECT_EQ(person.rig.state.programme.plan, "");
}

TEST(Programme, BelowTwoAtTheStartIsPrevention) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.discomfort = [](int) { return 1U; };
  person.live(60);
  EXPECT_EQ(person.rig.count(FactKind::advice), 0U);
  EXPECT_EQ(person.rig.state.programme.plan, "maintenance");
}

TEST(Programme, WithoutARollerItsSubstituteTakesItsPlace) {
  Person person(product_policy({"band"}));
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.discomfort = [](int) { return 3U; };
  person.live(20);
  ASSERT_EQ(person.rig.state.programme.phase, 1U);
  EXPECT_THAT(ids_of(person.rig.facts_of(FactKind::session).back()),
              ElementsAre("seated-chest-lift", "quadruped-rotation", "prone-ytw"));
}

TEST(Programme, OneSessionADayNotBeforeHalfAnHourAndNotTodayEndsIt) {
  Person person(product_policy());
  person.does_sessions = false;
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.live(5);
  const auto sessions = person.rig.facts_of(FactKind::session);
  ASSERT_EQ(sessions.size(), 5U);
  for (const auto& fact : sessions) EXPECT_GE((fact.at - monday) % day, 9h + 30min);
}

TEST(Programme, AFinishedSessionResetsStretchAndPosture) {
  auto policy = product_policy();
  policy.stand.enabled = StandEnabled::on;
  Rig rig(policy);
  rig.run_to(monday + 9h);
  rig.send(PlanStarted{"progressive"});
  rig.begin_input();
  rig.run_to(monday + 9h + 38min);
  ASSERT_NE(rig.on_screen, 0U);
  ASSERT_EQ(rig.shown.break_id, "session");
  rig.send(Answered{0, Answer::done});
  EXPECT_EQ(rig.state.stand.timer.at(rig.now), Duration::zero()) << "B13";
  for (const auto& entry : rig.state.breaks)
    if (entry.id == "stretch") {
      EXPECT_EQ(entry.worked.at(rig.now), Duration::zero());
    }
}

TEST(Programme, ARunLastsAsLongAsItsRoutine) {
  Rig rig(product_policy());
  rig.run_to(monday + 9h);
  rig.send(PlanStarted{"progressive"});
  rig.begin_input();
  rig.run_to(monday + 9h + 38min);
  ASSERT_EQ(rig.shown.break_id, "session");
  const auto length = rig.facts_of(FactKind::session).back().length;
  EXPECT_EQ(rig.shown.duration, length) << "E3";
  rig.send(Answered{0, Answer::start});
  const auto begun = rig.now;
  rig.run_through(begun + length);
  const auto completed = rig.facts_of(FactKind::completed);
  ASSERT_FALSE(completed.empty());
  EXPECT_EQ(completed[0].at, begun + length);
}

TEST(Programme, SurvivesARestart) {
  Person person(product_policy());
  person.rig.run_to(monday + 9h);
  person.rig.send(PlanStarted{"progressive"});
  person.live(5);
  const auto before = person.rig.state.programme;
  person.rig.restart();
  EXPECT_EQ(person.rig.state.programme, before);
}

}  // namespace
}  // namespace poised::core
