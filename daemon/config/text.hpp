// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Small matters of text that the configuration's files share.
namespace poised::config {

/// Bytes of the UTF-8 character at `i`, 1 to 4; 0 if there is none (overlong forms and surrogates
/// are none).
std::size_t utf8_length_at(std::string_view text, std::size_t i);

/// Characters of a UTF-8 text.
std::uint32_t count_characters(std::string_view text);

/// `text` without line breaks and other control characters (shown as \x0A), cut to `most`
/// characters.
std::string one_line(std::string_view text, std::size_t most = 200);

/// `key` as it stands in a TOML file: in quotes if it must be.
std::string toml_key(std::string_view key);

/// Slips of a key between two words: letters left out, added, replaced, or swapped with the next.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The word of `candidates` that `word` was probably meant to be: at most two slips of a key away.
std::optional<std::string> did_you_mean(std::string_view word,
                                        const std::vector<std::string>& candidates);

}  // namespace poised::config
