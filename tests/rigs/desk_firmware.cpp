// SPDX-License-Identifier: MIT
#include "rigs/desk_firmware.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace rig {
namespace {

namespace linak = desk::linak;
namespace jiecang = desk::jiecang;
namespace loctek = desk::loctek;
namespace megadesk = desk::megadesk;
using std::chrono::milliseconds;

constexpr auto report_period = milliseconds(100);
constexpr auto display_goes_dark = std::chrono::seconds(10);

DeskPhysics::Options autonomous(DeskPhysics::Options mechanics) {
  mechanics.dead_man = false;
  return mechanics;
}

DeskPhysics::Options key_held(DeskPhysics::Options mechanics) {
  mechanics.dead_man = true;
  mechanics.patience = milliseconds(300);
  return mechanics;
}

linak::Position position_of(const DeskPhysics& physics, double mm, std::int32_t base_raw) {
  linak::Position position;
  position.raw = static_cast<std::int32_t>(std::lround(mm * 10)) - base_raw;
  position.speed_mm_s = physics.speed_mm_s();
  position.collision = physics.collided();
  position.position_lost = physics.position_lost();
  return position;
}

}  // namespace

void DeskFirmware::advance(nanoseconds time) {
  while (time > nanoseconds::zero()) {
    const auto slice = std::min<nanoseconds>(time, report_period - since_told_);
    time -= slice;
    since_told_ += slice;
    physics.advance(slice);
    passed(slice);
    if (since_told_ < report_period) continue;
    since_told_ = {};
    const bool moving = physics.moving();
    if ((moving || was_moving_) && !silent) tell_height();
    was_moving_ = moving;
  }
}

// ------------------------------------------------------------------ LINAK

LinakFirmware::LinakFirmware(DeskPhysics::Options mechanics, bool needs_owner)
    : DeskFirmware(mechanics), needs_owner_(needs_owner) {
  physics.ignore_orders(needs_owner_);
}

void LinakFirmware::write(std::string_view uuid, ByteView value) {
  if (uuid == linak::dpg_uuid && value.size() >= 3 && value[0] == 0x7F) {
    linak::DpgReply reply{true, {}};
    if (value[2] == 0x80 && value[1] == 0x86 && value.size() == 20) {
      std::copy(value.begin() + 3, value.end(), owner_.begin());
      if (owner_[0] == 1) physics.ignore_orders(false);
    } else if (value[1] == 0x86) {
      reply.payload.assign(owner_.begin(), owner_.end());
    } else if (value[1] == 0x81) {
      reply.payload = {1, desk::low_byte(static_cast<unsigned>(base_raw)),
                       desk::high_byte(static_cast<unsigned>(base_raw))};
    } else {
      reply.ok = false;
    }
    last_reply_ = linak::encode(reply);
    if (notify) notify(uuid, last_reply_);
    return;
  }
  if (value.size() != 2) return;
  const auto word = desk::little16(value, 0);
  if (uuid == linak::command_uuid) {
    if (word == 0x47) physics.up();
    if (word == 0x46) physics.down();
    if (word == 0xFF) physics.halt();
    if (word == 0xFE) woken = true;
  } else if (uuid == linak::target_uuid) {
    if (word == 0x8001)
      physics.halt();
    else
      physics.go_to((base_raw + word) / 10.0);
  }
}

Bytes LinakFirmware::read(std::string_view uuid) const {
  if (uuid == linak::dpg_uuid) return last_reply_;
  return linak::encode(position_of(physics, shown_mm(), base_raw));
}

void LinakFirmware::tell_height() {
  if (notify) notify(linak::position_uuid, read(linak::position_uuid));
}

bool LinakUsbFirmware::set(const linak::Report& report) {
  if (report[0] == 3) {
    ready_ = report[1] == 4;
    return true;
  }
  if (report[0] != 5 || !ready_) return false;
  const auto word = desk::little16(report, 1);
  if (word == 0x8001)
    physics.halt();
  else if (word == 0x8000)
    physics.up();
  else if (word == 0x7FFF)
    physics.down();
  else
    physics.go_to(620 + word / 10.0);
  return true;
}

std::optional<linak::Report> LinakUsbFirmware::get(std::uint8_t id) const {
  if (id != linak::status_report || silent) return std::nullopt;
  linak::Report report{};
  report[0] = linak::status_report;
  report[1] = 0x38;
  if (!ready_) return report;
  const auto bytes = linak::encode(position_of(physics, shown_mm(), 6200));
  std::copy(bytes.begin(), bytes.end(), report.begin() + 4);
  report[20] = 0x01;
  report[21] = 0x80;
  std::fill_n(report.begin() + 42, 4, std::uint8_t{0xFF});
  if (physics.by_hand()) report[42] = 0x47;
  report[58] = 0x98;
  return report;
}

// ------------------------------------------------------------------ Jiecang

JiecangFirmware::JiecangFirmware(DeskPhysics::Options mechanics, bool inches)
    : StreamFirmware(autonomous(mechanics)), inches_(inches) {}

void JiecangFirmware::receive(ByteView bytes) {
  desk::append(buffer_, bytes);
  // The host's own marks: cut here, since Parser reads what desks send.
  while (buffer_.size() >= 6) {
    const std::size_t length = buffer_[3];
    if (buffer_[0] != 0xF1 || buffer_[1] != 0xF1 || length > 8) {
      buffer_.erase(buffer_.begin());
      continue;
    }
    if (buffer_.size() < 6 + length) return;
    const Bytes frame(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(6 + length));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(6 + length));
    const auto reply = [this](std::uint8_t opcode, const Bytes& payload) {
      if (!silent) send(jiecang::encode_from_desk({opcode, payload}));
    };
    switch (frame[2]) {
      case 0x07:
        reply(0x25, {0x02, 0xD0});
        tell_height();
        break;
      case 0x0C: {
        const auto high = static_cast<unsigned>(physics.options().highest_mm);
        const auto low = static_cast<unsigned>(physics.options().lowest_mm);
        reply(0x07, {desk::high_byte(high), desk::low_byte(high), desk::high_byte(low),
                     desk::low_byte(low)});
        break;
      }
      case 0x0E:
        reply(0x0E, {static_cast<std::uint8_t>(inches_ ? 1 : 0)});
        break;
      case 0x1B:
        if (length == 2) physics.go_to(desk::big16(frame, 4));
        break;
      case 0x2B:
        physics.halt();
        break;
      default:
        break;
    }
  }
}

void JiecangFirmware::tell_height() {
  if (silent || !send) return;
  const auto tenths = static_cast<unsigned>(std::lround(inches_ ? shown_mm() / 2.54 : shown_mm()));
  send(jiecang::encode_from_desk({1, {desk::high_byte(tenths), desk::low_byte(tenths), 7}}));
}

// ------------------------------------------------------------------ Loctek

LoctekFirmware::LoctekFirmware(DeskPhysics::Options mechanics)
    : StreamFirmware(key_held(mechanics)) {}

void LoctekFirmware::receive(ByteView bytes) {
  for (const auto& frame : parser_.feed(bytes)) {
    if (frame.type != 2 || frame.payload.size() != 2) continue;
    lit_ = display_goes_dark;
    const auto mask = desk::little16(frame.payload, 0);
    if (mask == 1)
      physics.up();
    else if (mask == 2)
      physics.down();
    else if (mask == 4 || mask == 8)
      physics.run_to(presets_mm[mask == 4 ? 0 : 1]);
    else
      physics.halt();
    if (!physics.moving()) tell_height();
  }
}

void LoctekFirmware::passed(nanoseconds time) {
  const bool lit = lit_ > nanoseconds::zero();
  lit_ -= std::min(lit_, time);
  if (lit && lit_ <= nanoseconds::zero() && send) send(loctek::encode({0x12, {0, 0, 0}}));
}

void LoctekFirmware::tell_height() {
  if (silent || !send) return;
  send(loctek::encode(loctek::display(static_cast<std::int32_t>(std::lround(shown_mm())))));
}

// ------------------------------------------------------------------ Megadesk

MegadeskFirmware::MegadeskFirmware(DeskPhysics::Options mechanics)
    : StreamFirmware(autonomous(mechanics)) {}

void MegadeskFirmware::receive(ByteView bytes) {
  for (const auto byte : bytes) {
    const char character = static_cast<char>(byte);
    if (character == '<') buffer_.clear();
    buffer_ += character;
    const auto ends =
        std::count_if(buffer_.begin(), buffer_.end(), [](char c) { return c == '.' || c == ','; });
    if (ends < 2 || buffer_.size() < 3) continue;
    const char command = buffer_[1];
    const auto reply = [this](const std::string& text) {
      if (!silent && send) send(Bytes(text.begin(), text.end()));
    };
    const int first = std::atoi(buffer_.c_str() + 2);
    const auto second = std::atoi(buffer_.c_str() + buffer_.find_first_of(".,") + 1);
    if (command == 'C')
      reply(">=" +
            std::to_string(megadesk::counts(static_cast<std::int32_t>(std::lround(shown_mm())))) +
            ",0\r\n");
    if (command == 'R')
      reply(std::string(">R") + (second == 11 ? "299" : "6914") + "," + std::to_string(second) +
            "\r\n");
    if (command == '=') {
      const double mm = megadesk::millimetres(first);
      // Told to go where it is, it stops.
      if (std::abs(mm - physics.mm()) < 12.6)
        physics.halt();
      else
        physics.go_to(mm);
    }
    buffer_.clear();
  }
}

// ------------------------------------------------------------------ ESPHome

EspHomeFirmware::EspHomeFirmware(DeskPhysics::Options mechanics, Entities entities)
    : DeskFirmware(autonomous(mechanics)), entities_(entities) {}

void EspHomeFirmware::announce() {
  publish(status_topic, "online");
  tell_height();
}

void EspHomeFirmware::receive(const std::string& topic, const std::string& payload) {
  if (const auto mm = asked_mm(topic, payload)) physics.go_to(*mm);
  if (topic == stop_topic && payload == "STOP") physics.halt();
}

std::optional<double> EspHomeFirmware::asked_mm(const std::string& topic,
                                                const std::string& payload) const {
  const auto value = std::strtod(payload.c_str(), nullptr);
  if (entities_ == Entities::number_and_cover)
    return topic == set_topic ? std::optional(value * 10) : std::nullopt;
  if (topic != set_position_topic) return std::nullopt;
  const auto& way = physics.options();
  return way.lowest_mm + (way.highest_mm - way.lowest_mm) * value / 100;
}

void EspHomeFirmware::tell_height() {
  if (silent || !publish) return;
  if (entities_ == Entities::number_and_cover)
    return publish(state_topic, std::to_string(shown_mm() / 10));
  const auto& way = physics.options();
  const auto part = (shown_mm() - way.lowest_mm) / (way.highest_mm - way.lowest_mm);
  publish(position_topic, std::to_string(std::lround(part * 100)));
}

}  // namespace rig
