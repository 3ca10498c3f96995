// SPDX-License-Identifier: MIT
#pragma once

#include <gio/gio.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/desk_firmware.hpp"

// BlueZ on a private bus, with a LINAK desk in range: its objects, the order in which they come and
// go, and the ways in which it fails.
namespace rig {

class FakeBluez {
 public:
  struct Behaviour {
    std::string address = "D5:1E:BC:7F:69:55";
    bool known = true;  ///< BlueZ knows the desk already; else discovery finds it
    bool paired = true;
    bool light_blinks = true;      ///< its panel's key was held: it may be paired
    bool asks_to_pair = false;     ///< it lets nobody subscribe who is not paired
    bool name_comes_late = false;  ///< its name is in another packet than its service
    bool in_range = true;          ///< false: another central has it, or it is far away
    milliseconds connect_takes{50};
    milliseconds resolve_takes{50};  ///< the reply to Connect comes before services are resolved
    milliseconds write_takes{5};     ///< one at a time for each characteristic
    unsigned connect_failures = 0;   ///< so many Connects fail first
    bool other_handles = false;      ///< those of a DPG panel
    bool needs_owner = false;        ///< a panel that ignores motion until it has an owner
    DeskPhysics::Options mechanics{};
  };
  FakeBluez(const std::string& bus_address, Behaviour behaviour);
  ~FakeBluez();
  FakeBluez(const FakeBluez&) = delete;
  FakeBluez& operator=(const FakeBluez&) = delete;

  /// The link goes: everything that is on its way fails.
  void lose_link();
  /// bluetoothd ends and starts again: all objects are gone in between.
  void restart();
  void set_in_range(bool on);
  /// As BlueZ does with a device that was not paired and has not been seen for a while.
  void forget_device();
  void set_powered(bool on);
  [[nodiscard]] bool paired();
  [[nodiscard]] bool trusted();
  [[nodiscard]] bool connected();

  /// Does something with the desk's box, while nothing else does.
  void with_desk(const std::function<void(LinakFirmware&)>& action);
  [[nodiscard]] double height_mm();
  [[nodiscard]] bool moving();
  /// Writes as they came in: UUID's short form and bytes, "0002 ff00".
  [[nodiscard]] std::vector<std::string> writes();
  /// When the first write of these since `since` came in, if there was one.
  [[nodiscard]] std::optional<Clock::time_point> write_since(const std::string& bytes,
                                                             Clock::time_point since);
  [[nodiscard]] unsigned connects() const { return connects_; }

 private:
  struct Characteristic {
    std::string uuid, path;
    bool notifying = false, writing = false;
  };
  void received(GDBusMessage& message);
  void serve();
  void after(milliseconds time, std::function<void()> action);
  void reply(GDBusMessage* call, GVariant* body);
  void refuse(GDBusMessage* call, const char* name, const char* text);
  void emit_device(const char* property, bool value);
  void emit_value(const std::string& path, const Bytes& value);
  void emit(const std::string& path, const char* interface, const char* member, GVariant* body);
  void lay_out();
  GVariant* objects() const;
  GVariant* device_properties() const;
  Characteristic* at(const std::string& path);
  void connect_device(GDBusMessage* call);
  void pair_device(GDBusMessage* call);
  void start_discovery(GDBusMessage* call);
  void show_device();
  void say_signal_strength();
  void disconnected();
  void own_name(bool on);

  Behaviour behaviour_;
  std::recursive_mutex mutex_;
  LinakFirmware desk_;
  std::string device_path_;
  std::vector<std::pair<std::string, std::string>> services_;  // UUID, path
  std::vector<Characteristic> characteristics_;
  bool exported_ = false, connected_ = false, resolved_ = false, connecting_ = false;
  bool powered_ = true, discovering_ = false, named_ = true, trusted_ = false;
  std::string agent_owner_, agent_path_;
  std::jthread pairing_;
  std::uint64_t link_ = 0;
  std::atomic<unsigned> connects_ = 0;
  struct Later {
    Clock::time_point at;
    std::function<void()> action;
  };
  std::vector<Later> later_;
  std::vector<std::pair<std::string, Clock::time_point>> writes_;
  Clock::time_point last_ = Clock::now();
  std::unique_ptr<BusPeer> peer_;
  std::jthread thread_;
};

}  // namespace rig
