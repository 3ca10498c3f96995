// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Programs that a test starts. Every wait has a deadline and ends with what it waits for; nothing
// sleeps. What goes wrong is thrown, and so fails the test.
namespace rig {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

inline constexpr milliseconds patience{20'000};

/// The path of `program`. Throws std::runtime_error that names the Debian package if it is missing.
std::string find_program(const std::string& program, std::string_view debian_package);

/// A directory of its own that is removed with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An environment variable of this process, put back at the end. nullopt unsets it.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::optional<std::string>& value);
  ~ScopedVariable();
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

/// A running program. Asked to end with this object and killed if it does not; killed with this
/// process.
class Program {
 public:
  struct Options {
    std::map<std::string, std::optional<std::string>>
        environment;              ///< on top of this process's own
    bool read_output = false;     ///< standard output and error go to read_until()
    bool report_channel = false;  ///< descriptor 3 goes to read_until()
  };
  Program(const std::vector<std::string>& command, const Options& options);
  explicit Program(const std::vector<std::string>& command) : Program(command, Options{}) {}
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Everything written so far, once it contains `text`. Throws when it does not by the deadline.
  std::string read_until(std::string_view text, milliseconds deadline = patience);
  /// Everything it writes until it closes its output. Throws when it does not by the deadline.
  std::string read_all(milliseconds deadline = patience);
  /// The exit status, -signal if it was killed. Throws when it does not end by the deadline.
  int wait(milliseconds deadline = patience);
  void signal(int number) const;
  /// SIGKILL, and gone when this returns.
  void kill();

 private:
  /// False at the end of the output.
  bool read_some(Clock::time_point deadline);

  std::string name_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int output_ = -1;
  std::string read_;
  std::optional<int> status_;
};

/// Runs `command` to its end. Its output. Throws if it fails.
std::string run(const std::vector<std::string>& command, const Program::Options& options = {});

}  // namespace rig
