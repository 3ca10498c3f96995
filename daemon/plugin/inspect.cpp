// SPDX-License-Identifier: MIT
#include "plugin/inspect.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "build_config.hpp"
#include "plugin/library.hpp"
#include "plugin/manifest.hpp"

namespace poised::plugin {
namespace {

namespace fs = std::filesystem;

/// `name` beside `other`, or else where it is installed.
fs::path beside_or(const fs::path& other, const std::string& name, const char* installed) {
  std::error_code ignored;
  fs::path beside = other.parent_path() / name;
  return fs::exists(beside, ignored) ? beside : fs::path(installed) / name;
}

/// What the daemon would have against the file; empty: nothing.
std::string objection(const fs::path& path) {
  const Trust trust = Trust::of_this_build();
  std::string why;
  const std::string directory = path.parent_path().string();
  const UniqueFd opened = open_trusted_directory(directory, trust, why);
  if (!opened) return why;
  static_cast<void>(
      open_trusted_file(opened.get(), directory, path.filename().string(), trust, why));
  return why;
}

void print_manifest(const Manifest& manifest, std::FILE* out) {
  const auto line = [out](const char* name, const auto& value) {
    fmt::print(out, "  {:<17} {}\n", name, value);
  };
  fmt::print(out, "manifest {}\n", manifest.file);
  line("id", manifest.id);
  line("name", manifest.name);
  line("version", manifest.version);
  line("interface", fmt::format("{}.{}", manifest.abi_major, manifest.abi_minor));
  line("capabilities", fmt::format("{}", fmt::join(manifest.capabilities, " ")));
  line("isolation", manifest.isolation);
  line("response timeout", fmt::format("{} ms", manifest.response_timeout.count()));
  line("on demand", manifest.on_demand ? "yes" : "no");
  line("requires", fmt::format("{}", fmt::join(manifest.requirements, " ")));
  line("sandbox", fmt::format("{}", fmt::join(manifest.sandbox, " ")));
  for (const SettingSpec& setting : manifest.settings) {
    fmt::print(out, "  setting {}: {}", setting.key, setting.type);
    if (!setting.default_value.empty()) fmt::print(out, ", default {}", setting.default_value);
    if (!setting.min.empty()) fmt::print(out, ", at least {}", setting.min);
    if (!setting.max.empty()) fmt::print(out, ", at most {}", setting.max);
    if (!setting.values.empty()) fmt::print(out, ", of {}", fmt::join(setting.values, " "));
    fmt::print(out, "\n");
  }
}

void print_library(const fs::path& path, const poised_plugin_entry_v1& entry, std::FILE* out) {
  const auto line = [out](const char* name, const auto& value) {
    fmt::print(out, "  {:<17} {}\n", name, value);
  };
  fmt::print(out, "library {}\n", path.string());
  line("id", entry.id);
  line("name", entry.name);
  line("version", entry.version);
  line("interface", fmt::format("{}.{}", entry.abi_major, entry.abi_minor));
  line("capabilities", fmt::format("{}", fmt::join(capabilities_of(entry), " ")));
  line("loop of its own", POISED_HAS(&entry, run) && entry.run != nullptr ? "yes" : "no");
}

}  // namespace

int inspect_plugin(const std::string& path, std::FILE* out, std::FILE* errors) {
  const auto refuse = [errors](const std::string& line) {
    fmt::print(errors, "{}\n", line);
    return 1;
  };
  std::error_code failed;
  const fs::path given = fs::absolute(path, failed).lexically_normal();
  const bool is_manifest = given.extension() == ".plugin";
  const fs::path manifest_path =
      is_manifest ? given
                  : beside_or(given, given.stem().string() + ".plugin", build::manifest_dir);
  std::ifstream file(manifest_path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    return refuse(fmt::format("plugin: {}: cannot be read", manifest_path.string()));
  }
  std::vector<std::string> problems;
  const Manifest manifest = parse_manifest(text, manifest_path.string(), problems);
  if (!manifest.usable()) {
    return refuse(*std::find_if(problems.begin(), problems.end(), [](const std::string& problem) {
      return !problem.ends_with(", ignoring");
    }));
  }
  print_manifest(manifest, out);
  for (const std::string& warning : problems) fmt::print(out, "  warning: {}\n", warning);

  const fs::path library_path =
      is_manifest ? beside_or(given, manifest.library, build::plugin_dir) : given;
  UniqueFd library(open(library_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!library) {
    return refuse(fmt::format("plugin: {}: {}", library_path.string(), std::strerror(errno)));
  }
  LoadError error;
  const poised_plugin_entry_v1* const entry = load_library(std::move(library), manifest.id, error);
  if (entry == nullptr) return refuse(error.reason);
  print_library(library_path, *entry, out);
  const Setup expected{.id = manifest.id,
                       .plugin_version = manifest.version,
                       .library = manifest.library,
                       .abi_major = manifest.abi_major,
                       .abi_minor = manifest.abi_minor,
                       .capabilities = manifest.capabilities};
  if (!agrees(*entry, expected, error)) return refuse(error.reason);

  std::string against = objection(manifest_path);
  if (against.empty()) against = objection(library_path);
  const bool installed = manifest_path.parent_path() == fs::path(build::manifest_dir) &&
                         library_path.parent_path() == fs::path(build::plugin_dir);
  if (!against.empty() && installed) return refuse("plugin: " + against);
  fmt::print(out, "trusted {}\n", against.empty() ? "yes" : "no: " + against);
  if (!installed) {
    fmt::print(out, "the daemon looks in {} and {}\n", build::manifest_dir, build::plugin_dir);
  }
  return 0;
}

}  // namespace poised::plugin
