// SPDX-License-Identifier: MIT
#include "common/x_connection.hpp"

#include <xcb/xcbext.h>

#include <poised/plugin.hpp>
#include <utility>

namespace poised {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

XConnection::XConnection(Event event, const std::string& xwayland_reason)
    : name_(variable("DISPLAY")), event_(std::move(event)) {
  if (variable("XDG_SESSION_TYPE") == "wayland" || !variable("WAYLAND_DISPLAY").empty())
    throw Failure(xwayland_reason, true);
  if (name_.empty()) throw Failure("x11: DISPLAY: not set", true);
  connection_.reset(xcb_connect(nullptr, nullptr));
  xcb_connection_t* x = connection_.get();
  if (xcb_connection_has_error(x) != 0) throw Failure("x11: " + name_ + ": cannot connect");
  root_ = xcb_setup_roots_iterator(xcb_get_setup(x)).data->root;
}

xcb_atom_t XConnection::atom(const std::string& name) {
  xcb_connection_t* x = connection_.get();
  const OwnedX<xcb_intern_atom_reply_t> reply{xcb_intern_atom_reply(
      x, xcb_intern_atom(x, 0, static_cast<std::uint16_t>(name.size()), name.c_str()), nullptr)};
  return reply ? reply->atom : xcb_atom_t{XCB_ATOM_NONE};
}

void XConnection::expect(unsigned sequence, Answered answered) {
  pending_.push_back({sequence, std::move(answered)});
}

bool XConnection::pump() {
  // Sending may read and reading may send, and what is read once is not announced by the descriptor
  // again: go on until a round does nothing.
  for (bool busy = true; busy;) {
    xcb_flush(connection_.get());
    busy = handle_events();
    busy = handle_replies() || busy;
    while (const OwnedX<xcb_generic_event_t> event{xcb_poll_for_queued_event(connection_.get())}) {
      event_(*event);
      busy = true;
    }
  }
  return xcb_connection_has_error(connection_.get()) == 0;
}

bool XConnection::handle_events() {
  bool any = false;
  while (const OwnedX<xcb_generic_event_t> event{xcb_poll_for_event(connection_.get())}) {
    event_(*event);
    any = true;
  }
  return any;
}

bool XConnection::handle_replies() {
  bool any = false;
  while (!pending_.empty()) {
    void* reply = nullptr;
    xcb_generic_error_t* error = nullptr;
    if (xcb_poll_for_reply(connection_.get(), pending_.front().sequence, &reply, &error) == 0)
      break;
    const std::unique_ptr<void, decltype(&std::free)> owned_reply{reply, &std::free};
    const OwnedX<xcb_generic_error_t> owned_error{error};
    if (xcb_connection_has_error(connection_.get()) != 0) break;
    const Answered answered = std::move(pending_.front().answered);
    pending_.pop_front();
    answered(reply);
    any = true;
  }
  return any;
}

}  // namespace poised
