// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "plugin/supervisor_impl.hpp"

namespace poised::plugin {
namespace {

std::string in_words(milliseconds time) {
  return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000)
                                  : fmt::format("{} ms", time.count());
}

}  // namespace

// ---------------------------------------------------------------- beginning

void Supervisor::Impl::spawn(Slot& slot) {
  ++slot.incarnation;
  slot.after = After::fail;
  slot.resting = false;
  slot.greeted = false;
  slot.ready_since.reset();
  slot.status.outdated = false;
  slot.budget = Budget(options_.flood_burst, options_.flood_per_second);
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) {
    return fail(slot, in_line(slot, fmt::format("cannot make a socket: {}", std::strerror(errno))));
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

std::string Supervisor::Impl::spawn_process(Slot& slot, int socket) {
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

std::string Supervisor::Impl::spawn_in_process(Slot& slot, UniqueFd socket) {
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

void Supervisor::Impl::run_runner_later(Slot& slot) {
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

void Supervisor::Impl::begin_again(Slot& slot) {
  const bool rest = slot.manifest.on_demand && !slot.wanted;
  if (rest) {
    set_state(slot, PluginState::on_demand);
  } else {
    spawn(slot);
  }
  changed_ = true;
  settle();
}

// ---------------------------------------------------------------- deadlines

void Supervisor::Impl::arm(Slot& slot) {
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

void Supervisor::Impl::deadline_passed(Slot& slot) {
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

void Supervisor::Impl::rest_later(Slot& slot) {
  if (slot.manifest.on_demand && !slot.wanted && slot.phase == Phase::run) {
    slot.release_at = SteadyClock::now() + options_.release_after;
  }
  arm(slot);
}

// ---------------------------------------------------------------- ending

void Supervisor::Impl::put_down(Slot& slot) {
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

void Supervisor::Impl::end(Slot& slot, const std::string& reason, bool permanent) {
  // On its way out already, and where that leads is decided.
  if (slot.phase != Phase::stopping) fail(slot, in_line(slot, reason), true, permanent);
  if (slot.runner) return process_gone(slot);
  terminate(slot);
}

std::string Supervisor::Impl::in_line(const Slot& slot, std::string_view reason) {
  return one_line(fmt::format("plugin: {}: {}", slot.manifest.id, reason));
}

void Supervisor::Impl::signal(const Slot& slot, int number) {
  if (slot.pid > 0) kill(slot.pid, number);
}

void Supervisor::Impl::terminate(Slot& slot) {
  signal(slot, SIGTERM);
  slot.phase = Phase::terminating;
  forget_talk(slot);
  slot.end_by = SteadyClock::now() + options_.kill_timeout;
  arm(slot);
}

void Supervisor::Impl::stop(Slot& slot) {
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

void Supervisor::Impl::harder(Slot& slot) {
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

void Supervisor::Impl::forget_talk(Slot& slot) {
  slot.ack_by.reset();
  slot.ready_by.reset();
  slot.release_at.reset();
  slot.timer.reset();
}

void Supervisor::Impl::socket_closed(Slot& slot) {
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

void Supervisor::Impl::process_ended(Slot& slot) {
  // Its last words may still be in the socket.
  if (slot.socket) static_cast<void>(read(slot));
  const std::string how = reap_child(std::exchange(slot.pid, 0));
  const std::string during = !slot.greeted ? " while loading"
                             : slot.unacked.empty() || slot.unacked.front().kind == 0
                                 ? std::string()
                                 : " on " + kind_name(slot.unacked.front().kind);
  ended(slot, how + during);
}

void Supervisor::Impl::ended(Slot& slot, const std::string& how) {
  const bool expected = slot.after != After::fail || slot.phase == Phase::stopping ||
                        slot.phase == Phase::terminating || slot.phase == Phase::killing;
  if (!expected) fail(slot, in_line(slot, how));
  process_gone(slot);
}

void Supervisor::Impl::fail(Slot& slot, std::string reason, bool counts, bool permanent) {
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

milliseconds Supervisor::Impl::back_off(const Slot& slot) const {
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

void Supervisor::Impl::drop_process(Slot& slot) {
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

void Supervisor::Impl::process_gone(Slot& slot) {
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

void Supervisor::Impl::check_stopped() {
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

}  // namespace poised::plugin
