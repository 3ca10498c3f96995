// SPDX-License-Identifier: MIT
#include "live-signals/media_graph.hpp"

#include <pipewire/impl.h>
#include <pipewire/pipewire.h>
#include <strings.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <string_view>
#include <utility>

namespace live_signals {
namespace {

using std::chrono::milliseconds;

// A socket is there a moment before somebody listens to it. After these it is waited for only.
constexpr std::array again_after{milliseconds(100), milliseconds(1'000), milliseconds(5'000)};

enum class Kind : std::uint8_t { other, sound, recording, playback, video_source, video_output };

Kind kind_of(std::string_view media_class) {
  if (media_class == "Stream/Input/Audio") return Kind::recording;
  if (media_class == "Stream/Output/Audio") return Kind::playback;
  if (media_class == "Video/Source") return Kind::video_source;
  if (media_class == "Stream/Output/Video") return Kind::video_output;
  if (media_class.starts_with("Audio/")) return Kind::sound;
  return Kind::other;
}

std::string value(const spa_dict* properties, const char* key) {
  const char* found = spa_dict_lookup(properties, key);
  return found != nullptr ? found : "";
}

struct Free {
  void operator()(pw_loop* loop) const { pw_loop_destroy(loop); }
  void operator()(pw_context* context) const { pw_context_destroy(context); }
  void operator()(pw_core* core) const { pw_core_disconnect(core); }
  void operator()(void* proxy) const { pw_proxy_destroy(static_cast<pw_proxy*>(proxy)); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

}  // namespace

struct MediaGraph::Node {
  Kind kind = Kind::other;
  bool running = false;
  bool is_camera = false;
  bool communicates = false;
  bool is_no_microphone = false;  ///< records what is played, or only passes it on
  std::string name, program, process;
  MediaGraph* graph = nullptr;
  spa_hook listener{};
  Owned<void> proxy;

  void read(const pw_node_info& info) {
    running = info.state == PW_NODE_STATE_RUNNING;
    if ((info.change_mask & PW_NODE_CHANGE_MASK_PROPS) == 0 || info.props == nullptr) return;
    const auto is = [&](const char* key, std::string_view wanted) {
      return value(info.props, key) == wanted;
    };
    const auto api = value(info.props, PW_KEY_DEVICE_API);
    is_camera = is(PW_KEY_MEDIA_ROLE, "Camera") || api == "v4l2" || api == "libcamera";
    communicates = is(PW_KEY_MEDIA_ROLE, "Communication") || is(PW_KEY_MEDIA_ROLE, "phone");
    is_no_microphone = is(PW_KEY_STREAM_MONITOR, "true") || is("stream.capture.sink", "true") ||
                       !value(info.props, "node.link-group").empty();
    name = value(info.props, PW_KEY_APP_NAME);
    program = value(info.props, PW_KEY_APP_PROCESS_BINARY);
    process = value(info.props, PW_KEY_APP_PROCESS_ID);
  }
};

struct MediaGraph::Link {
  Owned<pw_loop> loop;
  Owned<pw_context> context;
  Owned<pw_core> core;
  Owned<void> registry;
  spa_hook core_listener{}, registry_listener{};
  bool broken = false;
  std::map<std::uint32_t, std::unique_ptr<Node>> nodes;

  ~Link() {
    // All that is asked of a core goes before it.
    nodes.clear();
    registry.reset();
  }
};

MediaGraph::MediaGraph(poised::Plugin& plugin, std::vector<std::string> ignored, Events events)
    : plugin_(plugin),
      ignored_(std::move(ignored)),
      events_(std::move(events)),
      again_(plugin, [this] { connect(); }) {
  pw_init(nullptr, nullptr);
  // It would complain of all that is left out.
  if (std::getenv("PIPEWIRE_DEBUG") == nullptr) pw_log_set_level(SPA_LOG_LEVEL_NONE);
  connect();
}

MediaGraph::~MediaGraph() {
  socket_watch_.reset();
  if (inotify_ >= 0) close(inotify_);
  link_watch_.reset();
  link_.reset();
  pw_deinit();
}

void MediaGraph::connect() {
  auto link = std::make_unique<Link>();
  link->loop.reset(pw_loop_new(nullptr));
  if (!link->loop) return events_.connected(false);
  // Only the protocol is needed of what the usual configuration loads.
  link->context.reset(
      pw_context_new(link->loop.get(), pw_properties_new(PW_KEY_CONFIG_NAME, "null", nullptr), 0));
  if (!link->context) return events_.connected(false);
  pw_data_loop_stop(pw_context_get_data_loop(link->context.get()));  // no stream, no thread
  pw_context_load_module(link->context.get(), "libpipewire-module-protocol-native", nullptr,
                         nullptr);
  link->core.reset(pw_context_connect(link->context.get(), nullptr, 0));
  if (!link->core) {
    watch_for_socket();
    if (attempts_ < again_after.size()) again_.arm(plugin_.now() + again_after.at(attempts_++));
    return events_.connected(false);
  }
  static const pw_core_events core_events = [] {
    pw_core_events events{};
    events.version = PW_VERSION_CORE_EVENTS;
    events.error = [](void* data, std::uint32_t id, int, int, const char*) noexcept {
      if (id == PW_ID_CORE) static_cast<MediaGraph*>(data)->link_->broken = true;
    };
    return events;
  }();
  static const pw_registry_events registry_events = [] {
    pw_registry_events events{};
    events.version = PW_VERSION_REGISTRY_EVENTS;
    events.global = [](void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                       const spa_dict* properties) noexcept {
      if (properties == nullptr) return;
      static_cast<MediaGraph*>(data)->add(id, type,
                                          spa_dict_lookup(properties, PW_KEY_MEDIA_CLASS));
    };
    events.global_remove = [](void* data, std::uint32_t id) noexcept {
      static_cast<MediaGraph*>(data)->remove(id);
    };
    return events;
  }();
  pw_registry* registry = pw_core_get_registry(link->core.get(), PW_VERSION_REGISTRY, 0);
  link->registry.reset(registry);
  pw_core_add_listener(link->core.get(), &link->core_listener, &core_events, this);
  pw_registry_add_listener(registry, &link->registry_listener, &registry_events, this);
  link_ = std::move(link);
  attempts_ = 0;
  socket_watch_.reset();
  if (inotify_ >= 0) close(std::exchange(inotify_, -1));
  link_watch_ = poised::FdWatch(plugin_, pw_loop_get_fd(link_->loop.get()), POISED_FD_READ,
                                [this](std::uint32_t) { pump(); });
  events_.connected(true);
  pump();
}

void MediaGraph::pump() {
  pw_loop* loop = link_->loop.get();
  pw_loop_enter(loop);
  int handled = 0;
  do handled = pw_loop_iterate(loop, 0);
  while (handled > 0 && !link_->broken);
  pw_loop_leave(loop);
  if (link_->broken) return lost();
  look();
}

void MediaGraph::lost() {
  link_watch_.reset();
  link_.reset();
  look();
  watch_for_socket();
  again_.arm(plugin_.now() + again_after.front());
  events_.connected(false);
}

// The directory tells when a socket is made in it, so that nothing needs to look for it.
void MediaGraph::watch_for_socket() {
  if (inotify_ >= 0) return;
  const char* directory = std::getenv("PIPEWIRE_RUNTIME_DIR");
  if (directory == nullptr) directory = std::getenv("XDG_RUNTIME_DIR");
  if (directory == nullptr) return;
  inotify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify_ < 0) return;
  if (inotify_add_watch(inotify_, directory, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
    close(std::exchange(inotify_, -1));
    return;
  }
  socket_watch_ = poised::FdWatch(plugin_, inotify_, POISED_FD_READ, [this](std::uint32_t) {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    bool made = false;
    for (ssize_t size = 0; (size = read(inotify_, buffer.data(), buffer.size())) > 0;) {
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        if (event->len > 0 && std::string_view(event->name).starts_with("pipewire-")) made = true;
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    if (!made) return;
    attempts_ = 0;
    again_.arm(plugin_.now());
  });
}

void MediaGraph::add(std::uint32_t id, const char* type, const char* media_class) {
  if (std::string_view(type) != PW_TYPE_INTERFACE_Node || media_class == nullptr) return;
  const auto kind = kind_of(media_class);
  if (kind == Kind::other) return;
  static const pw_node_events node_events = [] {
    pw_node_events events{};
    events.version = PW_VERSION_NODE_EVENTS;
    events.info = [](void* data, const pw_node_info* info) noexcept {
      static_cast<Node*>(data)->read(*info);
    };
    return events;
  }();
  auto node = std::make_unique<Node>();
  node->kind = kind;
  if (kind == Kind::sound) {
    link_->nodes[id] = std::move(node);
    return;
  }
  void* proxy = pw_registry_bind(static_cast<pw_registry*>(link_->registry.get()), id, type,
                                 PW_VERSION_NODE, 0);
  if (proxy == nullptr) return;
  node->proxy.reset(proxy);
  pw_node_add_listener(static_cast<pw_node*>(proxy), &node->listener, &node_events, node.get());
  link_->nodes[id] = std::move(node);
}

void MediaGraph::remove(std::uint32_t id) {
  link_->nodes.erase(id);
}

bool MediaGraph::is_ignored(const Node& node) const {
  return std::any_of(ignored_.begin(), ignored_.end(), [&](const std::string& name) {
    return strcasecmp(name.c_str(), node.name.c_str()) == 0 ||
           strcasecmp(name.c_str(), node.program.c_str()) == 0;
  });
}

void MediaGraph::look() {
  Use use;
  const std::map<std::uint32_t, std::unique_ptr<Node>> none;
  const auto& nodes = link_ ? link_->nodes : none;
  const auto plays = [&](const std::string& process) {
    return !process.empty() && std::any_of(nodes.begin(), nodes.end(), [&](const auto& entry) {
      return entry.second->kind == Kind::playback && entry.second->running &&
             entry.second->process == process;
    });
  };
  for (const auto& [id, node] : nodes) {
    use.sound = use.sound || node->kind == Kind::sound;
    if (!node->running || is_ignored(*node)) continue;
    if (node->kind == Kind::recording && !node->is_no_microphone) {
      use.microphone = true;
      use.conversation = use.conversation || node->communicates || plays(node->process);
    }
    if (node->kind == Kind::video_source || node->kind == Kind::video_output)
      (node->is_camera ? use.camera : use.screen) = true;
  }
  if (use == use_) return;
  use_ = use;
  events_.changed(use_);
}

}  // namespace live_signals
