// SPDX-License-Identifier: MIT
#include "rigs/bus.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace rig {
namespace {

constexpr const char* notifications = "org.freedesktop.Notifications";
constexpr const char* notifications_path = "/org/freedesktop/Notifications";

[[noreturn]] void fail(const std::string& what, GError* error) {
  const std::string text = what + ": " + (error != nullptr ? error->message : "failed");
  g_clear_error(&error);
  throw std::runtime_error(text);
}

std::string_view text(const char* string) {
  return string != nullptr ? string : "";
}

NotifyCall read_notify(GVariant* body) {
  NotifyCall call;
  call.at = Clock::now();
  const char *app = nullptr, *icon = nullptr, *title = nullptr, *text = nullptr;
  GVariantIter* actions = nullptr;
  GVariant* hints = nullptr;
  g_variant_get(body, "(&su&s&s&sas@a{sv}i)", &app, &call.replaces, &icon, &title, &text, &actions,
                &hints, &call.expire_ms);
  call.app_name = app;
  call.icon = icon;
  call.title = title;
  call.body = text;
  const char *key = nullptr, *label = nullptr;
  while (g_variant_iter_next(actions, "&s", &key) && g_variant_iter_next(actions, "&s", &label))
    call.actions.emplace_back(key, label);
  g_variant_iter_free(actions);

  GVariantIter each;
  g_variant_iter_init(&each, hints);
  const char* name = nullptr;
  GVariant* value = nullptr;
  while (g_variant_iter_next(&each, "{&sv}", &name, &value)) {
    const std::string_view hint{name};
    call.hints.emplace_back(hint);
    const auto is = [&](std::string_view wanted, const GVariantType* type) {
      return hint == wanted && g_variant_is_of_type(value, type);
    };
    // It counts for more than the argument: a name, or a file's URI.
    if (is("image-path", G_VARIANT_TYPE_STRING)) {
      call.icon = g_variant_get_string(value, nullptr);
      if (char* path = g_filename_from_uri(call.icon.c_str(), nullptr, nullptr)) {
        call.icon = path;
        g_free(path);
      }
    }
    if (is("urgency", G_VARIANT_TYPE_BYTE)) call.urgency = g_variant_get_byte(value);
    if (is("value", G_VARIANT_TYPE_INT32)) call.value = g_variant_get_int32(value);
    if (is("transient", G_VARIANT_TYPE_BOOLEAN)) call.transient = g_variant_get_boolean(value) != 0;
    if (is("suppress-sound", G_VARIANT_TYPE_BOOLEAN))
      call.suppress_sound = g_variant_get_boolean(value) != 0;
    if (is("sound-name", G_VARIANT_TYPE_STRING)) call.sound = g_variant_get_string(value, nullptr);
    if (is("category", G_VARIANT_TYPE_STRING)) call.category = g_variant_get_string(value, nullptr);
    if (is("desktop-entry", G_VARIANT_TYPE_STRING))
      call.desktop_entry = g_variant_get_string(value, nullptr);
    g_variant_unref(value);
  }
  g_variant_unref(hints);
  return call;
}

}  // namespace

PrivateBus::PrivateBus(const std::string& variable,
                       const std::filesystem::path& service_directory) {
  const auto configuration = directory_.path() / "bus.conf";
  std::ofstream file{configuration};
  file << "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
          " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
          "<busconfig><type>session</type>\n"
       << "<listen>unix:path=" << (directory_.path() / "bus").string() << "</listen>\n"
       << "<auth>EXTERNAL</auth>\n";
  if (!service_directory.empty())
    file << "<servicedir>" << service_directory.string() << "</servicedir>\n";
  file << "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
          "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n";
  file.close();
  restart();
  variable_ = std::make_unique<ScopedVariable>(variable, address_);
}

void PrivateBus::restart() {
  if (daemon_) daemon_->kill();
  const auto configuration = directory_.path() / "bus.conf";
  Program::Options options;
  options.report_channel = true;
  daemon_ =
      std::make_unique<Program>(std::vector<std::string>{find_program("dbus-daemon", "dbus-daemon"),
                                                         "--config-file=" + configuration.string(),
                                                         "--nofork", "--print-address=3"},
                                options);
  const std::string printed = daemon_->read_until("\n");
  // Without the number that only this run of it has.
  address_ = printed.substr(0, printed.find_first_of(",\n"));
}

// GLib may still be in the filter when it has been removed, so that what it uses is shared with it.
struct BusPeer::Shared {
  std::mutex mutex;
  Received received;
};

BusPeer::BusPeer(const std::string& address, Received received)
    : shared_(std::make_shared<Shared>()) {
  shared_->received = std::move(received);
  GError* error = nullptr;
  connection_ = g_dbus_connection_new_for_address_sync(
      address.c_str(),
      static_cast<GDBusConnectionFlags>(G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                        G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION),
      nullptr, nullptr, &error);
  if (connection_ == nullptr) fail("connect to " + address, error);
  const auto filter = [](GDBusConnection* connection, GDBusMessage* message, gboolean incoming,
                         gpointer data) noexcept -> GDBusMessage* {
    const GDBusMessageType type = g_dbus_message_get_message_type(message);
    const bool reply =
        type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN || type == G_DBUS_MESSAGE_TYPE_ERROR;
    if (incoming == FALSE || reply) return message;
    Shared& shared = **static_cast<std::shared_ptr<Shared>*>(data);
    {
      const std::scoped_lock lock(shared.mutex);
      if (shared.received) shared.received(*connection, *message);
    }
    // GLib would answer what it has no object for, which a monitor must not.
    g_object_unref(message);
    return nullptr;
  };
  const auto release = [](gpointer data) noexcept {
    delete static_cast<std::shared_ptr<Shared>*>(data);
  };
  filter_ = g_dbus_connection_add_filter(connection_, filter, new std::shared_ptr<Shared>(shared_),
                                         release);
}

BusPeer::~BusPeer() {
  {
    const std::scoped_lock lock(shared_->mutex);
    shared_->received = nullptr;
  }
  g_dbus_connection_close_sync(connection_, nullptr, nullptr);
  g_dbus_connection_remove_filter(connection_, filter_);
  g_object_unref(connection_);
}

void BusPeer::call_bus(const char* interface, const char* method, GVariant* arguments) {
  GError* error = nullptr;
  GVariant* reply = g_dbus_connection_call_sync(
      connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus", interface, method, arguments,
      nullptr, G_DBUS_CALL_FLAGS_NONE, static_cast<int>(patience.count()), nullptr, &error);
  if (reply == nullptr) fail(method, error);
  g_variant_unref(reply);
}

Variant BusPeer::call(const std::string& service, const std::string& path,
                      const std::string& interface, const std::string& method,
                      GVariant* arguments) {
  GError* error = nullptr;
  GVariant* reply = g_dbus_connection_call_sync(
      connection_, service.c_str(), path.c_str(), interface.c_str(), method.c_str(), arguments,
      nullptr, G_DBUS_CALL_FLAGS_NONE, static_cast<int>(patience.count()), nullptr, &error);
  if (reply == nullptr) fail(method, error);
  return Variant(reply);
}

void BusPeer::emit(const std::string& path, const std::string& interface, const std::string& signal,
                   GVariant* arguments) {
  GError* error = nullptr;
  if (g_dbus_connection_emit_signal(connection_, nullptr, path.c_str(), interface.c_str(),
                                    signal.c_str(), arguments, &error) == FALSE)
    fail(signal, error);
}

void wait_for_name(const std::string& address, const std::string& name, bool owned,
                   milliseconds deadline) {
  std::mutex mutex;
  std::condition_variable changed;
  bool known = false;
  BusPeer peer(address, [&](GDBusConnection&, GDBusMessage& message) {
    if (text(g_dbus_message_get_member(&message)) != "NameOwnerChanged") return;
    const char *which = nullptr, *before = nullptr, *after = nullptr;
    g_variant_get(g_dbus_message_get_body(&message), "(&s&s&s)", &which, &before, &after);
    const std::scoped_lock lock(mutex);
    if (name == which) known = (*after != '\0') == owned;
    changed.notify_all();
  });
  peer.call_bus(
      "org.freedesktop.DBus", "AddMatch",
      g_variant_new("(s)",
                    ("type='signal',member='NameOwnerChanged',arg0='" + name + "'").c_str()));
  GError* error = nullptr;
  GVariant* reply = g_dbus_connection_call_sync(
      peer.connection(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "NameHasOwner", g_variant_new("(s)", name.c_str()), nullptr, G_DBUS_CALL_FLAGS_NONE, -1,
      nullptr, &error);
  if (reply == nullptr) fail("NameHasOwner", error);
  gboolean has_owner = FALSE;
  g_variant_get(reply, "(b)", &has_owner);
  g_variant_unref(reply);

  std::unique_lock lock(mutex);
  known = known || (has_owner != FALSE) == owned;
  if (!changed.wait_for(lock, deadline, [&] { return known; }))
    throw std::runtime_error(name + (owned ? " did not come up" : " did not go away"));
}

NotifyMonitor::NotifyMonitor(const std::string& address, std::function<void()> changed)
    : changed_(std::move(changed)),
      peer_(std::make_unique<BusPeer>(
          address, [this](GDBusConnection&, GDBusMessage& message) { received(message); })) {
  GVariantBuilder rules;
  g_variant_builder_init(&rules, G_VARIANT_TYPE("as"));
  g_variant_builder_add(&rules, "s",
                        "type='method_call',interface='org.freedesktop.Notifications'");
  peer_->call_bus("org.freedesktop.DBus.Monitoring", "BecomeMonitor",
                  g_variant_new("(asu)", &rules, 0u));
}

void NotifyMonitor::received(GDBusMessage& message) {
  const std::string_view member = text(g_dbus_message_get_member(&message));
  {
    const std::scoped_lock lock(mutex_);
    if (member == "Notify") {
      calls_.push_back(read_notify(g_dbus_message_get_body(&message)));
    } else if (member == "CloseNotification") {
      std::uint32_t id = 0;
      g_variant_get(g_dbus_message_get_body(&message), "(u)", &id);
      closed_.push_back(id);
    } else {
      return;
    }
  }
  if (changed_) changed_();
}

std::vector<NotifyCall> NotifyMonitor::calls() const {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

std::size_t NotifyMonitor::banners() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count(calls_, std::uint32_t{0}, &NotifyCall::replaces));
}

std::vector<std::uint32_t> NotifyMonitor::closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

FakeNotificationServer::FakeNotificationServer(const std::string& address, Behaviour behaviour)
    : behaviour_(std::move(behaviour)),
      peer_(std::make_unique<BusPeer>(address,
                                      [this](GDBusConnection& connection, GDBusMessage& message) {
                                        received(connection, message);
                                      })) {
  peer_->call_bus("org.freedesktop.DBus", "RequestName", g_variant_new("(su)", notifications, 4u));
}

void FakeNotificationServer::received(GDBusConnection& connection, GDBusMessage& message) {
  if (g_dbus_message_get_message_type(&message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL) return;
  const std::string_view member = text(g_dbus_message_get_member(&message));
  GVariant* answer = nullptr;
  std::uint32_t shown = 0;
  if (member == "Notify") {
    const NotifyCall call = read_notify(g_dbus_message_get_body(&message));
    shown = call.replaces != 0 ? call.replaces : ++last_id_;
    answer = g_variant_new("(u)", shown);
  } else if (member == "GetCapabilities") {
    GVariantBuilder names;
    g_variant_builder_init(&names, G_VARIANT_TYPE("as"));
    for (const std::string& name : behaviour_.capabilities)
      g_variant_builder_add(&names, "s", name.c_str());
    answer = g_variant_new("(as)", &names);
  } else if (member == "GetServerInformation") {
    answer = g_variant_new("(ssss)", "fake", "rig", "1", "1.2");
  }
  GDBusMessage* reply = g_dbus_message_new_method_reply(&message);
  if (answer != nullptr) g_dbus_message_set_body(reply, answer);
  const bool mute = behaviour_.mute || (behaviour_.mute_notify && member == "Notify");
  if (!mute)
    g_dbus_connection_send_message(&connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, nullptr,
                                   nullptr);
  g_object_unref(reply);
  if (shown == 0) return;
  // Only now: signals that the test emits then come after the reply.
  const std::scoped_lock lock(mutex_);
  shown_.push_back(shown);
  arrived_.notify_all();
}

std::uint32_t FakeNotificationServer::wait_for(std::size_t count, milliseconds deadline) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, deadline, [&] { return shown_.size() >= count; }))
    throw std::runtime_error("notification " + std::to_string(count) + " did not come");
  return shown_[count - 1];
}

void FakeNotificationServer::emit(const char* signal, GVariant* arguments) {
  GError* error = nullptr;
  if (g_dbus_connection_emit_signal(peer_->connection(), nullptr, notifications_path, notifications,
                                    signal, arguments, &error) == FALSE)
    fail(signal, error);
}

void FakeNotificationServer::emit_action(std::uint32_t id, const std::string& key) {
  emit("ActionInvoked", g_variant_new("(us)", id, key.c_str()));
}

void FakeNotificationServer::emit_closed(std::uint32_t id, std::uint32_t reason) {
  emit("NotificationClosed", g_variant_new("(uu)", id, reason));
}

}  // namespace rig
