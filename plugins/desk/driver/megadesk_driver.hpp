// SPDX-License-Identifier: MIT
#pragma once

#include "codec/megadesk.hpp"
#include "driver/linak_ble.hpp"
#include "motion/driver.hpp"
#include "transport/transport.hpp"

namespace desk {

/// An IKEA Bekant with a Megadesk board.
class MegadeskDriver final : public Driver {
 public:
  MegadeskDriver(ByteStream& stream, DriverEvents& events, Now now);

  [[nodiscard]] Capabilities capabilities() const override;
  void wake() override;
  void read_height() override;
  void drive(const Order& order) override;
  void stop() override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  void elapse(Instant now) override;

 private:
  void received(ByteView bytes);
  void send(const std::string& text);

  ByteStream& stream_;
  DriverEvents& events_;
  Now now_;
  megadesk::Parser parser_;
  std::optional<std::int32_t> counts_, lowest_mm_, highest_mm_;
  Instant counted_;
  std::optional<Instant> asks_again_;
  bool linked_ = false;
};

}  // namespace desk
