// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string>

namespace poised::shell {

/// What the daemon tells the service manager that started it; does nothing where there is none. The
/// watchdog is served from the loop itself, so that a stuck loop is noticed. [loop-thread]
class ServiceManager {
 public:
  explicit ServiceManager(boost::asio::io_context& loop);
  void ready();
  void reloading();
  void stopping();
  /// One line for `systemctl --user status`. Never a person's behaviour.
  void status(const std::string& text);
  /// The loop is awake anyway: take the chance to serve the watchdog.
  void awake();

 private:
  void ping();

  boost::asio::steady_timer timer_;
  std::chrono::microseconds interval_{};  // 0: no watchdog
  std::chrono::steady_clock::time_point last_ping_{};
};

}  // namespace poised::shell
