// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.hpp"

namespace poised::test {
namespace {

using testing::HasSubstr;

Finished poisectl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), POISECTL);
  return run(arguments);
}

void expect_usage(const std::vector<std::string>& arguments, const std::string& line) {
  const auto result = poisectl(arguments);
  EXPECT_EQ(result.code, 2) << line;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "poisectl: " + line + "\n");
}

TEST(Arguments, NoneShowsTheHelpAndIsAUsageError) {
  const auto result = poisectl({});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("quiet-today"));
}

TEST(Arguments, HelpIsForEveryCommandAndHidesWhatIsNotForPeople) {
  const auto all = poisectl({"--help"});
  EXPECT_EQ(all.code, 0);
  EXPECT_THAT(all.out, HasSubstr("status"));
  EXPECT_THAT(all.out, testing::Not(HasSubstr("completions")));
  const auto pause = poisectl({"pause", "--help"});
  EXPECT_EQ(pause.code, 0);
  EXPECT_THAT(pause.out, HasSubstr("--until"));
}

TEST(Arguments, VersionFlag) {
  EXPECT_EQ(poisectl({"--version"}).out, "poisectl " POISED_VERSION "\n");
}

TEST(Arguments, JsonMayStandBeforeTheCommand) {
  const auto before = poisectl({"--json", "config", "schema"});
  EXPECT_EQ(before.code, 0) << before.err;
  const auto version = poisectl({"--json", "version"});
  EXPECT_EQ(version.code, 0) << version.err;
  EXPECT_EQ(version.out, poisectl({"version", "--json"}).out);
  EXPECT_EQ(poisectl({"--json"}).code, 2);
  expect_usage({"--json", "stauts"}, "stauts: unknown command; did you mean status?");
}

TEST(Arguments, AnUnknownCommandAsksWhatWasMeant) {
  expect_usage({"stauts"}, "stauts: unknown command; did you mean status?");
  expect_usage({"config", "shwo"}, "config shwo: unknown command; did you mean config show?");
  expect_usage({"frobnicate"}, "frobnicate: unknown command");
}

TEST(Arguments, HiddenCommandsAreNotSuggested) {
  expect_usage({"completion"}, "completion: unknown command");
}

TEST(Arguments, MissingAndUnknownArguments) {
  EXPECT_THAT(poisectl({"take"}).err, HasSubstr("take: BREAK is required"));
  EXPECT_EQ(poisectl({"take"}).code, 2);
  EXPECT_EQ(poisectl({"status", "--jsno"}).code, 2);
  EXPECT_EQ(poisectl({"config"}).code, 2);
  EXPECT_EQ(poisectl({"pause", "--for", "1h", "--until", "14:00"}).code, 2);
}

TEST(Arguments, APauseThatIsNoTimeIsAUsageError) {
  EXPECT_EQ(poisectl({"pause", "--for", "soon"}).code, 2);
  EXPECT_EQ(poisectl({"pause", "--until", "noonish"}).code, 2);
}

TEST(Arguments, OutputThatCannotBeWrittenFails) {
  const auto result = run({"sh", "-c", POISECTL " config schema > /dev/full"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "poisectl: config schema: output: cannot be written\n");
}

}  // namespace
}  // namespace poised::test
