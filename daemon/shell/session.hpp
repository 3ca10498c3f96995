// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "shell/bus.hpp"
#include "shell/idle_inhibitors.hpp"
#include "shell/logind.hpp"
#include "shell/screen_lockers.hpp"
#include "shell/session_evidence.hpp"

namespace poised::shell {

/// Whether the person's screen is locked, their seat in the foreground and the machine awake: from
/// logind and from the screen lockers, told to the core once each time it changes. [loop-thread]
class Session {
 public:
  struct Callbacks {
    std::function<void(core::Event)> dispatch;
    /// The machine sleeps, or the last desktop has ended, once this has returned.
    std::function<void()> save;
    /// Desktops came, went, or changed places in the foreground.
    std::function<void()> desktops_changed;
    /// inhibited() differs from before.
    std::function<void()> inhibitors_changed;
  };

  Session(boost::asio::io_context& loop, Callbacks callbacks);

  /// To be called again when somebody is there: what was missing may be there too.
  void start() { logind_.start(); }
  /// The session bus, on which lockers speak; nullptr once it is gone.
  void use(Bus* session_bus);

  /// Whether inhibited() is to be known; it is false otherwise, and nobody is asked.
  void follow_inhibitors(bool follow);
  /// An application of this user keeps the screen on.
  [[nodiscard]] bool inhibited() const { return inhibited_; }

  /// The desktops of this user, as far as logind tells.
  [[nodiscard]] std::vector<LoginSession> desktops() const;
  /// The person sits at another machine, as far as logind tells or, where it does not, the
  /// programs that serve such sessions.
  [[nodiscard]] bool remote() const;
  /// Why lock, sleep and seat may be missed; empty while they are seen.
  [[nodiscard]] const std::string& problem() const { return logind_.problem(); }

 private:
  void settle();
  void listen_to_inhibitors();
  void settle_inhibitors();

  Callbacks callbacks_;
  std::string own_session_;
  Logind logind_;
  Bus* bus_ = nullptr;
  std::unique_ptr<ScreenLockers> lockers_;
  bool follows_inhibitors_ = false;
  bool inhibited_ = false;
  std::unique_ptr<IdleInhibitors> inhibitors_;
  SessionVerdict told_;
  std::vector<LoginSession> known_desktops_;
  bool heard_ = false;
};

}  // namespace poised::shell
