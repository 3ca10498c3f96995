// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "codec/mqtt.hpp"
#include "motion/supervisor.hpp"
#include "transport/transport.hpp"

namespace desk {

/// Our own desk at a broker, as Home Assistant discovers it: its height, and a stop, which counts
/// from anyone (D9). It can be moved from there only where that was switched on, and never by what
/// the broker had kept (D11). [loop-thread]
class HomeAssistant {
 public:
  struct Callbacks {
    std::function<void(std::int32_t to_mm)> move;
    std::function<void()> stop;
  };
  HomeAssistant(std::unique_ptr<MqttLink> link, mqtt::Published desk, Callbacks callbacks);
  ~HomeAssistant();
  HomeAssistant(const HomeAssistant&) = delete;
  HomeAssistant& operator=(const HomeAssistant&) = delete;

  void show(const DeskView& view);

 private:
  void opened();
  void received(const MqttLink::Message& message);

  std::unique_ptr<MqttLink> link_;
  mqtt::Published desk_;
  Callbacks callbacks_;
  DeskView view_;
};

/// `address` as part of a topic.
[[nodiscard]] std::string published_id(const std::string& address);

}  // namespace desk
