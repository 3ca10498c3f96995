// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/saved.hpp"

// The JSON form of what the core remembers over a restart (B9): one document,
// "schema": 1. Times are nanoseconds. Fields that are missing keep their
// defaults, unknown ones are ignored, so that older and newer versions read
// each other's files.
namespace poised::store {

struct SavedState {
  core::Saved saved;
  std::string boot_id;    ///< the boot whose clock `saved.boottime` is on
  bool welcomed = false;  ///< the person has been told what this program is
  bool operator==(const SavedState&) const = default;
};

std::string to_json(const core::Saved& saved, std::string_view boot_id, bool welcomed = false);

/// Empty if `text` is not such a document; `problem` then says why in one line:
/// "saved state: FIELD: reason". Every value that is returned is within the
/// core's bounds.
std::optional<SavedState> from_json(std::string_view text, std::string& problem);

/// Puts every instant of `saved` on a clock that reads `by` more.
void move(core::Saved& saved, core::Duration by);

}  // namespace poised::store
