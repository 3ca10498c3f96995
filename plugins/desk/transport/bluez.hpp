// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "shell/bus.hpp"
#include "transport/transport.hpp"

namespace desk {

/// One Bluetooth device through BlueZ: the configured address and no other (D12), with the service
/// that the family has. Connects, and connects again.
class BluezDevice final : public Gatt {
 public:
  /// `service`: the UUID that the device must have.
  BluezDevice(boost::asio::io_context& loop, std::string address, std::string service);
  ~BluezDevice() override;

  void open(LinkEvents events, std::function<void(std::string_view, ByteView)> value,
            std::vector<std::string_view> notifying) override;
  void read(std::string_view uuid) override;
  void write(std::string_view uuid, ByteView bytes) override;
  void write_first(std::string_view uuid, ByteView bytes) override;

 private:
  using Properties = std::map<std::string, sdbus::Variant>;
  using Interfaces = std::map<std::string, Properties>;
  using Objects = std::map<sdbus::ObjectPath, Interfaces>;
  struct Characteristic {
    std::string path;
    std::unique_ptr<sdbus::IProxy> proxy;
    std::deque<Bytes> waiting;
    bool writing = false;
  };

  void connect_bus();
  void look();
  void seen(const Objects& objects);
  void discover(bool on);
  void connect_device();
  void subscribe();
  void changed(const std::string& path, const std::string& interface, const Properties& properties);
  void lost(const std::string& reason);
  void later(std::chrono::milliseconds time);
  void send(const std::string& uuid, Bytes bytes);
  void next_write(const std::string& uuid);

  boost::asio::io_context& loop_;
  const std::string address_, service_;
  LinkEvents events_;
  std::function<void(std::string_view, ByteView)> value_;
  std::vector<std::string> notifying_;

  std::unique_ptr<poised::shell::Bus> bus_;
  std::vector<sdbus::Slot> matches_;
  std::unique_ptr<sdbus::IProxy> root_, adapter_, device_;
  std::string adapter_path_, device_path_;
  std::map<std::string, Characteristic, std::less<>> characteristics_;  // by UUID
  std::size_t subscribing_ = 0;
  bool connecting_ = false, discovering_ = false, opened_ = false;
  std::uint64_t attempt_ = 0;  // replies of an attempt that is over mean nothing
  unsigned failures_ = 0;
  boost::asio::steady_timer retry_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace desk
