// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "config/key_registry.hpp"
#include "plugin/manifest.hpp"

namespace poised::shell {

/// The settings that manifests declare, in the configuration's terms.
std::vector<config::PluginSettingSpecs> plugin_setting_specs(
    const std::vector<plugin::Manifest>& manifests);

}  // namespace poised::shell
