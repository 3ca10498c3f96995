// SPDX-License-Identifier: MIT
#pragma once

// The C++20 face of plugin.h: the same contracts, with types. Header-only, standard headers only.
// Read plugin.h first; this page says only what differs.
//
// A plugin derives from poised::Plugin, overrides what its capabilities ask for, and ends with
//
//   POISED_DEFINE_PLUGIN(Hello, "hello", "Hello", "1.0.0", "sink")
//
// Everything here is [loop-thread] unless it says [any-thread].

#include <poised/plugin.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace poised {

// ------------------------------------------------------------------ values

using Duration = std::chrono::nanoseconds;

/// CLOCK_BOOTTIME as the host tells it: counts suspend, never steps, virtual under simulation. Read
/// it with Plugin::now().
struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using Instant = BootClock::time_point;

[[nodiscard]] constexpr Instant from_ns(std::int64_t ns) {
  return Instant{Duration{ns}};
}
[[nodiscard]] constexpr std::int64_t to_ns(Instant at) {
  return at.time_since_epoch().count();
}

enum class Device : std::uint32_t {
  any = POISED_DEVICE_ANY,
  keyboard = POISED_DEVICE_KEYBOARD,
  pointer = POISED_DEVICE_POINTER,
};

enum class PresenceFlag : std::uint32_t {
  locked = POISED_PRESENCE_LOCKED,
  asleep = POISED_PRESENCE_ASLEEP,
  seat_inactive = POISED_PRESENCE_SEAT_INACTIVE,
};

enum class LiveSignal : std::uint32_t {
  call = POISED_SIGNAL_CALL,
  mic = POISED_SIGNAL_MIC,
  camera = POISED_SIGNAL_CAMERA,
  screen_share = POISED_SIGNAL_SCREEN_SHARE,
  dnd = POISED_SIGNAL_DND,
  mirrored_display = POISED_SIGNAL_MIRRORED_DISPLAY,
  video = POISED_SIGNAL_VIDEO,
  full_screen = POISED_SIGNAL_FULL_SCREEN,
};

enum class Urgency : std::uint32_t {
  low = POISED_URGENCY_LOW,
  normal = POISED_URGENCY_NORMAL,
  critical = POISED_URGENCY_CRITICAL,
};

enum class PromptState : std::uint32_t {
  open = POISED_PROMPT_OPEN,
  running = POISED_PROMPT_RUNNING,
  finished = POISED_PROMPT_FINISHED,
  note = POISED_PROMPT_NOTE,
};

enum class Answer : std::uint32_t {
  start = POISED_ANSWER_START,
  done = POISED_ANSWER_DONE,
  snooze = POISED_ANSWER_SNOOZE,
  skip = POISED_ANSWER_SKIP,
  dismiss = POISED_ANSWER_DISMISS,
  quiet_today = POISED_ANSWER_QUIET_TODAY,
  custom = POISED_ANSWER_CUSTOM,
};

enum class DeskStatus : std::uint32_t {
  ok = POISED_DESK_OK,
  moving = POISED_DESK_MOVING,
  blocked = POISED_DESK_BLOCKED,
  unknown = POISED_DESK_UNKNOWN,
  absent = POISED_DESK_ABSENT,
};

enum class LogPriority : std::int32_t {
  error = POISED_LOG_ERROR,
  warning = POISED_LOG_WARNING,
  info = POISED_LOG_INFO,
  debug = POISED_LOG_DEBUG,
};

// What arrives. Every string_view and span is valid only during the handler; what was NULL is
// empty.

struct Settings {
  /// One JSON object, validated against the manifest, defaults filled in; durations in nanoseconds.
  std::string_view json;
  std::string_view locale;
};

struct WatchIdle {
  std::uint32_t id = 0;
  Duration threshold{};  ///< 0: the watch is removed
  bool once = false;
};

struct PromptAction {
  Answer answer = Answer::start;
  std::string_view id;  ///< for Answer::custom
  std::string_view label;
};

struct Prompt {
  PromptState state = PromptState::open;
  std::uint64_t id = 0;
  std::string_view title;
  std::string_view body;
  std::string_view icon;
  std::string_view sound;
  Urgency urgency = Urgency::normal;
  std::vector<PromptAction> actions;
  Instant started;  ///< running
  Instant ends;     ///< running
};

struct MoveDesk {
  std::int32_t to_mm = 0;
  std::uint64_t consent = 0;
  Instant expires;
  std::string_view desk;  ///< its name, empty where there is only one
};

enum class PersonPresence : std::uint32_t {
  unknown = POISED_PERSON_UNKNOWN,
  present = POISED_PERSON_PRESENT,
  locked = POISED_PERSON_LOCKED,
  asleep = POISED_PERSON_ASLEEP,
  seat_inactive = POISED_PERSON_SEAT_INACTIVE,
};

struct Person {
  PersonPresence presence = PersonPresence::unknown;
  Instant last_input;
};

enum class MoveResult : std::uint32_t {
  arrived = POISED_MOVE_ARRIVED,
  stopped = POISED_MOVE_STOPPED,
  refused = POISED_MOVE_REFUSED,
};

/// Throw it from on_start: the plugin reports FAILED with this text and is asked no more. Anything
/// else that on_start throws becomes a FAILED that is tried again.
class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& reason, bool permanent = false)
      : std::runtime_error(reason), permanent_(permanent) {}
  [[nodiscard]] bool permanent() const noexcept { return permanent_; }

 private:
  bool permanent_;
};

// ------------------------------------------------------------------ plugin

class Plugin;
namespace detail {
struct Access;
}

/// A descriptor that the host watches while this object lives. Level-triggered. The descriptor
/// stays the caller's: close it after the watch has gone.
class FdWatch {
 public:
  using Ready = std::function<void(std::uint32_t events)>;

  FdWatch() = default;
  /// `events` is POISED_FD_READ and/or POISED_FD_WRITE; `ready` may also be told POISED_FD_ERROR.
  /// Throws std::system_error if the host refuses. Must not outlive `plugin`.
  FdWatch(Plugin& plugin, int fd, std::uint32_t events, Ready ready);
  FdWatch(FdWatch&& other) noexcept
      : plugin_(std::exchange(other.plugin_, nullptr)), tag_(other.tag_), fd_(other.fd_) {}
  FdWatch& operator=(FdWatch&& other) noexcept {
    if (this != &other) {
      reset();
      plugin_ = std::exchange(other.plugin_, nullptr);
      tag_ = other.tag_;
      fd_ = other.fd_;
    }
    return *this;
  }
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch() { reset(); }

  /// Changes what is waited for.
  void events(std::uint32_t events);
  void reset() noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return plugin_ != nullptr; }

 private:
  Plugin* plugin_ = nullptr;
  std::uint64_t tag_ = 0;
  int fd_ = -1;
};

/// A timer on the host's clock; disarmed when it is destroyed. Must not outlive `plugin`.
class Timer {
 public:
  Timer(Plugin& plugin, std::function<void()> elapsed);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  /// Elapses once, at `at` or as soon after as the loop allows. Replaces an earlier instant.
  void arm(Instant at);
  void disarm() noexcept;
  /// Empty once it has elapsed.
  [[nodiscard]] std::optional<Instant> armed() const noexcept { return at_; }

 private:
  friend struct detail::Access;
  Plugin& plugin_;
  std::uint64_t tag_;
  std::function<void()> elapsed_;
  std::optional<Instant> at_;
};

/// For a plugin with a loop of its own; see poised_loop.
class Loop {
 public:
  explicit Loop(const poised_loop& loop) : loop_(&loop) {}
  [[nodiscard]] int fd() const noexcept { return loop_->fd; }
  /// False: leave run().
  [[nodiscard]] bool dispatch() const { return loop_->dispatch(loop_->ctx) == 0; }
  [[nodiscard]] std::optional<Instant> next_deadline() const {
    const std::int64_t at = loop_->next_deadline_ns(loop_->ctx);
    return at < 0 ? std::nullopt : std::optional{from_ns(at)};
  }

 private:
  const poised_loop* loop_;
};

namespace detail {

/// What the writer of *payload knew of T; the rest stays zero.
template <class T>
[[nodiscard]] T copy(const void* payload) {
  T value{};
  std::uint32_t size = 0;
  if (payload == nullptr) throw std::system_error(EINVAL, std::generic_category(), "no payload");
  std::memcpy(&size, payload, sizeof size);
  std::memcpy(&value, payload, std::min<std::size_t>(size, sizeof value));
  return value;
}

[[nodiscard]] inline std::string_view view(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

[[nodiscard]] inline const char* kind_name(std::uint32_t kind) {
  switch (kind) {
    case POISED_START:
      return "START";
    case POISED_STOP:
      return "STOP";
    case POISED_CONFIG_CHANGED:
      return "CONFIG_CHANGED";
    case POISED_WATCH_IDLE:
      return "WATCH_IDLE";
    case POISED_QUERY_INPUT:
      return "QUERY_INPUT";
    case POISED_PROMPT:
      return "PROMPT";
    case POISED_UPDATE_PROMPT:
      return "UPDATE_PROMPT";
    case POISED_WITHDRAW_PROMPT:
      return "WITHDRAW_PROMPT";
    case POISED_MOVE_DESK:
      return "MOVE_DESK";
    case POISED_STOP_DESK:
      return "STOP_DESK";
    case POISED_REFRESH_AVAILABILITY:
      return "REFRESH_AVAILABILITY";
    case POISED_EVENT:
      return "EVENT";
    case POISED_PERSON:
      return "PERSON";
    default:
      return "message";
  }
}
}  // namespace detail

/// Base of every plugin. A handler may throw: std::system_error with a generic code makes
/// on_message answer that code, anything else -EIO, and the text is logged once. A handler that is
/// not overridden answers -ENOTSUP, except on_stop, which has nothing to do.
class Plugin {
 public:
  explicit Plugin(const poised_host& host) : host_(host) {}
  virtual ~Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  /// The host's clock. [any-thread]
  [[nodiscard]] Instant now() const { return from_ns(host_.now_ns(host_.ctx)); }
  /// One line, never a person's behaviour. [any-thread]
  void log(LogPriority priority, const std::string& line) const noexcept {
    host_.log(host_.ctx, static_cast<std::int32_t>(priority), line.c_str());
  }

 protected:
  // Messages. START must end in ready() or failed(), in the handler or later.
  virtual void on_start(const Settings& settings) = 0;
  virtual void on_stop() {}
  virtual void on_config_changed(const Settings&) { not_supported(); }
  virtual void on_watch_idle(const WatchIdle&) { not_supported(); }
  /// Answer with input_state(…, query).
  virtual void on_query_input(std::uint64_t /*query*/) { not_supported(); }
  virtual void on_prompt(const Prompt&) { not_supported(); }
  virtual void on_update_prompt(const Prompt&) { not_supported(); }
  virtual void on_withdraw_prompt(std::uint64_t /*id*/) { not_supported(); }
  virtual void on_move_desk(const MoveDesk&) { not_supported(); }
  virtual void on_stop_desk() { not_supported(); }
  virtual void on_person(const Person&) { not_supported(); }
  virtual void on_refresh_availability() { not_supported(); }
  virtual void on_event(std::string_view /*json*/) { not_supported(); }

  /// Messages of later minor versions.
  virtual void on_other(const poised_message&) { not_supported(); }
  /// Tags that belong to no FdWatch or Timer; theirs have the top bit set.
  virtual void on_fd(std::uint64_t /*tag*/, int /*fd*/, std::uint32_t /*events*/) {}
  virtual void on_timer(std::uint64_t /*tag*/) {}

  // Requests. [any-thread] They throw std::system_error if the host does not take them (see submit
  // in plugin.h); that the daemon has gone is no error, since the process ends then.
  void ready(const std::string& detail, bool splits_devices = false) const {
    poised_ready payload = made<poised_ready>();
    payload.splits_devices = splits_devices ? 1 : 0;
    payload.detail = detail.c_str();
    submit(POISED_READY, &payload);
  }
  /// `reason` is "context: object: reason". The plugin is stopped after it.
  void failed(const std::string& reason, bool permanent = false) const {
    poised_failed payload = made<poised_failed>();
    payload.permanent = permanent ? 1 : 0;
    payload.reason = reason.c_str();
    submit(POISED_FAILED, &payload);
  }
  /// Works in part; "" means wholly again.
  void degraded(const std::string& reason) const {
    poised_failed payload = made<poised_failed>();
    payload.reason = reason.c_str();
    submit(POISED_DEGRADED, &payload);
  }
  /// There is nothing to do: the plugin is stopped, and started again when its settings change or
  /// `bus_name`, unless empty, is taken on the session bus.
  void resting(const std::string& reason, const std::string& bus_name = {}) const {
    poised_resting payload = made<poised_resting>();
    payload.reason = reason.c_str();
    payload.bus_name = bus_name.empty() ? nullptr : bus_name.c_str();
    submit(POISED_RESTING, &payload);
  }
  void idle_reached(std::uint32_t watch_id, Device device, Instant since) const {
    poised_idle payload = made<poised_idle>();
    payload.watch_id = watch_id;
    payload.since_ns = to_ns(since);
    payload.device = static_cast<std::uint32_t>(device);
    submit(POISED_IDLE_REACHED, &payload);
  }
  void resumed(Device device, Instant at) const {
    poised_resumed payload = made<poised_resumed>();
    payload.device = static_cast<std::uint32_t>(device);
    payload.at_ns = to_ns(at);
    submit(POISED_RESUMED, &payload);
  }
  void input_state(std::optional<Duration> idle, std::optional<Duration> keyboard,
                   std::optional<Duration> pointer, std::uint64_t query) const {
    poised_input_state payload = made<poised_input_state>();
    payload.idle_ns = idle ? idle->count() : -1;
    payload.keyboard_idle_ns = keyboard ? keyboard->count() : -1;
    payload.pointer_idle_ns = pointer ? pointer->count() : -1;
    submit(POISED_INPUT_STATE, &payload, query);
  }
  void presence(PresenceFlag flag, bool on) const {
    poised_presence payload = made<poised_presence>();
    payload.flag = static_cast<std::uint32_t>(flag);
    payload.on = on ? 1 : 0;
    submit(POISED_PRESENCE, &payload);
  }
  /// Replaces the last set of `source`. Times only, never texts.
  void availability(const std::string& source, std::span<const poised_interval> intervals) const {
    poised_availability payload = made<poised_availability>();
    payload.count = static_cast<std::uint32_t>(intervals.size());
    payload.intervals = intervals.data();
    payload.source = source.c_str();
    submit(POISED_AVAILABILITY, &payload);
  }
  void live_signal(LiveSignal signal, bool on) const {
    poised_live_signal payload = made<poised_live_signal>();
    payload.signal = static_cast<std::uint32_t>(signal);
    payload.on = on ? 1 : 0;
    submit(POISED_LIVE_SIGNAL, &payload);
  }
  /// `action_id` goes with Answer::custom.
  void prompt_answered(std::uint64_t id, Answer answer, const std::string& action_id = {}) const {
    poised_prompt_answered payload = made<poised_prompt_answered>();
    payload.answer = static_cast<std::uint32_t>(answer);
    payload.id = id;
    payload.action_id = answer == Answer::custom ? action_id.c_str() : nullptr;
    submit(POISED_PROMPT_ANSWERED, &payload);
  }
  /// Gone without an answer.
  void prompt_closed(std::uint64_t id) const {
    poised_prompt_ref payload = made<poised_prompt_ref>();
    payload.id = id;
    submit(POISED_PROMPT_CLOSED, &payload);
  }
  /// `desk`: the person's name for it, empty where there is only one.
  void desk_state(DeskStatus status, std::optional<std::int32_t> height_mm,
                  const std::string& desk = {}) const {
    poised_desk_state payload = made<poised_desk_state>();
    payload.state = static_cast<std::uint32_t>(status);
    payload.height_mm = height_mm.value_or(-1);
    payload.desk = desk.empty() ? nullptr : desk.c_str();
    submit(POISED_DESK_STATE, &payload);
  }
  /// `reason` is one line for people, empty if it arrived.
  void desk_move_ended(std::uint64_t consent, MoveResult result, const std::string& reason) const {
    poised_desk_move_ended payload = made<poised_desk_move_ended>();
    payload.result = static_cast<std::uint32_t>(result);
    payload.consent = consent;
    payload.reason = reason.empty() ? nullptr : reason.c_str();
    submit(POISED_DESK_MOVE_ENDED, &payload);
  }
  /// Any message; `payload` is the struct of `kind` with its size set, or nullptr.
  void submit(std::uint32_t kind, const void* payload, std::uint64_t correlates = 0) const {
    poised_message message = made<poised_message>();
    message.kind = kind;
    message.correlates = correlates;
    message.payload = payload;
    const int result = host_.submit(host_.ctx, &message);
    if (result != 0 && result != -EPIPE)
      throw std::system_error(-result, std::generic_category(), "submit");
  }

  /// A further service of the host, nullptr if it has none of that name. [any-thread]
  template <class Extension>
  [[nodiscard]] const Extension* extension(const char* name) const {
    return static_cast<const Extension*>(host_.extension(host_.ctx, name));
  }
  [[nodiscard]] const poised_host& host() const noexcept { return host_; }

  /// Makes on_message answer -ENOTSUP.
  [[noreturn]] static void not_supported() {
    throw std::system_error(ENOTSUP, std::generic_category());
  }

 private:
  friend class FdWatch;
  friend class Timer;
  friend struct detail::Access;

  static constexpr std::uint64_t own_tags = std::uint64_t{1} << 63;

  template <class T>
  [[nodiscard]] static T made() {
    T value{};
    value.size = sizeof(T);
    return value;
  }

  const poised_host& host_;
  std::uint64_t last_tag_ = own_tags;
  // Tags are never used twice, so what the host still has in hand for one that is gone finds
  // nobody.
  std::map<std::uint64_t, FdWatch::Ready> fds_;
  std::map<std::uint64_t, Timer*> timers_;
};

// ------------------------------------------------------------------ trampolines

namespace detail {

struct Access {
  static void handle(Plugin& plugin, const poised_message& message) {
    switch (message.kind) {
      case POISED_START:
        return plugin.on_start(settings(message));
      case POISED_STOP:
        return plugin.on_stop();
      case POISED_CONFIG_CHANGED:
        return plugin.on_config_changed(settings(message));
      case POISED_WATCH_IDLE: {
        const auto payload = copy<poised_watch_idle>(message.payload);
        return plugin.on_watch_idle(
            {payload.id, Duration{payload.threshold_ns}, payload.once != 0});
      }
      case POISED_QUERY_INPUT:
        return plugin.on_query_input(message.seq);
      case POISED_PROMPT:
        return plugin.on_prompt(prompt(message));
      case POISED_UPDATE_PROMPT:
        return plugin.on_update_prompt(prompt(message));
      case POISED_WITHDRAW_PROMPT:
        return plugin.on_withdraw_prompt(copy<poised_prompt_ref>(message.payload).id);
      case POISED_MOVE_DESK: {
        const auto payload = copy<poised_move_desk>(message.payload);
        return plugin.on_move_desk(
            {payload.to_mm, payload.consent, from_ns(payload.expires_ns), view(payload.desk)});
      }
      case POISED_STOP_DESK:
        return plugin.on_stop_desk();
      case POISED_REFRESH_AVAILABILITY:
        return plugin.on_refresh_availability();
      case POISED_EVENT:
        return plugin.on_event(view(copy<poised_event>(message.payload).json));
      case POISED_PERSON: {
        const auto payload = copy<poised_person>(message.payload);
        return plugin.on_person(
            {static_cast<PersonPresence>(payload.presence), from_ns(payload.last_input_ns)});
      }
      default:
        return plugin.on_other(message);
    }
  }

  static void fd_ready(Plugin& plugin, std::uint64_t tag, int fd, std::uint32_t events) {
    if ((tag & Plugin::own_tags) == 0) return plugin.on_fd(tag, fd, events);
    const auto found = plugin.fds_.find(tag);
    if (found == plugin.fds_.end()) return;
    const FdWatch::Ready ready = found->second;  // it may reset its own watch
    ready(events);
  }

  static void timer_elapsed(Plugin& plugin, std::uint64_t tag) {
    if ((tag & Plugin::own_tags) == 0) return plugin.on_timer(tag);
    const auto found = plugin.timers_.find(tag);
    if (found == plugin.timers_.end()) return;
    found->second->at_.reset();
    const std::function<void()> elapsed = found->second->elapsed_;  // it may destroy its own timer
    elapsed();
  }

  static void failed(Plugin& plugin, const char* reason, bool permanent) {
    plugin.failed(reason, permanent);
  }

 private:
  static Settings settings(const poised_message& message) {
    const auto payload = copy<poised_start>(message.payload);
    return {view(payload.settings_json), view(payload.locale)};
  }

  static Prompt prompt(const poised_message& message) {
    const auto payload = copy<poised_prompt>(message.payload);
    Prompt prompt{static_cast<PromptState>(payload.state),
                  payload.id,
                  view(payload.title),
                  view(payload.body),
                  view(payload.icon),
                  view(payload.sound),
                  static_cast<Urgency>(payload.urgency),
                  {},
                  from_ns(payload.started_ns),
                  from_ns(payload.ends_ns)};
    for (const poised_action& action : std::span{payload.actions, payload.action_count})
      prompt.actions.push_back(
          {static_cast<Answer>(action.answer), view(action.id), view(action.label)});
    return prompt;
  }
};

template <class T>
concept RunsOwnLoop = requires(T& plugin, const Loop& loop) {
  { plugin.run(loop) } -> std::same_as<int>;
};

/// The functions of the entry. No exception leaves them.
template <class T>
struct Trampolines {
  static_assert(std::derived_from<T, Plugin>, "a plugin derives from poised::Plugin");
  static_assert(std::constructible_from<T, const poised_host&>,
                "a plugin is made from const poised_host&");

  static T& self(poised_plugin* plugin) {
    return static_cast<T&>(*reinterpret_cast<Plugin*>(plugin));
  }

  /// Runs `action`; what it throws becomes -errno and, unless it is ENOTSUP, a line in the log.
  template <class Action>
  static int guarded(Plugin& plugin, const char* what, Action&& action) noexcept {
    try {
      try {
        action();
        return 0;
      } catch (const std::system_error& error) {
        const bool named = error.code().category() == std::generic_category();
        if (named && error.code().value() == ENOTSUP) return -ENOTSUP;
        plugin.log(LogPriority::error, std::string{what} + ": " + error.what());
        return named && error.code().value() > 0 ? -error.code().value() : -EIO;
      } catch (const std::exception& error) {
        plugin.log(LogPriority::error, std::string{what} + ": " + error.what());
      } catch (...) {
        plugin.log(LogPriority::error, std::string{what} + ": unknown exception");
      }
    } catch (...) {
      return -ENOMEM;
    }
    return -EIO;
  }

  static poised_plugin* create(const poised_host* host, char* error, size_t error_size) noexcept {
    const char* reason = "unknown exception";
    const auto tell = [&] {
      if (error_size == 0) return;
      const std::size_t length = std::min(std::strlen(reason), error_size - 1);
      std::memcpy(error, reason, length);
      error[length] = '\0';
    };
    try {
      return reinterpret_cast<poised_plugin*>(static_cast<Plugin*>(new T(*host)));
    } catch (const std::exception& thrown) {
      reason = thrown.what();
      tell();
    } catch (...) {
      tell();
    }
    return nullptr;
  }

  static void destroy(poised_plugin* plugin) noexcept { delete reinterpret_cast<Plugin*>(plugin); }

  static int on_message(poised_plugin* plugin, const poised_message* message) noexcept {
    Plugin& base = self(plugin);
    return guarded(base, kind_name(message->kind), [&] {
      if (message->kind != POISED_START) return Access::handle(base, *message);
      try {
        Access::handle(base, *message);
      } catch (const Failure& failure) {
        Access::failed(base, failure.what(), failure.permanent());
      } catch (const std::exception& error) {
        Access::failed(base, error.what(), false);
        throw;
      }
    });
  }

  static void on_fd(poised_plugin* plugin, uint64_t tag, int fd, uint32_t events) noexcept {
    Plugin& base = self(plugin);
    guarded(base, "on_fd", [&] { Access::fd_ready(base, tag, fd, events); });
  }

  static void on_timer(poised_plugin* plugin, uint64_t tag) noexcept {
    Plugin& base = self(plugin);
    guarded(base, "on_timer", [&] { Access::timer_elapsed(base, tag); });
  }

  static int run(poised_plugin* plugin, const poised_loop* loop) noexcept {
    int result = 0;
    if constexpr (RunsOwnLoop<T>) {
      const int thrown =
          guarded(self(plugin), "run", [&] { result = self(plugin).run(Loop{*loop}); });
      if (thrown != 0) result = thrown;
    }
    return result;
  }

  /// `capabilities` ends with nullptr.
  static constexpr poised_plugin_entry_v1 entry(const char* id, const char* name,
                                                const char* version,
                                                const char* const* capabilities) {
    return {sizeof(poised_plugin_entry_v1),
            POISED_ABI_MAJOR,
            POISED_ABI_MINOR,
            0,
            id,
            name,
            version,
            capabilities,
            &create,
            &destroy,
            &on_message,
            &on_fd,
            &on_timer,
            RunsOwnLoop<T> ? &run : nullptr};
  }
};

}  // namespace detail

/// Exports `Class` as the plugin of this library, at namespace scope and once. `id` and `version`
/// equal the manifest's; then one or more capabilities. A public `int run(const poised::Loop&)` in
/// `Class` makes it a plugin with a loop of its own.
#define POISED_DEFINE_PLUGIN(Class, id, name, version, ...)                                       \
  namespace {                                                                                     \
  constexpr const char* poised_plugin_capabilities[] = {__VA_ARGS__, nullptr};                    \
  }                                                                                               \
  extern "C" {                                                                                    \
  POISED_EXPORT extern const poised_plugin_entry_v1 poised_plugin_entry;                          \
  constinit const poised_plugin_entry_v1 poised_plugin_entry =                                    \
      ::poised::detail::Trampolines<Class>::entry(id, name, version, poised_plugin_capabilities); \
  }                                                                                               \
  static_assert(true, "a semicolon may follow")

// ------------------------------------------------------------------ watches

inline FdWatch::FdWatch(Plugin& plugin, int fd, std::uint32_t events, Ready ready)
    : tag_(++plugin.last_tag_), fd_(fd) {
  const poised_host& host = plugin.host_;
  const int result = host.watch_fd(host.ctx, fd, events, tag_);
  if (result != 0) throw std::system_error(-result, std::generic_category(), "watch_fd");
  plugin.fds_.emplace(tag_, std::move(ready));
  plugin_ = &plugin;
}

inline void FdWatch::events(std::uint32_t events) {
  const poised_host& host = plugin_->host_;
  const int result = host.watch_fd(host.ctx, fd_, events, tag_);
  if (result != 0) throw std::system_error(-result, std::generic_category(), "watch_fd");
}

inline void FdWatch::reset() noexcept {
  if (plugin_ == nullptr) return;
  plugin_->fds_.erase(tag_);
  plugin_->host_.unwatch_fd(plugin_->host_.ctx, fd_);
  plugin_ = nullptr;
}

inline Timer::Timer(Plugin& plugin, std::function<void()> elapsed)
    : plugin_(plugin), tag_(++plugin.last_tag_), elapsed_(std::move(elapsed)) {
  plugin.timers_.emplace(tag_, this);
}

inline Timer::~Timer() {
  disarm();
  plugin_.timers_.erase(tag_);
}

inline void Timer::arm(Instant at) {
  const poised_host& host = plugin_.host_;
  const int result = host.arm_timer(host.ctx, tag_, to_ns(at));
  if (result != 0) throw std::system_error(-result, std::generic_category(), "arm_timer");
  at_ = at;
}

inline void Timer::disarm() noexcept {
  if (!at_) return;
  plugin_.host_.disarm_timer(plugin_.host_.ctx, tag_);
  at_.reset();
}

}  // namespace poised
