// SPDX-License-Identifier: MIT
#include "codec/jiecang.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace desk::jiecang {
namespace {

constexpr std::uint8_t host_mark = 0xF1, desk_mark = 0xF2, end_mark = 0x7E;
constexpr std::size_t around = 6;  // two marks, opcode, length, sum, end
constexpr std::uint8_t longest_payload = 32;
constexpr std::uint16_t no_height = 9999;

std::uint8_t mark_of_host(Dialect dialect) {
  return dialect == Dialect::uplift ? host_mark : desk_mark;
}

std::uint8_t mark_of_desk(Dialect dialect) {
  return dialect == Dialect::uplift ? desk_mark : host_mark;
}

std::uint8_t sum(ByteView bytes) {
  return low_byte(std::accumulate(bytes.begin(), bytes.end(), 0U));
}

Bytes frame(std::uint8_t mark, std::uint8_t opcode, ByteView payload) {
  Bytes bytes{mark, mark, opcode, static_cast<std::uint8_t>(payload.size())};
  append(bytes, payload);
  bytes.push_back(sum(ByteView(bytes).subspan(2)));
  bytes.push_back(end_mark);
  return bytes;
}

}  // namespace

Bytes request(Opcode opcode, Dialect dialect) {
  return frame(mark_of_host(dialect), static_cast<std::uint8_t>(opcode), {});
}

Bytes go_to(std::uint16_t mm, Dialect dialect) {
  const Bytes payload{high_byte(mm), low_byte(mm)};
  return frame(mark_of_host(dialect), static_cast<std::uint8_t>(Opcode::go_to), payload);
}

Bytes encode_from_desk(const Frame& what, Dialect dialect) {
  return frame(mark_of_desk(dialect), what.opcode, what.payload);
}

std::vector<Frame> Parser::feed(ByteView bytes) {
  append(buffer_, bytes);
  std::vector<Frame> frames;
  std::size_t at = 0;
  while (buffer_.size() - at >= around) {
    const ByteView rest = ByteView(buffer_).subspan(at);
    const bool marked = rest[0] == rest[1] && (rest[0] == desk_mark || rest[0] == host_mark) &&
                        (!dialect_ || rest[0] == mark_of_desk(*dialect_));
    const std::size_t length = rest[3];
    if (!marked || length > longest_payload) {
      ++at;
      continue;
    }
    if (rest.size() < around + length) break;
    if (sum(rest.subspan(2, 2 + length)) != rest[4 + length] || rest[5 + length] != end_mark) {
      ++at;
      continue;
    }
    if (!dialect_) dialect_ = rest[0] == desk_mark ? Dialect::uplift : Dialect::omnidesk;
    const auto payload = rest.subspan(4, length);
    frames.push_back({rest[2], Bytes(payload.begin(), payload.end())});
    at += around + length;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
  return frames;
}

Report report(const Frame& frame) {
  Report report;
  const auto& bytes = frame.payload;
  const auto word = [&](std::size_t at) { return big16(bytes, at); };
  const auto memory = [&](unsigned number) {
    if (bytes.size() == 2) report.memory = Report::Memory{number, word(0)};
  };
  switch (frame.opcode) {
    case 0x01:
      if (bytes.size() >= 2 && word(0) != 0 && word(0) != no_height) report.height = word(0);
      break;
    case 0x02:
      report.trouble =
          !bytes.empty() && bytes[0] >= 1 && bytes[0] <= 4 ? Trouble::overload : Trouble::failed;
      break;
    case 0x04:
    case 0x40:
      report.trouble = Trouble::position_lost;
      break;
    case 0x07:
      if (bytes.size() == 4) {
        report.highest_mm = word(0);
        report.lowest_mm = word(2);
      }
      break;
    case 0x0E:
      if (bytes.size() == 1 && bytes[0] <= 1)
        report.unit = bytes[0] == 0 ? Unit::centimetres : Unit::inches;
      break;
    case 0x1F:
      if (bytes.size() == 1 && bytes[0] == 1) report.trouble = Trouble::locked;
      break;
    case 0x21:
      if (bytes.size() == 2) report.highest_mm = word(0);
      break;
    case 0x22:
      if (bytes.size() == 2) report.lowest_mm = word(0);
      break;
    case 0x23:
      report.limit_reached = true;
      break;
    case 0x25:
      memory(1);
      break;
    case 0x26:
      memory(2);
      break;
    case 0x27:
      memory(3);
      break;
    case 0x28:
      memory(4);
      break;
    default:
      break;
  }
  return report;
}

Unit likely_unit(std::uint16_t tenths) {
  return tenths < 600 ? Unit::inches : Unit::centimetres;
}

std::int32_t millimetres(std::uint16_t tenths, Unit unit) {
  if (unit == Unit::centimetres) return tenths;
  return static_cast<std::int32_t>(std::lround(tenths * 2.54));
}

std::optional<std::int32_t> old_height(ByteView bytes) {
  if (bytes.size() != 4 || bytes[0] != 1 || bytes[1] != 1 || bytes[2] > 4) return std::nullopt;
  const auto value = big16(bytes, 2);
  // Inches come with a high byte of 0 or 1, millimetres with 2 to 4.
  return millimetres(value, bytes[2] <= 1 ? Unit::inches : Unit::centimetres);
}

}  // namespace desk::jiecang
