// SPDX-License-Identifier: MIT
#include "common/idle_tracker.hpp"

#include <algorithm>
#include <utility>

namespace poised {
namespace {

// Two reports of one pause differ by what each was held up.
constexpr Duration same_input = std::chrono::milliseconds{50};

}  // namespace

IdleTracker::IdleTracker(Plugin& plugin, Report report)
    : plugin_(plugin), report_(std::move(report)), timer_(plugin, [this] { settle(); }) {}

void IdleTracker::watch(const WatchIdle& watch) {
  if (watch.threshold <= Duration::zero())
    watches_.erase(watch.id);
  else
    watches_[watch.id] = {watch.threshold, watch.once};
  settle();
}

std::optional<Duration> IdleTracker::lowest() const {
  std::optional<Duration> lowest;
  for (const auto& [id, watch] : watches_)
    lowest = lowest ? std::min(*lowest, watch.threshold) : watch.threshold;
  return lowest;
}

void IdleTracker::input_stopped(Instant since) {
  if (state_ == State::idle && since > since_ + same_input) input_resumed(since);
  if (state_ == State::idle) return;
  state_ = State::idle;
  since_ = since;
  settle();
}

void IdleTracker::input_resumed(Instant at) {
  if (state_ == State::active) return;
  state_ = State::active;
  timer_.disarm();
  for (auto& [id, watch] : watches_) watch.reached = false;
  report_.resumed(at);
}

bool IdleTracker::is_the_same_pause(Instant since) const {
  return idle() && since <= since_ + same_input;
}

std::optional<Instant> IdleTracker::last_input() const {
  return idle() ? std::optional{since_} : std::nullopt;
}

void IdleTracker::settle() {
  if (!idle()) return;
  const Instant now = plugin_.now();
  std::optional<Instant> next;
  for (auto entry = watches_.begin(); entry != watches_.end();) {
    auto& [id, watch] = *entry;
    const Instant due = since_ + watch.threshold;
    if (!watch.reached && due <= now) {
      watch.reached = true;
      report_.idle_reached(id, since_);
      if (watch.once) {
        entry = watches_.erase(entry);
        continue;
      }
    }
    if (!watch.reached) next = next ? std::min(*next, due) : due;
    ++entry;
  }
  if (next)
    timer_.arm(*next);
  else
    timer_.disarm();
}

}  // namespace poised
