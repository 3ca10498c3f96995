// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ctl/json.hpp"

// Being led through a routine: where one is, and what comes when. Pure: it is told how time passes.
namespace poised::window {

using Seconds = std::chrono::duration<double>;

/// One moment of the run, as the daemon tells it.
struct Cue {
  std::string kind;      ///< exercise, step, side, rest, change-over, end
  std::string exercise;  ///< id; empty at the end, and where there is only time to pass
  std::string text;
  Seconds length{};
  std::uint32_t set = 1, sets = 1;
  std::uint32_t repetition = 0, repetitions = 0;  ///< 0: not counted
  std::uint32_t side = 0;                         ///< 0: both at once
  std::string variant;
  std::uint32_t picture = 1;  ///< from 1
  bool easier = false;        ///< the exercise hurt lately
};

std::vector<Cue> cues_of(const ctl::Json& guide);

class GuideRun {
 public:
  /// Ends at once if there is nothing in `cues`.
  explicit GuideRun(std::vector<Cue> cues);

  bool over() const { return at_ >= cues_.size() || cues_[at_].kind == "end"; }
  /// Not when it is over.
  const Cue& cue() const { return cues_[at_]; }
  Seconds left() const { return left_; }
  /// Of the whole.
  Seconds left_in_all() const;
  /// Which exercise of how many, from 1.
  std::size_t exercise() const;
  std::size_t exercises() const;

  bool paused() const { return paused_; }
  void pause(bool paused) { paused_ = paused; }

  /// Time passes, unless it is paused; true if another cue began.
  bool pass(Seconds time);
  /// On to the next cue, whatever is left of this one.
  void next();
  /// On to the next exercise, or to the end.
  void leave_exercise();
  /// To the end.
  void end();

 private:
  void settle();

  std::vector<Cue> cues_;
  std::size_t at_ = 0;
  Seconds left_{};
  bool paused_ = false;
};

}  // namespace poised::window
