// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <cstdlib>
#include <poised/plugin.hpp>
#include <string_view>
#include <utility>

namespace notify {
namespace {

constexpr const char* bus_name = "org.freedesktop.Notifications";
constexpr const char* bus_path = "/org/freedesktop/Notifications";
constexpr int patience_ms = 5'000;  // for a server to start, and for one to say what it can do

// Without an address GLib would start a bus of its own, with nobody else on it.
void require_session_bus() {
  if (std::getenv("DBUS_SESSION_BUS_ADDRESS") != nullptr) return;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr &&
      g_file_test((std::string{runtime} + "/bus").c_str(), G_FILE_TEST_EXISTS))
    return;
  throw poised::Failure("notify: session bus: no address");
}

}  // namespace

Server::Server(Events events) : events_(std::move(events)), cancel_(g_cancellable_new()) {
  require_session_bus();
  const auto connected = [](GObject*, GAsyncResult* result, gpointer data) noexcept {
    GError* error = nullptr;
    GDBusConnection* bus = g_bus_get_finish(result, &error);
    if (error == nullptr) {
      static_cast<Server*>(data)->begin(bus);
    } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
      static_cast<Server*>(data)->events_.bus_lost(std::string{"notify: session bus: "} +
                                                   error->message);
    }
    g_clear_error(&error);
  };
  g_bus_get(G_BUS_TYPE_SESSION, cancel_, connected, this);
}

Server::~Server() {
  g_cancellable_cancel(cancel_);
  g_object_unref(cancel_);
  for (const guint watch : {watch_, gnome_watch_})
    if (watch != 0) g_bus_unwatch_name(watch);
  if (closed_handler_ != 0) g_signal_handler_disconnect(bus_, closed_handler_);
  if (bus_ != nullptr) g_object_unref(bus_);
}

void Server::begin(GDBusConnection* bus) {
  bus_ = bus;
  g_dbus_connection_set_exit_on_close(bus_, FALSE);
  const auto closed = +[](GDBusConnection*, gboolean, GError*, gpointer data) noexcept {
    static_cast<Server*>(data)->events_.bus_lost("notify: session bus: connection lost");
  };
  closed_handler_ = g_signal_connect(bus_, "closed", G_CALLBACK(closed), this);

  const auto appeared = +[](GDBusConnection*, const char*, const char*, gpointer data) noexcept {
    auto* self = static_cast<Server*>(data);
    self->owned_ = true;
    self->appeared_meanwhile_ = self->asking_;
    self->events_.appeared();
  };
  const auto vanished = +[](GDBusConnection* connection, const char*, gpointer data) noexcept {
    auto* self = static_cast<Server*>(data);
    if (std::exchange(self->owned_, false) && connection != nullptr) self->events_.vanished();
  };
  watch_ = g_bus_watch_name_on_connection(bus_, bus_name, G_BUS_NAME_WATCHER_FLAGS_NONE, appeared,
                                          vanished, this, nullptr);
  gnome_watch_ = g_bus_watch_name_on_connection(
      bus_, "org.gnome.Shell", G_BUS_NAME_WATCHER_FLAGS_NONE,
      +[](GDBusConnection*, const char*, const char*, gpointer self) noexcept {
        static_cast<Server*>(self)->gnome_ = true;
      },
      +[](GDBusConnection*, const char*, gpointer self) noexcept {
        static_cast<Server*>(self)->gnome_ = false;
      },
      this, nullptr);
  events_.connected();
}

template <void (Server::*Done)(GVariant*, const GError*)>
void Server::finish(GObject* source, GAsyncResult* result, gpointer self) {
  GError* error = nullptr;
  GVariant* reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
  // Cancelled means that the server object is gone.
  if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    (static_cast<Server*>(self)->*Done)(reply, error);
  if (reply != nullptr) g_variant_unref(reply);
  g_clear_error(&error);
}

void Server::ask() {
  if (bus_ == nullptr || std::exchange(asking_, true)) return;
  appeared_meanwhile_ = false;
  owned_ ? get_capabilities() : start_server();
}

void Server::start_server() {
  g_dbus_connection_call(
      bus_, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "StartServiceByName", g_variant_new("(su)", bus_name, 0u), G_VARIANT_TYPE("(u)"),
      G_DBUS_CALL_FLAGS_NONE, patience_ms, cancel_, &finish<&Server::started>, this);
}

void Server::started(GVariant* /*reply*/, const GError* error) {
  if (error != nullptr) return unavailable("notify: no notification server on this session bus");
  get_capabilities();
}

void Server::get_capabilities() {
  g_dbus_connection_call(bus_, bus_name, bus_path, bus_name, "GetCapabilities", nullptr,
                         G_VARIANT_TYPE("(as)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, patience_ms,
                         cancel_, &finish<&Server::capable>, this);
}

void Server::capable(GVariant* reply, const GError* error) {
  if (reply == nullptr) {
    const bool mute = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
                      g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
                      g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT);
    return unavailable(mute && owned_ ? "notify: the notification server does not answer"
                                      : "notify: no notification server on this session bus");
  }
  asking_ = false;
  Capabilities capabilities;
  GVariantIter* names = nullptr;
  const char* name = nullptr;
  g_variant_get(reply, "(as)", &names);
  while (g_variant_iter_next(names, "&s", &name)) {
    const std::string_view capability{name};
    capabilities.actions = capabilities.actions || capability == "actions";
    capabilities.body_markup = capabilities.body_markup || capability == "body-markup";
    capabilities.sound = capabilities.sound || capability == "sound";
    // Of the servers that have it, only that of Xfce knows actions.
    if (capability == "x-canonical-private-icon-only")
      capabilities.shows_default = capabilities.value_hides_words = true;
  }
  g_variant_iter_free(names);
  events_.answers(capabilities);
}

void Server::unavailable(const std::string& reason) {
  asking_ = false;
  if (std::exchange(appeared_meanwhile_, false)) return ask();
  events_.unavailable(reason);
}

void Server::close(std::uint32_t id) {
  if (bus_ == nullptr || !owned_) return;
  g_dbus_connection_call(bus_, bus_name, bus_path, bus_name, "CloseNotification",
                         g_variant_new("(u)", id), nullptr, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                         patience_ms, nullptr, nullptr, nullptr);
}

void Server::open_guide(const char* token) {
  if (bus_ == nullptr || !gnome_) return;
  GVariantBuilder parameters, platform;
  g_variant_builder_init(&parameters, G_VARIANT_TYPE("av"));
  g_variant_builder_add(&parameters, "v", g_variant_new_string(""));
  g_variant_builder_init(&platform, G_VARIANT_TYPE_VARDICT);
  if (token != nullptr) {
    // By either of its names, as GLib has it.
    g_variant_builder_add(&platform, "{sv}", "activation-token", g_variant_new_string(token));
    g_variant_builder_add(&platform, "{sv}", "desktop-startup-id", g_variant_new_string(token));
  }
  g_dbus_connection_call(bus_, "org.poised.Window", "/org/poised/Window",
                         "org.freedesktop.Application", "ActivateAction",
                         g_variant_new("(sava{sv})", "guide", &parameters, &platform), nullptr,
                         G_DBUS_CALL_FLAGS_NONE, patience_ms, nullptr, nullptr, nullptr);
}

void Server::flush() {
  if (bus_ != nullptr) g_dbus_connection_flush_sync(bus_, nullptr, nullptr);
}

}  // namespace notify
