// SPDX-License-Identifier: MIT
#include "popup.hpp"

#include <stdexcept>
#include <utility>

namespace notify {
namespace {

// The window's: desktops take name, icon and the person's settings for notifications from it.
constexpr const char* desktop_entry = "org.poised.Window";

NotifyUrgency to_libnotify(poised::Urgency urgency) {
  switch (urgency) {
    case poised::Urgency::low:
      return NOTIFY_URGENCY_LOW;
    case poised::Urgency::normal:
      return NOTIFY_URGENCY_NORMAL;
    case poised::Urgency::critical:
      return NOTIFY_URGENCY_CRITICAL;
  }
  return NOTIFY_URGENCY_NORMAL;
}

/// As the hint has it: an icon's name, or a file's URI.
std::string image_path(const std::string& icon) {
  char* uri = g_filename_to_uri(icon.c_str(), nullptr, nullptr);  // null for what is no whole path
  std::string path = uri == nullptr ? icon : uri;
  g_free(uri);
  return path;
}

}  // namespace

Popup::Popup(Server& server, Events events)
    : server_(server),
      events_(std::move(events)),
      notification_(notify_notification_new("Poised", nullptr, nullptr)) {
  g_signal_connect(notification_, "closed", G_CALLBACK(&Popup::on_closed), this);
}

Popup::~Popup() {
  // Not notify_notification_close(): it waits for the answer.
  if (shown_) {
    int id = 0;
    g_object_get(notification_, "id", &id, nullptr);
    server_.close(static_cast<std::uint32_t>(id));
  }
  g_signal_handlers_disconnect_by_data(notification_, this);
  notify_notification_clear_actions(notification_);
  g_object_unref(notification_);
}

void Popup::show(const Content& content) {
  NotifyNotification* n = notification_;
  notify_notification_update(n, content.title.c_str(), content.body.c_str(), content.icon.c_str());
  notify_notification_set_timeout(
      n, content.expires ? static_cast<int>(content.expires->count()) : NOTIFY_EXPIRES_NEVER);

  // Urgency and category are hints as well, and cleared with them. None of the "synchronous" and
  // stack-tag hints: mako 1.7 crashes when one comes with the id of a notification to replace, and
  // that id is all that is needed.
  notify_notification_clear_hints(n);
  notify_notification_set_urgency(n, to_libnotify(content.urgency));
  notify_notification_set_category(n, "x-poised.break");
  notify_notification_set_hint(n, "desktop-entry", g_variant_new_string(desktop_entry));
  // libnotify 0.8.6 drops the icon of an update.
  if (!content.icon.empty())
    notify_notification_set_hint(n, "image-path",
                                 g_variant_new_string(image_path(content.icon).c_str()));
  if (content.percent)
    notify_notification_set_hint(n, "value", g_variant_new_int32(*content.percent));
  if (content.expires) notify_notification_set_hint(n, "transient", g_variant_new_boolean(TRUE));
  if (!content.sound.empty())
    notify_notification_set_hint(n, "sound-name", g_variant_new_string(content.sound.c_str()));
  else if (content.urgency == poised::Urgency::low)
    notify_notification_set_hint(n, "suppress-sound", g_variant_new_boolean(TRUE));

  notify_notification_clear_actions(n);
  for (const Button& button : content.buttons)
    notify_notification_add_action(n, button.key.c_str(), button.label.c_str(), &Popup::on_action,
                                   this, nullptr);

  GError* error = nullptr;
  if (notify_notification_show(n, &error) == FALSE) {
    const std::string reason = error != nullptr ? error->message : "not shown";
    g_clear_error(&error);
    throw std::runtime_error(reason);
  }
  shown_ = true;
}

void Popup::forget() {
  shown_ = false;
}

// Either handler may destroy the popup.

void Popup::on_action(NotifyNotification* notification, char* key, gpointer self) {
  const auto action = static_cast<Popup*>(self)->events_.action;
  action(key, notify_notification_get_activation_token(notification));
}

void Popup::on_closed(NotifyNotification* notification, gpointer self) {
  auto* popup = static_cast<Popup*>(self);
  popup->shown_ = false;
  const auto closed = popup->events_.closed;
  closed(notify_notification_get_closed_reason(notification));
}

}  // namespace notify
