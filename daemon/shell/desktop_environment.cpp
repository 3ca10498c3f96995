// SPDX-License-Identifier: MIT
#include "shell/desktop_environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace poised::shell {
namespace {

namespace fs = std::filesystem;

constexpr std::array screens{"DISPLAY", "WAYLAND_DISPLAY"};
constexpr std::array names{"DISPLAY",           "WAYLAND_DISPLAY",     "XAUTHORITY",
                           "XDG_RUNTIME_DIR",   "XDG_SESSION_ID",      "XDG_SESSION_TYPE",
                           "XDG_SESSION_CLASS", "XDG_CURRENT_DESKTOP", "DBUS_SESSION_BUS_ADDRESS"};

/// Those of the names that `pid` was started with; nothing if it has no screen, or is not ours.
std::optional<plugin::Environment> environment_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/environ", std::ios::binary);
  plugin::Environment environment;
  for (const char* name : names) environment[name] = std::nullopt;
  for (std::string variable; std::getline(file, variable, '\0');) {
    const auto equals = variable.find('=');
    if (equals == std::string::npos) continue;
    const auto known = environment.find(variable.substr(0, equals));
    if (known != environment.end()) known->second = variable.substr(equals + 1);
  }
  for (const char* screen : screens)
    if (environment[screen]) return environment;
  return std::nullopt;
}

/// Where the processes of the session that `leader` is in are listed.
std::optional<fs::path> processes_of(pid_t leader) {
  std::ifstream file("/proc/" + std::to_string(leader) + "/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto path = line.substr(line.rfind(':') + 1);
    // Not the user's manager, in which all desktops may have processes.
    if (path.find("/session-") == std::string::npos || !path.ends_with(".scope")) continue;
    for (const char* root :
         {"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"}) {
      const fs::path list = root + path + "/cgroup.procs";
      std::error_code error;
      if (fs::exists(list, error)) return list;
    }
  }
  return std::nullopt;
}

/// ":0" of ":0.0": one server has several screens.
std::string server_of(const std::string& display) {
  return display.substr(0, display.find('.', std::min(display.rfind(':'), display.size())));
}

}  // namespace

plugin::Environment own_desktop() {
  plugin::Environment environment;
  for (const char* name : names) {
    const char* value = std::getenv(name);
    environment[name] = value ? std::optional<std::string>(value) : std::nullopt;
  }
  return environment;
}

std::optional<plugin::Environment> desktop_of(pid_t leader) {
  if (leader == 0) return std::nullopt;
  if (auto environment = environment_of(std::to_string(leader))) return environment;
  const auto list = processes_of(leader);
  if (!list) return std::nullopt;
  std::ifstream file(*list);
  for (std::string pid; std::getline(file, pid);)
    if (auto environment = environment_of(pid)) return environment;
  return std::nullopt;
}

bool same_screen(const plugin::Environment& a, const plugin::Environment& b) {
  // A Wayland desktop may have an X display besides.
  if (const auto& mine = a.at("WAYLAND_DISPLAY"), &other = b.at("WAYLAND_DISPLAY"); mine && other)
    return mine == other;
  const auto &mine = a.at("DISPLAY"), &other = b.at("DISPLAY");
  return mine && other && server_of(*mine) == server_of(*other);
}

}  // namespace poised::shell
