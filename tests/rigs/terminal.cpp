// SPDX-License-Identifier: MIT
#include "rigs/terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <regex>
#include <stdexcept>

namespace rig {

Terminal::Terminal(const std::vector<std::string>& command,
                   const std::vector<std::string>& environment) {
  winsize size{};
  size.ws_col = 80;
  size.ws_row = 24;
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = forkpty(&fd_, nullptr, nullptr, &size);
  if (pid_ < 0) throw std::runtime_error("no terminal to be had");
  if (pid_ > 0) return;
  for (const auto& entry : environment) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos)
      unsetenv(entry.c_str());
    else
      setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
  }
  execv(arguments[0], arguments.data());
  _exit(127);
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(fd_);
}

void Terminal::type(const std::string& keys) {
  if (write(fd_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("the terminal takes no keys");
}

bool Terminal::read_some(Clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - Clock::now()).count();
  pollfd input{fd_, POLLIN, 0};
  if (left <= 0 || poll(&input, 1, static_cast<int>(left)) <= 0) return false;
  char text[4096];
  const auto count = read(fd_, text, sizeof text);
  // The last one to hold the other end has gone.
  if (count <= 0) return false;
  output_.append(text, static_cast<std::size_t>(count));
  return true;
}

bool Terminal::shows(const std::string& words, milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  for (;;) {
    const auto found = output_.find(words, seen_);
    if (found != std::string::npos) {
      seen_ = found + words.size();
      return true;
    }
    if (!read_some(end)) return false;
  }
}

int Terminal::finish() {
  const auto end = Clock::now() + patience;
  while (read_some(end)) {
  }
  if (Clock::now() >= end) throw std::runtime_error("the program does not end: " + output_);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Terminal::is_as_before() const {
  termios now{};
  if (tcgetattr(fd_, &now) != 0) return false;
  constexpr tcflag_t wanted = ICANON | ECHO | ISIG;
  return (now.c_lflag & wanted) == wanted;
}

std::string without_controls(const std::string& text) {
  static const std::regex controls("\x1b\\[[0-9;]*[A-Za-z]|[\x07\r]");
  return std::regex_replace(text, controls, "");
}

}  // namespace rig
