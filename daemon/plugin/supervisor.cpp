// SPDX-License-Identifier: MIT
#include "plugin/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <system_error>
#include <utility>

#include "plugin/child.hpp"
#include "plugin/library.hpp"
#include "plugin/runner.hpp"

namespace poised::plugin {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int frames_at_once = 32;

enum class Phase : std::uint8_t {
  none,
  hello,        ///< process started, Setup sent
  ready,        ///< START sent
  run,          ///< READY
  stopping,     ///< STOP sent
  ended,        ///< the socket is closed; the exit status is still to come
  terminating,  ///< SIGTERM sent
  killing,      ///< SIGKILL sent
};

/// What follows once the process is gone.
enum class After : std::uint8_t { fail, rest, stop, restart };

std::string environment_locale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "C.UTF-8";
}

std::string in_words(milliseconds time) {
  return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000)
                                  : fmt::format("{} ms", time.count());
}

/// A burst, and a rate that refills it.
class Budget {
 public:
  Budget(unsigned burst, unsigned per_second)
      : burst_(burst), per_second_(per_second), left_(burst) {}

  bool take(std::int64_t now_ns) {
    if (now_ns > counted_until_) {
      const double earned = static_cast<double>(now_ns - counted_until_) * 1e-9 * per_second_;
      counted_until_ = now_ns;
      grant(earned);
    }
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }
  void grant(double tokens) { left_ = std::min<double>(burst_, left_ + tokens); }

 private:
  double burst_;
  double per_second_;
  double left_;
  std::int64_t counted_until_ = 0;
};

/// A plugin answers what it is sent; that is never a flood.
constexpr double answers_per_message = 4;

}  // namespace

std::string_view to_string(PluginState state) {
  switch (state) {
    case PluginState::disabled:
      return "disabled";
    case PluginState::stopped:
      return "stopped";
    case PluginState::on_demand:
      return "on-demand";
    case PluginState::starting:
      return "starting";
    case PluginState::running:
      return "running";
    case PluginState::failed:
      return "failed";
    case PluginState::quarantined:
      return "quarantined";
  }
  return "";
}

class Supervisor::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, Options options, Callbacks callbacks)
      : io_(io), options_(std::move(options)), callbacks_(std::move(callbacks)) {
    if (options_.locale.empty()) options_.locale = environment_locale();
    if (options_.virtual_clock) now_ns_ = *options_.virtual_clock;
  }

  void close() {
    closed_ = true;
    for (const auto& slot : slots_) {
      if (slot->pid != 0) {
        kill(slot->pid, SIGKILL);
        reap_child(std::exchange(slot->pid, 0));
      }
      drop_process(*slot);
    }
  }

  void add(Manifest manifest, std::string settings_json, bool enabled) {
    if (!manifest.usable() || find(manifest.id) != nullptr) return;
    auto slot = std::make_unique<Slot>(io_, options_);
    PluginStatus& status = slot->status;
    status.id = manifest.id;
    status.name = manifest.name;
    status.version = manifest.version;
    status.capabilities = manifest.capabilities;
    status.isolation = options_.isolation.empty() ? manifest.isolation : options_.isolation;
    slot->settings = std::move(settings_json);
    slot->activity = manifest.has("activity");
    slot->manifest = std::move(manifest);
    const std::string& id = slot->manifest.id;
    LoadError error;
    if (!enabled) {
      status.state = PluginState::disabled;
    } else if (!allowed(id, options_.allow, options_.deny)) {
      status.state = PluginState::disabled;
      status.reason = fmt::format("plugin: {}: not allowed by plugins.allow and plugins.deny", id);
    } else if (!interface_fits(slot->manifest.abi_major, slot->manifest.abi_minor, id, error)) {
      status.state = PluginState::failed;
      status.reason = error.reason;
      status.outdated = error.outdated;
      slot->unusable = true;
    }
    slots_.push_back(std::move(slot));
    report(*slots_.back());
  }

  void add_instance(const std::string& of, const std::string& instance, Environment environment) {
    const Slot* const original = find(of);
    if (original == nullptr || original->status.state == PluginState::disabled ||
        original->unusable)
      return;
    const std::string id = of + "@" + instance;
    Slot* slot = find(id);
    if (slot == nullptr) {
      slots_.push_back(std::make_unique<Slot>(io_, options_));
      slot = slots_.back().get();
      slot->manifest = original->manifest;
      slot->activity = original->activity;
      slot->status = {.id = id,
                      .name = original->status.name,
                      .version = original->status.version,
                      .capabilities = original->status.capabilities,
                      .isolation = "process"};
    }
    slot->instance = true;
    slot->gone = false;
    slot->settings = original->settings;
    slot->environment = std::move(environment);
    report(*slot);
  }

  void remove_instance(const std::string& id) {
    Slot* const slot = find(id);
    if (slot == nullptr || !slot->instance) return;
    slot->gone = true;
    if (slot->started) put_down(*slot);
  }

  void start(const std::string& id) {
    Slot* const slot = find(id);
    if (slot == nullptr || slot->unusable) return;
    const bool given_up = slot->status.state == PluginState::failed && !slot->status.retry_after;
    if (slot->status.state != PluginState::stopped && !given_up) return;
    slot->started = true;
    if (slot->manifest.on_demand) {
      slot->after = After::rest;
      set_state(*slot, PluginState::on_demand);
    } else if (slot->phase == Phase::none) {
      spawn(*slot);
    } else {
      // Still on its way out.
      slot->after = After::restart;
      set_state(*slot, PluginState::starting);
    }
  }

  std::uint64_t send(const std::string& id, Message message) {
    Slot* const slot = find(id);
    if (slot == nullptr || !takes(*slot, message)) return 0;
    const PluginState state = slot->status.state;
    if (state != PluginState::on_demand && state != PluginState::starting &&
        state != PluginState::running) {
      return 0;
    }
    if (slot->queue.size() >= options_.max_queued || slot->unsent.size() >= options_.max_queued) {
      return 0;
    }
    slot->wanted = true;
    slot->release_at.reset();
    message.seq = ++slot->next_seq;
    const std::uint64_t seq = message.seq;
    if (state == PluginState::running) {
      deliver(*slot, std::move(message));
    } else {
      slot->queue.push_back(std::move(message));
      if (state == PluginState::on_demand) {
        if (slot->phase == Phase::none) {
          spawn(*slot);
        } else {
          set_state(*slot, PluginState::starting);
        }
      }
    }
    return seq;
  }

  void release(const std::string& id) {
    Slot* const slot = find(id);
    if (slot == nullptr || !slot->started) return;
    if (!slot->manifest.on_demand) return put_down(*slot);
    slot->wanted = false;
    if (slot->status.state == PluginState::failed && slot->status.retry_after) {
      slot->retry_at.reset();
      slot->after = After::rest;
      set_state(*slot, PluginState::on_demand, slot->status.reason);
    }
    rest_later(*slot);
  }

  void restart(const std::string& id) {
    Slot* const slot = find(id);
    if (slot == nullptr || slot->unusable || slot->status.state == PluginState::disabled) return;
    slot->started = true;
    slot->restarts.clear();
    slot->failures = 0;
    slot->retry_at.reset();
    if (slot->phase != Phase::none) {
      slot->after = After::restart;
      slot->status.pid = 0;
      set_state(*slot, PluginState::starting);
      stop(*slot);
    } else {
      begin_again(*slot);
    }
  }

  void reconfigure(const std::string& id, const std::string& settings_json) {
    for (const auto& slot : slots_) {
      if (slot->manifest.id != id || slot->settings == settings_json) continue;
      slot->settings = settings_json;
      if (slot->resting) {
        wake(slot->status.id);
        continue;
      }
      if (slot->phase == Phase::ready || slot->phase == Phase::run) {
        deliver(*slot, {.kind = POISED_CONFIG_CHANGED,
                        .seq = ++slot->next_seq,
                        .payload = Start{slot->settings, options_.locale}});
      }
    }
  }

  void wake(const std::string& id) {
    Slot* const slot = find(id);
    if (slot == nullptr || !slot->resting) return;
    slot->resting = false;
    if (slot->phase == Phase::none) return spawn(*slot);
    // Still on its way out.
    slot->after = After::restart;
    set_state(*slot, PluginState::starting);
  }

  void stop_all(std::function<void()> done) {
    when_stopped_.push_back(std::move(done));
    for (auto slot = slots_.rbegin(); slot != slots_.rend(); ++slot) {
      if ((*slot)->started) put_down(**slot);
    }
    check_stopped();
  }

  [[nodiscard]] std::vector<PluginStatus> status() const {
    std::vector<PluginStatus> all;
    for (const auto& slot : slots_)
      if (!slot->gone) all.push_back(slot->status);
    return all;
  }

  [[nodiscard]] std::optional<std::int64_t> next_plugin_deadline() const {
    std::optional<std::int64_t> earliest;
    for (const auto& slot : slots_) {
      if (slot->timer && (!earliest || *slot->timer < *earliest)) earliest = slot->timer;
    }
    return earliest;
  }

  [[nodiscard]] bool quiescent() const {
    return callbacks_on_their_way_ == 0 &&
           std::all_of(slots_.begin(), slots_.end(), [](const auto& slot) {
             return slot->phase == Phase::none ||
                    (slot->phase == Phase::run && slot->unacked.empty());
           });
  }

  void advance_clock(std::int64_t now_ns) {
    now_ns_ = std::max(now_ns_, now_ns);
    for (const auto& slot : slots_) {
      const bool alive = slot->phase == Phase::ready || slot->phase == Phase::run;
      if (!alive || !slot->timer || *slot->timer > now_ns_) continue;
      // It says when the next is, if there is one, before it acknowledges this.
      slot->timer.reset();
      slot->budget.grant(answers_per_message);
      expect_ack(*slot, ++slot->next_seq, 0);
      write(*slot, Clock{slot->next_seq, now_ns_});
    }
    changed_ = true;
    settle();
  }

 private:
  struct Sent {
    std::uint64_t seq;
    std::uint32_t kind;  ///< 0: the clock
  };

  struct Slot {
    Slot(asio::io_context& io, const Options& options)
        : deadline(io), budget(options.flood_burst, options.flood_per_second) {}

    Manifest manifest;  ///< an instance has that of its plugin
    bool instance = false;
    bool gone = false;  ///< an instance that was removed; what its process still does needs it
    Environment environment;
    std::string settings;
    bool activity = false;
    bool unusable = false;  ///< whatever is tried
    bool started = false;   ///< start() was called
    bool wanted = false;    ///< on demand: sent to, and not released since
    bool resting = false;   ///< it has said that there is nothing to do
    PluginStatus status;
    std::optional<PluginStatus> reported;

    Phase phase = Phase::none;
    After after = After::fail;
    std::uint64_t incarnation = 0;  ///< tells handlers of an earlier process apart
    pid_t pid = 0;
    std::unique_ptr<stream_descriptor> socket;
    std::unique_ptr<stream_descriptor> process;  ///< readable once it has ended
    std::unique_ptr<Runner> runner;              ///< in-process
    std::unique_ptr<stream_descriptor> runner_events;
    std::deque<Message> queue;                  ///< waits for READY
    std::deque<std::vector<std::byte>> unsent;  ///< waits for the socket
    std::deque<Sent> unacked;
    std::uint64_t next_seq = 0;
    std::optional<std::int64_t> timer;  ///< virtual clock

    asio::steady_timer deadline;  ///< of the earliest of these
    std::optional<SteadyClock::time_point> armed;
    std::optional<SteadyClock::time_point> ack_by;
    std::optional<SteadyClock::time_point> ready_by;
    std::optional<SteadyClock::time_point> end_by;
    std::optional<SteadyClock::time_point> release_at;
    std::optional<SteadyClock::time_point> retry_at;

    bool greeted = false;
    std::optional<SteadyClock::time_point> ready_since;
    unsigned failures = 0;  ///< in a row
    std::deque<SteadyClock::time_point> restarts;
    Budget budget;
  };

  Slot* find(const std::string& id) {
    const auto slot = std::find_if(slots_.begin(), slots_.end(),
                                   [&](const auto& s) { return s->status.id == id; });
    return slot == slots_.end() ? nullptr : slot->get();
  }

  static bool takes(const Slot& slot, const Message& message) {
    const std::string_view capability = capability_of(message.kind);
    const bool own = message.kind == POISED_START || message.kind == POISED_STOP ||
                     message.kind == POISED_CONFIG_CHANGED;
    return is_to_plugin(message.kind) && !own && check(message) == 0 &&
           (capability.empty() || slot.manifest.has(capability));
  }

  /// A completion handler that does nothing if the plugin's process is another by then.
  template <typename F>
  auto handler(Slot& slot, F call) {
    return [weak = weak_from_this(), &slot, incarnation = slot.incarnation,
            call](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || !self || self->closed_ || slot.incarnation != incarnation) return;
      call(*self, slot);
    };
  }

  // ---------------------------------------------------------------- callbacks

  /// Callbacks come from the loop, never out of a call, and in the order of what they report.
  template <typename F>
  void call_back(F call) {
    ++callbacks_on_their_way_;
    asio::post(io_, [weak = weak_from_this(), call = std::move(call)] {
      const auto self = weak.lock();
      if (!self || self->closed_) return;
      --self->callbacks_on_their_way_;
      call(self->callbacks_);
      if (!self->closed_) self->settle();
    });
  }

  void report(Slot& slot) {
    if (slot.reported == slot.status) return;
    slot.reported = slot.status;
    if (!callbacks_.on_state) return;
    call_back([status = slot.status](const Callbacks& c) { c.on_state(status); });
  }

  void set_state(Slot& slot, PluginState state, std::string reason = {}) {
    slot.status.state = state;
    slot.status.reason = std::move(reason);
    if (state != PluginState::failed) slot.status.retry_after.reset();
    if (state != PluginState::starting && state != PluginState::running) {
      slot.status.pid = 0;
      slot.status.detail.clear();
      slot.status.sandbox.clear();
      slot.status.splits_devices = false;
    }
    report(slot);
  }

  void log(Slot& slot, int priority, std::string line) {
    if (!callbacks_.on_log) return;
    call_back([id = slot.status.id, priority, line = std::move(line)](const Callbacks& c) {
      c.on_log(id, priority, line);
    });
  }

  // ---------------------------------------------------------------- virtual clock

  void settle() {
    if (!options_.virtual_clock || !changed_ || !quiescent()) return;
    changed_ = false;
    if (!callbacks_.on_quiescent) return;
    call_back([weak = weak_from_this()](const Callbacks& c) {
      const auto self = weak.lock();
      if (self->quiescent()) return c.on_quiescent();
      self->changed_ = true;
    });
  }

  // ---------------------------------------------------------------- beginning

  void spawn(Slot& slot) {
    ++slot.incarnation;
    slot.after = After::fail;
    slot.resting = false;
    slot.greeted = false;
    slot.ready_since.reset();
    slot.status.outdated = false;
    slot.budget = Budget(options_.flood_burst, options_.flood_per_second);
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) {
      return fail(slot,
                  in_line(slot, fmt::format("cannot make a socket: {}", std::strerror(errno))));
    }
    slot.socket = std::make_unique<stream_descriptor>(io_, pair[0]);
    UniqueFd other(pair[1]);
    slot.phase = Phase::hello;
    const bool in_process = slot.status.isolation == "in-process";
    const std::string problem =
        in_process ? spawn_in_process(slot, std::move(other)) : spawn_process(slot, other.get());
    if (!problem.empty()) {
      drop_process(slot);
      return fail(slot, in_line(slot, problem));
    }
    slot.status.pid = slot.pid;
    slot.ack_by = SteadyClock::now() + slot.manifest.response_timeout;
    set_state(slot, PluginState::starting);
    read_later(slot);
    write(slot, Setup{.id = slot.manifest.id,
                      .plugin_version = slot.manifest.version,
                      .library = slot.manifest.library,
                      .abi_major = slot.manifest.abi_major,
                      .abi_minor = slot.manifest.abi_minor,
                      .capabilities = slot.manifest.capabilities,
                      .sandbox = slot.manifest.sandbox,
                      .virtual_clock = options_.virtual_clock.has_value(),
                      .now_ns = now_ns_});
    arm(slot);
  }

  std::string spawn_process(Slot& slot, int socket) {
    std::vector<std::string> arguments{"poised"};
    arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
    arguments.push_back(slot.manifest.id);
    auto environment = slot.environment;
    environment.insert(options_.environment.begin(), options_.environment.end());
    std::string why;
    Child child = spawn_child(options_.executable, std::move(arguments), environment, socket, why);
    if (child.pid == 0) return why;
    slot.pid = child.pid;
    slot.process = std::make_unique<stream_descriptor>(io_, child.ended.release());
    slot.process->async_wait(stream_descriptor::wait_read,
                             handler(slot, [](Impl& self, Slot& s) { self.process_ended(s); }));
    return {};
  }

  std::string spawn_in_process(Slot& slot, UniqueFd socket) {
    slot.runner =
        std::make_unique<Runner>(std::move(socket), RunnerOptions{.plugin_dir = options_.plugin_dir,
                                                                  .trust = options_.trust,
                                                                  .own_process = false});
    const int events = fcntl(slot.runner->fd(), F_DUPFD_CLOEXEC, 0);
    if (events < 0) return fmt::format("cannot watch it: {}", std::strerror(errno));
    slot.runner_events = std::make_unique<stream_descriptor>(io_, events);
    run_runner_later(slot);
    return {};
  }

  void run_runner_later(Slot& slot) {
    slot.runner_events->async_wait(stream_descriptor::wait_read,
                                   handler(slot, [](Impl& self, Slot& s) {
                                     if (s.runner->dispatch(0)) return self.run_runner_later(s);
                                     const std::uint64_t incarnation = s.incarnation;
                                     s.runner.reset();
                                     s.runner_events.reset();
                                     static_cast<void>(self.read(s));
                                     if (s.incarnation == incarnation)
                                       self.ended(s, "ended by itself");
                                   }));
  }

  void begin_again(Slot& slot) {
    const bool rest = slot.manifest.on_demand && !slot.wanted;
    if (rest) {
      set_state(slot, PluginState::on_demand);
    } else {
      spawn(slot);
    }
    changed_ = true;
    settle();
  }

  // ---------------------------------------------------------------- in

  void read_later(Slot& slot) {
    slot.socket->async_wait(stream_descriptor::wait_read, handler(slot, [](Impl& self, Slot& s) {
                              if (self.read(s, frames_at_once)) self.read_later(s);
                            }));
  }

  /// Reads until the socket is empty or closed, or `most` frames; false: not to be read further.
  bool read(Slot& slot, int most = -1) {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(max_frame);
    const std::uint64_t incarnation = slot.incarnation;
    for (; most != 0; --most) {
      const ssize_t size =
          recv(slot.socket->native_handle(), buffer_.get(), max_frame, MSG_DONTWAIT | MSG_TRUNC);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (size <= 0) {
        socket_closed(slot);
        return false;
      }
      // Whoever is being ended has nothing more to say.
      if (slot.phase == Phase::terminating || slot.phase == Phase::killing) continue;
      std::string why = "a frame too long";
      const auto length = static_cast<std::size_t>(size);
      const std::optional<Frame> frame =
          length <= max_frame ? decode({buffer_.get(), length}, why) : std::nullopt;
      if (!frame) {
        protocol_error(slot, why);
      } else if (!std::holds_alternative<Ack>(*frame) && !slot.budget.take(flood_clock())) {
        end(slot, fmt::format("sent more than {} messages at once and {} a second",
                              options_.flood_burst, options_.flood_per_second));
      } else {
        std::visit([&](const auto& value) { take(slot, value); }, *frame);
      }
      if (slot.incarnation != incarnation) return false;
    }
    return true;
  }

  [[nodiscard]] std::int64_t flood_clock() const {
    return options_.virtual_clock
               ? now_ns_
               : std::chrono::nanoseconds(SteadyClock::now().time_since_epoch()).count();
  }

  void protocol_error(Slot& slot, std::string_view what) {
    end(slot, fmt::format("malformed output: {}", what));
  }

  template <typename F>
  void take(Slot& slot, const F&) {
    protocol_error(slot, "a frame of the daemon's own");
  }

  void take(Slot& slot, const Hello& hello) {
    if (slot.phase != Phase::hello) return protocol_error(slot, "a second greeting");
    if (hello.version != wire_version) {
      slot.status.outdated = true;
      return end(slot,
                 fmt::format("its host speaks wire version {}, this daemon {}", hello.version,
                             wire_version),
                 true);
    }
    std::vector<std::string> declared = slot.manifest.capabilities;
    std::sort(declared.begin(), declared.end());
    if (hello.id != slot.manifest.id || hello.plugin_version != slot.manifest.version ||
        hello.capabilities != declared) {
      return protocol_error(slot, "a greeting that is not the manifest's");
    }
    slot.status.sandbox = one_line(hello.sandbox);
    slot.greeted = true;
    slot.phase = Phase::ready;
    slot.ready_by = SteadyClock::now() + options_.ready_timeout;
    report(slot);
    deliver(slot, {.kind = POISED_START,
                   .seq = ++slot.next_seq,
                   .payload = Start{slot.settings, options_.locale}});
  }

  void take(Slot& slot, const Refused& refused) {
    if (slot.phase != Phase::hello) return protocol_error(slot, "a refusal after the greeting");
    slot.status.outdated = refused.outdated;
    // It has ended, or is about to.
    fail(slot, one_line(refused.reason), false, refused.permanent);
    slot.phase = Phase::stopping;
    slot.end_by = SteadyClock::now() + options_.stop_timeout;
    arm(slot);
  }

  void take(Slot& slot, const Ack& ack) {
    if (slot.unacked.empty() || slot.unacked.front().seq != ack.seq) {
      return protocol_error(slot, "an acknowledgement of nothing");
    }
    const std::uint32_t kind = slot.unacked.front().kind;
    slot.unacked.pop_front();
    slot.ack_by.reset();
    if (!slot.unacked.empty()) slot.ack_by = SteadyClock::now() + slot.manifest.response_timeout;
    if (ack.result < 0 && ack.result != -ENOTSUP) {
      const std::string error = std::generic_category().message(-ack.result);
      log(slot, POISED_LOG_WARNING,
          fmt::format("plugin: {}: {}: {}", slot.manifest.id, kind_name(kind), error));
    }
    arm(slot);
    changed_ = true;
    settle();
  }

  void take(Slot& slot, const Log& line) {
    log(slot, std::clamp(line.priority, POISED_LOG_ERROR, POISED_LOG_DEBUG), one_line(line.line));
  }

  void take(Slot& slot, const TimerArmed& armed) {
    if (!options_.virtual_clock) return protocol_error(slot, "a timer of the virtual clock");
    slot.timer = armed.at_ns;
    changed_ = true;
    settle();
  }

  void take(Slot& slot, const Submit& submit) {
    const Message& message = submit.message;
    const std::string_view capability = capability_of(message.kind);
    if (!is_from_plugin(message.kind) || slot.phase == Phase::hello) {
      return protocol_error(slot, kind_name(message.kind) + " out of place");
    }
    if (!capability.empty() && !slot.manifest.has(capability)) {
      return protocol_error(
          slot, fmt::format("{} without capability {}", kind_name(message.kind), capability));
    }
    if (slot.phase != Phase::ready && slot.phase != Phase::run) return;
    if (const auto* ready = std::get_if<Ready>(&message.payload)) {
      became_ready(slot, *ready);
    } else if (message.kind == POISED_FAILED) {
      const auto& failed = std::get<Failed>(message.payload);
      fail(slot, one_line(failed.reason), false, failed.permanent);
      stop(slot);
    } else if (message.kind == POISED_RESTING) {
      slot.resting = true;
      slot.wanted = false;
      slot.after = After::rest;
      slot.failures = 0;
      set_state(slot, PluginState::on_demand);
      slot.status.detail = one_line(std::get<Resting>(message.payload).reason);
      report(slot);
      stop(slot);
    } else if (message.kind == POISED_DEGRADED) {
      slot.status.reason = one_line(std::get<Failed>(message.payload).reason);
      report(slot);
    }
    if (callbacks_.on_message) {
      call_back([id = slot.status.id, message](const Callbacks& c) { c.on_message(id, message); });
    }
  }

  void became_ready(Slot& slot, const Ready& ready) {
    slot.status.detail = one_line(ready.detail);
    slot.status.splits_devices = ready.splits_devices;
    if (slot.phase == Phase::run) return report(slot);
    slot.phase = Phase::run;
    slot.ready_by.reset();
    slot.ready_since = SteadyClock::now();
    set_state(slot, PluginState::running, slot.status.reason);  // DEGRADED may come first
    for (std::deque<Message> queue = std::exchange(slot.queue, {}); Message & message : queue) {
      deliver(slot, std::move(message));
    }
    rest_later(slot);
    changed_ = true;
    settle();
  }

  // ---------------------------------------------------------------- out

  void deliver(Slot& slot, Message message) {
    expect_ack(slot, message.seq, message.kind);
    slot.budget.grant(answers_per_message);
    write(slot, Deliver{now_ns_, std::move(message)});
  }

  void expect_ack(Slot& slot, std::uint64_t seq, std::uint32_t kind) {
    // Each message has its own time, which begins when the one before it is done.
    if (slot.unacked.empty()) slot.ack_by = SteadyClock::now() + slot.manifest.response_timeout;
    slot.unacked.push_back({seq, kind});
    arm(slot);
  }

  void write(Slot& slot, const Frame& frame) {
    std::vector<std::byte> bytes = encode(frame);
    if (slot.unsent.empty() && write_bytes(slot, bytes)) return;
    slot.unsent.push_back(std::move(bytes));
    if (slot.unsent.size() == 1) write_later(slot);
  }

  /// False: the socket is full. A closed one is read's to notice.
  static bool write_bytes(Slot& slot, const std::vector<std::byte>& bytes) {
    if (!slot.socket) return true;
    for (;;) {
      if (::send(slot.socket->native_handle(), bytes.data(), bytes.size(),
                 MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
        return true;
      }
      if (errno != EINTR) return errno != EAGAIN && errno != ENOBUFS;
    }
  }

  void write_later(Slot& slot) {
    slot.socket->async_wait(stream_descriptor::wait_write, handler(slot, [](Impl& self, Slot& s) {
                              if (!s.socket) return;
                              while (!s.unsent.empty() && write_bytes(s, s.unsent.front()))
                                s.unsent.pop_front();
                              if (!s.unsent.empty()) self.write_later(s);
                            }));
  }

  // ---------------------------------------------------------------- deadlines

  void arm(Slot& slot) {
    // A release waits for what is still to be answered.
    const bool may_rest = slot.phase == Phase::run && slot.unacked.empty();
    std::optional<SteadyClock::time_point> earliest;
    for (const auto& at : {slot.ack_by, slot.ready_by, slot.end_by,
                           may_rest ? slot.release_at : std::nullopt, slot.retry_at}) {
      if (at && (!earliest || *at < *earliest)) earliest = at;
    }
    if (earliest == slot.armed) return;
    slot.armed = earliest;
    if (!earliest) {
      slot.deadline.cancel();
      return;
    }
    slot.deadline.expires_at(*earliest);
    slot.deadline.async_wait(
        [weak = weak_from_this(), &slot](const boost::system::error_code& error) {
          const auto self = weak.lock();
          if (error || !self || self->closed_) return;
          self->deadline_passed(slot);
        });
  }

  void deadline_passed(Slot& slot) {
    const auto now = SteadyClock::now();
    const auto passed = [now](std::optional<SteadyClock::time_point>& at) {
      if (!at || *at > now) return false;
      at.reset();
      return true;
    };
    slot.armed.reset();
    if (passed(slot.retry_at)) {
      begin_again(slot);
    } else if (passed(slot.end_by)) {
      harder(slot);
    } else if (passed(slot.ack_by)) {
      const std::string what = slot.phase == Phase::hello ? "while loading"
                               : slot.unacked.empty() || slot.unacked.front().kind == 0
                                   ? "to the clock"
                                   : "to " + kind_name(slot.unacked.front().kind);
      end(slot,
          fmt::format("no answer {} within {}", what, in_words(slot.manifest.response_timeout)));
    } else if (passed(slot.ready_by)) {
      end(slot, fmt::format("not READY within {}", in_words(options_.ready_timeout)));
    } else if (slot.phase == Phase::run && slot.unacked.empty() && passed(slot.release_at)) {
      slot.after = After::rest;
      set_state(slot, PluginState::on_demand);
      stop(slot);
    }
    arm(slot);
  }

  void rest_later(Slot& slot) {
    if (slot.manifest.on_demand && !slot.wanted && slot.phase == Phase::run) {
      slot.release_at = SteadyClock::now() + options_.release_after;
    }
    arm(slot);
  }

  // ---------------------------------------------------------------- ending

  /// Back to how it was before start().
  void put_down(Slot& slot) {
    slot.started = false;
    slot.wanted = false;
    slot.resting = false;
    slot.queue.clear();
    slot.retry_at.reset();
    slot.after = After::stop;
    set_state(slot, PluginState::stopped);
    if (slot.phase != Phase::none) stop(slot);
    arm(slot);
  }

  /// The plugin failed by its own fault: report it, and end its process at once.
  void end(Slot& slot, const std::string& reason, bool permanent = false) {
    // On its way out already, and where that leads is decided.
    if (slot.phase != Phase::stopping) fail(slot, in_line(slot, reason), true, permanent);
    if (slot.runner) return process_gone(slot);
    terminate(slot);
  }

  static std::string in_line(const Slot& slot, std::string_view reason) {
    return one_line(fmt::format("plugin: {}: {}", slot.manifest.id, reason));
  }

  static void signal(const Slot& slot, int number) {
    if (slot.pid > 0) kill(slot.pid, number);
  }

  void terminate(Slot& slot) {
    signal(slot, SIGTERM);
    slot.phase = Phase::terminating;
    forget_talk(slot);
    slot.end_by = SteadyClock::now() + options_.kill_timeout;
    arm(slot);
  }

  /// Gently: STOP, and then harder.
  void stop(Slot& slot) {
    if (slot.phase == Phase::terminating || slot.phase == Phase::killing ||
        slot.phase == Phase::stopping || slot.phase == Phase::ended) {
      return;
    }
    // Before its greeting it does not listen.
    if (slot.phase == Phase::hello) return slot.runner ? process_gone(slot) : terminate(slot);
    forget_talk(slot);
    slot.phase = Phase::stopping;
    slot.end_by = SteadyClock::now() + options_.stop_timeout;
    slot.unacked.push_back({++slot.next_seq, POISED_STOP});
    write(slot, Deliver{now_ns_, {.kind = POISED_STOP, .seq = slot.next_seq}});
    arm(slot);
  }

  void harder(Slot& slot) {
    if (slot.runner) return process_gone(slot);
    if (slot.phase == Phase::terminating) {
      slot.phase = Phase::killing;
      signal(slot, SIGKILL);
    } else if (slot.phase == Phase::ended && slot.after == After::fail) {
      end(slot, "closed its connection");
    } else {
      terminate(slot);
    }
  }

  /// No deadline but that of its end counts any more.
  void forget_talk(Slot& slot) {
    slot.ack_by.reset();
    slot.ready_by.reset();
    slot.release_at.reset();
    slot.timer.reset();
  }

  void socket_closed(Slot& slot) {
    if (slot.runner) return ended(slot, "closed its connection");
    // Why it ended is for its exit status to say, which follows at once unless it lives on.
    if (slot.phase == Phase::hello || slot.phase == Phase::ready || slot.phase == Phase::run) {
      forget_talk(slot);
      slot.end_by = SteadyClock::now() + options_.stop_timeout;
      slot.phase = Phase::ended;
    }
    boost::system::error_code ignored;
    slot.socket->close(ignored);
    slot.socket.reset();
    arm(slot);
  }

  void process_ended(Slot& slot) {
    // Its last words may still be in the socket.
    if (slot.socket) static_cast<void>(read(slot));
    const std::string how = reap_child(std::exchange(slot.pid, 0));
    const std::string during = !slot.greeted ? " while loading"
                               : slot.unacked.empty() || slot.unacked.front().kind == 0
                                   ? std::string()
                                   : " on " + kind_name(slot.unacked.front().kind);
    ended(slot, how + during);
  }

  /// The process or runner is gone, expected or not.
  void ended(Slot& slot, const std::string& how) {
    const bool expected = slot.after != After::fail || slot.phase == Phase::stopping ||
                          slot.phase == Phase::terminating || slot.phase == Phase::killing;
    if (!expected) fail(slot, in_line(slot, how));
    process_gone(slot);
  }

  /// Decides what a failure leads to; what is left of the process is the caller's to end.
  void fail(Slot& slot, std::string reason, bool counts = true, bool permanent = false) {
    const auto now = SteadyClock::now();
    if (slot.ready_since && now - *slot.ready_since >= options_.stable_after) slot.failures = 0;
    slot.after = After::fail;
    slot.queue.clear();
    slot.status.retry_after.reset();
    if (counts && !slot.activity) {
      while (!slot.restarts.empty() && now - slot.restarts.front() >= options_.quarantine_window) {
        slot.restarts.pop_front();
      }
      if (slot.restarts.size() >= options_.quarantine_restarts) {
        return set_state(slot, PluginState::quarantined, std::move(reason));
      }
      slot.restarts.push_back(now);
    }
    if (!permanent) slot.status.retry_after = back_off(slot);
    ++slot.failures;
    set_state(slot, PluginState::failed, std::move(reason));
    if (slot.phase == Phase::none) process_gone(slot);
  }

  [[nodiscard]] milliseconds back_off(const Slot& slot) const {
    const milliseconds most = slot.activity ? options_.backoff_max_activity : options_.backoff_max;
    unsigned doublings = slot.failures;
    if (slot.activity) {
      if (doublings == 0) return milliseconds(0);
      --doublings;
    }
    milliseconds wait = options_.backoff_first;
    for (; doublings > 0 && wait < most; --doublings) wait *= 2;
    return std::min(wait, most);
  }

  void drop_process(Slot& slot) {
    ++slot.incarnation;
    slot.phase = Phase::none;
    slot.socket.reset();
    slot.process.reset();
    slot.runner_events.reset();
    slot.runner.reset();
    slot.unsent.clear();
    slot.unacked.clear();
    forget_talk(slot);
    slot.end_by.reset();
  }

  void process_gone(Slot& slot) {
    drop_process(slot);
    switch (slot.after) {
      case After::fail:
        if (slot.status.retry_after) {
          if (slot.manifest.on_demand && !slot.wanted) {
            set_state(slot, PluginState::on_demand, slot.status.reason);
          } else {
            slot.retry_at = SteadyClock::now() + *slot.status.retry_after;
          }
        }
        break;
      case After::rest:
        // It may have been sent something meanwhile.
        if (slot.wanted) {
          spawn(slot);
        } else {
          slot.queue.clear();
          if (!slot.resting) set_state(slot, PluginState::on_demand, slot.status.reason);
        }
        break;
      case After::restart:
        begin_again(slot);
        break;
      case After::stop:
        break;
    }
    arm(slot);
    check_stopped();
    changed_ = true;
    settle();
  }

  void check_stopped() {
    if (when_stopped_.empty() || std::any_of(slots_.begin(), slots_.end(), [](const auto& slot) {
          return slot->phase != Phase::none;
        })) {
      return;
    }
    for (std::function<void()>& done : std::exchange(when_stopped_, {})) {
      call_back([done = std::move(done)](const Callbacks&) {
        if (done) done();
      });
    }
  }

  asio::io_context& io_;
  Options options_;
  Callbacks callbacks_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::unique_ptr<std::byte[]> buffer_;
  std::vector<std::function<void()>> when_stopped_;
  std::int64_t now_ns_ = 0;
  std::size_t callbacks_on_their_way_ = 0;
  bool changed_ = false;
  bool closed_ = false;
};

Supervisor::Supervisor(asio::io_context& io, Options options, Callbacks callbacks)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(callbacks))) {}
Supervisor::~Supervisor() {
  impl_->close();
}
void Supervisor::add(Manifest manifest, std::string settings_json, bool enabled) {
  impl_->add(std::move(manifest), std::move(settings_json), enabled);
}
void Supervisor::start(const std::string& id) {
  impl_->start(id);
}
std::uint64_t Supervisor::send(const std::string& id, Message message) {
  return impl_->send(id, std::move(message));
}
void Supervisor::add_instance(const std::string& of, const std::string& instance,
                              Environment environment) {
  impl_->add_instance(of, instance, std::move(environment));
}
void Supervisor::remove_instance(const std::string& id) {
  impl_->remove_instance(id);
}
void Supervisor::release(const std::string& id) {
  impl_->release(id);
}
void Supervisor::restart(const std::string& id) {
  impl_->restart(id);
}
void Supervisor::reconfigure(const std::string& id, const std::string& settings_json) {
  impl_->reconfigure(id, settings_json);
}
void Supervisor::wake(const std::string& id) {
  impl_->wake(id);
}
void Supervisor::stop_all(std::function<void()> done) {
  impl_->stop_all(std::move(done));
}
std::vector<PluginStatus> Supervisor::status() const {
  return impl_->status();
}
std::optional<std::int64_t> Supervisor::next_plugin_deadline() const {
  return impl_->next_plugin_deadline();
}
bool Supervisor::quiescent() const {
  return impl_->quiescent();
}
void Supervisor::advance_clock(std::int64_t now_ns) {
  impl_->advance_clock(now_ns);
}

}  // namespace poised::plugin
