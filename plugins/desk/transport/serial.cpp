// SPDX-License-Identifier: MIT
#include "transport/serial.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace desk {
namespace {

using boost::asio::serial_port_base;

constexpr std::chrono::seconds looks_again_after{5};
// What a line cannot take at once is stale when it can: only so much waits.
constexpr std::size_t most_waiting = 16;

}  // namespace

SerialLine::SerialLine(boost::asio::io_context& loop, std::string device, unsigned baud,
                       Strap strap)
    : loop_(loop),
      device_(std::move(device)),
      baud_(baud),
      strap_(strap),
      port_(loop),
      retry_(loop) {}

SerialLine::~SerialLine() {
  *alive_ = false;
}

void SerialLine::open(LinkEvents events, std::function<void(ByteView)> received) {
  events_ = std::move(events);
  received_ = std::move(received);
  boost::asio::post(loop_, [this, alive = alive_] {
    if (*alive) try_open();
  });
}

void SerialLine::try_open() {
  boost::system::error_code error;
  // Opened here and not by the port: a line without carrier must not block, and one program at a
  // time may drive a desk.
  const int fd = ::open(device_.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return lost("serial: " + device_ + ": another program drives this desk");
  }
  if (fd < 0) return lost("serial: " + device_ + ": " + std::generic_category().message(errno));
  termios settings{};
  if (tcgetattr(fd, &settings) == 0) {
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    tcsetattr(fd, TCSANOW, &settings);
  }
  port_.assign(fd, error);
  if (!error) port_.set_option(serial_port_base::baud_rate(baud_), error);
  if (error) {
    if (!port_.is_open()) close(fd);
    return lost("serial: " + device_ + ": " + error.message());
  }
  if (strap_ != Strap::none) {
    const int line = strap_ == Strap::dtr ? TIOCM_DTR : TIOCM_RTS;
    // A line that cannot do it is one whose strap is soldered.
    static_cast<void>(ioctl(fd, TIOCMBIS, &line));
  }
  open_ = true;
  waiting_.clear();
  events_.opened();
  read();
}

void SerialLine::lost(const std::string& reason) {
  boost::system::error_code ignored;
  if (port_.is_open()) port_.close(ignored);
  waiting_.clear();
  if (std::exchange(open_, false)) events_.closed(reason);
  retry_.expires_after(looks_again_after);
  retry_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (*alive && !error) try_open();
  });
}

void SerialLine::read() {
  port_.async_read_some(boost::asio::buffer(buffer_),
                        [this, alive = alive_](boost::system::error_code error, std::size_t count) {
                          if (!*alive || !open_) return;
                          if (error) return lost("serial: " + device_ + ": " + error.message());
                          received_(ByteView(buffer_).first(count));
                          if (*alive && open_) read();
                        });
}

void SerialLine::send(ByteView bytes) {
  if (!open_ || waiting_.size() >= most_waiting) return;
  waiting_.emplace_back(bytes.begin(), bytes.end());
  if (waiting_.size() == 1) write();
}

void SerialLine::send_first(ByteView bytes) {
  if (!open_) return;
  while (waiting_.size() > 1) waiting_.pop_back();
  send(bytes);
}

void SerialLine::write() {
  boost::asio::async_write(port_, boost::asio::buffer(waiting_.front()),
                           [this, alive = alive_](boost::system::error_code error, std::size_t) {
                             if (!*alive || !open_ || waiting_.empty()) return;
                             if (error) return lost("serial: " + device_ + ": " + error.message());
                             waiting_.pop_front();
                             if (!waiting_.empty()) write();
                           });
}

}  // namespace desk
