// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace poised::test {

struct Finished {
  int code = -1;  ///< exit code, or 128 + signal
  std::string out, err;
};

/// A child process whose output is read. Killed if it is still there at the end.
class Process {
 public:
  /// `environment` entries "NAME=value" replace those of this process; "NAME" removes one.
  Process(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The next line of stdout without its end; empty at its end. Fails the test after 20 s.
  std::string read_line();
  void signal(int number);
  /// Reads the rest and waits.
  Finished finish();

 private:
  bool fill(int& fd, std::string& text);

  pid_t pid_ = -1;
  int out_fd_ = -1, err_fd_ = -1;
  std::string out_, err_;
};

Finished run(const std::vector<std::string>& command,
             const std::vector<std::string>& environment = {});

}  // namespace poised::test
