// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <optional>

#include "core/time.hpp"

namespace poised::shell {

/// Where the domain's time comes from: the only place of the daemon that reads a clock for the
/// rules. [loop-thread]
class Clock {
 public:
  virtual ~Clock() = default;
  virtual core::Instant now() const = 0;
  virtual core::WallTime wall() const = 0;
  /// One deadline at a time: `on_deadline` is called once, at `at` or as soon after as the loop
  /// allows, never from inside this call. Empty disarms.
  virtual void arm(std::optional<core::Instant> at) = 0;

  std::function<void()> on_deadline;
  /// The wall clock was set (not: went on).
  std::function<void()> on_wall_step;
};

/// CLOCK_BOOTTIME and CLOCK_REALTIME through timerfd, so that suspend counts and a step is noticed
/// without polling.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::io_context& loop);
  core::Instant now() const override;
  core::WallTime wall() const override;
  void arm(std::optional<core::Instant> at) override;

 private:
  void wait_for_deadline();
  void wait_for_step();

  boost::asio::posix::stream_descriptor deadline_;
  boost::asio::posix::stream_descriptor step_;
};

/// Time that stands still until it is told: the demo and the tests.
class VirtualClock final : public Clock {
 public:
  VirtualClock(core::Instant now, core::WallTime wall)
      : now_(now), wall_at_zero_(wall - now.time_since_epoch()) {}
  core::Instant now() const override { return now_; }
  core::WallTime wall() const override { return wall_at_zero_ + now_.time_since_epoch(); }
  void arm(std::optional<core::Instant> at) override { deadline_ = at; }

  std::optional<core::Instant> deadline() const { return deadline_; }
  /// Moves on to `at` (never back) and calls on_deadline if the deadline is reached.
  void advance_to(core::Instant at);

 private:
  core::Instant now_;
  core::WallTime wall_at_zero_;
  std::optional<core::Instant> deadline_;
};

}  // namespace poised::shell
