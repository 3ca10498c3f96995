// SPDX-License-Identifier: MIT
#include "shell/service_manager.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

namespace poised::shell {

ServiceManager::ServiceManager(boost::asio::io_context& loop) : timer_(loop) {
  std::uint64_t usec = 0;
  if (sd_watchdog_enabled(0, &usec) > 0) {
    interval_ = std::chrono::microseconds(usec / 2);
    ping();
  }
}

void ServiceManager::ready() {
  sd_notify(0, "READY=1");
}

void ServiceManager::reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto usec = static_cast<std::int64_t>(now.tv_sec) * 1000000 + now.tv_nsec / 1000;
  sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", usec).c_str());
}

void ServiceManager::stopping() {
  sd_notify(0, "STOPPING=1");
}

void ServiceManager::status(const std::string& text) {
  sd_notify(0, ("STATUS=" + text).c_str());
}

void ServiceManager::awake() {
  // A ping in the second half of the interval moves the timer's own wake-up away.
  if (interval_.count() > 0 && std::chrono::steady_clock::now() - last_ping_ > interval_ / 2)
    ping();
}

void ServiceManager::ping() {
  sd_notify(0, "WATCHDOG=1");
  last_ping_ = std::chrono::steady_clock::now();
  timer_.expires_after(interval_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) ping();
  });
}

}  // namespace poised::shell
