// SPDX-License-Identifier: MIT
#include "shell/daemon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <csignal>
#include <type_traits>
#include <utility>
#include <variant>

#include "build_config.hpp"
#include "catalogue/scenes.hpp"
#include "memory/unused_memory.hpp"
#include "shell/desktop_environment.hpp"
#include "store/place.hpp"

namespace poised::shell {
namespace {

// A bus that is gone for good ends the session, and the session ends the daemon; more tries would
// only wake it. A desktop that has no screen by then will have none.
constexpr std::array retry_after{std::chrono::milliseconds(500),  std::chrono::milliseconds(1000),
                                 std::chrono::milliseconds(2000), std::chrono::milliseconds(4000),
                                 std::chrono::milliseconds(8000), std::chrono::milliseconds(16000),
                                 std::chrono::milliseconds(30000)};

// The key of a pause (B10).
constexpr const char* screen_kept_on = "screen-kept-on";
constexpr const char* remote_session = "remote-session";

/// Another exercise, side or set, in the theme of sounds.
constexpr const char* scene_sound = "bell";

std::filesystem::path state_path(const std::filesystem::path& directory) {
  return directory.empty() ? directory : store::state_file(directory);
}

}  // namespace

Daemon::Daemon(boost::asio::io_context& loop, Clock& clock, DaemonOptions options)
    : loop_(loop),
      clock_(clock),
      options_(std::move(options)),
      service_manager_(loop),
      signals_(loop, SIGTERM, SIGINT, SIGHUP),
      started_(clock.now()),
      config_watch_(loop, [this] { reload(); }),
      zone_watch_(loop,
                  [this] {
                    const auto before = config_.policy.zone;
                    refresh_zone();
                    if (config_.policy.zone == before) return;
                    dispatch(core::PolicyChanged{});
                    refresh_availability();
                  }),
      state_file_(state_path(options_.state_directory)),
      policy_file_(options_.state_directory / "policy.toml"),
      boot_id_(store::boot_id()),
      history_(loop,
               [this](const std::string& line) {
                 log_.event(Log::Message::not_kept, line);
                 tell_health();
               }),
      health_file_(options_.runtime_directory),
      run_guide_(loop, clock,
                 [this](const auto& run, const auto& scene) { show_scene(run, scene); }),
      bus_retry_(loop),
      desktop_retry_(loop) {
  clock_.on_deadline = [this] { dispatch(core::TimerElapsed{}); };
  clock_.on_wall_step = [this] {
    refresh_zone();  // it covers a year or so from here
    dispatch(core::ClockSet{clock_.wall()});
  };
}

Daemon::~Daemon() {
  clock_.on_deadline = nullptr;
  clock_.on_wall_step = nullptr;
}

void Daemon::start() {
  wait_for_signals();
  manifests_ = plugin::load_manifests(
      options_.plugin_dir.empty() ? build::manifest_dir : options_.plugin_dir, manifest_problems_);
  for (const auto& problem : manifest_problems_) log_.event(Log::Message::configuration, problem);
  if (const auto& problem = config_watch_.problem(); !problem.empty())
    log_.warning(problem + "; what is changed counts after systemctl --user reload poised");
  load_config();
  watch_zone();
  add_plugins();
  configure_history();
  dispatch(core::ClockSet{clock_.wall()});
  restore_state();
  watch_session();
  connect_bus();
  if (exit_code_ != 0) return;
  dispatch(core::PolicyChanged{});
  sources_->use(source_ids());
  if (!welcomed_ && !options_.state_directory.empty()) {
    presenter_->show_welcome(config_.policy, managed_by());
    welcomed_ = true;
    save_soon();
  }
  write_history(true);
  if (!options_.virtual_clock)
    installation_ = std::make_unique<Installation>(
        loop_, options_.plugin_dir.empty() ? build::manifest_dir : options_.plugin_dir,
        [this] { follow_installation(); });
  tell_health();
  service_manager_.ready();
  // Reading configuration takes many times the memory that its result needs.
  release_unused_memory();
}

void Daemon::stop(int exit_code) {
  if (stopping_) return;
  stopping_ = true;
  exit_code_ = exit_code;
  if (successor_.empty()) service_manager_.stopping();
  dispatch(core::TimerElapsed{});  // what was counted since the last event is saved, too
  remember_stop();
  save_now();
  control_.reset();
  supervisor_->stop_all([this] { history_.finish([this] { loop_.stop(); }); });
}

/// Whether what is installed now can take over without anybody noticing. A plugin that is newer
/// already does not load into the old daemon.
bool Daemon::may_be_replaced() const {
  if (desk_->report().state == POISED_DESK_MOVING) return false;
  bool outdated = false;
  for (const auto& plugin : supervisor_->status()) {
    if (!plugin.outdated) continue;
    outdated = true;
    const auto& able = plugin.capabilities;
    if (std::find(able.begin(), able.end(), "prompt") != able.end()) return true;
  }
  const auto now = status_now();
  const bool away =
      now.presence != core::Presence::active && now.presence != core::Presence::passive;
  return !now.prompt && (away || outdated);
}

void Daemon::follow_installation() {
  if (stopping_) return;
  if (installation_->fate() == Installation::Fate::removed) {
    log_.info(fmt::format("{} was removed: leaving", installation_->program().native()));
    stop(0);
  } else if (may_be_replaced()) {
    log_.info(fmt::format("{}: what is installed has changed: starting it afresh",
                          installation_->program().native()));
    successor_ = installation_->program();
    stop(0);
  }
}

void Daemon::wait_for_signals() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      reload();
      wait_for_signals();
    } else {
      stop(0);
    }
  });
}

// ------------------------------------------------------------------ session and bus

void Daemon::watch_session() {
  if (options_.virtual_clock) return;
  session_ = std::make_unique<Session>(
      loop_,
      Session::Callbacks{.dispatch = [this](core::Event event) { dispatch(std::move(event)); },
                         .save = [this] { save_now(); },
                         .desktops_changed =
                             [this] {
                               desktop_attempts_ = 0;
                               look_at_desktops();
                               settle_remote();
                               sources_->look_again();
                             },
                         .inhibitors_changed = [this] { settle_inhibitors(); }});
  session_->start();
  settle_inhibitors();
  settle_remote();
}

/// P8: a source, and somebody who shows prompts, on each desktop that is not our own.
void Daemon::look_at_desktops() {
  if (!session_ || stopping_) return;
  const auto own = own_desktop();
  std::map<std::string, plugin::Environment> others;
  bool unclear = false;
  for (const auto& desktop : session_->desktops()) {
    if (desktop.leader == 0) continue;
    auto environment = desktop_of(static_cast<pid_t>(desktop.leader));
    if (!environment)
      unclear = true;
    else if (!same_screen(own, *environment))
      others.emplace(desktop.id, std::move(*environment));
  }
  const auto prompts = enabled_with("prompt");
  for (const auto& [session, environment] : others) {
    for (const auto& id : prompts) {
      supervisor_->add_instance(id, session, environment);
      supervisor_->start(id + "@" + session);
    }
  }
  sources_->set_others(others);
  for (const auto& session : std::exchange(other_desktops_, {}))
    if (!others.contains(session))
      for (const auto& id : prompts) supervisor_->remove_instance(id + "@" + session);
  for (const auto& [session, environment] : others) other_desktops_.push_back(session);

  // One that has only begun has no screen yet.
  desktop_retry_.cancel();
  if (!unclear || desktop_attempts_ == static_cast<int>(retry_after.size())) return;
  desktop_retry_.expires_after(retry_after.at(static_cast<std::size_t>(desktop_attempts_++)));
  desktop_retry_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) look_at_desktops();
  });
}

/// activity.inhibitors, and what the desktop says of them now.
void Daemon::settle_inhibitors() {
  using config::Inhibitors;
  if (!session_) return;
  const auto wanted = config_.settings.activity.inhibitors;
  session_->follow_inhibitors(wanted != Inhibitors::ignore);
  const bool on = session_->inhibited();
  if (const bool evidence = on && wanted == Inhibitors::activity;
      evidence != state_.input.inhibitor)
    dispatch(core::InhibitorChanged{evidence});
  const bool is_paused = std::any_of(state_.pauses.begin(), state_.pauses.end(),
                                     [](const auto& pause) { return pause.key == screen_kept_on; });
  if (const bool pauses = on && wanted == Inhibitors::pause; pauses && !is_paused)
    dispatch(core::Paused{screen_kept_on, "an application keeps the screen on", std::nullopt});
  else if (!pauses && is_paused)
    dispatch(core::Resumed{screen_kept_on});
}

/// session.remote, and where the person sits now.
void Daemon::settle_remote() {
  if (!session_) return;
  const bool silent = config_.settings.session.silent_when_remote && session_->remote();
  const bool is_paused = std::any_of(state_.pauses.begin(), state_.pauses.end(),
                                     [](const auto& pause) { return pause.key == remote_session; });
  if (silent && !is_paused)
    dispatch(core::Paused{remote_session, "the session is one over the network", std::nullopt});
  else if (!silent && is_paused)
    dispatch(core::Resumed{remote_session});
  use_desk();
}

void Daemon::connect_bus() {
  try {
    auto connection = sdbus::createSessionBusConnection();
    bus_ = std::make_unique<Bus>(loop_, std::move(connection), [this] { bus_lost(); });
    ControlHandler& handler = *this;  // a private base: only this class may hand it out
    control_ = std::make_unique<ControlService>(*bus_, handler);
    if (session_) session_->use(bus_.get());
    resting_->use(bus_.get());
    bus_attempts_ = 0;
    bus_problem_.clear();
  } catch (const sdbus::Error& error) {
    if (session_) session_->use(nullptr);
    resting_->use(nullptr);
    control_.reset();
    const bool name_is_taken = bus_ != nullptr;
    bus_.reset();
    if (name_is_taken) {
      log_.error(
          fmt::format("bus: {}: another poised runs in this session", ControlService::bus_name));
      exit_code_ = 1;
      history_.configure({});  // it is the other one's to keep
      boost::asio::post(loop_, [this] { stop(1); });
      return;
    }
    const auto problem = fmt::format("bus: session bus: {}", error.getMessage());
    if (problem != bus_problem_)
      log_.warning(problem + "; prompts that need it and poisectl do not work until it is there");
    bus_problem_ = problem;
    if (bus_attempts_ == static_cast<int>(retry_after.size())) return;
    bus_retry_.expires_after(retry_after.at(static_cast<std::size_t>(bus_attempts_++)));
    bus_retry_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled && !stopping_) connect_bus();
    });
  }
}

void Daemon::bus_lost() {
  if (session_) session_->use(nullptr);
  resting_->use(nullptr);
  control_.reset();
  bus_.reset();
  for (const auto& pause : status_now().paused)
    if (pause.key.starts_with("inhibitor-")) dispatch(core::Resumed{pause.key});
  connect_bus();
}

// ------------------------------------------------------------------ events and commands

void Daemon::dispatch(core::Event event) {
  waiting_events_.push_back(std::move(event));
  if (dispatching_) return;
  dispatching_ = true;
  while (!waiting_events_.empty()) {
    const auto next = std::move(waiting_events_.front());
    waiting_events_.pop_front();
    commands_.clear();
    const auto now = clock_.now();
    remember(next, now);
    core::step(state_, next, now, config_.policy, commands_);
    for (const auto& command : commands_) execute(command);
    if (std::exchange(snapshot_due_, false)) take_snapshot();
  }
  dispatching_ = false;
  desk_->person(state_, clock_.now());
  service_manager_.awake();
  if (installation_ && installation_->fate() != Installation::Fate::same)
    boost::asio::post(loop_, [this] { follow_installation(); });
}

void Daemon::execute(const core::Command& command) {
  std::visit(
      [this](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<What, core::ArmTimer>)
          clock_.arm(what.at);
        else if constexpr (std::is_same_v<What, core::WatchIdle>)
          sources_->watch_idle(what);
        else if constexpr (std::is_same_v<What, core::ShowPrompt>)
          show(what);
        else if constexpr (std::is_same_v<What, core::ShowRunning>)
          show_running(what);
        else if constexpr (std::is_same_v<What, core::ShowFinished>)
          show_finished(what);
        else if constexpr (std::is_same_v<What, core::ShowNote>)
          presenter_->show_note(what);
        else if constexpr (std::is_same_v<What, core::WithdrawPrompt>)
          (run_guide_.end(), presenter_->withdraw(what.prompt_id));
        else if constexpr (std::is_same_v<What, core::Record>)
          record(what.fact);
        else if constexpr (std::is_same_v<What, core::MoveDesk>)
          desk_->move(what);
        else if constexpr (std::is_same_v<What, core::Save>)
          save_soon();
      },
      command);
}

void Daemon::show(const core::ShowPrompt& command) {
  desk_->asked(command.prompt.id);
  presenter_->show(command, config_.policy, desk_->report().height_mm, desk_->name_if_several());
}

/// Who starts a break is led through its exercises. The catalogue is read for it each time: between
/// two runs nobody needs it.
void Daemon::show_running(const core::ShowRunning& command) {
  std::vector<catalogue::Scene> scenes;
  if (!command.prompt.exercises.empty()) {
    const auto found = catalogue::load(options_.roots);
    scenes = catalogue::scenes_of(found.catalogue, command.prompt.exercises, language());
  }
  presenter_->show_running(command, run_guide_.begin(command, std::move(scenes)), "");
  release_unused_memory();
}

void Daemon::show_scene(const core::ShowRunning& run, const catalogue::Scene& scene) {
  // Who closed it wants to be left alone until the end.
  if (!presenter_->shows(run.prompt.id)) return;
  presenter_->show_running(run, &scene, wants_cues(scene) ? scene_sound : "");
}

void Daemon::show_finished(const core::ShowFinished& command) {
  const auto* scene = run_guide_.scene();
  presenter_->show_finished(command, scene != nullptr && wants_cues(*scene));
  run_guide_.end();
}

const std::string& Daemon::language() const {
  return config_.settings.language.empty() ? session_language_ : config_.settings.language;
}

/// D: floor work faces away from the screen.
bool Daemon::wants_cues(const catalogue::Scene& scene) const {
  return scene.facing_away && may_sound();
}

/// Nothing sounds into a call, or into quiet.
bool Daemon::may_sound() const {
  using core::LiveSignal;
  if (!config_.settings.programme.cues) return false;
  constexpr std::array quiet{LiveSignal::call, LiveSignal::mic, LiveSignal::camera,
                             LiveSignal::screen_share, LiveSignal::dnd};
  return std::none_of(quiet.begin(), quiet.end(), [this](LiveSignal signal) {
    return state_.signals[static_cast<std::size_t>(signal)].on;
  });
}

void Daemon::record(const core::Fact& fact) {
  if (fact.kind == core::FactKind::refused) refused_ = fact.text;
  if (fact.kind == core::FactKind::day) {
    refresh_zone();
    snapshot_due_ = true;
  }
  const auto sinks = enabled_with("sink");
  if (!control_ && sinks.empty() && !options_.on_fact && !history_.keeps()) return;
  const auto json =
      fact_json(fact, core::wall_time(state_, fact.at), fact.at - started_, config_.policy);
  const auto text = json.dump();
  if (control_) control_->emit(fact, text);
  keep(fact, json);
  for (const auto& id : sinks) {
    plugin::Message message;
    message.kind = POISED_EVENT;
    message.payload = plugin::EventLine{text};
    supervisor_->send(id, std::move(message));
  }
  if (options_.on_fact) options_.on_fact(fact, json);
}

void Daemon::on_plugin_message(const std::string& id, const plugin::Message& message) {
  sources_->on_message(id, message);
  availability_.on_message(id, message);
  resting_->on_message(id, message);
  presenter_->on_message(id, message);
  desk_->on_message(id, message);
  service_manager_.awake();
}

void Daemon::on_plugin_state(const plugin::PluginStatus& status) {
  using plugin::PluginState;
  const auto known = logged_states_.find(status.id);
  const bool bad = status.state == PluginState::failed || status.state == PluginState::quarantined;
  if (bad && (known == logged_states_.end() || known->second != status.state)) {
    const auto what = status.retry_after ? "it is tried again"
                      : status.state == PluginState::quarantined
                          ? "it ended too often and is left alone"
                          : "it is left alone";
    log_.event(Log::Message::plugin,
               fmt::format("plugin: {}: {}; {}", status.id, status.reason, what), status.id);
  }
  // A plugin that comes and goes between two failures is one problem, not many lines.
  if (bad || status.state == PluginState::running) logged_states_[status.id] = status.state;
  const bool mute = bad || (status.state == PluginState::running && !status.reason.empty());
  if (mute && !sources_->front().empty() && status.id.ends_with("@" + sources_->front()) &&
      std::find(status.capabilities.begin(), status.capabilities.end(), "prompt") !=
          status.capabilities.end()) {
    mute_desktop_ = sources_->front();
    configure_presenter();
  }
  sources_->on_state(status);
  availability_.on_state(status);
  resting_->on_state(status);
  presenter_->on_state(status);
  desk_->on_state(status);
  if (status.outdated && installation_ && installation_->fate() != Installation::Fate::same)
    boost::asio::post(loop_, [this] { follow_installation(); });
  tell_health();
  if (status.state == PluginState::running) release_unused_memory();
}

core::Status Daemon::status_now() const {
  return core::status(state_, clock_.now(), config_.policy);
}

}  // namespace poised::shell
