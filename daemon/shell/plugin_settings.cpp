// SPDX-License-Identifier: MIT
#include "shell/plugin_settings.hpp"

namespace poised::shell {

std::vector<config::PluginSettingSpecs> plugin_setting_specs(
    const std::vector<plugin::Manifest>& manifests) {
  std::vector<config::PluginSettingSpecs> all;
  for (const auto& manifest : manifests) all.push_back({manifest.id, manifest.settings});
  return all;
}

}  // namespace poised::shell
