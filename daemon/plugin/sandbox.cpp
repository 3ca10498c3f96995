// SPDX-License-Identifier: MIT
#include "plugin/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "plugin/trust.hpp"

// The numbers of <linux/landlock.h>, spelt out because the header of the system that builds may be
// older than the kernel that runs.
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

namespace poised::plugin {
namespace {

constexpr std::uint32_t query_version = 1U << 0;
constexpr int rule_path_beneath = 1;

constexpr std::uint64_t fs_write_file = 1ULL << 1;
constexpr std::uint64_t fs_remove_and_make = 0x1FF0;  // REMOVE_DIR (1 << 4) … MAKE_SYM (1 << 12)
constexpr std::uint64_t fs_truncate = 1ULL << 14;     // since 3
constexpr std::uint64_t net_bind_and_connect = 3;     // since 4

// Without REFER (since 2), moving files between directories is refused whatever is handled.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
};
struct [[gnu::packed]] PathBeneath {
  std::uint64_t allowed_access;
  std::int32_t parent_fd;
};

bool allow_beneath(int ruleset, const char* path, std::uint64_t access) {
  const UniqueFd parent(open(path, O_PATH | O_CLOEXEC));
  // What is not there cannot be written to.
  if (!parent) return true;
  const PathBeneath rule{access, parent.get()};
  return syscall(SYS_landlock_add_rule, ruleset, rule_path_beneath, &rule, 0) == 0;
}

bool names(const std::vector<std::string>& list, std::string_view prefix) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& item) { return item.starts_with(prefix); });
}

}  // namespace

std::string make_state_directory(const std::string& plugin_id) {
  std::filesystem::path base;
  if (const char* const state = std::getenv("XDG_STATE_HOME"); state && *state == '/')
    base = state;
  else if (const char* const home = std::getenv("HOME"); home && *home == '/')
    base = std::filesystem::path(home) / ".local/state";
  else
    return {};
  std::error_code error;
  std::filesystem::create_directories(base, error);
  const auto own = base / "poised" / "plugins" / plugin_id;
  for (const auto& path : {base / "poised", base / "poised/plugins", own})
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return {};
  return own;
}

std::string confine(const std::vector<std::string>& sandbox, const std::string& state_directory) {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  const auto failure = [] { return fmt::format("none: {}", std::strerror(errno)); };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure();

  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, query_version);
  if (version < 1) return "none: the kernel has no Landlock";
  const std::uint64_t to_files = fs_write_file | (version >= 3 ? fs_truncate : 0);
  const std::uint64_t all_writing = to_files | fs_remove_and_make;
  const bool home = std::find(sandbox.begin(), sandbox.end(), "home") != sandbox.end();
  const bool net = std::find(sandbox.begin(), sandbox.end(), "net") != sandbox.end();
  const RulesetAttributes handled{home ? 0 : all_writing,
                                  net || version < 4 ? 0 : net_bind_and_connect};
  if (handled.handled_access_fs == 0 && handled.handled_access_net == 0) {
    return "none: nothing left to forbid";
  }
  const std::size_t known = version < 4 ? sizeof handled.handled_access_fs : sizeof handled;
  const UniqueFd ruleset(
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, known, 0)));
  if (!ruleset) return failure();
  bool complete = true;
  if (!home) {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    if (runtime != nullptr && *runtime == '/') {
      complete = allow_beneath(ruleset.get(), runtime, all_writing);
    }
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/full", "/dev/tty"}) {
      complete = complete && allow_beneath(ruleset.get(), device, to_files);
    }
    complete = complete && allow_beneath(ruleset.get(), "/dev/pts", to_files);
    if (!state_directory.empty())
      complete = complete && allow_beneath(ruleset.get(), state_directory.c_str(), all_writing);
    // The whole of /dev, since a device that is plugged in again is another file; the device's own
    // permissions still hold.
    if (names(sandbox, "device:")) {
      complete = complete && allow_beneath(ruleset.get(), "/dev", to_files);
    }
  }
  if (!complete || syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return failure();
  return fmt::format("landlock {}", version);
}

}  // namespace poised::plugin
