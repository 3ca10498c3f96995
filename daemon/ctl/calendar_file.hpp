// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "calendar/expander/calendar_text.hpp"

// iCalendar files that a person names on the command line.
namespace poised::ctl {

/// Loader of a ZoneBook: this machine's zone files.
std::optional<zones::Zone> load_zone(const std::string& name);

/// What is in the file ("-": standard input), or why it is no calendar.
std::variant<calendar::Calendar, std::string> read_calendar(
    const std::string& file, calendar::ZoneBook& zones, const std::vector<std::string>& addresses);

/// One line on standard error; line 0 is no line.
void complain_of_file(const std::string& command, const std::string& file, std::uint32_t line,
                      const std::string& reason, std::size_t more = 0);

}  // namespace poised::ctl
