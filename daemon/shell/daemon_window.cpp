// SPDX-License-Identifier: MIT
#include <system_error>

#include "catalogue/guided_run.hpp"
#include "catalogue/to_json.hpp"
#include "config/inspect.hpp"
#include "core/routine_choice.hpp"
#include "memory/unused_memory.hpp"
#include "shell/daemon.hpp"
#include "shell/plugin_settings.hpp"
#include "shell/prompt_text.hpp"
#include "store/place.hpp"
#include "store/stored_files.hpp"

// What the window asks for, which reads no file itself. The catalogue is read afresh each time: the
// daemon does not carry it for the minutes of a year in which somebody looks at it.
namespace poised::shell {
namespace {

constexpr std::int64_t decisions_s = 48 * 3600;

std::int64_t seconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

}  // namespace

std::string Daemon::language_for(const std::string& session) const {
  return config_.settings.language.empty() ? session : config_.settings.language;
}

std::string Daemon::catalogue(const std::string& language) {
  auto text =
      catalogue::to_json(catalogue::load(options_.roots).catalogue, language_for(language)).dump();
  release_unused_memory();
  return text;
}

std::optional<std::string> Daemon::guide(const std::string& what, const std::string& language) {
  const auto found = catalogue::load(options_.roots).catalogue;
  const auto words = language_for(language);
  std::vector<core::ChosenExercise> chosen;
  std::string title;
  core::Duration rest{};
  if (what.empty()) {
    const auto running = status_now().prompt;
    if (!running || !running->running_until) return std::nullopt;
    chosen = running->prompt.exercises;
    title = presenter_->text().title(running->prompt.break_id);
    rest = *running->running_until - clock_.now();
  } else if (const auto* routine = found.routine(what)) {
    const core::RoutineSpec spec{routine->id, routine->choose == catalogue::Choose::one,
                                 routine->exercises};
    const auto& programme = config_.policy.programme;
    chosen = core::choose_routine(spec, programme,
                                  {programme.session_max, false, {}, state_.programme.hurt})
                 .exercises;
    title = routine->name.in(words);
  } else if (const auto* exercise = found.exercise(what)) {
    // Asked for by name: as it is.
    chosen.push_back({exercise->id, exercise->dose.sets});
    title = exercise->name.in(words);
  } else {
    return std::nullopt;
  }
  auto cues = Json::array();
  // A break without exercises has its time alone.
  if (chosen.empty() && rest > core::Duration::zero()) {
    catalogue::Cue pause;
    pause.text = title;
    pause.seconds = static_cast<std::uint32_t>(seconds(rest));
    cues.push_back(catalogue::to_json(pause));
  }
  for (const auto& cue : catalogue::guided_run(found, chosen, words))
    cues.push_back(catalogue::to_json(cue));
  auto text =
      Json{{"what", what}, {"title", title}, {"sounds", may_sound()}, {"cues", cues}}.dump();
  release_unused_memory();
  return text;
}

std::string Daemon::settings() {
  auto text = config::show_personal_json(
      config::load(options_.roots, plugin_setting_specs(manifests_), &config_));
  release_unused_memory();
  return text;
}

ControlHandler::Refusal Daemon::set(const std::string& key, const std::string& value) {
  const auto refused =
      config::set_for_person(options_.roots, key, value, plugin_setting_specs(manifests_));
  if (refused) return "set: " + *refused;
  reload();
  return std::nullopt;
}

std::string Daemon::privacy() {
  const auto& settings = config_.settings;
  auto json = store::to_json(store::stored_files(
      options_.state_directory,
      settings.history.dir.empty() ? options_.state_directory : settings.history.dir));
  json["keep"] = config::word(settings.history.keep);
  json["retention_s"] = seconds(settings.history.retention);
  json["decisions_s"] = decisions_s;
  json["telemetry"] = settings.telemetry_export == config::TelemetryExport::off ? "off" : "file";
  return json.dump();
}

void Daemon::erase(std::function<void(Refusal)> done) {
  dispatch(core::Forgotten{true});
  save_now();
  if (!options_.state_directory.empty()) {
    std::error_code ignored;
    std::filesystem::remove(store::state_file(options_.state_directory).string() + ".broken",
                            ignored);
  }
  history_.erase(core::wall_time(state_, clock_.now()), std::move(done));
}

}  // namespace poised::shell
