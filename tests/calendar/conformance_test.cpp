// SPDX-License-Identifier: MIT
#include <fstream>
#include <map>
#include <sstream>

#include "calendar_fixture.hpp"

// The recurrence cases of two other projects, all of them.
namespace poised::calendar::test {
namespace {

struct Case {
  std::string rule, start, look_from;
  std::vector<std::string> instances;
  std::string name() const { return rule + " from " + start; }
};

std::vector<Case> cases_of(const std::string& file) {
  std::ifstream stream(std::string(CONFORMANCE) + "/" + file);
  EXPECT_TRUE(stream.good()) << file;
  std::vector<Case> cases;
  for (std::string line; std::getline(stream, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto value = line.substr(colon + 1);
    if (line.starts_with("RRULE:")) cases.emplace_back().rule = value;
    if (line.starts_with("DTSTART:")) cases.back().start = value;
    if (line.starts_with("START-AT:")) cases.back().look_from = value;
    if (!line.starts_with("INSTANCES:")) continue;
    std::istringstream list(value);
    for (std::string item; std::getline(list, item, ',');) cases.back().instances.push_back(item);
  }
  return cases;
}

/// Where the text of RFC 5545 says otherwise.
const std::map<std::string, std::string> contradicted{
    {"FREQ=YEARLY;BYMONTHDAY=-1;COUNT=6 from 20140430T080000",
     "3.3.10: in a yearly rule BYMONTHDAY expands, so the last day of each month is an instance; "
     "the case has those of April only"},
    {"FREQ=MONTHLY;BYSETPOS=-1;BYDAY=SU,MO,TU,WE,TH,FR,SA;INTERVAL=1;COUNT=4 from 20160101",
     "3.3.10: of January the last day is the instance; the case has the first one too, because it "
     "is the start, which no other case counts that its rule does not give"},
    {"FREQ=MONTHLY;BYSETPOS=2;BYDAY=SU,MO,TU,WE,TH,FR,SA;INTERVAL=1;COUNT=4 from 20160101",
     "3.3.10: of January the second day is the instance; likewise"},
};

std::string shown_as(Seconds local, const std::string& model) {
  const auto date = date_of(floor_div(local, seconds_a_day));
  const auto of_day = static_cast<int>(floor_mod(local, seconds_a_day));
  char text[40];
  if (model.size() == 8)
    std::snprintf(text, sizeof text, "%04d%02d%02d", date.year, date.month, date.day);
  else
    std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02d%s", date.year, date.month, date.day,
                  of_day / 3600, of_day / 60 % 60, of_day % 60, model.ends_with('Z') ? "Z" : "");
  return text;
}

/// One instance more than expected is asked for where the rule has an end.
std::vector<std::string> instances(const Case& one) {
  const auto rule = parse_rule(one.rule);
  EXPECT_TRUE(std::holds_alternative<Rule>(rule)) << one.name();
  const auto& parsed = std::get<Rule>(rule);
  const LocalZone utc;
  Budget budget{2'000'000};
  RuleWalker walker(parsed, parse_time(one.start)->at, utc, budget);
  walker.seek(parse_time(one.look_from.empty() ? one.start : one.look_from)->at);
  const bool ends = parsed.count != 0 || parsed.until;
  std::vector<std::string> found;
  while (found.size() < one.instances.size() + (ends ? 1 : 0)) {
    const auto next = walker.next(days_of(9999, 1, 1) * seconds_a_day);
    if (!next) break;
    found.push_back(shown_as(*next, one.start));
  }
  EXPECT_FALSE(budget.exhausted()) << one.name();
  return found;
}

void check(const std::string& file, std::size_t expected_cases, std::size_t expected_exceptions) {
  const auto cases = cases_of(file);
  EXPECT_EQ(cases.size(), expected_cases);
  std::size_t exceptions = 0;
  for (const auto& one : cases) {
    if (const auto why = contradicted.find(one.name()); why != contradicted.end()) {
      ++exceptions;
      EXPECT_NE(instances(one), one.instances) << one.name() << "\nno longer an exception";
    } else {
      EXPECT_EQ(instances(one), one.instances) << one.name();
    }
  }
  EXPECT_EQ(exceptions, expected_exceptions);
}

TEST(Conformance, LibicalsCases) {
  check("libical-recur.txt", 70, 0);
}

TEST(Conformance, IcalJsCases) {
  check("icaljs-recur.txt", 111, 3);
}

/// A jump to any instance finds the same ones as walking there.
TEST(Conformance, SeekingFindsWhatWalkingFinds) {
  std::size_t sought = 0;
  for (const auto* file : {"libical-recur.txt", "icaljs-recur.txt"}) {
    for (const auto& one : cases_of(file)) {
      const auto all = instances(one);
      for (std::size_t i = 0; i < all.size(); i += 3) {
        auto later = one;
        later.look_from = all[i];
        later.instances.assign(
            one.instances.begin() + static_cast<std::ptrdiff_t>(std::min(i, one.instances.size())),
            one.instances.end());
        const std::vector<std::string> rest(all.begin() + static_cast<std::ptrdiff_t>(i),
                                            all.end());
        const auto found = instances(later);
        EXPECT_TRUE(std::equal(
            rest.begin(), rest.end(), found.begin(),
            found.begin() + static_cast<std::ptrdiff_t>(std::min(rest.size(), found.size()))))
            << one.name() << " sought from " << all[i];
        ++sought;
      }
    }
  }
  EXPECT_GT(sought, 300U);
}

}  // namespace
}  // namespace poised::calendar::test
