// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>

#include "plugin/child.hpp"

namespace poised::shell {

/// What says to a program which desktop it is on: screen, session and session bus.
[[nodiscard]] plugin::Environment own_desktop();
/// The same of the login session that `leader` began: from its environment, else from that of
/// another process of this user's in the session. Nothing while none of them has a screen.
[[nodiscard]] std::optional<plugin::Environment> desktop_of(pid_t leader);
/// Whether both have the same screen.
[[nodiscard]] bool same_screen(const plugin::Environment& a, const plugin::Environment& b);

}  // namespace poised::shell
