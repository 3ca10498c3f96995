// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>

#include "rigs/gnome.hpp"
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
  bool presence_is(const std::string& word) {
    return wait_for([&] { return status()["presence"] == word; });
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
  gnome.press_key();
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

// No source, on any desktop, opens an input device: not even those that could.
class Traced : public AChoice {
 protected:
  void expect_no_input_device(const std::string& source) {
    skip_welcome();
    const auto trace = home_.path() / "trace";
    daemon_ = std::make_unique<rig::Program>(
        std::vector<std::string>{rig::find_program("strace", "strace"), "-f", "-qq", "-e",
                                 "trace=%file", "-o", trace, poised_program},
        environment(true));
    rig::wait_for_name(bus_->address(), "org.poised.Poised1");
    decisions_ = std::make_unique<Decisions>(bus_->address());
    ASSERT_TRUE(source_is(source)) << status().dump(2);
    // strace passes the signal on to nobody: the daemon itself is asked to end.
    const auto reply =
        rig::BusPeer(bus_->address())
            .call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                  g_variant_new("(s)", "org.poised.Poised1"));
    std::uint32_t pid = 0;
    g_variant_get(reply.get(), "(u)", &pid);
    ::kill(static_cast<pid_t>(pid), SIGTERM);
    EXPECT_EQ(daemon_->wait(), 0);
    daemon_.reset();
    std::ifstream file(trace);
    const std::string calls{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(calls.find("activity-" + source + ".so"), std::string::npos) << "the trace sees it";
    for (const char* device : {"/dev/input", "/dev/uinput", "/dev/hidraw", "/dev/uhid"})
      EXPECT_EQ(calls.find(device), std::string::npos) << device;
  }
};

TEST_F(Traced, OpensNoInputDeviceOnX11) {
  start_desktop();
  expect_no_input_device("x11");
}

TEST_F(Traced, OpensNoInputDeviceOnKde) {
  const rig::Compositor kwin(rig::Compositor::Kind::kwin);
  bus_ = std::make_unique<rig::SessionBus>();
  expect_no_input_device("wayland");
}

}  // namespace
}  // namespace poised::test
