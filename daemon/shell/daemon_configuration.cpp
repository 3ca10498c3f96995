// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

#include "catalogue/to_policy.hpp"
#include "catalogue/unknown_names.hpp"
#include "config/inspect.hpp"
#include "language/language.hpp"
#include "memory/unused_memory.hpp"
#include "shell/daemon.hpp"
#include "shell/plugin_settings.hpp"

// What the configuration makes of the daemon, at its start and whenever it changes.
namespace poised::shell {
namespace {

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

}  // namespace

void Daemon::load_config() {
  const auto specs = plugin_setting_specs(manifests_);
  if (config_.files.empty()) config_ = recall_policies();
  auto loaded = config::load(options_.roots, specs, &config_);
  policy_fingerprint_ = config::fingerprint(loaded);
  const auto found = catalogue::load(options_.roots);
  const auto unknown = catalogue::unknown_names(found.catalogue, loaded);
  loaded.problems.insert(loaded.problems.end(), unknown.begin(), unknown.end());
  // Only poisectl, which reads the files itself, explains where each value came from.
  loaded.effective = {};
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
    if (!of_policy &&
        (problem.key.starts_with("programme.") || problem.key.ends_with(".routine"))) {
      if (problem.kind == config::ProblemKind::value)
        told.reason = "the value cannot be used; poisectl config check says why";
      if (problem.kind == config::ProblemKind::doubtful)
        told.reason = "hardly meant so; poisectl config check says why";
    }
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
  // The first that works here is used. Each refuses the desktops of the others: only a compositor's
  // own word counts under Wayland, because Xwayland sees half of the input there.
  std::vector<std::string> order(config::own_sources.begin(), config::own_sources.end());
  if (!wanted.empty()) order = wanted;
  // "x11" is the plugin "activity-x11"; either name will do.
  for (auto& id : order)
    if (!id.starts_with(source_prefix)) id = source_prefix + id;
  std::erase_if(order, [&](const auto& id) {
    return std::find(available.begin(), available.end(), id) == available.end();
  });
  return order;
}

}  // namespace poised::shell
