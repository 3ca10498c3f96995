// SPDX-License-Identifier: MIT
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "calendar/worker/store.hpp"
#include "zones/zone_source.hpp"

// Where calendar texts, which anybody on the Internet may have written, are read. It talks over
// standard input and output and can do nothing else: no file, no socket, no process.
namespace poised::calendar {
namespace {

constexpr rlim_t most_memory = rlim_t{1} << 30U;

bool confine() {
  const auto limit = [](int what, rlim_t most) {
    const rlimit both{most, most};
    return setrlimit(static_cast<__rlimit_resource>(what), &both) == 0;
  };
  if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_AS, most_memory) || !limit(RLIMIT_FSIZE, 0) ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return false;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) return false;
  bool allowed = true;
  for (const int call :
       {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap),
        SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(rt_sigreturn),
        SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime)})
    allowed = allowed && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
  allowed = allowed && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return allowed;
}

bool send(const Frame& frame) {
  const auto bytes = encode(frame);
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) at += static_cast<std::size_t>(written);
  }
  return true;
}

class Input {
 public:
  /// nullopt: the plugin has gone.
  std::optional<Frame> next() {
    bool broken = false;
    while (true) {
      if (auto frame = decode(bytes_, broken)) {
        // A large text leaves room that is not needed again.
        if (bytes_.empty()) bytes_.shrink_to_fit();
        return frame;
      }
      if (broken) return std::nullopt;
      const auto before = bytes_.size();
      bytes_.resize(before + (std::size_t{1} << 16));
      const ssize_t size = read(STDIN_FILENO, bytes_.data() + before, std::size_t{1} << 16);
      bytes_.resize(before + static_cast<std::size_t>(size > 0 ? size : 0));
      if (size == 0 || (size < 0 && errno != EINTR)) return std::nullopt;
    }
  }

 private:
  std::string bytes_;
};

int serve() {
  Input input;
  Store store([&](const std::string& name) -> std::optional<zones::Zone> {
    if (!send({FrameKind::need_zone, {name}})) return std::nullopt;
    const auto zone = input.next();
    if (!zone || zone->kind != FrameKind::zone || zone->text(1).empty()) return std::nullopt;
    return zones::parse_zone_text(zone->text(1));
  });
  while (const auto request = input.next())
    if (!send(store.answer(*request))) return 1;
  return 0;
}

}  // namespace
}  // namespace poised::calendar

int main() {
  // Without its sandbox it reads nothing; the plugin says that it ended.
  return poised::calendar::confine() ? poised::calendar::serve() : 1;
}
