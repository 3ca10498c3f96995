// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "rigs/desktop.hpp"
#include "rigs/gnome.hpp"
#include "rigs/logind.hpp"
#include "rigs/plugin_bench.hpp"
#include "rigs/wayland.hpp"

// What the sources cost while nobody is there.
namespace {

using namespace std::chrono_literals;
using poised::plugin::Idle;
using poised::plugin::WatchIdle;
using rig::boottime_ns;
using rig::PluginBench;

/// A source that has said that nobody is there.
struct AtRest {
  explicit AtRest(const std::string& plugin) : bench(plugin), name(plugin) {}
  void get_there(const std::function<void()>& leave = {}) {
    ASSERT_TRUE(bench.start()) << bench.status().reason;
    bench.send(POISED_WATCH_IDLE, WatchIdle{1, std::chrono::nanoseconds(400ms).count(), false});
    if (leave) leave();
    ASSERT_TRUE(bench.run_until([&] { return !bench.all<Idle>(POISED_IDLE_REACHED).empty(); }))
        << name;
  }
  PluginBench bench;
  std::string name;
};

// Each in its own process on its own desktop, all in the same minute.
TEST(AllSources, AreNotWokenInAMinuteWithoutInput) {
  const rig::SystemBus system_bus;
  rig::MockLogind logind(system_bus);
  logind.add({.id = "1"});
  logind.set_idle_hint(false, boottime_ns());
  AtRest hint("activity-logind");
  hint.get_there([&] { logind.set_idle_hint(true, boottime_ns()); });

  const rig::XServer x_server;
  rig::Person::press("a");
  AtRest x11("activity-x11");
  x11.get_there();

  rig::Compositor kwin(rig::Compositor::Kind::kwin);
  rig::WaylandPerson at_kwin(kwin);
  at_kwin.move_pointer();
  AtRest kde("activity-wayland");
  kde.get_there();

  rig::Compositor phoc(rig::Compositor::Kind::phoc);
  rig::WaylandPerson at_phoc(phoc);
  at_phoc.move_pointer();
  AtRest wlroots("activity-wayland");
  wlroots.get_there();

  rig::FakeCompositor fake({.notifier_version = 2});
  AtRest version_2("activity-wayland");
  version_2.get_there();

  rig::GnomeDesktop mutter;
  mutter.move_pointer();
  AtRest gnome("activity-gnome");
  gnome.get_there();

  const std::vector<AtRest*> all{&hint, &x11, &kde, &wlroots, &version_2, &gnome};
  for (auto* source : all) source->bench.run_for(200ms);  // all have gone back to sleep by then
  std::vector<std::uint64_t> before;
  for (const auto* source : all) before.push_back(rig::wake_ups(source->bench.pid()));
  hint.bench.run_for(60s);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto pid = all[i]->bench.pid();
    EXPECT_EQ(rig::wake_ups(pid) - before[i], 0u) << i << ": " << all[i]->name;
    const auto anonymous = rig::memory_kb(pid, "Anonymous");
    std::printf("%s: %d kB proportional, %d kB anonymous\n", all[i]->name.c_str(),
                static_cast<int>(rig::memory_kb(pid, "Pss")), static_cast<int>(anonymous));
#ifndef __SANITIZE_ADDRESS__  // which keeps books of its own
    EXPECT_LT(anonymous, 2048u) << all[i]->name;
#endif
  }
}

}  // namespace
