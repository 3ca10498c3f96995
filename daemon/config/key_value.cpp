// SPDX-License-Identifier: MIT
#include "config/key_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/text.hpp"
#include "config/time_text.hpp"

namespace poised::config {
namespace {

using core::Duration;
using nlohmann::json;

bool has_control_characters(std::string_view text) {
  return one_line(text, text.size()) != text;
}

bool within(char c, char first, char last) {
  return c >= first && c <= last;
}

/// Takes what `accept` accepts off the front of `text`; how many characters that were.
std::size_t take_while(std::string_view& text, bool (*accept)(char)) {
  const auto end = std::ranges::find_if_not(text, accept);
  const auto length = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(length);
  return length;
}

bool is_language(std::string_view text) {
  const auto lower = [](char c) { return within(c, 'a', 'z'); };
  const auto upper = [](char c) { return within(c, 'A', 'Z'); };
  const std::size_t language = take_while(text, lower);
  if (language < 2 || language > 3) return false;
  if (text.starts_with('_')) {
    text.remove_prefix(1);
    if (take_while(text, upper) != 2) return false;
  }
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    if (take_while(text, lower) == 0) return false;
  }
  return text.empty();
}

std::optional<std::string> check_text(const KeySpec& spec, const std::string& text) {
  if (has_control_characters(text)) return "line breaks and control characters have no place here";
  if (spec.syntax == Syntax::id && !text.empty() && !is_id(text))
    return fmt::format(
        "'{}' is not an id: a letter, then letters, digits and '-' (lower case, at "
        "most 32)",
        one_line(text, 40));
  if (spec.syntax == Syntax::language && !text.empty() && !is_language(text))
    return fmt::format("'{}' is not a language such as \"de\" or \"de_DE\"", one_line(text, 40));
  return std::nullopt;
}

json as_json(const Value& value) {
  struct Converter {
    json operator()(bool v) const { return v; }
    json operator()(std::int64_t v) const { return v; }
    json operator()(double v) const { return v; }
    json operator()(const std::string& v) const { return v; }
    json operator()(const DateTimeText& v) const { return v.text; }
    json operator()(const Array& v) const {
      json out = json::array();
      for (const auto& item : v) out.push_back(as_json(item));
      return out;
    }
    json operator()(const Table& v) const {
      json out = json::object();
      for (const auto& entry : v.entries) out[entry.key] = as_json(entry.value);
      return out;
    }
  };
  return std::visit(Converter{}, value.data);
}

Value from_json(const json& document) {
  Value value;
  if (document.is_boolean()) {
    value.data = document.get<bool>();
  } else if (document.is_number_integer()) {
    value.data = document.get<std::int64_t>();
  } else if (document.is_number()) {
    value.data = document.get<double>();
  } else if (document.is_string()) {
    value.data = document.get<std::string>();
  } else if (document.is_array()) {
    Array items;
    for (const auto& item : document) items.push_back(from_json(item));
    value.data = std::move(items);
  } else if (document.is_object()) {
    Table table;
    for (const auto& [key, item] : document.items())
      table.entries.push_back({key, {}, from_json(item)});
    value.data = std::move(table);
  }
  return value;
}

Refusal expected(const KeySpec& spec, const Value& value, std::string hint = {}) {
  std::string reason = fmt::format("expected {}, not {}", expectation(spec), kind_name(value));
  if (!hint.empty()) reason += " (" + hint + ")";
  return {value.at, std::move(reason)};
}

Refusal out_of_range(const KeySpec& spec, const Value& value) {
  return {value.at,
          fmt::format("expected {}, not {}", expectation(spec), one_line(to_toml(value), 60))};
}

// Where character `offset` of the string `value` stands in the file.
Position place_within(const Value& value, std::size_t offset) {
  if (!value.plain_string) return value.at;
  return {value.at.line, value.at.column + 1 + static_cast<std::uint32_t>(offset)};
}

Refusal bad_text(const KeySpec& spec, const Value& value, const TextError& error) {
  return {place_within(value, error.offset),
          fmt::format("expected {}; {} in {}", expectation(spec), error.reason,
                      one_line(to_toml(value), 60))};
}

bool in_range(const KeySpec& spec, std::int64_t x) {
  return (!spec.min || x >= *spec.min) && (!spec.max || x <= *spec.max);
}

using ReadResult = std::variant<KeyValue, Refusal>;

ReadResult read_integer(const KeySpec& spec, const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value.data);
  if (number == nullptr) return expected(spec, value);
  if (!in_range(spec, *number)) return out_of_range(spec, value);
  return KeyValue(*number);
}

ReadResult read_duration(const KeySpec& spec, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.data))
    return expected(spec, value, fmt::format("write \"{0}s\", \"{0}min\" or \"{0}h\"", *number));
  const auto* written = std::get_if<std::string>(&value.data);
  if (written == nullptr) return expected(spec, value);
  const auto parsed = parse_duration(*written);
  if (const auto* error = std::get_if<TextError>(&parsed)) return bad_text(spec, value, *error);
  const auto length = std::get<Duration>(parsed);
  if (!in_range(spec, length.count())) return out_of_range(spec, value);
  return KeyValue(length);
}

ReadResult read_time_of_day(const KeySpec& spec, const Value& value) {
  if (const auto* time = std::get_if<DateTimeText>(&value.data); time && time->time_of_day) {
    if (!time->text.ends_with(":00") || time->text.size() != 8) return out_of_range(spec, value);
    const auto parsed = parse_time_of_day(time->text.substr(0, 5));
    if (const auto* at = std::get_if<TimeOfDay>(&parsed)) return KeyValue(*at);
    return out_of_range(spec, value);
  }
  const auto* written = std::get_if<std::string>(&value.data);
  if (written == nullptr) return expected(spec, value);
  const auto parsed = parse_time_of_day(*written);
  if (const auto* error = std::get_if<TextError>(&parsed)) return bad_text(spec, value, *error);
  return KeyValue(std::get<TimeOfDay>(parsed));
}

ReadResult read_string(const KeySpec& spec, const Value& value) {
  const auto* written = std::get_if<std::string>(&value.data);
  if (written == nullptr) return expected(spec, value);
  if (auto reason = check_text(spec, *written)) return Refusal{value.at, *reason};
  if (!in_range(spec, count_characters(*written))) return out_of_range(spec, value);
  if (spec.type == Type::path && !written->empty() && !written->starts_with('/') &&
      !written->starts_with("~/"))
    return out_of_range(spec, value);
  return KeyValue(*written);
}

ReadResult read_enumeration(const KeySpec& spec, const Value& value) {
  const auto* written = std::get_if<std::string>(&value.data);
  if (written == nullptr) return expected(spec, value);
  if (std::ranges::find(spec.values, *written) != spec.values.end()) return KeyValue(*written);
  Refusal refusal = out_of_range(spec, value);
  if (const auto meant = did_you_mean(*written, spec.values))
    refusal.reason += fmt::format("; did you mean \"{}\"?", *meant);
  return refusal;
}

ReadResult read_string_list(const KeySpec& spec, const Value& value) {
  const auto* items = std::get_if<Array>(&value.data);
  if (items == nullptr) {
    const bool string = std::holds_alternative<std::string>(value.data);
    return expected(spec, value,
                    string ? "write [" + one_line(to_toml(value), 60) + "]" : std::string());
  }
  std::vector<std::string> list;
  for (const auto& item : *items) {
    const auto* written = std::get_if<std::string>(&item.data);
    if (written == nullptr)
      return Refusal{item.at,
                     fmt::format("expected {}, not {} in it", expectation(spec), kind_name(item))};
    if (!spec.values.empty() && std::ranges::find(spec.values, *written) == spec.values.end()) {
      Refusal refusal{item.at, fmt::format("expected {}, not {}", expectation(spec),
                                           one_line(to_toml(item), 60))};
      if (const auto meant = did_you_mean(*written, spec.values))
        refusal.reason += fmt::format("; did you mean \"{}\"?", *meant);
      return refusal;
    }
    if (auto reason = check_text(spec, *written)) return Refusal{item.at, *reason};
    if (spec.syntax == Syntax::id && written->empty())
      return Refusal{item.at, "an empty text is not an id"};
    list.push_back(*written);
  }
  if (!in_range(spec, static_cast<std::int64_t>(list.size())))
    return Refusal{value.at,
                   fmt::format("expected {}, not {} of them", expectation(spec), list.size())};
  return KeyValue(std::move(list));
}

ReadResult read_hours(const KeySpec& spec, const Value& value) {
  const auto* items = std::get_if<Array>(&value.data);
  if (items == nullptr) {
    const bool string = std::holds_alternative<std::string>(value.data);
    return expected(spec, value,
                    string ? "write [" + one_line(to_toml(value), 60) + "]" : std::string());
  }
  if (items->empty())
    return Refusal{value.at,
                   "no hours would silence every prompt for good; schedule.enabled = false lifts "
                   "the limit instead"};
  if (!in_range(spec, static_cast<std::int64_t>(items->size())))
    return Refusal{value.at, fmt::format("more than {} ranges", *spec.max)};
  std::vector<core::HoursRange> ranges;
  for (const auto& item : *items) {
    const auto* written = std::get_if<std::string>(&item.data);
    if (written == nullptr)
      return Refusal{item.at,
                     fmt::format("expected {}, not {} in it", expectation(spec), kind_name(item))};
    const auto parsed = parse_hours(*written);
    if (const auto* error = std::get_if<TextError>(&parsed))
      return Refusal{place_within(item, error->offset),
                     fmt::format("{} (column {} of {})", error->reason, error->offset + 1,
                                 one_line(to_toml(item), 60))};
    const auto& range = std::get<core::HoursRange>(parsed);
    for (const auto& other : ranges)
      if ((range.weekdays & other.weekdays) != 0 && range.from < other.to && other.from < range.to)
        return Refusal{item.at, fmt::format("{} overlaps {}", one_line(to_toml(item), 60),
                                            to_toml(std::string_view(format_hours(other))))};
    ranges.push_back(range);
  }
  return KeyValue(std::move(ranges));
}

ReadResult read_table_list(const KeySpec& spec, const Value& value) {
  const auto* items = std::get_if<Array>(&value.data);
  if (items == nullptr) return expected(spec, value);
  for (const auto& item : *items)
    if (!std::holds_alternative<Table>(item.data))
      return Refusal{item.at,
                     fmt::format("expected {}, not {} in it", expectation(spec), kind_name(item))};
  return KeyValue(Json{as_json(value).dump()});
}

template <typename T>
std::string joined(const std::vector<T>& items, std::string (*write)(const T&)) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + write(item);
  return out + "]";
}

// What the range of a number looks like in the file.
std::string bound(const KeySpec& spec, std::int64_t x) {
  if (spec.type == Type::duration) return fmt::format("\"{}\"", format_duration(Duration(x)));
  return std::to_string(x) + (spec.unit.empty() ? "" : " " + spec.unit);
}

std::string with_range(const KeySpec& spec, std::string what) {
  if (spec.min && spec.max)
    what += fmt::format(" from {} to {}", bound(spec, *spec.min), bound(spec, *spec.max));
  else if (spec.min)
    what += fmt::format(" of at least {}", bound(spec, *spec.min));
  else if (spec.max)
    what += fmt::format(" of at most {}", bound(spec, *spec.max));
  return what;
}

std::string one_of(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  quoted.reserve(values.size());
  for (const auto& value : values) quoted.push_back(to_toml(std::string_view(value)));
  return fmt::format("one of {}", fmt::join(quoted, ", "));
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 && within(text[0], 'a', 'z') &&
         std::ranges::all_of(
             text, [](char c) { return within(c, 'a', 'z') || within(c, '0', '9') || c == '-'; });
}

std::variant<KeyValue, Refusal> read_value(const KeySpec& spec, const Value& value) {
  switch (spec.type) {
    case Type::boolean:
      if (const auto* flag = std::get_if<bool>(&value.data)) return KeyValue(*flag);
      return expected(spec, value);
    case Type::boolean_or_auto:
      if (const auto* flag = std::get_if<bool>(&value.data)) return KeyValue(*flag);
      if (const auto* word = std::get_if<std::string>(&value.data)) {
        if (*word == "auto") return KeyValue(*word);
        return out_of_range(spec, value);
      }
      return expected(spec, value);
    case Type::integer:
      return read_integer(spec, value);
    case Type::duration:
      return read_duration(spec, value);
    case Type::time_of_day:
      return read_time_of_day(spec, value);
    case Type::string:
    case Type::path:
    case Type::secret_ref:
      return read_string(spec, value);
    case Type::enumeration:
      return read_enumeration(spec, value);
    case Type::string_list:
      return read_string_list(spec, value);
    case Type::hours:
      return read_hours(spec, value);
    case Type::table_list:
      return read_table_list(spec, value);
  }
  return expected(spec, value);
}

std::string to_toml(const KeyValue& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(Duration v) const {
      return to_toml(std::string_view(format_duration(v)));
    }
    std::string operator()(TimeOfDay v) const {
      const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(v.since_midnight);
      return fmt::format("\"{:02}:{:02}\"", minutes.count() / 60, minutes.count() % 60);
    }
    std::string operator()(const std::string& v) const { return to_toml(std::string_view(v)); }
    std::string operator()(const std::vector<std::string>& v) const {
      return joined<std::string>(v,
                                 [](const auto& text) { return to_toml(std::string_view(text)); });
    }
    std::string operator()(const std::vector<core::HoursRange>& v) const {
      return joined<core::HoursRange>(
          v, [](const auto& range) { return to_toml(std::string_view(format_hours(range))); });
    }
    std::string operator()(const Json& v) const {
      return to_toml(from_json(json::parse(v.text, nullptr, false)));
    }
  };
  return std::visit(Writer{}, value);
}

std::string to_json(const KeyValue& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(Duration v) const { return std::to_string(v.count()); }
    std::string operator()(TimeOfDay v) const {
      return std::to_string(
          std::chrono::duration_cast<std::chrono::seconds>(v.since_midnight).count());
    }
    std::string operator()(const std::string& v) const { return json(v).dump(); }
    std::string operator()(const std::vector<std::string>& v) const { return json(v).dump(); }
    std::string operator()(const std::vector<core::HoursRange>& v) const {
      json out = json::array();
      for (const auto& range : v) out.push_back(format_hours(range));
      return out.dump();
    }
    std::string operator()(const Json& v) const { return v.text; }
  };
  return std::visit(Writer{}, value);
}

std::string to_json(const Value& value) {
  return as_json(value).dump();
}

std::optional<Value> parse_json(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded() || document.is_null()) return std::nullopt;
  return from_json(document);
}

std::string expectation(const KeySpec& spec) {
  switch (spec.type) {
    case Type::boolean:
      return "true or false";
    case Type::boolean_or_auto:
      return "true, false or \"auto\"";
    case Type::integer:
      return with_range(spec, "an integer");
    case Type::duration:
      return with_range(spec, "a duration");
    case Type::time_of_day:
      return "a time of day such as \"04:00\"";
    case Type::string:
      switch (spec.syntax) {
        case Syntax::id:
          return "an id such as \"desk-relief\", or \"\"";
        case Syntax::language:
          return "a language such as \"de_DE\", or \"\"";
        case Syntax::text:
          break;
      }
      return spec.max ? fmt::format("a string of at most {} characters", *spec.max) : "a string";
    case Type::enumeration:
      return one_of(spec.values);
    case Type::string_list: {
      std::string what = spec.syntax == Syntax::id ? "a list of ids" : "a list of strings";
      if (!spec.values.empty()) what += ", each " + one_of(spec.values);
      if (spec.max) what += fmt::format(" ({} at most)", *spec.max);
      return what;
    }
    case Type::hours:
      return "a list of hours such as \"Mon-Fri 09:00-12:30\"";
    case Type::path:
      return "a path that begins with \"/\" or \"~/\"";
    case Type::secret_ref:
      return "the name of a secret";
    case Type::table_list:
      return "a list of tables";
  }
  return {};
}

std::string_view type_name(Type type) {
  switch (type) {
    case Type::boolean:
      return "bool";
    case Type::boolean_or_auto:
      return "bool or \"auto\"";
    case Type::integer:
      return "int";
    case Type::duration:
      return "duration";
    case Type::time_of_day:
      return "time of day";
    case Type::string:
      return "string";
    case Type::enumeration:
      return "enum";
    case Type::string_list:
      return "list";
    case Type::hours:
      return "hours";
    case Type::path:
      return "path";
    case Type::secret_ref:
      return "secret-ref";
    case Type::table_list:
      return "table-list";
  }
  return {};
}

}  // namespace poised::config
