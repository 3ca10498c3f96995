// SPDX-License-Identifier: MIT
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

// The seam that hides what differs between sdbus-c++ 1.x and 2.x, and the pump that lets one thread
// serve sd-bus and everything else. Rules for its users: never a synchronous call on the loop
// thread, pump() after every outbound call or signal, and every callback catches everything.
namespace poised::shell {

/// CallError is what a reply handler is given first: true if the call failed, then -> says why.
#if __has_include(<sdbus-c++/VTableItems.h>)  // 2.x
using ServiceName = sdbus::ServiceName;
using CallError = std::optional<sdbus::Error>;
inline sdbus::Error make_error(const char* name, const std::string& text) {
  return sdbus::Error(sdbus::Error::Name{name}, text);
}
template <typename Handler>
sdbus::Slot add_raw_match(sdbus::IConnection& connection, const std::string& rule,
                          Handler handler) {
  return connection.addMatch(rule, std::move(handler), sdbus::return_slot);
}
#else
using ServiceName = std::string;
using CallError = const sdbus::Error*;
inline sdbus::Error make_error(const char* name, const std::string& text) {
  return sdbus::Error(name, text);
}
template <typename Handler>
sdbus::Slot add_raw_match(sdbus::IConnection& connection, const std::string& rule,
                          Handler handler) {
  return connection.addMatch(rule, std::move(handler));
}
#endif

/// Calls `handler` with each message that matches; the match ends with the returned slot.
template <typename Handler>
[[nodiscard]] sdbus::Slot add_match(sdbus::IConnection& connection, const std::string& rule,
                                    Handler handler) {
  return add_raw_match(connection, rule, [handler = std::move(handler)](auto&& message) {
    try {
      handler(message);
    } catch (const sdbus::Error&) {  // a message of another signature than documented: not for us
    }
  });
}

/// A property as it is told; nothing if it is missing or of another type than documented.
template <class T>
[[nodiscard]] std::optional<T> property(const std::map<std::string, sdbus::Variant>& properties,
                                        const char* name) {
  const auto found = properties.find(name);
  if (found == properties.end()) return std::nullopt;
  try {
    return found->second.get<T>();
  } catch (const sdbus::Error&) {
    return std::nullopt;
  }
}

/// One connection served by the loop. [loop-thread]
class Bus {
 public:
  /// `on_lost` is called once, from the loop, when the bus is gone; the owner then destroys this
  /// object.
  Bus(boost::asio::io_context& loop, std::unique_ptr<sdbus::IConnection> connection,
      std::function<void()> on_lost);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  sdbus::IConnection& connection() { return *connection_; }
  /// Lets sd-bus write what is queued and deliver what has arrived, soon. Cheap; may be called at
  /// any time.
  void pump();

 private:
  void process();
  void wait();
  void lost();

  boost::asio::io_context& loop_;
  std::unique_ptr<sdbus::IConnection> connection_;
  std::function<void()> on_lost_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::posix::stream_descriptor event_;
  boost::asio::steady_timer timeout_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool pumping_ = false, reading_ = false, writing_ = false, watching_event_ = false,
       is_lost_ = false;
};

}  // namespace poised::shell
