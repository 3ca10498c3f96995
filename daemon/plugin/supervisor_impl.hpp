// SPDX-License-Identifier: MIT
#pragma once

// The inside of the Supervisor, for the files that it is made of: supervisor.cpp (what is asked of
// it, and what it reports), supervisor_talk.cpp (frames in and out) and supervisor_lives.cpp
// (beginnings, deadlines, ends).

#include <sys/types.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/child.hpp"
#include "plugin/manifest.hpp"
#include "plugin/runner.hpp"
#include "plugin/supervisor.hpp"
#include "plugin/wire.hpp"

namespace poised::plugin {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Supervisor::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, Options options, Callbacks callbacks);
  void close();
  void add(Manifest manifest, std::string settings_json, bool enabled);
  void add_instance(const std::string& of, const std::string& instance, Environment environment);
  void remove_instance(const std::string& id);
  void start(const std::string& id);
  std::uint64_t send(const std::string& id, Message message);
  void release(const std::string& id);
  void restart(const std::string& id);
  void reconfigure(const std::string& id, const std::string& settings_json);
  void wake(const std::string& id);
  void stop_all(std::function<void()> done);
  [[nodiscard]] std::vector<PluginStatus> status() const;
  [[nodiscard]] std::optional<std::int64_t> next_plugin_deadline() const;
  [[nodiscard]] bool quiescent() const;
  void advance_clock(std::int64_t now_ns);

 private:
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
  static constexpr double answers_per_message = 4;

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

  Slot* find(const std::string& id);
  static bool takes(const Slot& slot, const Message& message);

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

  void report(Slot& slot);
  void set_state(Slot& slot, PluginState state, std::string reason = {});
  void log(Slot& slot, int priority, std::string line);

  // ---------------------------------------------------------------- virtual clock

  void settle();

  // ---------------------------------------------------------------- beginning

  void spawn(Slot& slot);
  std::string spawn_process(Slot& slot, int socket);
  std::string spawn_in_process(Slot& slot, UniqueFd socket);
  void run_runner_later(Slot& slot);
  void begin_again(Slot& slot);

  // ---------------------------------------------------------------- in

  void read_later(Slot& slot);

  /// Reads until the socket is empty or closed, or `most` frames; false: not to be read further.
  bool read(Slot& slot, int most = -1);
  [[nodiscard]] std::int64_t flood_clock() const;
  void protocol_error(Slot& slot, std::string_view what);

  template <typename F>
  void take(Slot& slot, const F&) {
    protocol_error(slot, "a frame of the daemon's own");
  }

  void take(Slot& slot, const Hello& hello);
  void take(Slot& slot, const Refused& refused);
  void take(Slot& slot, const Ack& ack);
  void take(Slot& slot, const Log& line);
  void take(Slot& slot, const TimerArmed& armed);
  void take(Slot& slot, const Submit& submit);
  void became_ready(Slot& slot, const Ready& ready);

  // ---------------------------------------------------------------- out

  void deliver(Slot& slot, Message message);
  void expect_ack(Slot& slot, std::uint64_t seq, std::uint32_t kind);
  void write(Slot& slot, const Frame& frame);

  /// False: the socket is full. A closed one is read's to notice.
  static bool write_bytes(Slot& slot, const std::vector<std::byte>& bytes);
  void write_later(Slot& slot);

  // ---------------------------------------------------------------- deadlines

  void arm(Slot& slot);
  void deadline_passed(Slot& slot);
  void rest_later(Slot& slot);

  // ---------------------------------------------------------------- ending

  /// Back to how it was before start().
  void put_down(Slot& slot);

  /// The plugin failed by its own fault: report it, and end its process at once.
  void end(Slot& slot, const std::string& reason, bool permanent = false);
  static std::string in_line(const Slot& slot, std::string_view reason);
  static void signal(const Slot& slot, int number);
  void terminate(Slot& slot);

  /// Gently: STOP, and then harder.
  void stop(Slot& slot);
  void harder(Slot& slot);

  /// No deadline but that of its end counts any more.
  void forget_talk(Slot& slot);
  void socket_closed(Slot& slot);
  void process_ended(Slot& slot);

  /// The process or runner is gone, expected or not.
  void ended(Slot& slot, const std::string& how);

  /// Decides what a failure leads to; what is left of the process is the caller's to end.
  void fail(Slot& slot, std::string reason, bool counts = true, bool permanent = false);
  [[nodiscard]] milliseconds back_off(const Slot& slot) const;
  void drop_process(Slot& slot);
  void process_gone(Slot& slot);
  void check_stopped();

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

}  // namespace poised::plugin
