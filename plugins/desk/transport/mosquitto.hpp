// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "transport/transport.hpp"

struct mosquitto;
struct mosquitto_message;

namespace desk {

/// A broker through libmosquitto, on the loop's own thread.
class MosquittoLink final : public MqttLink {
 public:
  struct Broker {
    std::string host;
    int port = 1883;
    std::string user, password;
    bool tls = false;
    std::string will_topic, will;  ///< what the broker says for us, retained, when we are lost
  };
  MosquittoLink(boost::asio::io_context& loop, Broker broker);
  ~MosquittoLink() override;

  void open(LinkEvents events, std::function<void(const Message&)> received) override;
  void subscribe(const std::string& topic) override;
  void publish(const std::string& topic, const std::string& payload, bool retain) override;

 private:
  void try_connect();
  void lost(const std::string& reason);
  void watch();
  void keep_alive();
  void write_if_wanted();

  boost::asio::io_context& loop_;
  Broker broker_;
  LinkEvents events_;
  std::function<void(const Message&)> received_;
  mosquitto* client_ = nullptr;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer retry_, keep_alive_;
  bool open_ = false, writing_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace desk
