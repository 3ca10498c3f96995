// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/terms.hpp"
#include "core/time.hpp"

// What the daemon hands to the program that writes the history, and what that one answers: lines of
// JSON over a socket. A program of its own, so that the daemon neither carries a database in its
// memory nor waits for a disk; a home directory that does not answer costs no prompt.
namespace poised::store {

/// One thing to be kept.
struct Entry {
  enum class Kind : std::uint8_t {
    decision,  ///< text: a decision as the JSON object that everyone prints
    input,     ///< text: one line of a trace: what the core was told
    start,     ///< text: the line from which on the trace can be replayed: a start of the daemon
    snapshot,  ///< text: lines that say the same in the middle of a run
    today      ///< text: the totals of a day so far, as JSON; replaces those written before
  };
  Kind kind = Kind::decision;
  core::WallTime at;
  std::string text;
  bool operator==(const Entry&) const = default;
};

/// The totals as the text of an Entry of Kind::today.
std::string today_text(const std::string& date, const core::DayTotals& totals);

/// "decision", "input" …: for JSON that others read.
std::string_view word(Entry::Kind kind);
std::optional<Entry::Kind> kind_of(std::string_view word);

/// Of two entries of Kind::today.
bool same_day(const Entry& a, const Entry& b);

struct Batch {
  std::filesystem::path directory;
  core::Duration retention{};
  core::WallTime now;
  bool check = false;  ///< look whether the file is sound, too
  std::vector<Entry> entries;
  bool erase = false;  ///< everything; then there are no entries
  bool operator==(const Batch&) const = default;
};

struct Outcome {
  std::string note;     ///< to be told once
  std::string problem;  ///< why nothing was written; empty = written
  bool operator==(const Outcome&) const = default;
};

/// Ends with a line that says so: a batch that breaks off is none.
std::string to_text(const Batch& batch);
/// Empty unless `text` is a whole batch.
std::optional<Batch> batch_of(std::string_view text);

std::string to_text(const Outcome& outcome);
/// Of text that breaks off: a problem.
Outcome outcome_of(std::string_view text);

}  // namespace poised::store
