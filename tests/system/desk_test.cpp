// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "rigs/bluez.hpp"
#include "rigs/mqtt.hpp"
#include "rigs/pty_desk.hpp"
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
  virtual void start() {
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
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["state"] == "ok"; }, milliseconds(60'000)));
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
  const auto asked = rig::Clock::now();
  dunst_->choose("Not now");
  rest_until("snoozed");
  let_pass(milliseconds(1500));
  EXPECT_FALSE(bluez_->write_since("0031 ", asked));
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

TEST_F(APersonWithADesk, TriesItByTwoCentimetresUpAndDownWhileTheyWatch) {
  rig::Person::press("a");
  const auto said = poisectl({"desk", "test"});
  EXPECT_NE(said.find("The desk is at 74"), std::string::npos) << said;
  EXPECT_NEAR(bluez_->height_mm(), 720, 3);
  const auto sent = bluez_->writes();
  // Base 620 mm: to 740 mm and to 720 mm, in tenths, and nowhere else; the third is a stop.
  std::set<std::string> targets;
  for (const auto& write : sent)
    if (write.starts_with("0031 ")) targets.insert(write);
  EXPECT_EQ(targets, (std::set<std::string>{"0031 0180", "0031 b004", "0031 e803"}));
}

TEST_F(APersonWithADesk, IsToldByTheTestThatSomethingIsInTheWayAndItIsNotTriedAgain) {
  bluez_->with_desk([](rig::LinakFirmware& desk) { desk.physics.obstacle(728, 1); });
  rig::Person::press("a");
  const auto said = poisectl_that_may_fail({"desk", "test"});
  EXPECT_NE(said.find("desk"), std::string::npos);
  EXPECT_EQ(said.find("The desk is at"), std::string::npos) << said;
  // It draws back by itself, as LINAK's do.
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["state"] == "blocked"; })) << status()["desk"];
  ASSERT_TRUE(wait_for([&] { return !bluez_->moving(); }));
  EXPECT_LT(bluez_->height_mm(), 729);
  EXPECT_FALSE(wait_for([&] { return bluez_->moving(); }, milliseconds(2000)));
}

TEST_F(APersonWithADesk, TellsItsTrueHeightOnceAndIsBelieved) {
  poisectl({"desk", "calibrate-base", "731"});
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["height_mm"] == 731; })) << status().dump(2);
  // And again from there.
  poisectl({"desk", "calibrate-base", "725"});
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["height_mm"] == 725; })) << status().dump(2);
  std::ifstream file(config_file());
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_NE(text.find("base_offset_mm = 5"), std::string::npos) << text;
  EXPECT_NEAR(bluez_->height_mm(), 720, 1);
}

class APersonWithTwoDesks : public APersonWithADesk {
 protected:
  rig::PtyDesk home_desk_{std::make_unique<rig::JiecangFirmware>(rig::DeskPhysics::Options{})};
  void SetUp() override {
    start_desktop();
    write_config(R"(
[plugin.desk]
name = "office"
driver = "linak-bluetooth"
address = "D5:1E:BC:7F:69:55"
[[plugin.desk.desks]]
name = "home"
driver = "jiecang-serial"
device = ")" + home_desk_.device() +
                 R"("
[desk]
sit_mm = 720
stand_mm = 1100
[schedule]
enabled = false
)");
    skip_welcome();
    bluez_ = std::make_unique<rig::FakeBluez>(system_bus_.address(), rig::FakeBluez::Behaviour());
    start();
  }
  void start() override {
    start_daemon();
    ASSERT_TRUE(wait_for([&] {
      const auto report = status();
      // There is no list before the second one is told of.
      if (report["source"]["id"] != "x11" || !report.contains("desks")) return false;
      return report["desks"][0]["state"] == "ok" && report["desks"][1]["state"] == "ok";
    })) << status().dump(2);
  }
};

TEST_F(APersonWithTwoDesks, MovesEachByItsNameAndIsAskedAboutTheOneInUse) {
  auto report = status();
  EXPECT_EQ(report["desks"][0]["name"], "office");
  EXPECT_EQ(report["desks"][1]["name"], "home");
  rig::Person::press("a");
  poisectl({"desk", "up", "30", "--desk", "home"});
  EXPECT_NEAR(home_desk_.height_mm(), 750, 4);
  EXPECT_NEAR(bluez_->height_mm(), 720, 1);
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["name"] == "home"; }));
  // It has arrived when it is near enough, and creeps the last millimetres.
  EXPECT_TRUE(wait_for([&] {
    const auto in_words = poisectl({"desk"});
    return in_words.find("home: 75 cm, in use") != std::string::npos;
  })) << poisectl({"desk"});
  EXPECT_NE(poisectl_that_may_fail({"desk", "up", "--desk", "attic"}).find("The desk is at"), 0U);

  // Whoever moves the other by its own keys sits at that one.
  bluez_->with_desk([](rig::LinakFirmware& desk) { desk.physics.paddle(1); });
  ASSERT_TRUE(wait_for([&] { return bluez_->height_mm() > 740; }));
  bluez_->with_desk([](rig::LinakFirmware& desk) { desk.physics.paddle(0); });
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["name"] == "office"; }));
  // Away from the office, the one at home is in use.
  bluez_->set_in_range(false);
  bluez_->lose_link();
  ASSERT_TRUE(wait_for([&] { return status()["desk"]["name"] == "home"; })) << status().dump(2);
  EXPECT_EQ(status()["posture"], "sitting");
}

TEST_F(APersonWithTwoDesks, TakesOneOutOfTheSettingsAndIsToldOfItNoLonger) {
  write_config(a_desk);
  ASSERT_TRUE(wait_for([&] {
    const auto report = status();
    return !report.contains("desks") && report["desk"]["state"] == "ok";
  })) << status().dump(2);
  EXPECT_EQ(poisectl({"desk"}).find("home"), std::string::npos);
}

TEST_F(APersonWithTwoDesks, TellsTheTrueHeightOfTheOneThatDoesNotKnowIt) {
  write_config("[plugin.desk]\nname = \"home\"\ndriver = \"jiecang-serial\"\ndevice = \"" +
               home_desk_.device() +
               "\"\n[[plugin.desk.desks]]\nname = \"office\" # by the window\n"
               "driver = \"linak-bluetooth\"\naddress = \"D5:1E:BC:7F:69:55\"\n"
               "[schedule]\nenabled = false\n");
  const auto office_is_at = [&](int mm) {
    const auto report = status();
    return report.contains("desks") && report["desks"][1]["name"] == "office" &&
           report["desks"][1]["height_mm"] == mm;
  };
  ASSERT_TRUE(wait_for([&] { return office_is_at(720); })) << status().dump(2);
  poisectl({"desk", "calibrate-base", "731", "--desk", "office"});
  ASSERT_TRUE(wait_for([&] { return office_is_at(731); })) << status().dump(2);
  ASSERT_TRUE(wait_for([&] { return status()["desks"][0]["height_mm"].is_number(); }));
  const auto said = poisectl_that_may_fail({"desk", "calibrate-base", "731", "--desk", "home"});
  EXPECT_NE(said.find("only LINAK desks"), std::string::npos) << said;
}

TEST_F(APersonWithTwoDesks, ConsentsToTheMotionOfTheDeskThatThePromptNames) {
  sit_until_asked();
  const auto used = status()["desk"]["name"].get<std::string>();
  ASSERT_EQ(shown_as("Raise the desk “" + used + "” to 110 cm?").size(), 1U);
  const auto height_of = [&](bool in_use) {
    return (used == "office") == in_use ? bluez_->height_mm() : home_desk_.height_mm();
  };
  dunst_->choose("Raise");
  ASSERT_TRUE(wait_for([&] { return height_of(true) > 760; }));
  poisectl({"desk", "stop"});
  ASSERT_TRUE(wait_for([&] { return !bluez_->moving() && !home_desk_.moving(); }));
  EXPECT_NEAR(height_of(false), 720, 1);
}

class APersonWhoseDeskNobodyCanDrive : public Session {};

TEST_F(APersonWhoseDeskNobodyCanDrive, IsAskedToChangePositionOnceTheyHaveSaidThatTheyStand) {
  start_desktop();
  write_config(R"(
[stand]
sit_for = "6s"
reset_after = "10min"
[prompt]
gap = "1s"
[schedule]
enabled = false
[breaks.stretch]
enabled = false
)");
  skip_welcome();
  start_daemon();
  ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  EXPECT_EQ(status()["stand_enabled"], false);
  poisectl({"stand"});
  EXPECT_EQ(status()["stand_enabled"], true);
  poisectl({"sit"});
  EXPECT_EQ(work_until("due")["break"], "posture");
  EXPECT_EQ(rest_until("prompt")["posture"], "standing");
  ASSERT_TRUE(shown(1));
  EXPECT_EQ(notifications_->calls().back().title, "Time to change position");
  dunst_->choose("Start");
  ASSERT_TRUE(wait_for([&] { return status()["posture"] == "standing"; }));
  EXPECT_TRUE(wait_for([&] {
    const auto history = Json::parse(poisectl({"history", "--json"}));
    return history["postures"].back()["how"] == "answer";
  })) << poisectl({"history", "--json"});
}

class WhoHasNotSetUpADesk : public Session {
 protected:
  rig::SystemBus system_bus_;
  std::filesystem::path root_ = home_.path() / "machine";
  std::string scan(std::vector<std::string> more) const {
    more.insert(more.begin(), {"desk", "scan", "--seconds", "3", "--config-root", root_.string()});
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
  EXPECT_NE(text.find("poisectl desk scan --pair D5:1E:BC:7F:69:55"), std::string::npos) << text;
  EXPECT_EQ(bluez.connects(), 0U);
}

TEST_F(WhoHasNotSetUpADesk, PairsItAndIsToldWhatToWrite) {
  rig::FakeBluez::Behaviour behaviour;
  behaviour.known = behaviour.paired = false;
  rig::FakeBluez bluez(system_bus_.address(), behaviour);
  const auto text = scan({"--pair", "d5:1e:bc:7f:69:55"});
  EXPECT_NE(text.find("Hold the Bluetooth key"), std::string::npos) << text;
  EXPECT_NE(text.find("driver = \"linak-bluetooth\""), std::string::npos) << text;
  EXPECT_TRUE(bluez.paired());
  EXPECT_TRUE(bluez.trusted());
  EXPECT_FALSE(bluez.connected()) << "nobody else could have it";
  // Once more does no harm.
  EXPECT_NE(scan({"--pair", "D5:1E:BC:7F:69:55"}).find("is paired"), std::string::npos);
}

TEST_F(WhoHasNotSetUpADesk, IsToldWhyItCouldNotBePaired) {
  rig::FakeBluez::Behaviour behaviour;
  behaviour.known = behaviour.paired = behaviour.light_blinks = false;
  rig::FakeBluez bluez(system_bus_.address(), behaviour);
  const auto pair = [&](const char* address) {
    return poisectl_that_may_fail({"desk", "scan", "--seconds", "3", "--pair", address});
  };
  EXPECT_EQ(pair("D5:1E:BC:7F:69:55").find("is paired"), std::string::npos);
  EXPECT_FALSE(bluez.paired());
  // The nearest is not it.
  EXPECT_EQ(pair("D5:1E:BC:7F:69:56").find("is paired"), std::string::npos);
  EXPECT_FALSE(bluez.trusted());
}

TEST_F(WhoHasNotSetUpADesk, IsToldOfDesksBehindTheBroker) {
  rig::MqttBroker broker;
  const rig::EspHomeDesk desk(broker.port(), {});
  rig::MqttClient others(broker.port());
  others.publish("homeassistant/number/tank/level/config",
                 R"({"min":0,"max":200,"unit_of_meas":"cm","name":"Level","stat_t":"t/l",)"
                 R"("cmd_t":"t/s"})",
                 true);
  others.publish("homeassistant/number/broken/x/config", "{\"min\":", true);
  ASSERT_TRUE(others.wait_for("homeassistant/number/broken/x/config", "{\"min\":"));
  const auto found = Json::parse(scan({"--json", "--broker", broker.address()}));
  ASSERT_EQ(found["desks"].size(), 1U) << found.dump(2);
  EXPECT_EQ(found["desks"][0]["driver"], "mqtt");
  EXPECT_EQ(found["desks"][0]["broker"], broker.address());
  EXPECT_EQ(found["desks"][0]["discovery_topic"], rig::EspHomeDesk::number_document);
  EXPECT_EQ(found["desks"][0]["cover_topic"], rig::EspHomeDesk::cover_document);
  const auto text = scan({"--broker", broker.address()});
  EXPECT_NE(text.find(std::string("cover_topic = \"") + rig::EspHomeDesk::cover_document),
            std::string::npos)
      << text;
  broker.kill();
  EXPECT_NE(scan({"--broker", broker.address()}).find("o answer"), std::string::npos);
}

TEST_F(WhoHasNotSetUpADesk, IsToldWhereThereIsNoBluetooth) {
  const auto text = scan({});
  EXPECT_NE(text.find("No desk is in sight."), std::string::npos) << text;
  EXPECT_NE(text.find("Bluetooth: "), std::string::npos) << text;
}

}  // namespace
}  // namespace poised::test
