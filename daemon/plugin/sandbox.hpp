// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace poised::plugin {

/// Confines this process and what it starts for good, before the plugin's library is loaded:
/// no_new_privs, no core dumps, and with Landlock no writing to files except in $XDG_RUNTIME_DIR
/// and to terminals and the likes of /dev/null, and no TCP. `sandbox` is the manifest's list: "net"
/// gives TCP, "device:/dev/…" writing to devices, "home" writing wherever the person may (for
/// plugins that run a person's own commands), "state" writing to `state_directory`. "bus" and
/// "home-ro:PATH" take nothing: connecting to local sockets and reading are not confined. What
/// holds, for people: "landlock 7", or "none: reason". Must be called while the process has one
/// thread.
[[nodiscard]] std::string confine(const std::vector<std::string>& sandbox,
                                  const std::string& state_directory = {});

/// Where a plugin with "state" keeps what must outlast it, beside the daemon's own state; made, for
/// its owner only. Empty if that cannot be done.
[[nodiscard]] std::string make_state_directory(const std::string& plugin_id);

}  // namespace poised::plugin
