// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/time_text.hpp"
#include "config/toml_file.hpp"
#include "core/policy.hpp"
#include "core/time.hpp"

// What a configuration key takes, and its values.
namespace poised::config {

enum class Type : std::uint8_t {
  boolean,
  boolean_or_auto,  ///< true, false or "auto"
  integer,
  duration,     ///< "90s", "45min", "1h30min", "90d"
  time_of_day,  ///< "04:00"; TOML's own 04:00:00 too
  string,
  enumeration,  ///< one of `values`
  string_list,
  hours,       ///< ["Mon-Fri 09:00-12:30", …]
  path,        ///< absolute, or beginning with "~/"
  secret_ref,  ///< the name of a secret ("keyring:work-calendar"), never the secret
  table_list   ///< an array of tables, passed on as it is (settings of plugins only)
};

/// Canonical JSON: no white space, keys sorted.
struct Json {
  std::string text;
  bool operator==(const Json&) const = default;
};

/// A validated value. std::monostate = not set.
using KeyValue =
    std::variant<std::monostate, bool, std::int64_t, core::Duration, TimeOfDay, std::string,
                 std::vector<std::string>, std::vector<core::HoursRange>, Json>;

/// What the policy of an organisation may do with a key (rules: Privacy).
enum class PolicyDirection : std::uint8_t {
  any,          ///< set, bound or forbid it
  never_on,     ///< may switch it off, never force it on
  only_lower,   ///< may lower or shorten it only
  at_least_one  ///< may bound it, but never below 1
};

/// What a text, or each text of a list, must look like.
enum class Syntax : std::uint8_t {
  text,     ///< anything without control characters
  id,       ///< see is_id; may be empty
  language  ///< "de", "de_DE", "sr_RS@latin"; may be empty
};

/// One key, or a pattern of keys ("breaks.<id>.interval").
struct KeySpec {
  std::string path;
  Type type = Type::string;
  KeyValue default_value;           ///< std::monostate: not set by default
  std::optional<std::int64_t> min;  ///< durations: nanoseconds
  std::optional<std::int64_t> max;  ///< durations: nanoseconds; lists and texts: length
  std::vector<std::string> values;  ///< of an enumeration; of a list's items, if not empty
  std::string unit;                 ///< "mm"; empty where the value itself says it
  std::string doc;                  ///< one line
  PolicyDirection direction = PolicyDirection::any;
  Syntax syntax = Syntax::text;
  KeyValue example;  ///< for the annotated file, where there is no default
};

/// "[a-z][a-z0-9-]{0,31}".
bool is_id(std::string_view text);

/// Why a value was refused. `at` is where in the file.
struct Refusal {
  Position at;
  std::string reason;
};

/// Checks `value` against `spec`: type, range, values.
std::variant<KeyValue, Refusal> read_value(const KeySpec& spec, const Value& value);

/// As it would stand in a file: "90s" with its quotes. Empty for std::monostate.
std::string to_toml(const KeyValue& value);

/// Canonical JSON: durations are integers of nanoseconds, times of day integers of seconds since
/// midnight, "not set" is null.
std::string to_json(const KeyValue& value);

/// A value of a file as canonical JSON, as it is written: durations stay strings.
std::string to_json(const Value& value);

/// A JSON text as a value of a file; std::nullopt if it is none, or null.
std::optional<Value> parse_json(std::string_view text);

/// What the key takes, in words: `a duration from "1s" to "1d"`.
std::string expectation(const KeySpec& spec);

/// The names used in files and messages: "duration", "list" …
std::string_view type_name(Type type);

}  // namespace poised::config
