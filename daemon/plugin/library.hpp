// SPDX-License-Identifier: MIT
#pragma once

#include <poised/plugin.h>

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/trust.hpp"
#include "plugin/wire.hpp"

namespace poised::plugin {

/// Why a library is not used. `reason` is "plugin: ID: …", one line.
struct LoadError {
  bool outdated = false;  ///< the library is newer than this program or than the manifest
  std::string reason;
};

/// Loads the library that `file` is open on, for good: it stays in the process until that ends, as
/// does the descriptor. NULL with `error` set if it is no plugin or a malformed one. Runs the
/// library's constructors.
[[nodiscard]] const poised_plugin_entry_v1* load_library(UniqueFd file, const std::string& id,
                                                         LoadError& error);

/// Whether `entry` is one this program can run, and is what `expected` says, which is what the
/// manifest says.
[[nodiscard]] bool agrees(const poised_plugin_entry_v1& entry, const Setup& expected,
                          LoadError& error);

/// The entry's capabilities, sorted.
[[nodiscard]] std::vector<std::string> capabilities_of(const poised_plugin_entry_v1& entry);

/// Whether a plugin made for this version of the interface can run here; "plugin: ID: …" if not.
[[nodiscard]] bool interface_fits(std::uint32_t major, std::uint32_t minor, const std::string& id,
                                  LoadError& error);

}  // namespace poised::plugin
