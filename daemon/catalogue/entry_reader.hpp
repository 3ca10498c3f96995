// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "config/problem.hpp"
#include "config/toml_file.hpp"

// Inside the catalogue only: one table of a file, field by field.
namespace poised::catalogue {

inline constexpr std::size_t max_text = 600;  ///< characters
inline constexpr std::size_t max_id = 64;

/// Where problems go, and of which file.
struct FileProblems {
  std::filesystem::path file;
  std::vector<config::Problem>* problems = nullptr;

  void add(config::Position at, std::string key, std::string reason) const;
};

/// Small letters, digits and hyphens, 1 to max_id.
bool is_id(std::string_view text);

/// Reads the fields of one table. Whatever is wrong is named once, in place, and makes good()
/// false; readers then return an empty value.
class EntryReader {
 public:
  /// `name`: "exercise wall-angel", what problems are told of.
  EntryReader(const config::Table& table, config::Position at, std::string name,
              const FileProblems& problems)
      : table_(table), at_(at), name_(std::move(name)), problems_(problems) {}

  bool good() const { return good_; }
  void fail(config::Position at, std::string_view field, std::string reason);
  bool has(std::string_view field) const { return find(field) != nullptr; }
  config::Position position(std::string_view field) const;

  // Required, unless the name says otherwise.
  std::string id(std::string_view field);
  std::string optional_id(std::string_view field);
  Text text(std::string_view field);
  std::optional<Text> optional_text(std::string_view field);
  std::vector<Text> texts(std::string_view field, std::size_t least);
  std::vector<Text> optional_texts(std::string_view field);
  std::vector<std::string> ids(std::string_view field, std::size_t least);
  std::vector<std::string> optional_ids(std::string_view field);
  std::vector<std::string> optional_words(
      std::string_view field);  ///< "Y", "T": short, of any kind
  std::string word(std::string_view field, std::initializer_list<std::string_view> allowed);
  std::string optional_word(std::string_view field,
                            std::initializer_list<std::string_view> allowed);
  bool boolean(std::string_view field);
  bool optional_boolean(std::string_view field);
  std::uint32_t number(std::string_view field, std::uint32_t least, std::uint32_t most);
  std::uint32_t optional_number(std::string_view field, std::uint32_t least, std::uint32_t most,
                                std::uint32_t otherwise);
  Range range(std::string_view field, std::uint32_t least, std::uint32_t most);
  std::optional<Range> optional_range(std::string_view field, std::uint32_t least,
                                      std::uint32_t most);
  std::optional<Evidence> optional_evidence(std::string_view field);
  Evidence evidence(std::string_view field);

  /// Reads a table of its own with `read(EntryReader&)`.
  template <typename Read>
  void table(std::string_view field, Read read) {
    if (const auto* value = take(field)) within(*value, std::string(field), read);
  }
  /// Reads each table of a list with `read(EntryReader&)`.
  template <typename Read>
  void tables(std::string_view field, std::size_t least, Read read) {
    const auto* value = least > 0 ? take(field) : take_optional(field);
    if (value == nullptr) return;
    const auto* items = list(*value, field, least);
    if (items == nullptr) return;
    for (std::size_t i = 0; i < items->size(); ++i)
      within((*items)[i], std::string(field) + "[" + std::to_string(i + 1) + "]", read);
  }

  /// Names every field that was not read.
  void finish();

 private:
  const config::Entry* find(std::string_view field) const;
  const config::Value* take(std::string_view field);
  const config::Value* take_optional(std::string_view field);
  const config::Array* list(const config::Value& value, std::string_view field, std::size_t least);
  std::string text_of(const config::Value& value, std::string_view field);
  Text translated(const config::Value& value, std::string_view field);
  std::string id_of(const config::Value& value, std::string_view field);
  std::uint32_t number_of(const config::Value& value, std::string_view field, std::uint32_t least,
                          std::uint32_t most);

  template <typename Read>
  void within(const config::Value& value, const std::string& field, Read read) {
    const auto* inner = std::get_if<config::Table>(&value.data);
    if (inner == nullptr) {
      fail(value.at, field, "a table is expected, not " + std::string(config::kind_name(value)));
      return;
    }
    EntryReader reader(*inner, value.at, name_ + ": " + field, problems_);
    read(reader);
    reader.finish();
    good_ = good_ && reader.good();
  }

  const config::Table& table_;
  config::Position at_;
  std::string name_;
  FileProblems problems_;
  std::set<std::string, std::less<>> known_;
  bool good_ = true;
};

}  // namespace poised::catalogue
