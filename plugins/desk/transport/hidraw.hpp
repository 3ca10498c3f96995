// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "transport/transport.hpp"

namespace desk {

/// /dev/hidrawN of the cable, found by its vendor and product unless `device` names it.
class HidRaw final : public HidDevice {
 public:
  HidRaw(boost::asio::io_context& loop, std::string device);
  ~HidRaw() override;

  void open(LinkEvents events) override;
  bool set(const linak::Report& report) override;
  std::optional<linak::Report> get(std::uint8_t report_id) override;

 private:
  void try_open();
  void lost(const std::string& reason);

  boost::asio::io_context& loop_;
  std::string device_;
  LinkEvents events_;
  boost::asio::steady_timer retry_;
  int fd_ = -1;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace desk
