// SPDX-License-Identifier: MIT
#include "notify/wording.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "common/plain_text.hpp"

namespace {

using namespace std::chrono_literals;
using notify::Capabilities;
using notify::Content;
using notify::content_of;
using notify::Kept;
using poised::Answer;
using poised::Instant;
using poised::PromptState;
using poised::Urgency;

constexpr Instant noon{12h};
constexpr Capabilities full{.actions = true, .body_markup = true};

// ------------------------------------------------------------------ plain text

TEST(PlainText, KeepsWhatPeopleWrite) {
  EXPECT_EQ(plain_text::line("Zeit für eine Dehnung – 伸びをしよう 🙂", 100),
            "Zeit für eine Dehnung – 伸びをしよう 🙂");
}

TEST(PlainText, DropsControlCharactersAndTurnsOfDirection) {
  EXPECT_EQ(plain_text::line("a\x1b[1m\x07"
                             "b\xC2\x9B"
                             "c\x7F",
                             100),
            "a[1mbc");
  EXPECT_EQ(plain_text::line("a\u202Eb\u2066c\u200Fd\u061Ce\u2069", 100), "abcde");
}

TEST(PlainText, LineBreaksStayOnlyWhereTheyMay) {
  EXPECT_EQ(plain_text::line("one\ntwo\tthree\u2028four", 100), "one two three four");
  EXPECT_EQ(plain_text::lines("one\ntwo\tthree\u2028four", 100), "one\ntwo three\nfour");
}

TEST(PlainText, WhatIsNotUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(plain_text::line("a\xFF"
                             "b\xC3",
                             100),
            "a\uFFFDb\uFFFD");
  EXPECT_EQ(plain_text::line("\xC0\xAF", 100), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(plain_text::line("\xED\xA0\x80", 100), "\uFFFD\uFFFD\uFFFD") << "surrogate";
  EXPECT_EQ(plain_text::line("\xF5\x80\x80\x80", 100).substr(0, 3), "\uFFFD") << "beyond Unicode";
}

TEST(PlainText, LongTextsEndInAnEllipsis) {
  EXPECT_EQ(plain_text::line("12345", 5), "12345");
  EXPECT_EQ(plain_text::line("123456", 5), "1234…");
  EXPECT_EQ(plain_text::line("äöüßé!", 5), "äöüß…");
  EXPECT_EQ(plain_text::line("123 56", 5), "123…");
}

TEST(PlainText, MarkupIsEscaped) {
  EXPECT_EQ(plain_text::escape_markup("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
}

// ------------------------------------------------------------------ notifications

Kept open_prompt() {
  Kept prompt;
  prompt.title = "Time for a stretch";
  prompt.body = "One minute.";
  prompt.actions = {{Answer::start, "", "Start"},
                    {Answer::snooze, "", "Later"},
                    {Answer::custom, "never", "Never"},
                    {Answer::quiet_today, "", "Not today"}};
  return prompt;
}

Kept running_prompt(poised::Duration length) {
  Kept prompt;
  prompt.state = PromptState::running;
  prompt.title = "Stretching";
  prompt.started = noon;
  prompt.ends = noon + length;
  return prompt;
}

std::vector<std::string> keys(const Content& content) {
  std::vector<std::string> result;
  for (const auto& button : content.buttons) result.push_back(button.key);
  return result;
}

TEST(Wording, EveryActionIsAButtonAndTheBodyStarts) {
  const Kept prompt = open_prompt();
  const Content content = content_of(prompt, true, noon, full);
  const std::vector<std::string> expected{"default", "start", "snooze", "custom-2", "quiet-today"};
  EXPECT_EQ(keys(content), expected);
  EXPECT_EQ(action_of(prompt, "default")->answer, Answer::start);
  EXPECT_EQ(action_of(prompt, "custom-2")->id, "never");
  EXPECT_EQ(action_of(prompt, "custom-0"), nullptr);
  EXPECT_EQ(action_of(prompt, ""), nullptr);
}

TEST(Wording, WithoutStartAClickOnTheBodyMeansNothing) {
  Kept prompt = open_prompt();
  prompt.actions.erase(prompt.actions.begin());
  EXPECT_EQ(keys(content_of(prompt, true, noon, full))[0], "snooze");
  EXPECT_EQ(action_of(prompt, "default"), nullptr);
}

TEST(Wording, WithoutButtonsTheBodyNamesTheCommands) {
  EXPECT_EQ(content_of(open_prompt(), true, noon, {}).body,
            "One minute.\nAnswer with: poisectl start|snooze|quiet-today");
  Kept silent = open_prompt();
  silent.actions.clear();
  EXPECT_EQ(content_of(silent, true, noon, {}).body, "One minute.");
}

TEST(Wording, OnlyABannerHasTheUrgencyThatWasAsked) {
  Kept prompt = open_prompt();
  prompt.urgency = Urgency::critical;
  EXPECT_EQ(content_of(prompt, true, noon, full).urgency, Urgency::critical);
  EXPECT_EQ(content_of(prompt, false, noon, full).urgency, Urgency::low);
  prompt.state = PromptState::finished;
  EXPECT_EQ(content_of(prompt, true, noon, full).urgency, Urgency::low);
}

TEST(Wording, ProgressGoesFromNothingToAllAndNoFurther) {
  const Kept prompt = running_prompt(1min);
  const auto at = [&](poised::Duration gone) {
    return content_of(prompt, true, noon + gone, full);
  };
  EXPECT_EQ(at(-5s).percent, 0);
  EXPECT_EQ(at(0s).percent, 0);
  EXPECT_EQ(at(0s).body, "1:00 left");
  EXPECT_EQ(at(30s).percent, 50);
  EXPECT_EQ(at(30s).body, "0:30 left");
  EXPECT_EQ(at(2min).percent, 100);
  EXPECT_EQ(at(2min).body, "0:00 left");
}

TEST(Wording, ABreakOfNoLengthIsNoDivisionByZero) {
  EXPECT_NO_THROW((void)content_of(running_prompt(0s), true, noon, full));
  EXPECT_FALSE(next_change(running_prompt(0s), noon));
}

TEST(Wording, ProgressChangesAtLeastTwentySecondsApartAndReadsEven) {
  for (const poised::Duration length : {20s, 45s, 60s, 180s, 600s, 3600s}) {
    const Kept prompt = running_prompt(length);
    Instant now = noon + 1500ms;
    int changes = 0;
    while (const auto next = next_change(prompt, now)) {
      EXPECT_GE(*next - now, 20s);
      EXPECT_LT(*next, prompt.ends);
      const std::string body = content_of(prompt, false, *next, full).body;
      EXPECT_EQ(body.substr(body.find(':') + 2), "0 left") << body;
      now = *next;
      ++changes;
    }
    EXPECT_EQ(changes > 0, length > 41s) << length.count();
    EXPECT_LE(changes, 60);
  }
}

TEST(Wording, NothingIsWithoutATitle) {
  Kept prompt;
  EXPECT_EQ(content_of(prompt, true, noon, full).title, "Poised");
  prompt.state = PromptState::finished;
  EXPECT_EQ(content_of(prompt, true, noon, full).title, "Done");
}

TEST(Wording, LongTextsAreCut) {
  const std::string long_text(4096, 'x');
  poised::Prompt prompt;
  prompt.title = long_text;
  prompt.body = long_text;
  prompt.actions = {{Answer::start, "", long_text}};
  const Kept kept{prompt};
  EXPECT_LT(kept.title.size(), 110u);
  EXPECT_LT(kept.body.size(), 510u);
  EXPECT_LT(kept.actions[0].label.size(), 50u);
}

TEST(Progress, IsLeftToTheWordsWhereABarWouldHideThem) {
  Kept prompt;
  prompt.state = PromptState::running;
  prompt.started = noon;
  prompt.ends = noon + 60s;
  EXPECT_EQ(content_of(prompt, false, noon + 30s, {.actions = true}).percent, 50);
  const auto content =
      content_of(prompt, false, noon + 30s, {.actions = true, .value_hides_words = true});
  EXPECT_FALSE(content.percent);
  EXPECT_EQ(content.body, "0:30 left");
}

// Xfce's has a button for it, beside those of its own.
TEST(Buttons, NameTheStartOnceWhereTheDefaultActionIsAButtonToo) {
  Kept prompt;
  prompt.state = PromptState::open;
  prompt.title = "Time for a stretch";
  prompt.actions = {{Answer::start, "", "Start"}, {Answer::snooze, "", "Later"}};
  const auto keys = [&](const Capabilities& server) {
    std::vector<std::string> out;
    for (const auto& button : content_of(prompt, true, noon, server).buttons)
      out.push_back(button.key);
    return out;
  };
  EXPECT_EQ(keys({.actions = true}), (std::vector<std::string>{"default", "start", "snooze"}));
  EXPECT_EQ(keys({.actions = true, .shows_default = true}),
            (std::vector<std::string>{"default", "snooze"}));
}

}  // namespace
