// SPDX-License-Identifier: MIT
#pragma once

#include <glib.h>
#include <sys/types.h>

#include <deque>
#include <functional>
#include <string>

#include "calendar/worker/frames.hpp"

namespace poised::calendar {

/// The plugin's side of the worker: starts it when there is something to ask, ends it when an
/// answer takes too long. Requests are served in order. [loop-thread], the one of GLib's default
/// context.
class Worker {
 public:
  /// `died` empty: `answer` is the answer. Otherwise the worker ended over this request.
  using Reply = std::function<void(const Frame& answer, const std::string& died)>;

  /// `prepare` is asked of each new process first.
  Worker(std::string program, std::function<Frame()> prepare);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void ask(Frame request, Reply reply);
  /// Called after a process has ended: what was put is forgotten. Requests that waited are gone
  /// without a reply.
  std::function<void()> on_lost;

 private:
  struct Request {
    Frame frame;
    Reply reply;
  };

  bool start();
  void send_next();
  void write(std::string bytes);
  bool can_write();
  bool can_read();
  void received(const Frame& frame);
  void end(const std::string& why);

  std::string program_;
  std::function<Frame()> prepare_;
  std::deque<Request> waiting_;
  bool asked_ = false;  ///< the first of waiting_ is with the worker
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  guint read_watch_ = 0, write_watch_ = 0, deadline_ = 0;
  std::string unsent_, unread_;
};

}  // namespace poised::calendar
