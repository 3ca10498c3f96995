// SPDX-License-Identifier: MIT
#include "shell/clock.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <system_error>

namespace poised::shell {
namespace {

core::Duration read_clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

int open_timer(clockid_t id) {
  const int fd = timerfd_create(id, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "clock: timerfd_create");
  return fd;
}

itimerspec at_absolute(core::Duration time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  itimerspec spec{};
  spec.it_value.tv_sec = static_cast<time_t>(seconds.count());
  spec.it_value.tv_nsec = static_cast<long>((time - seconds).count());
  return spec;
}

}  // namespace

SystemClock::SystemClock(boost::asio::io_context& loop)
    : deadline_(loop, open_timer(CLOCK_BOOTTIME)), step_(loop, open_timer(CLOCK_REALTIME)) {
  wait_for_step();
}

core::Instant SystemClock::now() const {
  return core::Instant(read_clock(CLOCK_BOOTTIME));
}

core::WallTime SystemClock::wall() const {
  return core::WallTime(read_clock(CLOCK_REALTIME));
}

void SystemClock::arm(std::optional<core::Instant> at) {
  // An all-zero value would disarm; a moment in the past fires at once.
  const auto spec =
      at ? at_absolute(std::max<core::Duration>(at->time_since_epoch(), core::Duration(1)))
         : itimerspec{};
  timerfd_settime(deadline_.native_handle(), TFD_TIMER_ABSTIME, &spec, nullptr);
  boost::system::error_code ignored;
  deadline_.cancel(ignored);
  if (at) wait_for_deadline();
}

void SystemClock::wait_for_deadline() {
  deadline_.async_wait(
      boost::asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code error) {
        if (error) return;
        std::uint64_t expirations = 0;
        if (::read(deadline_.native_handle(), &expirations, sizeof expirations) < 0) {
          // Re-armed for later between the wake-up and this handler.
          wait_for_deadline();
          return;
        }
        if (on_deadline) on_deadline();
      });
}

void SystemClock::wait_for_step() {
  // A deadline no clock reaches: the descriptor becomes readable only when the clock is set.
  const auto spec = at_absolute(std::chrono::hours(24 * 365 * 200));
  timerfd_settime(step_.native_handle(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec,
                  nullptr);
  step_.async_wait(
      boost::asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code error) {
        if (error) return;
        std::uint64_t expirations = 0;
        const bool stepped = ::read(step_.native_handle(), &expirations, sizeof expirations) < 0 &&
                             errno == ECANCELED;
        wait_for_step();
        if (stepped && on_wall_step) on_wall_step();
      });
}

void VirtualClock::advance_to(core::Instant at) {
  now_ = std::max(now_, at);
  if (!deadline_ || *deadline_ > now_) return;
  deadline_.reset();
  if (on_deadline) on_deadline();
}

}  // namespace poised::shell
