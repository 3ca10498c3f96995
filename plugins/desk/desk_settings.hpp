// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace desk {

/// What is configured for one desk.
struct DeskSettings {
  std::string name;
  nlohmann::json values;  ///< by the keys of the manifest, without "desks"
  std::string problem;    ///< empty, or why they name no desk
};

/// The desk at the top of the plugin's settings and those in its list "desks", in that order. Names
/// differ. Throws poised::Failure if there is none at all.
[[nodiscard]] std::vector<DeskSettings> desks_of(const nlohmann::json& settings);

/// The keys that a desk may have, as the manifest lists them.
[[nodiscard]] std::vector<std::string> desk_keys();

}  // namespace desk
