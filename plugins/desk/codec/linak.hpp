// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/bytes.hpp"
#include "motion/driver.hpp"

// LINAK desks: what goes over Bluetooth LE, and over the USB cable USB2LIN06. Heights are in tenths
// of a millimetre above the base of the desk ("raw"). There is an encoder for what the product
// sends, and for nothing else (D10).
namespace desk::linak {

// Characteristics and services; the rest of the UUID is the vendor's own.
inline constexpr std::string_view control_service = "99fa0001-338a-1024-8a49-009c0215f78a";
inline constexpr std::string_view command_uuid = "99fa0002-338a-1024-8a49-009c0215f78a";
inline constexpr std::string_view dpg_uuid = "99fa0011-338a-1024-8a49-009c0215f78a";
inline constexpr std::string_view position_uuid = "99fa0021-338a-1024-8a49-009c0215f78a";
inline constexpr std::string_view target_uuid = "99fa0031-338a-1024-8a49-009c0215f78a";

enum class Command : std::uint16_t { down = 70, up = 71, wake = 254, stop = 255 };
[[nodiscard]] Bytes command(Command command);

/// A height to go to; `raw` 0 … 32766.
[[nodiscard]] Bytes target(std::int32_t raw);
[[nodiscard]] Bytes stop_target();

struct Position {
  std::int32_t raw = 0;
  double speed_mm_s = 0;  ///< positive: up
  bool position_lost = false, collision = false, overload_down = false, overload_up = false;
  [[nodiscard]] std::optional<Trouble> trouble() const;
  bool operator==(const Position&) const = default;
};
/// Four bytes, as read and as notified.
[[nodiscard]] std::optional<Position> position(ByteView bytes);
[[nodiscard]] Bytes encode(const Position& position);

/// The requests of the panel that may be sent.
enum class Dpg : std::uint8_t {
  capabilities = 0x80,
  base_offset = 0x81,
  user_id = 0x86,
  reminder = 0x88,
  memory_1 = 0x89,
  memory_2 = 0x8A,
  memory_3 = 0x8B,
  memory_4 = 0x8C,
};
[[nodiscard]] Bytes dpg_read(Dpg request);
using UserId = std::array<std::uint8_t, 17>;
/// The one thing that is written to a panel: without an owner it ignores every motion.
[[nodiscard]] Bytes dpg_write_user_id(const UserId& id);

struct DpgReply {
  bool ok = false;
  Bytes payload;
  bool operator==(const DpgReply&) const = default;
};
[[nodiscard]] std::optional<DpgReply> dpg_reply(ByteView bytes);
[[nodiscard]] Bytes encode(const DpgReply& reply);
/// Raw height of the base above the floor.
[[nodiscard]] std::optional<std::int32_t> base_offset(const DpgReply& reply);
[[nodiscard]] std::optional<UserId> user_id(const DpgReply& reply);
/// Raw height that is kept under a memory; none if it is not set.
[[nodiscard]] std::optional<std::int32_t> memory(const DpgReply& reply);
struct PanelCapabilities {
  unsigned memories = 0;
  bool auto_up = false, auto_down = false, allows_bluetooth = false, display = false, light = false;
  std::uint8_t references = 0;
  bool operator==(const PanelCapabilities&) const = default;
};
[[nodiscard]] std::optional<PanelCapabilities> panel_capabilities(const DpgReply& reply);

// ------------------------------------------------------------------ USB2LIN06

inline constexpr std::size_t report_size = 64;
using Report = std::array<std::uint8_t, report_size>;
inline constexpr std::uint8_t status_report = 4;

struct UsbStatus {
  bool ready = false;  ///< not before the cable was initialised
  Position position;
  std::optional<std::int32_t> target_raw;
  bool handset = false;  ///< somebody holds a key
  bool operator==(const UsbStatus&) const = default;
};
[[nodiscard]] std::optional<UsbStatus> usb_status(ByteView report);
[[nodiscard]] Report usb_init();
[[nodiscard]] Report usb_end();
[[nodiscard]] Report usb_up();
[[nodiscard]] Report usb_down();
[[nodiscard]] Report usb_go(std::int32_t raw);

}  // namespace desk::linak
