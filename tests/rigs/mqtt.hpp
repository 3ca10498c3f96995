// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "rigs/desk_firmware.hpp"
#include "rigs/program.hpp"

struct mosquitto;

namespace rig {

/// A mosquitto of its own on this machine.
class MqttBroker {
 public:
  MqttBroker();
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void kill() { broker_->kill(); }
  /// At the port that it had; what it kept is gone.
  void restart();

 private:
  int port_ = 0;
  TemporaryDirectory directory_;
  std::unique_ptr<Program> broker_;
};

/// One client of a broker that hears everything, served by a thread of its own.
class MqttClient {
 public:
  struct Options {
    std::string will_topic, will;
    std::function<void(const std::string& topic, const std::string& payload)> received;
    std::function<void()> slice;  ///< called often
  };
  MqttClient(int port, Options options);
  explicit MqttClient(int port) : MqttClient(port, Options{}) {}
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  void publish(const std::string& topic, const std::string& payload, bool retain = false);
  /// What was last said there.
  [[nodiscard]] std::optional<std::string> last(const std::string& topic) const;
  /// Waits until this is what was last said there.
  [[nodiscard]] bool wait_for(const std::string& topic, const std::string& payload,
                              milliseconds deadline = patience);
  /// When this was first said there since `since`, if it was.
  [[nodiscard]] std::optional<Clock::time_point> said_since(const std::string& topic,
                                                            const std::string& payload,
                                                            Clock::time_point since) const;
  /// The connection ends without a word, for good.
  void cut();

 private:
  struct Message {
    std::string topic, payload;
    Clock::time_point at;
  };
  void serve(const std::stop_token& stop);

  Options options_;
  mutable std::recursive_mutex mutex_;
  std::condition_variable_any heard_more_;
  mosquitto* client_ = nullptr;
  bool cut_ = false;
  std::vector<Message> heard_;
  std::jthread thread_;
};

/// An ESPHome node with a desk: a number for its height and a cover for its stop, or a cover only,
/// with their discovery documents.
class EspHomeDesk {
 public:
  static constexpr const char* number_document = "homeassistant/number/desk/height/config";
  static constexpr const char* cover_document = "homeassistant/cover/desk/desk/config";

  EspHomeDesk(int port, DeskPhysics::Options mechanics,
              EspHomeFirmware::Entities entities = EspHomeFirmware::Entities::number_and_cover);

  [[nodiscard]] double height_mm();
  [[nodiscard]] bool moving();
  void lose_power() { client_->cut(); }
  [[nodiscard]] std::optional<Clock::time_point> stopped_since(Clock::time_point since) const {
    return client_->said_since(EspHomeFirmware::stop_topic, "STOP", since);
  }

 private:
  std::mutex mutex_;
  EspHomeFirmware firmware_;
  Clock::time_point last_ = Clock::now();
  std::vector<std::pair<std::string, std::string>> to_say_;
  std::unique_ptr<MqttClient> client_;
};

}  // namespace rig
