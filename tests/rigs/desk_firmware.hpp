// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "codec/bytes.hpp"
#include "codec/jiecang.hpp"
#include "codec/linak.hpp"
#include "codec/loctek.hpp"
#include "codec/megadesk.hpp"
#include "rigs/desk_physics.hpp"

// The control boxes of simulated desks: each speaks its family's protocol on top of the mechanics.
// What carries the bytes (memory, a pty, a bus, a broker) is the test's business.
namespace rig {

using desk::Bytes;
using desk::ByteView;

/// Time, mechanics, and the accidents that every family can have.
class DeskFirmware {
 public:
  explicit DeskFirmware(DeskPhysics::Options mechanics) : physics(mechanics) {}
  virtual ~DeskFirmware() = default;
  DeskFirmware(const DeskFirmware&) = delete;
  DeskFirmware& operator=(const DeskFirmware&) = delete;

  DeskPhysics physics;
  std::optional<double> lie_mm;  ///< shown instead of the height
  bool silent = false;           ///< tells no height

  void advance(nanoseconds time);

 protected:
  /// Called every 100 ms while it moves, and once when it has come to rest.
  virtual void tell_height() = 0;
  virtual void passed(nanoseconds /*time*/) {}
  [[nodiscard]] double shown_mm() const { return lie_mm.value_or(physics.mm()); }

 private:
  nanoseconds since_told_{};
  bool was_moving_ = false;
};

/// LINAK over Bluetooth: an Idåsen, or a DPG panel that sleeps until it has an owner.
class LinakFirmware final : public DeskFirmware {
 public:
  explicit LinakFirmware(DeskPhysics::Options mechanics, bool needs_owner = false);
  /// A value for `uuid` that it notifies.
  std::function<void(std::string_view uuid, const Bytes& value)> notify;
  void write(std::string_view uuid, ByteView value);
  [[nodiscard]] Bytes read(std::string_view uuid) const;
  std::int32_t base_raw = 6200;
  bool woken = false;

 private:
  void tell_height() override;
  bool needs_owner_;
  desk::linak::UserId owner_{};
  Bytes last_reply_;
};

class LinakUsbFirmware final : public DeskFirmware {
 public:
  explicit LinakUsbFirmware(DeskPhysics::Options mechanics) : DeskFirmware(mechanics) {}
  bool set(const desk::linak::Report& report);
  [[nodiscard]] std::optional<desk::linak::Report> get(std::uint8_t id) const;

 private:
  void tell_height() override {}
  bool ready_ = false;
};

/// A desk at the end of a line of bytes.
class StreamFirmware : public DeskFirmware {
 public:
  using DeskFirmware::DeskFirmware;
  std::function<void(const Bytes&)> send;
  virtual void receive(ByteView bytes) = 0;
};

class JiecangFirmware final : public StreamFirmware {
 public:
  explicit JiecangFirmware(DeskPhysics::Options mechanics, bool inches = false);
  void receive(ByteView bytes) override;

 private:
  void tell_height() override;
  bool inches_;
  Bytes buffer_;
};

class LoctekFirmware final : public StreamFirmware {
 public:
  explicit LoctekFirmware(DeskPhysics::Options mechanics);
  void receive(ByteView bytes) override;
  std::array<double, 2> presets_mm{720, 1100};

 private:
  void tell_height() override;
  void passed(nanoseconds time) override;
  desk::loctek::Parser parser_;
  nanoseconds lit_{};
};

class MegadeskFirmware final : public StreamFirmware {
 public:
  explicit MegadeskFirmware(DeskPhysics::Options mechanics);
  void receive(ByteView bytes) override;

 private:
  void tell_height() override {}
  std::string buffer_;
};

/// An ESPHome node: number and cover.
class EspHomeFirmware final : public DeskFirmware {
 public:
  /// What the node has for its desk: a number for the height beside the cover, or the cover only.
  enum class Entities : std::uint8_t { number_and_cover, cover };
  explicit EspHomeFirmware(DeskPhysics::Options mechanics,
                           Entities entities = Entities::number_and_cover);
  std::function<void(const std::string& topic, const std::string& payload)> publish;
  void receive(const std::string& topic, const std::string& payload);
  void announce();  ///< its state, as when it connects
  /// The height that a message asks it to go to.
  [[nodiscard]] std::optional<double> asked_mm(const std::string& topic,
                                               const std::string& payload) const;
  static constexpr const char* state_topic = "desk/number/height/state";
  static constexpr const char* set_topic = "desk/number/height/command";
  static constexpr const char* stop_topic = "desk/cover/desk/command";
  static constexpr const char* status_topic = "desk/status";
  static constexpr const char* position_topic = "desk/cover/desk/position/state";
  static constexpr const char* set_position_topic = "desk/cover/desk/position/command";

 private:
  void tell_height() override;

  const Entities entities_;
};

}  // namespace rig
