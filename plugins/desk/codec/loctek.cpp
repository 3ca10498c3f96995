// SPDX-License-Identifier: MIT
#include "codec/loctek.hpp"

#include <algorithm>
#include <cmath>

namespace desk::loctek {
namespace {

constexpr std::uint8_t begin_mark = 0x9B, end_mark = 0x9D, buttons_type = 0x02;
constexpr std::size_t least = 4;  // length, type, two bytes of checksum
constexpr std::size_t most = 16;
constexpr std::uint8_t dot = 0x80;
constexpr std::array<std::uint8_t, 10> digits{0x3F, 0x06, 0x5B, 0x4F, 0x66,
                                              0x6D, 0x7D, 0x07, 0x7F, 0x6F};
// Between the highest desk in inches and the lowest in centimetres.
constexpr std::int32_t inches_below_tenths = 550;
constexpr std::int32_t lowest_mm = 500, highest_mm = 1400;

std::optional<int> digit(std::uint8_t segments) {
  const auto found = std::find(digits.begin(), digits.end(), segments & ~dot);
  if (found == digits.end()) return std::nullopt;
  return static_cast<int>(found - digits.begin());
}

}  // namespace

std::uint16_t crc16_modbus(ByteView bytes) {
  unsigned crc = 0xFFFF;
  for (const auto byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
  }
  return static_cast<std::uint16_t>(crc);
}

Bytes encode(const Frame& frame) {
  Bytes bytes{begin_mark, static_cast<std::uint8_t>(frame.payload.size() + least), frame.type};
  append(bytes, frame.payload);
  const auto crc = crc16_modbus(ByteView(bytes).subspan(1));
  bytes.push_back(high_byte(crc));
  bytes.push_back(low_byte(crc));
  bytes.push_back(end_mark);
  return bytes;
}

Bytes press(Button button) {
  const auto mask = static_cast<std::uint16_t>(button);
  return encode({buttons_type, {low_byte(mask), high_byte(mask)}});
}

std::vector<Frame> Parser::feed(ByteView bytes) {
  append(buffer_, bytes);
  std::vector<Frame> frames;
  std::size_t at = 0;
  while (buffer_.size() - at >= least + 2) {
    const ByteView rest = ByteView(buffer_).subspan(at);
    const std::size_t length = rest[1];
    if (rest[0] != begin_mark || length < least || length > most) {
      ++at;
      continue;
    }
    if (rest.size() < length + 2) break;
    const auto checked = rest.subspan(1, length - 2);
    if (rest[length + 1] != end_mark || crc16_modbus(checked) != big16(rest, length - 1)) {
      ++at;
      continue;
    }
    const auto payload = rest.subspan(3, length - least);
    frames.push_back({rest[2], Bytes(payload.begin(), payload.end())});
    at += length + 2;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
  return frames;
}

std::optional<Display> height(const Frame& frame) {
  if (frame.type != display_type || frame.payload.size() < 3) return std::nullopt;
  std::int32_t value = 0;
  for (std::size_t at = 0; at < 3; ++at) {
    const auto number = digit(frame.payload[at]);
    if (!number) return std::nullopt;
    value = value * 10 + *number;
  }
  if ((frame.payload[0] & dot) != 0 || (frame.payload[2] & dot) != 0) return std::nullopt;
  const bool decimal = (frame.payload[1] & dot) != 0;
  const std::int32_t tenths = decimal ? value : value * 10;
  const bool inches = decimal && tenths < inches_below_tenths;
  const auto mm = inches ? static_cast<std::int32_t>(std::lround(tenths * 2.54)) : tenths;
  // A lost dot makes 80.0 into 800: nothing that high is a desk.
  if (mm < lowest_mm || mm > highest_mm) return std::nullopt;
  return Display{mm};
}

bool is_hot(const Frame& frame) {
  return frame.type == display_type && frame.payload.size() >= 3 && frame.payload[0] == 0x76 &&
         frame.payload[1] == 0x3F && (frame.payload[2] == 0x78 || frame.payload[2] == 0x07);
}

Frame display(std::int32_t millimetres) {
  const bool decimal = millimetres < 1000;
  const auto value = static_cast<std::size_t>(decimal ? millimetres : (millimetres + 5) / 10);
  Bytes payload{digits[value / 100 % 10], digits[value / 10 % 10], digits[value % 10]};
  if (decimal) payload[1] |= dot;
  return {display_type, payload};
}

}  // namespace desk::loctek
