// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/entry_reader.hpp"

// Inside the catalogue only: a file's tables as entries, each by itself.
namespace poised::catalogue {

using Anything = std::variant<Exercise, Routine, Plan, Tip, AssessmentItem, WarningSign, Guidance>;

/// Equipment, positions and places: what other entries may name.
enum class Vocabulary : std::uint8_t { equipment, positions, places };
struct Word {
  Vocabulary kind = Vocabulary::equipment;
  Named named;
};

/// One sound entry; what it refers to has not been looked at.
struct Read {
  std::variant<Anything, Word> what;
  std::filesystem::path file;
  config::Position at;
};

std::string_view kind_of(const Anything& what);
const std::string& id_of(const Anything& what);

/// Whether `key` is the name of a kind of entry: "exercise", "plan" …
bool is_kind(std::string_view key);

/// Appends the sound entries of `content`; what is wrong is named and left out. Pictures are looked
/// for in `picture_directories`, in this order.
void read_entries(const config::Table& content,
                  const std::vector<std::filesystem::path>& picture_directories,
                  const FileProblems& problems, std::vector<Read>& out);

}  // namespace poised::catalogue
