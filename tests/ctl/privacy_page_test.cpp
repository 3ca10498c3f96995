// SPDX-License-Identifier: MIT
#include "ctl/privacy_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "rigs/program.hpp"
#include "store/batch.hpp"
#include "store/history.hpp"
#include "store/saved_state.hpp"

// What a works council is told to be kept is all that is kept.
namespace poised::test {
namespace {

std::set<std::string> told_of(const std::string& file) {
  std::set<std::string> fields;
  for (const auto& kept : ctl::kept_fields()) {
    if (!kept.place.ends_with(file)) continue;
    for (const auto& field : kept.fields)
      EXPECT_TRUE(fields.insert(field).second) << field << " is told twice";
  }
  return fields;
}

TEST(ThePrivacyPage, NamesEachFieldOfTheState) {
  const auto state = nlohmann::json::parse(store::to_json({}, "boot", true));
  std::set<std::string> there;
  for (const auto& [key, value] : state.items()) {
    if (key != "memory") {
      there.insert(key);
      continue;
    }
    for (const auto& [inner, unused] : value.items()) there.insert("memory." + inner);
  }
  EXPECT_EQ(told_of("state.json"), there);
}

TEST(ThePrivacyPage, NamesEachColumnOfTheHistory) {
  const rig::TemporaryDirectory directory;
  store::Batch batch;
  batch.directory = directory.path();
  ASSERT_EQ(store::write(batch).problem, "");
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(store::history_file(directory.path()).c_str(), &raw), SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(raw, &sqlite3_close);
  std::set<std::string> there;
  const auto add = [](void* into, int, char** values, char**) {
    static_cast<std::set<std::string>*>(into)->insert(values[0]);
    return 0;
  };
  ASSERT_EQ(sqlite3_exec(raw,
                         "SELECT t.name || '.' || c.name FROM sqlite_master t, "
                         "pragma_table_info(t.name) c WHERE t.type = 'table' "
                         "AND t.name NOT LIKE 'sqlite_%'",
                         add, &there, nullptr),
            SQLITE_OK);
  ASSERT_FALSE(there.empty());
  EXPECT_EQ(told_of("history.db"), there);
}

TEST(ThePrivacyPage, SaysOfEachFieldWhatForAndHowLong) {
  for (const auto& kept : ctl::kept_fields()) {
    EXPECT_FALSE(kept.what.empty()) << kept.place;
    EXPECT_FALSE(kept.purpose.empty()) << kept.what;
    EXPECT_FALSE(kept.retention.empty()) << kept.what;
  }
  EXPECT_THAT(ctl::privacy_page(), testing::HasSubstr("90 days, or less (`history.retention`)"));
  EXPECT_THAT(ctl::privacy_page(), testing::HasSubstr("| `telemetry.export` | may switch it off"));
}

}  // namespace
}  // namespace poised::test
