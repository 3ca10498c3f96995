// SPDX-License-Identifier: MIT
#include "core/status.hpp"

namespace poised::core {

const char* word(Presence presence) {
  switch (presence) {
    case Presence::active:
      return "active";
    case Presence::passive:
      return "passive";
    case Presence::idle:
      return "idle";
    case Presence::locked:
      return "locked";
    case Presence::asleep:
      return "asleep";
    case Presence::seat_inactive:
      return "seat-inactive";
    case Presence::unknown:
      return "unknown";
  }
  return "";
}

const char* word(BreakState state) {
  switch (state) {
    case BreakState::counting:
      return "counting";
    case BreakState::due:
      return "due";
    case BreakState::waiting:
      return "waiting";
    case BreakState::held:
      return "held";
    case BreakState::open:
      return "open";
    case BreakState::running:
      return "running";
    case BreakState::snoozed:
      return "snoozed";
    case BreakState::disabled:
      return "disabled";
  }
  return "";
}

const char* word(Posture posture) {
  switch (posture) {
    case Posture::unknown:
      return "unknown";
    case Posture::sitting:
      return "sitting";
    case Posture::standing:
      return "standing";
  }
  return "";
}

const char* word(HeldBy reason) {
  switch (reason) {
    case HeldBy::calendar:
      return "calendar";
    case HeldBy::call:
      return "call";
    case HeldBy::mic:
      return "mic";
    case HeldBy::camera:
      return "camera";
    case HeldBy::screen_share:
      return "screen-share";
    case HeldBy::dnd:
      return "dnd";
    case HeldBy::full_screen:
      return "full-screen";
    case HeldBy::video:
      return "video";
    case HeldBy::pause:
      return "pause";
    case HeldBy::hours:
      return "hours";
    case HeldBy::spacing:
      return "spacing";
  }
  return "";
}

const char* word(LiveSignal signal) {
  switch (signal) {
    case LiveSignal::call:
      return "call";
    case LiveSignal::mic:
      return "mic";
    case LiveSignal::camera:
      return "camera";
    case LiveSignal::screen_share:
      return "screen-share";
    case LiveSignal::dnd:
      return "dnd";
    case LiveSignal::mirrored_display:
      return "mirrored-display";
    case LiveSignal::video:
      return "video";
    case LiveSignal::full_screen:
      return "full-screen";
  }
  return "";
}

const char* word(FactKind kind) {
  switch (kind) {
    case FactKind::session_start:
      return "session-start";
    case FactKind::session_end:
      return "session-end";
    case FactKind::due:
      return "due";
    case FactKind::held:
      return "held";
    case FactKind::released:
      return "released";
    case FactKind::prompt:
      return "prompt";
    case FactKind::started:
      return "started";
    case FactKind::withdrawn:
      return "withdrawn";
    case FactKind::completed:
      return "completed";
    case FactKind::snoozed:
      return "snoozed";
    case FactKind::skipped:
      return "skipped";
    case FactKind::expired:
      return "expired";
    case FactKind::missed:
      return "missed";
    case FactKind::refused:
      return "refused";
    case FactKind::note:
      return "note";
    case FactKind::posture:
      return "posture";
    case FactKind::move_desk:
      return "move-desk";
    case FactKind::day:
      return "day";
    case FactKind::presence:
      return "presence";
    case FactKind::session:
      return "session";
    case FactKind::phase:
      return "phase";
    case FactKind::checkin_due:
      return "checkin-due";
    case FactKind::held_phase:
      return "held-phase";
    case FactKind::stopped:
      return "stopped";
    case FactKind::hurt:
      return "hurt";
    case FactKind::cleared:
      return "cleared";
    case FactKind::advice:
      return "advice";
  }
  return "";
}

const char* word(How how) {
  switch (how) {
    case How::none:
      return "";
    case How::taken:
      return "taken";
    case How::natural:
      return "natural";
  }
  return "";
}

const char* word(Urgency urgency) {
  switch (urgency) {
    case Urgency::low:
      return "low";
    case Urgency::normal:
      return "normal";
    case Urgency::critical:
      return "critical";
  }
  return "";
}

const char* word(PromptReason reason) {
  switch (reason) {
    case PromptReason::interval:
      return "interval";
    case PromptReason::posture:
      return "posture";
    case PromptReason::after_meeting:
      return "after-meeting";
    case PromptReason::pull_forward:
      return "pull-forward";
    case PromptReason::expired:
      return "expired";
    case PromptReason::snoozed:
      return "snoozed";
  }
  return "";
}

const char* word(Answer answer) {
  switch (answer) {
    case Answer::start:
      return "start";
    case Answer::done:
      return "done";
    case Answer::snooze:
      return "snooze";
    case Answer::skip:
      return "skip";
    case Answer::dismiss:
      return "dismiss";
    case Answer::quiet_today:
      return "quiet-today";
  }
  return "";
}

}  // namespace poised::core
