// SPDX-License-Identifier: MIT
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "memory/unused_memory.hpp"
#include "shell/daemon.hpp"
#include "shell/decision_values.hpp"
#include "store/recorded.hpp"
#include "store/saved_state.hpp"

// What outlives the daemon: its state, and the person's history.
namespace poised::shell {
namespace {

/// "2026-03-02" of days since 1970.
std::string date_text(std::int64_t days) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::sys_days(std::chrono::days(days)));
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void Daemon::restore_state() {
  if (options_.state_directory.empty()) return;
  const auto text = state_file_.read(state_problem_);
  if (!text) {
    remember_start(nullptr, false);
    if (!state_problem_.empty()) log_.warning(state_problem_);
    return;
  }
  const auto file = store::from_json(*text, state_problem_);
  if (!file) {
    log_.warning(fmt::format("{}; it is set aside and counting starts afresh", state_problem_));
    state_file_.set_aside();
    remember_start(nullptr, false);
    return;
  }
  welcomed_ = file->welcomed;
  remember_start(&file->saved, file->boot_id == boot_id_);
  dispatch(core::Restored{file->saved, file->boot_id == boot_id_, clock_.wall()});
}

void Daemon::save_soon() {
  if (save_pending_ || options_.state_directory.empty() || stopping_) return;
  save_pending_ = true;
  boost::asio::post(loop_, [this] { save_now(); });
}

void Daemon::save_now() {
  save_pending_ = false;
  if (options_.state_directory.empty()) return;
  const auto problem = state_file_.write(store::to_json(core::save(state_), boot_id_, welcomed_));
  if (problem != state_problem_ && !problem.empty()) log_.event(Log::Message::not_kept, problem);
  state_problem_ = problem;
  write_history();
  tell_health();
  release_unused_memory();
}

void Daemon::configure_history() {
  const auto& settings = config_.settings.history;
  HistoryKeeper::Place place{settings.keep,
                             settings.dir.empty() ? options_.state_directory : settings.dir,
                             settings.retention};
  if (options_.state_directory.empty()) place.keep = config::HistoryKeep::none;
  history_.configure(place);
}

void Daemon::keep(const core::Fact& fact, const Json& json) {
  if (!history_.keeps()) return;
  const auto at = core::wall_time(state_, fact.at);
  auto decision = json;
  decision["values"] = decision_values(state_, fact, config_.policy);
  history_.add({store::Entry::Kind::decision, at, text_of(decision)});
  if (fact.totals)
    history_.add({store::Entry::Kind::today, at, store::today_text(fact.text, *fact.totals)});
  history_grew_ = true;
}

std::string Daemon::trace_line(core::WallTime wall, const std::string& words) const {
  return fmt::format("{} {}", exact_local_time(wall, config_.policy), words);
}

void Daemon::remember(const core::Event& event, core::Instant now) {
  if (!history_.keeps() || !state_.wall_offset) return;
  const auto wall = core::wall_time(state_, now);
  const auto words = store::trace_words(event, now, wall);
  if (!words.empty()) history_.add({store::Entry::Kind::input, wall, trace_line(wall, words)});
}

void Daemon::remember_start(const core::Saved* saved, bool same_boot) {
  const auto now = clock_.now();
  const auto wall = core::wall_time(state_, now);
  history_.add(
      {store::Entry::Kind::start, wall,
       trace_line(wall, store::start_words(saved, same_boot, now, wall, policy_fingerprint_))});
}

void Daemon::remember_stop() {
  const auto wall = core::wall_time(state_, clock_.now());
  history_.add({store::Entry::Kind::input, wall, trace_line(wall, store::stop_words())});
  history_grew_ = true;
}

// As if the daemon had been started afresh: the state, and what the world would tell it again.
void Daemon::take_snapshot() {
  if (!history_.keeps()) return;
  const auto now = state_.now;
  const auto wall = core::wall_time(state_, now);
  const auto saved = core::save(state_);
  auto text = trace_line(wall, store::start_words(&saved, true, now, wall, policy_fingerprint_));
  const auto& input = state_.input;
  const auto tell = [&](const core::Event& event) {
    text += "\n" + trace_line(wall, store::trace_words(event, now, wall));
  };
  if (input.source != core::SourceState::silent)
    tell(core::SourceChanged{input.source == core::SourceState::working, input.splits,
                             input.source_id, input.source_reason});
  for (std::size_t i = 0; i < input.devices.size(); ++i)
    if (input.devices[i].going_on) tell(core::InputResumed{static_cast<core::Device>(i)});
  if (input.lock == core::LockState::locked) tell(core::LockChanged{true});
  if (input.asleep) tell(core::SleepChanged{true});
  if (input.seat_inactive) tell(core::SeatChanged{false});
  if (input.inhibitor) tell(core::InhibitorChanged{true});
  for (std::size_t i = 0; i < state_.signals.size(); ++i)
    if (state_.signals[i].on) tell(core::SignalChanged{static_cast<core::LiveSignal>(i), true});
  if (state_.desk_mm) tell(core::DeskHeight{*state_.desk_mm});
  for (const auto& pause : state_.pauses)
    if (pause.key != "person") tell(core::Paused{pause.key, "", pause.until});
  history_.add({store::Entry::Kind::snapshot, wall, std::move(text)});
}

void Daemon::write_history(bool check) {
  if (!history_grew_ && !check) return;
  history_grew_ = false;
  const auto now = core::wall_time(state_, clock_.now());
  if (history_.keeps() && state_.day.date)
    history_.add({store::Entry::Kind::today, now,
                  store::today_text(date_text(*state_.day.date), status_now().day)});
  history_.write(now, check);
}

}  // namespace poised::shell
