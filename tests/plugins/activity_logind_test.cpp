// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

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
  void hint(bool idle, std::int64_t since_ns) {
    GVariantBuilder changed;
    g_variant_builder_init(&changed, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&changed, "{sv}", "IdleHint", g_variant_new_boolean(idle));
    g_variant_builder_add(&changed, "{sv}", "IdleSinceHintMonotonic",
                          g_variant_new_uint64(static_cast<guint64>(since_ns / 1000)));
    peer_.call("org.freedesktop.login1", "/org/freedesktop/login1/user/" + std::to_string(getuid()),
               "org.freedesktop.DBus.Mock", "UpdateProperties",
               g_variant_new("(sa{sv})", "org.freedesktop.login1.User", &changed));
  }
  static std::int64_t monotonic_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
  }

  rig::SystemBus bus_;
  rig::MockLogind logind_{bus_};
  rig::BusPeer peer_{bus_.address()};
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
  hint(false, monotonic_ns());
  rig::PluginBench bench("activity-logind");
  ASSERT_TRUE(bench.start()) << bench.status().reason;
  EXPECT_EQ(bench.status().detail, "logind's idle hint, which desktops set late");
  bench.send(POISED_WATCH_IDLE, WatchIdle{1, std::chrono::nanoseconds(2s).count(), false});
  ASSERT_TRUE(bench.run_until([&] { return !bench.all<Resumed>(POISED_RESUMED).empty(); }));
  const auto since = rig::boottime_ns() - 1'000'000'000;
  hint(true, monotonic_ns() - 1'000'000'000);
  ASSERT_TRUE(bench.run_until([&] { return !bench.all<Idle>(POISED_IDLE_REACHED).empty(); }));
  EXPECT_NEAR(static_cast<double>(bench.all<Idle>(POISED_IDLE_REACHED)[0].since_ns),
              static_cast<double>(since), 2e8);
  hint(false, monotonic_ns());
  ASSERT_TRUE(bench.run_until([&] { return bench.all<Resumed>(POISED_RESUMED).size() == 2; }));
}

}  // namespace
