// SPDX-License-Identifier: MIT
#include "motion/duty.hpp"

#include <algorithm>

namespace desk {
namespace {

Duration within(const DutyMeter::Run& run, Instant from, Instant to) {
  return std::max(std::min(run.to, to) - std::max(run.from, from), Duration::zero());
}

}  // namespace

void DutyMeter::start(Instant now) {
  if (!running_since_) running_since_ = now;
}

void DutyMeter::stop(Instant now) {
  if (!running_since_) return;
  if (now > *running_since_) runs_.push_back({*running_since_, now});
  running_since_.reset();
  forget(now);
}

Duration DutyMeter::used(Instant now) const {
  Duration sum{};
  for (const auto& run : runs(now)) sum += within(run, now - duty_window, now);
  return sum;
}

Duration DutyMeter::left(Instant now) const {
  return std::max(duty_limit - used(now), Duration::zero());
}

Instant DutyMeter::free_at(Instant now, Duration needed) const {
  auto excess = used(now) + needed - duty_limit;
  if (excess <= Duration::zero()) return now;
  for (const auto& run : runs(now)) {
    const auto from = std::max(run.from, now - duty_window);
    const auto length = std::max(run.to - from, Duration::zero());
    if (length >= excess) return from + excess + duty_window;
    excess -= length;
  }
  return now + duty_window;
}

std::vector<DutyMeter::Run> DutyMeter::runs(Instant now) const {
  auto all = runs_;
  if (running_since_ && now > *running_since_) all.push_back({*running_since_, now});
  std::erase_if(all, [now](const Run& run) { return run.to <= now - duty_window; });
  return all;
}

DutyMeter DutyMeter::restored(std::vector<Run> runs) {
  DutyMeter meter;
  std::erase_if(runs, [](const Run& run) { return run.to <= run.from; });
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.from < b.from; });
  meter.runs_ = std::move(runs);
  return meter;
}

void DutyMeter::forget(Instant now) {
  std::erase_if(runs_, [now](const Run& run) { return run.to <= now - duty_window; });
}

}  // namespace desk
