// SPDX-License-Identifier: MIT
#include "window/guide_run.hpp"

#include <algorithm>

namespace poised::window {

std::vector<Cue> cues_of(const ctl::Json& guide) {
  std::vector<Cue> cues;
  bool easier = false;
  for (const auto& cue : ctl::list(guide, "cues")) {
    const auto count = [&](const char* key) {
      return static_cast<std::uint32_t>(std::max(ctl::number(cue, key).value_or(0), 0.0));
    };
    cues.push_back({ctl::text(cue, "kind"), ctl::text(cue, "exercise"), ctl::text(cue, "text"),
                    Seconds(count("seconds")), count("set"), count("sets"), count("repetition"),
                    count("repetitions"), count("side"), ctl::text(cue, "variant"),
                    std::max(count("picture"), 1U), false});
    // Said once, at its beginning.
    if (cues.back().kind == "exercise") easier = !ctl::text(cue, "easier").empty();
    cues.back().easier = easier && cues.back().kind != "change-over";
  }
  return cues;
}

GuideRun::GuideRun(std::vector<Cue> cues) : cues_(std::move(cues)) {
  settle();
}

/// Cues without a length are passed over: they are heard, or said with the one after them.
void GuideRun::settle() {
  while (!over() && cues_[at_].length <= Seconds::zero()) ++at_;
  left_ = over() ? Seconds::zero() : cues_[at_].length;
}

Seconds GuideRun::left_in_all() const {
  auto all = left_;
  for (std::size_t i = at_ + 1; i < cues_.size(); ++i) all += cues_[i].length;
  return all;
}

std::size_t GuideRun::exercises() const {
  return static_cast<std::size_t>(std::ranges::count(cues_, std::string("exercise"), &Cue::kind));
}

std::size_t GuideRun::exercise() const {
  const auto end = cues_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, cues_.size()));
  const auto begun = static_cast<std::size_t>(
      std::count_if(cues_.begin(), end, [](const Cue& cue) { return cue.kind == "exercise"; }));
  // The change before an exercise is a part of it already.
  const bool changes = !over() && cues_[at_].kind == "change-over";
  return std::min(begun + (changes ? 1 : 0), exercises());
}

bool GuideRun::pass(Seconds time) {
  bool changed = false;
  while (!paused_ && !over() && time >= left_) {
    time -= left_;
    ++at_;
    settle();
    changed = true;
  }
  if (!paused_ && !over()) left_ -= time;
  return changed;
}

void GuideRun::next() {
  if (over()) return;
  ++at_;
  settle();
}

void GuideRun::leave_exercise() {
  if (over()) return;
  const auto id = cues_[at_].exercise;
  while (!over() && cues_[at_].exercise == id) ++at_;
  settle();
}

void GuideRun::end() {
  at_ = cues_.size();
  left_ = {};
}

}  // namespace poised::window
