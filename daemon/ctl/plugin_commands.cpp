// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "build_config.hpp"
#include "ctl/commands.hpp"
#include "ctl/json.hpp"
#include "plugin/inspect.hpp"
#include "plugin/manifest.hpp"
#include "shell/plugin_settings.hpp"

namespace poised::ctl {
namespace {

/// A stream that becomes a text.
class MemoryStream {
 public:
  MemoryStream() : file_(open_memstream(&text_, &size_)) {
    if (file_ == nullptr) throw std::bad_alloc();
  }
  ~MemoryStream() {
    std::fclose(file_);
    std::free(text_);
  }
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;

  std::FILE* file() { return file_; }
  std::string text() {
    std::fflush(file_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

Json json_of(const plugin::Manifest& manifest) {
  auto settings = Json::array();
  for (const auto& setting : manifest.settings)
    settings.push_back({{"key", setting.key}, {"type", setting.type}, {"doc", setting.doc}});
  return {{"id", manifest.id},
          {"name", manifest.name},
          {"version", manifest.version},
          {"abi", fmt::format("{}.{}", manifest.abi_major, manifest.abi_minor)},
          {"library", manifest.library},
          {"capabilities", manifest.capabilities},
          {"isolation", manifest.isolation},
          {"on_demand", manifest.on_demand},
          {"requires", manifest.requirements},
          {"sandbox", manifest.sandbox},
          {"settings", settings},
          {"manifest", manifest.file}};
}

}  // namespace

std::vector<config::PluginSettingSpecs> plugin_settings() {
  std::vector<std::string> unusable;  // for doctor to tell
  return shell::plugin_setting_specs(plugin::load_manifests(build::manifest_dir, unusable));
}

Exit inspect_plugin(const Options& options, Output& output) {
  const auto& id = options.plugin_id;
  if (!config::is_id(id))
    throw Failure(Exit::usage, "plugins inspect: " + id + ": not the id of a plugin");
  const auto path = fmt::format("{}/{}.plugin", build::manifest_dir, id);
  MemoryStream report, problem;
  const bool loadable = plugin::inspect_plugin(path, report.file(), problem.file()) == 0;
  auto why = problem.text();
  while (why.ends_with('\n')) why.pop_back();

  std::vector<std::string> unusable;
  for (const auto& manifest : plugin::load_manifests(build::manifest_dir, unusable)) {
    if (!options.json || manifest.id != id) continue;
    auto json = json_of(manifest);
    json["loadable"] = loadable;
    json["problem"] = loadable ? Json(nullptr) : Json(why);
    output.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  }
  if (!options.json) output.out << report.text();
  output.out << std::flush;
  if (!loadable) {
    constexpr std::string_view context = "plugin: ";
    if (why.starts_with(context)) why.erase(0, context.size());
    throw Failure(Exit::failed, "plugins inspect: " + why);
  }
  return Exit::done;
}

}  // namespace poised::ctl
