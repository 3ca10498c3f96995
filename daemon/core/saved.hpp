// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "core/state.hpp"
#include "core/time.hpp"

// What survives a restart (B9): plain values, no references into the running state.
namespace poised::core {

struct Saved {
  Instant boottime;                ///< when it was saved
  WallTime utc;                    ///< the same moment on the wall clock
  Memory memory;                   ///< its instants are on the clock of the boot that saved it
  std::array<bool, 3> input_on{};  ///< input went on, by Device
  std::array<bool, 3> input_reported{};  ///< … as far as the source had said
  bool locked = false;
  bool awaits_input = true;  ///< P4: absent until new input or unlock
  Instant last_input = not_yet;
  Instant evidence_ended = not_yet;  ///< P3: of passive evidence; when it was saved if it went on
  Duration keyboard_active{};        ///< today
  Duration pointer_active{};
  bool operator==(const Saved&) const = default;
};

}  // namespace poised::core
