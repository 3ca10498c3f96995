// SPDX-License-Identifier: MIT
#include "plain_text.hpp"

#include <array>
#include <cstdint>

namespace plain_text {
namespace {

constexpr char32_t replacement = U'\uFFFD';

/// Takes the first character off `text`; one wrong byte counts as one replacement character.
char32_t take(std::string_view& text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t length = 1;
  char32_t character = first;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    character = first & 0x1Fu;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    character = first & 0x0Fu;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    character = first & 0x07u;
  } else if (first >= 0x80) {
    text.remove_prefix(1);
    return replacement;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || (byte(i) & 0xC0u) != 0x80u) {
      text.remove_prefix(1);
      return replacement;
    }
    character = character << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> shortest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < shortest.at(length) || character > 0x10FFFF || surrogate) {
    text.remove_prefix(1);
    return replacement;
  }
  text.remove_prefix(length);
  return character;
}

void append(std::string& text, char32_t character) {
  const auto put = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0u | character >> 6);
    put(0x80u | (character & 0x3Fu));
  } else if (character < 0x10000) {
    put(0xE0u | character >> 12);
    put(0x80u | (character >> 6 & 0x3Fu));
    put(0x80u | (character & 0x3Fu));
  } else {
    put(0xF0u | character >> 18);
    put(0x80u | (character >> 12 & 0x3Fu));
    put(0x80u | (character >> 6 & 0x3Fu));
    put(0x80u | (character & 0x3Fu));
  }
}

bool breaks_line(char32_t c) {
  return c == U'\n' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 || c == 0x2029;
}
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}
bool turns_direction(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::string clean(std::string_view text, std::size_t max, char line_break) {
  std::string result;
  std::size_t before_last = 0;
  std::size_t count = 0;
  while (!text.empty()) {
    char32_t c = take(text);
    if (breaks_line(c)) c = static_cast<unsigned char>(line_break);
    if (c == U'\t') c = U' ';
    if ((is_control(c) && c != U'\n') || turns_direction(c)) continue;
    if (count == max) {
      result.resize(before_last);
      while (!result.empty() && (result.back() == ' ' || result.back() == '\n')) result.pop_back();
      return result + "…";
    }
    before_last = result.size();
    append(result, c);
    ++count;
  }
  return result;
}

}  // namespace

std::string line(std::string_view text, std::size_t max) {
  return clean(text, max, ' ');
}
std::string lines(std::string_view text, std::size_t max) {
  return clean(text, max, '\n');
}

std::string escape_markup(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace plain_text
