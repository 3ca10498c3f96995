// SPDX-License-Identifier: MIT
#include "transport/mosquitto.hpp"

#include <mosquitto.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace desk {
namespace {

constexpr std::chrono::seconds looks_again_after{10};
constexpr std::chrono::seconds misc_period{10};
constexpr int keep_alive_s = 30;
constexpr int once_at_least = 1;
constexpr std::size_t longest_payload = 16384;

}  // namespace

MosquittoLink::MosquittoLink(boost::asio::io_context& loop, Broker broker)
    : loop_(loop), broker_(std::move(broker)), socket_(loop), retry_(loop), keep_alive_(loop) {
  mosquitto_lib_init();
}

MosquittoLink::~MosquittoLink() {
  *alive_ = false;
  if (socket_.is_open()) socket_.release();
  if (client_ != nullptr) {
    mosquitto_disconnect(client_);
    mosquitto_loop_write(client_, 1);
    mosquitto_destroy(client_);
  }
  mosquitto_lib_cleanup();
}

void MosquittoLink::open(LinkEvents events, std::function<void(const Message&)> received) {
  events_ = std::move(events);
  received_ = std::move(received);
  client_ = mosquitto_new(nullptr, true, this);
  mosquitto_connect_callback_set(client_, [](mosquitto*, void* self, int code) {
    auto* link = static_cast<MosquittoLink*>(self);
    boost::asio::post(link->loop_, [link, alive = link->alive_, code] {
      if (!*alive) return;
      if (code != 0) return link->lost(mosquitto_connack_string(code));
      link->open_ = true;
      link->events_.opened();
      link->write_if_wanted();
    });
  });
  mosquitto_message_callback_set(client_, [](mosquitto*, void* self,
                                             const mosquitto_message* message) {
    auto* link = static_cast<MosquittoLink*>(self);
    if (message->payloadlen < 0 || static_cast<std::size_t>(message->payloadlen) > longest_payload)
      return;
    Message copy{message->topic,
                 std::string(static_cast<const char*>(message->payload),
                             static_cast<std::size_t>(message->payloadlen)),
                 message->retain};
    boost::asio::post(link->loop_, [link, alive = link->alive_, copy = std::move(copy)] {
      if (*alive && link->open_) link->received_(copy);
    });
  });
  // A stop must not wait until the broker has acknowledged what was sent before it.
  mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
  if (!broker_.user.empty())
    mosquitto_username_pw_set(client_, broker_.user.c_str(), broker_.password.c_str());
  if (broker_.tls) mosquitto_tls_set(client_, nullptr, "/etc/ssl/certs", nullptr, nullptr, nullptr);
  if (!broker_.will_topic.empty())
    mosquitto_will_set(client_, broker_.will_topic.c_str(), static_cast<int>(broker_.will.size()),
                       broker_.will.data(), once_at_least, true);
  boost::asio::post(loop_, [this, alive = alive_] {
    if (*alive) try_connect();
  });
}

void MosquittoLink::try_connect() {
  const int result =
      mosquitto_connect_async(client_, broker_.host.c_str(), broker_.port, keep_alive_s);
  if (result != MOSQ_ERR_SUCCESS) return lost(mosquitto_strerror(result));
  const int fd = mosquitto_socket(client_);
  if (fd < 0) return lost("no connection");
  socket_.assign(fd);
  watch();
  write_if_wanted();
  keep_alive();
}

void MosquittoLink::watch() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this, alive = alive_](boost::system::error_code error) {
                       if (!*alive || error) return;
                       const int result = mosquitto_loop_read(client_, 1);
                       if (result != MOSQ_ERR_SUCCESS) return lost(mosquitto_strerror(result));
                       watch();
                       write_if_wanted();
                     });
}

void MosquittoLink::write_if_wanted() {
  if (!socket_.is_open() || writing_ || !mosquitto_want_write(client_)) return;
  writing_ = true;
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                     [this, alive = alive_](boost::system::error_code error) {
                       if (!*alive) return;
                       writing_ = false;
                       if (error) return;
                       const int result = mosquitto_loop_write(client_, 1);
                       if (result != MOSQ_ERR_SUCCESS) return lost(mosquitto_strerror(result));
                       write_if_wanted();
                     });
}

void MosquittoLink::keep_alive() {
  keep_alive_.expires_after(misc_period);
  keep_alive_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (!*alive || error || !socket_.is_open()) return;
    const int result = mosquitto_loop_misc(client_);
    if (result != MOSQ_ERR_SUCCESS) return lost(mosquitto_strerror(result));
    write_if_wanted();
    keep_alive();
  });
}

void MosquittoLink::lost(const std::string& reason) {
  if (socket_.is_open()) socket_.release();
  writing_ = false;
  keep_alive_.cancel();
  mosquitto_disconnect(client_);
  const auto line = "mqtt: " + broker_.host + ": " + reason;
  if (std::exchange(open_, false)) events_.closed(line);
  retry_.expires_after(looks_again_after);
  retry_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (*alive && !error) try_connect();
  });
}

void MosquittoLink::subscribe(const std::string& topic) {
  mosquitto_subscribe(client_, nullptr, topic.c_str(), once_at_least);
  write_if_wanted();
}

void MosquittoLink::publish(const std::string& topic, const std::string& payload, bool retain) {
  if (!open_) return;
  mosquitto_publish(client_, nullptr, topic.c_str(), static_cast<int>(payload.size()),
                    payload.data(), once_at_least, retain);
  write_if_wanted();
}

}  // namespace desk
