// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/desktop.hpp"
#include "rigs/plugin_bench.hpp"

// The plugin in its own process, on a private bus: before a real dunst on a real screen, and before
// servers that do what servers should not.
namespace {

using namespace std::chrono_literals;
using poised::plugin::Action;
using poised::plugin::Failed;
using poised::plugin::PluginState;
using poised::plugin::Prompt;
using poised::plugin::PromptAnswered;
using poised::plugin::PromptRef;
using rig::NotifyCall;
using rig::PluginBench;
using rig::Screenshot;

constexpr std::uint64_t prompt_id = 7;
constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t virtual_start = 1'000 * s;

Prompt open_prompt() {
  Prompt prompt;
  prompt.id = prompt_id;
  prompt.title = "Time for a short stretch";
  prompt.body = "Stand up, roll your shoulders and look out of the window for a minute.";
  prompt.actions = {{POISED_ANSWER_START, "", "Start"},
                    {POISED_ANSWER_SNOOZE, "", "In 5 minutes"},
                    {POISED_ANSWER_SKIP, "", "Skip"}};
  return prompt;
}

Prompt running_prompt(std::int64_t started, std::int64_t ends) {
  Prompt prompt = open_prompt();
  prompt.state = POISED_PROMPT_RUNNING;
  prompt.title = "Stretching";
  prompt.body = "Roll your shoulders.";
  prompt.actions = {{POISED_ANSWER_DONE, "", "Done"}, {POISED_ANSWER_SKIP, "", "Skip"}};
  prompt.started_ns = started;
  prompt.ends_ns = ends;
  return prompt;
}

Prompt finished_prompt() {
  Prompt prompt;
  prompt.id = prompt_id;
  prompt.state = POISED_PROMPT_FINISHED;
  prompt.title = "Done. Nice.";
  return prompt;
}

std::string last_line(const std::string& text) {
  return text.substr(text.rfind('\n') + 1);
}

class Notify : public testing::Test {
 protected:
  void TearDown() override {
    if (HasFailure() && bench_) {
      std::cout << "plugin: " << poised::plugin::to_string(bench_->status().state) << " "
                << bench_->status().reason << '\n';
      for (const std::string& line : bench_->log()) std::cout << "log: " << line << '\n';
    }
    // The monitor wakes the bench from a thread of its own.
    monitor_.reset();
    bench_.reset();
  }

  void begin(std::optional<std::int64_t> virtual_clock = {}) {
    if (!monitor_)
      monitor_ = std::make_unique<rig::NotifyMonitor>(bus_->address(), [this] {
        if (PluginBench* bench = waking_.load()) bench->wake();
      });
    PluginBench::Options options;
    options.virtual_clock = virtual_clock;
    bench_ = std::make_unique<PluginBench>("notify", options);
    waking_ = bench_.get();
  }

  void prompt(const Prompt& prompt) { bench_->send(POISED_PROMPT, prompt); }
  void update(const Prompt& prompt) { bench_->send(POISED_UPDATE_PROMPT, prompt); }

  /// The notification number `count` (from 1) on the bus.
  NotifyCall shown(std::size_t count) {
    EXPECT_TRUE(bench_->run_until([&] { return monitor_->calls().size() >= count; }));
    const auto calls = monitor_->calls();
    return calls.size() >= count ? calls[count - 1] : NotifyCall{};
  }
  [[nodiscard]] std::vector<PromptAnswered> answers() const {
    return bench_->all<PromptAnswered>(POISED_PROMPT_ANSWERED);
  }
  [[nodiscard]] std::vector<PromptRef> closed() const {
    return bench_->all<PromptRef>(POISED_PROMPT_CLOSED);
  }
  [[nodiscard]] bool is_answered() {
    return bench_->run_until([this] { return !answers().empty(); });
  }
  [[nodiscard]] bool is_closed() {
    return bench_->run_until([this] { return !closed().empty(); });
  }
  [[nodiscard]] bool is_degraded(const std::string& reason) {
    return bench_->run_until([&] {
      const auto degraded = bench_->all<Failed>(POISED_DEGRADED);
      return !degraded.empty() && degraded.back().reason == reason;
    });
  }

  std::unique_ptr<rig::SessionBus> bus_ = std::make_unique<rig::SessionBus>();
  std::atomic<PluginBench*> waking_{nullptr};
  std::unique_ptr<rig::NotifyMonitor> monitor_;
  std::unique_ptr<PluginBench> bench_;
};

// ------------------------------------------------------------------ dunst

class NotifyOnDunst : public Notify {
 protected:
  /// Nothing is left on the screen.
  [[nodiscard]] bool screen_is_clear() {
    return bench_->run_until([this] { return dunst_.displayed() == 0; });
  }

  /// As shown(), and the person can see and click it.
  NotifyCall on_screen(std::size_t count) {
    const NotifyCall call = shown(count);
    EXPECT_TRUE(bench_->run_until([this] { return dunst_.displayed() == 1; }));
    return call;
  }

  rig::XServer x_;
  rig::Dunst dunst_{*bus_};
};

TEST_F(NotifyOnDunst, ShowsTitleBodyAndActions) {
  const Screenshot before("notify-before");
  begin();
  prompt(open_prompt());
  const NotifyCall call = on_screen(1);
  EXPECT_EQ(call.app_name, "Poised");
  EXPECT_EQ(call.replaces, 0u);
  EXPECT_EQ(call.title, "Time for a short stretch");
  EXPECT_EQ(call.body, "Stand up, roll your shoulders and look out of the window for a minute.");
  const std::vector<std::pair<std::string, std::string>> actions{
      {"default", "Start"}, {"start", "Start"}, {"snooze", "In 5 minutes"}, {"skip", "Skip"}};
  EXPECT_EQ(call.actions, actions);
  EXPECT_EQ(call.urgency, 1);
  EXPECT_EQ(call.expire_ms, 0);
  EXPECT_EQ(call.desktop_entry + ".desktop",
            std::filesystem::path(DESKTOP_ENTRY).filename().string());
  EXPECT_TRUE(std::filesystem::exists(DESKTOP_ENTRY));
  EXPECT_FALSE(call.icon.empty());
  for (const std::string& hint : call.hints) {
    EXPECT_EQ(hint.find("stack-tag"), std::string::npos) << "mako 1.7 crashes on it";
    EXPECT_EQ(hint.find("synchronous"), std::string::npos);
  }

  EXPECT_EQ(dunst_.displayed(), 1);
  const Screenshot after("notify-open");
  EXPECT_FALSE(after.blank());
  EXPECT_GT(after.pixels_different_from(before), 1000u);
}

struct Choice {
  const char* label;
  std::uint32_t answer;
};

class NotifyChoice : public NotifyOnDunst, public testing::WithParamInterface<Choice> {};

TEST_P(NotifyChoice, IsReportedAndTakesTheNotificationAway) {
  begin();
  Prompt asks = open_prompt();
  asks.actions.push_back({POISED_ANSWER_QUIET_TODAY, "", "Not today"});
  asks.actions.push_back({POISED_ANSWER_CUSTOM, "not-for-me", "I do not want this"});
  prompt(asks);
  on_screen(1);
  dunst_.choose(GetParam().label);
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(answers()[0].id, prompt_id);
  EXPECT_EQ(answers()[0].answer, GetParam().answer);
  EXPECT_EQ(answers()[0].action_id, GetParam().answer == POISED_ANSWER_CUSTOM ? "not-for-me" : "");
  EXPECT_TRUE(screen_is_clear());
  bench_->run_for(200ms);
  EXPECT_EQ(answers().size(), 1u);
  EXPECT_TRUE(closed().empty());
}

INSTANTIATE_TEST_SUITE_P(, NotifyChoice,
                         testing::Values(Choice{"Start", POISED_ANSWER_START},
                                         Choice{"In 5 minutes", POISED_ANSWER_SNOOZE},
                                         Choice{"Skip", POISED_ANSWER_SKIP},
                                         Choice{"Not today", POISED_ANSWER_QUIET_TODAY},
                                         Choice{"I do not want this", POISED_ANSWER_CUSTOM}),
                         [](const auto& choice) {
                           return "Answer" + std::to_string(choice.param.answer);
                         });

TEST_F(NotifyOnDunst, AClickOnTheBodyStarts) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  dunst_.click_on_notification();
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(answers()[0].answer, POISED_ANSWER_START);
}

TEST_F(NotifyOnDunst, AStartedBreakGoesOnInTheSamePlace) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  dunst_.choose("Start");
  ASSERT_TRUE(is_answered());
  const std::int64_t now = rig::boottime_ns();
  update(running_prompt(now, now + 60 * s));
  const NotifyCall running = shown(2);
  EXPECT_NE(running.replaces, 0u);
  EXPECT_EQ(running.urgency, 0);
  EXPECT_THAT(running.value, testing::Optional(testing::Le(3)));
  EXPECT_EQ(running.suppress_sound, true);
  EXPECT_THAT(last_line(running.body), testing::AnyOf("1:00 left", "0:59 left"));
  EXPECT_EQ(dunst_.displayed(), 1);
  const Screenshot picture("notify-running");
  EXPECT_FALSE(picture.blank());

  bench_->run_for(2500ms);  // longer than a clicked notification waits for the daemon's word
  EXPECT_EQ(dunst_.displayed(), 1);
  update(finished_prompt());
  const NotifyCall finished = shown(3);
  EXPECT_EQ(finished.replaces, running.replaces);
  EXPECT_EQ(monitor_->banners(), 1u);
  EXPECT_EQ(dunst_.displayed(), 1);
  const Screenshot done("notify-finished");
  EXPECT_GT(done.pixels_different_from(picture), 100u);
}

TEST_F(NotifyOnDunst, ProgressIsUpdatedInPlaceAndNotOftenerThanEachTwentySeconds) {
  begin(virtual_start);
  prompt(running_prompt(virtual_start, virtual_start + 150 * s));
  on_screen(1);
  ASSERT_TRUE(bench_->has_timer());
  bench_->advance_to(virtual_start + 150 * s);
  const std::vector<std::string> texts{"2:30 left", "2:00 left", "1:40 left", "1:20 left",
                                       "1:00 left", "0:40 left", "0:20 left"};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const NotifyCall call = shown(i + 1);
    EXPECT_EQ(last_line(call.body), texts[i]);
    EXPECT_EQ(call.urgency, 0);
    EXPECT_EQ(call.expire_ms, 0);
  }
  EXPECT_EQ(shown(4).value, (150 - 80) * 100 / 150);
  bench_->run_for(200ms);
  EXPECT_EQ(monitor_->calls().size(), texts.size());
  EXPECT_EQ(monitor_->banners(), 1u);
  EXPECT_EQ(dunst_.displayed(), 1);
}

TEST_F(NotifyOnDunst, SaysThatABreakIsOverAndGoesAwayByItself) {
  begin(virtual_start);
  prompt(running_prompt(virtual_start, virtual_start + 20 * s));
  on_screen(1);
  Prompt finished = finished_prompt();
  finished.sound = "complete";
  update(finished);
  const NotifyCall call = shown(2);
  ASSERT_TRUE(bench_->has_timer());
  EXPECT_EQ(call.title, "Done. Nice.");
  EXPECT_EQ(call.urgency, 0);
  EXPECT_EQ(call.sound, "complete");
  EXPECT_EQ(call.transient, true);
  EXPECT_EQ(call.expire_ms, 5000);
  EXPECT_TRUE(call.actions.empty());
  bench_->advance_to(virtual_start + 6 * s);
  ASSERT_TRUE(is_closed());
  EXPECT_TRUE(screen_is_clear());
  EXPECT_TRUE(answers().empty());
}

TEST_F(NotifyOnDunst, ANoteAsksForNothingAndGoesAwayByItself) {
  begin(virtual_start);
  Prompt note;
  note.id = prompt_id;
  note.state = POISED_PROMPT_NOTE;
  note.title = "15 minutes standing";
  note.body = "Sit when you like.";
  prompt(note);
  const NotifyCall call = on_screen(1);
  EXPECT_EQ(call.urgency, 0);
  EXPECT_EQ(call.suppress_sound, true);
  EXPECT_TRUE(call.actions.empty());
  ASSERT_TRUE(bench_->has_timer());
  bench_->advance_to(virtual_start + 11 * s);
  ASSERT_TRUE(is_closed());
  EXPECT_TRUE(screen_is_clear());
}

TEST_F(NotifyOnDunst, ClosingItIsAnAnswer) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  dunst_.close_all();
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(answers()[0].answer, POISED_ANSWER_DISMISS);
  bench_->run_for(200ms);
  EXPECT_EQ(answers().size(), 1u);
  EXPECT_TRUE(closed().empty());
}

TEST_F(NotifyOnDunst, ClosingARunningBreakHidesItUntilItIsOver) {
  begin(virtual_start);
  prompt(running_prompt(virtual_start, virtual_start + 60 * s));
  on_screen(1);
  dunst_.close_all();
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(answers()[0].answer, POISED_ANSWER_DISMISS);
  bench_->advance_to(virtual_start + 60 * s);
  update(running_prompt(virtual_start, virtual_start + 60 * s));
  bench_->settle();
  EXPECT_EQ(monitor_->calls().size(), 1u);
  update(finished_prompt());
  EXPECT_EQ(shown(2).title, "Done. Nice.");
}

TEST_F(NotifyOnDunst, WithdrawingTakesItAwayAndIsNoAnswer) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  bench_->send(POISED_WITHDRAW_PROMPT, PromptRef{prompt_id});
  EXPECT_TRUE(screen_is_clear());
  bench_->run_for(200ms);
  EXPECT_TRUE(answers().empty());
  EXPECT_TRUE(closed().empty());

  prompt(open_prompt());
  EXPECT_EQ(shown(2).replaces, 0u);
  EXPECT_TRUE(bench_->run_until([this] { return dunst_.displayed() == 1; }));
}

TEST_F(NotifyOnDunst, AQuietUpdateReplacesWithoutABanner) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  Prompt changed = open_prompt();
  changed.body = "Still here when you are.";
  update(changed);
  const NotifyCall call = shown(2);
  EXPECT_NE(call.replaces, 0u);
  EXPECT_EQ(call.body, "Still here when you are.");
  EXPECT_EQ(call.urgency, 0);
  EXPECT_EQ(call.suppress_sound, true);
  EXPECT_EQ(dunst_.displayed(), 1);
  EXPECT_EQ(monitor_->banners(), 1u);
}

TEST_F(NotifyOnDunst, ShowingItAgainDoesNotStackASecondOne) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  prompt(open_prompt());
  EXPECT_NE(shown(2).replaces, 0u);
  EXPECT_EQ(dunst_.displayed(), 1);
}

TEST_F(NotifyOnDunst, ARestartOfTheServerIsNoAnswer) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  dunst_.kill();
  dunst_.restart();
  EXPECT_EQ(shown(2).replaces, 0u) << "ids of the server before mean nothing to this one";
  EXPECT_TRUE(answers().empty());
  EXPECT_TRUE(closed().empty());
  dunst_.choose("Skip");
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(answers()[0].answer, POISED_ANSWER_SKIP);
}

TEST_F(NotifyOnDunst, MarkupInTheTextIsShownAsItIs) {
  begin();
  Prompt odd = open_prompt();
  odd.title = "Tea & <b>biscuits</b>";
  odd.body = "5 < 6 && <i>7</i> > 6\n\x1b[31mred\u202Eevil";
  prompt(odd);
  const NotifyCall call = on_screen(1);
  EXPECT_EQ(call.title, "Tea & <b>biscuits</b>") << "titles are never markup";
  EXPECT_EQ(call.body, "5 &lt; 6 &amp;&amp; &lt;i&gt;7&lt;/i&gt; &gt; 6\n[31mredevil");
  EXPECT_EQ(dunst_.displayed(), 1);
  const Screenshot picture("notify-markup");
  EXPECT_FALSE(picture.blank());
}

TEST_F(NotifyOnDunst, TakesItsNotificationAlongWhenItIsStopped) {
  begin();
  prompt(open_prompt());
  on_screen(1);
  bench_->stop();
  EXPECT_TRUE(screen_is_clear());
}

// ------------------------------------------------------------------ servers that are not there

TEST_F(Notify, WithoutAServerThePromptWaitsForOne) {
  begin();
  prompt(open_prompt());
  ASSERT_TRUE(is_degraded("notify: no notification server on this session bus"));
  EXPECT_EQ(bench_->status().state, PluginState::running);
  EXPECT_TRUE(monitor_->calls().empty());

  rig::XServer x;
  rig::Dunst dunst{*bus_};
  EXPECT_EQ(shown(1).title, "Time for a short stretch");
  EXPECT_TRUE(is_degraded(""));
  EXPECT_TRUE(answers().empty());
  EXPECT_TRUE(closed().empty());
}

TEST_F(Notify, AnUpdateOfWhatNobodyHasSeenKeepsItsBanner) {
  begin();
  prompt(open_prompt());
  ASSERT_TRUE(is_degraded("notify: no notification server on this session bus"));
  Prompt changed = open_prompt();
  changed.body = "Whenever you like.";
  update(changed);
  rig::FakeNotificationServer server(bus_->address(), {});
  const NotifyCall call = shown(1);
  EXPECT_EQ(call.body, "Whenever you like.");
  EXPECT_EQ(call.urgency, 1);
}

TEST_F(Notify, ANoteThatCannotBeShownNowIsNotShownLater) {
  begin();
  Prompt note = open_prompt();
  note.state = POISED_PROMPT_NOTE;
  note.actions.clear();
  prompt(note);
  ASSERT_TRUE(is_closed());
  EXPECT_TRUE(is_degraded("notify: no notification server on this session bus"));
  rig::FakeNotificationServer server(bus_->address(), {});
  bench_->run_for(300ms);
  EXPECT_TRUE(monitor_->calls().empty());
}

TEST_F(Notify, APromptThatIsWithdrawnMeanwhileIsNotShown) {
  begin();
  prompt(open_prompt());
  ASSERT_TRUE(is_degraded("notify: no notification server on this session bus"));
  bench_->send(POISED_WITHDRAW_PROMPT, PromptRef{prompt_id});
  rig::FakeNotificationServer server(bus_->address(), {});
  bench_->run_for(300ms);
  EXPECT_TRUE(monitor_->calls().empty());
}

TEST_F(Notify, AServerThatTheBusCanStartIsStarted) {
  rig::XServer x;
  rig::TemporaryDirectory services;
  std::ofstream{services.path() / "dunst.service"}
      << "[D-BUS Service]\nName=org.freedesktop.Notifications\nExec="
      << rig::find_program("dunst", "dunst") << "\n";
  bus_.reset();
  bus_ = std::make_unique<rig::SessionBus>(services.path());
  begin();
  prompt(open_prompt());
  shown(1);
  rig::wait_for_name(bus_->address(), "org.freedesktop.Notifications");
  EXPECT_TRUE(bench_->all<Failed>(POISED_DEGRADED).empty());
}

TEST_F(Notify, AMuteServerHoldsNothingUp) {
  auto mute = std::make_unique<rig::FakeNotificationServer>(
      bus_->address(), rig::FakeNotificationServer::Behaviour{.mute = true});
  begin();
  prompt(open_prompt());
  ASSERT_TRUE(bench_->start());
  // It still takes messages while it waits.
  Prompt other = open_prompt();
  other.id = 8;
  prompt(other);
  bench_->send(POISED_WITHDRAW_PROMPT, PromptRef{8});
  ASSERT_TRUE(is_degraded("notify: the notification server does not answer"));
  EXPECT_TRUE(monitor_->calls().empty());

  mute.reset();
  rig::FakeNotificationServer server(bus_->address(), {});
  EXPECT_EQ(shown(1).title, "Time for a short stretch");
  EXPECT_TRUE(is_degraded(""));
}

TEST_F(Notify, AServerThatFallsMuteStallsThisProcessAloneAndNotForEver) {
  rig::FakeNotificationServer server(bus_->address(), {.mute_notify = true});
  begin();
  prompt(open_prompt());
  shown(1);
  ASSERT_TRUE(
      bench_->run_until([this] { return !bench_->all<Failed>(POISED_DEGRADED).empty(); }, 34s));
  EXPECT_TRUE(bench_->all<Failed>(POISED_DEGRADED)[0].reason.starts_with(
      "notify: the notification server: "));
  EXPECT_EQ(bench_->status().state, PluginState::running);
}

TEST_F(Notify, WithoutASessionBusItSaysSo) {
  bus_.reset();
  const rig::ScopedVariable address("DBUS_SESSION_BUS_ADDRESS", std::nullopt);
  const rig::ScopedVariable runtime("XDG_RUNTIME_DIR", std::nullopt);
  PluginBench bench("notify");
  bench.send(POISED_PROMPT, open_prompt());
  ASSERT_TRUE(bench.wait_for_state(PluginState::failed));
  EXPECT_EQ(bench.status().reason, "notify: session bus: no address");
}

TEST_F(Notify, TheEndOfTheBusIsReported) {
  rig::FakeNotificationServer server(bus_->address(), {});
  begin();
  prompt(open_prompt());
  shown(1);
  bus_->kill();
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, "notify: session bus: connection lost");
}

// ------------------------------------------------------------------ servers of other habits

TEST_F(Notify, WhereThereAreNoButtonsTheTextSaysHowToAnswer) {
  rig::FakeNotificationServer server(bus_->address(), {.capabilities = {"body"}});
  begin();
  prompt(open_prompt());
  const NotifyCall call = shown(1);
  EXPECT_TRUE(call.actions.empty());
  EXPECT_EQ(last_line(call.body), "Answer with: poisectl start|snooze|skip");
}

TEST_F(Notify, WithoutBodyMarkupTheTextIsLeftAlone) {
  rig::FakeNotificationServer server(bus_->address(), {.capabilities = {"body", "actions"}});
  begin();
  Prompt odd = open_prompt();
  odd.body = "Tea & <b>biscuits</b>";
  prompt(odd);
  EXPECT_EQ(shown(1).body, "Tea & <b>biscuits</b>");
}

TEST_F(Notify, AServerThatClosesWhatWasClickedDoesNotDismissIt) {
  rig::FakeNotificationServer server(bus_->address(), {});
  begin();
  prompt(open_prompt());
  shown(1);
  const std::uint32_t id = server.wait_for(1);
  server.emit_action(id, "start");
  server.emit_closed(id, 2);
  ASSERT_TRUE(is_answered());
  bench_->run_for(300ms);
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(answers()[0].answer, POISED_ANSWER_START);
  EXPECT_TRUE(closed().empty());

  const std::int64_t now = rig::boottime_ns();
  update(running_prompt(now, now + 60 * s));
  const NotifyCall running = shown(2);
  EXPECT_EQ(running.replaces, 0u);
  EXPECT_EQ(running.urgency, 0) << "no second banner";
}

class NotifyClosed : public Notify, public testing::WithParamInterface<std::uint32_t> {};

TEST_P(NotifyClosed, ByTheServerIsNoAnswer) {
  rig::FakeNotificationServer server(bus_->address(), {});
  begin();
  prompt(open_prompt());
  shown(1);
  server.emit_closed(server.wait_for(1), GetParam());
  ASSERT_TRUE(is_closed());
  EXPECT_EQ(closed()[0].id, prompt_id);
  bench_->run_for(200ms);
  EXPECT_TRUE(answers().empty());
  EXPECT_EQ(closed().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(, NotifyClosed, testing::Values(1u, 3u, 4u));

TEST_F(Notify, ActionsOfOthersAreNotOurs) {
  rig::FakeNotificationServer server(bus_->address(), {});
  begin();
  prompt(open_prompt());
  shown(1);
  const std::uint32_t id = server.wait_for(1);
  server.emit_action(id + 100, "start");
  server.emit_closed(id + 100, 2);
  server.emit_action(id, "no-such-action");
  bench_->run_for(300ms);
  EXPECT_TRUE(answers().empty());
  EXPECT_TRUE(closed().empty());
  server.emit_action(id, "snooze");
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(answers()[0].answer, POISED_ANSWER_SNOOZE);
}

}  // namespace
