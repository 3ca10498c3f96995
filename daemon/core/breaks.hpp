// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// B1–B3, B7: counting, becoming due, natural breaks, and the end of a due period.
namespace poised::core {

/// Makes Memory::breaks match the policy, by id; nothing is lost.
void match_breaks(Turn& turn);

/// B2: credits absences that have become long enough.
void credit_natural(Turn& turn);
/// B1, B7: what becomes due, and what returns from a snooze or an expiry.
void fall_due(Turn& turn);
/// When credit_natural() has something to do next.
Instant natural_deadline(const Turn& turn);
/// When fall_due() has something to do next.
Instant due_deadline(const Turn& turn);

/// The due period ends without an outcome; counting goes on from where it is.
void stop_offering(Turn& turn, BreakRecord& entry);
/// The due period ends; counts start at zero.
void restart_count(Turn& turn, std::size_t index);
/// B2, B6: the break was had. Resets every other whose duration it covers.
void complete(Turn& turn, std::size_t index, How how, std::uint64_t prompt_id, const char* rule,
              std::optional<Instant> since = {});

}  // namespace poised::core
