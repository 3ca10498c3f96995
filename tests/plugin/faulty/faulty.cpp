// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poised/plugin.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "plugin/wire.hpp"

// A plugin that does what it is told, however wrong. Built several times: what cannot be told,
// since it happens before the first message, is set by the build (FAULTY_…). Written against the
// bare C interface, without the trampolines that would keep a plugin from some of this.
//
// The setting "mode" says what START does, the text of an EVENT what follows.

struct poised_plugin {
  const poised_host* host = nullptr;
  std::string mode;
  std::array<int, 2> pipe{-1, -1};
  std::thread worker;
};

namespace {

namespace wire = poised::plugin;

constexpr std::uint64_t flood_tag = 500;

int submit(const poised_plugin& p, std::uint32_t kind, const void* payload,
           std::uint64_t correlates = 0) {
  const poised_message message{sizeof message, kind, 0, correlates, payload};
  return p.host->submit(p.host->ctx, &message);
}

void log(const poised_plugin& p, std::string_view line) {
  p.host->log(p.host->ctx, POISED_LOG_INFO, std::string(line).c_str());
}

/// A number to look at from outside.
int show(const poised_plugin& p, std::int64_t number) {
  const poised_desk_state state{.size = sizeof state,
                                .state = POISED_DESK_OK,
                                .height_mm = static_cast<std::int32_t>(number)};
  return submit(p, POISED_DESK_STATE, &state);
}

int fail(const poised_plugin& p, bool permanent, const char* reason,
         std::uint32_t kind = POISED_FAILED) {
  const poised_failed failed{sizeof failed, permanent, reason};
  return submit(p, kind, &failed);
}

int ready(const poised_plugin& p, const char* detail) {
  const poised_ready message{sizeof message, 1, detail};
  return submit(p, POISED_READY, &message);
}

int rest(const poised_plugin& p, const char* reason) {
  const poised_resting message{sizeof message, 0, reason, nullptr};
  return submit(p, POISED_RESTING, &message);
}

[[noreturn]] void hang() {
  for (;;) pause();
}

void send_raw(const void* bytes, std::size_t size) {
  constexpr int socket_of_the_host = 3;
  static_cast<void>(send(socket_of_the_host, bytes, size, MSG_NOSIGNAL));
}

void send_raw(const wire::Frame& frame) {
  const auto bytes = wire::encode(frame);
  send_raw(bytes.data(), bytes.size());
}

int start(poised_plugin& p, const poised_start& message) {
  const std::string_view settings = message.settings_json;
  const auto is = [&](const char* mode) {
    return settings.find(std::string("\"") + mode + "\"") != std::string_view::npos;
  };
  if (is("never-ready")) return 0;
  if (is("abort")) std::abort();
  if (is("hang")) hang();
  if (is("failed")) return fail(p, false, "faulty: start: not now");
  if (is("failed-permanent")) return fail(p, true, "faulty: start: never");
  return ready(p, (std::string(settings) + " " + message.locale).c_str());
}

int obey(poised_plugin& p, std::string_view order) {
  const std::size_t space = order.find(' ');
  const std::string what(order.substr(0, space));
  const std::string with(space == std::string_view::npos ? "" : order.substr(space + 1));
  const std::int64_t now = p.host->now_ns(p.host->ctx);
  if (what == "abort") std::abort();
  if (what == "exit") _exit(0);
  if (what == "hang") hang();
  if (what == "hang-hard") {
    std::signal(SIGTERM, SIG_IGN);
    log(p, "hanging");
    hang();
  }
  if (what == "throw") throw std::runtime_error("on purpose");
  if (what == "throw-odd") throw 7;
  if (what == "refuse") return -EBUSY;
  if (what == "show") return show(p, std::atoi(with.c_str()));
  if (what == "now") return show(p, now);
  if (what == "failed") return fail(p, false, "faulty: event: gone");
  if (what == "failed-permanent") return fail(p, true, "faulty: event: gone for good");
  if (what == "degraded") return fail(p, false, with.c_str(), POISED_DEGRADED);
  if (what == "resting") return rest(p, with.c_str());
  if (what == "ready") return ready(p, with.c_str());
  if (what == "timer") {
    // Its tag is what it shows when it fires.
    return p.host->arm_timer(p.host->ctx, 100, now + std::atoll(with.c_str()));
  }
  if (what == "two-timers") {
    p.host->arm_timer(p.host->ctx, 2, now + 2'000'000);
    p.host->arm_timer(p.host->ctx, 1, now + 1'000'000);
    p.host->arm_timer(p.host->ctx, 3, now + 500'000);
    return p.host->disarm_timer(p.host->ctx, 3);
  }
  if (what == "chain") return p.host->arm_timer(p.host->ctx, 1000, now + 10);
  if (what == "throw-timer") return p.host->arm_timer(p.host->ctx, 666, now);
  if (what == "pipe" || what == "throw-fd") {
    if (pipe2(p.pipe.data(), O_CLOEXEC) != 0) return -errno;
    static_cast<void>(write(p.pipe[1], what == "pipe" ? "x" : "!", 1));
    return p.host->watch_fd(p.host->ctx, p.pipe[0], POISED_FD_READ, 5);
  }
  if (what == "bad-watch") return show(p, p.host->watch_fd(p.host->ctx, 9999, POISED_FD_READ, 5));
  if (what == "thread") {
    if (p.worker.joinable()) p.worker.join();
    p.worker = std::thread([&p] {
      for (int i = 1; i <= 3; ++i) show(p, i);
      log(p, "from a thread");
    });
    return 0;
  }
  if (what == "flood") {
    for (int i = 0; i < 200'000; ++i) {
      if (show(p, i) == -EPIPE) break;
    }
    return 0;
  }
  if (what == "flood-on") return p.host->arm_timer(p.host->ctx, flood_tag, now);
  if (what == "flood-log") {
    for (int i = 0; i < 100'000; ++i) log(p, "a line " + std::to_string(i));
    return show(p, 1);
  }
  if (what == "odd-log") {
    p.host->log(p.host->ctx, 99, "two\nlines, \x1B[31m and \xFF");
    return 0;
  }
  if (what == "oversized") {
    return show(p, fail(p, false, std::string(POISED_MAX_TEXT + 1, 'x').c_str(), POISED_DEGRADED));
  }
  if (what == "out-of-place") {
    const poised_start message{sizeof message, 0, "{}", "C"};
    return show(p, submit(p, POISED_START, &message));
  }
  if (what == "beyond-capabilities") {
    const poised_resumed message{sizeof message, POISED_DEVICE_ANY, now};
    return show(p, submit(p, POISED_RESUMED, &message));
  }
  if (what == "answer") {
    const poised_prompt_answered message{sizeof message, POISED_ANSWER_DONE, 424242, nullptr};
    return submit(p, POISED_PROMPT_ANSWERED, &message);
  }
  if (what == "raw-garbage") send_raw("\xC8garbage", 8);
  if (what == "raw-empty") send_raw("", 0);
  if (what == "raw-huge")
    send_raw(std::string(wire::max_frame + 1, 'x').data(), wire::max_frame + 1);
  if (what == "raw-ack") send_raw(wire::Ack{424242, 0});
  if (what == "raw-clock") send_raw(wire::TimerArmed{1});
  if (what == "raw-hello") send_raw(wire::Hello{});
  if (what == "raw-setup") send_raw(wire::Setup{});
  if (what == "raw-oversized") {
    send_raw(wire::Submit{{.kind = POISED_DEGRADED,
                           .payload = wire::Failed{false, std::string(POISED_MAX_TEXT + 1, 'x')}}});
  }
  if (what == "raw-beyond-capabilities") {
    send_raw(wire::Submit{{.kind = POISED_RESUMED, .payload = wire::Resumed{}}});
  }
  if (what == "raw-out-of-place") {
    send_raw(wire::Submit{{.kind = POISED_STOP_DESK}});
  }
  if (what == "close-socket") close(3);
  if (what == "open-for-writing") {
    const int fd = open(with.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const int error = errno;
    if (fd >= 0) close(fd);
    return show(p, fd >= 0 ? 0 : error);
  }
  if (what == "connect") {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(with.c_str())));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = errno;
    close(fd);
    return show(p, result == 0 ? 0 : error);
  }
  return 0;
}

poised_plugin* create(const poised_host* host, char* error, std::size_t error_size) {
#ifdef FAULTY_ABORT_IN_CREATE
  std::abort();
#endif
#ifdef FAULTY_HANG_IN_CREATE
  hang();
#endif
#ifdef FAULTY_THROW_IN_CREATE
  throw std::runtime_error("on purpose");
#endif
#ifdef FAULTY_NO_STATE
  std::strncpy(error, "no desk\nat all", error_size);
  return nullptr;
#endif
  static_cast<void>(error);
  static_cast<void>(error_size);
  return new poised_plugin{.host = host};
}

void destroy(poised_plugin* p) {
  if (p->worker.joinable()) p->worker.join();
  for (const int fd : p->pipe) {
    if (fd >= 0) close(fd);
  }
  delete p;
}

int on_message(poised_plugin* p, const poised_message* message) {
  switch (message->kind) {
    case POISED_START:
      return start(*p, *static_cast<const poised_start*>(message->payload));
    case POISED_CONFIG_CHANGED:
      return ready(*p, static_cast<const poised_start*>(message->payload)->settings_json);
    case POISED_STOP:
      log(*p, "stopping");
      return 0;
    case POISED_EVENT:
      return obey(*p, static_cast<const poised_event*>(message->payload)->json);
    case POISED_PROMPT: {
      const auto* prompt = static_cast<const poised_prompt*>(message->payload);
      const poised_prompt_answered answer{sizeof answer, prompt->actions[0].answer, prompt->id,
                                          prompt->actions[0].id};
      return submit(*p, POISED_PROMPT_ANSWERED, &answer, message->seq);
    }
    default:
      return -ENOTSUP;
  }
}

void on_fd(poised_plugin* p, std::uint64_t tag, int fd, std::uint32_t events) {
  char byte = 0;
  if (read(fd, &byte, 1) == 1 && byte == '!') throw std::runtime_error("on purpose");
  show(*p, static_cast<std::int64_t>(tag * 10 + events));
  p->host->unwatch_fd(p->host->ctx, fd);
}

void on_timer(poised_plugin* p, std::uint64_t tag) {
  if (tag == 666) throw std::runtime_error("on purpose");
  show(*p, static_cast<std::int64_t>(tag));
  if (tag == flood_tag) p->host->arm_timer(p->host->ctx, tag, p->host->now_ns(p->host->ctx));
  // A chain: three links, ten nanoseconds apart.
  if (tag >= 1000 && tag < 1002) {
    p->host->arm_timer(p->host->ctx, tag + 1, p->host->now_ns(p->host->ctx) + 10);
  }
}

constexpr std::array<const char*, 5> capabilities{"sink", "prompt", "desk", FAULTY_CAPABILITY,
                                                  nullptr};

}  // namespace

extern "C" POISED_EXPORT const poised_plugin_entry_v1 poised_plugin_entry;
const poised_plugin_entry_v1 poised_plugin_entry = {
    .size = sizeof poised_plugin_entry,
    .abi_major = FAULTY_ABI_MAJOR,
    .abi_minor = FAULTY_ABI_MINOR,
    .id = FAULTY_ID,
    .name = "Faulty",
    .version = FAULTY_VERSION,
    .capabilities = capabilities.data(),
    .create = create,
    .destroy = destroy,
    .on_message = on_message,
    .on_fd = on_fd,
    .on_timer = on_timer,
};
