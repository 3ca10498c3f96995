// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "codec/bytes.hpp"
#include "motion/driver.hpp"

// Jiecang control boxes (Uplift, Fully, Desky, Omnidesk and others): the same frames over the
// serial line and over their Bluetooth dongles.
namespace desk::jiecang {

/// Everything that may be sent (D10): no store, reset, calibration, limit or unknown opcode.
enum class Opcode : std::uint8_t {
  wake = 0x00,
  raise = 0x01,
  lower = 0x02,
  go_memory_1 = 0x05,
  go_memory_2 = 0x06,
  settings = 0x07,
  physical_limits = 0x0C,
  units = 0x0E,
  go_to = 0x1B,
  user_limits = 0x20,
  go_memory_3 = 0x27,
  go_memory_4 = 0x28,
  poll = 0x29,
  stop = 0x2B,
};

/// Omnidesk swaps the sync bytes of host and desk.
enum class Dialect : std::uint8_t { uplift, omnidesk };

/// A request without arguments.
[[nodiscard]] Bytes request(Opcode opcode, Dialect dialect = Dialect::uplift);
[[nodiscard]] Bytes go_to(std::uint16_t mm, Dialect dialect = Dialect::uplift);

struct Frame {
  std::uint8_t opcode = 0;
  Bytes payload;
  bool operator==(const Frame&) const = default;
};
/// Any frame of the desk, as simulated desks send it.
[[nodiscard]] Bytes encode_from_desk(const Frame& frame, Dialect dialect = Dialect::uplift);

/// Cuts a stream into frames by their lengths: the end mark may also occur inside. What is no frame
/// is skipped byte by byte.
class Parser {
 public:
  /// Frames that end in `bytes`. The dialect is that of the first frame.
  std::vector<Frame> feed(ByteView bytes);
  [[nodiscard]] std::optional<Dialect> dialect() const { return dialect_; }
  void reset() { buffer_.clear(); }

 private:
  Bytes buffer_;
  std::optional<Dialect> dialect_;
};

/// Tenths of the unit of its display.
enum class Unit : std::uint8_t { centimetres, inches };

/// What a frame says, where it says something of use.
struct Report {
  std::optional<std::uint16_t> height;  ///< tenths; without the values that stand for "none"
  std::optional<Unit> unit;
  std::optional<std::uint16_t> highest_mm, lowest_mm;
  std::optional<Trouble> trouble;
  struct Memory {
    unsigned number = 0;
    std::uint16_t height = 0;
    bool operator==(const Memory&) const = default;
  };
  std::optional<Memory> memory;
  bool limit_reached = false;
  bool operator==(const Report&) const = default;
};
[[nodiscard]] Report report(const Frame& frame);

/// A desk that has not told its unit: no desk is lower than 600 mm or higher than 60 inches.
[[nodiscard]] Unit likely_unit(std::uint16_t tenths);
[[nodiscard]] std::int32_t millimetres(std::uint16_t tenths, Unit unit);

/// Older boxes: four bytes without a checksum, read only. Millimetres.
[[nodiscard]] std::optional<std::int32_t> old_height(ByteView four_bytes);

}  // namespace desk::jiecang
