// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rigs/gnome.hpp"
#include "rigs/plugin_bench.hpp"
#include "rigs/wayland.hpp"

// The sources of the Wayland desktops, each in its own process before a real compositor. The names
// of these tests are the rows and columns of docs/desktops.md.
namespace {

using namespace std::chrono_literals;
using poised::plugin::Idle;
using poised::plugin::InputState;
using poised::plugin::PluginState;
using poised::plugin::Resumed;
using poised::plugin::WatchIdle;
using rig::boottime_ns;
using rig::PluginBench;

constexpr std::uint32_t presence_watch = 1;
constexpr std::uint32_t gap_watch = 2;
constexpr std::int64_t ms = 1'000'000;

class Desktop {
 public:
  virtual ~Desktop() = default;
  [[nodiscard]] virtual std::string plugin() const { return "activity-wayland"; }
  [[nodiscard]] virtual std::string protocol() const = 0;
  virtual void input() = 0;
  virtual void key() = 0;
  virtual void a_thousand_motions() = 0;
  virtual void kill() = 0;
  virtual void start() = 0;
};

class WaylandDesktop : public Desktop {
 public:
  WaylandDesktop(rig::Compositor::Kind kind, std::string protocol)
      : protocol_(std::move(protocol)), compositor_(kind) {
    person_ = std::make_unique<rig::WaylandPerson>(compositor_);
  }
  [[nodiscard]] std::string protocol() const override { return protocol_; }
  void input() override { person_->move_pointer(); }
  void key() override { person_->press_key(); }
  void a_thousand_motions() override { person_->move_pointer_on_and_on(1000, 1ms); }
  void kill() override {
    compositor_.kill();
    person_.reset();
  }
  void start() override {
    compositor_.start();
    person_ = std::make_unique<rig::WaylandPerson>(compositor_);
  }

 private:
  std::string protocol_;
  rig::Compositor compositor_;
  std::unique_ptr<rig::WaylandPerson> person_;
};

class Gnome : public Desktop {
 public:
  [[nodiscard]] std::string plugin() const override { return "activity-gnome"; }
  [[nodiscard]] std::string protocol() const override { return "Mutter's idle monitor"; }
  void input() override { desktop_.move_pointer(); }
  void key() override { desktop_.press_key(); }
  void a_thousand_motions() override { desktop_.move_pointer_on_and_on(1000, 1ms); }
  void kill() override { desktop_.kill(); }
  void start() override { desktop_.start(); }

 private:
  rig::GnomeDesktop desktop_;
};

struct Named {
  std::string name;
  std::function<std::unique_ptr<Desktop>()> make;
};

class Bench : public testing::Test {
 protected:
  void begin(const std::string& plugin, const std::string& settings = "{}") {
    PluginBench::Options options;
    options.settings = settings;
    bench_ = std::make_unique<PluginBench>(plugin, options);
  }
  void watch(std::uint32_t id, std::chrono::milliseconds threshold, bool once = false) {
    bench_->send(POISED_WATCH_IDLE,
                 WatchIdle{id, std::chrono::nanoseconds(threshold).count(), once});
  }
  [[nodiscard]] std::vector<Idle> idle(std::uint32_t watch_id) const {
    auto found = bench_->all<Idle>(POISED_IDLE_REACHED);
    std::erase_if(found, [&](const Idle& report) { return report.watch_id != watch_id; });
    return found;
  }
  [[nodiscard]] std::size_t resumed() const { return bench_->all<Resumed>(POISED_RESUMED).size(); }
  [[nodiscard]] bool idle_reached(std::uint32_t watch_id, std::size_t times = 1) {
    return bench_->run_until([&] { return idle(watch_id).size() >= times; });
  }
  [[nodiscard]] bool has_resumed(std::size_t times = 1) {
    return bench_->run_until([&] { return resumed() >= times; });
  }

  std::unique_ptr<PluginBench> bench_;
};

class OnDesktop : public Bench, public testing::WithParamInterface<Named> {
 protected:
  void SetUp() override {
    desktop_ = GetParam().make();
    begin(desktop_->plugin());
    ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  }
  void quiet(std::chrono::milliseconds threshold) {
    watch(presence_watch, threshold);
    ASSERT_TRUE(idle_reached(presence_watch));
    bench_->forget_messages();
  }
  static std::int64_t median(std::vector<std::int64_t> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
  }

  std::unique_ptr<Desktop> desktop_;
};

TEST_P(OnDesktop, SaysHowItSeesAndThatItCannotTellDevicesApart) {
  EXPECT_FALSE(bench_->status().splits_devices);
  EXPECT_THAT(bench_->status().detail, testing::ContainsRegex("^" + desktop_->protocol()));
}

// A busy machine may hold one of three up.
TEST_P(OnDesktop, IdleIsSeenInTimeAndBackDated) {
  constexpr auto threshold = 1000ms;
  quiet(threshold);
  std::vector<std::int64_t> late, wrong;
  for (std::size_t round = 1; round <= 3; ++round) {
    const std::int64_t before = boottime_ns();
    desktop_->input();
    const std::int64_t after = boottime_ns();
    ASSERT_TRUE(idle_reached(presence_watch, round));
    late.push_back(boottime_ns() - before - threshold / 1ns);
    const std::int64_t since = idle(presence_watch).back().since_ns;
    wrong.push_back(std::max(since - after, before - since));
    EXPECT_EQ(resumed(), round);
  }
  EXPECT_LE(median(late), 1000 * ms);
  EXPECT_LE(median(wrong), 100 * ms);
}

// The best of five: compositors that draw in software hold a busy machine up themselves.
TEST_P(OnDesktop, ResumeIsSeenAtOnce) {
  quiet(400ms);
  std::vector<std::int64_t> took;
  for (std::size_t round = 1; round <= 5; ++round) {
    const std::int64_t before = boottime_ns();
    desktop_->input();
    ASSERT_TRUE(has_resumed(round));
    took.push_back(boottime_ns() - before);
    ASSERT_TRUE(idle_reached(presence_watch, round));
  }
  EXPECT_LE(std::ranges::min(took), 100 * ms);
}

// Of some, only the one or only the other is seen under Wayland.
TEST_P(OnDesktop, AKeyIsInputAsAMotionIs) {
  quiet(400ms);
  desktop_->key();
  ASSERT_TRUE(has_resumed());
  ASSERT_TRUE(idle_reached(presence_watch));
  desktop_->input();
  EXPECT_TRUE(has_resumed(2));
}

TEST_P(OnDesktop, APersonWhoIsAtWorkIsSeenWhenItStarts) {
  watch(presence_watch, 60s);
  const auto end = rig::Clock::now() + rig::patience;
  while (resumed() == 0 && rig::Clock::now() < end) {
    desktop_->input();
    bench_->run_for(50ms);
  }
  EXPECT_EQ(resumed(), 1u);
  EXPECT_TRUE(idle(presence_watch).empty());
}

TEST_P(OnDesktop, ATypingGapIsWatchedBesidePresence) {
  quiet(2500ms);
  watch(gap_watch, 400ms, true);  // reached already: told at once
  ASSERT_TRUE(idle_reached(gap_watch));
  desktop_->input();
  ASSERT_TRUE(has_resumed());
  watch(gap_watch, 400ms, true);
  ASSERT_TRUE(idle_reached(gap_watch, 2));
  EXPECT_TRUE(idle(presence_watch).empty());
  ASSERT_TRUE(idle_reached(presence_watch));
  EXPECT_EQ(resumed(), 1u) << "the end of the shorter watch is no input";
}

TEST_P(OnDesktop, TheCompositorMayDieAndComeBack) {
  quiet(300ms);
  desktop_->kill();
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_TRUE(bench_->status().retry_after.has_value()) << bench_->status().reason;
  desktop_->start();
  ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  bench_->forget_messages();
  quiet(300ms);
  desktop_->input();
  EXPECT_TRUE(has_resumed());
}

TEST_P(OnDesktop, AThousandMotionsWakeItAtMostTenTimes) {
  watch(gap_watch, 2min);
  quiet(700ms);
  bench_->run_for(200ms);  // it has gone back to sleep by then
  const auto before = rig::wake_ups(bench_->pid());
  desktop_->a_thousand_motions();
  ASSERT_TRUE(idle_reached(presence_watch));
  bench_->run_for(200ms);
  const auto used = rig::wake_ups(bench_->pid()) - before;
  std::printf("wake-ups for 1000 motions: %d\n", static_cast<int>(used));
  EXPECT_LE(used, 10u);
  EXPECT_EQ(resumed(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Of, OnDesktop,
                         testing::Values(Named{"Kde",
                                               [] {
                                                 return std::make_unique<WaylandDesktop>(
                                                     rig::Compositor::Kind::kwin,
                                                     "ext-idle-notify-v1 version 1");
                                               }},
                                         // Older ones offer only the one, newer ones the other.
                                         Named{"Wlroots",
                                               [] {
                                                 return std::make_unique<WaylandDesktop>(
                                                     rig::Compositor::Kind::phoc,
                                                     "(org_kde_kwin_idle|"
                                                     "ext-idle-notify-v1 version [12])");
                                               }},
                                         Named{"Gnome", [] { return std::make_unique<Gnome>(); }}),
                         [](const auto& desktop) { return desktop.param.name; });

// ------------------------------------------------------------------ what no real one does here

class OnFake : public Bench {
 protected:
  void begin_on(rig::FakeCompositor::Options options, const std::string& settings = "{}") {
    compositor_ = std::make_unique<rig::FakeCompositor>(options);
    begin("activity-wayland", settings);
    ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  }
  std::unique_ptr<rig::FakeCompositor> compositor_;
};

// A video is not input: Workrave's and others' people cannot finish a break while one plays.
TEST_F(OnFake, Version2IgnoresWhatKeepsTheScreenOn) {
  begin_on({.notifier_version = 2});
  EXPECT_EQ(bench_->status().detail, "ext-idle-notify-v1 version 2 on fake");
  compositor_->inhibit(true);
  watch(presence_watch, 300ms);
  EXPECT_TRUE(idle_reached(presence_watch));
}

TEST_F(OnFake, Version2CountsItWhereThatIsWanted) {
  begin_on({.notifier_version = 2}, R"({"inhibitors": "activity"})");
  compositor_->inhibit(true);
  watch(presence_watch, 300ms);
  EXPECT_TRUE(has_resumed());
  bench_->run_for(600ms);
  EXPECT_TRUE(idle(presence_watch).empty());
  compositor_->inhibit(false);
  EXPECT_TRUE(idle_reached(presence_watch));
}

TEST_F(OnFake, Version1SaysThatItCountsIt) {
  begin_on({.notifier_version = 1});
  EXPECT_EQ(bench_->status().detail,
            "ext-idle-notify-v1 version 1 on fake, where what keeps the screen on counts as input");
}

TEST_F(OnFake, SeatsThatComeAndGoDoNotConfuseIt) {
  begin_on({.notifier_version = 2, .seats = 2});
  watch(presence_watch, 300ms);
  ASSERT_TRUE(idle_reached(presence_watch));
  compositor_->input(1);
  ASSERT_TRUE(has_resumed()) << "input on any seat is input";
  ASSERT_TRUE(idle_reached(presence_watch, 2));
  compositor_->add_seat();
  bench_->run_for(300ms);
  EXPECT_EQ(resumed(), 1u) << "a new seat is no input";
  compositor_->remove_seat(1);
  compositor_->input(0);
  ASSERT_TRUE(has_resumed(2));
  ASSERT_TRUE(idle_reached(presence_watch, 3));
  compositor_->remove_seat(0);
  compositor_->remove_seat(2);
  ASSERT_TRUE(bench_->run_until([&] { return !bench_->status().reason.empty(); }));
  EXPECT_EQ(bench_->status().reason, "wayland: fake: the compositor has no seat");
  compositor_->add_seat();
  ASSERT_TRUE(bench_->run_until([&] { return bench_->status().reason.empty(); }));
}

TEST_F(OnFake, CapabilitiesThatFlapChangeNothing) {
  begin_on({.notifier_version = 2});
  watch(presence_watch, 300ms);
  ASSERT_TRUE(idle_reached(presence_watch));
  const int made = compositor_->notifications_made();
  bench_->forget_messages();
  compositor_->churn_capabilities(100);
  bench_->run_for(300ms);
  EXPECT_EQ(compositor_->notifications_made(), made);
  EXPECT_TRUE(bench_->messages().empty());
}

TEST_F(OnFake, ItsDeathIsNoticedAtOnceAndItsReturnToo) {
  begin_on({.notifier_version = 2});
  watch(presence_watch, 300ms);
  compositor_.reset();
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, "wayland: fake: connection lost");
  compositor_ = std::make_unique<rig::FakeCompositor>(rig::FakeCompositor::Options{});
  ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  bench_->forget_messages();
  watch(presence_watch, 300ms);
  ASSERT_TRUE(idle_reached(presence_watch));
  compositor_->input();
  EXPECT_TRUE(has_resumed());
}

// ------------------------------------------------------------------ what GNOME keeps to itself

class OnMutter : public Bench {};

// It tells of no idleness while an application keeps the session from it.
TEST_F(OnMutter, WhatKeepsTheScreenOnIsNoInput) {
  const char* manager = "org.gnome.SessionManager";
  const char* path = "/org/gnome/SessionManager";
  const char* mock_interface = "org.freedesktop.DBus.Mock";
  constexpr auto threshold = 1500ms;  // more than since when it is so may be wrong by
  rig::GnomeDesktop gnome;
  const rig::Program mock(
      {"/usr/bin/python3", "-m", "dbusmock", "--session", manager, path, manager});
  rig::wait_for_name(gnome.bus().address(), manager);
  std::atomic<int> told = 0;
  rig::BusPeer other(gnome.bus().address(), [&](GDBusConnection&, GDBusMessage& message) {
    const char* member = g_dbus_message_get_member(&message);
    if (member != nullptr && std::string_view(member) == "WatchFired") ++told;
  });
  other.call(manager, path, mock_interface, "AddProperty",
             g_variant_new("(ssv)", manager, "InhibitedActions", g_variant_new_uint32(0)));
  const auto inhibit = [&](std::uint32_t actions) {
    GVariantBuilder changed;
    g_variant_builder_init(&changed, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&changed, "{sv}", "InhibitedActions", g_variant_new_uint32(actions));
    other.call(manager, path, mock_interface, "UpdateProperties",
               g_variant_new("(sa{sv})", manager, &changed));
  };
  begin("activity-gnome");
  ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  gnome.move_pointer();
  inhibit(8);
  other.call("org.gnome.Mutter.IdleMonitor", "/org/gnome/Mutter/IdleMonitor/Core",
             "org.gnome.Mutter.IdleMonitor", "AddIdleWatch",
             g_variant_new("(t)", guint64{threshold.count()}));
  watch(presence_watch, threshold);
  const auto before = boottime_ns();
  gnome.move_pointer();
  const auto after = boottime_ns();
  ASSERT_TRUE(idle_reached(presence_watch));
  EXPECT_GE(idle(presence_watch)[0].since_ns, before - 1000 * ms);
  EXPECT_LE(idle(presence_watch)[0].since_ns, after + 1000 * ms);
  gnome.move_pointer();
  EXPECT_TRUE(has_resumed());
  ASSERT_TRUE(idle_reached(presence_watch, 2));
  EXPECT_EQ(told, 0) << "to others it tells nothing";
  inhibit(0);
  EXPECT_TRUE(bench_->run_until([&] { return told > 0; })) << "and now it does";
}

// ------------------------------------------------------------------ where it cannot see

class CannotSee : public Bench {};

// Others are silently "active", or 0 ms idle, for ever.
TEST_F(CannotSee, OnWestonWhichTellsNothing) {
  const rig::Compositor weston(rig::Compositor::Kind::weston);
  begin("activity-wayland");
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, "wayland: rig: the compositor does not tell of idleness");
  EXPECT_FALSE(bench_->status().retry_after.has_value());
}

TEST_F(CannotSee, WithoutAWaylandSession) {
  const rig::ScopedVariable display("WAYLAND_DISPLAY", std::nullopt);
  begin("activity-wayland");
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, "wayland: WAYLAND_DISPLAY: not set");
}

TEST_F(CannotSee, WithoutGnome) {
  const rig::ScopedVariable desktop("XDG_CURRENT_DESKTOP", std::nullopt);
  const rig::SessionBus bus;
  begin("activity-gnome");
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_TRUE(bench_->status().reason.starts_with("gnome: org.gnome.Mutter.IdleMonitor: "))
      << bench_->status().reason;
  EXPECT_FALSE(bench_->status().retry_after.has_value());
}

}  // namespace
