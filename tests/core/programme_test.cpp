// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "core/programme.hpp"
#include "rig.hpp"
#include "rules.hpp"

// E2–E7: where each threshold of the programme lies. Its days with the real catalogue are lived in
// the catalogue's tests.
namespace poised::core {
namespace {

Policy rules() {
  auto policy = with_an_exercise();
  policy.programme.plans = {
      {"weeks", true, false, false, "", {{"w1", 7, "short", 1}, {"w2", 7, "short", 2}}}};
  return policy;
}

/// At the desk since eight, a plan begun.
Rig someone() {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(PlanStarted{"weeks"});
  EXPECT_EQ(rig.state.programme.plan, "weeks");
  return rig;
}

std::vector<std::string> texts(const Rig& rig, FactKind kind) {
  std::vector<std::string> all;
  for (const auto& fact : rig.facts_of(kind)) all.push_back(fact.text);
  return all;
}

struct Week {
  std::uint32_t first, last;
  std::optional<std::uint32_t> before;
  std::int64_t answered_ago = 1;                ///< days, on the day of the decision
  std::vector<std::int64_t> sessions{7, 2, 1};  ///< days ago
};

/// Why the second phase does not come after seven days; "" if it does.
std::string held_after(const Week& week) {
  auto rig = someone();
  auto& programme = rig.state.programme;
  const auto tomorrow = *programme.today + 1;
  programme.phase_from = tomorrow - 7;
  programme.first = week.first;
  programme.before = week.before;
  programme.last = week.last;
  programme.answered = tomorrow - week.answered_ago;
  for (const auto ago : week.sessions) programme.sessions.push_back(tomorrow - ago);
  rig.end_input();
  rig.run_to(monday + 24h + 5h);
  const auto held = texts(rig, FactKind::held_phase);
  EXPECT_EQ(rig.state.programme.phase, held.empty() ? 1U : 0U);
  return held.empty() ? "" : held.front();
}

TEST(E7, ThePhaseChangesWhereTheWeekWentWell) {
  EXPECT_EQ(held_after({4, 5, {}}), "");
  EXPECT_EQ(held_after({4, 5, 4}), "");
  EXPECT_EQ(held_after({4, 4, {}, 7}), "");
}

TEST(E7, ThePhaseGoesOnWhereItDidNot) {
  EXPECT_EQ(held_after({5, 6, {}}), "discomfort above 5");
  EXPECT_EQ(held_after({3, 5, {}}), "discomfort has risen");
  EXPECT_EQ(held_after({5, 5, 3}), "discomfort has risen");
  EXPECT_EQ(held_after({4, 4, {}, 8}), "no answer this week");
  EXPECT_EQ(held_after({4, 4, {}, 1, {2, 1}}), "fewer than 3 days with a session");
  EXPECT_EQ(held_after({4, 4, {}, 1, {8, 2, 1}}), "fewer than 3 days with a session");
}

TEST(E7, APhaseLastsItsDays) {
  auto rig = someone();
  rig.state.programme.phase_from = *rig.state.programme.today - 5;
  rig.end_input();
  rig.run_to(monday + 24h + 5h);
  EXPECT_TRUE(rig.facts_of(FactKind::held_phase).empty());
  EXPECT_EQ(rig.state.programme.phase, 0U);
}

TEST(E7, SevenPausesThePlanAndSixDoesNot) {
  auto rig = someone();
  rig.send(CheckedIn{6, 2, false});
  EXPECT_FALSE(rig.state.programme.paused);
  rig.send(CheckedIn{7, 2, false});
  EXPECT_TRUE(rig.state.programme.paused);
  EXPECT_EQ(texts(rig, FactKind::advice), std::vector<std::string>{"high"});
  rig.send(CheckedIn{6, 2, false});
  EXPECT_FALSE(rig.state.programme.paused);
}

TEST(E7, AGapOfTwoWeeksGoesBackAPhase) {
  const auto phase_after = [](std::int64_t gap) {
    auto rig = someone();
    auto& programme = rig.state.programme;
    programme.phase = 1;
    programme.phase_from = *programme.today;
    programme.answered = *programme.today - gap;
    programme.first = programme.last = 4;
    rig.send(CheckedIn{4, 2, false});
    return rig.state.programme.phase;
  };
  EXPECT_EQ(phase_after(13), 1U);
  EXPECT_EQ(phase_after(14), 0U);
}

TEST(E7, SixWeeksWithoutImprovementAreSaid) {
  const auto advised = [](std::int64_t days, std::uint32_t first, std::uint32_t now) {
    auto rig = someone();
    auto& programme = rig.state.programme;
    programme.plan_from = programme.phase_from = *programme.today - days;
    programme.answered = *programme.today - 7;
    programme.first = programme.last = first;
    rig.send(CheckedIn{now, 2, false});
    return texts(rig, FactKind::advice) == std::vector<std::string>{"week-6"};
  };
  EXPECT_FALSE(advised(41, 4, 4));
  EXPECT_TRUE(advised(42, 4, 4));
  EXPECT_TRUE(advised(42, 4, 3)) << "a quarter less";
  EXPECT_FALSE(advised(42, 3, 2)) << "a third less";
  EXPECT_FALSE(advised(42, 5, 3)) << "two less";
  EXPECT_TRUE(advised(42, 2, 2));
  EXPECT_FALSE(advised(42, 1, 1)) << "there was nothing to improve";
}

TEST(E2, ASessionComesHalfAnHourAfterTheFirstPresence) {
  auto rig = someone();
  rig.run_to(monday + 8h + 30min);
  EXPECT_EQ(rig.count(FactKind::session), 0U);
  rig.run_to(monday + 8h + 36min);
  ASSERT_EQ(rig.count(FactKind::session), 1U);
  const auto session = rig.facts_of(FactKind::session)[0];
  EXPECT_GE(session.at, monday + 8h + 30min);
  EXPECT_EQ(session.to, "w1");
  EXPECT_EQ(session.routine, "short");
}

TEST(E2, ASessionThatComesBackIsStillTheSameOffer) {
  auto rig = someone();
  const auto prompts = [&] {
    const auto all = rig.facts_of(FactKind::prompt);
    return std::count_if(all.begin(), all.end(),
                         [](const Fact& fact) { return fact.break_id == "session"; });
  };
  rig.run_to(monday + 8h + 36min);
  ASSERT_EQ(prompts(), 1);
  rig.send(Answered{0, Answer::snooze});
  rig.run_to(monday + 8h + 50min);
  EXPECT_EQ(prompts(), 2);
  EXPECT_EQ(rig.count(FactKind::session), 1U);
  EXPECT_EQ(rig.count(FactKind::checkin_due), 1U);
}

TEST(E2, ASessionComesAtTheChosenTimeOrAtTheFirstAfterIt) {
  const auto offered_at = [](Duration chosen) {
    auto rig = someone();
    rig.change([&](Policy& policy) { policy.programme.session_at = chosen; });
    while (rig.count(FactKind::session) == 0 && rig.now < monday + 16h) {
      rig.run_through(rig.now + 1min);
      if (rig.on_screen != 0 && rig.shown.break_id != "session")
        rig.send(Answered{0, Answer::skip});
    }
    const auto sessions = rig.facts_of(FactKind::session);
    return sessions.empty() ? Duration::max() : sessions[0].at - monday;
  };
  EXPECT_GE(offered_at(14h), 14h);
  EXPECT_LE(offered_at(14h), 14h + 6min);
  EXPECT_LE(offered_at(7h), 8h + 36min);
}

TEST(E2, ASessionIsTakenAtAnyTimeByWhoHasAPlan) {
  auto rig = someone();
  rig.send(TakeBreak{"session"});
  EXPECT_TRUE(rig.shown_running);
  EXPECT_EQ(rig.shown.break_id, "session");

  Rig without(rules());
  without.send(TakeBreak{"session"});
  EXPECT_EQ(texts(without, FactKind::refused), std::vector<std::string>{"no such break"});

  auto stopped = someone();
  stopped.send(WarningReported{"sign"});
  stopped.send(TakeBreak{"session"});
  EXPECT_EQ(texts(stopped, FactKind::refused), std::vector<std::string>{"no such break"});
}

TEST(E2, ASessionNeedsTwentyFreeMinutes) {
  const auto offered_at = [](Duration meeting) {
    auto rig = someone();
    const auto begin = wall_of_monday() + meeting;
    rig.send(BusyReplaced{"calendar", {{begin, begin + 15min, BusyClass::busy, false}}});
    rig.run_to(monday + 11h);
    const auto all = rig.facts_of(FactKind::session);
    return all.empty() ? Duration::max() : all[0].at - monday;
  };
  EXPECT_LT(offered_at(8h + 50min), 8h + 36min);
  EXPECT_GE(offered_at(8h + 49min), 9h + 4min);
}

TEST(E4, TheSecondSessionComesFourHoursLater) {
  auto rig = someone();
  rig.state.programme.phase = 1;
  rig.run_to(monday + 8h + 36min);
  ASSERT_EQ(rig.count(FactKind::session), 1U);
  rig.send(Answered{0, Answer::done});
  rig.run_to(monday + 12h + 30min);
  EXPECT_EQ(rig.count(FactKind::session), 1U);
  rig.send(Answered{0, Answer::skip});  // the stretch that may be open
  rig.run_to(monday + 12h + 40min);
  EXPECT_EQ(rig.count(FactKind::session), 2U);
}

TEST(E5, TheQuestionsComeOnceInSevenDays) {
  const auto asks = [](std::int64_t answered_ago) {
    auto rig = someone();
    rig.state.programme.answered = *rig.state.programme.today - answered_ago;
    rig.state.programme.first = rig.state.programme.last = 4;
    rig.run_to(monday + 8h + 36min);
    EXPECT_EQ(rig.count(FactKind::session), 1U);
    return rig.count(FactKind::checkin_due) == 1;
  };
  EXPECT_FALSE(asks(6));
  EXPECT_TRUE(asks(7));
}

TEST(E5, TheQuestionsWaitForAWeek) {
  auto rig = someone();
  auto& programme = rig.state.programme;
  programme.asked = *programme.today - 6;
  EXPECT_TRUE(questions_wait(rig.state, rig.policy));
  programme.asked = *programme.today - 7;
  EXPECT_FALSE(questions_wait(rig.state, rig.policy));
}

TEST(E7, AHighValueTakesTheOpenSessionAway) {
  auto rig = someone();
  rig.run_to(monday + 8h + 36min);
  ASSERT_NE(rig.on_screen, 0U);
  rig.send(CheckedIn{8, 2, false});
  EXPECT_EQ(rig.on_screen, 0U);
}

TEST(E8, TimeThatIsStoppedIsNoTimeOfThePhase) {
  auto rig = someone();
  const auto from = rig.state.programme.phase_from;
  rig.send(WarningReported{"sign"});
  rig.end_input();
  rig.run_to(monday + 24h + 5h);
  EXPECT_EQ(rig.state.programme.phase_from, from + 1);
  EXPECT_EQ(rig.state.programme.plan_from, from + 1);
}

TEST(E1, APlanThatCannotBeginIsRefused) {
  const auto refusal = [](Rig rig, const char* plan) {
    rig.send(PlanStarted{plan});
    EXPECT_EQ(rig.state.programme.plan, "");
    return texts(rig, FactKind::refused);
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(refusal(Rig(rules()), "other"), Texts{"no such plan"});
  auto policy = rules();
  policy.programme.plans[0].phases.clear();
  EXPECT_EQ(refusal(Rig(policy), "weeks"), Texts{"no such plan"});
  policy = rules();
  policy.programme.enabled = false;
  EXPECT_EQ(refusal(Rig(policy), "weeks"), Texts{"plans are switched off"});
}

TEST(E1, NoPlanBeginsBeforeTheDateIsKnown) {
  State state;
  CommandSink out;
  step(state, PlanStarted{"weeks"}, Instant{1h}, rules(), out);
  EXPECT_EQ(state.programme.plan, "");
  const auto refused = std::find_if(out.begin(), out.end(), [](const Command& command) {
    const auto* record = std::get_if<Record>(&command);
    return record != nullptr && record->fact.text == "the date is not known";
  });
  EXPECT_NE(refused, out.end());
}

TEST(E1, APlanThatTheCatalogueLacksIsNone) {
  auto rig = someone();
  rig.change([](Policy& policy) { policy.programme.plans.clear(); });
  rig.run_to(monday + 9h);
  EXPECT_EQ(rig.count(FactKind::session), 0U);
  EXPECT_EQ(phase_of(rig.state, rig.policy), nullptr);
}

TEST(E7, TheAcutePlanEndsToTheHourAndSaysWhatTheAnswersMean) {
  const auto advice_after = [](const std::vector<std::uint32_t>& answers) {
    auto policy = rules();
    policy.programme.plans = {{"acute", true, true, false, "", {{"days", 3, "short", 1}}}};
    Rig rig(policy);
    rig.run_to(monday + 8h);
    rig.send(PlanStarted{"acute"});
    for (const auto answer : answers) {
      rig.run_to(rig.now + 25h);
      rig.send(CheckedIn{answer, 2, false});
    }
    rig.run_to(monday + 80h);
    EXPECT_EQ(rig.state.programme.plan, "acute");
    rig.run_through(monday + 80h);
    EXPECT_EQ(rig.state.programme.plan, "");
    return texts(rig, FactKind::advice);
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(advice_after({}), Texts{"acute-over"});
  EXPECT_EQ(advice_after({4}), Texts{"acute-over"});
  EXPECT_EQ(advice_after({4, 3}), Texts{"acute-over"});
  EXPECT_EQ(advice_after({4, 4}), Texts{"acute-not-lower"});
  EXPECT_EQ(advice_after({4, 5}), Texts{"acute-not-lower"});
}

TEST(E7, TheAcutePlanEndsByAClockThatIsSetOnTheSameDay) {
  auto policy = rules();
  policy.programme.plans = {{"acute", true, true, false, "", {{"days", 3, "short", 1}}}};
  Rig rig(policy);
  rig.run_to(monday + 8h);
  rig.send(PlanStarted{"acute"});
  rig.run_to(monday + 3 * 24h + 6h);
  rig.step_wall(90min);
  EXPECT_EQ(rig.state.programme.plan, "acute");
  rig.step_wall(30min);
  EXPECT_EQ(rig.state.programme.plan, "") << "it is eight o'clock";

  rig.send(PlanStarted{"acute"});
  rig.step_wall(-1h);
  rig.run_to(monday + 6 * 24h + 6h + 59min);
  EXPECT_EQ(rig.state.programme.plan, "acute");
  rig.run_through(monday + 6 * 24h + 7h);
  EXPECT_EQ(rig.state.programme.plan, "");
}

TEST(E7, ThePlanThatFollowsKnowsTheLastAnswer) {
  auto rig = someone();
  rig.change([](Policy& policy) {
    auto after = policy.programme.plans[0];
    after.id = "after";
    policy.programme.plans[0].then = "after";
    policy.programme.plans.push_back(after);
  });
  auto& programme = rig.state.programme;
  const auto tomorrow = *programme.today + 1;
  programme.phase = 1;
  programme.phase_from = tomorrow - 7;
  programme.first = 5;
  programme.last = 2;
  programme.answered = tomorrow - 1;
  programme.sessions = {tomorrow - 3, tomorrow - 2, tomorrow - 1};
  rig.end_input();
  rig.run_to(monday + 24h + 5h);
  EXPECT_EQ(rig.state.programme.plan, "after");
  EXPECT_EQ(rig.state.programme.first, 2U);
  EXPECT_EQ(rig.state.programme.answered, tomorrow - 1);
  EXPECT_EQ(rig.state.programme.sessions.size(), 3U);
}

TEST(E8, NoNoteAsksForAnswersWhileAllIsStopped) {
  const auto notes = [](bool stopped) {
    auto policy = rules();
    for (auto& each : policy.breaks) each.enabled = false;
    Rig rig(policy);
    rig.run_to(monday + 8h);
    rig.send(PlanStarted{"weeks"});
    rig.state.programme.asked = *rig.state.programme.today - 1;
    rig.state.programme.done_today = true;
    if (stopped) rig.state.programme.stopped = true;
    rig.begin_input();
    rig.run_to(monday + 8h + 10min);
    return texts(rig, FactKind::note);
  };
  EXPECT_EQ(notes(false), std::vector<std::string>{"questions"});
  EXPECT_EQ(notes(true), std::vector<std::string>{});
}

TEST(E3, WhoHasTypedLongGetsWhatIsGoodForTheShoulders) {
  const auto chosen = [](Device device) {
    auto policy = rules();
    auto shoulders = policy.programme.exercises[0];
    shoulders.id = "shrug";
    shoulders.shoulders = true;
    policy.programme.exercises = {shoulders, policy.programme.exercises[0]};
    policy.programme.routines.push_back({"one", true, {"turn", "shrug"}});
    for (auto& each : policy.breaks) each.routine = "one";
    Rig rig(policy);
    rig.run_to(monday + 8h);
    rig.send(SourceChanged{true, true, "test", ""});
    rig.begin_input(device);
    rig.run_to(monday + 9h + 6min);
    const auto prompts = rig.facts_of(FactKind::prompt);
    return prompts.empty() || prompts[0].exercises.empty() ? "" : prompts[0].exercises[0].id;
  };
  EXPECT_EQ(chosen(Device::keyboard), "shrug");
  EXPECT_EQ(chosen(Device::pointer), "turn");
}

TEST(E7, AnExerciseThatHurtComesEasierForTwoWeeks) {
  auto policy = rules();
  policy.programme.exercises[0].sets = 4;
  Rig rig(policy);
  rig.run_to(monday + 8h);
  const auto chosen = [&] {
    rig.send(TakeBreak{"session"});
    EXPECT_FALSE(rig.shown.exercises.empty());
    auto first = rig.shown.exercises.empty() ? ChosenExercise{} : rig.shown.exercises[0];
    rig.send(Answered{0, Answer::skip});
    return first;
  };
  rig.send(PlanStarted{"weeks"});
  EXPECT_EQ(chosen(), (ChosenExercise{"turn", 4, false}));
  rig.send(ExerciseHurt{"turn"});
  EXPECT_EQ(texts(rig, FactKind::hurt), std::vector<std::string>{"turn"});
  EXPECT_EQ(chosen(), (ChosenExercise{"turn", 2, true}));
  EXPECT_EQ(rig.state.day.totals.skipped, 2U) << "by the answers alone: hurting is no skip";
  rig.send(PlanStopped{});
  EXPECT_EQ(rig.state.programme.hurt.size(), 1U) << "it is not of the plan";
  rig.run_to(monday + 13 * 24h + 12h);
  rig.send(PlanStarted{"weeks"});
  EXPECT_EQ(chosen(), (ChosenExercise{"turn", 2, true}));
  rig.run_to(monday + 14 * 24h + 12h);
  EXPECT_TRUE(rig.state.programme.hurt.empty());
  EXPECT_EQ(chosen(), (ChosenExercise{"turn", 4, false}));
}

TEST(E7, WhatHurtAgainCountsFromItsLastTime) {
  auto rig = someone();
  rig.send(ExerciseHurt{"turn"});
  rig.run_to(monday + 10 * 24h + 12h);
  rig.send(ExerciseHurt{"turn"});
  rig.run_to(monday + 23 * 24h + 12h);
  ASSERT_EQ(rig.state.programme.hurt.size(), 1U);
  EXPECT_EQ(rig.state.programme.hurt[0].times, 2U);
  rig.run_to(monday + 24 * 24h + 12h);
  EXPECT_TRUE(rig.state.programme.hurt.empty());
}

TEST(E9, WithoutHealthQuestionsWhatHurtsIsNotKept) {
  auto rig = someone();
  rig.send(ExerciseHurt{"nothing-of-the-kind"});
  EXPECT_EQ(texts(rig, FactKind::refused).back(), "no such exercise");
  rig.send(ExerciseHurt{"turn"});
  ASSERT_EQ(rig.state.programme.hurt.size(), 1U);
  rig.change([](Policy& policy) { policy.programme.health_questions = false; });
  EXPECT_TRUE(rig.state.programme.hurt.empty());
  rig.send(ExerciseHurt{"turn"});
  EXPECT_EQ(texts(rig, FactKind::refused).back(), "the weekly questions are switched off");
  EXPECT_TRUE(rig.state.programme.hurt.empty());
}

// E1: the person's own hold.
TEST(E1, APlanOnHoldOffersNothingAndItsDaysDoNotCount) {
  auto rig = someone();
  rig.send(PlanHeld{true});
  EXPECT_TRUE(rig.state.programme.on_hold);
  EXPECT_EQ(texts(rig, FactKind::held_phase), std::vector<std::string>{"on hold"});
  const auto from = rig.state.programme.phase_from;
  rig.run_to(monday + 3 * 24h + 12h);
  EXPECT_EQ(rig.count(FactKind::session), 0U);
  EXPECT_EQ(rig.state.programme.phase_from, from + 3);
  EXPECT_FALSE(questions_wait(rig.state, rig.policy));
  rig.send(PlanHeld{false});
  rig.run_to(monday + 3 * 24h + 12h + 9min);
  EXPECT_EQ(rig.count(FactKind::session), 1U);
}

TEST(E1, AHoldTakesTheOpenSessionAwayAndRefusesWhatMakesNoSense) {
  auto rig = someone();
  rig.send(PlanHeld{false});
  EXPECT_EQ(texts(rig, FactKind::refused), std::vector<std::string>{"it is not on hold"});
  rig.run_to(monday + 8h + 36min);
  ASSERT_NE(rig.on_screen, 0U);
  rig.send(PlanHeld{true});
  EXPECT_EQ(rig.on_screen, 0U);
  rig.send(PlanHeld{true});
  EXPECT_EQ(texts(rig, FactKind::refused).back(), "it is on hold already");
  rig.send(PlanStopped{});
  EXPECT_FALSE(rig.state.programme.on_hold);
  rig.send(PlanHeld{true});
  EXPECT_EQ(texts(rig, FactKind::refused).back(), "no plan is running");
}

/// Asked on Monday, and not answered; breaks are off, so that nothing else happens on Tuesday.
Rig unanswered() {
  auto rules_without_breaks = rules();
  for (auto& entry : rules_without_breaks.breaks) entry.enabled = false;
  Rig rig(rules_without_breaks);
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(PlanStarted{"weeks"});
  rig.run_to(monday + 8h + 36min);
  EXPECT_EQ(rig.count(FactKind::checkin_due), 1U);
  rig.send(Answered{0, Answer::skip});
  rig.end_input();
  rig.run_to(monday + 24h + 8h);
  EXPECT_EQ(rig.count(FactKind::note), 0U) << "nobody is there";
  return rig;
}

TEST(E5, OneNoteTellsOfUnansweredQuestionsWhenThePersonIsThere) {
  auto rig = unanswered();
  rig.begin_input();
  rig.run_to(monday + 24h + 8h + 1min);
  EXPECT_EQ(texts(rig, FactKind::note), std::vector<std::string>{"questions"});
  rig.end_input();
  rig.run_to(monday + 2 * 24h + 8h);
  rig.begin_input();
  rig.run_to(monday + 2 * 24h + 12h);
  EXPECT_EQ(rig.count(FactKind::note), 1U);
}

// B5, B10: what is paused waits, and so does the note.
TEST(E5, TheNoteWaitsForTheEndOfAPause) {
  auto rig = unanswered();
  rig.send(Paused{"person", "", std::nullopt});
  rig.begin_input();
  rig.run_to(monday + 24h + 10h);
  EXPECT_EQ(rig.count(FactKind::note), 0U);
  rig.send(Resumed{"person"});
  EXPECT_EQ(texts(rig, FactKind::note), std::vector<std::string>{"questions"});
}

}  // namespace
}  // namespace poised::core
