// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What is known about the person's graphical sessions, and what follows from it for presence (P4,
// P8). Values only: who tells, and whom to tell, is Session's affair.
namespace poised::shell {

/// One session of this user as logind describes it.
struct LoginSession {
  std::string id;
  std::string type;          ///< "x11", "wayland", "tty", …
  std::string klass;         ///< "user", "greeter", "manager", …
  std::string seat;          ///< empty: none, as over the network
  std::uint32_t leader = 0;  ///< the process that it began with; 0: not known
  bool remote = false;
  bool active = true;
  bool locked_hint = false;  ///< the desktop says that its screen is locked
  bool lock_asked = false;   ///< Lock was asked for, and Unlock has not been since
  bool operator==(const LoginSession&) const = default;
};

struct SessionEvidence {
  /// All sessions of this user, the oldest first.
  std::vector<LoginSession> sessions;
  /// Interface of a screen locker on the session bus → whether it says that it is active.
  std::map<std::string, bool> lockers;
};

struct SessionVerdict {
  bool locked = false;
  /// Nobody confirms that the screen is locked: it was asked for, and input disproves it.
  bool lock_assumed = false;
  bool seat_active = true;
  bool operator==(const SessionVerdict&) const = default;
};

/// Those of the sessions before which a person can sit: graphical ones, near or far. A session of
/// the text console counts where there is no other, because an X server may have been started from
/// it.
[[nodiscard]] std::vector<LoginSession> desktops(const std::vector<LoginSession>& sessions);

/// Whether the person sits elsewhere: there are desktops, and each that is in the foreground is
/// far.
[[nodiscard]] bool is_remote(const std::vector<LoginSession>& desktops);

/// P8: several desktops are one person, who is there as long as one desktop is neither locked nor
/// in the background. What the lockers say is about the session whose bus this is: `own_session`,
/// or the first desktop that is active where that is not known.
[[nodiscard]] SessionVerdict judge(const SessionEvidence& evidence, const std::string& own_session);

}  // namespace poised::shell
