// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "plugin/supervisor.hpp"
#include "shell/report_json.hpp"

namespace poised::shell {

/// What the ids of activity plugins begin with; people name them without it: "x11".
inline constexpr const char* source_prefix = "activity-";

/// The activity plugins seen as one: which of them is asked, what it watches, and what it reports.
/// One source is in use at a time; the next one in order is tried when one says that it cannot work
/// here. [loop-thread]
class InputSources {
 public:
  /// `instance`: which instance of the plugins is meant; empty: the plugins themselves.
  InputSources(boost::asio::io_context& loop, plugin::Supervisor& supervisor, std::string instance,
               std::function<void(core::Event)> dispatch);

  /// Ends what it uses, for good.
  void stop();
  /// Starts with the first of `plugins` (ids in order of preference). Called again after a
  /// change of configuration; does nothing if the list is the same.
  void use(const std::vector<std::string>& plugins);
  /// The desktop has changed: if no source works, all are asked again.
  void look_again();
  void watch_idle(const core::WatchIdle& watch);

  /// A message, or a change of state, of the plugin `id`; ignored if it is not one of ours.
  void on_message(const std::string& id, const plugin::Message& message);
  void on_state(const plugin::PluginStatus& status);

  /// Asks the source in use for its idle times; `reply` is called once, after 150 ms at the latest.
  void query(std::function<void(InputReport)> reply);

  /// Why input is not seen as it should be: empty while a source works and says that it works
  /// wholly, and while the first that works is still looked for.
  const std::string& degraded() const { return degraded_; }

 private:
  void try_next();
  void lost(const std::string& reason);
  bool in_use(const std::string& id) const {
    return current_ < ids_.size() && ids_[current_] == id;
  }

  boost::asio::io_context& loop_;
  plugin::Supervisor& supervisor_;
  std::string instance_;
  std::function<void(core::Event)> dispatch_;
  std::vector<std::string> ids_;
  std::size_t current_ = 0;
  bool working_ = false;
  std::string degraded_;
  std::map<std::string, std::string> refusals_;  // why each source tried so far cannot work here
  std::map<std::uint32_t, core::WatchIdle> watches_;

  struct Query {
    explicit Query(boost::asio::io_context& loop) : deadline(loop) {}
    boost::asio::steady_timer deadline;
    std::function<void(InputReport)> reply;
  };
  std::map<std::uint64_t, std::shared_ptr<Query>> queries_;  // by the message's sequence number
};

}  // namespace poised::shell
