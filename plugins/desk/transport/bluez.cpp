// SPDX-License-Identifier: MIT
#include "transport/bluez.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cctype>
#include <chrono>
#include <utility>

namespace desk {
namespace {

using poised::shell::add_match;
using poised::shell::CallError;
using poised::shell::ServiceName;
using std::chrono::milliseconds;

constexpr const char* bluez = "org.bluez";
constexpr const char* adapter_interface = "org.bluez.Adapter1";
constexpr const char* device_interface = "org.bluez.Device1";
constexpr const char* characteristic_interface = "org.bluez.GattCharacteristic1";
constexpr const char* manager_interface = "org.freedesktop.DBus.ObjectManager";
constexpr std::chrono::seconds connects_within{30};
constexpr std::chrono::seconds resolves_within{20};
constexpr std::chrono::seconds calls_within{5};
constexpr milliseconds first_retry{1'000}, last_retry{60'000};
constexpr std::size_t most_waiting = 8;

bool same_address(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::toupper(x) == std::toupper(y);
  });
}

template <typename Message>
std::string path_of(const Message& message) {
  return message.getPath();
}

}  // namespace

BluezDevice::BluezDevice(boost::asio::io_context& loop, std::string address, std::string service)
    : loop_(loop), address_(std::move(address)), service_(std::move(service)), retry_(loop) {}

BluezDevice::~BluezDevice() {
  *alive_ = false;
  matches_.clear();
  characteristics_.clear();
  device_.reset();
  adapter_.reset();
  root_.reset();
}

void BluezDevice::open(LinkEvents events, std::function<void(std::string_view, ByteView)> value,
                       std::vector<std::string_view> notifying) {
  events_ = std::move(events);
  value_ = std::move(value);
  notifying_.assign(notifying.begin(), notifying.end());
  boost::asio::post(loop_, [this, alive = alive_] {
    if (*alive) connect_bus();
  });
}

void BluezDevice::connect_bus() {
  try {
    bus_ = std::make_unique<poised::shell::Bus>(loop_, sdbus::createSystemBusConnection(), [this] {
      matches_.clear();
      characteristics_.clear();
      device_.reset();
      adapter_.reset();
      root_.reset();
      bus_.reset();
      device_path_.clear();
      lost("bluetooth: system bus: it has gone");
    });
    auto& connection = bus_->connection();
    const std::string from = "type='signal',sender='org.bluez',";
    matches_.push_back(
        add_match(connection,
                  from + "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
                         "path_namespace='/org/bluez'",
                  [this](auto& message) {
                    std::string interface;
                    Properties properties;
                    message >> interface >> properties;
                    changed(path_of(message), interface, properties);
                  }));
    for (const char* member : {"InterfacesAdded", "InterfacesRemoved"})
      matches_.push_back(add_match(
          connection, from + "interface='" + manager_interface + "',member='" + member + "'",
          [this](auto& message) {
            sdbus::ObjectPath path;
            message >> path;
            if (device_path_.empty()) {
              look();
            } else if (path == device_path_ &&
                       std::string(message.getMemberName()) == "InterfacesRemoved") {
              device_path_.clear();
              lost("bluetooth: " + address_ + ": BlueZ has forgotten it");
            }
          }));
    matches_.push_back(add_match(
        connection,
        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
        "member='NameOwnerChanged',arg0='org.bluez'",
        [this](auto& message) {
          std::string name, before, after;
          message >> name >> before >> after;
          device_path_.clear();
          discovering_ = false;
          lost(std::string("bluetooth: org.bluez: ") + (after.empty() ? "has left" : "came anew"));
        }));
    root_ = sdbus::createProxy(connection, ServiceName{bluez}, sdbus::ObjectPath{"/"});
    look();
  } catch (const sdbus::Error& error) {
    matches_.clear();
    root_.reset();
    bus_.reset();
    lost("bluetooth: system bus: " + error.getMessage());
  }
}

void BluezDevice::look() {
  if (!root_) return;
  root_->callMethodAsync("GetManagedObjects")
      .onInterface(manager_interface)
      .withTimeout(calls_within)
      .uponReplyInvoke([this, alive = alive_](CallError error, const Objects& objects) {
        if (!*alive) return;
        if (error)
          lost("bluetooth: org.bluez: " + error->getMessage());
        else
          seen(objects);
      });
  bus_->pump();
}

void BluezDevice::seen(const Objects& objects) {
  bool connected = false, resolved = false;
  for (const auto& [path, interfaces] : objects) {
    if (interfaces.contains(adapter_interface) && adapter_path_.empty()) adapter_path_ = path;
    const auto device = interfaces.find(device_interface);
    if (device == interfaces.end()) continue;
    const auto address = poised::shell::property<std::string>(device->second, "Address");
    if (!address || !same_address(*address, address_)) continue;
    device_path_ = path;
    connected = poised::shell::property<bool>(device->second, "Connected").value_or(false);
    resolved = poised::shell::property<bool>(device->second, "ServicesResolved").value_or(false);
  }
  if (device_path_.empty()) {
    discover(true);
    return later(last_retry);
  }
  discover(false);
  if (!device_ || device_->getObjectPath() != device_path_)
    device_ =
        sdbus::createProxy(bus_->connection(), ServiceName{bluez}, sdbus::ObjectPath{device_path_});
  if (!connected) return connect_device();
  if (!resolved) return later(resolves_within);
  if (opened_ || subscribing_ > 0) return;
  characteristics_.clear();
  bool has_service = false;
  for (const auto& [path, interfaces] : objects) {
    if (!path.starts_with(device_path_ + "/")) continue;
    for (const auto& [interface, properties] : interfaces) {
      const auto uuid = poised::shell::property<std::string>(properties, "UUID");
      if (!uuid) continue;
      if (interface == "org.bluez.GattService1" && *uuid == service_) has_service = true;
      if (interface != characteristic_interface) continue;
      auto& characteristic = characteristics_[*uuid];
      characteristic.path = path;
      characteristic.proxy =
          sdbus::createProxy(bus_->connection(), ServiceName{bluez}, sdbus::ObjectPath{path});
    }
  }
  if (!has_service) {
    lost("bluetooth: " + address_ + ": is not a desk of this family");
    return;
  }
  subscribe();
}

void BluezDevice::discover(bool on) {
  if (on == discovering_ || adapter_path_.empty()) return;
  discovering_ = on;
  if (!adapter_ || adapter_->getObjectPath() != adapter_path_)
    adapter_ = sdbus::createProxy(bus_->connection(), ServiceName{bluez},
                                  sdbus::ObjectPath{adapter_path_});
  adapter_->callMethodAsync(on ? "StartDiscovery" : "StopDiscovery")
      .onInterface(adapter_interface)
      .withTimeout(calls_within)
      .uponReplyInvoke([this, alive = alive_, on](CallError error) {
        if (*alive && error && on) discovering_ = false;
      });
  bus_->pump();
}

void BluezDevice::connect_device() {
  if (std::exchange(connecting_, true)) return;
  const auto attempt = ++attempt_;
  device_->callMethodAsync("Connect")
      .onInterface(device_interface)
      .withTimeout(connects_within)
      .uponReplyInvoke([this, alive = alive_, attempt](CallError error) {
        if (!*alive || attempt != attempt_) return;
        connecting_ = false;
        if (error)
          lost("bluetooth: " + address_ + ": " + error->getMessage());
        else
          look();
      });
  bus_->pump();
}

void BluezDevice::subscribe() {
  retry_.cancel();
  const auto attempt = ++attempt_;
  subscribing_ = notifying_.size();
  for (const auto& uuid : notifying_) {
    const auto found = characteristics_.find(uuid);
    if (found == characteristics_.end()) {
      subscribing_ = 0;
      lost("bluetooth: " + address_ + ": has no characteristic " + uuid);
      return;
    }
    found->second.proxy->callMethodAsync("StartNotify")
        .onInterface(characteristic_interface)
        .withTimeout(calls_within)
        .uponReplyInvoke([this, alive = alive_, attempt](CallError error) {
          if (!*alive || attempt != attempt_ || subscribing_ == 0) return;
          if (error) {
            subscribing_ = 0;
            lost("bluetooth: " + address_ + ": " + error->getMessage());
          } else if (--subscribing_ == 0) {
            opened_ = true;
            failures_ = 0;
            events_.opened();
          }
        });
  }
  bus_->pump();
}

void BluezDevice::changed(const std::string& path, const std::string& interface,
                          const Properties& properties) {
  if (interface == device_interface && path == device_path_) {
    const auto connected = poised::shell::property<bool>(properties, "Connected");
    const auto resolved = poised::shell::property<bool>(properties, "ServicesResolved");
    if (connected == false || resolved == false) {
      if (opened_ || subscribing_ > 0) lost("bluetooth: " + address_ + ": the connection was lost");
    } else if (connected || resolved) {
      look();
    }
    return;
  }
  if (interface != characteristic_interface || !opened_) return;
  const auto value = poised::shell::property<std::vector<std::uint8_t>>(properties, "Value");
  if (!value) return;
  for (const auto& [uuid, characteristic] : characteristics_)
    if (characteristic.path == path) return value_(std::string(uuid), *value);
}

void BluezDevice::lost(const std::string& reason) {
  ++attempt_;
  connecting_ = false;
  subscribing_ = 0;
  for (auto& [uuid, characteristic] : characteristics_) {
    characteristic.waiting.clear();
    characteristic.writing = false;
  }
  if (std::exchange(opened_, false)) events_.closed(reason);
  const auto wait = std::min(last_retry, first_retry * (1 << std::min(failures_++, 6U)));
  later(wait);
}

void BluezDevice::later(milliseconds time) {
  retry_.expires_after(time);
  retry_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (!*alive || error || opened_) return;
    if (bus_)
      look();
    else
      connect_bus();
  });
}

// ------------------------------------------------------------------ reading and writing

void BluezDevice::read(std::string_view uuid) {
  const auto found = characteristics_.find(uuid);
  if (!opened_ || found == characteristics_.end()) return;
  // The value comes as a change of property, as notified ones do; a read that fails is silence.
  found->second.proxy->callMethodAsync("ReadValue")
      .onInterface(characteristic_interface)
      .withTimeout(calls_within)
      .withArguments(Properties{})
      .uponReplyInvoke([](CallError, const std::vector<std::uint8_t>&) {});
  bus_->pump();
}

void BluezDevice::write(std::string_view uuid, ByteView bytes) {
  const auto found = characteristics_.find(uuid);
  if (!opened_ || found == characteristics_.end()) return;
  auto& characteristic = found->second;
  if (characteristic.waiting.size() >= most_waiting) return;
  characteristic.waiting.emplace_back(bytes.begin(), bytes.end());
  if (!characteristic.writing) next_write(found->first);
}

void BluezDevice::write_first(std::string_view uuid, ByteView bytes) {
  const auto found = characteristics_.find(uuid);
  if (!opened_ || found == characteristics_.end()) return;
  found->second.waiting.clear();
  send(found->first, Bytes(bytes.begin(), bytes.end()));
}

void BluezDevice::next_write(const std::string& uuid) {
  auto& characteristic = characteristics_.find(uuid)->second;
  if (characteristic.waiting.empty()) return;
  auto bytes = std::move(characteristic.waiting.front());
  characteristic.waiting.pop_front();
  send(uuid, std::move(bytes));
}

void BluezDevice::send(const std::string& uuid, Bytes bytes) {
  auto& characteristic = characteristics_.find(uuid)->second;
  characteristic.writing = true;
  characteristic.proxy->callMethodAsync("WriteValue")
      .onInterface(characteristic_interface)
      .withTimeout(calls_within)
      .withArguments(bytes, Properties{{"type", sdbus::Variant{std::string("command")}}})
      .uponReplyInvoke([this, alive = alive_, uuid, bytes, attempt = attempt_](CallError error) {
        if (!*alive || !opened_ || attempt != attempt_) return;
        const auto found = characteristics_.find(uuid);
        if (found == characteristics_.end()) return;
        found->second.writing = false;
        // Another write of this characteristic was still on its way: this one comes next.
        if (error && std::string(error->getName()) == "org.bluez.Error.InProgress")
          found->second.waiting.push_front(bytes);
        next_write(uuid);
      });
  bus_->pump();
}

}  // namespace desk
