// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "codec/linak.hpp"
#include "motion/driver.hpp"
#include "transport/transport.hpp"

namespace desk {

using Now = std::function<Instant()>;

/// LINAK desks with Bluetooth: IKEA Idåsen, DPG1C, DPG1M.
class LinakBle final : public Driver {
 public:
  /// `offset_mm`: what is added to the height of its base, which it tells.
  LinakBle(Gatt& gatt, DriverEvents& events, Now now, std::int32_t offset_mm);

  [[nodiscard]] Capabilities capabilities() const override;
  void wake() override;
  void read_height() override;
  void drive(const Order& order) override;
  void stop() override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  void elapse(Instant now) override;

 private:
  struct Request {
    linak::Dpg what;
    Bytes bytes;
  };
  void opened();
  void value(std::string_view uuid, ByteView bytes);
  void reply(const linak::DpgReply& reply);
  void ask(linak::Dpg what, Bytes bytes);
  void next_request();
  void settled();

  Gatt& gatt_;
  DriverEvents& events_;
  Now now_;
  const std::int32_t offset_raw_;
  std::int32_t base_raw_;
  std::deque<Request> requests_;  // the first is on its way: the panel takes one at a time
  std::optional<Instant> answer_due_;
  bool linked_ = false;
  bool waking_ = false;
};

}  // namespace desk
