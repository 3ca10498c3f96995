// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "person.hpp"

// Properties over many random days. A day on which one does not hold is cut down to the few deeds
// that matter before it is told.
//
// POISED_TEST_SEED is the seed of the first day, POISED_TEST_DAYS how many there are; without them
// it is the same days every time. POISED_TEST_SHRINK=0 leaves a script as it is.
namespace poised::core {

/// What has happened over all days of a test: no property may hold for want of occasions.
class Seen {
 public:
  void add(const Rig& rig);
  void add(const std::string& what, std::size_t times = 1) { counts_[what] += times; }
  std::size_t count(const std::string& what) const;

 private:
  std::map<std::string, std::size_t> counts_;
};

/// One random day of one random person under random rules.
struct RandomDay {
  std::uint64_t seed = 0;
  Policy policy;
  Reporting reporting = Reporting::at_once;
  std::vector<Deed> script;
};

/// What is wrong with the day, or nothing.
using Property = std::function<std::string(const RandomDay&, Seen&)>;

/// Tries `days` days. Expects each of `occasions` to have come at least once in fifty days.
void expect_on(int days, const Habits& habits, const Property& property,
               std::initializer_list<const char*> occasions);

/// The shortest script found on which the property still does not hold.
std::vector<Deed> shrunk(RandomDay day, const Property& property);

/// Empty if both rigs tell the same story; else where they part.
std::string difference(const Rig& a, const Rig& b, std::initializer_list<FactKind> without = {});
std::string difference(const std::vector<std::string>& left, const std::vector<std::string>& right);
/// Broken rules of safety.
std::string violations_of(const Rig& rig);

}  // namespace poised::core
