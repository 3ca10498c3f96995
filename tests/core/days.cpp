// SPDX-License-Identifier: MIT
#include "days.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace poised::core {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const auto* text = std::getenv(name);
  return text ? std::stoull(text) : otherwise;
}

std::string text_of(const std::vector<Deed>& script) {
  std::string text;
  for (const auto& deed : script) {
    const auto s = std::chrono::duration_cast<std::chrono::seconds>(deed.at).count() + 8 * 3600;
    char line[96];
    std::snprintf(line, sizeof line, "    %02d:%02d:%02d %s\n", static_cast<int>(s / 3600),
                  static_cast<int>(s / 60 % 60), static_cast<int>(s % 60), deed.name.c_str());
    text += line;
  }
  return text;
}

bool fails(const RandomDay& day, const Property& property) {
  Seen unseen;
  return !property(day, unseen).empty();
}

}  // namespace

void Seen::add(const Rig& rig) {
  for (const auto& fact : rig.facts) {
    ++counts_[word(fact.kind)];
    ++counts_["rule " + fact.rule];
    if (fact.kind == FactKind::completed) ++counts_[std::string("completed ") + word(fact.how)];
    if (fact.kind == FactKind::prompt) {
      ++counts_[std::string("urgency ") + word(fact.urgency)];
      ++counts_[std::string("reason ") + word(fact.reason)];
    }
    for (const auto& id : fact.also) ++counts_["also " + id];
    for (const auto reason : fact.by) ++counts_[std::string("by ") + word(reason)];
    if (fact.kind == FactKind::note) ++counts_["note " + fact.text];
  }
}

std::size_t Seen::count(const std::string& what) const {
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second;
}

// Leaves out ever smaller runs of deeds, as long as what remains still fails.
std::vector<Deed> shrunk(RandomDay day, const Property& property) {
  for (auto length = day.script.size() / 2; length > 0; length /= 2) {
    for (std::size_t begin = 0; begin < day.script.size();) {
      auto less = day;
      const auto first = less.script.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto end = std::min(begin + length, less.script.size());
      less.script.erase(first, less.script.begin() + static_cast<std::ptrdiff_t>(end));
      if (fails(less, property))
        day = std::move(less);
      else
        begin += length;
    }
  }
  return day.script;
}

void expect_on(int days, const Habits& habits, const Property& property,
               std::initializer_list<const char*> occasions) {
  const auto first = from_environment("POISED_TEST_SEED", 1);
  const auto count = from_environment("POISED_TEST_DAYS", static_cast<std::uint64_t>(days));
  std::cout << count << " days from seed " << first << "\n";
  Seen seen;
  for (auto seed = first; seed < first + count; ++seed) {
    RandomDay day{seed, busy_rules(seed), seed % 2 == 0 ? Reporting::at_once : Reporting::late,
                  script_of(seed, habits)};
    const auto wrong = property(day, seen);
    if (wrong.empty()) continue;
    if (from_environment("POISED_TEST_SHRINK", 1) != 0) day.script = shrunk(day, property);
    Seen unseen;
    FAIL() << "POISED_TEST_SEED=" << seed << " POISED_TEST_DAYS=1\n"
           << property(day, unseen) << "  with\n"
           << text_of(day.script);
  }
  for (const auto* each : occasions)
    EXPECT_GE(seen.count(each) * 50, count) << each << " has hardly come";
}

std::string difference(const Rig& a, const Rig& b, std::initializer_list<FactKind> without) {
  return difference(story(a, without), story(b, without));
}

std::string difference(const std::vector<std::string>& left,
                       const std::vector<std::string>& right) {
  const auto [from, other] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (from == left.end() && other == right.end()) return "";
  const auto at = static_cast<std::size_t>(from - left.begin());
  std::string text;
  for (std::size_t i = at > 6 ? at - 6 : 0; i < at; ++i) text += "    " + left[i] + "\n";
  const auto tail = [&](const std::vector<std::string>& lines, const char* mark) {
    for (std::size_t i = at; i < std::min(at + 3, lines.size()); ++i)
      text += std::string("  ") + mark + " " + lines[i] + "\n";
  };
  tail(left, "<");
  tail(right, ">");
  return text;
}

std::string violations_of(const Rig& rig) {
  std::string text;
  for (const auto& violation : rig.violations) text += "  " + violation + "\n";
  return text;
}

}  // namespace poised::core
