// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "plugin/inspect.hpp"

// Manifest and library of every plugin of this tree agree.
namespace {

namespace fs = std::filesystem;

/// Of the folder where the build puts them.
std::vector<std::string> built_plugins() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(BUILT_PLUGINS))
    if (entry.path().extension() == ".plugin") names.push_back(entry.path().stem());
  std::ranges::sort(names);
  return names;
}

class Manifests : public testing::TestWithParam<std::string> {};

TEST_P(Manifests, AgreeWithTheirLibraries) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> said{std::tmpfile(), &std::fclose};
  const std::string library = std::string{BUILT_PLUGINS} + "/" + GetParam() + ".so";
  EXPECT_EQ(poised::plugin::inspect_plugin(library, said.get(), stderr), 0);
  EXPECT_GT(std::ftell(said.get()), 0);
}

INSTANTIATE_TEST_SUITE_P(, Manifests, testing::ValuesIn(built_plugins()));

TEST(ManifestsOfThisTree, AreAllBuilt) {
  std::vector<std::string> sources;
  for (const auto& entry : fs::directory_iterator(PLUGIN_SOURCES)) {
    const std::string name = entry.path().filename();
    if (fs::exists(entry.path() / (name + ".plugin"))) sources.push_back(name);
  }
  EXPECT_GE(sources.size(), 10U);
  EXPECT_THAT(built_plugins(), testing::IsSupersetOf(sources));
}

}  // namespace
