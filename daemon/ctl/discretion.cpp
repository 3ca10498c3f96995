// SPDX-License-Identifier: MIT
#include "ctl/discretion.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <regex>

#include "config/key_registry.hpp"
#include "config/text.hpp"
#include "config/time_text.hpp"

namespace poised::ctl {
namespace {

constexpr std::string_view breaks = "breaks.";

bool is_own_break(std::string_view id) {
  const auto built_in = fmt::format("{}{}.", breaks, id);
  return std::ranges::none_of(config::key_registry(), [&](const config::KeySpec& spec) {
    return spec.path.starts_with(built_in);
  });
}

const char* kind_text(config::ProblemKind kind) {
  switch (kind) {
    case config::ProblemKind::file:
      return "the file cannot be used";
    case config::ProblemKind::unknown_key:
      return "unknown key";
    case config::ProblemKind::value:
      return "the value cannot be used";
    case config::ProblemKind::doubtful:
      break;
  }
  return "hardly meant so";
}

}  // namespace

Discretion::Discretion(const config::Roots& roots, const config::Loaded& loaded,
                       const std::vector<config::PluginSettingSpecs>& plugins)
    : loaded_(loaded), plugins_(plugins) {
  hide(roots.home.native(), "~");
  hide(roots.identity.host_name, "HOST");
  hide(roots.identity.user_name, "USER");
  for (const auto& file : loaded.files) {
    if (file.layer != config::Layer::user) continue;
    if (file.path != roots.user_file()) hide(file.path.filename().native(), "FILE.toml");
    if (file.content) hide_own_words(*file.content, {});
  }
  std::ranges::stable_sort(words_, std::greater{},
                           [](const auto& pair) { return pair.first.size(); });
}

// What is shorter stands for nobody, and in every other word.
void Discretion::hide(const std::string& what, const std::string& word) {
  if (what.size() >= 3) words_.emplace_back(what, word);
}

void Discretion::hide_own_words(const config::Table& table, const std::string& prefix) {
  for (const auto& entry : table.entries) {
    const auto key = prefix + entry.key;
    if (prefix == breaks && is_own_break(entry.key)) {
      own_breaks_.push_back(entry.key);
      hide(entry.key, fmt::format("OWN-{}", own_breaks_.size()));
    }
    hide_own_words(entry.value, key);
  }
}

void Discretion::hide_own_words(const config::Value& value, const std::string& key) {
  if (const auto* table = std::get_if<config::Table>(&value.data)) {
    hide_own_words(*table, key + ".");
  } else if (const auto* list = std::get_if<config::Array>(&value.data)) {
    for (const auto& member : *list) hide_own_words(member, key);
  } else if (const auto* text = std::get_if<std::string>(&value.data)) {
    if (!is_usual(*text, key)) hide(config::one_line(*text, 1000), "SET");
  }
}

/// What many people's files say: hidden, it would make other texts unreadable.
bool Discretion::is_usual(const std::string& text, const std::string& key) const {
  const auto spec = config::find_key(key, plugins_);
  if (!spec || !tells_value(key, config::Layer::user)) return false;
  if (spec->type == config::Type::duration)
    return std::holds_alternative<core::Duration>(config::parse_duration(text));
  return std::ranges::find(spec->values, text) != spec->values.end() || text == "auto";
}

std::string Discretion::text(std::string text) const {
  static const std::regex address(R"([A-Za-z][A-Za-z0-9+.-]*://\S+|\S+@\S+)");
  text = std::regex_replace(text, address, "ADDRESS");
  for (const auto& [what, word] : words_)
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += word.size())
      text.replace(at, what.size(), word);
  return text;
}

std::string Discretion::key(const std::string& key) const {
  for (std::size_t i = 0; i < own_breaks_.size(); ++i) {
    const auto own = std::string(breaks) + own_breaks_[i] + ".";
    if (key.starts_with(own))
      return fmt::format("{}OWN-{}.{}", breaks, i + 1, key.substr(own.size()));
  }
  return key;
}

bool Discretion::tells_value(std::string_view key, config::Layer layer) const {
  using config::Type;
  if (layer != config::Layer::user) return true;
  const auto spec = config::find_key(key, plugins_);
  if (!spec || key.starts_with("programme.")) return false;
  return spec->type == Type::boolean || spec->type == Type::boolean_or_auto ||
         spec->type == Type::integer || spec->type == Type::duration ||
         spec->type == Type::enumeration;
}

std::string Discretion::problem(const config::Problem& problem) const {
  const auto file = std::ranges::find(loaded_.files, problem.file, &config::SourceFile::path);
  const bool own = file != loaded_.files.end() && file->layer == config::Layer::user;
  if (!own) return text(problem.text());
  auto told = problem;
  told.file = text(problem.file.native());
  told.key = config::find_key(problem.key, plugins_) ? key(problem.key) : std::string();
  told.reason = kind_text(problem.kind);
  return told.text();
}

}  // namespace poised::ctl
