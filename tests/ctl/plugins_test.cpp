// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "process.hpp"

// On the plugins that were built beside poisectl; no daemon runs.
namespace poised::test {
namespace {

using testing::HasSubstr;

TEST(PluginsInspect, SaysWhatManifestAndLibraryHold) {
  const auto result = run({POISECTL, "plugins", "inspect", "notify"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("notify.so"));
  EXPECT_THAT(result.out, HasSubstr("prompt"));
}

TEST(PluginsInspect, AsJson) {
  const auto result = run({POISECTL, "plugins", "inspect", "notify", "--json"});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["id"], "notify");
  EXPECT_EQ(json["capabilities"], nlohmann::json::array({"prompt"}));
  EXPECT_EQ(json["loadable"], true);
}

TEST(PluginsInspect, OfNoneFails) {
  const auto result = run({POISECTL, "plugins", "inspect", "nosuch"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("poisectl: plugins inspect: "));
  EXPECT_THAT(result.err, HasSubstr("nosuch.plugin: "));
}

TEST(PluginsInspect, OfWhatCannotBeAnIdIsAUsageError) {
  EXPECT_EQ(run({POISECTL, "plugins", "inspect", "../notify"}).code, 2);
}

}  // namespace
}  // namespace poised::test
