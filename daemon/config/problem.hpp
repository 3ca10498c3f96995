// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/toml_file.hpp"

namespace poised::config {

enum class Severity : std::uint8_t { warning, error };

enum class ProblemKind : std::uint8_t {
  file,         ///< unreadable, not TOML, or of a newer schema: the whole file
  unknown_key,  ///< a warning at run time, an error in a check
  value,        ///< wrong type, out of range, or at odds with another key: not taken over
  doubtful      ///< taken over, but hardly meant
};

/// Something wrong with the configuration. Nothing of it is fatal.
struct Problem {
  Severity severity = Severity::error;
  ProblemKind kind = ProblemKind::value;
  std::filesystem::path file;  ///< empty = the built-in defaults and the system's own data
  Position at;                 ///< 0:0 = the file as a whole
  std::string key;             ///< "prompt.gap"; empty = the file as a whole
  std::string reason;          ///< one line, e.g. what was expected and which value stays

  /// "FILE:LINE:COL: KEY: reason", exactly one line, without the parts that do not apply.
  std::string text() const;
  bool operator==(const Problem&) const = default;
};

}  // namespace poised::config
