// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <chrono>

#include "catalogue/catalogue.hpp"
#include "config/config_fixture.hpp"

// Files that IT or a person got wrong: named with their place, left out, and the rest works.
namespace poised::catalogue {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* ours_file = "/etc/poised/exercises/ours.toml";

/// A sound entry. `without` leaves out the lines that begin so; `more` is added.
std::string entry(const std::string& id, const std::string& without = "",
                  const std::string& more = "") {
  const std::vector<std::string> lines{
      fmt::format("id = \"{}\"", id),
      "name = \"Our stretch\"",
      "posture = [\"standing\"]",
      "equipment = []",
      "places = [\"desk\"]",
      "discreet = true",
      "level = \"relief\"",
      "region = [\"shoulders\"]",
      "positions = []",
      "substitute = \"step-away\"",
      "dose = { sets = 2, repetitions = [5, 8] }",
      "easier = \"Half as far.\"",
      "cautions = [\"Gently.\"]",
      "source = \"our-company\"",
      "evidence = { grade = \"low\", note = \"Our own.\" }",
      "steps = [{ seconds = 3, picture = 1, repeat = true, text = \"Reach up.\" }]",
      "pictures = [{ file = \"cat-cow-1\", alt = \"One.\" }, { file = \"cat-cow-2\", alt = "
      "\"Two.\" }]",
  };
  std::string out = "[[exercise]]\n";
  for (const auto& line : lines)
    if (without.empty() || !line.starts_with(without)) out += line + "\n";
  return out + more + "\n";
}

class BadEntries : public config::ConfigTest {
 protected:
  LoadedCatalogue load_catalogue() const { return load(roots()); }
  LoadedCatalogue load_with(const std::string& text) const {
    write(ours_file, text);
    return load_catalogue();
  }
  std::vector<std::string> problems(const LoadedCatalogue& loaded) const {
    std::vector<std::string> out;
    for (const auto& problem : loaded.problems) {
      auto text = problem.text();
      if (text.starts_with(path("/").native())) text.erase(0, path("/").native().size() - 1);
      out.push_back(text);
    }
    return out;
  }
  void expect_left_out(const std::string& text, const std::string& told) const {
    const auto loaded = load_with(text + entry("sound"));
    EXPECT_EQ(loaded.catalogue.exercise("odd"), nullptr);
    EXPECT_NE(loaded.catalogue.exercise("sound"), nullptr) << "the rest of the file works";
    EXPECT_NE(loaded.catalogue.exercise("wall-angel"), nullptr) << "the product works";
    EXPECT_THAT(problems(loaded), Contains(HasSubstr(told)));
    for (const auto& problem : problems(loaded)) {
      EXPECT_THAT(problem, testing::StartsWith(ours_file));
      EXPECT_THAT(problem, testing::Not(HasSubstr("\n")));
    }
  }
};

TEST_F(BadEntries, ASoundOneIsTakenOver) {
  const auto loaded = load_with(entry("sound"));
  EXPECT_THAT(problems(loaded), IsEmpty());
  ASSERT_NE(loaded.catalogue.exercise("sound"), nullptr);
  EXPECT_EQ(loaded.catalogue.exercise("sound")->seconds(false), 30U);
  EXPECT_EQ(loaded.catalogue.exercise("sound")->seconds(true), 48U);
}

TEST_F(BadEntries, EveryFieldThatIsRequiredIsMissed) {
  for (const char* field :
       {"name", "posture", "equipment", "places", "discreet", "level", "region", "positions",
        "substitute", "dose", "easier", "cautions", "source", "evidence", "steps", "pictures"})
    expect_left_out(entry("odd", field), fmt::format(":1:1: exercise odd: {}: is missing", field));
  expect_left_out(entry("odd", "id"), ":1:1: exercise: id: is missing");
}

TEST_F(BadEntries, AnUnknownFieldIsNamedWithWhatWasMeant) {
  expect_left_out(entry("odd", "", "caution = \"x\""),
                  ":19:1: exercise odd: caution: unknown field; did you mean cautions?");
}

TEST_F(BadEntries, AMissingPictureIsNamed) {
  expect_left_out(entry("odd", "pictures",
                        "pictures = [{ file = \"nowhere\", alt = \"x\" }, { file = \"cat-cow-1\", "
                        "alt = \"x\" }]"),
                  "there is no picture nowhere.svg");
  expect_left_out(entry("odd", "pictures", "pictures = [{ file = \"cat-cow-1\", alt = \"x\" }]"),
                  "exercise odd: pictures: at least 2 expected");
}

TEST_F(BadEntries, APictureMayStandBesideItsCatalogue) {
  for (const char* name : {"own-1.svg", "own-1.png", "own-2.svg", "own-2.png"})
    write(std::string("/etc/poised/pictures/") + name, "x");
  const auto loaded = load_with(
      entry("own", "pictures",
            "pictures = [{ file = \"own-1\", alt = \"x\" }, { file = \"own-2\", alt = \"x\" }]"));
  EXPECT_THAT(problems(loaded), IsEmpty());
  EXPECT_EQ(loaded.catalogue.exercise("own")->pictures[0].png,
            path("/etc/poised/pictures/own-1.png"));
}

TEST_F(BadEntries, ADoseMustMakeSense) {
  expect_left_out(entry("odd", "dose", "dose = { sets = -2, repetitions = 5 }"),
                  "exercise odd: dose: sets: -2 is not from 1 to 20");
  expect_left_out(entry("odd", "dose", "dose = { repetitions = [8, 5] }"),
                  "the low end is above the high end");
  expect_left_out(entry("odd", "dose", "dose = { repetitions = 5, seconds = 60 }"),
                  "either seconds or repetitions");
  expect_left_out(entry("odd", "dose", "dose = { sets = 20, repetitions = 200, sides = \"side\" }"),
                  "takes longer than an hour");
  expect_left_out(entry("odd", "steps", "steps = [{ seconds = -3, picture = 1, text = \"x\" }]"),
                  "steps[1]: seconds: -3 is not from 1");
}

TEST_F(BadEntries, ATextMustBeOneLineThatATerminalCanShow) {
  expect_left_out(entry("odd", "easier", "easier = \"a\\u001b[2Jb\""), "control characters");
  expect_left_out(entry("odd", "easier", "easier = { de = \"leichter\" }"),
                  "the English text (en) is missing");
}

TEST_F(BadEntries, ReferencesMustLeadSomewhere) {
  expect_left_out(entry("odd", "substitute", "substitute = \"nowhere\""),
                  "exercise odd: substitute: there is no exercise nowhere");
  expect_left_out(entry("odd", "substitute", "substitute = \"bird-dog\""),
                  "bird-dog is neither seated nor standing");
  expect_left_out(entry("odd", "equipment", "equipment = [\"foam-rollr\"]"),
                  "'foam-rollr' is not known; did you mean foam-roller?");
  expect_left_out(entry("odd", "positions", "positions = [\"upside-down\"]"),
                  "'upside-down' is not known");
}

TEST_F(BadEntries, SubstitutesMustNotGoRound) {
  const auto loaded =
      load_with(entry("one", "substitute", "substitute = \"two\"") +
                entry("two", "substitute", "substitute = \"three\"") +
                entry("three", "substitute", "substitute = \"one\"") + entry("sound"));
  EXPECT_THAT(
      problems(loaded),
      Contains(HasSubstr("exercise three: substitute: the substitutes go round in a circle: ")));
  for (const char* id : {"one", "two", "three"}) EXPECT_EQ(loaded.catalogue.exercise(id), nullptr);
  EXPECT_NE(loaded.catalogue.exercise("sound"), nullptr);
}

TEST_F(BadEntries, AReplacementThatIsWrongLeavesTheProductsOwn) {
  // Round in a circle through the product's own substitute.
  const auto loaded =
      load_with(entry("shoulder-blade-squeeze", "substitute", "substitute = \"shoulder-rolls\""));
  ASSERT_THAT(problems(loaded), SizeIs(1));
  const auto* kept = loaded.catalogue.exercise("shoulder-blade-squeeze");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->substitute, "seated-breathing");
}

TEST_F(BadEntries, APersonsEntryReplacesTheMachines) {
  write(ours_file, entry("sound"));
  write("/home/me/.config/poised/exercises/mine.toml",
        entry("sound", "easier", "easier = \"Mine.\""));
  const auto loaded = load_catalogue();
  EXPECT_THAT(problems(loaded), IsEmpty());
  EXPECT_EQ(loaded.catalogue.exercise("sound")->easier.english, "Mine.");
}

TEST_F(BadEntries, OneIdTwiceInAFileIsNamed) {
  EXPECT_THAT(problems(load_with(entry("sound") + entry("sound"))),
              ElementsAre(HasSubstr("exercise sound: stands in this file twice, first in line 1")));
}

TEST_F(BadEntries, AFileThatIsNoTomlIsLeftOut) {
  write("/etc/poised/exercises/broken.toml", "[[exercise]\nid = ");
  write("/etc/poised/exercises/latin1.toml",
        "[[exercise]]\nname = \"R\xFC"
        "cken\"\n");
  const auto loaded = load_with(entry("sound"));
  EXPECT_NE(loaded.catalogue.exercise("sound"), nullptr);
  ASSERT_THAT(problems(loaded), SizeIs(2));
  EXPECT_THAT(problems(loaded)[0], HasSubstr("/etc/poised/exercises/broken.toml:1:"));
  EXPECT_THAT(problems(loaded)[1],
              HasSubstr("latin1.toml:2:10: not UTF-8 (byte 0xFC); the file is left out"));
}

TEST_F(BadEntries, AnUnknownKindIsNamed) {
  EXPECT_THAT(problems(load_with("[[exercises]]\nid = \"x\"\n" + entry("sound"))),
              ElementsAre(HasSubstr("did you mean [[exercise]]?")));
}

TEST_F(BadEntries, ANewerSchemaIsLeftOut) {
  const auto loaded = load_with("schema = 2\n" + entry("sound"));
  EXPECT_EQ(loaded.catalogue.exercise("sound"), nullptr);
  EXPECT_THAT(problems(loaded),
              ElementsAre(HasSubstr(":1:10: schema: this version reads schema 1")));
}

TEST_F(BadEntries, TenThousandExercisesAreRead) {
  std::string text;
  for (int i = 0; i < 10000; ++i)
    text += entry(
        fmt::format("number-{}", i), "substitute",
        i == 0 ? "substitute = \"step-away\"" : fmt::format("substitute = \"number-{}\"", i - 1));
  const auto loaded = load_with(text);
  EXPECT_THAT(problems(loaded), IsEmpty());
  EXPECT_GT(loaded.catalogue.exercises.size(), 10000U);
}

// The worst order: each depends on the one before, and the first is wrong.
TEST_F(BadEntries, TenThousandThatDependOnAWrongOneAreLeftOut) {
  std::string text = entry("number-0", "substitute", "substitute = \"nowhere\"");
  for (int i = 1; i < 10000; ++i)
    text += entry(fmt::format("number-{}", i), "substitute",
                  fmt::format("substitute = \"number-{}\"", i - 1));
  const auto loaded = load_with(text + entry("sound"));
  EXPECT_THAT(loaded.problems, SizeIs(10000));
  EXPECT_NE(loaded.catalogue.exercise("sound"), nullptr);
}

}  // namespace
}  // namespace poised::catalogue
