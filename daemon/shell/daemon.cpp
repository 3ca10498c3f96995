// SPDX-License-Identifier: MIT
#include "shell/daemon.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "build_config.hpp"
#include "catalogue/to_policy.hpp"
#include "config/inspect.hpp"
#include "language/language.hpp"
#include "memory/unused_memory.hpp"
#include "shell/decision_values.hpp"
#include "shell/desktop_environment.hpp"
#include "shell/plugin_settings.hpp"
#include "store/place.hpp"
#include "store/recorded.hpp"
#include "store/saved_state.hpp"

namespace poised::shell {
namespace {

// A bus that is gone for good ends the session, and the session ends the daemon; more tries would
// only wake it. A desktop that has no screen by then will have none.
constexpr std::array retry_after{std::chrono::milliseconds(500),  std::chrono::milliseconds(1000),
                                 std::chrono::milliseconds(2000), std::chrono::milliseconds(4000),
                                 std::chrono::milliseconds(8000), std::chrono::milliseconds(16000),
                                 std::chrono::milliseconds(30000)};

// What is asked without being named in activity.sources; the first that works here is used. Each
// refuses the desktops of the others: only a compositor's own word counts under Wayland, because
// Xwayland sees half of the input there.
constexpr std::array default_sources{"gnome", "wayland", "x11", "logind"};

// The key of a pause (B10).
constexpr const char* screen_kept_on = "screen-kept-on";
constexpr const char* remote_session = "remote-session";

/// Another exercise, side or set, in the theme of sounds.
constexpr const char* scene_sound = "bell";

/// D3: a desk's bounds are the person's, whatever plugin drives it.
void add_bounds(const config::Settings::Desk& desk, std::string& settings) {
  auto json = Json::parse(settings, nullptr, false);
  if (!json.is_object()) json = Json::object();
  if (desk.min_mm) json["min_mm"] = *desk.min_mm;
  if (desk.max_mm) json["max_mm"] = *desk.max_mm;
  settings = json.dump();
}

/// A compositor may know of inhibitors that nobody else knows of.
void add_inhibitors(config::Inhibitors inhibitors, std::string& settings) {
  auto json = Json::parse(settings, nullptr, false);
  if (!json.is_object()) json = Json::object();
  json["inhibitors"] = inhibitors == config::Inhibitors::activity ? "activity" : "ignore";
  settings = json.dump();
}

std::filesystem::path state_path(const std::filesystem::path& directory) {
  return directory.empty() ? directory : store::state_file(directory);
}

/// "2026-03-02" of days since 1970.
std::string date_text(std::int64_t days) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::sys_days(std::chrono::days(days)));
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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

// ------------------------------------------------------------------ configuration

void Daemon::load_config() {
  const auto specs = plugin_setting_specs(manifests_);
  if (config_.files.empty()) config_ = recall_policies();
  auto loaded = config::load(options_.roots, specs, &config_);
  policy_fingerprint_ = config::fingerprint(loaded);
  // Only poisectl, which reads the files itself, explains where each value came from.
  loaded.effective = {};
  const auto found = catalogue::load(options_.roots);
  catalogue::add_to_policy(found.catalogue, loaded.settings.programme, loaded.policy.programme);
  loaded.watch.insert(loaded.watch.end(), found.watch.begin(), found.watch.end());
  loaded.problems.insert(loaded.problems.end(), found.problems.begin(), found.problems.end());
  config_ = std::move(loaded);
  use_language(language());
  for (const auto& manifest : manifests_) {
    if (manifest.has("desk"))
      add_bounds(config_.settings.desk, config_.plugin_settings_json[manifest.id]);
    if (manifest.has("activity"))
      add_inhibitors(config_.settings.activity.inhibitors,
                     config_.plugin_settings_json[manifest.id]);
  }
  remember_policies();
  refresh_zone();
  config_watch_.watch(config_.watch);
  std::vector<std::string> lines;
  for (const auto& problem : config_.problems) {
    auto told = problem;
    const bool of_policy = config::breaks_policy(problem, config_);
    // No line of the log names what a person's plan is about.
    if (!of_policy && problem.kind == config::ProblemKind::value &&
        problem.key.starts_with("programme."))
      told.reason = "the value cannot be used; poisectl config check says why";
    lines.push_back(told.text());
    if (std::find(logged_problems_.begin(), logged_problems_.end(), lines.back()) ==
        logged_problems_.end())
      log_.event(of_policy ? Log::Message::policy : Log::Message::configuration, lines.back());
  }
  logged_problems_ = std::move(lines);
}

// A policy file that breaks stays in force as it last was, also over a restart.
config::Loaded Daemon::recall_policies() {
  if (options_.state_directory.empty()) return {};
  std::string problem;
  const auto text = policy_file_.read(problem);
  if (!problem.empty()) log_.warning(problem);
  known_policies_ = text.value_or(std::string());
  return config::recall_policies(known_policies_, options_.roots);
}

void Daemon::remember_policies() {
  auto text = config::policies_text(config_);
  if (options_.state_directory.empty() || text == known_policies_) return;
  if (const auto problem = policy_file_.write(text); !problem.empty()) log_.warning(problem);
  known_policies_ = std::move(text);
}

config::ZoneSource Daemon::zone_source() const {
  auto source = config::ZoneSource::from_environment();
  const auto& root = options_.roots.system_root;
  std::error_code error;
  if (!root.empty() && std::filesystem::exists(root / "etc/localtime", error))
    source.system_zone = root / "etc/localtime";
  return source;
}

void Daemon::refresh_zone() {
  auto table = config::zone_table(options_.zone, clock_.wall(), config::zone_days, zone_source());
  config_.policy.zone = std::move(table.offsets);
  if (table.problem && table.problem != zone_problem_) log_.warning(*table.problem);
  zone_problem_ = std::move(table.problem);
}

void Daemon::watch_zone() {
  const auto source = zone_source();
  if (!options_.zone.empty() || source.tz_variable) return;  // neither changes while we run
  zone_watch_.watch({source.system_zone});
}

// A calendar's days begin at another time now.
void Daemon::refresh_availability() {
  for (const auto& plugin : supervisor_->status()) {
    const bool able = std::find(plugin.capabilities.begin(), plugin.capabilities.end(),
                                "availability") != plugin.capabilities.end();
    if (!able || plugin.state != plugin::PluginState::running) continue;
    plugin::Message message;
    message.kind = POISED_REFRESH_AVAILABILITY;
    supervisor_->send(plugin.id, std::move(message));
  }
}

void Daemon::reload() {
  if (stopping_) return;
  const auto before = config_.plugin_settings_json;
  const auto policy_before = config_.policy;
  service_manager_.reloading();
  load_config();
  for (const auto& [id, settings] : config_.plugin_settings_json) {
    const auto old = before.find(id);
    if (old == before.end() || old->second != settings) supervisor_->reconfigure(id, settings);
  }
  configure_presenter();
  use_desk();
  configure_history();
  snapshot_due_ = config_.policy != policy_before;
  dispatch(core::PolicyChanged{});
  dispatch(core::ClockSet{clock_.wall()});
  sources_->use(source_ids());
  settle_inhibitors();
  settle_remote();
  tell_health();
  service_manager_.ready();
  release_unused_memory();
}

void Daemon::add_plugins() {
  plugin::Supervisor::Options options;
  const auto& plugins = config_.settings.plugins;
  options.deny = plugins.deny;
  if (plugins.isolation == config::PluginIsolation::in_process) options.isolation = "in-process";
  options.virtual_clock = options_.virtual_clock;
  if (!options_.plugin_dir.empty()) {
    options.plugin_dir = options_.plugin_dir;
    options.arguments = {"--plugin-dir", options_.plugin_dir, "--plugin-host"};
  }
  // A zone of --config-root's is that of the plugins, too.
  if (const auto zone = zone_source(); zone.system_zone != config::ZoneSource().system_zone)
    options.environment["TZ"] = ":" + zone.system_zone.native();
  plugin::Supervisor::Callbacks callbacks;
  callbacks.on_message = [this](const auto& id, const auto& message) {
    on_plugin_message(id, message);
  };
  callbacks.on_state = [this](const auto& status) { on_plugin_state(status); };
  callbacks.on_log = [this](const auto& id, int priority, const auto& line) {
    log_.write(priority, fmt::format("{}: {}", id, line));
  };
  callbacks.on_quiescent = [this] {
    if (options_.on_quiescent) options_.on_quiescent();
  };
  supervisor_ =
      std::make_unique<plugin::Supervisor>(loop_, std::move(options), std::move(callbacks));
  resting_ = std::make_unique<RestingPlugins>(*supervisor_);
  sources_ = std::make_unique<DesktopInputs>(
      loop_, *supervisor_,
      DesktopInputs::Callbacks{.dispatch =
                                   [this](core::Event event) {
                                     if (session_ &&
                                         std::holds_alternative<core::InputResumed>(event))
                                       session_->start();
                                     dispatch(std::move(event));
                                   },
                               .now = [this] { return clock_.now(); },
                               .front_changed =
                                   [this] {
                                     mute_desktop_.clear();
                                     configure_presenter();
                                   }});
  presenter_ = std::make_unique<PromptPresenter>(
      *supervisor_, PromptPresenter::Callbacks{
                        .dispatch = [this](core::Event event) { dispatch(std::move(event)); },
                        .not_for_me = [this] { leave_for_good(); },
                        .stop_desk = [this] { stop_desk(); }});
  desk_ = std::make_unique<DeskPort>(
      *supervisor_,
      DeskPort::Callbacks{
          .dispatch = [this](core::Event event) { dispatch(std::move(event)); },
          .moving =
              [this](std::int32_t to_mm, std::int32_t from_mm, const DeskReport& report) {
                presenter_->show_desk_moving(to_mm, from_mm, *report.height_mm, clock_.now());
              },
          .ended =
              [this](const std::optional<std::string>& why, bool by_person) {
                presenter_->show_desk_ended(desk_->report().height_mm, why, by_person);
              }});
  for (const auto& manifest : manifests_) {
    // Without a list every plugin that is installed may run, but for those that are only used on
    // purpose.
    const bool named = plugins.allow && std::find(plugins.allow->begin(), plugins.allow->end(),
                                                  manifest.id) != plugins.allow->end();
    const auto settings = config_.plugin_settings_json.find(manifest.id);
    supervisor_->add(manifest,
                     settings == config_.plugin_settings_json.end() ? "{}" : settings->second,
                     plugins.allow ? named : !manifest.opt_in);
  }
  for (const auto& id : enabled_with("prompt")) supervisor_->start(id);
  for (const auto& id : enabled_with("sink")) supervisor_->start(id);
  for (const auto& id : enabled_with("availability")) supervisor_->start(id);
  configure_presenter();
  use_desk();
}

void Daemon::use_desk() {
  auto ids = enabled_with("desk");
  // The desk that could be reached from here is not the one that the person sits at.
  if (session_ && session_->remote()) ids.clear();
  // A desk plugin that says by "driver" that there is no desk costs no process.
  std::erase_if(ids, [this](const auto& id) {
    const auto settings = config_.plugin_settings_json.find(id);
    if (settings == config_.plugin_settings_json.end()) return false;
    const auto json = Json::parse(settings->second, nullptr, false);
    return json.is_object() && json.value("driver", "") == "none" &&
           json.value("desks", Json::array()).empty();
  });
  desk_->use(ids);
}

void Daemon::configure_presenter() {
  auto ids = enabled_with("prompt");
  if (const auto& front = sources_->front(); !front.empty() && front != mute_desktop_)
    for (auto& id : ids) id += "@" + front;
  presenter_->configure(ids, PromptText(config_.settings.break_titles),
                        config_.settings.prompt.sound);
}

std::vector<std::string> Daemon::enabled_with(std::string_view capability) const {
  std::vector<std::string> ids;
  for (const auto& plugin : supervisor_->status()) {
    const bool able = std::find(plugin.capabilities.begin(), plugin.capabilities.end(),
                                capability) != plugin.capabilities.end();
    const bool instance = plugin.id.find('@') != std::string::npos;
    if (able && !instance && plugin.state != plugin::PluginState::disabled)
      ids.push_back(plugin.id);
  }
  return ids;
}

std::vector<std::string> Daemon::source_ids() const {
  const auto available = enabled_with("activity");
  const auto& wanted = config_.settings.activity.sources;
  std::vector<std::string> order(default_sources.begin(), default_sources.end());
  if (!wanted.empty()) order = wanted;
  // "x11" is the plugin "activity-x11"; either name will do.
  for (auto& id : order)
    if (!id.starts_with(source_prefix)) id = source_prefix + id;
  std::erase_if(order, [&](const auto& id) {
    return std::find(available.begin(), available.end(), id) == available.end();
  });
  return order;
}

// ------------------------------------------------------------------ state

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

// ------------------------------------------------------------------ bus

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

// ------------------------------------------------------------------ the loop of events and
// commands

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
