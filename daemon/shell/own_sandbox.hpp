// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace poised::shell {

/// What holds this very process, as the kernel says; what a unit file asks for is no proof.
struct OwnSandbox {
  bool no_new_privileges = false;
  bool system_calls_filtered = false;

  /// `status` is the text of /proc/self/status.
  static OwnSandbox of(std::string_view status);
  static OwnSandbox of_this_process();

  bool holds() const { return no_new_privileges && system_calls_filtered; }
  /// "system calls filtered, no new privileges", for people.
  std::string text() const;
};

}  // namespace poised::shell
