// SPDX-License-Identifier: MIT
#include "simulate/plan_follower.hpp"

#include <algorithm>
#include <chrono>

namespace poised::simulate {

using namespace std::chrono_literals;

std::optional<core::Duration> PlanFollower::next() {
  auto at = script_.next();
  if (!own_.empty() && (!at || own_.begin()->first < *at)) at = own_.begin()->first;
  return at;
}

std::optional<Action> PlanFollower::take() {
  const auto at = script_.next();
  if (!own_.empty() && (!at || own_.begin()->first < *at)) {
    auto event = std::move(own_.begin()->second);
    own_.erase(own_.begin());
    return Action(std::move(event));
  }
  return script_.take();
}

void PlanFollower::told(const core::Fact& fact, core::Duration elapsed) {
  using core::FactKind;
  if (fact.kind == FactKind::session_start && !begun_) {
    begun_ = true;
    own_.emplace(elapsed + 1min, core::PlanStarted{plan_});
  }
  if (fact.kind == FactKind::phase && fact.plan == "acute" && fact.to.empty())
    own_.emplace(elapsed + 1min, core::PlanStarted{"progressive"});
  if (fact.kind == FactKind::checkin_due) {
    const auto value = discomfort_[std::min(answers_++, discomfort_.size() - 1)];
    own_.emplace(elapsed + 1min, core::CheckedIn{value, 2, false});
  }
  script_.told(fact, elapsed);
}

}  // namespace poised::simulate
