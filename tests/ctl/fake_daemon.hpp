// SPDX-License-Identifier: MIT
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rigs/bus.hpp"

namespace poised::test {

/// Serves the real interface, made from the daemon's XML, with answers that the test lays down.
class FakeDaemon {
 public:
  explicit FakeDaemon(const rig::SessionBus& bus);
  ~FakeDaemon();

  /// The next call fails with org.poised.Error.Refused and this line.
  void refuse(const std::string& line);
  /// GetStatus is never answered.
  void fall_silent();
  void set_status(const std::string& json);
  void set_doctor(const std::string& json);
  void set_programme(const std::string& json);
  void emit_event(const std::string& json);
  /// Serves no more, as a daemon that is about to end.
  void stop_serving();
  /// Gives up the bus name.
  void leave();

  /// Waits until `call` ("Answer 0 snooze") has been received. Fails the test after 20 s.
  void wait_for(const std::string& call);
  std::vector<std::string> calls() const;

 private:
  class Object;
  std::unique_ptr<sdbus::IConnection> connection_;
  std::unique_ptr<Object> object_;
  std::thread loop_;
};

}  // namespace poised::test
