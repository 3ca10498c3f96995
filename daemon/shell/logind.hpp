// SPDX-License-Identifier: MIT
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shell/bus.hpp"
#include "shell/session_evidence.hpp"

namespace poised::shell {

/// logind on the system bus: this user's sessions, and sleep. It is asked anew when it has been
/// restarted; a bus that is gone is looked for with the next start(). [loop-thread]
class Logind {
 public:
  struct Callbacks {
    /// sessions() or problem() differ from before.
    std::function<void()> changed;
    /// idle_inhibited() differs from before.
    std::function<void()> inhibitors_changed;
    /// The machine is about to sleep, or awake again. Sleep waits until the call has returned.
    std::function<void(bool asleep)> sleep;
  };

  Logind(boost::asio::io_context& loop, Callbacks callbacks);
  ~Logind();
  Logind(const Logind&) = delete;
  Logind& operator=(const Logind&) = delete;

  /// Connects, unless it is connected or has just tried. Calls nothing back before it has returned.
  void start();

  /// Whether to ask who keeps the session from going idle; nobody is asked at first.
  void follow_inhibitors(bool follow);
  /// This user holds a lock against going idle; false unless it is followed.
  [[nodiscard]] bool idle_inhibited() const { return idle_inhibited_; }

  /// This user's sessions, the oldest first; nothing while logind has not told of
  /// all that it had at first.
  [[nodiscard]] std::optional<std::vector<LoginSession>> sessions() const;
  /// Why lock, sleep and seat are not seen; empty while they are.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Watched {
    LoginSession session;
    std::unique_ptr<sdbus::IProxy> proxy;
    sdbus::Slot signals;
    bool described = false;
  };

  void connect();
  void connection_lost();
  void ask_everything();
  void list_sessions();
  void hold_sleep_back();
  void list_inhibitors();
  void set_idle_inhibited(bool inhibited);
  void look_whether_complete();
  void add(const std::string& path);
  void session_signal(const std::string& path, sdbus::Message& message);
  void sleep_signal(bool asleep);
  void set_problem(const std::string& problem);

  boost::asio::io_context& loop_;
  Callbacks callbacks_;
  std::chrono::steady_clock::time_point next_attempt_;
  std::string problem_;

  std::unique_ptr<Bus> bus_;
  std::unique_ptr<sdbus::IProxy> manager_;
  std::vector<sdbus::Slot> matches_;
  std::optional<sdbus::UnixFd> inhibitor_;
  bool follows_inhibitors_ = false;
  bool idle_inhibited_ = false;
  bool complete_ = false;  ///< each session has been described since the connection was made
  bool asleep_ = false;
  std::map<std::string, Watched> watched_;  // by object path
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace poised::shell
