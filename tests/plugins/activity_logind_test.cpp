// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rigs/logind.hpp"
#include "rigs/plugin_bench.hpp"

// The last resort, before a mocked logind.
namespace {

using namespace std::chrono_literals;
using poised::plugin::Idle;
using poised::plugin::PluginState;
using poised::plugin::Resumed;
using poised::plugin::WatchIdle;

class ActivityLogind : public testing::Test {
 protected:
  rig::SystemBus bus_;
  rig::MockLogind logind_{bus_};
};

TEST_F(ActivityLogind, DoesNotBelieveAHintThatNobodyEverSet) {
  logind_.add({.id = "1"});
  rig::PluginBench bench("activity-logind");
  ASSERT_TRUE(bench.wait_for_state(PluginState::failed));
  EXPECT_EQ(bench.status().reason, "logind: IdleHint: this desktop has not set it so far");
  EXPECT_FALSE(bench.status().retry_after.has_value());
}

TEST_F(ActivityLogind, FollowsTheHintAndSaysThatItIsLate) {
  logind_.add({.id = "1"});
  logind_.set_idle_hint(false, rig::boottime_ns());
  rig::PluginBench bench("activity-logind");
  ASSERT_TRUE(bench.start()) << bench.status().reason;
  EXPECT_EQ(bench.status().detail, "logind's idle hint, which desktops set late");
  bench.send(POISED_WATCH_IDLE, WatchIdle{1, std::chrono::nanoseconds(2s).count(), false});
  ASSERT_TRUE(bench.run_until([&] { return !bench.all<Resumed>(POISED_RESUMED).empty(); }));
  const auto since = rig::boottime_ns() - 1'000'000'000;
  logind_.set_idle_hint(true, since);
  ASSERT_TRUE(bench.run_until([&] { return !bench.all<Idle>(POISED_IDLE_REACHED).empty(); }));
  EXPECT_NEAR(static_cast<double>(bench.all<Idle>(POISED_IDLE_REACHED)[0].since_ns),
              static_cast<double>(since), 2e8);
  logind_.set_idle_hint(false, rig::boottime_ns());
  ASSERT_TRUE(bench.run_until([&] { return bench.all<Resumed>(POISED_RESUMED).size() == 2; }));
}

TEST_F(ActivityLogind, LogindMayBeRestarted) {
  logind_.add({.id = "1"});
  logind_.set_idle_hint(false, rig::boottime_ns());
  rig::PluginBench bench("activity-logind");
  ASSERT_TRUE(bench.start()) << bench.status().reason;
  bench.send(POISED_WATCH_IDLE, WatchIdle{1, std::chrono::nanoseconds(500ms).count(), false});
  ASSERT_TRUE(bench.run_until([&] { return !bench.all<Resumed>(POISED_RESUMED).empty(); }));
  logind_.kill();
  logind_.start();
  logind_.add({.id = "1"});
  logind_.set_idle_hint(true, rig::boottime_ns());
  EXPECT_TRUE(bench.run_until([&] { return !bench.all<Idle>(POISED_IDLE_REACHED).empty(); }));
}

}  // namespace
