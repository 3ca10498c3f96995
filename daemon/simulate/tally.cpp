// SPDX-License-Identifier: MIT
#include "simulate/tally.hpp"

#include <algorithm>

namespace poised::simulate {

void Tally::take(const Decision& decision) {
  if (decision.fact.kind == core::FactKind::prompt && decision.in_meeting) ++in_meetings;
  if (decision.fact.kind == core::FactKind::day && decision.fact.totals)
    take(*decision.fact.totals);
}

void Tally::finish(const Outcome& outcome) {
  take(outcome.status.day);
}

void Tally::take(const core::DayTotals& day) {
  if (day.present > core::Duration::zero()) ++days;
  most_prompts = std::max(most_prompts, day.prompts);
  totals += day;
}

}  // namespace poised::simulate
