// SPDX-License-Identifier: MIT
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/layers.hpp"

namespace poised::config {

/// A directory of its own for one test, gone with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "poised-config-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  // A new file each time: writing over an old one waits for the disk on some file systems.
  if (std::filesystem::exists(file)) std::filesystem::remove(file);
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.native());
}

inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.native());
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A machine's configuration in a directory.
class ConfigTest : public testing::Test {
 protected:
  Roots roots() const {
    return {.system_root = directory_.path(),
            .config_home = "/home/me/.config",
            .data_dir = "/usr/share/poised",
            .home = "/home/me"};
  }
  std::filesystem::path path(const std::string& absolute) const {
    return directory_.path() / absolute.substr(1);
  }
  void write(const std::string& absolute, const std::string& text) const {
    write_file(path(absolute), text);
  }
  Loaded load_all(const Loaded* last_good = nullptr) const {
    return load(roots(), plugins_, last_good);
  }
  /// With `text` as the person's own file and nothing else.
  Loaded load_user(const std::string& text) const {
    write(user_file, text);
    return load_all();
  }
  /// The problems without the directory in front.
  std::vector<std::string> texts(const Loaded& loaded) const {
    std::vector<std::string> out;
    for (const auto& problem : loaded.problems) {
      std::string text = problem.text();
      if (text.starts_with(directory_.path().native()))
        text.erase(0, directory_.path().native().size());
      out.push_back(std::move(text));
    }
    return out;
  }

  static constexpr const char* user_file = "/home/me/.config/poised/poised.toml";
  static constexpr const char* machine_file = "/etc/poised/poised.toml";

  std::vector<PluginSettingSpecs> plugins_;

 private:
  TemporaryDirectory directory_;
};

/// The value in force of `key` as TOML.
inline std::string value_of(const Loaded& loaded, const std::string& key) {
  for (const auto& effective : loaded.effective)
    if (effective.key == key) return effective.setting.value;
  return "no such key";
}

}  // namespace poised::config
