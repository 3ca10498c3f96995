// SPDX-License-Identifier: MIT
#include "plugin/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace poised::plugin {
namespace {

constexpr std::size_t max_capabilities = 16;
constexpr std::string_view descriptors = "/proc/self/fd/";

/// The name under which the file open on `fd` was loaded before; empty: it was not.
std::string name_if_loaded(int fd) {
  struct Search {
    struct stat wanted {};
    std::string found;
  } search;
  if (fstat(fd, &search.wanted) != 0) return {};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto& [wanted, found] = *static_cast<Search*>(data);
        const std::string_view name = info->dlpi_name;
        if (!name.starts_with(descriptors)) return 0;
        struct stat facts {};
        const bool same = fstat(std::atoi(info->dlpi_name + descriptors.size()), &facts) == 0 &&
                          facts.st_dev == wanted.st_dev && facts.st_ino == wanted.st_ino;
        if (same) found = name;
        return same ? 1 : 0;
      },
      &search);
  return search.found;
}

bool is_short_text(const char* text) {
  return text != nullptr && strnlen(text, 257) <= 256;
}

bool is_whole(const poised_plugin_entry_v1& entry) {
  return POISED_HAS(&entry, on_message) && is_short_text(entry.id) && is_short_text(entry.name) &&
         is_short_text(entry.version) && entry.capabilities != nullptr && entry.create != nullptr &&
         entry.destroy != nullptr && entry.on_message != nullptr;
}

}  // namespace

const poised_plugin_entry_v1* load_library(UniqueFd file, const std::string& id, LoadError& error) {
  // The loader takes a path it has seen for the library it saw there. So the descriptor of a loaded
  // library stays open, that no other gets its number and thereby its name; and a library that is
  // loaded already goes by the name it has.
  std::string path = name_if_loaded(file.get());
  const bool loaded = !path.empty();
  if (!loaded) path = fmt::format("{}{}", descriptors, file.get());
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    error.reason = one_line(fmt::format("plugin: {}: {}", id, dlerror()));
    return nullptr;
  }
  if (!loaded) static_cast<void>(file.release());

  const auto* entry =
      static_cast<const poised_plugin_entry_v1*>(dlsym(handle, POISED_ENTRY_SYMBOL));
  if (entry == nullptr) {
    error.reason = fmt::format("plugin: {}: the library does not export " POISED_ENTRY_SYMBOL, id);
    return nullptr;
  }
  if (!POISED_HAS(entry, abi_minor)) {
    error.reason = fmt::format("plugin: {}: " POISED_ENTRY_SYMBOL " is malformed", id);
    return nullptr;
  }
  // Before anything else of it is read: another version may mean something else by it.
  if (!interface_fits(entry->abi_major, entry->abi_minor, id, error)) return nullptr;
  if (!is_whole(*entry)) {
    error.reason = fmt::format("plugin: {}: " POISED_ENTRY_SYMBOL " is malformed", id);
    return nullptr;
  }
  return entry;
}

bool interface_fits(std::uint32_t major, std::uint32_t minor, const std::string& id,
                    LoadError& error) {
  if (major == POISED_ABI_MAJOR && minor <= POISED_ABI_MINOR) return true;
  error.outdated = major >= POISED_ABI_MAJOR;
  error.reason = fmt::format(
      "plugin: {}: made for plugin interface {}.{}, {} than this daemon's {}.{}", id, major, minor,
      error.outdated ? "newer" : "older", POISED_ABI_MAJOR, POISED_ABI_MINOR);
  return false;
}

std::vector<std::string> capabilities_of(const poised_plugin_entry_v1& entry) {
  std::vector<std::string> capabilities;
  for (std::size_t i = 0; i < max_capabilities && entry.capabilities[i] != nullptr; ++i) {
    capabilities.emplace_back(entry.capabilities[i], strnlen(entry.capabilities[i], 64));
  }
  std::sort(capabilities.begin(), capabilities.end());
  return capabilities;
}

bool agrees(const poised_plugin_entry_v1& entry, const Setup& expected, LoadError& error) {
  const auto disagree = [&](std::string_view what, std::string_view library,
                            std::string_view manifest) {
    error.reason =
        one_line(fmt::format("plugin: {}: the library's {} is '{}', the manifest's is '{}'",
                             expected.id, what, library, manifest));
    return false;
  };
  if (entry.id != expected.id) return disagree("id", entry.id, expected.id);
  if (entry.version != expected.plugin_version) {
    // The package was upgraded under a daemon that still has the manifest of before.
    error.outdated = true;
    return disagree("version", entry.version, expected.plugin_version);
  }
  if (entry.abi_major != expected.abi_major || entry.abi_minor != expected.abi_minor) {
    return disagree("interface", fmt::format("{}.{}", entry.abi_major, entry.abi_minor),
                    fmt::format("{}.{}", expected.abi_major, expected.abi_minor));
  }
  std::vector<std::string> capabilities = expected.capabilities;
  std::sort(capabilities.begin(), capabilities.end());
  if (capabilities_of(entry) != capabilities) {
    return disagree("capabilities", fmt::format("{}", fmt::join(capabilities_of(entry), " ")),
                    fmt::format("{}", fmt::join(capabilities, " ")));
  }
  return true;
}

}  // namespace poised::plugin
