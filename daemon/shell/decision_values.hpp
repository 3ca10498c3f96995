// SPDX-License-Identifier: MIT
#pragma once

#include "core/command.hpp"
#include "core/policy.hpp"
#include "core/state.hpp"
#include "shell/report_json.hpp"

namespace poised::shell {

/// What a decision was made by, as far as the fact itself does not say it: an object of whole
/// seconds (worked_s of interval_s, gap_s since the last input, waited_s since it became due,
/// away_s), counts, and `until`, the local time at which what holds it ends if that is known.
/// `state` is that after the step which recorded the fact.
Json decision_values(const core::State& state, const core::Fact& fact, const core::Policy& policy);

}  // namespace poised::shell
