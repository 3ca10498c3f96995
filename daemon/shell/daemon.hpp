// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/layers.hpp"
#include "config/zone_table.hpp"
#include "core/step.hpp"
#include "language/language.hpp"
#include "plugin/manifest.hpp"
#include "plugin/supervisor.hpp"
#include "shell/availability_sources.hpp"
#include "shell/bus.hpp"
#include "shell/clock.hpp"
#include "shell/control_service.hpp"
#include "shell/desk_port.hpp"
#include "shell/desktop_inputs.hpp"
#include "shell/file_watch.hpp"
#include "shell/health_file.hpp"
#include "shell/history_keeper.hpp"
#include "shell/installation.hpp"
#include "shell/log.hpp"
#include "shell/own_sandbox.hpp"
#include "shell/prompt_presenter.hpp"
#include "shell/resting_plugins.hpp"
#include "shell/run_guide.hpp"
#include "shell/service_manager.hpp"
#include "shell/session.hpp"
#include "store/state_file.hpp"

namespace poised::shell {

struct DaemonOptions {
  config::Roots roots;
  /// Where the state is kept; empty = nowhere (the demo).
  std::filesystem::path state_directory;
  /// Where telemetry.export = "file" writes; empty = nowhere.
  std::filesystem::path runtime_directory;
  std::string plugin_dir;                     ///< libraries and manifests; empty = the build's
  std::string zone;                           ///< empty = the system's
  std::optional<std::int64_t> virtual_clock;  ///< plugins live on virtual time from here on
  /// Told of each decision, besides history and bus.
  std::function<void(const core::Fact&, const Json&)> on_fact;
  /// Virtual clock only: nothing is on its way any more.
  std::function<void()> on_quiescent;
};

/// The composition root: everything that `poised` consists of, wired together. One thread, one
/// loop. [loop-thread]
class Daemon final : private ControlHandler {
 public:
  /// `loop` and `clock` outlive the daemon. Nothing starts before start().
  Daemon(boost::asio::io_context& loop, Clock& clock, DaemonOptions options);
  ~Daemon() override;

  void start();
  /// Saves, ends the plugins, then stops the loop.
  void stop(int exit_code);
  int exit_code() const { return exit_code_; }
  /// Once the loop has stopped: the program that takes over in this process, or empty.
  const std::string& successor() const { return successor_; }

  /// Tells the core that something happened, now.
  void dispatch(core::Event event);
  core::Status status_now() const;
  const core::Policy& policy() const { return config_.policy; }
  plugin::Supervisor& supervisor() { return *supervisor_; }

 private:
  // ControlHandler
  void status(std::function<void(std::string)> reply) override;
  std::string next() override;
  std::string doctor() override;
  Refusal pause(std::optional<core::WallTime> until, const std::string& reason) override;
  void resume() override;
  Refusal quiet_today() override;
  void inhibit(const std::string& key, const std::string& reason) override;
  void uninhibit(const std::string& key) override;
  Refusal answer(std::uint64_t id, core::Answer answer) override;
  Refusal take(const std::string& break_id) override;
  std::string programme() override;
  Refusal act_on_programme(core::Event event) override;
  std::string catalogue(const std::string& language) override;
  std::optional<std::string> guide(const std::string& what, const std::string& language) override;
  std::string settings() override;
  Refusal set(const std::string& key, const std::string& value) override;
  std::string privacy() override;
  void erase(std::function<void(Refusal)> done) override;
  void say_posture(core::Posture posture) override;
  void stop_desk() override;
  void move_desk(const std::string& name, std::int32_t to_mm,
                 std::function<void(std::optional<std::string>)> ended) override;
  Refusal restart_plugin(const std::string& id) override;
  void reload() override;
  std::string history() override;
  void forget(std::optional<core::WallTime> before, std::function<void()> done) override;
  bool managed() override;
  std::string managed_by() override;

  void load_config();
  config::Loaded recall_policies();
  void remember_policies();
  void add_plugins();
  void configure_presenter();
  void use_desk();
  std::vector<std::string> source_ids() const;
  std::vector<std::string> enabled_with(std::string_view capability) const;
  config::ZoneSource zone_source() const;
  void refresh_zone();
  void watch_zone();
  void refresh_availability();

  void restore_state();
  void save_soon();
  void save_now();
  void configure_history();
  void keep(const core::Fact& fact, const Json& json);
  void write_history(bool check = false);
  void remember(const core::Event& event, core::Instant now);
  void remember_start(const core::Saved* saved, bool same_boot);
  void remember_stop();
  void take_snapshot();
  std::string trace_line(core::WallTime wall, const std::string& words) const;

  void watch_session();
  void look_at_desktops();
  void settle_inhibitors();
  void settle_remote();
  void connect_bus();
  void bus_lost();

  void execute(const core::Command& command);
  void show(const core::ShowPrompt& command);
  void show_running(const core::ShowRunning& command);
  void show_scene(const core::ShowRunning& run, const catalogue::Scene& scene);
  void show_finished(const core::ShowFinished& command);
  const std::string& language() const;
  bool may_sound() const;
  bool wants_cues(const catalogue::Scene& scene) const;
  void record(const core::Fact& fact);
  Refusal refusal_of(core::Event event);
  Json problems() const;
  Json sandbox() const;
  void tell_health();
  std::string language_for(const std::string& session) const;
  void on_plugin_message(const std::string& id, const plugin::Message& message);
  void on_plugin_state(const plugin::PluginStatus& status);
  void leave_for_good();
  bool may_be_replaced() const;
  void follow_installation();
  void wait_for_signals();

  boost::asio::io_context& loop_;
  Clock& clock_;
  DaemonOptions options_;
  Log log_;
  ServiceManager service_manager_;
  boost::asio::signal_set signals_;
  core::Instant started_;

  std::vector<plugin::Manifest> manifests_;
  std::vector<std::string> manifest_problems_;
  config::Loaded config_;
  std::vector<std::string> logged_problems_;
  std::optional<std::string> zone_problem_;
  FileWatch config_watch_;
  FileWatch zone_watch_;
  std::unique_ptr<Installation> installation_;  ///< none on a virtual clock

  core::State state_;
  core::CommandSink commands_;
  std::deque<core::Event> waiting_events_;
  bool dispatching_ = false;
  std::optional<std::string> refused_;

  store::StateFile state_file_;
  store::StateFile policy_file_;  ///< the policies as they last were in force
  std::string known_policies_;
  std::string boot_id_;
  bool welcomed_ = false;
  bool save_pending_ = false;
  std::string state_problem_;
  HistoryKeeper history_;
  bool history_grew_ = false;
  bool snapshot_due_ = false;
  std::string policy_fingerprint_;
  OwnSandbox own_sandbox_ = OwnSandbox::of_this_process();
  HealthFile health_file_;
  std::string health_problem_;

  std::unique_ptr<plugin::Supervisor> supervisor_;
  std::unique_ptr<DesktopInputs> sources_;
  AvailabilitySources availability_{[this](core::Event event) { dispatch(std::move(event)); }};
  const std::string session_language_ = session_language();
  std::unique_ptr<PromptPresenter> presenter_;
  RunGuide run_guide_;
  std::unique_ptr<DeskPort> desk_;
  std::map<std::string, plugin::PluginState> logged_states_;

  std::unique_ptr<Bus> bus_;
  std::unique_ptr<RestingPlugins> resting_;
  std::unique_ptr<ControlService> control_;
  boost::asio::steady_timer bus_retry_;
  int bus_attempts_ = 0;
  std::string bus_problem_;
  std::unique_ptr<Session> session_;  ///< none on a virtual clock
  boost::asio::steady_timer desktop_retry_;
  int desktop_attempts_ = 0;
  std::vector<std::string> other_desktops_;  ///< the sessions of those beside our own
  std::string mute_desktop_;                 ///< one that cannot show prompts

  int exit_code_ = 0;
  std::string successor_;
  bool stopping_ = false;
};

}  // namespace poised::shell
