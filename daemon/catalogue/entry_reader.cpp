// SPDX-License-Identifier: MIT
#include "catalogue/entry_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/text.hpp"

namespace poised::catalogue {
namespace {

std::string listed(std::initializer_list<std::string_view> words) {
  std::string out;
  for (const auto word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

bool is_language(std::string_view key) {
  return key.size() == 2 && std::ranges::all_of(key, [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

void FileProblems::add(config::Position at, std::string key, std::string reason) const {
  problems->push_back({config::Severity::error, config::ProblemKind::value, file, at,
                       std::move(key), std::move(reason)});
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= max_id && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

void EntryReader::fail(config::Position at, std::string_view field, std::string reason) {
  problems_.add(at, field.empty() ? name_ : fmt::format("{}: {}", name_, config::one_line(field)),
                std::move(reason));
  good_ = false;
}

const config::Entry* EntryReader::find(std::string_view field) const {
  const auto found = std::ranges::find(table_.entries, field, &config::Entry::key);
  return found == table_.entries.end() ? nullptr : &*found;
}

config::Position EntryReader::position(std::string_view field) const {
  const auto* entry = find(field);
  return entry == nullptr ? at_ : entry->value.at;
}

const config::Value* EntryReader::take_optional(std::string_view field) {
  known_.emplace(field);
  const auto* entry = find(field);
  return entry == nullptr ? nullptr : &entry->value;
}

const config::Value* EntryReader::take(std::string_view field) {
  const auto* value = take_optional(field);
  if (value == nullptr) fail(at_, field, "is missing");
  return value;
}

const config::Array* EntryReader::list(const config::Value& value, std::string_view field,
                                       std::size_t least) {
  const auto* items = std::get_if<config::Array>(&value.data);
  if (items == nullptr) {
    fail(value.at, field, fmt::format("a list is expected, not {}", config::kind_name(value)));
    return nullptr;
  }
  if (items->size() < least) {
    fail(value.at, field, fmt::format("at least {} expected", least));
    return nullptr;
  }
  return items;
}

std::string EntryReader::text_of(const config::Value& value, std::string_view field) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) {
    fail(value.at, field, fmt::format("a text is expected, not {}", config::kind_name(value)));
    return {};
  }
  if (text->empty()) {
    fail(value.at, field, "is empty");
    return {};
  }
  // It is printed on terminals and shown in notifications.
  if (config::one_line(*text, max_text) != *text) {
    fail(value.at, field,
         fmt::format("one line of at most {} characters is expected, without control characters",
                     max_text));
    return {};
  }
  return *text;
}

Text EntryReader::translated(const config::Value& value, std::string_view field) {
  const auto* languages = std::get_if<config::Table>(&value.data);
  if (languages == nullptr) return {text_of(value, field), {}};
  Text out;
  for (const auto& [language, at, text] : languages->entries) {
    const auto name = fmt::format("{}.{}", field, language);
    if (!is_language(language))
      fail(at, name, "a language of two letters is expected, such as de");
    else if (language == "en")
      out.english = text_of(text, name);
    else
      out.translated.emplace(language, text_of(text, name));
  }
  if (out.english.empty() && good_) fail(value.at, field, "the English text (en) is missing");
  return out;
}

std::string EntryReader::id_of(const config::Value& value, std::string_view field) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text != nullptr && is_id(*text)) return *text;
  fail(value.at, field,
       text == nullptr ? fmt::format("an id is expected, not {}", config::kind_name(value))
                       : fmt::format("'{}' is no id: small letters, digits and hyphens, at most {}",
                                     config::one_line(*text, 40), max_id));
  return {};
}

std::uint32_t EntryReader::number_of(const config::Value& value, std::string_view field,
                                     std::uint32_t least, std::uint32_t most) {
  const auto* number = std::get_if<std::int64_t>(&value.data);
  if (number == nullptr) {
    fail(value.at, field,
         fmt::format("a whole number is expected, not {}", config::kind_name(value)));
    return least;
  }
  if (*number < least || *number > most) {
    fail(value.at, field, fmt::format("{} is not from {} to {}", *number, least, most));
    return least;
  }
  return static_cast<std::uint32_t>(*number);
}

std::string EntryReader::id(std::string_view field) {
  const auto* value = take(field);
  return value == nullptr ? std::string() : id_of(*value, field);
}

std::string EntryReader::optional_id(std::string_view field) {
  const auto* value = take_optional(field);
  return value == nullptr ? std::string() : id_of(*value, field);
}

Text EntryReader::text(std::string_view field) {
  const auto* value = take(field);
  return value == nullptr ? Text{} : translated(*value, field);
}

std::optional<Text> EntryReader::optional_text(std::string_view field) {
  const auto* value = take_optional(field);
  if (value == nullptr) return std::nullopt;
  return translated(*value, field);
}

std::vector<Text> EntryReader::texts(std::string_view field, std::size_t least) {
  const auto* value = least > 0 ? take(field) : take_optional(field);
  std::vector<Text> out;
  if (value == nullptr) return out;
  const auto* items = list(*value, field, least);
  if (items == nullptr) return out;
  for (const auto& item : *items) out.push_back(translated(item, field));
  return out;
}

std::vector<Text> EntryReader::optional_texts(std::string_view field) {
  return texts(field, 0);
}

std::vector<std::string> EntryReader::ids(std::string_view field, std::size_t least) {
  const auto* value = take(field);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  const auto* items = list(*value, field, least);
  if (items == nullptr) return out;
  for (const auto& item : *items) {
    auto text = id_of(item, field);
    if (std::ranges::find(out, text) != out.end())
      fail(item.at, field, fmt::format("'{}' stands there twice", text));
    out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> EntryReader::optional_ids(std::string_view field) {
  if (has(field)) return ids(field, 0);
  known_.emplace(field);
  return {};
}

std::vector<std::string> EntryReader::optional_words(std::string_view field) {
  const auto* value = take_optional(field);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  const auto* items = list(*value, field, 1);
  if (items == nullptr) return out;
  for (const auto& item : *items) out.push_back(text_of(item, field));
  return out;
}

std::string EntryReader::word(std::string_view field,
                              std::initializer_list<std::string_view> allowed) {
  const auto* value = take(field);
  if (value == nullptr) return {};
  const auto* text = std::get_if<std::string>(&value->data);
  if (text != nullptr && std::ranges::find(allowed, *text) != allowed.end()) return *text;
  fail(value->at, field, fmt::format("one of {} is expected", listed(allowed)));
  return {};
}

std::string EntryReader::optional_word(std::string_view field,
                                       std::initializer_list<std::string_view> allowed) {
  if (has(field)) return word(field, allowed);
  known_.emplace(field);
  return {};
}

bool EntryReader::boolean(std::string_view field) {
  const auto* value = take(field);
  if (value == nullptr) return false;
  if (const auto* truth = std::get_if<bool>(&value->data)) return *truth;
  fail(value->at, field, fmt::format("true or false is expected, not {}", kind_name(*value)));
  return false;
}

bool EntryReader::optional_boolean(std::string_view field) {
  if (has(field)) return boolean(field);
  known_.emplace(field);
  return false;
}

std::uint32_t EntryReader::number(std::string_view field, std::uint32_t least, std::uint32_t most) {
  const auto* value = take(field);
  return value == nullptr ? least : number_of(*value, field, least, most);
}

std::uint32_t EntryReader::optional_number(std::string_view field, std::uint32_t least,
                                           std::uint32_t most, std::uint32_t otherwise) {
  const auto* value = take_optional(field);
  return value == nullptr ? otherwise : number_of(*value, field, least, most);
}

Range EntryReader::range(std::string_view field, std::uint32_t least, std::uint32_t most) {
  const auto* value = take(field);
  if (value == nullptr) return {};
  if (std::holds_alternative<std::int64_t>(value->data)) {
    const auto both = number_of(*value, field, least, most);
    return {both, both};
  }
  const auto* ends = std::get_if<config::Array>(&value->data);
  if (ends == nullptr || ends->size() != 2) {
    fail(value->at, field, "a number or [low, high] is expected");
    return {};
  }
  const Range out{number_of((*ends)[0], field, least, most),
                  number_of((*ends)[1], field, least, most)};
  if (out.low > out.high) fail(value->at, field, "the low end is above the high end");
  return out;
}

std::optional<Range> EntryReader::optional_range(std::string_view field, std::uint32_t least,
                                                 std::uint32_t most) {
  if (has(field)) return range(field, least, most);
  known_.emplace(field);
  return std::nullopt;
}

Evidence EntryReader::evidence(std::string_view field) {
  Evidence out;
  table(field, [&](EntryReader& reader) {
    out.grade = reader.word("grade", {"low", "low-to-moderate", "moderate"});
    out.note = reader.text("note");
  });
  return out;
}

std::optional<Evidence> EntryReader::optional_evidence(std::string_view field) {
  if (has(field)) return evidence(field);
  known_.emplace(field);
  return std::nullopt;
}

void EntryReader::finish() {
  const std::vector<std::string> names(known_.begin(), known_.end());
  for (const auto& entry : table_.entries) {
    if (known_.contains(entry.key)) continue;
    const auto meant = config::did_you_mean(entry.key, names);
    fail(entry.at, entry.key,
         "unknown field" + (meant ? "; did you mean " + *meant + "?" : std::string()));
  }
}

}  // namespace poised::catalogue
