// SPDX-License-Identifier: MIT
#pragma once

#include <deque>

#include "codec/jiecang.hpp"
#include "driver/linak_ble.hpp"
#include "motion/driver.hpp"
#include "transport/transport.hpp"

namespace desk {

/// Jiecang boxes, on a serial line or behind their Bluetooth dongle. They run to their target by
/// themselves: only a stop ends that.
class JiecangDriver final : public Driver {
 public:
  JiecangDriver(ByteStream& stream, DriverEvents& events, Now now);

  [[nodiscard]] Capabilities capabilities() const override;
  void wake() override;
  void read_height() override;
  void drive(const Order& order) override;
  void stop() override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  void elapse(Instant now) override;

 private:
  void received(ByteView bytes);
  void later(jiecang::Opcode opcode);
  [[nodiscard]] Bytes request(jiecang::Opcode opcode) const;

  ByteStream& stream_;
  DriverEvents& events_;
  Now now_;
  jiecang::Parser parser_;
  std::optional<jiecang::Unit> unit_;
  std::optional<std::int32_t> lowest_mm_, highest_mm_;
  std::deque<Bytes> waiting_;  // spaced: a box that is spammed needs a reset
  std::optional<Instant> next_;
  std::optional<Instant> asks_again_;  // until the box has answered for the first time
  bool open_ = false, linked_ = false;
};

}  // namespace desk
