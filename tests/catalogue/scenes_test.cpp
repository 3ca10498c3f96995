// SPDX-License-Identifier: MIT
#include "catalogue/scenes.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <numeric>
#include <regex>

#include "language/language.hpp"

namespace poised::catalogue {
namespace {

Catalogue product() {
  return load({.system_root = "/nonexistent-prefix",
               .config_home = "/home/me/.config",
               .data_dir = "/usr/share/poised",
               .home = "/home/me"})
      .catalogue;
}

std::uint32_t length(const std::vector<Scene>& scenes) {
  return std::accumulate(scenes.begin(), scenes.end(), 0U,
                         [](std::uint32_t sum, const Scene& scene) { return sum + scene.seconds; });
}

// Of every exercise, in both languages: a scene follows the other without a gap, as long as the
// run, and each has words and a picture.
TEST(Scenes, FillTheRunOfEveryExercise) {
  const auto catalogue = product();
  ASSERT_GT(catalogue.exercises.size(), 20U);
  for (const char* language : {"en", "de"}) {
    use_language(language);
    for (const auto& exercise : catalogue.exercises) {
      const auto scenes = scenes_of(catalogue, {{exercise.id, exercise.dose.sets}}, language);
      ASSERT_FALSE(scenes.empty()) << exercise.id;
      EXPECT_EQ(length(scenes), exercise.seconds(false)) << exercise.id;
      std::uint32_t at = 0;
      for (const auto& scene : scenes) {
        EXPECT_EQ(scene.at, at) << exercise.id;
        EXPECT_EQ(scene.title, exercise.name.in(language));
        EXPECT_FALSE(scene.text.empty()) << exercise.id;
        EXPECT_TRUE(std::filesystem::exists(scene.picture)) << exercise.id << scene.picture;
        at += scene.seconds;
      }
    }
  }
  use_language("en");
}

TEST(Scenes, TellAQuickMovementAtOnceAndASlowOneStepByStep) {
  const auto catalogue = product();
  const auto quick = scenes_of(catalogue, {{"shoulder-blade-squeeze", 1}}, "en");
  ASSERT_EQ(quick.size(), 1U);
  EXPECT_EQ(quick[0].text,
            "Sit or stand tall, and draw the shoulder blades together and a little down. Let go "
            "and breathe out.");
  const auto slow = scenes_of(catalogue, {{"stand-and-walk", 1}}, "en");
  ASSERT_EQ(slow.size(), 3U);
  EXPECT_EQ(slow[0].text, "Leave the chair.");
  EXPECT_EQ(slow[1].at, 5U);
  EXPECT_FALSE(slow[1].facing_away);
}

TEST(Scenes, CountExercisesSetsAndSides) {
  const auto catalogue = product();
  const auto scenes =
      scenes_of(catalogue, {{"wall-angel", 2}, {"gone", 1}, {"thread-the-needle", 1}}, "en");
  EXPECT_EQ(scenes.front().title, "Wall angel (1 of 2)");
  EXPECT_EQ(scenes.back().title, "Thread the needle (2 of 2)");
  EXPECT_EQ(scenes.back().place, "other side");
  EXPECT_TRUE(scenes.back().facing_away);
  bool change = false, second_set = false;
  for (const auto& scene : scenes) {
    change = change || scene.text == "Next: Thread the needle";
    second_set = second_set || scene.place == "set 2 of 2";
  }
  EXPECT_TRUE(change);
  EXPECT_TRUE(second_set);
}

TEST(Scenes, AreFoundByTheTimeThatHasPassed) {
  const auto scenes = scenes_of(product(), {{"stand-and-walk", 1}}, "en");
  EXPECT_EQ(scene_at(scenes, 0), &scenes[0]);
  EXPECT_EQ(scene_at(scenes, 4), &scenes[0]);
  EXPECT_EQ(scene_at(scenes, 5), &scenes[1]);
  EXPECT_EQ(scene_at(scenes, 1'000), &scenes[2]);
  EXPECT_EQ(scene_at({}, 0), nullptr);
}

// E7
TEST(Scenes, TellHowToDoWhatHurtMoreEasily) {
  const auto catalogue = product();
  const auto easier = catalogue.exercise("bird-dog")->easier.in("en");
  std::size_t told = 0;
  for (const auto& scene : scenes_of(catalogue, {{"dead-bug", 1}, {"bird-dog", 2, true}}, "en")) {
    const bool is_told = scene.text.ends_with(easier);
    EXPECT_TRUE(!is_told || scene.title.starts_with("Bird")) << scene.title;
    told += is_told;
  }
  EXPECT_GT(told, 2U);
}

// E10: they stand in notifications, which others see.
TEST(Scenes, TellNothingOfHealth) {
  const auto catalogue = product();
  static const std::regex telling(
      "\\b(pain|back|plan|check-in|discomfort)\\b| back|schmerz|rücken|beschwerd");
  for (const char* language : {"en", "de"}) {
    use_language(language);
    for (const auto& exercise : catalogue.exercises)
      for (const auto& scene : scenes_of(catalogue, {{exercise.id, 1, true}}, language)) {
        auto words = scene.title + " " + scene.text + " " + scene.place;
        for (auto& c : words) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        EXPECT_FALSE(std::regex_search(words, telling)) << exercise.id << ": " << words;
      }
  }
  use_language("en");
}

// The plugin cuts a body at 500 bytes.
TEST(Scenes, FitIntoANotification) {
  const auto catalogue = product();
  for (const char* language : {"en", "de"}) {
    use_language(language);
    for (const auto& exercise : catalogue.exercises)
      for (const auto& scene : scenes_of(catalogue, {{exercise.id, 1, true}}, language))
        EXPECT_LE(scene.text.size() + scene.place.size(), 450U) << exercise.id;
  }
  use_language("en");
}

}  // namespace
}  // namespace poised::catalogue
