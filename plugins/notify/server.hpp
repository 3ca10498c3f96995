// SPDX-License-Identifier: MIT
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

// Whether a notification server is there and answers: found out on the session bus without ever
// waiting, because libnotify's calls do wait.
namespace notify {

struct Capabilities {
  bool actions = false;
  bool body_markup = false;
  bool sound = false;              ///< it plays the sounds that it is told
  bool shows_default = false;      ///< the action of a click on the whole has a button too
  bool value_hides_words = false;  ///< a progress is shown instead of title, text and buttons
};

class Server {
 public:
  struct Events {
    std::function<void()> connected;  ///< to the session bus; once
    /// There is a server, and it answers. After ask().
    std::function<void(const Capabilities&)> answers;
    /// There is none, or it is mute. `reason` is a full line. After ask().
    std::function<void(const std::string& reason)> unavailable;
    /// One has come up: ask() may be worth it now.
    std::function<void()> appeared;
    /// It has gone, and every notification with it.
    std::function<void()> vanished;
    std::function<void(const std::string& reason)> bus_lost;
  };

  /// Begins to connect. Throws poised::Failure if there is no session bus to connect to.
  explicit Server(Events events);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Ends in `answers` or `unavailable`. Starts a server if none runs and the bus knows how to.
  /// While an answer is awaited, further calls change nothing.
  void ask();
  /// Takes a notification away, without waiting for the server.
  void close(std::uint32_t id);
  /// On GNOME, which shows no progress in a notification: opens the window's guide for the break
  /// that begins. `token`: the desktop's word that the person asked for it; may be null. Nothing
  /// happens where the window is not installed.
  void open_guide(const char* token);
  /// Sends what close() has left in the buffers.
  void flush();

 private:
  void begin(GDBusConnection* bus);
  void start_server();
  void get_capabilities();
  void unavailable(const std::string& reason);

  template <void (Server::*Done)(GVariant*, const GError*)>
  static void finish(GObject* source, GAsyncResult* result, gpointer self);
  void started(GVariant* reply, const GError* error);
  void capable(GVariant* reply, const GError* error);

  Events events_;
  GCancellable* cancel_;
  GDBusConnection* bus_ = nullptr;
  gulong closed_handler_ = 0;
  guint watch_ = 0, gnome_watch_ = 0;
  bool gnome_ = false;
  bool owned_ = false;
  bool asking_ = false;
  bool appeared_meanwhile_ = false;
};

}  // namespace notify
