// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "rigs/bluez.hpp"
#include "session.hpp"

// A person, the daemon, a notification server, and a desk in Bluetooth range.
namespace poised::test {
namespace {

const char* const a_desk = R"(
[plugin.desk]
driver = "linak-bluetooth"
address = "D5:1E:BC:7F:69:55"
[desk]
sit_mm = 720
stand_mm = 1100
[schedule]
enabled = false
)";

class APersonWithADesk : public Session {
 protected:
  rig::TemporaryDirectory runtime_;
  rig::ScopedVariable runtime_variable_{"XDG_RUNTIME_DIR", runtime_.path().string()};
  rig::SystemBus system_bus_;
  std::unique_ptr<rig::FakeBluez> bluez_;

  void SetUp() override {
    start_desktop();
    write_config(a_desk);
    skip_welcome();
    bluez_ = std::make_unique<rig::FakeBluez>(system_bus_.address(), rig::FakeBluez::Behaviour());
    start();
  }
  void start() {
    start_daemon();
    ASSERT_TRUE(wait_for([&] {
      const auto report = status();
      return report["source"]["id"] == "x11" && report["desk"]["state"] == "ok";
    })) << status().dump(2);
  }
  /// As though the person had sat for so long before: in what the daemon has saved.
  void have_sat_for(std::chrono::seconds time) {
    ASSERT_TRUE(wait_for([&] {
      rig::Person::press("a");
      const auto report = status();
      return report["presence"] == "active" && report["posture"] == "sitting";
    }));
    EXPECT_EQ(stop_daemon(), 0);
    auto saved = Json::parse(std::ifstream(state_file()));
    auto& settled = saved["memory"]["stand"]["timer"]["settled"];
    ASSERT_TRUE(settled.is_number()) << saved.dump(2);
    settled = std::chrono::nanoseconds(time).count();
    std::ofstream(state_file()) << saved.dump();
    start();
  }
  /// Forty minutes of sitting, of which the last few seconds pass.
  void sit_until_asked() {
    have_sat_for(std::chrono::minutes(40) - std::chrono::seconds(5));
    EXPECT_EQ(work_until("due")["break"], "posture");
    EXPECT_EQ(rest_until("prompt")["posture"], "standing");
    ASSERT_TRUE(shown(1));
  }
  std::vector<rig::NotifyCall> shown_as(const std::string& title) const {
    std::vector<rig::NotifyCall> found;
    for (const auto& call : notifications_->calls())
      if (call.title == title) found.push_back(call);
    return found;
  }
  static bool offers(const rig::NotifyCall& call, const std::string& label) {
    return std::any_of(call.actions.begin(), call.actions.end(),
                       [&](const auto& action) { return action.second == label; });
  }
  void raise_and_wait_until_it_moves() {
    dunst_->choose("Raise");
    ASSERT_TRUE(wait_for([&] { return bluez_->height_mm() > 760; }));
  }
  void expect_at_rest_below(double mm) {
    ASSERT_TRUE(wait_for([&] { return !bluez_->moving(); }));
    EXPECT_LT(bluez_->height_mm(), mm);
  }
};

TEST_F(APersonWithADesk, IsAskedAfterFortyMinutesClicksRaiseAndStands) {
  EXPECT_EQ(status()["posture"], "sitting");
  sit_until_asked();
  const auto asked = shown_as("Raise the desk to 110 cm?");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].body, "Moves for about 11 s.");
  EXPECT_TRUE(offers(asked[0], "Not now"));
  EXPECT_FALSE(bluez_->moving());
  EXPECT_NEAR(bluez_->height_mm(), 720, 1);

  dunst_->choose("Raise");
  rest_until("move-desk");
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["moving"] == true; }));
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["state"] == "ok"; }));
  EXPECT_NEAR(bluez_->height_mm(), 1100, 3);
  EXPECT_NEAR(status()["desk"]["height_mm"].get<double>(), 1100, 3);
  EXPECT_EQ(status()["posture"], "standing");
  EXPECT_TRUE(wait_for([&] { return !shown_as("The desk is at 110 cm").empty(); }));

  const auto progress = shown_as("The desk rises to 110 cm");
  ASSERT_GT(progress.size(), 3U);
  for (const auto& call : progress) EXPECT_TRUE(offers(call, "Stop"));
  EXPECT_TRUE(progress.back().value);

  const auto history = Json::parse(poisectl({"history", "--json"}));
  ASSERT_FALSE(history["postures"].empty()) << history.dump(2);
  EXPECT_EQ(history["postures"].back()["posture"], "standing");
  EXPECT_EQ(history["postures"].back()["how"], "desk");
  ASSERT_FALSE(history["breaks"].empty());
  EXPECT_EQ(history["breaks"].back()["break"], "posture");
  EXPECT_EQ(history["breaks"].back()["outcome"], "taken");
}

TEST_F(APersonWithADesk, WhoSaysNotNowIsNotMoved) {
  sit_until_asked();
  const auto heights = bluez_->height_mm();
  dunst_->choose("Not now");
  rest_until("snoozed");
  EXPECT_EQ(bluez_->height_mm(), heights);
}

TEST_F(APersonWithADesk, StopsItInTheNotification) {
  sit_until_asked();
  raise_and_wait_until_it_moves();
  ASSERT_TRUE(wait_for([&] { return !shown_as("The desk rises to 110 cm").empty(); }));
  dunst_->choose("Stop");
  expect_at_rest_below(1000);
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["state"] == "ok"; }));
  EXPECT_TRUE(shown(0));
}

TEST_F(APersonWithADesk, StopsItFromACommandLine) {
  sit_until_asked();
  raise_and_wait_until_it_moves();
  poisectl({"desk", "stop"});
  expect_at_rest_below(1000);
}

TEST_F(APersonWithADesk, IsLeftWithADeskAtRestWhenTheDaemonIsKilled) {
  sit_until_asked();
  raise_and_wait_until_it_moves();
  const auto killed = rig::Clock::now();
  daemon_->kill();
  daemon_.reset();
  expect_at_rest_below(1000);
  // The desk's own process has told it to stop; nobody had to wait for its dead man.
  EXPECT_TRUE(bluez_->write_since("0002 ff00", killed));
  const auto height = bluez_->height_mm();
  start();
  EXPECT_NEAR(status()["desk"]["height_mm"].get<double>(), height, 3);
  EXPECT_FALSE(wait_for([&] { return bluez_->moving(); }, milliseconds(3000)));
  EXPECT_NEAR(bluez_->height_mm(), height, 1);
}

class WhoHasNotSetUpADesk : public Session {
 protected:
  rig::SystemBus system_bus_;
  std::filesystem::path root_ = home_.path() / "machine";
  std::string scan(std::vector<std::string> more) const {
    more.insert(more.begin(), {"desk", "scan", "--seconds", "1", "--config-root", root_.string()});
    return poisectl(more);
  }
};

TEST_F(WhoHasNotSetUpADesk, IsToldWhatIsInSightAndWhatToWrite) {
  rig::FakeBluez::Behaviour behaviour;
  behaviour.known = behaviour.paired = false;
  const rig::FakeBluez bluez(system_bus_.address(), behaviour);
  std::filesystem::create_directories(root_ / "sys/class/hidraw/hidraw3/device");
  std::ofstream(root_ / "sys/class/hidraw/hidraw3/device/uevent")
      << "DRIVER=hid-generic\nHID_ID=0003:000012D3:00000002\n";
  std::filesystem::create_directories(root_ / "sys/class/hidraw/hidraw4/device");
  std::ofstream(root_ / "sys/class/hidraw/hidraw4/device/uevent")
      << "HID_ID=0003:0000046D:0000C52B\n";
  std::filesystem::create_directories(root_ / "dev/serial/by-id");
  std::ofstream(root_ / "dev/serial/by-id/usb-1a86_USB_Serial-if00-port0") << "";

  const auto found = Json::parse(scan({"--json"}));
  ASSERT_EQ(found["desks"].size(), 2U) << found.dump(2);
  EXPECT_EQ(found["desks"][0]["driver"], "linak-bluetooth");
  EXPECT_EQ(found["desks"][0]["name"], "Desk 1234");
  EXPECT_EQ(found["desks"][0]["address"], "D5:1E:BC:7F:69:55");
  EXPECT_EQ(found["desks"][0]["paired"], false);
  EXPECT_EQ(found["desks"][1]["driver"], "linak-usb");
  EXPECT_EQ(found["desks"][1]["device"], "/dev/hidraw3");
  EXPECT_EQ(found["serial_lines"],
            Json::array({"/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"}));

  const auto text = scan({});
  EXPECT_NE(text.find("address = \"D5:1E:BC:7F:69:55\""), std::string::npos) << text;
  EXPECT_NE(text.find("bluetoothctl pair D5:1E:BC:7F:69:55"), std::string::npos) << text;
  EXPECT_EQ(bluez.connects(), 0U);
}

TEST_F(WhoHasNotSetUpADesk, IsToldWhereThereIsNoBluetooth) {
  const auto text = scan({});
  EXPECT_NE(text.find("No desk is in sight."), std::string::npos) << text;
  EXPECT_NE(text.find("Bluetooth: "), std::string::npos) << text;
}

}  // namespace
}  // namespace poised::test
