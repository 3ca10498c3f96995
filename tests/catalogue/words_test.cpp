// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "config/toml_file.hpp"

// What is never said to a person, in any language.
namespace poised::catalogue {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.native());
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The first banned word of `text`, or nothing.
std::string banned(const std::string& text) {
  static const std::regex allowed("not a diagnosis|keine diagnose");
  static const std::regex words(
      "\\b(therap|treatment|triage|diagnos|patient\\b|patients\\b|heals?\\b|cures?\\b|cured\\b|"
      "eliminat|behandl|patientin|patienten|heilt\\b|heilung|kuriert|beseitigt)");
  static const std::regex claims(
      "40 ?%|rapid relief|sitting is the new|chiropract|schnelle linderung");
  const auto plain = std::regex_replace(lower(text), allowed, "");
  std::smatch found;
  if (std::regex_search(plain, found, words) || std::regex_search(plain, found, claims))
    return found.str();
  return {};
}

void strings_of(const config::Value& value, std::vector<std::string>& out) {
  if (const auto* text = std::get_if<std::string>(&value.data)) out.push_back(*text);
  if (const auto* items = std::get_if<config::Array>(&value.data))
    for (const auto& item : *items) strings_of(item, out);
  if (const auto* table = std::get_if<config::Table>(&value.data))
    for (const auto& entry : table->entries) strings_of(entry.value, out);
}

TEST(Words, TheListFindsWhatItIsFor) {
  for (const char* text : {"A therapy", "Treatment", "cures it", "Diagnosis", "a patient",
                           "It heals", "Behandlung", "40 % less", "rapid relief"})
    EXPECT_NE(banned(text), "") << text;
  for (const char* text : {"not a diagnosis", "impatient", "wheels", "secures", "health"})
    EXPECT_EQ(banned(text), "") << text;
}

TEST(Words, TheCatalogueClaimsNothing) {
  std::size_t seen = 0;
  for (const char* directory : {"exercises", "programmes"})
    for (const auto& file :
         fs::directory_iterator(fs::path(POISED_SOURCE_DIR "/config") / directory)) {
      const auto content = config::parse_toml(read(file.path()));
      const auto* table = std::get_if<config::Table>(&content);
      ASSERT_NE(table, nullptr) << file.path();
      std::vector<std::string> texts;
      for (const auto& entry : table->entries) strings_of(entry.value, texts);
      for (const auto& text : texts) EXPECT_EQ(banned(text), "") << file.path() << ": " << text;
      seen += texts.size();
    }
  EXPECT_GT(seen, 1000U);
}

// The words of the programs stand in string literals.
TEST(Words, TheProgramsClaimNothing) {
  static const std::regex literal("\"((?:[^\"\\\\\n]|\\\\.)*)\"");
  std::size_t seen = 0;
  for (const char* directory : {"daemon", "plugins", "window"}) {
    const auto folder = fs::path(POISED_SOURCE_DIR) / directory;
    if (!fs::exists(folder)) continue;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      const auto ending = file.path().extension();
      if (ending != ".cpp" && ending != ".hpp") continue;
      const auto source = read(file.path());
      for (std::sregex_iterator it(source.begin(), source.end(), literal), end; it != end; ++it) {
        EXPECT_EQ(banned((*it)[1]), "") << file.path() << ": " << (*it)[1];
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 1000U);
}

void check_lines_of(const fs::path& file, std::size_t& seen) {
  std::istringstream lines(read(file));
  for (std::string line; std::getline(lines, line); ++seen)
    EXPECT_EQ(banned(line), "") << file << ": " << line;
}

TEST(Words, TheTranslationsClaimNothing) {
  std::size_t languages = 0, seen = 0;
  for (const auto& file : fs::directory_iterator(POISED_SOURCE_DIR "/po")) {
    if (file.path().extension() != ".po") continue;
    check_lines_of(file.path(), seen);
    ++languages;
  }
  EXPECT_GE(languages, 1U);
  EXPECT_GT(seen, 1000U);
}

// What people are given to read: the front page, the pages beside it, the manual.
TEST(Words, TheDocumentsClaimNothing) {
  const fs::path root(POISED_SOURCE_DIR);
  std::size_t seen = 0;
  check_lines_of(root / "README.md", seen);
  check_lines_of(root / "CHANGELOG.md", seen);
  for (const auto& file : fs::recursive_directory_iterator(root / "docs")) {
    const auto ending = file.path().extension();
    if (ending == ".md" || ending == ".in" || ending == ".html") check_lines_of(file.path(), seen);
  }
  EXPECT_GT(seen, 1000U);
}

// E10: a screen is seen by others, and names are what notifications carry.
TEST(Words, NamesTellNothingOfHealth) {
  static const std::regex telling(
      "\\b(pain|back|plan|check-in|discomfort|schmerz|rücken|beschwerden)");
  const auto loaded = load({.system_root = "/nonexistent-prefix",
                            .config_home = "/home/me/.config",
                            .data_dir = "/usr/share/poised",
                            .home = "/home/me"});
  const auto check = [](const Text& name) {
    EXPECT_FALSE(std::regex_search(lower(name.english), telling)) << name.english;
    for (const auto& [language, text] : name.translated)
      EXPECT_FALSE(std::regex_search(lower(text), telling)) << text;
  };
  ASSERT_FALSE(loaded.catalogue.exercises.empty());
  for (const auto& exercise : loaded.catalogue.exercises) check(exercise.name);
  for (const auto& routine : loaded.catalogue.routines) check(routine.name);
}

}  // namespace
}  // namespace poised::catalogue
