// SPDX-License-Identifier: MIT
#include "rigs/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace rig {
namespace {

constexpr milliseconds farewell{2'000};

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// False at the deadline.
bool readable(int fd, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    pollfd poll_fd{fd, POLLIN, 0};
    const int ready = poll(&poll_fd, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) fail("poll");
  }
}

}  // namespace

std::string find_program(const std::string& program, std::string_view debian_package) {
  const char* path = std::getenv("PATH");
  // Servers are often where only root looks by default.
  const auto all = std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/sbin";
  std::string_view directories = all;
  while (!directories.empty()) {
    const auto colon = std::min(directories.find(':'), directories.size());
    const std::string candidate = std::string{directories.substr(0, colon)} + "/" + program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    directories.remove_prefix(std::min(colon + 1, directories.size()));
  }
  throw std::runtime_error(program + " is missing; it is in the Debian package " +
                           std::string{debian_package});
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = std::filesystem::temp_directory_path() / "poised-rig-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) fail("mkdtemp");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ScopedVariable::ScopedVariable(std::string name, const std::optional<std::string>& value)
    : name_(std::move(name)) {
  if (const char* before = std::getenv(name_.c_str())) before_ = before;
  if (value)
    setenv(name_.c_str(), value->c_str(), 1);
  else
    unsetenv(name_.c_str());
}

ScopedVariable::~ScopedVariable() {
  if (before_)
    setenv(name_.c_str(), before_->c_str(), 1);
  else
    unsetenv(name_.c_str());
}

Program::Program(const std::vector<std::string>& command, const Options& options)
    : name_(command.at(0)) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    if (!options.environment.contains(std::string{text.substr(0, text.find('='))}))
      variables.emplace_back(text);
  }
  for (const auto& [name, value] : options.environment)
    if (value) variables.push_back(name + "=" + *value);
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  const bool piped = options.read_output || options.report_channel;
  std::array<int, 2> pipe_ends{-1, -1};
  if (piped && pipe2(pipe_ends.data(), O_CLOEXEC) != 0) fail("pipe");
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    if (options.read_output) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      dup2(pipe_ends[1], STDERR_FILENO);
    } else {
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
    }
    if (options.report_channel && pipe_ends[1] != 3) dup2(pipe_ends[1], 3);
    if (options.report_channel && pipe_ends[1] == 3) fcntl(3, F_SETFD, 0);
    execvpe(arguments[0], arguments.data(), environment.data());
    _exit(127);
  }
  if (piped) {
    close(pipe_ends[1]);
    output_ = pipe_ends[0];
  }
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) fail("pidfd_open");
}

Program::~Program() {
  // X servers leave their locks and sockets behind when they are killed.
  signal(SIGTERM);
  if (status_ || readable(pidfd_, Clock::now() + farewell))
    wait();
  else
    kill();
  close(pidfd_);
  if (output_ >= 0) close(output_);
}

bool Program::read_some(Clock::time_point deadline) {
  if (!readable(output_, deadline))
    throw std::runtime_error(name_ + " kept us waiting; so far it said: " + read_);
  std::array<char, 4096> buffer{};
  const ssize_t count = read(output_, buffer.data(), buffer.size());
  if (count < 0 && errno != EINTR) fail("read");
  if (count > 0) read_.append(buffer.data(), static_cast<std::size_t>(count));
  return count != 0;
}

std::string Program::read_until(std::string_view text, milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (read_.find(text) == std::string::npos)
    if (!read_some(end))
      throw std::runtime_error(name_ + " ended without \"" + std::string{text} + "\": " + read_);
  return read_;
}

std::string Program::read_all(milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (read_some(end)) continue;
  return read_;
}

int Program::wait(milliseconds deadline) {
  if (status_) return *status_;
  if (!readable(pidfd_, Clock::now() + deadline))
    throw std::runtime_error(name_ + " did not end in time");
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return *status_;
}

void Program::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

void Program::kill() {
  if (status_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = -SIGKILL;
}

std::string run(const std::vector<std::string>& command, const Program::Options& options) {
  Program::Options piped = options;
  piped.read_output = true;
  Program program(command, piped);
  std::string output = program.read_all();
  const int status = program.wait();
  if (status != 0)
    throw std::runtime_error(command.at(0) + " failed with " + std::to_string(status) + ": " +
                             output);
  return output;
}

}  // namespace rig
