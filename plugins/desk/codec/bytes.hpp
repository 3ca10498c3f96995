// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace desk {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] constexpr std::uint16_t little16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8);
}
[[nodiscard]] constexpr std::uint16_t big16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
[[nodiscard]] constexpr std::uint8_t low_byte(unsigned value) {
  return static_cast<std::uint8_t>(value & 0xFF);
}
[[nodiscard]] constexpr std::uint8_t high_byte(unsigned value) {
  return static_cast<std::uint8_t>(value >> 8 & 0xFF);
}

inline void append(Bytes& bytes, ByteView more) {
  bytes.reserve(bytes.size() + more.size());
  for (const auto byte : more) bytes.push_back(byte);
}

}  // namespace desk
