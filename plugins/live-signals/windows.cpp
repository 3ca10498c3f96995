// SPDX-License-Identifier: MIT
#include "live-signals/windows.hpp"

#include <cstring>
#include <utility>
#include <vector>

namespace live_signals {
namespace {

// A window manager moves a window and says of what kind it is now in whatever order it likes.
constexpr std::chrono::milliseconds after_a_move{500};
constexpr std::uint32_t most_states = 32;

/// The 32-bit values of a property, none if there is no such property.
std::vector<std::uint32_t> values_of(void* data) {
  auto* reply = static_cast<xcb_get_property_reply_t*>(data);
  if (reply == nullptr || reply->format != 32) return {};
  std::vector<std::uint32_t> values(static_cast<std::size_t>(xcb_get_property_value_length(reply)) /
                                    sizeof(std::uint32_t));
  if (!values.empty())
    std::memcpy(values.data(), xcb_get_property_value(reply),
                values.size() * sizeof(std::uint32_t));
  return values;
}

}  // namespace

Windows::Windows(poised::Plugin& plugin, Events events)
    : plugin_(plugin),
      events_(std::move(events)),
      x_([this](const xcb_generic_event_t& event) { handle(event); },
         "x11: Xwayland knows nothing of other windows"),
      moved_(plugin, [this] {
        read_front();
        pump();
      }) {
  active_window_ = x_.atom("_NET_ACTIVE_WINDOW");
  state_ = x_.atom("_NET_WM_STATE");
  state_full_screen_ = x_.atom("_NET_WM_STATE_FULLSCREEN");
  pid_ = x_.atom("_NET_WM_PID");
  constexpr std::uint32_t mask = XCB_EVENT_MASK_PROPERTY_CHANGE;
  xcb_change_window_attributes(x_.get(), x_.root(), XCB_CW_EVENT_MASK, &mask);
  watch_ = poised::FdWatch(plugin, x_.fd(), POISED_FD_READ, [this](std::uint32_t) { pump(); });
  find_front();
  pump();
}

void Windows::pump() {
  if (x_.pump()) return;
  watch_.reset();
  events_.lost();
}

// A window's properties are not watched: its title is one of them, and may change all the time.
// What becomes full-screen changes its size.
void Windows::handle(const xcb_generic_event_t& event) {
  const auto type = event.response_type & 0x7f;
  if (type == XCB_PROPERTY_NOTIFY) {
    const auto& notify = reinterpret_cast<const xcb_property_notify_event_t&>(event);
    if (notify.window == x_.root() && notify.atom == active_window_) find_front();
  } else if (type == XCB_CONFIGURE_NOTIFY) {
    const auto& notify = reinterpret_cast<const xcb_configure_notify_event_t&>(event);
    if (notify.window == front_ && !moved_.armed()) moved_.arm(plugin_.now() + after_a_move);
  }
}

unsigned Windows::ask(xcb_window_t window, xcb_atom_t property, xcb_atom_t type) {
  return xcb_get_property(x_.get(), 0, window, property, type, 0, most_states).sequence;
}

void Windows::find_front() {
  x_.expect(ask(x_.root(), active_window_, XCB_ATOM_WINDOW), [this](void* reply) {
    const auto values = values_of(reply);
    front_is(values.empty() ? XCB_NONE : values.front());
  });
}

void Windows::front_is(xcb_window_t window) {
  if (window == front_) return;
  const auto select = [this](std::uint32_t mask) {
    if (front_ != XCB_NONE && front_ != x_.root())
      xcb_change_window_attributes(x_.get(), front_, XCB_CW_EVENT_MASK, &mask);
  };
  select(XCB_EVENT_MASK_NO_EVENT);
  front_ = window;
  select(XCB_EVENT_MASK_STRUCTURE_NOTIFY);
  read_front();
}

void Windows::read_front() {
  if (front_ == XCB_NONE) {
    reading_ = {};
  } else {
    x_.expect(ask(front_, pid_, XCB_ATOM_CARDINAL), [this](void* reply) {
      const auto values = values_of(reply);
      reading_.process = values.empty() ? 0 : values.front();
    });
  }
  const auto window = front_;
  const auto told = [this, window](void* reply) {
    if (window != front_) return;
    reading_.full_screen = false;
    for (const auto state : values_of(reply))
      if (state == state_full_screen_) reading_.full_screen = true;
    if (reading_ == seen_) return;
    seen_ = reading_;
    events_.changed(seen_);
  };
  if (front_ == XCB_NONE) return told(nullptr);
  x_.expect(ask(front_, state_, XCB_ATOM_ATOM), told);
}

}  // namespace live_signals
