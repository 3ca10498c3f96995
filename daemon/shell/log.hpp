// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
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

  /// What an administrator may want to find: each has a MESSAGE_ID of its own in the journal, and
  /// an explanation in its catalogue (systemd/poised.catalog).
  enum class Message : std::uint8_t {
    configuration,  ///< a file, or a value in it, cannot be used
    policy,         ///< likewise of a policy: as it was before stays in force
    plugin,         ///< a plugin does not work; with POISED_PLUGIN=
    not_kept,       ///< state or history cannot be written
    declined,       ///< the person said "Not for me"
  };
  void event(Message message, std::string_view line, std::string_view plugin = {}) const;

 private:
  bool to_journal_;
};

}  // namespace poised::shell
