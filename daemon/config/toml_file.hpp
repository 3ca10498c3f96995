// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// One TOML file as a neutral tree that knows where everything stood. No TOML library's type leaves
// this pair of files.
namespace poised::config {

/// Both count from 1, columns in characters; 0 = the file as a whole.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const Position&) const = default;
};

/// A TOML date, time or date-time, as text ("07:30:00"). `time_of_day`: it is a local time.
struct DateTimeText {
  std::string text;
  bool time_of_day = false;
  bool operator==(const DateTimeText&) const = default;
};

struct Value;
struct Entry;

using Array = std::vector<Value>;

/// Keys in the order in which they stand in the file; unique.
struct Table {
  std::vector<Entry> entries;
  bool operator==(const Table&) const;
};

struct Value {
  std::variant<bool, std::int64_t, double, std::string, DateTimeText, Array, Table> data;
  Position at;
  Position end;  ///< the character after it
  /// A string written plainly in one line: its character n stands in column at.column + 1 + n.
  bool plain_string = false;
  bool operator==(const Value&) const = default;
};

struct Entry {
  std::string key;
  Position at;  ///< of the key
  Value value;
  bool operator==(const Entry&) const = default;
};

/// Why a file could not be used. `at` is 0:0 if the whole file is meant.
struct FileError {
  Position at;
  std::string reason;  ///< one line
};

/// Larger files are refused: no configuration needs it, and it bounds what a parser can cost.
inline constexpr std::size_t max_file_bytes = std::size_t{1} << 20;

/// Parses `text`. Refused beside what TOML refuses: text that is not UTF-8, control characters, and
/// characters outside ASCII other than in strings and comments. Throws nothing but std::bad_alloc.
std::variant<Table, FileError> parse_toml(std::string_view text,
                                          std::size_t max_bytes = max_file_bytes);

/// Reads and parses the regular file `file`; std::nullopt if there is none of that name. Never
/// blocks on a FIFO or device.
std::optional<std::variant<Table, FileError>> read_toml(const std::filesystem::path& file,
                                                        std::size_t max_bytes = max_file_bytes);

/// `value` as TOML in one line: strings quoted, tables inline.
std::string to_toml(const Value& value);
std::string to_toml(std::string_view text);

/// "a string", "an integer" …: for messages.
std::string_view kind_name(const Value& value);

}  // namespace poised::config
