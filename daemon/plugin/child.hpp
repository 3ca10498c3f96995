// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/trust.hpp"

namespace poised::plugin {

/// What a process has on top of this one's environment; nullopt: not set there.
using Environment = std::map<std::string, std::optional<std::string>>;

/// A process that was started and not reaped yet.
struct Child {
  pid_t pid = 0;   ///< 0: there is none
  UniqueFd ended;  ///< a pidfd: readable once the process has ended
};

/// Executes `executable` with `arguments` (the first one is its name) and `environment`. It gets
/// `socket` as descriptor 3, the standard ones, and no other; no signal is blocked or ignored. On
/// failure there is no child, and `why` says why.
[[nodiscard]] Child spawn_child(const std::string& executable, std::vector<std::string> arguments,
                                const Environment& environment, int socket, std::string& why);

/// Reaps the process, waiting for its end: "ended by itself (status 0)", "ended by SIGSEGV".
std::string reap_child(pid_t pid);

}  // namespace poised::plugin
