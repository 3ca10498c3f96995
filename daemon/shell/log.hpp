// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace poised::shell {

/// Lines on standard error: with a priority the journal understands where it reads them, plain
/// elsewhere. Only the composition root and what decides in its name logs, once. No line names what
/// a person did.
class Log {
 public:
  Log();
  void error(std::string_view line) const { write(3, line); }
  void warning(std::string_view line) const { write(4, line); }
  void info(std::string_view line) const { write(6, line); }
  void write(int priority, std::string_view line) const;

 private:
  bool to_journal_;
};

}  // namespace poised::shell
