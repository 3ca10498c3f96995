// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "build_config.hpp"
#include "plugin/child.hpp"
#include "plugin/manifest.hpp"
#include "plugin/trust.hpp"
#include "plugin/wire.hpp"

namespace poised::plugin {

enum class PluginState : std::uint8_t {
  disabled,     ///< by configuration or by the administrator's lists; never started
  stopped,      ///< added and not started, or stopped by stop_all()
  on_demand,    ///< nothing to do, for now or (RESTING) as far as it knows: no process
  starting,     ///< loading, or not READY yet
  running,      ///< READY
  failed,       ///< tried again after `retry_after`; without one, only by start() or restart()
  quarantined,  ///< ended too often; only restart() brings it back
};
/// "on-demand" and the like: the words of `status --json`.
[[nodiscard]] std::string_view to_string(PluginState state);

struct PluginStatus {
  std::string id;
  std::string name;
  std::string version;
  std::vector<std::string> capabilities;
  PluginState state = PluginState::stopped;
  pid_t pid = 0;  ///< 0: no process of its own
  std::string isolation;
  std::string reason;   ///< one line: why it is not running, or works only in part (DEGRADED)
  std::string detail;   ///< READY's or RESTING's line for people
  std::string sandbox;  ///< what holds the process: "landlock 7", "none: …"; empty: no process
  std::optional<std::chrono::milliseconds> retry_after;  ///< failed: the back-off chosen
  bool splits_devices = false;                           ///< READY of an activity plugin
  /// The library on disk is newer than this daemon or the manifest it read: the package was
  /// upgraded, and executing the daemon anew will help.
  bool outdated = false;
  bool operator==(const PluginStatus&) const = default;
};

/// Runs plugins, each in a process of its own or in this one, and stands between them and the rest
/// of the daemon. A plugin that dies, hangs, floods or talks nonsense is ended and started again
/// with back-off; nothing it does reaches the others or the caller other than as on_state.
///
/// All of it is [loop-thread], the thread that runs the io_context. Callbacks are always posted,
/// never made from inside a call, in the order of what they report; none is made after the
/// destructor. There is no poll and no periodic timer: with nothing to do, nothing is armed.
///
/// What a plugin was sent is lost with its process. When on_state reports anything but `starting`
/// and `running`, or `starting` after `running`, everything sent before is gone, acknowledged or
/// not; send again what still holds after the next `running`. READY, FAILED and DEGRADED show in
/// on_state first, and then arrive as on_message like every other message.
class Supervisor {
 public:
  struct Options {
    /// Executed as EXECUTABLE ARGUMENTS… ID with a socket as descriptor 3.
    std::string executable = "/proc/self/exe";
    std::vector<std::string> arguments{"--plugin-host"};
    std::string plugin_dir = build::plugin_dir;  ///< for isolation = "in-process"
    Trust trust = Trust::of_this_build();        ///< for isolation = "in-process"
    Environment environment;                     ///< of every process, on top of ours
    std::string locale;                          ///< for START; empty: from the environment
    std::vector<std::string> allow;              ///< empty: all
    std::vector<std::string> deny;
    std::string isolation;  ///< "process", "in-process"; empty: as the manifest says

    std::chrono::milliseconds ready_timeout{30'000};  ///< READY or FAILED after START
    std::chrono::milliseconds stop_timeout{1'000};    ///< STOP → SIGTERM
    std::chrono::milliseconds kill_timeout{2'000};    ///< SIGTERM → SIGKILL
    std::chrono::milliseconds release_after{30'000};  ///< release() → STOP

    std::chrono::milliseconds backoff_first{1'000};  ///< doubles with each restart
    std::chrono::milliseconds backoff_max{300'000};
    std::chrono::milliseconds backoff_max_activity{10'000};
    /// READY for so long: the next back-off is the first one again.
    std::chrono::milliseconds stable_after{60'000};
    /// A plugin that would be restarted more often than this within the window is quarantined.
    /// FAILED is an orderly answer and does not count. Plugins with capability `activity` are never
    /// quarantined: without input nothing else works, so they are tried again every
    /// backoff_max_activity at the latest.
    unsigned quarantine_restarts = 5;
    std::chrono::milliseconds quarantine_window{600'000};

    /// A plugin that sends more frames than a burst plus a rate is ended. The busiest honest plugin
    /// reports a moving desk 20 times a second, or some dozen calendars at once. On a virtual clock
    /// the rate is of virtual seconds.
    unsigned flood_burst = 512;
    unsigned flood_per_second = 64;
    /// Messages that wait for READY or for the socket; more are refused.
    std::size_t max_queued = 256;

    /// Start of virtual time. With it set, plugins see only the time that advance_clock() gives.
    std::optional<std::int64_t> virtual_clock;
  };

  struct Callbacks {
    std::function<void(const std::string& id, const Message&)> on_message;
    /// The status differs from the one reported before.
    std::function<void(const PluginStatus&)> on_state;
    std::function<void(const std::string& id, int priority, const std::string& line)> on_log;
    /// Virtual clock: quiescent() became true, or next_plugin_deadline() changed while it was, or
    /// advance_clock() had nothing to do.
    std::function<void()> on_quiescent;
  };

  Supervisor(boost::asio::io_context& io, Options options, Callbacks callbacks);
  /// Ends every process at once (SIGKILL) and reaps it; call stop_all() before for a gentle end.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Makes a plugin known. Not started yet. A second plugin of the same id replaces nothing and is
  /// dropped.
  void add(Manifest manifest, std::string settings_json, bool enabled);

  /// Another process of the plugin `of`, with an environment of its own: known as `of@instance`,
  /// with the settings that `of` has and will have. Never in this process; not started yet.
  void add_instance(const std::string& of, const std::string& instance, Environment environment);
  /// Ends an instance for good; status() knows it no more.
  void remove_instance(const std::string& id);

  /// Lets a plugin run: at once, or for an on-demand plugin when it is sent something.
  void start(const std::string& id);

  /// Sends `message` (its `seq` is set here), or keeps it until READY. The seq, or 0 if it was not
  /// taken: no such plugin, not startable now (disabled, stopped, failed, quarantined), too many
  /// queued, or a message that does not pass check() or does not fit the plugin's capabilities.
  std::uint64_t send(const std::string& id, Message message);

  /// The plugin is not needed. One that is on demand is stopped after `release_after` without a
  /// send(), and not tried again if it has failed; any other is stopped now, until start().
  void release(const std::string& id);

  /// Stops a plugin if it runs, forgets its failures and starts it again. Also the way out of
  /// `failed` and `quarantined`.
  void restart(const std::string& id);

  /// Starts a plugin that rests (RESTING); leaves any other alone.
  void wake(const std::string& id);

  /// New settings: CONFIG_CHANGED if it runs, with the next START otherwise; wake() if it rests.
  void reconfigure(const std::string& id, const std::string& settings_json);

  /// STOP to all, the last added first; `done` is posted when no process is left.
  void stop_all(std::function<void()> done);

  [[nodiscard]] std::vector<PluginStatus> status() const;

  // Virtual clock.

  /// The earliest timer that a plugin has armed.
  [[nodiscard]] std::optional<std::int64_t> next_plugin_deadline() const;
  /// Nothing is on its way: no message unacknowledged, no plugin starting or stopping, the loop of
  /// each drained, and every callback made. A plugin that waits for its back-off counts as quiet.
  [[nodiscard]] bool quiescent() const;
  /// Time is `now_ns`, never less than before. Plugins whose timer is due run it; then
  /// on_quiescent. The others learn of it with their next message.
  void advance_clock(std::int64_t now_ns);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace poised::plugin
