// SPDX-License-Identifier: MIT
#include "plugin/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "rig.hpp"

// What holds however a plugin runs. Each test runs twice: in a process, and in-process.
namespace poised::plugin::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Supervised : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] static Supervisor::Options options() {
    Supervisor::Options options;
    options.isolation = GetParam();
    options.backoff_first = milliseconds(1);
    options.backoff_max = milliseconds(6);
    return options;
  }
  [[nodiscard]] static bool in_process() { return options().isolation == "in-process"; }
};

INSTANTIATE_TEST_SUITE_P(Isolation, Supervised, ::testing::Values("process", "in-process"),
                         isolation_name);

TEST_P(Supervised, BecomesReadyWithItsSettingsAndLocale) {
  Rig rig(options());
  rig.add_and_start(manifest_of("faulty"), R"({"a":"ü"})");
  ASSERT_TRUE(rig.run_until([&] { return !rig.messages.empty(); }));
  const PluginStatus status = rig.status("faulty");
  EXPECT_EQ(status.state, PluginState::running);
  EXPECT_EQ(status.detail, R"({"a":"ü"} de_DE.UTF-8)");
  EXPECT_TRUE(status.splits_devices);
  EXPECT_EQ(status.isolation, GetParam());
  EXPECT_EQ(status.reason, "");
  EXPECT_EQ(status.pid != 0, !in_process());
  EXPECT_THAT(rig.history("faulty"),
              ElementsAre(PluginState::stopped, PluginState::starting, PluginState::running));
  EXPECT_EQ(rig.messages.front().second.kind, POISED_READY);
}

TEST_P(Supervised, AnInstanceIsAnotherProcessWithAnEnvironmentOfItsOwn) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.supervisor().add_instance("faulty", "c2", {{"DISPLAY", ":77"}, {"PATH", std::nullopt}});
  rig.supervisor().start("faulty@c2");
  ASSERT_TRUE(rig.run_until([&] { return rig.status("faulty@c2").state == PluginState::running; }));
  EXPECT_EQ(rig.status("faulty@c2").isolation, "process");
  const auto pid = rig.status("faulty@c2").pid;
  EXPECT_NE(pid, 0);
  EXPECT_NE(pid, rig.status("faulty").pid);
  std::ifstream file("/proc/" + std::to_string(pid) + "/environ");
  const std::string environment{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(environment.find(std::string("DISPLAY=:77\0", 12)), std::string::npos);
  EXPECT_EQ((std::string(1, 0) + environment).find(std::string("\0PATH=", 6)), std::string::npos);
  EXPECT_NE(rig.tell("faulty@c2", "show 1"), 0U);
  EXPECT_TRUE(rig.run_until_shown("faulty@c2", {1}));

  rig.supervisor().remove_instance("faulty@c2");
  ASSERT_TRUE(rig.run_until([&] { return kill(pid, 0) != 0; }));
  for (const auto& status : rig.supervisor().status()) EXPECT_EQ(status.id, "faulty");
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
  rig.supervisor().remove_instance("faulty");
  EXPECT_EQ(rig.status("faulty").state, PluginState::running) << "which is none";
}

TEST_P(Supervised, AnswersAPromptWithItsSequenceNumber) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  const std::uint64_t seq = rig.supervisor().send(
      "faulty", {.kind = POISED_PROMPT,
                 .payload = Prompt{.id = 7,
                                   .title = "Steh auf – jetzt",
                                   .actions = {{POISED_ANSWER_CUSTOM, "later", "Später"}}}});
  ASSERT_NE(seq, 0U);
  ASSERT_TRUE(rig.run_until([&] { return rig.messages.size() >= 2; }));
  const Message& answer = rig.messages.back().second;
  EXPECT_EQ(answer.kind, POISED_PROMPT_ANSWERED);
  EXPECT_EQ(answer.correlates, seq);
  EXPECT_EQ(std::get<PromptAnswered>(answer.payload),
            (PromptAnswered{7, POISED_ANSWER_CUSTOM, "later"}));
}

TEST_P(Supervised, KeepsMessagesInOrderUntilItIsReady) {
  Rig rig(options());
  rig.add_and_start(manifest_of("faulty"));
  for (const char* order : {"show 1", "show 2", "show 3"}) EXPECT_NE(rig.tell("faulty", order), 0U);
  EXPECT_TRUE(rig.run_until_shown("faulty", {1, 2, 3}));
}

TEST_P(Supervised, RefusesMoreThanItMayKeep) {
  Supervisor::Options few = options();
  few.max_queued = 2;
  Rig rig(few);
  rig.add_and_start(manifest_of("faulty"));
  EXPECT_NE(rig.tell("faulty", "show 1"), 0U);
  EXPECT_NE(rig.tell("faulty", "show 2"), 0U);
  EXPECT_EQ(rig.tell("faulty", "show 3"), 0U);
  EXPECT_TRUE(rig.run_until_shown("faulty", {1, 2}));
}

TEST_P(Supervised, DeliversMoreThanTheSocketHolds) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  const std::string padding(4000, ' ');
  std::vector<int> expected;
  for (int i = 0; i < 200; ++i) {
    ASSERT_NE(rig.tell("faulty", "show " + std::to_string(i) + padding), 0U) << i;
    expected.push_back(i);
  }
  EXPECT_TRUE(rig.run_until_shown("faulty", expected));
}

TEST_P(Supervised, TakesOnlyMessagesThatThePluginIsFor) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  EXPECT_EQ(rig.supervisor().send("faulty", {.kind = POISED_QUERY_INPUT}), 0U)
      << "not an activity plugin";
  EXPECT_EQ(rig.supervisor().send("faulty", {.kind = POISED_STOP}), 0U) << "the supervisor's own";
  EXPECT_EQ(rig.supervisor().send("faulty", {.kind = POISED_READY, .payload = Ready{}}), 0U);
  EXPECT_EQ(rig.supervisor().send("faulty", {.kind = POISED_EVENT}), 0U) << "no payload";
  EXPECT_EQ(rig.supervisor().send("faulty", {.kind = 77}), 0U);
  EXPECT_EQ(rig.tell("faulty", std::string(POISED_MAX_TEXT + 1, 'x')), 0U);
  EXPECT_EQ(rig.tell("nobody", "show 1"), 0U);
  EXPECT_NE(rig.tell("faulty", "show 1"), 0U);
  EXPECT_TRUE(rig.run_until_shown("faulty", {1}));
}

TEST_P(Supervised, FiresTimersInOrderAndForgetsTheDisarmed) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "two-timers");
  EXPECT_TRUE(rig.run_until_shown("faulty", {1, 2}));
}

TEST_P(Supervised, WatchesDescriptors) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "pipe");
  EXPECT_TRUE(rig.run_until_shown("faulty", {51}));
  rig.tell("faulty", "bad-watch");
  EXPECT_TRUE(rig.run_until_shown("faulty", {51, -EBADF}));
}

TEST_P(Supervised, TakesRequestsFromAnyThread) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "thread");
  EXPECT_TRUE(rig.run_until([&] { return rig.logged("from a thread"); }));
  EXPECT_THAT(rig.shown("faulty"), ElementsAre(1, 2, 3));
}

TEST_P(Supervised, ReportsAnErrorThatAPluginReturns) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "refuse");
  EXPECT_TRUE(
      rig.run_until([&] { return rig.logged("plugin: faulty: EVENT: Device or resource busy"); }));
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
}

TEST_P(Supervised, MakesOneCleanLineOfWhatIsLogged) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "odd-log");
  ASSERT_TRUE(rig.run_until([&] { return !rig.logs.empty(); }));
  EXPECT_EQ(rig.logs.front().text, "two?lines, ?[31m and ?");
  EXPECT_EQ(rig.logs.front().priority, POISED_LOG_DEBUG);
}

TEST_P(Supervised, ShowsThatItWorksOnlyInPart) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "degraded x11: keyboard: not told apart");
  ASSERT_TRUE(rig.run_until([&] { return !rig.status("faulty").reason.empty(); }));
  EXPECT_EQ(rig.status("faulty").reason, "x11: keyboard: not told apart");
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
  rig.tell("faulty", "degraded");
  EXPECT_TRUE(rig.run_until([&] { return rig.status("faulty").reason.empty(); }));
}

TEST_P(Supervised, RestsWhenItSaysSoUntilItIsWokenOrHasNewSettings) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  const auto rests = [&] {
    rig.tell("faulty", "resting nothing to do");
    return rig.run_until([&] {
      const auto status = rig.status("faulty");
      return status.state == PluginState::on_demand && status.pid == 0 &&
             status.detail == "nothing to do" && status.reason.empty();
    });
  };
  const auto runs = [&] {
    return rig.run_until([&] { return rig.status("faulty").state == PluginState::running; });
  };
  ASSERT_TRUE(rests());
  rig.supervisor().wake("faulty");
  ASSERT_TRUE(runs());
  rig.supervisor().wake("faulty");  // it does not rest
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
  // As often as it likes: that is no failure.
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(rests());
    rig.supervisor().reconfigure("faulty", fmt::format(R"({{"b":{}}})", i));
    ASSERT_TRUE(runs());
  }
}

TEST_P(Supervised, TakesNewSettingsOnTheRun) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.supervisor().reconfigure("faulty", R"({"b":2})");
  EXPECT_TRUE(rig.run_until([&] { return rig.status("faulty").detail == R"({"b":2})"; }));
}

TEST_P(Supervised, ExceptionsInAMessageAreAnErrorAndNoMore) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "throw");
  rig.tell("faulty", "throw-odd");
  rig.tell("faulty", "show 1");
  ASSERT_TRUE(rig.run_until_shown("faulty", {1}));
  EXPECT_TRUE(rig.logged("EVENT: exception: on purpose"));
  EXPECT_TRUE(rig.logged("EVENT: exception of unknown type"));
  EXPECT_TRUE(rig.logged("plugin: faulty: EVENT: Input/output error"));
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
}

TEST_P(Supervised, ExceptionsInTimersAndDescriptorsEndIt) {
  for (const auto& [order, reason] :
       {std::pair{"throw-timer", "plugin: faulty: on_timer threw: exception: on purpose"},
        std::pair{"throw-fd", "plugin: faulty: on_fd threw: exception: on purpose"}}) {
    Rig rig(options());
    ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
    std::string seen;
    rig.on_state = [&](const PluginStatus& status) {
      if (status.state == PluginState::failed) seen = status.reason;
    };
    rig.tell("faulty", order);
    EXPECT_TRUE(rig.run_until([&] { return !seen.empty(); }));
    EXPECT_EQ(seen, reason);
    EXPECT_TRUE(rig.run_until_state("faulty", PluginState::running)) << "again";
  }
}

TEST_P(Supervised, WhatThrowsInCreateIsTriedAgain) {
  Rig rig(options());
  rig.add_and_start(manifest_of("throw-in-create"));
  ASSERT_TRUE(rig.run_until([&] { return rig.back_offs("throw-in-create").size() >= 3; }));
  EXPECT_THAT(rig.back_offs("throw-in-create"),
              ElementsAre(milliseconds(1), milliseconds(2), milliseconds(4)));
  EXPECT_EQ(rig.states.back().reason, "plugin: throw-in-create: create threw: on purpose");
}

TEST_P(Supervised, TellsWhyThereIsNoState) {
  Rig rig(options());
  rig.add_and_start(manifest_of("no-state"));
  ASSERT_TRUE(rig.run_until_state("no-state", PluginState::failed));
  EXPECT_EQ(rig.status("no-state").reason, "plugin: no-state: create: no desk?at all");
}

TEST_P(Supervised, APluginThatSaysFailedIsTriedAgainForEverWithBackOff) {
  Rig rig(options());
  rig.add_and_start(manifest_of("faulty"), R"({"mode":"failed"})");
  ASSERT_TRUE(rig.run_until([&] { return rig.back_offs("faulty").size() >= 8; }));
  const auto ms = [](int n) { return milliseconds(n); };
  EXPECT_THAT(rig.back_offs("faulty"),
              ElementsAre(ms(1), ms(2), ms(4), ms(6), ms(6), ms(6), ms(6), ms(6)))
      << "never quarantined: it is an orderly answer";
  EXPECT_EQ(rig.states.back().reason, "faulty: start: not now");
}

TEST_P(Supervised, APluginThatFailsForGoodWaitsForRestart) {
  Rig rig(options());
  rig.add_and_start(manifest_of("faulty"), R"({"mode":"failed-permanent"})");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed));
  EXPECT_EQ(rig.status("faulty").reason, "faulty: start: never");
  EXPECT_FALSE(rig.status("faulty").retry_after);
  EXPECT_EQ(rig.tell("faulty", "show 1"), 0U);
  rig.supervisor().start("faulty");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed)) << "or start()";
  rig.supervisor().reconfigure("faulty", "{}");
  rig.supervisor().restart("faulty");
  EXPECT_TRUE(rig.run_until_state("faulty", PluginState::running));
}

TEST_P(Supervised, ARestartStopsItFirst) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  const pid_t before = rig.status("faulty").pid;
  rig.supervisor().restart("faulty");
  EXPECT_EQ(rig.status("faulty").state, PluginState::starting);
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::running));
  EXPECT_TRUE(rig.logged("stopping"));
  EXPECT_EQ(rig.status("faulty").pid != before, !in_process());
}

TEST_P(Supervised, OnDemandItIsStartedByAMessageAndStoppedAfterItsRelease) {
  Supervisor::Options soon = options();
  soon.release_after = milliseconds(1);
  Rig rig(soon);
  Manifest manifest = manifest_of("faulty");
  manifest.on_demand = true;
  rig.add_and_start(manifest);
  rig.run_ready();
  EXPECT_EQ(rig.status("faulty").state, PluginState::on_demand);
  EXPECT_EQ(rig.status("faulty").pid, 0);

  rig.tell("faulty", "show 1");
  ASSERT_TRUE(rig.run_until_shown("faulty", {1}));
  rig.supervisor().release("faulty");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::on_demand));
  // Sent while the last process is still on its way out.
  EXPECT_NE(rig.tell("faulty", "show 2"), 0U);
  EXPECT_TRUE(rig.run_until_shown("faulty", {1, 2}));
  EXPECT_TRUE(rig.logged("stopping"));
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
}

TEST_P(Supervised, OnDemandAMessageCancelsTheRelease) {
  Supervisor::Options soon = options();
  soon.release_after = milliseconds(1);
  Rig rig(soon);
  Manifest manifest = manifest_of("faulty");
  manifest.on_demand = true;
  rig.add_and_start(manifest);
  rig.tell("faulty", "show 1");
  ASSERT_TRUE(rig.run_until_shown("faulty", {1}));
  rig.supervisor().release("faulty");
  rig.tell("faulty", "show 2");
  ASSERT_TRUE(rig.run_until_shown("faulty", {1, 2}));
  // Well past the millisecond: a timer of the plugin's own says when.
  rig.tell("faulty", "timer 20000000");
  ASSERT_TRUE(rig.run_until_shown("faulty", {1, 2, 100}));
  EXPECT_THAT(rig.history("faulty"), ElementsAre(PluginState::stopped, PluginState::on_demand,
                                                 PluginState::starting, PluginState::running));
}

TEST_P(Supervised, OnDemandAReleasedPluginIsNotTriedAgain) {
  Rig rig(options());
  Manifest manifest = manifest_of("faulty");
  manifest.on_demand = true;
  rig.add_and_start(manifest, R"({"mode":"failed"})");
  rig.tell("faulty", "show 1");
  rig.supervisor().release("faulty");
  ASSERT_TRUE(rig.run_until([&] { return rig.history("faulty").size() >= 5; }));
  EXPECT_THAT(rig.history("faulty"),
              ElementsAre(PluginState::stopped, PluginState::on_demand, PluginState::starting,
                          PluginState::failed, PluginState::on_demand));
  EXPECT_EQ(rig.status("faulty").reason, "faulty: start: not now");
}

TEST_P(Supervised, AReleasedResidentPluginStopsUntilItIsStarted) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.supervisor().release("faulty");
  EXPECT_EQ(rig.status("faulty").state, PluginState::stopped);
  EXPECT_EQ(rig.tell("faulty", "show 1"), 0U);
  rig.supervisor().start("faulty");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::running));
  EXPECT_TRUE(rig.logged("stopping"));
}

TEST_P(Supervised, DisabledAndDeniedPluginsAreNeverStarted) {
  Supervisor::Options lists = options();
  lists.deny = {"sibling"};
  Rig rig(lists);
  rig.supervisor().add(manifest_of("faulty"), "{}", false);
  rig.supervisor().add(manifest_of("sibling"), "{}", true);
  for (const char* id : {"faulty", "sibling"}) {
    rig.supervisor().start(id);
    rig.supervisor().restart(id);
    EXPECT_EQ(rig.tell(id, "show 1"), 0U);
    EXPECT_EQ(rig.status(id).state, PluginState::disabled);
  }
  EXPECT_EQ(rig.status("sibling").reason,
            "plugin: sibling: not allowed by plugins.allow and plugins.deny");
}

TEST_P(Supervised, StopsAllInReverseOrderAndSaysWhen) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  ASSERT_TRUE(rig.bring_up(manifest_of("sibling")));
  rig.run_ready();
  rig.states.clear();
  ASSERT_TRUE(rig.stop());
  ASSERT_THAT(rig.states, SizeIs(2));
  EXPECT_EQ(rig.states[0].id, "sibling");
  EXPECT_EQ(rig.states[1].id, "faulty");
  EXPECT_EQ(rig.states[1].state, PluginState::stopped);
  EXPECT_THAT(rig.logs, SizeIs(2)) << "each was told";
}

TEST_P(Supervised, StopAllWithNothingRunningIsDoneFromTheLoop) {
  Rig rig(options());
  bool done = false;
  rig.supervisor().stop_all([&] { done = true; });
  EXPECT_FALSE(done);
  rig.run_ready();
  EXPECT_TRUE(done);
}

TEST_P(Supervised, MakesNoCallbackAfterItsEnd) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "show 1");
  rig.states.clear();
  rig.messages.clear();
  rig.destroy_supervisor();
  rig.run_ready();
  EXPECT_THAT(rig.states, IsEmpty());
  EXPECT_THAT(rig.messages, IsEmpty());
}

TEST_P(Supervised, MayBeDestroyedFromItsOwnCallback) {
  Rig rig(options());
  rig.on_state = [&](const PluginStatus& status) {
    if (status.state == PluginState::running) rig.destroy_supervisor();
  };
  rig.add_and_start(manifest_of("faulty"));
  EXPECT_TRUE(rig.run_until(
      [&] { return !rig.states.empty() && rig.states.back().state == PluginState::running; }));
  rig.run_ready();
}

TEST_P(Supervised, RefusesAPluginThatIsNotWhatItsManifestSays) {
  Rig rig(options());
  const std::vector<std::pair<std::string, std::string>> liars{
      {"other-id", "the library's id is 'liar', the manifest's is 'other-id'"},
      {"other-version", "the library's version is '2.0', the manifest's is '1.0'"},
      {"other-capabilities",
       "the library's capabilities is 'activity desk prompt sink', the manifest's is "
       "'availability desk prompt sink'"},
      {"newer-minor", "made for plugin interface 1.7, newer than this daemon's 1.0"},
      {"newer-major", "made for plugin interface 2.0, newer than this daemon's 1.0"},
      {"older-major", "made for plugin interface 0.9, older than this daemon's 1.0"},
      {"no-entry", "the library does not export poised_plugin_entry"},
      {"missing", std::string(TEST_PLUGIN_DIR) + "/missing.so: No such file or directory"},
  };
  for (const auto& [id, reason] : liars) {
    rig.add_and_start(manifest_of(id));
    ASSERT_TRUE(rig.run_until_state(id, PluginState::failed)) << id;
    EXPECT_EQ(rig.status(id).reason, "plugin: " + id + ": " + reason);
    EXPECT_FALSE(rig.status(id).retry_after) << "its file will not change by itself";
    const bool outdated = id == "other-version" || id == "newer-minor" || id == "newer-major";
    EXPECT_EQ(rig.status(id).outdated, outdated) << id;
  }
}

TEST_P(Supervised, RefusesAManifestOfANewerInterfaceWithoutLoadingIt) {
  Rig rig(options());
  Manifest manifest = manifest_of("newer-minor");
  manifest.abi_minor = 7;
  rig.add_and_start(manifest);
  rig.run_ready();
  EXPECT_EQ(rig.status("newer-minor").state, PluginState::failed);
  EXPECT_EQ(rig.status("newer-minor").reason,
            "plugin: newer-minor: made for plugin interface 1.7, newer than this daemon's 1.0");
  EXPECT_TRUE(rig.status("newer-minor").outdated);
  EXPECT_THAT(rig.history("newer-minor"), ElementsAre(PluginState::failed));
}

TEST_P(Supervised, RequestsBeyondALimitOrOutOfPlaceAreRefusedAndThePluginGoesOn) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "oversized");
  rig.tell("faulty", "out-of-place");
  rig.tell("faulty", "beyond-capabilities");
  EXPECT_TRUE(rig.run_until_shown("faulty", {-EMSGSIZE, -EINVAL, -EPERM}));
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
}

TEST_P(Supervised, AnswersThatNobodyAskedForArePassedOn) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "answer");
  ASSERT_TRUE(rig.run_until([&] { return rig.messages.size() >= 2; }));
  EXPECT_EQ(std::get<PromptAnswered>(rig.messages.back().second.payload).id, 424242U);
}

TEST_P(Supervised, AFloodOfRequestsEndsIt) {
  for (const char* order : {"flood", "flood-on"}) {
    Supervisor::Options few = options();
    few.flood_burst = 100;
    few.flood_per_second = 10;
    few.quarantine_restarts = 0;
    Rig rig(few);
    ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
    ASSERT_TRUE(rig.bring_up(manifest_of("sibling")));
    rig.tell("faulty", order);
    ASSERT_TRUE(rig.run_until_state("faulty", PluginState::quarantined)) << order;
    EXPECT_EQ(rig.status("faulty").reason,
              "plugin: faulty: sent more than 100 messages at once and 10 a second");
    rig.run_ready();
    EXPECT_LE(rig.shown("faulty").size(), 130U);
    rig.tell("sibling", "show 1");
    EXPECT_TRUE(rig.run_until_shown("sibling", {1}));
  }
}

TEST_P(Supervised, ABusyPluginIsNoFlood) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  // A message for each it is sent, ten times what it may send unasked.
  const unsigned many = Supervisor::Options{}.flood_burst * 10;
  for (unsigned i = 1; i <= many; ++i) {
    rig.tell("faulty", "show 1");
    if (i % 100 == 0) {
      ASSERT_TRUE(rig.run_until([&] { return rig.messages.size() == i + 1; })) << "and READY";
    }
  }
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
}

TEST_P(Supervised, AFloodOfLogLinesIsCutAndThePluginGoesOn) {
  Rig rig(options());
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "flood-log");
  ASSERT_TRUE(rig.run_until_shown("faulty", {1}));
  EXPECT_GE(rig.logs.size(), 64U);
  EXPECT_LE(rig.logs.size(), 200U);
  EXPECT_EQ(rig.status("faulty").state, PluginState::running);
}

TEST_P(Supervised, APluginThatIsNeverReadyIsEnded) {
  Supervisor::Options impatient = options();
  impatient.ready_timeout = milliseconds(50);
  Rig rig(impatient);
  rig.add_and_start(manifest_of("faulty"), R"({"mode":"never-ready"})");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed));
  EXPECT_EQ(rig.status("faulty").reason, "plugin: faulty: not READY within 50 ms");
  EXPECT_TRUE(rig.status("faulty").retry_after);
}

}  // namespace
}  // namespace poised::plugin::test
