// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "home_assistant.hpp"
#include "motion/supervisor.hpp"
#include "publications.hpp"
#include "transport/mosquitto.hpp"
#include "unit.hpp"

namespace desk {

/// The way to one configured desk: its transport, and the driver of its family.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Once. The driver must not outlive this object.
  virtual std::unique_ptr<Driver> make_driver(DriverEvents& events, DeskUnit::Now now) = 0;
  /// What tells this desk from others: a Bluetooth address, a device, topics.
  [[nodiscard]] virtual std::string address() const = 0;
  [[nodiscard]] virtual std::string description() const = 0;
};

/// Throws poised::Failure for settings that name no desk.
[[nodiscard]] std::unique_ptr<Connection> make_connection(const nlohmann::json& settings,
                                                          boost::asio::io_context& loop);

/// Throws poised::Failure for settings that name no broker.
[[nodiscard]] MosquittoLink::Broker broker_of(const nlohmann::json& settings);

/// What the broker is to keep of the desk; none unless the settings say so.
[[nodiscard]] std::optional<Publication> publication_of(const nlohmann::json& settings,
                                                        const std::string& address);

/// None unless the settings say so. Throws poised::Failure for settings that name no broker.
[[nodiscard]] std::unique_ptr<HomeAssistant> make_home_assistant(
    const nlohmann::json& settings, boost::asio::io_context& loop, const std::string& address,
    const Bounds& bounds, HomeAssistant::Callbacks callbacks);

/// Throws poised::Failure for presets that are none.
[[nodiscard]] MotionSupervisor::Options bounds_and_presets(const nlohmann::json& settings);

}  // namespace desk
