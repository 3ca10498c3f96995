// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "codec/bytes.hpp"

// Loctek and FlexiSpot control boxes: button states to the box, what its display shows from it.
namespace desk::loctek {

/// The buttons that may be pressed (D10): not M, which stores, nor the alarm.
enum class Button : std::uint16_t {
  none = 0x0000,
  up = 0x0001,
  down = 0x0002,
  preset_1 = 0x0004,
  preset_2 = 0x0008,
  preset_3 = 0x0010,
  preset_4 = 0x0100,
};
[[nodiscard]] Bytes press(Button button);

[[nodiscard]] std::uint16_t crc16_modbus(ByteView bytes);

struct Frame {
  std::uint8_t type = 0;
  Bytes payload;
  bool operator==(const Frame&) const = default;
};
[[nodiscard]] Bytes encode(const Frame& frame);

inline constexpr std::uint8_t display_type = 0x12;

class Parser {
 public:
  std::vector<Frame> feed(ByteView bytes);
  void reset() { buffer_.clear(); }

 private:
  Bytes buffer_;
};

/// What the three digits show, if it is a height: tenths of the display's unit, which is
/// centimetres from 50.0 and inches below. Memory, timer, error and dark screens are none.
struct Display {
  std::int32_t millimetres = 0;
  bool operator==(const Display&) const = default;
};
[[nodiscard]] std::optional<Display> height(const Frame& frame);
/// "HOT": the box rests.
[[nodiscard]] bool is_hot(const Frame& frame);
/// The three digits that show `millimetres` as centimetres.
[[nodiscard]] Frame display(std::int32_t millimetres);

}  // namespace desk::loctek
