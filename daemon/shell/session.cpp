// SPDX-License-Identifier: MIT
#include "shell/session.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace poised::shell {
namespace {

std::string own_session_id() {
  const char* id = std::getenv("XDG_SESSION_ID");
  return id ? id : "";
}

// Locking changes nothing of what there is to look at.
bool same_desktops(const std::vector<LoginSession>& a, const std::vector<LoginSession>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.id == y.id && x.active == y.active && x.type == y.type;
  });
}

}  // namespace

Session::Session(boost::asio::io_context& loop, Callbacks callbacks)
    : callbacks_(std::move(callbacks)),
      own_session_(own_session_id()),
      logind_(loop, {.changed = [this] { settle(); },
                     .inhibitors_changed = [this] { settle_inhibitors(); },
                     .sleep =
                         [this](bool asleep) {
                           callbacks_.dispatch(core::SleepChanged{asleep});
                           if (asleep) callbacks_.save();
                         }}) {}

void Session::use(Bus* session_bus) {
  bus_ = session_bus;
  listen_to_inhibitors();
  lockers_ =
      session_bus ? std::make_unique<ScreenLockers>(*session_bus, [this] { settle(); }) : nullptr;
  settle();
}

void Session::follow_inhibitors(bool follow) {
  if (std::exchange(follows_inhibitors_, follow) == follow) return;
  logind_.follow_inhibitors(follow);
  listen_to_inhibitors();
}

void Session::listen_to_inhibitors() {
  inhibitors_ = bus_ && follows_inhibitors_
                    ? std::make_unique<IdleInhibitors>(*bus_, [this] { settle_inhibitors(); })
                    : nullptr;
  settle_inhibitors();
}

void Session::settle_inhibitors() {
  const bool inhibited = logind_.idle_inhibited() || (inhibitors_ && inhibitors_->active());
  if (std::exchange(inhibited_, inhibited) != inhibited) callbacks_.inhibitors_changed();
}

std::vector<LoginSession> Session::desktops() const {
  return shell::desktops(logind_.sessions().value_or(std::vector<LoginSession>{}));
}

bool Session::remote() const {
  // xrdp and others log in through PAM without naming the far machine.
  static constexpr std::array marks{"XRDP_SESSION", "X2GO_SESSION", "VNCDESKTOP", "NXSESSIONID",
                                    "CHROME_REMOTE_DESKTOP_SESSION"};
  return is_remote(desktops()) || std::any_of(marks.begin(), marks.end(), [](const char* mark) {
           return std::getenv(mark) != nullptr;
         });
}

void Session::settle() {
  SessionEvidence evidence;
  const auto sessions = logind_.sessions();
  if (lockers_) evidence.lockers = lockers_->active();
  const bool lockers_speak = !evidence.lockers.empty();
  // While nobody has said anything, what was saved holds.
  if (!sessions && !lockers_speak && !heard_) return;
  evidence.sessions = sessions.value_or(std::vector<LoginSession>{});

  auto verdict = judge(evidence, own_session_);
  const auto now = shell::desktops(evidence.sessions);
  // The end of the last desktop takes the person away with it, until there is another.
  const bool ended = sessions && now.empty() && !known_desktops_.empty();
  if (sessions && now.empty() && (ended || !told_.seat_active)) verdict.seat_active = false;
  if (!sessions) verdict.seat_active = told_.seat_active;
  if (!sessions && !lockers_speak) {
    // Nobody is left to ask: input will show whether the screen is still locked.
    verdict.locked = verdict.lock_assumed = told_.locked;
  }

  if (!heard_ || verdict.locked != told_.locked || verdict.lock_assumed != told_.lock_assumed)
    callbacks_.dispatch(core::LockChanged{verdict.locked, !verdict.lock_assumed});
  if (!heard_ || verdict.seat_active != told_.seat_active)
    callbacks_.dispatch(core::SeatChanged{verdict.seat_active});
  heard_ = true;
  told_ = verdict;
  if (ended) callbacks_.save();
  if (sessions && !same_desktops(now, known_desktops_)) {
    known_desktops_ = now;
    callbacks_.desktops_changed();
  }
}

}  // namespace poised::shell
