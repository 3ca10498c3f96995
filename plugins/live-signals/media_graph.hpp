// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <poised/plugin.hpp>
#include <string>
#include <vector>

namespace live_signals {

/// Who uses microphone, camera and screen, as PipeWire's graph shows it: the class and the state of
/// streams, never what flows through them. It waits for PipeWire where there is none yet, and when
/// it has gone. [loop-thread]
class MediaGraph {
 public:
  struct Use {
    bool microphone = false;
    bool conversation = false;  ///< who records also plays, or says that it communicates
    bool camera = false;
    bool screen = false;
    bool sound = false;  ///< it has microphones or speakers at all
    bool operator==(const Use&) const = default;
  };
  struct Events {
    std::function<void(const Use&)> changed;
    /// Whether PipeWire is there.
    std::function<void(bool)> connected;
  };

  /// `ignored`: names of programs whose recording counts for nothing. Events may come from within.
  MediaGraph(poised::Plugin& plugin, std::vector<std::string> ignored, Events events);
  ~MediaGraph();
  MediaGraph(const MediaGraph&) = delete;
  MediaGraph& operator=(const MediaGraph&) = delete;

 private:
  struct Link;
  struct Node;

  void connect();
  void lost();
  void pump();
  void watch_for_socket();
  void add(std::uint32_t id, const char* type, const char* media_class);
  void remove(std::uint32_t id);
  void look();
  [[nodiscard]] bool is_ignored(const Node& node) const;

  poised::Plugin& plugin_;
  std::vector<std::string> ignored_;
  Events events_;
  Use use_;
  std::unique_ptr<Link> link_;
  poised::FdWatch link_watch_;
  int inotify_ = -1;
  poised::FdWatch socket_watch_;
  std::size_t attempts_ = 0;
  poised::Timer again_;
};

}  // namespace live_signals
