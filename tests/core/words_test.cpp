// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <set>

#include "core/status.hpp"

// The words of traces, history, status and the bus: each value has its own, up to the last.
namespace poised::core {
namespace {

template <class Value>
void expect_words_up_to(Value last) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const std::string text = word(static_cast<Value>(i));
    EXPECT_NE(text, "") << i;
    words.insert(text);
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_STREQ(word(static_cast<Value>(static_cast<int>(last) + 1)), "") << "it is the last";
}

TEST(Words, TellValuesApart) {
  expect_words_up_to(Presence::unknown);
  expect_words_up_to(BreakState::disabled);
  expect_words_up_to(Posture::standing);
  expect_words_up_to(HeldBy::spacing);
  expect_words_up_to(LiveSignal::full_screen);
  expect_words_up_to(Urgency::critical);
  expect_words_up_to(PromptReason::snoozed);
  expect_words_up_to(Answer::quiet_today);
}

}  // namespace
}  // namespace poised::core
