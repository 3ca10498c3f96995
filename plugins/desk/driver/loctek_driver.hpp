// SPDX-License-Identifier: MIT
#pragma once

#include "codec/loctek.hpp"
#include "driver/linak_ble.hpp"
#include "motion/driver.hpp"
#include "transport/transport.hpp"

namespace desk {

/// Loctek and FlexiSpot boxes: keys held by repetition, heights as their display shows them.
class LoctekDriver final : public Driver {
 public:
  LoctekDriver(ByteStream& stream, DriverEvents& events, Now now);

  [[nodiscard]] Capabilities capabilities() const override;
  void wake() override;
  void read_height() override;
  void drive(const Order& order) override;
  void stop() override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  void elapse(Instant now) override;

 private:
  void received(ByteView bytes);
  void press(loctek::Button button);

  ByteStream& stream_;
  DriverEvents& events_;
  Now now_;
  loctek::Parser parser_;
  std::optional<Instant> asks_again_;
  Instant pressed_;
  bool linked_ = false;
};

}  // namespace desk
