// SPDX-License-Identifier: MIT
#include "codec/command.hpp"

#include <charconv>
#include <cmath>

namespace desk::command {
namespace {

void replace_all(std::string& text, std::string_view place, const std::string& value) {
  for (auto at = text.find(place); at != std::string::npos;
       at = text.find(place, at + value.size()))
    text.replace(at, place.size(), value);
}

}  // namespace

std::vector<std::string> filled(const std::vector<std::string>& words, std::int32_t height_mm) {
  auto result = words;
  for (auto& word : result) {
    replace_all(word, "{mm}", mqtt::payload("{value}", height_mm, mqtt::Unit::millimetres));
    replace_all(word, "{cm}", mqtt::payload("{value}", height_mm, mqtt::Unit::centimetres));
    replace_all(word, "{in}", mqtt::payload("{value}", height_mm, mqtt::Unit::inches));
  }
  return result;
}

std::optional<std::int32_t> height(std::string_view output, const std::regex& pattern,
                                   mqtt::Unit unit) {
  output = output.substr(0, longest_output);
  std::match_results<std::string_view::const_iterator> match;
  try {
    if (!std::regex_search(output.begin(), output.end(), match, pattern) || match.size() < 2)
      return std::nullopt;
  } catch (const std::regex_error&) {  // too costly for this output
    return std::nullopt;
  }
  const auto value = mqtt::number(std::string(match[1]), "");
  if (!value) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(mqtt::to_millimetres(*value, unit)));
}

std::string go_to_line(std::int32_t height_mm) {
  return "goto " + std::to_string(height_mm) + "\n";
}

std::optional<Line> line(std::string_view text) {
  static constexpr std::string_view height_word = "height ", error_word = "error ";
  Line line;
  if (text.starts_with(error_word)) {
    line.error = std::string(text.substr(error_word.size(), 200));
    return line;
  }
  if (!text.starts_with(height_word)) return std::nullopt;
  text.remove_prefix(height_word.size());
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value <= 0) return std::nullopt;
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!rest.empty() && rest != " moving") return std::nullopt;
  line.height_mm = value;
  line.moving = !rest.empty();
  return line;
}

}  // namespace desk::command
