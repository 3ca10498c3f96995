// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <list>
#include <memory>

#include "transport/transport.hpp"

namespace desk {

/// Programs run by posix_spawn, on the loop.
class Processes final : public Runner {
 public:
  explicit Processes(boost::asio::io_context& loop) : loop_(loop) {}
  ~Processes() override;

  void run(const std::vector<std::string>& words, std::chrono::milliseconds patience,
           std::function<void(const Ended&)> ended) override;
  void kill_all() override;

 private:
  class Process;
  boost::asio::io_context& loop_;
  std::list<std::shared_ptr<Process>> running_;
};

}  // namespace desk
