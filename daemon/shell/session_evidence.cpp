// SPDX-License-Identifier: MIT
#include "shell/session_evidence.hpp"

#include <algorithm>
#include <iterator>

namespace poised::shell {

std::vector<LoginSession> desktops(const std::vector<LoginSession>& sessions) {
  std::vector<LoginSession> graphical, consoles;
  for (const auto& session : sessions) {
    if (!session.klass.starts_with("user")) continue;
    if (session.type != "tty")
      graphical.push_back(session);
    else if (!session.seat.empty())
      consoles.push_back(session);
  }
  return graphical.empty() ? consoles : graphical;
}

bool is_remote(const std::vector<LoginSession>& desktops) {
  const auto is_near = [](const auto& session) { return session.active && !session.remote; };
  const auto is_far = [](const auto& session) { return session.active && session.remote; };
  return std::any_of(desktops.begin(), desktops.end(), is_far) &&
         std::none_of(desktops.begin(), desktops.end(), is_near);
}

SessionVerdict judge(const SessionEvidence& evidence, const std::string& own_session) {
  const bool locker_on = std::any_of(evidence.lockers.begin(), evidence.lockers.end(),
                                     [](const auto& locker) { return locker.second; });
  const auto all = desktops(evidence.sessions);
  // A daemon that runs outside any desktop knows nothing of seats.
  if (all.empty()) return {.locked = locker_on};

  auto own = std::find_if(all.begin(), all.end(),
                          [&](const auto& session) { return session.id == own_session; });
  if (own == all.end())
    own = std::find_if(all.begin(), all.end(), [](const auto& session) { return session.active; });
  if (own == all.end()) own = all.begin();

  bool any_active = false, any_open = false, any_confirmed = false;
  for (auto session = all.begin(); session != all.end(); ++session) {
    if (!session->active) continue;
    any_active = true;
    const bool confirmed = session->locked_hint || (session == own && locker_on);
    any_confirmed = any_confirmed || confirmed;
    any_open = any_open || !(confirmed || session->lock_asked);
  }
  SessionVerdict verdict;
  verdict.seat_active = any_active;
  verdict.locked = any_active && !any_open;
  verdict.lock_assumed = verdict.locked && !any_confirmed;
  return verdict;
}

}  // namespace poised::shell
