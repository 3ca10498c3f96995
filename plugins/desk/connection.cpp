// SPDX-License-Identifier: MIT
#include "connection.hpp"

#include <sys/stat.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <utility>
#include <vector>

#include "driver/command_driver.hpp"
#include "driver/jiecang_driver.hpp"
#include "driver/linak_ble.hpp"
#include "driver/linak_usb.hpp"
#include "driver/loctek_driver.hpp"
#include "driver/megadesk_driver.hpp"
#include "driver/mqtt_driver.hpp"
#include "transport/bluez.hpp"
#include "transport/gatt_stream.hpp"
#include "transport/hidraw.hpp"
#include "transport/mosquitto.hpp"
#include "transport/processes.hpp"
#include "transport/serial.hpp"

namespace desk {
namespace {

using Json = nlohmann::json;

constexpr unsigned usual_baud = 9600, megadesk_baud = 115200;
constexpr std::array usual_dongle{"0000fe60-0000-1000-8000-00805f9b34fb",
                                  "0000fe61-0000-1000-8000-00805f9b34fb",
                                  "0000fe62-0000-1000-8000-00805f9b34fb"};
constexpr int usual_port = 1883, usual_tls_port = 8883;

[[noreturn]] void wrong(const std::string& key, const std::string& reason) {
  throw poised::Failure("plugin.desk." + key + ": " + reason, true);
}

std::string text(const Json& settings, const char* key) {
  return settings.value(key, "");
}

std::string needed(const Json& settings, const char* key) {
  auto value = text(settings, key);
  if (value.empty()) wrong(key, "is needed for driver = \"" + text(settings, "driver") + "\"");
  return value;
}

std::vector<std::string> words(const Json& settings, const char* key) {
  return settings.value(key, std::vector<std::string>());
}

std::int32_t number(const Json& settings, const char* key) {
  return settings.value(key, std::int32_t{0});
}

template <class Transport>
class Through final : public Connection {
 public:
  using Make = std::function<std::unique_ptr<Driver>(Transport&, DriverEvents&, DeskUnit::Now)>;
  Through(std::unique_ptr<Transport> transport, std::string address, std::string description,
          Make make)
      : transport_(std::move(transport)),
        address_(std::move(address)),
        description_(std::move(description)),
        make_(std::move(make)) {}
  std::unique_ptr<Driver> make_driver(DriverEvents& events, DeskUnit::Now now) override {
    return make_(*transport_, events, std::move(now));
  }
  std::string address() const override { return address_; }
  std::string description() const override { return description_; }

 private:
  std::unique_ptr<Transport> transport_;
  std::string address_, description_;
  Make make_;
};

template <class FamilyDriver, class Transport>
std::unique_ptr<Connection> through(std::unique_ptr<Transport> transport, std::string address,
                                    std::string description) {
  return std::make_unique<Through<Transport>>(
      std::move(transport), std::move(address), std::move(description),
      [](Transport& link, DriverEvents& events, DeskUnit::Now now) -> std::unique_ptr<Driver> {
        return std::make_unique<FamilyDriver>(link, events, std::move(now));
      });
}

template <class FamilyDriver>
std::unique_ptr<Connection> on_a_line(const Json& settings, boost::asio::io_context& loop,
                                      unsigned baud, SerialLine::Strap strap) {
  const auto device = needed(settings, "device");
  if (const auto own = number(settings, "baud"); own > 0) baud = static_cast<unsigned>(own);
  return through<FamilyDriver, ByteStream>(std::make_unique<SerialLine>(loop, device, baud, strap),
                                           device, "serial line " + device);
}

std::string checked_address(const Json& settings) {
  const auto address = needed(settings, "address");
  bool well = address.size() == 17;
  for (std::size_t i = 0; well && i < address.size(); ++i)
    well =
        i % 3 == 2 ? address[i] == ':' : std::isxdigit(static_cast<unsigned char>(address[i])) != 0;
  if (!well)
    wrong("address", "'" + address + "' is no Bluetooth address such as D5:1E:BC:7F:69:55");
  return address;
}

mqtt::Unit unit_of(const Json& settings) {
  const auto name = settings.value("unit", "cm");
  const auto unit = mqtt::unit(name);
  if (!unit) wrong("unit", "'" + name + "' is none of mm, cm, in");
  return *unit;
}

/// The heights at the ends of a cover.
mqtt::Travel travel_of(const Json& settings) {
  constexpr std::int32_t shortest = 200, longest = 1000, highest = 2000;
  const mqtt::Travel travel{number(settings, "closed_mm"), number(settings, "open_mm")};
  for (const auto& [key, value] :
       {std::pair("closed_mm", travel.closed_mm), {"open_mm", travel.open_mm}})
    if (value < 1 || value > highest)
      wrong(key, "the height of the desk there, in mm, is needed for a cover");
  if (const auto way = travel.highest_mm() - travel.lowest_mm(); way < shortest || way > longest)
    wrong("open_mm", "no desk travels " + std::to_string(way) + " mm from closed_mm");
  return travel;
}

std::unique_ptr<Connection> mqtt_connection(const Json& settings, boost::asio::io_context& loop) {
  const auto broker = broker_of(settings);
  MqttDriver::Discovery discovery{text(settings, "discovery_topic"), text(settings, "cover_topic")};
  discovery.cover_only = discovery.number_topic.empty() && !discovery.cover_topic.empty() &&
                         text(settings, "state_topic").empty() &&
                         text(settings, "set_topic").empty();
  const auto topic = [&](const char* key) {
    return discovery.number_topic.empty() && !discovery.cover_only ? needed(settings, key)
                                                                   : text(settings, key);
  };
  mqtt::Endpoint endpoint;
  endpoint.state_topic = topic("state_topic");
  endpoint.state_pointer = text(settings, "state_pointer");
  endpoint.set_topic = topic("set_topic");
  endpoint.set_shape = settings.value("set_payload", endpoint.set_shape);
  endpoint.stop_topic = text(settings, "stop_topic");
  endpoint.stop_payload = settings.value("stop_payload", "STOP");
  endpoint.availability_topic = text(settings, "availability_topic");
  const bool in_percent = discovery.number_topic.empty() && text(settings, "unit") == "%";
  if (discovery.cover_only || in_percent)
    endpoint.travel = travel_of(settings);
  else
    endpoint.unit = unit_of(settings);
  const auto& document = discovery.cover_only ? discovery.cover_topic : discovery.number_topic;
  const auto address =
      broker.host + "/" + (endpoint.set_topic.empty() ? document : endpoint.set_topic);
  const auto description = "MQTT at " + broker.host;
  return std::make_unique<Through<MqttLink>>(
      std::make_unique<MosquittoLink>(loop, broker), address, description,
      [endpoint, discovery](MqttLink& link, DriverEvents& events,
                            DeskUnit::Now now) -> std::unique_ptr<Driver> {
        return std::make_unique<MqttDriver>(link, events, std::move(now), endpoint, discovery);
      });
}

std::unique_ptr<Connection> command_connection(const Json& settings,
                                               boost::asio::io_context& loop) {
  CommandDriver::Words program;
  program.height = words(settings, "height_command");
  program.go_to = words(settings, "goto_command");
  program.stop = words(settings, "stop_command");
  program.pattern = settings.value("height_pattern", program.pattern);
  program.unit = unit_of(settings);
  if (program.height.empty()) wrong("height_command", "is needed for driver = \"command\"");
  if (program.go_to.empty()) wrong("goto_command", "is needed for driver = \"command\"");
  try {
    static_cast<void>(std::regex(program.pattern));
  } catch (const std::regex_error& error) {
    wrong("height_pattern", error.what());
  }
  return std::make_unique<Through<Runner>>(std::make_unique<Processes>(loop), program.go_to.front(),
                                           "the program " + program.go_to.front(),
                                           [program](Runner& runner, DriverEvents& events,
                                                     DeskUnit::Now now) -> std::unique_ptr<Driver> {
                                             return std::make_unique<CommandDriver>(
                                                 runner, events, std::move(now), program);
                                           });
}

}  // namespace

std::unique_ptr<Connection> make_connection(const Json& settings, boost::asio::io_context& loop) {
  const auto driver = text(settings, "driver");
  const auto offset = number(settings, "base_offset_mm");
  if (driver == "linak-bluetooth") {
    const auto address = checked_address(settings);
    return std::make_unique<Through<Gatt>>(
        std::make_unique<BluezDevice>(loop, address, std::string(linak::control_service)), address,
        "Bluetooth " + address,
        [offset](Gatt& gatt, DriverEvents& events, DeskUnit::Now now) -> std::unique_ptr<Driver> {
          return std::make_unique<LinakBle>(gatt, events, std::move(now), offset);
        });
  }
  if (driver == "linak-usb") {
    const auto device = text(settings, "device");
    return std::make_unique<Through<HidDevice>>(
        std::make_unique<HidRaw>(loop, device), device.empty() ? "usb2lin06" : device,
        "USB2LIN06 " + device,
        [offset](HidDevice& hid, DriverEvents& events,
                 DeskUnit::Now now) -> std::unique_ptr<Driver> {
          return std::make_unique<LinakUsb>(hid, events, std::move(now), offset);
        });
  }
  if (driver == "jiecang-bluetooth") {
    const auto address = checked_address(settings);
    auto uuids = words(settings, "uuids");
    if (uuids.empty()) uuids.assign(usual_dongle.begin(), usual_dongle.end());
    if (uuids.size() != 3) wrong("uuids", "three are needed: service, write, notify");
    return through<JiecangDriver, ByteStream>(
        std::make_unique<GattStream>(std::make_unique<BluezDevice>(loop, address, uuids[0]),
                                     uuids[1], uuids[2]),
        address, "Bluetooth " + address);
  }
  if (driver == "jiecang-serial")
    return on_a_line<JiecangDriver>(settings, loop, usual_baud, SerialLine::Strap::none);
  if (driver == "megadesk-serial")
    return on_a_line<MegadeskDriver>(settings, loop, megadesk_baud, SerialLine::Strap::none);
  if (driver == "loctek-serial") {
    const auto pin = text(settings, "pin20");
    const auto strap = pin == "dtr"   ? SerialLine::Strap::dtr
                       : pin == "rts" ? SerialLine::Strap::rts
                                      : SerialLine::Strap::none;
    return on_a_line<LoctekDriver>(settings, loop, usual_baud, strap);
  }
  if (driver == "mqtt") return mqtt_connection(settings, loop);
  if (driver == "command") return command_connection(settings, loop);
  wrong("driver", "no desk is configured");
}

MosquittoLink::Broker broker_of(const Json& settings) {
  MosquittoLink::Broker broker;
  broker.tls = settings.value("tls", false);
  broker.port = broker.tls ? usual_tls_port : usual_port;
  broker.host = needed(settings, "broker");
  if (const auto colon = broker.host.rfind(':'); colon != std::string::npos) {
    const auto port = broker.host.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), broker.port);
    if (error != std::errc() || end != port.data() + port.size() || broker.port < 1 ||
        broker.port > 65535)
      wrong("broker", "'" + broker.host + "' is not HOST or HOST:PORT");
    broker.host.resize(colon);
  }
  broker.user = text(settings, "user");
  if (auto file = text(settings, "password_file"); !file.empty()) {
    const char* home = std::getenv("HOME");
    if (home != nullptr && file.starts_with("~/")) file.replace(0, 1, home);
    struct stat facts {};
    if (stat(file.c_str(), &facts) != 0 || (facts.st_mode & 077) != 0)
      wrong("password_file", "'" + file + "' is not a file that only its owner may read");
    std::ifstream stream(file);
    std::getline(stream, broker.password);
  }
  return broker;
}

std::optional<Publication> publication_of(const Json& settings, const std::string& address) {
  if (!settings.value("publish", false)) return std::nullopt;
  Publication publication;
  for (const auto* key : {"broker", "user", "password_file", "tls"})
    if (settings.contains(key)) publication.broker[key] = settings[key];
  publication.topics =
      mqtt::retained_topics({published_id(address), 0, 0, settings.value("publish_motion", false)});
  return publication;
}

std::unique_ptr<HomeAssistant> make_home_assistant(const Json& settings,
                                                   boost::asio::io_context& loop,
                                                   const std::string& address, const Bounds& bounds,
                                                   HomeAssistant::Callbacks callbacks) {
  if (!settings.value("publish", false)) return nullptr;
  if (text(settings, "broker").empty()) wrong("broker", "is needed for publish = true");
  const mqtt::Published desk{published_id(address), bounds.lowest_mm, bounds.highest_mm,
                             settings.value("publish_motion", false)};
  auto broker = broker_of(settings);
  broker.will_topic = mqtt::status_topic(desk);
  broker.will = "offline";
  return std::make_unique<HomeAssistant>(std::make_unique<MosquittoLink>(loop, broker), desk,
                                         std::move(callbacks));
}

MotionSupervisor::Options bounds_and_presets(const Json& settings) {
  MotionSupervisor::Options options;
  if (const auto low = number(settings, "min_mm"); low > 0) options.lowest_mm = low;
  if (const auto high = number(settings, "max_mm"); high > 0) options.highest_mm = high;
  for (const auto& item : words(settings, "presets")) {
    Preset preset;
    const auto* const end = item.data() + item.size();
    auto read = std::from_chars(item.data(), end, preset.number);
    if (read.ec == std::errc() && read.ptr != end && *read.ptr == '=')
      read = std::from_chars(read.ptr + 1, end, preset.height_mm);
    if (read.ec != std::errc() || read.ptr != end || preset.number < 1 || preset.height_mm < 1)
      wrong("presets", "'" + item + "' is not NUMBER=MM");
    options.presets.push_back(preset);
  }
  return options;
}

}  // namespace desk
