// SPDX-License-Identifier: MIT
#include "rig.hpp"

// Time that stands still until it is told to go on.
namespace poised::plugin::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class VirtualClock : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] static Supervisor::Options options() {
    Supervisor::Options options;
    options.isolation = GetParam();
    options.virtual_clock = 1'000'000;
    return options;
  }
  [[nodiscard]] static bool run_until_quiet(Rig& rig) {
    return rig.run_until([&] { return rig.supervisor().quiescent(); });
  }
  /// Jumps from deadline to deadline, as the demo does. The instants.
  static std::vector<std::int64_t> run_day(Rig& rig) {
    std::vector<std::int64_t> instants;
    EXPECT_TRUE(run_until_quiet(rig));
    while (const auto next = rig.supervisor().next_plugin_deadline()) {
      instants.push_back(*next);
      const int before = rig.quiet;
      rig.supervisor().advance_clock(*next);
      EXPECT_FALSE(rig.supervisor().quiescent());
      EXPECT_TRUE(rig.run_until([&] { return rig.quiet > before; }));
    }
    return instants;
  }
};

INSTANTIATE_TEST_SUITE_P(Isolation, VirtualClock, ::testing::Values("process", "in-process"),
                         isolation_name);

TEST_P(VirtualClock, PluginsSeeOnlyTheTimeTheyAreGiven) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "now");
  ASSERT_TRUE(rig.run_until_shown("faulty", {1'000'000}));
  rig.supervisor().advance_clock(2'000'000);
  rig.supervisor().advance_clock(1'500'000);
  rig.tell("faulty", "now");
  EXPECT_TRUE(rig.run_until_shown("faulty", {1'000'000, 2'000'000})) << "never back";
}

TEST_P(VirtualClock, TimersFireWhenTheClockComesToThemAndNotBefore) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  ASSERT_TRUE(rig.bring_up(manifest_of("sibling")));
  rig.tell("faulty", "timer 3600000000000");
  rig.tell("sibling", "timer 60000000000");
  EXPECT_FALSE(rig.supervisor().quiescent()) << "not acknowledged yet";
  ASSERT_TRUE(run_until_quiet(rig));
  EXPECT_EQ(rig.supervisor().next_plugin_deadline(), 60'001'000'000);
  EXPECT_THAT(rig.shown("faulty"), IsEmpty());
  EXPECT_THAT(run_day(rig), ElementsAre(60'001'000'000, 3'600'001'000'000));
  EXPECT_THAT(rig.shown("sibling"), ElementsAre(100));
  EXPECT_THAT(rig.shown("faulty"), ElementsAre(100));
  EXPECT_EQ(rig.supervisor().next_plugin_deadline(), std::nullopt);
}

TEST_P(VirtualClock, ATimerThatArmsTheNextIsFollowed) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "chain");
  EXPECT_THAT(run_day(rig), ElementsAre(1'000'010, 1'000'020, 1'000'030));
  EXPECT_THAT(rig.shown("faulty"), ElementsAre(1000, 1001, 1002));
}

TEST_P(VirtualClock, ATimerForNowIsNotLost) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  for (int i = 0; i < 2; ++i) {
    rig.tell("faulty", "timer 0");
    EXPECT_THAT(run_day(rig), ElementsAre(1'000'000));
  }
  EXPECT_THAT(rig.shown("faulty"), ElementsAre(100, 100));
}

TEST_P(VirtualClock, AMessageIsAcknowledgedOnlyOnceWhatFollowedFromItIsDone) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "pipe");
  ASSERT_TRUE(run_until_quiet(rig));
  EXPECT_THAT(rig.shown("faulty"), ElementsAre(51)) << "its descriptor was served before";
}

TEST_P(VirtualClock, QuietIsSaidAfterEverythingElse) {
  Rig rig(options());
  rig.add_and_start(manifest_of("faulty"));
  EXPECT_FALSE(rig.supervisor().quiescent()) << "it is starting";
  ASSERT_TRUE(rig.run_until([&] { return rig.quiet > 0; }));
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
  EXPECT_TRUE(rig.supervisor().quiescent());
  rig.tell("faulty", "show 1");
  ASSERT_TRUE(rig.run_until([&] { return rig.quiet > 1; }));
  EXPECT_THAT(rig.shown("faulty"), ElementsAre(1)) << "the message came first";
}

TEST_P(VirtualClock, AnAdvanceWithNothingDueIsQuietAtOnce) {
  Rig rig(options());
  rig.supervisor().advance_clock(5'000'000);
  ASSERT_TRUE(rig.run_until([&] { return rig.quiet == 1; }));
  rig.run_ready();
  EXPECT_EQ(rig.quiet, 1) << "and says so once";
}

TEST_P(VirtualClock, APluginThatFailedDoesNotHoldUpTheDay) {
  Supervisor::Options later = options();
  later.backoff_first = milliseconds(60'000);
  Rig rig(later);
  rig.add_and_start(manifest_of("faulty"), R"({"mode":"failed"})");
  ASSERT_TRUE(rig.run_until([&] { return rig.quiet > 0; }));
  EXPECT_EQ(rig.status("faulty").state, PluginState::failed);
}

TEST_P(VirtualClock, ManyMessagesAreNoFloodAsLongAsTimePasses) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  for (int i = 0; i < 1500; ++i) {
    const int before = rig.quiet;
    rig.tell("faulty", "timer 60000000000");
    ASSERT_TRUE(rig.run_until([&] { return rig.quiet > before; }));
    static_cast<void>(run_day(rig));
  }
  EXPECT_EQ(rig.shown("faulty").size(), 1500U);
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
}

}  // namespace
}  // namespace poised::plugin::test
