// SPDX-License-Identifier: MIT
#pragma once

#include <poised/plugin.h>

#include <cstdint>
#include <memory>
#include <string>

#include "build_config.hpp"
#include "plugin/trust.hpp"

namespace poised::plugin {

struct RunnerOptions {
  std::string plugin_dir = build::plugin_dir;
  Trust trust = Trust::of_this_build();
  /// The runner has the process to itself: it confines it, and runs plugins that own their loop.
  bool own_process = true;
};

/// The plugin's side of the wire: loads one plugin and serves it as its host, over a SOCK_SEQPACKET
/// socket whose other end is a Supervisor's. A small epoll loop of its own, so that the process of
/// a plugin holds little else than the plugin. [loop-thread], but for what plugin.h says is
/// [any-thread].
class Runner {
 public:
  Runner(UniqueFd socket, RunnerOptions options);
  /// Destroys the plugin, if there is one. Other threads of the plugin must have let go of the host
  /// by the time its destroy() returns.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Readable when dispatch() has work.
  [[nodiscard]] int fd() const;
  /// Does what is pending, waiting up to `timeout_ms` (-1: for ever) for something to do. False:
  /// STOP was carried out, or the other end is gone; destroy this.
  [[nodiscard]] bool dispatch(int timeout_ms);
  /// Serves until dispatch() says so; hands the thread to the plugin's run() if it has one. The
  /// exit status.
  [[nodiscard]] int serve();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole life of a plugin's process (`poised --plugin-host ID`). `socket` is the inherited
/// descriptor. The exit status: 0 after STOP or when the daemon is gone, 1 if it could not begin,
/// with a line on stderr. The process ends within seconds of the daemon's end, even if the plugin
/// hangs.
[[nodiscard]] int run_plugin_host(const std::string& id, int socket = 3,
                                  RunnerOptions options = {});

}  // namespace poised::plugin
