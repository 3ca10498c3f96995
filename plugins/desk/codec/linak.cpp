// SPDX-License-Identifier: MIT
#include "codec/linak.hpp"

#include <algorithm>
#include <cmath>

namespace desk::linak {
namespace {

constexpr unsigned stop_value = 0x8001;
constexpr unsigned drive_up_value = 0x8000;
constexpr unsigned drive_down_value = 0x7FFF;
constexpr std::int32_t highest_raw = 0x7FFE;
// The speed's twelve bits share their word with four status bits.
constexpr double speed_unit_mm_s = 100.0 / 1024;
constexpr std::uint8_t no_key = 0xFF;

Bytes word(unsigned value) {
  return {low_byte(value), high_byte(value)};
}

std::int32_t signed16(std::uint16_t value) {
  return static_cast<std::int16_t>(value);
}

Position position_of(std::uint16_t height, std::uint16_t speed_and_status) {
  Position position;
  position.raw = signed16(height);
  position.speed_mm_s = (signed16(speed_and_status) >> 4) * speed_unit_mm_s;
  position.position_lost = (speed_and_status & 1) != 0;
  position.collision = (speed_and_status & 2) != 0;
  position.overload_down = (speed_and_status & 4) != 0;
  position.overload_up = (speed_and_status & 8) != 0;
  return position;
}

Report usb_move(unsigned value) {
  Report report{};
  report[0] = 5;
  for (std::size_t at = 1; at <= 7; at += 2) {
    report[at] = low_byte(value);
    report[at + 1] = high_byte(value);
  }
  return report;
}

std::int32_t bounded(std::int32_t raw) {
  return std::clamp(raw, 0, highest_raw);
}

}  // namespace

Bytes command(Command command) {
  return word(static_cast<std::uint16_t>(command));
}

Bytes target(std::int32_t raw) {
  return word(static_cast<unsigned>(bounded(raw)));
}

Bytes stop_target() {
  return word(stop_value);
}

std::optional<Trouble> Position::trouble() const {
  if (collision) return Trouble::collision;
  if (overload_down || overload_up) return Trouble::overload;
  if (position_lost) return Trouble::position_lost;
  return std::nullopt;
}

std::optional<Position> position(ByteView bytes) {
  if (bytes.size() != 4) return std::nullopt;
  return position_of(little16(bytes, 0), little16(bytes, 2));
}

Bytes encode(const Position& position) {
  const auto speed = static_cast<int>(std::lround(position.speed_mm_s / speed_unit_mm_s));
  const auto status = (position.position_lost ? 1U : 0U) | (position.collision ? 2U : 0U) |
                      (position.overload_down ? 4U : 0U) | (position.overload_up ? 8U : 0U);
  const auto second = (static_cast<unsigned>(speed) << 4 & 0xFFF0U) | status;
  const auto first = static_cast<unsigned>(position.raw) & 0xFFFFU;
  return {low_byte(first), high_byte(first), low_byte(second), high_byte(second)};
}

Bytes dpg_read(Dpg request) {
  return {0x7F, static_cast<std::uint8_t>(request), 0x00};
}

Bytes dpg_write_user_id(const UserId& id) {
  Bytes bytes{0x7F, static_cast<std::uint8_t>(Dpg::user_id), 0x80};
  append(bytes, id);
  bytes[3] = 1;  // the owner
  return bytes;
}

std::optional<DpgReply> dpg_reply(ByteView bytes) {
  // An empty memory is announced with one byte more than it has.
  if (bytes.size() < 2 || bytes.size() > std::size_t{2} + bytes[1]) return std::nullopt;
  return DpgReply{bytes[0] == 1, Bytes(bytes.begin() + 2, bytes.end())};
}

Bytes encode(const DpgReply& reply) {
  Bytes bytes{static_cast<std::uint8_t>(reply.ok ? 0x01 : 0x0B),
              static_cast<std::uint8_t>(reply.payload.size())};
  append(bytes, reply.payload);
  return bytes;
}

std::optional<std::int32_t> base_offset(const DpgReply& reply) {
  if (!reply.ok || reply.payload.size() < 3 || reply.payload[0] != 1) return std::nullopt;
  return little16(reply.payload, 1);
}

std::optional<UserId> user_id(const DpgReply& reply) {
  UserId id{};
  if (!reply.ok || reply.payload.size() != id.size()) return std::nullopt;
  std::copy(reply.payload.begin(), reply.payload.end(), id.begin());
  return id;
}

std::optional<std::int32_t> memory(const DpgReply& reply) {
  return base_offset(reply);  // the same shape: a mark that it is set, then the height
}

std::optional<PanelCapabilities> panel_capabilities(const DpgReply& reply) {
  if (!reply.ok || reply.payload.size() < 2) return std::nullopt;
  const auto bits = reply.payload[0];
  const auto bit = [bits](int number) { return (bits >> number & 1) != 0; };
  return PanelCapabilities{bits & 7U, bit(3), bit(4), bit(5), bit(6), bit(7), reply.payload[1]};
}

// ------------------------------------------------------------------ USB2LIN06

std::optional<UsbStatus> usb_status(ByteView report) {
  if (report.size() != report_size || report[0] != status_report) return std::nullopt;
  UsbStatus status;
  status.ready =
      std::any_of(report.begin() + 2, report.end(), [](std::uint8_t byte) { return byte != 0; });
  if (!status.ready) return status;
  status.position = position_of(little16(report, 4), little16(report, 6));
  if (const auto target = little16(report, 20); target != stop_value) status.target_raw = target;
  const auto held = [&](std::size_t at) {
    return (report[at] != no_key || report[at + 1] != no_key) &&
           (report[at] != 0 || report[at + 1] != 0);
  };
  status.handset = held(42) || held(44);
  return status;
}

Report usb_init() {
  Report report{};
  report[0] = 3;
  report[1] = 4;
  report[3] = 0xFB;
  return report;
}

Report usb_end() {
  return usb_move(stop_value);
}

Report usb_up() {
  return usb_move(drive_up_value);
}

Report usb_down() {
  return usb_move(drive_down_value);
}

Report usb_go(std::int32_t raw) {
  return usb_move(static_cast<unsigned>(bounded(raw)));
}

}  // namespace desk::linak
