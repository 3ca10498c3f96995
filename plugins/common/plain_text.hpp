// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text on its way to a screen. Control characters, direction overrides and what is not UTF-8 never
// get there, and what is longer than `max` characters ends in "…".
namespace plain_text {

/// Line breaks become spaces.
[[nodiscard]] std::string line(std::string_view text, std::size_t max);
/// Line breaks stay.
[[nodiscard]] std::string lines(std::string_view text, std::size_t max);
/// For readers that take `text` for markup.
[[nodiscard]] std::string escape_markup(std::string_view text);

}  // namespace plain_text
