// SPDX-License-Identifier: MIT
#include "shell/prompt_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>

#include "language/language.hpp"
#include "poised/plugin.h"

namespace poised::shell {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

core::Prompt prompt_for(const std::string& break_id) {
  core::Prompt prompt;
  prompt.id = 7;
  prompt.break_id = break_id;
  prompt.duration = 60s;
  prompt.snoozes_left = 2;
  return prompt;
}

bool offers(const plugin::Prompt& text, std::uint32_t answer) {
  return std::any_of(text.actions.begin(), text.actions.end(),
                     [&](const auto& action) { return action.answer == answer; });
}

TEST(Spoken, IsWhatAPersonWouldSay) {
  EXPECT_EQ(spoken(1s), "1 second");
  EXPECT_EQ(spoken(20s), "20 seconds");
  EXPECT_EQ(spoken(60s), "1 minute");
  EXPECT_EQ(spoken(90s), "1 minute 30 seconds");
  EXPECT_EQ(spoken(10min), "10 minutes");
  EXPECT_EQ(spoken(10min + 2s), "10 minutes");
  EXPECT_EQ(spoken(90min), "1 hour 30 minutes");
  EXPECT_EQ(spoken(2h), "2 hours");
  EXPECT_EQ(spoken(0s), "a moment");
}

TEST(Prompts, OfferStartLaterAndQuietToday) {
  const auto text = PromptText({}).open(prompt_for("stretch"), core::default_policy());
  EXPECT_EQ(text.state, POISED_PROMPT_OPEN);
  EXPECT_EQ(text.id, 7u);
  EXPECT_EQ(text.title, "Time for a stretch");
  EXPECT_EQ(text.body, "Get up, stretch and move for 1 minute.");
  ASSERT_EQ(text.actions.size(), 3u);
  EXPECT_EQ(text.actions[0].label, "Start");
  EXPECT_EQ(text.actions[1].label, "Later");
  EXPECT_EQ(text.actions[2].label, "Quiet today");
}

TEST(Prompts, DoNotOfferASnoozeThatIsUsedUp) {
  auto prompt = prompt_for("stretch");
  prompt.snoozes_left = 0;
  EXPECT_FALSE(offers(PromptText({}).open(prompt, core::default_policy()), POISED_ANSWER_SNOOZE));
}

TEST(Prompts, SayWhyTheyComeNow) {
  const PromptText texts({});
  const auto policy = core::default_policy();
  auto prompt = prompt_for("stretch");
  prompt.reason = core::PromptReason::snoozed;
  EXPECT_THAT(texts.open(prompt, policy).body, HasSubstr("You asked for this later"));
  prompt.reason = core::PromptReason::after_meeting;
  EXPECT_THAT(texts.open(prompt, policy).body, HasSubstr("After your meeting"));
  prompt.reason = core::PromptReason::pull_forward;
  prompt.before = core::WallTime(11h);
  EXPECT_THAT(texts.open(prompt, policy).body, HasSubstr("Before 11:00"));
}

TEST(Prompts, CarryTheirUrgency) {
  auto prompt = prompt_for("stretch");
  prompt.urgency = core::Urgency::low;
  EXPECT_EQ(PromptText({}).open(prompt, core::default_policy()).urgency, POISED_URGENCY_LOW);
  prompt.urgency = core::Urgency::critical;
  EXPECT_EQ(PromptText({}).open(prompt, core::default_policy()).urgency, POISED_URGENCY_CRITICAL);
}

TEST(Prompts, TakeThePersonsOwnTitle) {
  const PromptText texts({{"eyes", "Look at the sky"}, {"stretch", ""}});
  EXPECT_EQ(texts.title("eyes"), "Look at the sky");
  EXPECT_EQ(texts.title("stretch"), "Time for a stretch");
  EXPECT_EQ(texts.title("knitting"), "Time for a short break");
}

TEST(Prompts, ShowTheProgressOfWhatRuns) {
  const auto text =
      PromptText({}).running(prompt_for("stretch"), core::Instant(1h), core::Instant(1h + 60s));
  EXPECT_EQ(text.state, POISED_PROMPT_RUNNING);
  EXPECT_EQ(text.ends_ns - text.started_ns, 60'000'000'000);
  EXPECT_TRUE(offers(text, POISED_ANSWER_DONE));
}

TEST(Prompts, LeadThroughARunSceneByScene) {
  const catalogue::Scene scene{0,
                               30,
                               "Wall angel (1 of 2)",
                               "Slide the arms up.",
                               "set 1 of 2",
                               "/usr/share/poised/pictures/wall-angel-2.png",
                               true};
  const auto text = PromptText({}).running(prompt_for("stretch"), core::Instant(1h),
                                           core::Instant(1h + 60s), &scene);
  EXPECT_EQ(text.title, "Wall angel (1 of 2)");
  EXPECT_EQ(text.body, "Slide the arms up.\nSet 1 of 2");
  EXPECT_EQ(text.icon, scene.picture);
  EXPECT_EQ(text.state, POISED_PROMPT_RUNNING);
}

// E10
TEST(Prompts, LeaveOutWhatAnOwnExerciseTells) {
  const catalogue::Scene scene{0, 30, "Against back pain", "Press the back down.", "", "", true};
  const auto text = PromptText({}).running(prompt_for("stretch"), core::Instant(1h),
                                           core::Instant(1h + 60s), &scene);
  EXPECT_EQ(text.title, "Time for a stretch");
  EXPECT_EQ(text.body, "Do as the picture shows.");
}

TEST(Prompts, SoundOnlyForThoseWhoLeftTheKeyboard) {
  EXPECT_EQ(PromptText({}).finished(7, false).sound, "");
  EXPECT_NE(PromptText({}).finished(7, true).sound, "");
}

/// Leaves the language as it found it: English.
struct German {
  German() { use_language("de"); }
  ~German() { use_language("en"); }
};

TEST(Prompts, SpeakGerman) {
  const German german;
  const PromptText texts({});
  const auto policy = core::default_policy();
  const auto text = texts.open(prompt_for("stretch"), policy);
  EXPECT_EQ(text.title, "Zeit zum Dehnen");
  EXPECT_EQ(text.body, "Stehen Sie auf, dehnen und bewegen Sie sich für 1 Minute.");
  EXPECT_EQ(text.actions[0].label, "Beginnen");
  EXPECT_EQ(text.actions[2].label, "Heute Ruhe");
  EXPECT_EQ(spoken(90min), "1 Stunde 30 Minuten");
}

// Screens are seen by others (E10).
class PromptsIn : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { use_language(GetParam()); }
  void TearDown() override { use_language("en"); }
};

INSTANTIATE_TEST_SUITE_P(, PromptsIn, testing::Values("en", "de"),
                         [](const auto& language) { return std::string(language.param); });

TEST_P(PromptsIn, BothLanguagesNeverNameHealth) {
  const PromptText texts({});
  const auto policy = core::default_policy();
  std::vector<plugin::Prompt> all{texts.welcome(1, policy, ""),
                                  texts.welcome(1, policy, "IT of Example AG"),
                                  texts.finished(1, true),
                                  texts.note(1, {"sit", "", 15min}),
                                  texts.note(1, {"questions", "", {}}),
                                  texts.note(1, {"no-input-source", "x11: no display", {}})};
  for (const auto* id :
       {"stretch", "micro", "rest", "daily-limit", "posture", "session", "other"}) {
    for (const auto reason :
         {core::PromptReason::interval, core::PromptReason::snoozed, core::PromptReason::expired}) {
      auto prompt = prompt_for(id);
      prompt.reason = reason;
      all.push_back(texts.open(prompt, policy));
      all.push_back(texts.running(prompt, core::Instant(), core::Instant(1min)));
    }
  }
  for (const auto& text : all) {
    auto words = text.title + " " + text.body;
    std::transform(words.begin(), words.end(), words.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    for (const auto* word : {"pain", " back", "plan", "check-in", "checkin", "therapy", "treatment",
                             "diagnosis", "schmerz", "rücken", "beschwerde", "behandlung"})
      EXPECT_EQ(words.find(word), std::string::npos) << word << " in: " << words;
    EXPECT_FALSE(text.title.empty());
    EXPECT_FALSE(text.body.empty());
  }
}

TEST(Welcome, SaysWhatItDoesWhatLeavesAndWhoManagesAndOffersTheWayOut) {
  const auto text = PromptText({}).welcome(1, core::default_policy(), "IT of Example AG");
  EXPECT_THAT(text.body, HasSubstr("After 1 hour at the screen it asks for a short stretch"));
  EXPECT_THAT(text.body, HasSubstr("nothing leaves this computer"));
  EXPECT_THAT(text.body, HasSubstr("managed by IT of Example AG"));
  EXPECT_THAT(PromptText({}).welcome(1, core::default_policy(), "").body,
              HasSubstr("You alone manage"));
  ASSERT_EQ(text.actions.size(), 2u);
  EXPECT_EQ(text.actions[1].id, not_for_me);
  EXPECT_EQ(text.actions[1].label, "Not for me");
}

}  // namespace
}  // namespace poised::shell
