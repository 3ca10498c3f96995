// SPDX-License-Identifier: MIT
#pragma once

#include "codec/mqtt.hpp"
#include "driver/linak_ble.hpp"
#include "motion/driver.hpp"
#include "transport/transport.hpp"

namespace desk {

/// A desk that somebody else's firmware drives, behind a broker.
class MqttDriver final : public Driver {
 public:
  /// Where Home Assistant's discovery documents of the desk are; what they say goes into the
  /// endpoint.
  struct Discovery {
    std::string number_topic, cover_topic;
    bool cover_only = false;  ///< the cover is all there is of it, not only its stop
  };
  MqttDriver(MqttLink& link, DriverEvents& events, Now now, mqtt::Endpoint endpoint,
             Discovery discovery);

  [[nodiscard]] Capabilities capabilities() const override;
  void wake() override;
  void read_height() override;
  void drive(const Order& order) override;
  void stop() override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  void elapse(Instant now) override;

 private:
  void received(const MqttLink::Message& message);
  void discovered_number(const std::string& document);
  void discovered_cover(const std::string& document);
  void adopt(mqtt::Endpoint found);
  void subscribe();
  [[nodiscard]] std::optional<std::int32_t> told(const std::string& payload) const;
  [[nodiscard]] std::string asked(std::int32_t height_mm) const;
  [[nodiscard]] bool possible(std::int32_t height_mm) const;
  void available(bool on, const std::string& reason);

  MqttLink& link_;
  DriverEvents& events_;
  Now now_;
  mqtt::Endpoint endpoint_;
  Discovery discovery_;
  std::optional<std::int32_t> height_mm_;
  Instant told_;  // when
  std::optional<Instant> repeat_at_;
  Instant quiet_from_;
  bool linked_ = false;
};

}  // namespace desk
