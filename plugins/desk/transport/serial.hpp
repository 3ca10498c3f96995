// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/serial_port.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <string>

#include "transport/transport.hpp"

namespace desk {

/// A serial line, 8N1. A device that is unplugged is looked for again.
class SerialLine final : public ByteStream {
 public:
  enum class Strap : std::uint8_t { none, dtr, rts };  ///< held high: a box's "PIN20"
  SerialLine(boost::asio::io_context& loop, std::string device, unsigned baud, Strap strap);
  ~SerialLine() override;

  void open(LinkEvents events, std::function<void(ByteView)> received) override;
  void send(ByteView bytes) override;
  void send_first(ByteView bytes) override;

 private:
  void try_open();
  void lost(const std::string& reason);
  void read();
  void write();

  boost::asio::io_context& loop_;
  std::string device_;
  unsigned baud_;
  Strap strap_;
  LinkEvents events_;
  std::function<void(ByteView)> received_;
  boost::asio::serial_port port_;
  boost::asio::steady_timer retry_;
  std::array<std::uint8_t, 256> buffer_{};
  std::deque<Bytes> waiting_;  // the first is on its way
  bool open_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace desk
