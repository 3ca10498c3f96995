// SPDX-License-Identifier: MIT
#pragma once

#include "codec/linak.hpp"
#include "driver/linak_ble.hpp"
#include "motion/driver.hpp"
#include "transport/transport.hpp"

namespace desk {

/// LINAK desks on the cable USB2LIN06.
class LinakUsb final : public Driver {
 public:
  /// `offset_mm`: what is added to the usual height of the base, which the cable does not tell.
  LinakUsb(HidDevice& hid, DriverEvents& events, Now now, std::int32_t offset_mm);

  [[nodiscard]] Capabilities capabilities() const override;
  void wake() override;
  void read_height() override;
  void drive(const Order& order) override;
  void stop() override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  void elapse(Instant now) override;

 private:
  HidDevice& hid_;
  DriverEvents& events_;
  Now now_;
  std::int32_t base_mm_;
  bool open_ = false, linked_ = false;
  std::optional<Instant> read_at_;  // reports are given from the loop, never from inside a call
};

}  // namespace desk
