// SPDX-License-Identifier: MIT
#pragma once

#include <gio/gio.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rigs/program.hpp"

// A private session bus, an eye on the notifications that pass over it, and servers for them that
// misbehave.
namespace rig {

/// A dbus-daemon of its own; the environment variable named points to it while it lives.
class PrivateBus {
 public:
  [[nodiscard]] const std::string& address() const { return address_; }
  /// The bus is gone, as at the end of a session.
  void kill() { daemon_->kill(); }
  /// It is there again, under the address it had.
  void restart();

 protected:
  PrivateBus(const std::string& variable, const std::filesystem::path& service_directory);

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Program> daemon_;
  std::string address_;
  std::unique_ptr<ScopedVariable> variable_;
};

class SessionBus : public PrivateBus {
 public:
  /// `service_directory`: where *.service files lie; none: nothing can be activated.
  explicit SessionBus(const std::filesystem::path& service_directory = {})
      : PrivateBus("DBUS_SESSION_BUS_ADDRESS", service_directory) {}
};

/// What programs take for the system's bus.
class SystemBus : public PrivateBus {
 public:
  SystemBus() : PrivateBus("DBUS_SYSTEM_BUS_ADDRESS", {}) {}
};

struct Unreference {
  void operator()(GVariant* variant) const { g_variant_unref(variant); }
};
using Variant = std::unique_ptr<GVariant, Unreference>;

/// One connection to a bus. `received` is called on a thread of GLib's for each message that the
/// connection takes in besides replies to its own calls, and never after the destructor.
class BusPeer {
 public:
  using Received = std::function<void(GDBusConnection&, GDBusMessage&)>;
  explicit BusPeer(const std::string& address, Received received = {});
  ~BusPeer();
  BusPeer(const BusPeer&) = delete;
  BusPeer& operator=(const BusPeer&) = delete;

  /// Calls the bus itself; `arguments` is consumed. Throws if the bus refuses.
  void call_bus(const char* interface, const char* method, GVariant* arguments);
  /// Calls `service`; `arguments` is consumed. Throws if it refuses.
  Variant call(const std::string& service, const std::string& path, const std::string& interface,
               const std::string& method, GVariant* arguments = nullptr);
  void emit(const std::string& path, const std::string& interface, const std::string& signal,
            GVariant* arguments);
  [[nodiscard]] GDBusConnection* connection() const { return connection_; }

 private:
  struct Shared;
  GDBusConnection* connection_ = nullptr;
  std::shared_ptr<Shared> shared_;
  unsigned filter_ = 0;
};

/// Waits until somebody owns `name`, or (with `owned` false) nobody does.
void wait_for_name(const std::string& address, const std::string& name, bool owned = true,
                   milliseconds deadline = patience);

/// A call of Notify as it went over the bus.
struct NotifyCall {
  Clock::time_point at;
  std::string app_name;
  std::uint32_t replaces = 0;
  std::string icon, title, body;
  std::vector<std::pair<std::string, std::string>> actions;  ///< key, label
  std::optional<int> urgency, value;
  std::optional<bool> transient, suppress_sound;
  std::string sound, category, desktop_entry;
  std::vector<std::string> hints;  ///< names of all
  std::int32_t expire_ms = 0;
};

/// Sees every call of Notify and CloseNotification on a bus.
class NotifyMonitor {
 public:
  /// `changed` is called on another thread after each of them.
  explicit NotifyMonitor(const std::string& address, std::function<void()> changed = {});

  [[nodiscard]] std::vector<NotifyCall> calls() const;
  /// Those that asked for a new notification rather than for replacing one.
  [[nodiscard]] std::size_t banners() const;
  [[nodiscard]] std::vector<std::uint32_t> closed() const;

 private:
  void received(GDBusMessage& message);

  std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::vector<NotifyCall> calls_;
  std::vector<std::uint32_t> closed_;
  std::unique_ptr<BusPeer> peer_;
};

/// Owns org.freedesktop.Notifications and answers as it is told to.
class FakeNotificationServer {
 public:
  struct Behaviour {
    bool mute = false;         ///< answers nothing at all
    bool mute_notify = false;  ///< answers everything but Notify
    std::vector<std::string> capabilities{"actions", "body", "body-markup"};
  };
  FakeNotificationServer(const std::string& address, Behaviour behaviour);

  /// Waits for the notification number `count` (from 1) and returns its id.
  std::uint32_t wait_for(std::size_t count, milliseconds deadline = patience);
  void emit_action(std::uint32_t id, const std::string& key);
  void emit_closed(std::uint32_t id, std::uint32_t reason);

 private:
  void received(GDBusConnection& connection, GDBusMessage& message);
  void emit(const char* signal, GVariant* arguments);

  Behaviour behaviour_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::uint32_t> shown_;
  std::uint32_t last_id_ = 0;
  std::unique_ptr<BusPeer> peer_;
};

}  // namespace rig
