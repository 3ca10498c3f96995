// SPDX-License-Identifier: MIT
#include "live-signals/sound_server.hpp"

#include <dlfcn.h>
#include <poll.h>
#include <pulse/pulseaudio.h>
#include <strings.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>

namespace live_signals {
namespace {

using std::chrono::milliseconds;

// A socket is there a moment before somebody listens to it. After these it is waited for only.
constexpr std::array again_after{milliseconds(100), milliseconds(1'000), milliseconds(5'000)};

// PipeWire tells of a recording before it has joined it to what it hears. One that is never joined,
// as where there is no microphone, is a recording all the same.
constexpr milliseconds joined_after{1'000};

std::string value(const char* text) {
  return text != nullptr ? text : "";
}

/// Where the server's socket is, or will be.
std::string socket_directory() {
  if (const char* own = std::getenv("PULSE_RUNTIME_PATH"); own != nullptr) return own;
  const char* directory = std::getenv("XDG_RUNTIME_DIR");
  return directory != nullptr ? std::string(directory) + "/pulse" : "";
}

struct Stream {
  std::string name, program, process;
  std::uint32_t source = PA_INVALID_INDEX;
  bool communicates = false;
};

}  // namespace

/// libpulse, which is in memory only where it is needed.
class SoundServer::Library {
 public:
  Library() : handle_(dlopen("libpulse.so.0", RTLD_NOW | RTLD_LOCAL)) {
    const auto find = [this](auto& function, const char* name) {
      using Function = std::remove_reference_t<decltype(function)>;
      if (handle_ != nullptr) function = reinterpret_cast<Function>(dlsym(handle_, name));
      if (function == nullptr) whole_ = false;
    };
    find(mainloop_new, "pa_mainloop_new");
    find(mainloop_free, "pa_mainloop_free");
    find(mainloop_get_api, "pa_mainloop_get_api");
    find(mainloop_set_poll_func, "pa_mainloop_set_poll_func");
    find(mainloop_prepare, "pa_mainloop_prepare");
    find(mainloop_poll, "pa_mainloop_poll");
    find(mainloop_dispatch, "pa_mainloop_dispatch");
    find(context_new, "pa_context_new");
    find(context_unref, "pa_context_unref");
    find(context_connect, "pa_context_connect");
    find(context_disconnect, "pa_context_disconnect");
    find(context_get_state, "pa_context_get_state");
    find(set_subscribe_callback, "pa_context_set_subscribe_callback");
    find(subscribe, "pa_context_subscribe");
    find(list_sources, "pa_context_get_source_info_list");
    find(list_recorders, "pa_context_get_source_output_info_list");
    find(list_players, "pa_context_get_sink_input_info_list");
    find(operation_unref, "pa_operation_unref");
    find(proplist_gets, "pa_proplist_gets");
  }
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  [[nodiscard]] bool whole() const { return whole_; }

  decltype(&pa_mainloop_new) mainloop_new = nullptr;
  decltype(&pa_mainloop_free) mainloop_free = nullptr;
  decltype(&pa_mainloop_get_api) mainloop_get_api = nullptr;
  decltype(&pa_mainloop_set_poll_func) mainloop_set_poll_func = nullptr;
  decltype(&pa_mainloop_prepare) mainloop_prepare = nullptr;
  decltype(&pa_mainloop_poll) mainloop_poll = nullptr;
  decltype(&pa_mainloop_dispatch) mainloop_dispatch = nullptr;
  decltype(&pa_context_new) context_new = nullptr;
  decltype(&pa_context_unref) context_unref = nullptr;
  decltype(&pa_context_connect) context_connect = nullptr;
  decltype(&pa_context_disconnect) context_disconnect = nullptr;
  decltype(&pa_context_get_state) context_get_state = nullptr;
  decltype(&pa_context_set_subscribe_callback) set_subscribe_callback = nullptr;
  decltype(&pa_context_subscribe) subscribe = nullptr;
  decltype(&pa_context_get_source_info_list) list_sources = nullptr;
  decltype(&pa_context_get_source_output_info_list) list_recorders = nullptr;
  decltype(&pa_context_get_sink_input_info_list) list_players = nullptr;
  decltype(&pa_operation_unref) operation_unref = nullptr;
  decltype(&pa_proplist_gets) proplist_gets = nullptr;

 private:
  void* handle_;
  bool whole_ = true;
};

struct SoundServer::Link {
  Link(Library& with, SoundServer& owner)
      : library(with),
        server(owner),
        timer(owner.plugin_, [&owner] { owner.pump(); }),
        joined(owner.plugin_,
               [this] {
                 stale = true;
                 server.pump();
               }),
        loop(with.mainloop_new()) {
    library.mainloop_set_poll_func(
        loop,
        [](pollfd* fds, unsigned long count, int timeout, void* self) noexcept {
          auto& link = *static_cast<Link*>(self);
          link.waits_for.assign(fds, fds + count);
          link.timeout_ms = timeout;
          return poll(fds, count, 0);
        },
        this);
    context = library.context_new(library.mainloop_get_api(loop), "Poised");
  }
  ~Link() {
    watches.clear();
    if (context != nullptr) {
      library.context_disconnect(context);
      library.context_unref(context);
    }
    library.mainloop_free(loop);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Whether a recorder that has no source is still expected to get one. Asks once more if so.
  bool gets_a_source(std::uint32_t recorder) {
    const auto now = server.plugin_.now();
    const auto before = unjoined_before.find(recorder);
    const auto since = before != unjoined_before.end() ? before->second : now;
    unjoined.emplace(recorder, since);
    if (now - since >= joined_after) return false;
    if (!joined.armed()) joined.arm(since + joined_after);
    return true;
  }

  /// Does what can be done without waiting, then waits for the rest by the host's means.
  void pump() {
    int done = 0;
    do {
      if (library.mainloop_prepare(loop, -1) < 0 || library.mainloop_poll(loop) < 0) break;
      done = library.mainloop_dispatch(loop);
    } while (done > 0);
    std::map<int, std::uint32_t> wanted;
    for (const auto& each : waits_for) {
      if ((each.events & POLLIN) != 0) wanted[each.fd] |= POISED_FD_READ;
      if ((each.events & POLLOUT) != 0) wanted[each.fd] |= POISED_FD_WRITE;
    }
    std::erase_if(watches, [&](const auto& entry) {
      const auto found = wanted.find(entry.first);
      return found == wanted.end() || found->second != entry.second.first;
    });
    for (const auto& [fd, events] : wanted)
      if (!watches.contains(fd))
        watches.emplace(
            fd,
            std::pair(events, poised::FdWatch(server.plugin_, fd, events,
                                              [&owner = server](std::uint32_t) { owner.pump(); })));
    if (timeout_ms >= 0)
      timer.arm(server.plugin_.now() + milliseconds(timeout_ms));
    else
      timer.disarm();
  }

  Library& library;
  SoundServer& server;
  poised::Timer timer, joined;
  pa_mainloop* loop;
  pa_context* context = nullptr;
  std::vector<pollfd> waits_for;
  int timeout_ms = -1;
  std::map<int, std::pair<std::uint32_t, poised::FdWatch>> watches;

  bool subscribed = false;
  bool stale = false;                ///< something has changed since the lists were asked for
  unsigned answers = 0;              ///< still to come
  std::set<std::uint32_t> monitors;  ///< sources that carry what is played
  /// Recorders without a source and since when, by these lists and by those before.
  std::map<std::uint32_t, poised::Instant> unjoined, unjoined_before;
  std::vector<Stream> recorders, players;
  std::function<Stream(const pa_proplist*)> read;
};

SoundServer::SoundServer(poised::Plugin& plugin, std::vector<std::string> ignored, Events events)
    : plugin_(plugin),
      ignored_(std::move(ignored)),
      events_(std::move(events)),
      again_(plugin, [this] { connect(); }) {
  connect();
}

SoundServer::~SoundServer() {
  link_.reset();
  socket_watch_.reset();
  if (inotify_ >= 0) close(inotify_);
}

void SoundServer::connect() {
  const auto socket = socket_directory() + "/native";
  if (access(socket.c_str(), F_OK) != 0 && std::getenv("PULSE_SERVER") == nullptr) {
    watch_for_socket();
    return events_.connected(false);
  }
  if (!library_) library_ = std::make_unique<Library>();
  if (!library_->whole()) return events_.connected(false);
  link_ = std::make_unique<Link>(*library_, *this);
  if (link_->context == nullptr ||
      library_->context_connect(link_->context, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0)
    return lost();
  pump();
}

void SoundServer::pump() {
  for (;;) {
    link_->pump();
    const auto state = library_->context_get_state(link_->context);
    if (PA_CONTEXT_IS_GOOD(state) == 0) return lost();
    if (state != PA_CONTEXT_READY) return;
    if (!std::exchange(link_->subscribed, true)) subscribe();
    if (link_->answers > 0) return;
    heard();
    if (!std::exchange(link_->stale, false)) return;
    ask();
  }
}

void SoundServer::subscribe() {
  attempts_ = 0;
  socket_watch_.reset();
  if (inotify_ >= 0) close(std::exchange(inotify_, -1));
  library_->set_subscribe_callback(
      link_->context,
      [](pa_context*, pa_subscription_event_type_t, std::uint32_t, void* self) {
        static_cast<Link*>(self)->stale = true;
      },
      link_.get());
  forget(library_->subscribe(link_->context,
                             static_cast<pa_subscription_mask_t>(
                                 PA_SUBSCRIPTION_MASK_SOURCE_OUTPUT |
                                 PA_SUBSCRIPTION_MASK_SINK_INPUT | PA_SUBSCRIPTION_MASK_SOURCE),
                             nullptr, nullptr));
  link_->stale = true;
  events_.connected(true);
}

void SoundServer::forget(pa_operation* operation) {
  if (operation != nullptr) library_->operation_unref(operation);
}

/// The three lists; each callback is called once more at the end of its own.
void SoundServer::ask() {
  link_->monitors.clear();
  link_->recorders.clear();
  link_->players.clear();
  link_->unjoined_before = std::exchange(link_->unjoined, {});
  link_->answers = 3;
  link_->read = [this](const pa_proplist* properties) {
    const auto text = [&](const char* key) {
      return value(library_->proplist_gets(properties, key));
    };
    Stream stream;
    stream.name = text(PA_PROP_APPLICATION_NAME);
    stream.program = text(PA_PROP_APPLICATION_PROCESS_BINARY);
    stream.process = text(PA_PROP_APPLICATION_PROCESS_ID);
    const auto role = text(PA_PROP_MEDIA_ROLE);
    stream.communicates = role == "phone" || role == "Communication";
    return stream;
  };
  forget(library_->list_sources(
      link_->context,
      [](pa_context*, const pa_source_info* source, int end, void* data) {
        auto& link = *static_cast<Link*>(data);
        if (end != 0) return static_cast<void>(--link.answers);
        if (source->monitor_of_sink != PA_INVALID_INDEX) link.monitors.insert(source->index);
      },
      link_.get()));
  forget(library_->list_recorders(
      link_->context,
      [](pa_context*, const pa_source_output_info* recorder, int end, void* data) {
        auto& link = *static_cast<Link*>(data);
        if (end != 0) return static_cast<void>(--link.answers);
        // Without a client it is the server's own: sound that is only passed on. Level meters take
        // peaks.
        if (recorder->corked != 0 || recorder->client == PA_INVALID_INDEX ||
            value(recorder->resample_method) == "peaks")
          return;
        if (recorder->source == PA_INVALID_INDEX && link.gets_a_source(recorder->index)) return;
        link.recorders.push_back(link.read(recorder->proplist));
        link.recorders.back().source = recorder->source;
      },
      link_.get()));
  forget(library_->list_players(
      link_->context,
      [](pa_context*, const pa_sink_input_info* player, int end, void* data) {
        auto& link = *static_cast<Link*>(data);
        if (end != 0) return static_cast<void>(--link.answers);
        if (player->corked == 0) link.players.push_back(link.read(player->proplist));
      },
      link_.get()));
}

void SoundServer::heard() {
  Use use;
  for (const auto& recorder : link_->recorders) {
    if (link_->monitors.contains(recorder.source) || is_ignored(recorder.name, recorder.program))
      continue;
    const bool plays = !recorder.process.empty() &&
                       std::ranges::find(link_->players, recorder.process, &Stream::process) !=
                           link_->players.end();
    use.microphone = true;
    use.conversation = use.conversation || recorder.communicates || plays;
  }
  if (use == use_) return;
  use_ = use;
  events_.changed(use_);
}

void SoundServer::lost() {
  link_.reset();
  if (std::exchange(use_, {}) != Use{}) events_.changed(use_);
  watch_for_socket();
  if (attempts_ < again_after.size()) again_.arm(plugin_.now() + again_after.at(attempts_++));
  events_.connected(false);
}

// The directory tells when a socket is made in it, so that nothing needs to look for it.
void SoundServer::watch_for_socket() {
  if (inotify_ >= 0) return;
  const auto directory = std::filesystem::path(socket_directory());
  if (directory.empty()) return;
  inotify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify_ < 0) return;
  // The server makes its folder, too.
  constexpr std::uint32_t made = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
  inotify_add_watch(inotify_, directory.c_str(), made);
  inotify_add_watch(inotify_, directory.parent_path().c_str(), made);
  socket_watch_ = poised::FdWatch(plugin_, inotify_, POISED_FD_READ, [this](std::uint32_t) {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    bool ours = false;
    for (ssize_t size = 0; (size = read(inotify_, buffer.data(), buffer.size())) > 0;) {
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        const std::string_view name(event->len > 0 ? event->name : "");
        ours = ours || name == "native" || name == "pulse";
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    if (!ours) return;
    socket_watch_.reset();
    close(std::exchange(inotify_, -1));
    watch_for_socket();
    attempts_ = 0;
    again_.arm(plugin_.now());
  });
}

bool SoundServer::is_ignored(const std::string& name, const std::string& program) const {
  return std::ranges::any_of(ignored_, [&](const std::string& each) {
    return strcasecmp(each.c_str(), name.c_str()) == 0 ||
           strcasecmp(each.c_str(), program.c_str()) == 0;
  });
}

}  // namespace live_signals
