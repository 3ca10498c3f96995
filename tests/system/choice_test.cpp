// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>

#include "rigs/gnome.hpp"
#include "rigs/logind.hpp"
#include "rigs/plugin_bench.hpp"
#include "rigs/wayland.hpp"
#include "session.hpp"

// Which source the daemon chooses on which desktop, and what it says where none can see.
namespace poised::test {
namespace {

class AChoice : public Session {
 protected:
  void begin() {
    skip_welcome();
    decisions_ = std::make_unique<Decisions>(bus_->address());
    start_daemon();
  }
  bool source_is(const std::string& id) {
    return wait_for([&] {
      const auto report = status();
      return report["source"]["id"] == id && report["source"]["degraded"].is_null();
    });
  }
};

TEST_F(AChoice, OnKdeIsTheCompositorsOwnWordAndOutlivesIt) {
  rig::Compositor kwin(rig::Compositor::Kind::kwin);
  bus_ = std::make_unique<rig::SessionBus>();
  auto person = std::make_unique<rig::WaylandPerson>(kwin);
  begin();
  ASSERT_TRUE(source_is("wayland")) << status().dump(2);
  EXPECT_EQ(status()["source"]["splits"], false);
  EXPECT_TRUE(status()["keyboard_idle_s"].is_null()) << "it is not guessed";
  EXPECT_TRUE(wait_for([&] {
    person->press_key();
    return status()["presence"] == "active";
  })) << status().dump(2);
  person.reset();
  kwin.kill();
  ASSERT_TRUE(wait_for([&] { return !status()["source"]["degraded"].is_null(); }));
  EXPECT_TRUE(presence_is("unknown")) << "never silently active";
  kwin.start();
  ASSERT_TRUE(source_is("wayland")) << status().dump(2);
  person = std::make_unique<rig::WaylandPerson>(kwin);
  EXPECT_TRUE(wait_for([&] {
    person->move_pointer();
    return status()["presence"] == "active";
  })) << status().dump(2);
}

TEST_F(AChoice, OnGnomeIsMutterAndOutlivesIt) {
  rig::GnomeDesktop gnome;
  // The daemon's bus is Mutter's.
  decisions_ = std::make_unique<Decisions>(gnome.bus().address());
  skip_welcome();
  start_daemon();
  rig::wait_for_name(gnome.bus().address(), "org.poised.Poised1");
  ASSERT_TRUE(source_is("gnome")) << status().dump(2);
  // Null where the source has not answered in time.
  const auto idle = [this](bool longer) {
    const auto seconds = status()["idle_s"];
    return seconds.is_number() && (seconds.get<double>() > 3) == longer;
  };
  ASSERT_TRUE(wait_for([&] { return idle(true); }));
  gnome.press_key();
  EXPECT_TRUE(wait_for([&] { return idle(false); })) << status().dump(2);
  EXPECT_TRUE(presence_is("active")) << status().dump(2);
  gnome.kill();
  ASSERT_TRUE(wait_for([&] { return !status()["source"]["degraded"].is_null(); }));
  gnome.start();
  ASSERT_TRUE(source_is("gnome")) << status().dump(2);
}

TEST_F(AChoice, OnWestonThereIsNoneAndThatIsSaid) {
  const rig::Compositor weston(rig::Compositor::Kind::weston);
  bus_ = std::make_unique<rig::SessionBus>();
  begin();
  ASSERT_TRUE(wait_for([&] {
    const auto text = status()["source"]["degraded"].dump();
    return text.find("the compositor does not tell of idleness") != std::string::npos &&
           text.find("x11: ") != std::string::npos;
  })) << status().dump(2);
  const auto report = status();
  EXPECT_TRUE(report["source"]["degraded"].get<std::string>().starts_with(
      "cannot see input on this desktop: "));
  EXPECT_TRUE(report["idle_s"].is_null()) << "never idle 0";
  EXPECT_TRUE(presence_is("unknown"));
  EXPECT_NE(poisectl_that_may_fail({"doctor"}).find("cannot see input"), std::string::npos);
}

// The sources that are not for this desktop refuse one after the other.
TEST_F(AChoice, IsNoProblemWhileItIsMade) {
  start_desktop();
  skip_welcome();
  const char* monitor = "org.gnome.Mutter.IdleMonitor";
  const char* path = "/org/gnome/Mutter/IdleMonitor/Core";
  auto slow = std::make_unique<rig::Program>(std::vector<std::string>{
      "/usr/bin/python3", "-m", "dbusmock", "--session", monitor, path, monitor});
  rig::wait_for_name(bus_->address(), monitor);
  rig::BusPeer(bus_->address())
      .call(monitor, path, "org.freedesktop.DBus.Mock", "AddMethod",
            g_variant_new("(sssss)", monitor, "GetIdletime", "", "t",
                          "import time; time.sleep(600); ret = 0"));
  start_daemon();
  const auto is_asked = [&] {
    const auto report = status();
    for (const auto& plugin : report["plugins"])
      if (plugin["id"] == "activity-gnome") return plugin["state"] == "starting";
    return false;
  };
  ASSERT_TRUE(wait_for(is_asked)) << status().dump(2);
  EXPECT_TRUE(status()["source"]["id"].is_null());
  EXPECT_TRUE(status()["source"]["degraded"].is_null()) << status()["source"];
  const auto doctor = poisectl({"doctor"});
  EXPECT_EQ(doctor.find("cannot see input"), std::string::npos) << doctor;
  EXPECT_NE(doctor.find("still being looked for"), std::string::npos) << doctor;
  slow->kill();
  EXPECT_TRUE(source_is("x11")) << status().dump(2);
}

TEST_F(AChoice, SaysWhatElseCannotBeSeen) {
  start_desktop();
  write_config("[plugins]\nallow = [\"activity-x11\", \"notify\"]\n");
  begin();
  ASSERT_TRUE(source_is("x11"));
  EXPECT_EQ(status()["signals"]["degraded"], "cannot see calls or video");
  EXPECT_NE(poisectl({"status"}).find("cannot see calls or video"), std::string::npos);
  EXPECT_NE(poisectl({"doctor"}).find("cannot see calls or video"), std::string::npos);
}

TEST_F(AChoice, IsThePersonsIfTheyMakeIt) {
  rig::Compositor kwin(rig::Compositor::Kind::kwin);
  bus_ = std::make_unique<rig::SessionBus>();
  write_config("[activity]\nsources = [\"gnome\"]\n");
  begin();
  ASSERT_TRUE(wait_for([&] { return !status()["source"]["degraded"].is_null(); }));
  EXPECT_EQ(status()["source"]["id"], "gnome");
  write_config("[activity]\nsources = [\"gnome\", \"activity-wayland\"]\n");
  EXPECT_TRUE(source_is("wayland")) << status().dump(2);
}

// No source, on any desktop, opens an input device or asks for the keys: not even those that could.
class Traced : public AChoice {
 protected:
  /// Runs the daemon on this bus until it has chosen `source`. What it and its plugins asked of
  /// files, servers and buses holds all of `seen`, which proves that the trace sees such things,
  /// and none of `never`.
  void expect_asked(const std::string& bus, const std::string& source,
                    const std::vector<const char*>& seen, std::vector<const char*> never) {
    skip_welcome();
    const auto trace = home_.path() / "trace";
    decisions_ = std::make_unique<Decisions>(bus);
    daemon_ = std::make_unique<rig::Program>(
        std::vector<std::string>{rig::find_program("strace", "strace"), "-f", "-qq", "-s", "8192",
                                 "-e", "trace=%file,write,writev,sendmsg,sendto", "-o", trace,
                                 poised_program},
        environment(true));
    rig::wait_for_name(bus, "org.poised.Poised1");
    ASSERT_TRUE(source_is(source)) << status().dump(2);
    // strace passes no signals on.
    EXPECT_EQ(stop_wrapped_daemon(bus), 0);
    std::ifstream file(trace);
    const std::string calls{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(calls.find("activity-" + source + ".so"), std::string::npos);
    for (const char* text : seen) EXPECT_NE(calls.find(text), std::string::npos) << text;
    for (const char* text : {"/dev/input", "/dev/uinput", "/dev/hidraw", "/dev/uhid"})
      never.push_back(text);
    for (const char* text : never) EXPECT_EQ(calls.find(text), std::string::npos) << text;
  }
};

TEST_F(Traced, OpensNoInputDeviceAndRecordsNothingOnX11) {
  start_desktop();
  expect_asked(bus_->address(), "x11", {"SYNC"}, {"RECORD", "XTEST"});
}

// Keys go to surfaces, and to input methods.
TEST_F(Traced, OpensNoInputDeviceAndNoSurfaceOnKde) {
  const rig::Compositor kwin(rig::Compositor::Kind::kwin);
  bus_ = std::make_unique<rig::SessionBus>();
  expect_asked(bus_->address(), "wayland", {"wl_seat", "ext_idle_notifier_v1"},
               {"wl_compositor", "zwp_input_method", "fake_input"});
}

TEST_F(Traced, OpensNoInputDeviceAndNoRemoteDesktopOnGnome) {
  const rig::GnomeDesktop gnome;
  expect_asked(gnome.bus().address(), "gnome", {"AddIdleWatch"},
               {"org.gnome.Mutter.RemoteDesktop", "org.gnome.Mutter.ScreenCast", "wl_compositor"});
}

TEST_F(Traced, OpensNoInputDeviceWithLogindAlone) {
  const rig::ScopedVariable display("DISPLAY", std::nullopt);
  const rig::ScopedVariable wayland("WAYLAND_DISPLAY", std::nullopt);
  const rig::SystemBus system_bus;
  rig::MockLogind logind(system_bus);
  logind.add({.id = "c1"});
  logind.set_idle_hint(false, rig::boottime_ns());
  bus_ = std::make_unique<rig::SessionBus>();
  expect_asked(bus_->address(), "logind", {"IdleHint"}, {"TakeDevice", "TakeControl"});
}

}  // namespace
}  // namespace poised::test
