// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace poised::test {
namespace {

constexpr int patience_ms = 20'000;

}  // namespace

Process::Process(const std::vector<std::string>& command,
                 const std::vector<std::string>& environment) {
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe2");
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    for (const auto& entry : environment) {
      if (entry.find('=') == std::string::npos)
        unsetenv(entry.c_str());
      else
        putenv(const_cast<char*>(entry.c_str()));
    }
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {out_fd_, err_fd_})
    if (fd >= 0) close(fd);
}

bool Process::fill(int& fd, std::string& text) {
  std::array<char, 4096> buffer{};
  const auto count = read(fd, buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  close(fd);
  fd = -1;
  return false;
}

std::string Process::read_line() {
  while (out_.find('\n') == std::string::npos) {
    pollfd ready{out_fd_, POLLIN, 0};
    if (poll(&ready, 1, patience_ms) <= 0) throw std::runtime_error("no line came");
    if (!fill(out_fd_, out_)) break;
  }
  const auto end = out_.find('\n');
  auto line = out_.substr(0, end);
  out_.erase(0, end == std::string::npos ? end : end + 1);
  return line;
}

void Process::signal(int number) {
  kill(pid_, number);
}

Finished Process::finish() {
  while (out_fd_ >= 0 || err_fd_ >= 0) {
    std::array<pollfd, 2> ready{{{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), patience_ms) <= 0)
      throw std::runtime_error("the process does not end");
    if (ready[0].revents != 0) fill(out_fd_, out_);
    if (ready[1].revents != 0) fill(err_fd_, err_);
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out_, err_};
}

Finished run(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  return Process(command, environment).finish();
}

}  // namespace poised::test
