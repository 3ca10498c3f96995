// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "process.hpp"

// The shells themselves complete, with the scripts that are installed.
namespace poised::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

std::vector<std::string> lines_of(const Finished& result) {
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  std::vector<std::string> lines;
  std::istringstream text(result.out);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// What bash offers for the last of `words`.
std::vector<std::string> in_bash(const std::string& words) {
  return lines_of(run({"bash", "--norc", "-c",
                       "compopt() { :; }; . " COMPLETIONS "/poisectl.bash; COMP_WORDS=(" + words +
                           "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _poisectl; printf '%s\\n' "
                           "\"${COMPREPLY[@]}\""}));
}

/// What fish offers at the end of `line`, without the descriptions.
std::vector<std::string> in_fish(const std::string& line) {
  auto lines = lines_of(run({"fish", "--no-config", "-c",
                             "source " COMPLETIONS "/poisectl.fish; complete -C '" + line + "'"}));
  for (auto& text : lines) text = text.substr(0, text.find('\t'));
  return lines;
}

/// What the zsh script hands to _describe and compadd.
std::vector<std::string> in_zsh(const std::string& words) {
  return lines_of(
      run({"zsh", "-f", "-c",
           "_describe() { print -rl -- ${(P)@[-1]%%:*}; }; compadd() { print -rl -- ${(P)@[-1]}; };"
           "_files() { print FILES; }; words=(" +
               words + "); CURRENT=$#words; PREFIX=$words[-1]; . " COMPLETIONS "/poisectl.zsh"}));
}

TEST(Completions, InBash) {
  EXPECT_THAT(in_bash("poisectl sta"), UnorderedElementsAre("status", "start", "stand"));
  EXPECT_THAT(in_bash("poisectl ''"), Not(Contains("completions")));
  EXPECT_THAT(in_bash("poisectl pause --"),
              IsSupersetOf({"--for", "--until", "--reason", "--json"}));
  EXPECT_THAT(in_bash("poisectl pause --reason status --u"), ElementsAre("--until"));
  EXPECT_THAT(in_bash("poisectl config s"), ElementsAre("show", "set", "schema"));
  EXPECT_THAT(in_bash("poisectl config explain stand.sit"), ElementsAre("stand.sit_for"));
  EXPECT_THAT(in_bash("poisectl take s"), ElementsAre("stretch"));
}

TEST(Completions, InFish) {
  EXPECT_THAT(in_fish("poisectl sta"), IsSupersetOf({"status", "start", "stand"}));
  EXPECT_THAT(in_fish("poisectl config s"), IsSupersetOf({"show", "set", "schema"}));
  EXPECT_THAT(in_fish("poisectl config s"), Not(Contains("status")));
  EXPECT_THAT(in_fish("poisectl pause --u"), ElementsAre("--until"));
  EXPECT_THAT(in_fish("poisectl config explain stand.sit"), ElementsAre("stand.sit_for"));
}

TEST(Completions, InZsh) {
  EXPECT_THAT(in_zsh("poisectl ''"), IsSupersetOf({"status", "config"}));
  EXPECT_THAT(in_zsh("poisectl config ''"), IsSupersetOf({"show", "check"}));
  EXPECT_THAT(in_zsh("poisectl pause --"), IsSupersetOf({"--for", "--until"}));
  EXPECT_THAT(in_zsh("poisectl config explain ''"), Contains("stand.sit_for"));
  EXPECT_THAT(in_zsh("poisectl config check ''"), Contains("FILES"));
}

}  // namespace
}  // namespace poised::test
