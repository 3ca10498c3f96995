// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/terms.hpp"
#include "ctl/text.hpp"
#include "store/history.hpp"

// Days of the history, as people read them.
namespace poised::ctl {

/// The local date, "2026-03-02".
std::string date_of(std::int64_t utc);
/// "2026-03-02T08:00:00+01:00", local.
std::string instant_text(std::int64_t utc);
/// "6:05"; empty for nothing.
std::string hours_text(core::Duration duration);

core::DayTotals sum_of(const std::vector<store::DayRecord>& days);

/// A day in words: its name, time at the screen, longest sitting; asked, taken, natural, snoozed,
/// skipped, missed; standing.
using DayCells = std::array<std::string, 10>;
DayCells day_columns();
DayCells day_cells(const store::DayRecord& day);
/// Of several days together.
DayCells sum_cells(const std::vector<store::DayRecord>& days);

/// A table, with their sum.
std::string render_days(const std::vector<store::DayRecord>& days, const Look& look);

}  // namespace poised::ctl
