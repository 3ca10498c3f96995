// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "plugin/inspect.hpp"

// Manifest and library of every plugin of this tree agree.
namespace {

class Manifests : public testing::TestWithParam<const char*> {};

TEST_P(Manifests, AgreeWithTheirLibraries) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> said{std::tmpfile(), &std::fclose};
  const std::string library = std::string{BUILT_PLUGINS} + "/" + GetParam() + ".so";
  EXPECT_EQ(poised::plugin::inspect_plugin(library, said.get(), stderr), 0);
  EXPECT_GT(std::ftell(said.get()), 0);
}

INSTANTIATE_TEST_SUITE_P(, Manifests,
                         testing::Values("activity-x11", "activity-simulated", "notify", "console",
                                         "desk", "calendar", "live-signals"));

}  // namespace
