// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace poised::ctl {

/// The instant, in UTC seconds, that ends a pause of this length ("45min", "1h30min") begun `now`.
/// Throws Failure.
std::int64_t pause_end_after(std::string_view duration, std::int64_t now);

/// The instant of the next local "14:00", or of "2026-03-02 14:00". Throws Failure.
std::int64_t pause_end_at(std::string_view clock, std::int64_t now);

/// The past instant of "2026-03-02", "2026-03-02 14:00", "14:00" (the last one), "yesterday", or of
/// a length of time ago: "7d", "90min". `context` and `option` begin the line of the Failure.
std::int64_t moment_in_the_past(std::string_view context, std::string_view option,
                                std::string_view text, std::int64_t now);

}  // namespace poised::ctl
