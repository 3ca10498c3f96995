// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/key_value.hpp"
#include "plugin/manifest.hpp"

// The one registry of configuration keys. Validation, defaults, `config explain`, the annotated
// poised.toml and the JSON Schema are all made from it.
namespace poised::config {

/// The settings that a plugin's manifest declares.
struct PluginSettingSpecs {
  std::string id;
  std::vector<plugin::SettingSpec> settings;
};

/// As a key of the registry, "plugin.<id>.<key>". What a manifest gets wrong (a default that is not
/// of its type …) counts as not given.
KeySpec plugin_key(const std::string& plugin_id, const plugin::SettingSpec& setting);

/// Every key of the daemon itself, in the order of the annotated file.
const std::vector<KeySpec>& key_registry();

/// The spec of the concrete key `path` ("breaks.eyes.interval" finds the pattern, with `path`
/// filled in); std::nullopt if there is no such key. Keys of plugins: from `plugins`.
std::optional<KeySpec> find_key(std::string_view path,
                                const std::vector<PluginSettingSpecs>& plugins = {});

/// The annotated defaults as they are installed (config/poised.toml).
std::string annotated_defaults();

}  // namespace poised::config
