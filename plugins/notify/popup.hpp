// SPDX-License-Identifier: MIT
#pragma once

#include <libnotify/notify.h>

#include <functional>
#include <string>

#include "wording.hpp"

namespace notify {

/// One notification of libnotify. Showing it again replaces it in place.
class Popup {
 public:
  struct Events {
    /// `token`: the desktop's word for programs that this may bring to the front; may be null.
    std::function<void(const std::string& key, const char* token)> action;
    /// It is gone; `reason` as the notification specification numbers it. Not after ~Popup.
    std::function<void(int reason)> closed;
  };

  Popup(Server& server, Events events);
  /// Takes it away if it is still there.
  ~Popup();
  Popup(const Popup&) = delete;
  Popup& operator=(const Popup&) = delete;

  /// Throws std::runtime_error if the server does not take it. Waits for a server that does not
  /// answer, up to 25 s; so only after Server has found one that does.
  void show(const Content& content);
  /// The server has gone: there is nothing to take away.
  void forget();

 private:
  static void on_action(NotifyNotification*, char* key, gpointer self);
  static void on_closed(NotifyNotification*, gpointer self);

  Server& server_;
  Events events_;
  NotifyNotification* notification_;
  bool shown_ = false;
};

}  // namespace notify
