// SPDX-License-Identifier: MIT
#include "shell/arguments.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace poised::shell {
namespace {

Arguments parse(std::vector<std::string> words) {
  words.insert(words.begin(), "poised");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  return parse_arguments(static_cast<int>(argv.size()), argv.data());
}

TEST(Arguments, ThatMakeNoSenseStartNoDaemon) {
  for (const auto& words : {std::vector<std::string>{"--json"}, {"--nonsense"}, {"word"}}) {
    const auto arguments = parse(words);
    EXPECT_TRUE(arguments.finished) << words[0];
    EXPECT_EQ(arguments.exit_code, 1) << words[0];
  }
}

TEST(Arguments, AskForTheVersionInEitherOrder) {
  for (const auto& words :
       {std::vector<std::string>{"--version"}, {"--version", "--json"}, {"--json", "--version"}}) {
    const auto arguments = parse(words);
    EXPECT_TRUE(arguments.finished);
    EXPECT_EQ(arguments.exit_code, 0);
  }
}

TEST(Arguments, AreNotNeeded) {
  EXPECT_FALSE(parse({}).finished);
}

}  // namespace
}  // namespace poised::shell
