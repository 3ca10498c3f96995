// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/bytes.hpp"
#include "codec/linak.hpp"

// What drivers speak through. Each transport finds its one configured device, goes on trying until
// it is there, and says when it comes and goes. Callbacks are made from the loop, never from inside
// a call. [loop-thread]
namespace desk {

struct LinkEvents {
  std::function<void()> opened;
  std::function<void(const std::string& reason)> closed;  ///< a full line
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual void open(LinkEvents events, std::function<void(ByteView)> received) = 0;
  /// Bytes while it is closed are lost.
  virtual void send(ByteView bytes) = 0;
  /// Drops what still waits to be sent, and goes out at once.
  virtual void send_first(ByteView bytes) = 0;
};

/// A Bluetooth device's characteristics, by UUID.
class Gatt {
 public:
  virtual ~Gatt() = default;
  /// `opened` once services are resolved, `service` is there and `notifying` are subscribed.
  virtual void open(LinkEvents events,
                    std::function<void(std::string_view uuid, ByteView value)> value,
                    std::vector<std::string_view> notifying) = 0;
  virtual void read(std::string_view uuid) = 0;
  virtual void write(std::string_view uuid, ByteView bytes) = 0;
  /// Drops what still waits to be written to `uuid`, and goes out as soon as can be.
  virtual void write_first(std::string_view uuid, ByteView bytes) = 0;
};

/// Feature reports of a HID device; each call is done when it returns.
class HidDevice {
 public:
  virtual ~HidDevice() = default;
  virtual void open(LinkEvents events) = 0;
  virtual bool set(const linak::Report& report) = 0;
  virtual std::optional<linak::Report> get(std::uint8_t report_id) = 0;
};

class MqttLink {
 public:
  struct Message {
    std::string topic, payload;
    bool retained = false;
  };
  virtual ~MqttLink() = default;
  virtual void open(LinkEvents events, std::function<void(const Message&)> received) = 0;
  virtual void subscribe(const std::string& topic) = 0;
  virtual void publish(const std::string& topic, const std::string& payload, bool retain) = 0;
};

/// Programs, without a shell; each in a process group of its own.
class Runner {
 public:
  struct Ended {
    int status = -1;  ///< 0: well
    std::string output;
  };
  virtual ~Runner() = default;
  /// Kills it after `patience`.
  virtual void run(const std::vector<std::string>& words, std::chrono::milliseconds patience,
                   std::function<void(const Ended&)> ended) = 0;
  /// Kills whatever still runs; their `ended` is not called.
  virtual void kill_all() = 0;
};

}  // namespace desk
