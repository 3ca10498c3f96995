// SPDX-License-Identifier: MIT
#include "plugin/runner.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "memory/unused_memory.hpp"
#include "plugin/library.hpp"
#include "plugin/sandbox.hpp"
#include "plugin/wire.hpp"

namespace poised::plugin {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * second_ns + now.tv_nsec;
}

/// Lets a plugin say what it has to say, and no more: a loop that logs must not fill a disk.
class LogBudget {
 public:
  /// Whether a line may pass now; `dropped` is how many could not since the last that did.
  bool take(std::int64_t now_ns, std::uint64_t& dropped) {
    const std::int64_t earned = (now_ns - counted_until_) / (second_ns / per_second);
    if (earned > 0) {
      left_ = std::min<std::int64_t>(burst, left_ + earned);
      counted_until_ = now_ns;
    }
    if (left_ == 0) {
      ++dropped_;
      return false;
    }
    --left_;
    dropped = std::exchange(dropped_, 0);
    return true;
  }

 private:
  static constexpr std::int64_t burst = 64;
  static constexpr std::int64_t per_second = 4;
  std::int64_t counted_until_ = 0;
  std::int64_t left_ = burst;
  std::uint64_t dropped_ = 0;
};

}  // namespace

class Runner::Impl {
 public:
  Impl(UniqueFd socket, RunnerOptions options)
      : options_(std::move(options)),
        socket_(std::move(socket)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        timer_(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)),
        buffer_(std::make_unique_for_overwrite<std::byte[]>(max_frame)) {
    host_.size = sizeof host_;
    host_.abi_major = POISED_ABI_MAJOR;
    host_.abi_minor = POISED_ABI_MINOR;
    host_.ctx = this;
    host_.submit = [](void* ctx, const poised_message* message) {
      return guarded_call([&] { return self(ctx).submit(message); });
    };
    host_.log = [](void* ctx, std::int32_t priority, const char* line) {
      guarded_call([&] {
        self(ctx).log(priority, line == nullptr ? "" : line);
        return 0;
      });
    };
    host_.now_ns = [](void* ctx) { return self(ctx).now(); };
    host_.watch_fd = [](void* ctx, int fd, std::uint32_t events, std::uint64_t tag) {
      return guarded_call([&] { return self(ctx).watch_fd(fd, events, tag); });
    };
    host_.unwatch_fd = [](void* ctx, int fd) { return self(ctx).unwatch_fd(fd); };
    host_.arm_timer = [](void* ctx, std::uint64_t tag, std::int64_t at) {
      return guarded_call([&] { return self(ctx).arm_timer(tag, at); });
    };
    host_.disarm_timer = [](void* ctx, std::uint64_t tag) {
      return guarded_call([&] { return self(ctx).disarm_timer(tag); });
    };
    host_.extension = [](void* ctx, const char* name) -> const void* {
      const auto& directory = self(ctx).state_directory_;
      const bool known = std::string_view(name) == POISED_STATE_DIRECTORY && !directory.empty();
      return known ? directory.c_str() : nullptr;
    };
    add_internal(socket_.get(), socket_event, EPOLLIN);
    add_internal(timer_.get(), timer_event, EPOLLIN);
  }

  ~Impl() { destroy_plugin(); }

  [[nodiscard]] int fd() const { return epoll_.get(); }

  bool dispatch(int timeout_ms) {
    // A plugin's nested main loop may come here while its on_message() runs; what it was called for
    // has to end first.
    if (dispatching_) return true;
    dispatching_ = true;
    std::array<epoll_event, 16> events{};
    const int count =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < count && !finished_; ++i) handle(events[static_cast<std::size_t>(i)]);
    dispatching_ = false;
    if (options_.own_process && said_ready_.exchange(false)) release_unused_memory();
    if (count < 0 && errno != EINTR) {
      // There is no descriptor to wait on: the system has none left.
      exit_status_ = 1;
      finished_ = true;
    }
    return !finished_;
  }

  int serve() {
    while (!finished_) {
      if (plugin_ != nullptr && has_run()) {
        run();
      } else {
        static_cast<void>(dispatch(-1));
      }
    }
    destroy_plugin();
    return exit_status_;
  }

 private:
  static constexpr std::uint64_t socket_event = 1;
  static constexpr std::uint64_t timer_event = 2;
  static constexpr std::size_t max_unsent = 256;
  static constexpr int frames_at_once = 16;

  struct Watch {
    int fd;
    std::uint32_t generation;
    std::uint64_t tag;
  };
  struct Timer {
    std::uint64_t tag;
    std::int64_t at_ns;
    std::uint64_t order;
  };

  static Impl& self(void* ctx) { return *static_cast<Impl*>(ctx); }

  /// Nothing of the host's may be thrown into a plugin.
  template <typename F>
  static int guarded_call(F call) noexcept {
    try {
      return call();
    } catch (const std::bad_alloc&) {
      return -ENOMEM;
    } catch (...) {
      return -EIO;
    }
  }

  // ---------------------------------------------------------------- the loop

  void add_internal(int fd, std::uint64_t event, std::uint32_t events) {
    epoll_event request{events, {.u64 = event}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &request);
  }

  void handle(const epoll_event& event) {
    if (event.data.u64 == socket_event) {
      if ((event.events & EPOLLOUT) != 0) flush();
      if ((event.events & ~std::uint32_t{EPOLLOUT}) != 0) read_frames();
    } else if (event.data.u64 == timer_event) {
      std::uint64_t expirations = 0;
      static_cast<void>(read(timer_.get(), &expirations, sizeof expirations));
      run_due_timers();
    } else {
      run_watch(event);
    }
  }

  void read_frames() {
    for (int i = 0; i < frames_at_once && !finished_; ++i) {
      const ssize_t size = recv(socket_.get(), buffer_.get(), max_frame, MSG_DONTWAIT);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (size <= 0) return daemon_gone();
      std::string why;
      const std::optional<Frame> frame =
          decode({buffer_.get(), static_cast<std::size_t>(size)}, why);
      if (!frame) return daemon_gone();
      if (const auto* setup = std::get_if<Setup>(&*frame)) {
        begin(*setup);
      } else if (const auto* deliver = std::get_if<Deliver>(&*frame)) {
        if (virtual_clock_) now_ = deliver->now_ns;
        deliver_message(deliver->message);
      } else if (const auto* clock = std::get_if<Clock>(&*frame)) {
        now_ = clock->now_ns;
        run_due_timers();
        drain();
        send_frame(Ack{clock->seq, 0});
      } else {
        return daemon_gone();
      }
    }
  }

  /// As after STOP, but with nobody left to end this process should the plugin not end in time.
  void daemon_gone() {
    if (finished_) return;
    if (options_.own_process) alarm(1);
    if (started_) {
      const Message stop{.kind = POISED_STOP};
      static_cast<void>(call_on_message(stop));
    }
    finished_ = true;
  }

  // ---------------------------------------------------------------- beginning

  void begin(const Setup& setup) {
    if (plugin_ != nullptr || setup.version != wire_version) {
      refuse({.outdated = true,
              .reason = fmt::format("plugin: wire version {}: this program speaks {}",
                                    setup.version, wire_version)});
      return;
    }
    setup_ = setup;
    virtual_clock_ = setup.virtual_clock;
    now_ = setup.now_ns;
    LoadError error;
    std::string sandbox = "none: in-process";
    if (!load(sandbox, error)) return refuse({error.outdated, true, error.reason});

    std::array<char, 512> text{};
    std::string threw;
    try {
      plugin_ = entry_->create(&host_, text.data(), text.size());
      text.back() = '\0';
    } catch (const std::exception& e) {
      threw = e.what();
    } catch (...) {
      threw = "an exception";
    }
    if (plugin_ == nullptr) {
      const std::string_view why = text.front() != '\0' ? text.data() : "no reason given";
      return refuse({.reason = threw.empty() ? fmt::format("plugin: {}: create: {}", setup_.id, why)
                                             : fmt::format("plugin: {}: create threw: {}",
                                                           setup_.id, threw)});
    }
    send_frame(Hello{.abi_major = entry_->abi_major,
                     .abi_minor = entry_->abi_minor,
                     .id = entry_->id,
                     .plugin_version = entry_->version,
                     .capabilities = capabilities_of(*entry_),
                     .sandbox = sandbox});
  }

  bool load(std::string& sandbox, LoadError& error) {
    std::string why;
    const UniqueFd directory = open_trusted_directory(options_.plugin_dir, options_.trust, why);
    UniqueFd file = directory ? open_trusted_file(directory.get(), options_.plugin_dir,
                                                  setup_.library, options_.trust, why)
                              : UniqueFd();
    if (!file) {
      error.reason = one_line(fmt::format("plugin: {}: {}", setup_.id, why));
      return false;
    }
    if (std::find(setup_.sandbox.begin(), setup_.sandbox.end(), "state") != setup_.sandbox.end())
      state_directory_ = make_state_directory(setup_.id);
    if (options_.own_process) sandbox = confine(setup_.sandbox, state_directory_);
    entry_ = load_library(std::move(file), setup_.id, error);
    if (entry_ == nullptr || !agrees(*entry_, setup_, error)) return false;
    if (!options_.own_process && has_run()) {
      error.reason =
          fmt::format("plugin: {}: has a loop of its own and cannot run in-process", setup_.id);
      return false;
    }
    return true;
  }

  void refuse(Refused refused) {
    refused.reason = one_line(refused.reason);
    send_frame(refused);
    exit_status_ = 1;
    finished_ = true;
  }

  [[nodiscard]] bool has_run() const { return POISED_HAS(entry_, run) && entry_->run != nullptr; }

  void run() {
    poised_loop loop{};
    loop.size = sizeof loop;
    loop.fd = epoll_.get();
    loop.ctx = this;
    loop.dispatch = [](void* ctx) {
      return guarded_call([&] { return self(ctx).dispatch(0) ? 0 : 1; });
    };
    loop.next_deadline_ns = [](void* ctx) {
      const auto earliest = self(ctx).earliest_timer();
      return earliest && !self(ctx).virtual_clock_ ? *earliest : std::int64_t{-1};
    };
    int result = 0;
    const std::string threw = guard([&] { result = entry_->run(plugin_, &loop); });
    if (finished_) return;
    fail(threw.empty() ? fmt::format("run ended by itself with {}", result)
                       : "run threw: " + threw);
    // Until the daemon has said STOP, which ends dispatch().
    while (dispatch(-1)) {
    }
  }

  void destroy_plugin() {
    if (plugin_ == nullptr) return;
    poised_plugin* const plugin = std::exchange(plugin_, nullptr);
    static_cast<void>(guard([&] { entry_->destroy(plugin); }));
    const std::lock_guard lock(mutex_);
    unsent_.clear();
    closed_ = true;
  }

  // ---------------------------------------------------------------- calls into the plugin

  /// What was thrown; empty: nothing. The trampolines of plugin.hpp let nothing through; this is
  /// for plugins that do.
  template <typename F>
  static std::string guard(F call) {
    try {
      call();
      return {};
    } catch (const std::exception& e) {
      return fmt::format("exception: {}", e.what());
    } catch (...) {
      return "exception of unknown type";
    }
  }

  int call_on_message(const Message& message) {
    int result = 0;
    const AbiMessage abi(message);
    const std::string threw = guard([&] { result = entry_->on_message(plugin_, abi.get()); });
    if (threw.empty()) return result;
    log(POISED_LOG_ERROR, fmt::format("{}: {}", kind_name(message.kind), threw));
    return -EIO;
  }

  void deliver_message(const Message& message) {
    if (plugin_ == nullptr) return daemon_gone();
    started_ = true;
    const int result = call_on_message(message);
    const bool stop = message.kind == POISED_STOP;
    if (!stop) drain();
    send_frame(Ack{message.seq, result});
    finished_ = finished_ || stop;
  }

  /// On a virtual clock a message counts as done once all that followed from it at that instant is.
  void drain() {
    if (!virtual_clock_) return;
    std::array<epoll_event, 16> events{};
    bool busy = true;
    // A descriptor that is always ready must not hold up the clock for ever.
    for (int round = 0; busy && round < 64; ++round) {
      busy = false;
      const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == socket_event || event.data.u64 == timer_event) continue;
        run_watch(event);
        busy = true;
      }
    }
  }

  /// The plugin cannot go on: says so in its name.
  void fail(const std::string& reason) {
    const Failed failed{false, one_line(fmt::format("plugin: {}: {}", setup_.id, reason))};
    static_cast<void>(send_message({.kind = POISED_FAILED, .payload = failed}));
  }

  // ---------------------------------------------------------------- descriptors

  int watch_fd(int fd, std::uint32_t events, std::uint64_t tag) {
    constexpr std::uint32_t known = POISED_FD_READ | POISED_FD_WRITE | POISED_FD_ERROR;
    if (fd < 0 || (events & ~known) != 0 || !POISED_HAS(entry_, on_fd) ||
        entry_->on_fd == nullptr) {
      return -EINVAL;
    }
    auto watch = find_watch(fd);
    if (watch == watches_.end()) watch = watches_.insert(watch, Watch{fd, 0, 0});
    *watch = {fd, next_generation_++, tag};
    epoll_event request{
        ((events & POISED_FD_READ) != 0 ? std::uint32_t{EPOLLIN} : 0) |
            ((events & POISED_FD_WRITE) != 0 ? std::uint32_t{EPOLLOUT} : 0),
        {.u64 = std::uint64_t{watch->generation} << 32 | static_cast<std::uint32_t>(fd)}};
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &request) == 0) return 0;
    // Never watched, or closed since and its number given out again.
    if (errno == ENOENT && epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &request) == 0) return 0;
    const int error = errno;
    watches_.erase(watch);
    return -error;
  }

  int unwatch_fd(int fd) {
    const auto watch = find_watch(fd);
    if (watch == watches_.end()) return -ENOENT;
    watches_.erase(watch);
    // It may be closed already, and then the kernel has forgotten it too.
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    return 0;
  }

  std::vector<Watch>::iterator find_watch(int fd) {
    return std::find_if(watches_.begin(), watches_.end(),
                        [fd](const Watch& watch) { return watch.fd == fd; });
  }

  void run_watch(const epoll_event& event) {
    const auto fd = static_cast<int>(event.data.u64 & 0xFFFFFFFFU);
    const auto watch = find_watch(fd);
    // An earlier callback of this round may have taken it away or changed it.
    if (watch == watches_.end() || watch->generation != event.data.u64 >> 32) return;
    const std::uint32_t ready = ((event.events & EPOLLIN) != 0 ? POISED_FD_READ : 0) |
                                ((event.events & EPOLLOUT) != 0 ? POISED_FD_WRITE : 0) |
                                ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? POISED_FD_ERROR : 0);
    const std::uint64_t tag = watch->tag;
    const std::string threw = guard([&] { entry_->on_fd(plugin_, tag, fd, ready); });
    if (threw.empty()) return;
    // It would be ready, and throw, for ever.
    static_cast<void>(unwatch_fd(fd));
    fail("on_fd threw: " + threw);
  }

  // ---------------------------------------------------------------- time

  [[nodiscard]] std::int64_t now() const {
    return virtual_clock_ ? now_.load() : clock_ns(CLOCK_BOOTTIME);
  }

  int arm_timer(std::uint64_t tag, std::int64_t at_ns) {
    if (!POISED_HAS(entry_, on_timer) || entry_->on_timer == nullptr) return -EINVAL;
    std::erase_if(timers_, [tag](const Timer& timer) { return timer.tag == tag; });
    timers_.push_back({tag, at_ns, next_order_++});
    rearm();
    return 0;
  }

  int disarm_timer(std::uint64_t tag) {
    if (std::erase_if(timers_, [tag](const Timer& timer) { return timer.tag == tag; }) > 0) rearm();
    return 0;
  }

  [[nodiscard]] std::optional<std::int64_t> earliest_timer() const {
    const auto earliest = next_timer();
    return earliest == timers_.end() ? std::nullopt : std::optional(earliest->at_ns);
  }

  [[nodiscard]] std::vector<Timer>::const_iterator next_timer() const {
    return std::min_element(timers_.begin(), timers_.end(), [](const Timer& a, const Timer& b) {
      return std::pair(a.at_ns, a.order) < std::pair(b.at_ns, b.order);
    });
  }

  void rearm() {
    if (running_timers_) return;
    const std::optional<std::int64_t> earliest = earliest_timer();
    if (earliest == armed_) return;
    armed_ = earliest;
    if (virtual_clock_) return send_frame(TimerArmed{earliest});
    itimerspec when{};
    if (earliest) {
      // All zeroes would disarm it.
      const std::int64_t at = std::max<std::int64_t>(*earliest, 1);
      when.it_value = {at / second_ns, at % second_ns};
    }
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
  }

  void run_due_timers() {
    running_timers_ = true;
    // Timers that a callback arms for now or before wait for the next round, so that descriptors
    // and messages get their turn too.
    const std::uint64_t end = next_order_;
    const std::int64_t until = now();
    for (auto next = next_timer(); next != timers_.end() && next->at_ns <= until && plugin_;
         next = next_timer()) {
      if (next->order >= end) break;
      const std::uint64_t tag = next->tag;
      timers_.erase(next);
      const std::string threw = guard([&] { entry_->on_timer(plugin_, tag); });
      if (!threw.empty()) fail("on_timer threw: " + threw);
    }
    running_timers_ = false;
    // The descriptor fires once, and the daemon forgets the timer it calls for.
    armed_.reset();
    rearm();
  }

  // ---------------------------------------------------------------- out

  int submit(const poised_message* abi) {
    if (abi == nullptr) return -EINVAL;
    Message message;
    if (const int error = from_abi(*abi, message); error != 0) return error;
    if (!is_from_plugin(message.kind) || !started_) return -EINVAL;
    const std::string_view capability = capability_of(message.kind);
    if (!capability.empty() && std::find(setup_.capabilities.begin(), setup_.capabilities.end(),
                                         capability) == setup_.capabilities.end()) {
      return -EPERM;
    }
    if (message.kind == POISED_READY) said_ready_ = true;
    return send_message(std::move(message));
  }

  int send_message(Message message) {
    const std::lock_guard lock(mutex_);
    message.seq = ++next_seq_;
    return write_frame(Submit{std::move(message)}, false);
  }

  void log(std::int32_t priority, std::string_view line) {
    const std::lock_guard lock(mutex_);
    std::uint64_t dropped = 0;
    if (!log_budget_.take(clock_ns(CLOCK_MONOTONIC), dropped)) return;
    const auto write = [&](std::int32_t level, std::string_view text) {
      static_cast<void>(write_frame(
          Log{std::clamp(level, POISED_LOG_ERROR, POISED_LOG_DEBUG), one_line(text)}, false));
    };
    if (dropped > 0) write(POISED_LOG_WARNING, fmt::format("{} log lines dropped", dropped));
    write(priority, line);
  }

  void send_frame(const Frame& frame) {
    const std::lock_guard lock(mutex_);
    static_cast<void>(write_frame(frame, true));
  }

  /// With the mutex held. What the socket does not take waits, up to a limit that the host's own
  /// frames (`always`) may exceed: there are never more of them than of the daemon's.
  int write_frame(const Frame& frame, bool always) {
    if (closed_) return -EPIPE;
    if (!unsent_.empty()) {
      if (!always && unsent_.size() >= max_unsent) return -EAGAIN;
      unsent_.push_back(encode(frame));
      return 0;
    }
    std::vector<std::byte> bytes = encode(frame);
    const int error = write_bytes(bytes);
    if (error != EAGAIN) return -error;
    unsent_.push_back(std::move(bytes));
    want_output(true);
    return 0;
  }

  int write_bytes(const std::vector<std::byte>& bytes) {
    for (;;) {
      if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
        return 0;
      }
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == ENOBUFS) return EAGAIN;
      closed_ = true;
      return EPIPE;
    }
  }

  void flush() {
    const std::lock_guard lock(mutex_);
    while (!unsent_.empty() && write_bytes(unsent_.front()) != EAGAIN) unsent_.pop_front();
    if (unsent_.empty()) want_output(false);
  }

  void want_output(bool on) {
    epoll_event request{std::uint32_t{EPOLLIN} | (on ? std::uint32_t{EPOLLOUT} : 0),
                        {.u64 = socket_event}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket_.get(), &request);
  }

  RunnerOptions options_;
  UniqueFd socket_;
  UniqueFd epoll_;
  UniqueFd timer_;
  // Untouched pages of it cost nothing.
  std::unique_ptr<std::byte[]> buffer_;

  Setup setup_;
  poised_host host_{};
  const poised_plugin_entry_v1* entry_ = nullptr;
  poised_plugin* plugin_ = nullptr;
  std::atomic<bool> started_ = false;
  std::atomic<bool> said_ready_ = false;
  bool finished_ = false;
  bool dispatching_ = false;
  int exit_status_ = 0;

  std::string state_directory_;
  std::vector<Watch> watches_;
  std::uint32_t next_generation_ = 1;
  std::vector<Timer> timers_;
  std::uint64_t next_order_ = 0;
  std::optional<std::int64_t> armed_;
  bool running_timers_ = false;
  bool virtual_clock_ = false;
  std::atomic<std::int64_t> now_ = 0;

  std::mutex mutex_;  // What follows is for all threads.
  std::deque<std::vector<std::byte>> unsent_;
  std::uint64_t next_seq_ = 0;
  bool closed_ = false;
  LogBudget log_budget_;
};

Runner::Runner(UniqueFd socket, RunnerOptions options)
    : impl_(std::make_unique<Impl>(std::move(socket), std::move(options))) {}
Runner::~Runner() = default;
int Runner::fd() const {
  return impl_->fd();
}
bool Runner::dispatch(int timeout_ms) {
  return impl_->dispatch(timeout_ms);
}
int Runner::serve() {
  return impl_->serve();
}

int run_plugin_host(const std::string& id, int socket, RunnerOptions options) {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    fmt::print(stderr, "plugin: {}: descriptor {} is not the daemon's socket\n", id, socket);
    return 1;
  }
  prctl(PR_SET_NAME, fmt::format("poised-{}", id).c_str());
  // A plugin that works sees the end of the socket and ends in order; this is for one that hangs.
  const int daemon_died = SIGRTMAX - 1;
  std::signal(daemon_died, [](int) { alarm(3); });
  prctl(PR_SET_PDEATHSIG, daemon_died);
  // An interrupt from the terminal is for the daemon, which then says STOP.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  options.own_process = true;
  Runner runner(UniqueFd(socket), std::move(options));
  return runner.serve();
}

}  // namespace poised::plugin
