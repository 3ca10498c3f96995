// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rig.hpp"

// Random people for property tests. The same seed is the same person.
namespace poised::core {

/// One thing a person, or the world around them, does.
struct Deed {
  Duration at;  ///< since the start of the script
  std::string name;
  std::function<void(Rig&)> act;
};

struct Habits {
  int hours = 10;
  bool calendar = false;  ///< meetings, calls, a desk
  bool restarts = false;
  bool config = false;  ///< the rules change under way
  bool clock_steps = false;
  bool source_dies = false;
  bool crowds = false;            ///< several things in one instant, in the order of Rig::order
  bool endless_meetings = false;  ///< the whole day is one meeting
};

std::vector<Deed> script_of(std::uint64_t seed, const Habits& habits);

/// Rules that make short days busy: many breaks on, short intervals, clocks that change; varies
/// with the seed.
Policy busy_rules(std::uint64_t seed);

/// Plays the script from Monday 08:00 on.
void play(Rig& rig, const std::vector<Deed>& script);

/// All facts as text, one a line, without the kinds given.
std::vector<std::string> story(const Rig& rig, std::initializer_list<FactKind> without = {});

}  // namespace poised::core
