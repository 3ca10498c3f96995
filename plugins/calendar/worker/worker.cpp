// SPDX-License-Identifier: MIT
#include "calendar/worker/worker.hpp"

#include <fcntl.h>
#include <glib-unix.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "zones/zone_source.hpp"

namespace poised::calendar {
namespace {

/// The largest text takes about a second.
constexpr guint patience_s = 20;

}  // namespace

Worker::Worker(std::string program, std::function<Frame()> prepare)
    : program_(std::move(program)), prepare_(std::move(prepare)) {}

Worker::~Worker() {
  waiting_.clear();
  on_lost = nullptr;
  end({});
}

void Worker::ask(Frame request, Reply reply) {
  waiting_.push_back({std::move(request), std::move(reply)});
  send_next();
}

bool Worker::start() {
  std::array<int, 2> in{}, out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0) return false;
  if (pipe2(out.data(), O_CLOEXEC) != 0) {
    close(in[0]);
    close(in[1]);
    return false;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  // Nothing else of this process may be within its reach: above all not the daemon's channel.
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  std::string name = program_;
  std::array<char*, 2> arguments{name.data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  const int error =
      posix_spawn(&pid_, program_.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
  if (error != 0) {
    pid_ = -1;
    return false;
  }
  g_unix_set_fd_nonblocking(to_, TRUE, nullptr);
  g_unix_set_fd_nonblocking(from_, TRUE, nullptr);
  const auto readable = +[](gint, GIOCondition, gpointer self) noexcept -> gboolean {
    return static_cast<Worker*>(self)->can_read() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  };
  read_watch_ = g_unix_fd_add(from_, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP), readable, this);
  waiting_.push_front({prepare_(), [](const Frame&, const std::string&) {}});
  return true;
}

void Worker::send_next() {
  if (asked_ || waiting_.empty()) return;
  if (pid_ < 0 && !start()) return end("calendar worker: " + program_ + ": cannot be started");
  asked_ = true;
  const auto late = +[](gpointer data) noexcept -> gboolean {
    auto* self = static_cast<Worker*>(data);
    self->deadline_ = 0;
    self->end("it took too long to work out");
    return G_SOURCE_REMOVE;
  };
  deadline_ = g_timeout_add_seconds(patience_s, late, this);
  write(encode(waiting_.front().frame));
  waiting_.front().frame.texts.clear();
}

void Worker::write(std::string bytes) {
  unsent_ += bytes;
  if (!can_write() || write_watch_ != 0) return;
  const auto writable = +[](gint, GIOCondition, gpointer self) noexcept -> gboolean {
    return static_cast<Worker*>(self)->can_write() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  };
  write_watch_ = g_unix_fd_add(to_, G_IO_OUT, writable, this);
}

bool Worker::can_write() {
  std::size_t at = 0;
  while (at < unsent_.size()) {
    const ssize_t written = ::write(to_, unsent_.data() + at, unsent_.size() - at);
    if (written <= 0) break;  // that it has gone shows where its answers are read
    at += static_cast<std::size_t>(written);
  }
  unsent_.erase(0, at);
  if (!unsent_.empty()) return true;
  unsent_.shrink_to_fit();
  write_watch_ = 0;
  return false;
}

bool Worker::can_read() {
  std::array<char, 1 << 16> bytes{};
  const ssize_t size = read(from_, bytes.data(), bytes.size());
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (size <= 0) {
    read_watch_ = 0;
    end("it ended the calendar worker");
    return false;
  }
  unread_.append(bytes.data(), static_cast<std::size_t>(size));
  bool broken = false;
  const auto pid = pid_;
  while (pid_ == pid) {
    const auto frame = decode(unread_, broken);
    if (!frame) break;
    received(*frame);
  }
  if (broken) end("the calendar worker talks nonsense");
  return pid_ == pid && !broken;
}

void Worker::received(const Frame& frame) {
  if (frame.kind == FrameKind::need_zone) {
    const std::string name(frame.text(0));
    return write(encode({FrameKind::zone, {name, zones::zone_text(name).value_or("")}}));
  }
  if (!asked_) return;
  if (deadline_ != 0) g_source_remove(std::exchange(deadline_, 0));
  asked_ = false;
  const auto reply = std::move(waiting_.front().reply);
  waiting_.pop_front();
  reply(frame, {});
  send_next();
}

void Worker::end(const std::string& why) {
  for (guint* source : {&read_watch_, &write_watch_, &deadline_})
    if (*source != 0) g_source_remove(std::exchange(*source, 0));
  for (int* fd : {&to_, &from_})
    if (*fd >= 0) close(std::exchange(*fd, -1));
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
  }
  unsent_.clear();
  unread_.clear();
  asked_ = false;
  const auto waiting = std::exchange(waiting_, {});
  if (!waiting.empty()) waiting.front().reply({}, why);
  if (on_lost) on_lost();
}

}  // namespace poised::calendar
