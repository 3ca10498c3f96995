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
  totals.present += day.present;
  totals.sessions += day.sessions;
  totals.prompts += day.prompts;
  totals.taken += day.taken;
  totals.natural += day.natural;
  totals.snoozed += day.snoozed;
  totals.skipped += day.skipped;
  totals.held += day.held;
  totals.expired += day.expired;
  totals.missed += day.missed;
  totals.standing += day.standing;
  totals.longest_sitting = std::max(totals.longest_sitting, day.longest_sitting);
}

}  // namespace poised::simulate
