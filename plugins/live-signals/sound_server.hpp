// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <poised/plugin.hpp>
#include <string>
#include <vector>

struct pa_operation;

namespace live_signals {

/// Who records, as a PulseAudio server tells it: that a stream is there and runs, never what flows
/// through it. For desktops without PipeWire; where there is no such server either, it is waited
/// for. [loop-thread]
class SoundServer {
 public:
  struct Use {
    bool microphone = false;
    bool conversation = false;  ///< who records also plays, or says that it is a phone
    bool operator==(const Use&) const = default;
  };
  struct Events {
    std::function<void(const Use&)> changed;
    /// Whether a server is there.
    std::function<void(bool)> connected;
  };

  /// `ignored`: names of programs whose recording counts for nothing. Events may come from within.
  SoundServer(poised::Plugin& plugin, std::vector<std::string> ignored, Events events);
  ~SoundServer();
  SoundServer(const SoundServer&) = delete;
  SoundServer& operator=(const SoundServer&) = delete;

 private:
  class Library;
  struct Link;

  void connect();
  void pump();
  void subscribe();
  void ask();
  void heard();
  void lost();
  void watch_for_socket();
  void forget(pa_operation* operation);
  [[nodiscard]] bool is_ignored(const std::string& name, const std::string& program) const;

  poised::Plugin& plugin_;
  std::vector<std::string> ignored_;
  Events events_;
  Use use_;
  std::unique_ptr<Library> library_;
  std::unique_ptr<Link> link_;
  int inotify_ = -1;
  poised::FdWatch socket_watch_;
  std::size_t attempts_ = 0;
  poised::Timer again_;
};

}  // namespace live_signals
