// SPDX-License-Identifier: MIT
#include "store/stored_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "store/place.hpp"

namespace poised::store {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* history_name = "history.db";

StoredFile look_at(const fs::path& path) {
  StoredFile file{path, false, 0, 0};
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0)
    file = {path, true, static_cast<std::uintmax_t>(status.st_size), status.st_mode & 07777U};
  return file;
}

Json json_of(const StoredFile& file) {
  return {{"path", file.path.string()},
          {"exists", file.exists},
          {"bytes", file.bytes},
          {"mode", file.exists ? Json(fmt::format("{:04o}", file.mode)) : Json(nullptr)}};
}

Json json_of(const std::vector<StoredFile>& files) {
  auto all = Json::array();
  for (const auto& file : files) all.push_back(json_of(file));
  return all;
}

}  // namespace

fs::path history_file(const fs::path& directory) {
  return directory / history_name;
}

std::vector<fs::path> damaged_files(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (name.starts_with(history_name + std::string(damaged_mark))) files.push_back(at->path());
  }
  return files;
}

StoredFiles stored_files(const fs::path& state_directory, const fs::path& history_directory) {
  StoredFiles files;
  files.state = look_at(state_file(state_directory));
  files.history = look_at(history_file(history_directory));
  for (const auto& path : damaged_files(history_directory))
    files.set_aside.push_back(look_at(path));
  std::error_code error;
  for (fs::recursive_directory_iterator at(state_directory / "plugins", error), end; at != end;
       at.increment(error)) {
    if (error) break;
    if (at->is_regular_file(error)) files.plugins.push_back(look_at(at->path()));
  }
  files.server = server_of(history_directory);
  const auto is_open = [](const StoredFile& file) { return (file.mode & 077U) != 0; };
  files.readable_by_others = is_open(files.state) || is_open(files.history) ||
                             std::ranges::any_of(files.set_aside, is_open) ||
                             std::ranges::any_of(files.plugins, is_open);
  return files;
}

Json to_json(const StoredFiles& files) {
  return {{"state", json_of(files.state)},
          {"history", json_of(files.history)},
          {"set_aside", json_of(files.set_aside)},
          {"plugins", json_of(files.plugins)},
          {"server", files.server ? Json(*files.server) : Json(nullptr)},
          {"readable_by_others", files.readable_by_others}};
}

}  // namespace poised::store
