// SPDX-License-Identifier: MIT
#include "plugin/child.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace poised::plugin {
namespace {

constexpr int socket_in_child = 3;

std::vector<std::string> environment_with(const Environment& changes) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (!changes.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : changes)
    if (value) all.push_back(name + "=" + *value);
  return all;
}

}  // namespace

Child spawn_child(const std::string& executable, std::vector<std::string> arguments,
                  const Environment& environment, int socket, std::string& why) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, socket, socket_in_child);
  posix_spawn_file_actions_addclosefrom_np(&files, socket_in_child + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  auto variables = environment_with(environment);
  std::vector<char*> envp;
  for (std::string& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);
  Child child;
  const int error =
      posix_spawn(&child.pid, executable.c_str(), &files, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    why = fmt::format("cannot execute {}: {}", executable, std::strerror(error));
    return {};
  }
  child.ended = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
  if (!child.ended) {
    why = fmt::format("cannot watch its process: {}", std::strerror(errno));
    kill(child.pid, SIGKILL);
    reap_child(child.pid);
    return {};
  }
  return child;
}

std::string reap_child(pid_t pid) {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) != 0 && errno == EINTR) {
  }
  if (info.si_code == CLD_EXITED) return fmt::format("ended by itself (status {})", info.si_status);
  const char* const name = sigabbrev_np(info.si_status);
  return name != nullptr ? fmt::format("ended by SIG{}", name)
                         : fmt::format("ended by signal {}", info.si_status);
}

}  // namespace poised::plugin
