// SPDX-License-Identifier: MIT
#include "codec/megadesk.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace desk::megadesk {
namespace {

// The two ends of the stroke: 58.42 cm and 119.38 cm.
constexpr double lowest_counts = 299, highest_counts = 6914;
constexpr double lowest_mm = 584.2, highest_mm = 1193.8;
constexpr double mm_per_count = (highest_mm - lowest_mm) / (highest_counts - lowest_counts);
constexpr std::size_t longest_line = 32;

/// Reads a number at the front of `text` and takes it away.
std::optional<std::int32_t> number(std::string_view& text) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<Reply> reply(std::string_view line) {
  if (line.size() < 4 || line[0] != '>') return std::nullopt;
  Reply reply;
  reply.kind = line[1];
  if (std::string_view("=RLE").find(reply.kind) == std::string_view::npos) return std::nullopt;
  line.remove_prefix(2);
  const auto value = number(line);
  if (!value || line.empty() || line[0] != ',') return std::nullopt;
  line.remove_prefix(1);
  const auto slot = number(line);
  if (!slot || !line.empty()) return std::nullopt;
  reply.value = *value;
  reply.slot = *slot;
  return reply;
}

}  // namespace

std::string query() {
  return "<C0.0.";
}

std::string go_to(std::int32_t counts) {
  return fmt::format("<={},.", counts);
}

std::string move_by(std::int32_t counts) {
  return counts < 0 ? fmt::format("<-{}..", -counts) : fmt::format("<+{}..", counts);
}

std::string recall(unsigned slot) {
  return fmt::format("<L0,{}.", slot);
}

std::string read_lowest() {
  return "<R0.11.";
}

std::string read_highest() {
  return "<R0.12.";
}

std::vector<Reply> Parser::feed(std::string_view text) {
  std::vector<Reply> replies;
  for (const char character : text) {
    // A reply begins anew at each '>', whatever garbage was before it.
    if (character == '\n' || character == '\r' || character == '>') {
      if (const auto found = reply(buffer_)) replies.push_back(*found);
      buffer_.clear();
    }
    if (character != '\n' && character != '\r' && buffer_.size() < longest_line)
      buffer_ += character;
  }
  return replies;
}

std::int32_t millimetres(std::int32_t counts) {
  return static_cast<std::int32_t>(
      std::lround(lowest_mm + (static_cast<double>(counts) - lowest_counts) * mm_per_count));
}

std::int32_t counts(std::int32_t millimetres) {
  return static_cast<std::int32_t>(
      std::lround(lowest_counts + (static_cast<double>(millimetres) - lowest_mm) / mm_per_count));
}

}  // namespace desk::megadesk
