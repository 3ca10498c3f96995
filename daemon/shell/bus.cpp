// SPDX-License-Identifier: MIT
#include "shell/bus.hpp"

#include <poll.h>

#include <boost/asio/post.hpp>
#include <chrono>

namespace poised::shell {
namespace {

constexpr int messages_a_turn = 64;  // then the rest of the loop gets its turn

template <typename Connection>
bool process_one(Connection& connection) {
  if constexpr (requires { connection.processPendingEvent(); })
    return connection.processPendingEvent();
  else
    return connection.processPendingRequest();
}

template <typename PollData>
int event_descriptor(const PollData& data) {
  if constexpr (requires { data.eventFd; })
    return data.eventFd;
  else
    return -1;
}

}  // namespace

Bus::Bus(boost::asio::io_context& loop, std::unique_ptr<sdbus::IConnection> connection,
         std::function<void()> on_lost)
    : loop_(loop),
      connection_(std::move(connection)),
      on_lost_(std::move(on_lost)),
      socket_(loop),
      event_(loop),
      timeout_(loop) {
  const auto data = connection_->getEventLoopPollData();
  socket_.assign(data.fd);
  if (const int fd = event_descriptor(data); fd >= 0) event_.assign(fd);
  pump();
}

Bus::~Bus() {
  *alive_ = false;
  // sd-bus owns both descriptors.
  if (socket_.is_open()) socket_.release();
  if (event_.is_open()) event_.release();
}

void Bus::pump() {
  if (pumping_ || is_lost_) return;
  pumping_ = true;
  boost::asio::post(loop_, [this, alive = alive_] {
    if (!*alive) return;
    pumping_ = false;
    process();
  });
}

void Bus::process() {
  if (is_lost_) return;
  try {
    int processed = 0;
    while (process_one(*connection_)) {
      if (++processed == messages_a_turn) {
        pump();
        return;
      }
    }
    wait();
  } catch (const sdbus::Error&) {
    lost();
  }
}

void Bus::wait() {
  const auto data = connection_->getEventLoopPollData();
  const auto wait_on = [this](auto& descriptor, auto direction, bool& waiting) {
    if (waiting) return;
    waiting = true;
    descriptor.async_wait(direction,
                          [this, alive = alive_, &waiting](boost::system::error_code error) {
                            if (!*alive) return;
                            waiting = false;
                            if (!error) process();
                          });
  };
  using boost::asio::posix::stream_descriptor;
  if (data.events & POLLIN) wait_on(socket_, stream_descriptor::wait_read, reading_);
  if (data.events & POLLOUT) wait_on(socket_, stream_descriptor::wait_write, writing_);
  if (event_.is_open()) wait_on(event_, stream_descriptor::wait_read, watching_event_);

  const int timeout_ms = connection_->getEventLoopPollData().getPollTimeout();
  if (timeout_ms < 0) {
    timeout_.cancel();
    return;
  }
  timeout_.expires_after(std::chrono::milliseconds(timeout_ms));
  timeout_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (*alive && !error) process();
  });
}

void Bus::lost() {
  is_lost_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  if (event_.is_open()) event_.cancel(ignored);
  timeout_.cancel();
  boost::asio::post(loop_, [this, alive = alive_] {
    if (*alive && on_lost_) on_lost_();
  });
}

}  // namespace poised::shell
