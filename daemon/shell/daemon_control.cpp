// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "build_config.hpp"
#include "config/inspect.hpp"
#include "core/busy.hpp"
#include "core/local_time.hpp"
#include "shell/daemon.hpp"

// What people and programs ask of the running daemon.
namespace poised::shell {
namespace {

constexpr const char* unit = "poised.service";
constexpr const char* in_process = "none: in-process";  // as configured

std::string state_word(const plugin::PluginStatus& status) {
  // A source that is kept in reserve has nothing to do, as one that waits for its first prompt.
  if (status.state == plugin::PluginState::stopped) return "on-demand";
  return std::string(plugin::to_string(status.state));
}

/// Through systemctl, which reaches the manager also where it is not on the session bus.
bool mask_unit() {
  std::string words[] = {"systemctl", "--user", "--quiet", "mask", unit};
  char* command[] = {words[0].data(), words[1].data(), words[2].data(),
                     words[3].data(), words[4].data(), nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, command[0], nullptr, nullptr, command, environ) != 0) return false;
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool started_by_systemd() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  return socket && std::getenv("INVOCATION_ID");
}

}  // namespace

void Daemon::status(std::function<void(std::string)> reply) {
  sources_->query([this, reply = std::move(reply)](const InputReport& input) {
    StatusReport report;
    report.status = status_now();
    report.input = input;
    report.now = clock_.now();
    report.wall = core::wall_time(state_, report.now);
    report.degraded = sources_->degraded();
    report.unseen_signals = availability_.unseen();
    report.signals_degraded = availability_.degraded();
    report.desk = desk_->report();
    if (desk_->reports().size() > 1)
      report.desks = desk_->reports();
    else
      report.desk.name.clear();
    report.managed = managed();
    report.managed_by = managed_by();
    for (const auto& plugin : supervisor_->status())
      report.plugins.push_back({plugin.id, plugin.capabilities, state_word(plugin), plugin.pid,
                                plugin.version, plugin.isolation, plugin.reason});
    reply(status_json(report, config_.policy).dump());
  });
}

std::string Daemon::next() {
  const auto title = [this](const std::string& id) { return presenter_->text().title(id); };
  const auto now = clock_.now();
  return next_json(core::status(state_, now, config_.policy), now, core::wall_time(state_, now),
                   config_.policy, title)
      .dump();
}

Json Daemon::problems() const {
  auto problems = Json::array();
  for (const auto& problem : config_.problems) {
    const bool policy = config::breaks_policy(problem, config_);
    problems.push_back(problem_json(policy ? "error" : "warning",
                                    policy ? "policy" : "configuration", problem.text()));
  }
  if (zone_problem_) problems.push_back(problem_json("warning", "time zone", *zone_problem_));
  for (const auto& line : manifest_problems_)
    problems.push_back(problem_json("warning", "plugin", line));
  if (!state_problem_.empty()) problems.push_back(problem_json("error", "state", state_problem_));
  if (!history_.problem().empty())
    problems.push_back(problem_json("error", "history", history_.problem()));
  if (!sources_->degraded().empty())
    problems.push_back(problem_json("error", "input", sources_->degraded()));
  if (session_ && !session_->problem().empty())
    problems.push_back(
        problem_json("warning", "session",
                     session_->problem() + "; lock, sleep and other people's turns may be missed"));
  if (enabled_with("prompt").empty())
    problems.push_back(problem_json("error", "prompts",
                                    "no plugin can show them: is “notify” installed and allowed?"));
  for (const auto& plugin : supervisor_->status()) {
    const bool is_source = std::find(plugin.capabilities.begin(), plugin.capabilities.end(),
                                     "activity") != plugin.capabilities.end();
    const bool bad = plugin.state == plugin::PluginState::failed ||
                     plugin.state == plugin::PluginState::quarantined;
    if ((bad || !plugin.reason.empty()) && plugin.state != plugin::PluginState::disabled &&
        !is_source)
      problems.push_back(problem_json(bad ? "error" : "warning", "plugin",
                                      plugin_problem(plugin.id, plugin.reason)));
    if (plugin.outdated)
      problems.push_back(
          problem_json("warning", "plugin",
                       fmt::format("{}: the installed library is newer than the daemon: restart it",
                                   plugin.id)));
    if (plugin.sandbox.starts_with("none") && plugin.sandbox != in_process)
      problems.push_back(
          problem_json("warning", "sandbox", fmt::format("{}: {}", plugin.id, plugin.sandbox)));
  }
  // Whoever starts it by hand has no such filters.
  if (started_by_systemd() && !own_sandbox_.holds())
    problems.push_back(problem_json("error", "sandbox",
                                    "the unit's filters are not in force: " + own_sandbox_.text()));
  return problems;
}

Json Daemon::sandbox() const {
  auto plugins = Json::object();
  for (const auto& plugin : supervisor_->status())
    if (!plugin.sandbox.empty()) plugins[plugin.id] = plugin.sandbox;
  return {{"no_new_privileges", own_sandbox_.no_new_privileges},
          {"system_calls_filtered", own_sandbox_.system_calls_filtered},
          {"plugins", plugins}};
}

/// What the machine's monitoring may know, if somebody turned that on.
void Daemon::tell_health() {
  if (config_.settings.telemetry_export == config::TelemetryExport::off) {
    health_file_.remove();
    return;
  }
  health::Health health;
  health.versions.insert(build::version);
  if (const auto policies = config::policies_fingerprint(config_); !policies.empty())
    health.policies.insert(policies);
  for (const auto& problem : problems()) {
    const bool error = problem["severity"] == "error";
    ++(error ? health.errors : health.warnings);
    if (problem["context"] == "policy") health.policy_sound = false;
    if (problem["context"] == "sandbox") health.sandboxed = false;
  }
  for (const auto& plugin : supervisor_->status()) {
    if (plugin.state == plugin::PluginState::disabled) continue;
    const bool works = plugin.state != plugin::PluginState::failed &&
                       plugin.state != plugin::PluginState::quarantined;
    const auto [known, added] =
        health.plugins.emplace(plugin.id.substr(0, plugin.id.find('@')), works);
    if (!added) known->second = known->second && works;
  }
  health.input_seen = sources_->degraded().empty();
  health.history_written = state_problem_.empty() && history_.problem().empty();
  if (const auto problem = health_file_.write(health); problem != health_problem_) {
    if (!problem.empty()) log_.warning(problem);
    health_problem_ = problem;
  }
}

std::string Daemon::doctor() {
  auto facts = Json::array();
  const auto status = status_now();
  facts.push_back({{"name", "presence"}, {"value", core::word(status.presence)}});
  facts.push_back({{"name", "input source"},
                   {"value", !status.source_id.empty()      ? status.source_id
                             : sources_->degraded().empty() ? "still being looked for"
                                                            : "none"}});
  const auto blind = availability_.degraded();
  facts.push_back(
      {{"name", "live signals"}, {"value", blind.empty() ? "calls and video are seen" : blind}});
  if (session_)
    for (const auto& desktop : session_->desktops())
      facts.push_back({{"name", "session " + desktop.id},
                       {"value", fmt::format("{}, {}{}", desktop.type,
                                             desktop.active ? "active" : "in the background",
                                             desktop.remote ? ", remote" : "")}});
  for (const auto& plugin : supervisor_->status())
    facts.push_back({{"name", "plugin " + plugin.id},
                     {"value", plugin.detail.empty() ? state_word(plugin)
                                                     : state_word(plugin) + ", " + plugin.detail}});
  facts.push_back({{"name", "sandbox"}, {"value", own_sandbox_.text()}});
  facts.push_back({{"name", "state"}, {"value", options_.state_directory.string()}});
  return Json{{"problems", problems()}, {"facts", facts}, {"sandbox", sandbox()}}.dump();
}

ControlHandler::Refusal Daemon::refusal_of(core::Event event) {
  refused_.reset();
  dispatch(std::move(event));
  return std::exchange(refused_, std::nullopt);
}

ControlHandler::Refusal Daemon::pause(std::optional<core::WallTime> until,
                                      const std::string& reason) {
  std::optional<core::Instant> end;
  if (until) {
    // By the offset that also shows it: two clocks read one after the other would be apart.
    end = core::instant_of(state_, *until);
    if (*end <= clock_.now()) return "pause: until: lies in the past";
  }
  return refusal_of(core::Paused{"person", reason, end});
}

void Daemon::resume() {
  dispatch(core::Resumed{"person"});
}

ControlHandler::Refusal Daemon::quiet_today() {
  return refusal_of(core::Answered{0, core::Answer::quiet_today});
}

void Daemon::inhibit(const std::string& key, const std::string& reason) {
  dispatch(core::Paused{key, reason, std::nullopt});
}

void Daemon::uninhibit(const std::string& key) {
  dispatch(core::Resumed{key});
}

ControlHandler::Refusal Daemon::answer(std::uint64_t id, core::Answer answer) {
  return refusal_of(core::Answered{id, answer});
}

ControlHandler::Refusal Daemon::take(const std::string& break_id) {
  return refusal_of(core::TakeBreak{break_id});
}

std::string Daemon::programme() {
  return programme_json(state_, config_.policy).dump();
}

ControlHandler::Refusal Daemon::act_on_programme(core::Event event) {
  return refusal_of(std::move(event));
}

void Daemon::say_posture(core::Posture posture) {
  dispatch(core::PostureSaid{posture});
}

void Daemon::stop_desk() {
  desk_->stop();
}

void Daemon::move_desk(const std::string& name, std::int32_t to_mm,
                       std::function<void(std::optional<std::string>)> ended) {
  desk_->person(state_, clock_.now());
  desk_->move_to(name, to_mm, clock_.now(), std::move(ended));
}

ControlHandler::Refusal Daemon::restart_plugin(const std::string& id) {
  const auto all = supervisor_->status();
  const auto known =
      std::find_if(all.begin(), all.end(), [&](const auto& plugin) { return plugin.id == id; });
  if (known == all.end()) return fmt::format("plugin: {}: no such plugin", id);
  if (known->state == plugin::PluginState::disabled)
    return "plugin: " + plugin_problem(id, known->reason);
  supervisor_->restart(id);
  return std::nullopt;
}

std::string Daemon::history() {
  auto entries = Json::array();
  for (const auto& entry : history_.held())
    entries.push_back(
        {store::word(entry.kind),
         std::chrono::floor<std::chrono::seconds>(entry.at.time_since_epoch()).count(),
         entry.text});
  return Json{{"problem", history_.problem()}, {"entries", entries}}.dump();
}

void Daemon::forget(std::optional<core::WallTime> before, std::function<void()> done) {
  // A day that began before `before` goes as a whole.
  const bool today =
      before && state_.day.date &&
      core::local_day(config_.policy, *before - std::chrono::nanoseconds(1)) >= *state_.day.date;
  if (!before || today) {
    dispatch(core::Forgotten{!before});
    save_now();
  }
  history_.forget(before, std::move(done));
}

bool Daemon::managed() {
  return config_.managed;
}

std::string Daemon::managed_by() {
  return config_.managed_by;
}

void Daemon::leave_for_good() {
  if (started_by_systemd()) {
    // Disabling is not enough where the administrator enabled the unit for everyone: the person's
    // own mask is. Waiting for it holds up nothing but the end.
    log_.event(
        Log::Message::declined,
        fmt::format("the person declined: masking {}; “systemctl --user unmask {}” brings it back",
                    unit, unit));
    if (!mask_unit()) log_.warning(fmt::format("systemd: {}: could not be masked", unit));
  } else {
    log_.info("the person declined: leaving");
  }
  stop(0);
}

}  // namespace poised::shell
