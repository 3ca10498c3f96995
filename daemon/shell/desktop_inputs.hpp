// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "plugin/supervisor.hpp"
#include "shell/input_sources.hpp"

namespace poised::shell {

/// P8: the input of all desktops of one person as one. Alone, the desktop whose environment is this
/// process's is passed on as it is. With others beside it, input on any is input, pauses are those
/// of all, and keyboard and pointer are no longer told apart. [loop-thread]
class DesktopInputs {
 public:
  struct Callbacks {
    std::function<void(core::Event)> dispatch;
    std::function<core::Instant()> now;
    /// front() differs from before.
    std::function<void()> front_changed;
  };
  DesktopInputs(boost::asio::io_context& loop, plugin::Supervisor& supervisor, Callbacks callbacks);

  /// As of InputSources, on every desktop.
  void use(const std::vector<std::string>& plugins);
  void look_again();
  void watch_idle(const core::WatchIdle& watch);
  void on_message(const std::string& id, const plugin::Message& message);
  void on_state(const plugin::PluginStatus& status);
  void query(std::function<void(InputReport)> reply);
  [[nodiscard]] std::string degraded() const;

  /// The other desktops, by session.
  void set_others(const std::map<std::string, plugin::Environment>& others);
  /// The session of the other desktop that had the last input; empty: none of them.
  [[nodiscard]] const std::string& front() const { return front_; }

 private:
  struct Desktop {
    std::string session;  ///< empty: that whose environment is this process's
    plugin::Environment environment;
    std::unique_ptr<InputSources> sources;
    std::optional<core::SourceChanged> source;
    std::array<bool, 3> on{};  ///< by core::Device
    std::array<std::optional<core::Instant>, 3> stopped;

    [[nodiscard]] bool works() const { return source && source->working; }
    [[nodiscard]] bool input_goes_on() const { return on[0] || on[1] || on[2]; }
    [[nodiscard]] std::optional<core::Instant> last_input() const {
      return std::max({stopped[0], stopped[1], stopped[2]});
    }
  };

  Desktop& add(const std::string& session);
  void make_instances(const Desktop& desktop);
  void heard(Desktop& desktop, const core::Event& event);
  void note(Desktop& desktop, const core::Event& event);
  void tell_source();
  void tell_input();
  void put_in_front(const std::string& session);
  [[nodiscard]] bool alone() const { return desktops_.size() == 1; }

  boost::asio::io_context& loop_;
  plugin::Supervisor& supervisor_;
  Callbacks callbacks_;
  std::vector<std::string> plugins_;
  std::map<std::uint32_t, core::WatchIdle> watches_;
  std::vector<std::unique_ptr<Desktop>> desktops_;  ///< the first is our own
  std::optional<core::Instant> left_;               ///< the last input on a desktop that is gone
  std::string front_;
};

}  // namespace poised::shell
