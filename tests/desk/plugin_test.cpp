// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "codec/jiecang.hpp"
#include "desk_settings.hpp"
#include "duty_file.hpp"
#include "rigs/bluez.hpp"
#include "rigs/mqtt.hpp"
#include "rigs/plugin_bench.hpp"
#include "rigs/program.hpp"
#include "rigs/pty_desk.hpp"

// The plugin in a process of its own, on real lines and buses, with simulated desks at their ends.
namespace desk::test {
namespace {

using namespace std::chrono_literals;
using poised::plugin::DeskMoveEnded;
using poised::plugin::DeskState;
using rig::PluginBench;

class DeskPlugin : public testing::Test {
 protected:
  rig::TemporaryDirectory runtime_;
  rig::ScopedVariable variable_{"XDG_RUNTIME_DIR", runtime_.path().string()};
  rig::TemporaryDirectory state_home_;
  rig::ScopedVariable state_variable_{"XDG_STATE_HOME", state_home_.path().string()};
  rig::ScopedVariable locale_{"LC_ALL", "C.UTF-8"};
  std::unique_ptr<PluginBench> bench_;
  std::uint64_t last_consent_ = 0;

  void start(const std::string& settings) {
    bench_ = std::make_unique<PluginBench>("desk", PluginBench::Options{.settings = settings});
    ASSERT_TRUE(bench_->start()) << bench_->status().reason;
    person(POISED_PERSON_PRESENT);
  }
  void person(std::uint32_t presence) {
    bench_->send(POISED_PERSON, poised::plugin::Person{presence, rig::boottime_ns()});
  }
  std::uint64_t move(std::int32_t to_mm, const std::string& name = {}) {
    person(POISED_PERSON_PRESENT);
    bench_->send(
        POISED_MOVE_DESK,
        poised::plugin::MoveDesk{to_mm, ++last_consent_, rig::boottime_ns() + 5'000'000'000, name});
    return last_consent_;
  }
  std::optional<DeskState> state() const {
    const auto all = bench_->all<DeskState>(POISED_DESK_STATE);
    return all.empty() ? std::nullopt : std::optional(all.back());
  }
  std::optional<DeskState> state_of(const std::string& name) const {
    std::optional<DeskState> last;
    for (const auto& each : bench_->all<DeskState>(POISED_DESK_STATE))
      if (each.desk == name) last = each;
    return last;
  }
  bool wait_for_height() {
    return bench_->run_until([this] { return state() && state()->height_mm > 0; });
  }
  /// For what the plugin says nothing of.
  bool eventually(const std::function<bool()>& condition) {
    for (const auto end = rig::Clock::now() + rig::patience; rig::Clock::now() < end;) {
      if (condition()) return true;
      bench_->run_for(rig::milliseconds(50));
    }
    return condition();
  }
  std::optional<DeskMoveEnded> ended(std::uint64_t consent) const {
    for (const auto& each : bench_->all<DeskMoveEnded>(POISED_DESK_MOVE_ENDED))
      if (each.consent == consent) return each;
    return std::nullopt;
  }
  DeskMoveEnded wait_for_end(std::uint64_t consent) {
    EXPECT_TRUE(bench_->run_until([&] { return ended(consent).has_value(); }, 70s));
    return ended(consent).value_or(DeskMoveEnded{9, consent, "it did not end"});
  }

  struct Measured {
    std::function<double()> height_mm;
    std::function<bool()> moving;
    /// When the first stop since then was on the wire, if it was.
    std::function<std::optional<rig::Clock::time_point>(rig::Clock::time_point)> stopped_since;
  };
  /// The time from asking for a stop in mid-move until it is on the wire. The machine has other
  /// things to do, too: the best of several counts, and all are printed.
  void expect_a_stop_within_20_ms(const Measured& desk) {
    constexpr int most_attempts = 8;
    auto best = rig::Clock::duration::max();
    for (int attempt = 0; attempt < most_attempts && best > 20ms; ++attempt) {
      const auto from = desk.height_mm();
      const auto consent = move(from < 900 ? 1100 : 720);
      ASSERT_TRUE(bench_->run_until([&] { return std::abs(desk.height_mm() - from) > 20; }));
      ASSERT_FALSE(ended(consent)) << ended(consent)->reason;
      const auto asked = rig::Clock::now();
      ASSERT_FALSE(desk.stopped_since(asked - 300ms));
      bench_->send(POISED_STOP_DESK);
      std::optional<rig::Clock::time_point> on_wire;
      ASSERT_TRUE(bench_->run_until(
          [&] { return (on_wire = desk.stopped_since(asked)) && ended(consent).has_value(); }));
      EXPECT_EQ(ended(consent)->reason, "stopped");
      best = std::min(best, *on_wire - asked);
      std::printf("stop on the wire after %.2f ms\n",
                  std::chrono::duration<double, std::milli>(*on_wire - asked).count());
      ASSERT_TRUE(bench_->run_until(
          [&] { return !desk.moving() && state()->state != POISED_DESK_MOVING; }));
      EXPECT_LT(std::abs(desk.height_mm() - from), 180);
    }
    EXPECT_LE(best, 20ms);
  }
};

rig::DeskPhysics::Options quick_desk() {
  rig::DeskPhysics::Options mechanics;
  mechanics.acceleration_mm_s2 = 60;
  return mechanics;
}

// ------------------------------------------------------------------ Bluetooth

class OverBluetooth : public DeskPlugin {
 protected:
  rig::SystemBus bus_;
  std::unique_ptr<rig::FakeBluez> bluez_;
  void start_with(rig::FakeBluez::Behaviour behaviour) {
    behaviour.mechanics = quick_desk();
    bluez_ = std::make_unique<rig::FakeBluez>(bus_.address(), behaviour);
    start(R"({"driver":"linak-bluetooth","address":"D5:1E:BC:7F:69:55"})");
  }
};

TEST_F(OverBluetooth, ADeskIsFoundReadAndMoved) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(state()->height_mm, 720);
  const auto end = wait_for_end(move(800));
  EXPECT_EQ(end.result, POISED_MOVE_ARRIVED) << end.reason;
  EXPECT_NEAR(bluez_->height_mm(), 800, 3);
  EXPECT_NEAR(state()->height_mm, 800, 3);
}

TEST_F(OverBluetooth, ADeskThatMustBeDiscoveredFailsToConnectAndHasNoOwnerIsMovedAllTheSame) {
  rig::FakeBluez::Behaviour behaviour;
  behaviour.known = false;
  behaviour.connect_failures = 1;
  behaviour.other_handles = true;
  behaviour.needs_owner = true;
  behaviour.resolve_takes = rig::milliseconds(400);
  start_with(behaviour);
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(wait_for_end(move(780)).result, POISED_MOVE_ARRIVED);
  EXPECT_GE(bluez_->connects(), 2U);
}

TEST_F(OverBluetooth, ADeskWhoseNameComesLaterThanItsServiceIsFoundAllTheSame) {
  rig::FakeBluez::Behaviour behaviour;
  behaviour.known = false;
  behaviour.name_comes_late = true;
  start_with(behaviour);
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(wait_for_end(move(740)).result, POISED_MOVE_ARRIVED);
}

TEST_F(OverBluetooth, ADeskThatBluezForgetsInMidMoveIsLookedForAgainAndLeftAtRest) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return bluez_->height_mm() > 740; }));
  bluez_->forget_device();
  EXPECT_EQ(wait_for_end(consent).result, POISED_MOVE_STOPPED);
  ASSERT_TRUE(bench_->run_until([&] { return state()->state == POISED_DESK_ABSENT; }));
  bench_->forget_messages();
  ASSERT_TRUE(wait_for_height());
  ASSERT_TRUE(bench_->run_until([&] { return !bluez_->moving(); }));
  const auto height = bluez_->height_mm();
  bench_->run_for(2s);
  EXPECT_NEAR(bluez_->height_mm(), height, 1);
}

TEST_F(OverBluetooth, AnAdapterThatIsSwitchedOffIsWaitedFor) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  bluez_->set_powered(false);
  ASSERT_TRUE(bench_->run_until([&] { return state()->state == POISED_DESK_ABSENT; }));
  bluez_->set_powered(true);
  bench_->forget_messages();
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(wait_for_end(move(740)).result, POISED_MOVE_ARRIVED);
}

TEST_F(OverBluetooth, ADeskThatAnotherCentralHasIsWaitedFor) {
  rig::FakeBluez::Behaviour behaviour;
  behaviour.in_range = false;
  start_with(behaviour);
  ASSERT_TRUE(eventually([&] { return bluez_->connects() >= 2; }));
  EXPECT_EQ(state()->state, POISED_DESK_ABSENT);
  EXPECT_EQ(wait_for_end(move(800)).result, POISED_MOVE_REFUSED);
  bluez_->set_in_range(true);
  EXPECT_TRUE(wait_for_height());
}

TEST_F(OverBluetooth, APanelThatWantsToBePairedShowsNoHeightUntilItIs) {
  rig::FakeBluez::Behaviour behaviour;
  behaviour.paired = false;
  behaviour.asks_to_pair = true;
  start_with(behaviour);
  ASSERT_TRUE(eventually([&] { return bluez_->connected(); }));
  bench_->run_for(2s);
  EXPECT_EQ(state()->state, POISED_DESK_ABSENT);
  EXPECT_EQ(wait_for_end(move(800)).result, POISED_MOVE_REFUSED);
  EXPECT_NEAR(bluez_->height_mm(), 720, 1);
}

TEST_F(OverBluetooth, AStopReachesTheWireWithin20Milliseconds) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  expect_a_stop_within_20_ms(
      {[this] { return bluez_->height_mm(); }, [this] { return bluez_->moving(); },
       [this](auto since) { return bluez_->write_since("0002 ff00", since); }});
}

TEST_F(OverBluetooth, ALostLinkEndsTheMoveAndNothingGoesOnAfterIt) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return bluez_->height_mm() > 740; }));
  bluez_->lose_link();
  EXPECT_EQ(wait_for_end(consent).result, POISED_MOVE_STOPPED);
  bench_->forget_messages();
  ASSERT_TRUE(wait_for_height());  // it is connected again by itself
  ASSERT_TRUE(bench_->run_until([&] { return !bluez_->moving(); }));
  const auto height = bluez_->height_mm();
  bench_->run_for(2s);
  EXPECT_NEAR(bluez_->height_mm(), height, 1);
  EXPECT_LT(height, 900);
}

TEST_F(OverBluetooth, BluetoothdMayStartAnewAtAnyTime) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  bluez_->restart();
  ASSERT_TRUE(bench_->run_until([&] { return state()->state == POISED_DESK_ABSENT; }));
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(wait_for_end(move(760)).result, POISED_MOVE_ARRIVED);
}

TEST_F(OverBluetooth, ALockStopsItAndNobodyMovesItWhileLocked) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return bluez_->height_mm() > 740; }));
  person(POISED_PERSON_LOCKED);
  EXPECT_EQ(wait_for_end(consent).reason, "the screen is locked");
  bench_->send(POISED_MOVE_DESK,
               poised::plugin::MoveDesk{1000, ++last_consent_, rig::boottime_ns() + 5'000'000'000});
  EXPECT_EQ(wait_for_end(last_consent_).result, POISED_MOVE_REFUSED);
}

TEST_F(OverBluetooth, ItsEndStopsTheDesk) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return bluez_->height_mm() > 740; }));
  const auto ended = rig::Clock::now();
  kill(bench_->pid(), SIGTERM);
  ASSERT_TRUE(bench_->run_until([&] { return !bluez_->moving(); }));
  EXPECT_TRUE(bluez_->write_since("0002 ff00", ended));
  EXPECT_LT(bluez_->height_mm(), 900);
}

TEST_F(OverBluetooth, OnlyOneProcessDrivesADesk) {
  start_with({});
  ASSERT_TRUE(wait_for_height());
  PluginBench second("desk", PluginBench::Options{.settings = R"({"driver":"linak-bluetooth",
                                                 "address":"D5:1E:BC:7F:69:55"})"});
  ASSERT_TRUE(second.wait_for_state(poised::plugin::PluginState::failed));
  EXPECT_NE(second.status().reason.find("another program drives this desk"), std::string::npos);
}

// ------------------------------------------------------------------ serial lines

class OverSerial : public DeskPlugin {
 protected:
  std::filesystem::path state_directory() const {
    return state_home_.path() / "poised/plugins/desk";
  }
  DutyFile duty_file() const { return {state_directory().c_str(), desk_->device()}; }
  std::unique_ptr<rig::PtyDesk> desk_;
  template <class Firmware>
  void start_with(const std::string& driver) {
    desk_ = std::make_unique<rig::PtyDesk>(std::make_unique<Firmware>(quick_desk()));
    start(R"({"driver":")" + driver + R"(","device":")" + desk_->device() + R"("})");
  }
  void moves_up_and_survives_garbage(double tolerance) {
    ASSERT_TRUE(wait_for_height());
    desk_->send_garbage();
    const auto end = wait_for_end(move(820));
    EXPECT_EQ(end.result, POISED_MOVE_ARRIVED) << end.reason;
    EXPECT_NEAR(desk_->height_mm(), 820, tolerance);
  }
};

TEST_F(OverSerial, Jiecang) {
  start_with<rig::JiecangFirmware>("jiecang-serial");
  moves_up_and_survives_garbage(3);
}

TEST_F(OverSerial, Loctek) {
  start_with<rig::LoctekFirmware>("loctek-serial");
  moves_up_and_survives_garbage(21);
}

TEST_F(OverSerial, Megadesk) {
  start_with<rig::MegadeskFirmware>("megadesk-serial");
  moves_up_and_survives_garbage(13);
}

TEST_F(OverSerial, AnUnpluggedDeskThatRunsByItselfMayBeMoving) {
  start_with<rig::JiecangFirmware>("jiecang-serial");
  ASSERT_TRUE(wait_for_height());
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return desk_->height_mm() > 740; }));
  desk_->unplug();
  const auto end = wait_for_end(consent);
  EXPECT_EQ(end.result, POISED_MOVE_STOPPED);
  EXPECT_NE(end.reason.find("may still be moving"), std::string::npos);
  EXPECT_TRUE(bench_->run_until([&] { return state()->state == POISED_DESK_UNKNOWN; }));
}

TEST_F(OverSerial, AStopReachesAnAutonomousDeskWithin20Milliseconds) {
  start_with<rig::JiecangFirmware>("jiecang-serial");
  ASSERT_TRUE(wait_for_height());
  expect_a_stop_within_20_ms(
      {[this] { return desk_->height_mm(); }, [this] { return desk_->moving(); },
       [this](auto since) {
         return desk_->received_since(jiecang::request(jiecang::Opcode::stop), since);
       }});
}

TEST_F(OverSerial, AfterItWasKilledTheDeskIsStoppedAndTheDutyIsNotForgotten) {
  start_with<rig::JiecangFirmware>("jiecang-serial");
  ASSERT_TRUE(wait_for_height());
  move(1250);
  ASSERT_TRUE(bench_->run_until([&] { return desk_->height_mm() > 740; }));
  const auto before = bench_->pid();
  kill(before, SIGKILL);
  ASSERT_TRUE(bench_->run_until(
      [&] { return bench_->pid() != before && bench_->pid() > 0 && !desk_->moving(); }));
  EXPECT_LT(desk_->height_mm(), 1100);
  // The run that nobody saw the end of counts.
  const auto kept = duty_file().read();
  EXPECT_GT(DutyMeter::restored(kept.runs).used(kept.written.now), 500ms);
}

TEST_F(OverSerial, ADeskThatHasRunForLongEnoughIsNotMovedByANewProcessEither) {
  const auto now = Instant(Duration(rig::boottime_ns()));
  std::string boot_id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id") >> std::ws, boot_id);
  desk_ = std::make_unique<rig::PtyDesk>(std::make_unique<rig::JiecangFirmware>(quick_desk()));
  std::filesystem::create_directories(state_directory());
  duty_file().write({{now, 0, boot_id}, {{now - 140s, now - 30s}}, false});
  start(R"({"driver":"jiecang-serial","device":")" + desk_->device() + R"("})");
  ASSERT_TRUE(wait_for_height());
  const auto end = wait_for_end(move(900));
  EXPECT_EQ(end.result, POISED_MOVE_REFUSED);
  EXPECT_EQ(end.reason, "its motors have run for long enough: they rest for 18 minutes");
}

// ------------------------------------------------------------------ programs of one's own

// They may write where the sandbox of the plugin lets them: below XDG_RUNTIME_DIR.
class OverPrograms : public DeskPlugin {
 protected:
  void SetUp() override {
    // Where it was, when (hundredths of seconds), and where it goes, at 40 mm/s.
    write("program", R"(#!/bin/sh
cd "${0%/*}"
read -r up rest </proc/uptime
now=${up%.*}${up#*.}
read -r from since to <state
go=$(((now - since) * 40 / 100))
if [ "$to" -ge "$from" ]; then
  at=$((from + go < to ? from + go : to))
else
  at=$((from - go > to ? from - go : to))
fi
case $1 in
  height) echo "it is at $at mm" ;;
  goto) echo $$ >driving; echo "$at $now $2" >state; exec sleep 50 ;;
  stop) echo "$at $now $at" >state ;;
esac
)");
    std::filesystem::permissions(runtime_.path() / "program", std::filesystem::perms::owner_all);
    write("state", "720 0 720\n");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(runtime_.path() / name) << text;
  }
  std::string words(const std::string& action) const {
    return "[\"" + (runtime_.path() / "program").string() + "\"," + action + "]";
  }
  std::string settings() const {
    return R"("driver":"command","unit":"mm","height_command":)" + words("\"height\"") +
           R"(,"goto_command":)" + words(R"("goto","{mm}")") + R"(,"stop_command":)" +
           words("\"stop\"");
  }
  long number_in(const std::string& name, int place = 0) const {
    std::ifstream file(runtime_.path() / name);
    long number = -1;
    for (int i = 0; i <= place; ++i) file >> number;
    return number;
  }
  bool is_driven() const {
    const auto pid = number_in("driving");
    return pid > 0 && kill(static_cast<pid_t>(pid), 0) == 0;
  }
  /// Where it was told to go, once that is where it is.
  std::optional<long> rests_at() const {
    std::ifstream file(runtime_.path() / "state");
    long from = 0, since = 0, to = 0;
    // The shell empties it before it writes.
    return file >> from >> since >> to && from == to ? std::optional(to) : std::nullopt;
  }
};

TEST_F(OverPrograms, ADeskIsReadAndMoved) {
  start("{" + settings() + "}");
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(state()->height_mm, 720);
  const auto end = wait_for_end(move(800));
  EXPECT_EQ(end.result, POISED_MOVE_ARRIVED) << end.reason;
  EXPECT_EQ(number_in("state", 2), 800);
}

TEST_F(OverPrograms, AStopEndsTheProgramThatStillDrivesAndRunsTheOneThatStops) {
  start("{" + settings() + "}");
  ASSERT_TRUE(wait_for_height());
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return state()->height_mm > 740; }));
  EXPECT_TRUE(is_driven());
  bench_->send(POISED_STOP_DESK);
  EXPECT_EQ(wait_for_end(consent).reason, "stopped");
  ASSERT_TRUE(eventually([&] { return rests_at().has_value(); }));
  EXPECT_LT(*rests_at(), 1000);
  EXPECT_FALSE(is_driven());
}

TEST_F(OverPrograms, OneThatIsTakenOutOfTheSettingsInMidMoveIsStoppedFirst) {
  write("other", "");
  start(R"({"name":"mine",)" + settings() + "}");
  ASSERT_TRUE(wait_for_height());
  move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return state()->height_mm > 740; }));
  bench_->reconfigure(R"({"name":"other","driver":"jiecang-serial","device":")" +
                      (runtime_.path() / "other").string() + R"("})");
  ASSERT_TRUE(eventually([&] { return rests_at().has_value(); }));
  EXPECT_LT(*rests_at(), 1000);
  EXPECT_FALSE(is_driven());
}

TEST_F(OverPrograms, OneThatNeverAnswersIsNoDesk) {
  start(R"({"driver":"command","height_command":["sleep","100"],"goto_command":["true"],)"
        R"("stop_command":["true"]})");
  bench_->run_for(3s);
  EXPECT_EQ(state()->state, POISED_DESK_ABSENT);
  EXPECT_EQ(wait_for_end(move(800)).result, POISED_MOVE_REFUSED);
}

// ------------------------------------------------------------------ several desks

class TwoDesks : public OverSerial {
 protected:
  rig::SystemBus bus_;
  std::unique_ptr<rig::FakeBluez> bluez_;
  std::string second() const {
    return R"({"name":"home","driver":"jiecang-serial","device":")" + desk_->device() + R"("})";
  }
  void start_both(const std::string& further = "") {
    rig::FakeBluez::Behaviour behaviour;
    behaviour.mechanics = quick_desk();
    bluez_ = std::make_unique<rig::FakeBluez>(bus_.address(), behaviour);
    desk_ = std::make_unique<rig::PtyDesk>(std::make_unique<rig::JiecangFirmware>(quick_desk()));
    start(R"({"driver":"linak-bluetooth","address":"D5:1E:BC:7F:69:55","name":"office","desks":[)" +
          second() + further + "]}");
    ASSERT_TRUE(bench_->run_until([&] {
      const auto office = state_of("office"), home = state_of("home");
      return office && home && office->height_mm > 0 && home->height_mm > 0;
    }));
  }
};

TEST_F(TwoDesks, EachIsMovedByItsNameAndNoOther) {
  start_both();
  EXPECT_EQ(wait_for_end(move(780, "home")).result, POISED_MOVE_ARRIVED);
  EXPECT_NEAR(desk_->height_mm(), 780, 3);
  EXPECT_NEAR(bluez_->height_mm(), 720, 1);
  EXPECT_EQ(wait_for_end(move(760, "office")).result, POISED_MOVE_ARRIVED);
  EXPECT_NEAR(bluez_->height_mm(), 760, 3);
  EXPECT_NEAR(desk_->height_mm(), 780, 3);
  EXPECT_EQ(wait_for_end(move(900)).reason, "no such desk is configured");
  EXPECT_EQ(wait_for_end(move(900, "attic")).reason, "no such desk is configured");
}

TEST_F(TwoDesks, OnlyOneMovesAtATimeAndAStopIsForAll) {
  start_both();
  const auto first = move(1100, "office");
  ASSERT_TRUE(bench_->run_until([&] { return bluez_->height_mm() > 740; }));
  EXPECT_EQ(wait_for_end(move(900, "home")).reason, "another desk is moving");
  bench_->send(POISED_STOP_DESK);
  EXPECT_EQ(wait_for_end(first).reason, "stopped");
  EXPECT_NEAR(desk_->height_mm(), 720, 1);
  ASSERT_TRUE(bench_->run_until([&] { return !bluez_->moving(); }));
  EXPECT_LT(bluez_->height_mm(), 1000);
}

TEST_F(TwoDesks, EachHasALockOfItsOwn) {
  start_both();
  for (const auto& desk :
       {second(), std::string(R"({"driver":"linak-bluetooth","address":"D5:1E:BC:7F:69:55"})")}) {
    PluginBench other("desk", PluginBench::Options{.settings = desk});
    ASSERT_TRUE(other.wait_for_state(poised::plugin::PluginState::failed));
    EXPECT_NE(other.status().reason.find("another program drives this desk"), std::string::npos);
  }
}

TEST_F(TwoDesks, OneThatCannotBeHadDoesNotKeepTheOthersFromBeingDriven) {
  start_both(R"(,{"name":"attic","driver":"jiecang-serial"},{"name":"cellar","drivr":"mqtt"})");
  ASSERT_TRUE(bench_->run_until([&] { return !bench_->status().reason.empty(); }));
  EXPECT_EQ(bench_->status().reason,
            "attic: plugin.desk.device: is needed for driver = \"jiecang-serial\"; desks[2]: "
            "plugin.desk.desks[2].drivr: no such key");
  EXPECT_EQ(wait_for_end(move(760, "home")).result, POISED_MOVE_ARRIVED);
}

TEST_F(TwoDesks, OneThatIsTakenOutOfTheSettingsInMidMoveIsStoppedAndNoLongerToldOf) {
  start_both();
  const auto consent = move(1100, "home");
  ASSERT_TRUE(bench_->run_until([&] { return desk_->height_mm() > 740; }));
  bench_->forget_messages();
  const auto changed = rig::Clock::now();
  bench_->reconfigure(R"({"driver":"linak-bluetooth","address":"D5:1E:BC:7F:69:55",
                          "name":"office"})");
  EXPECT_EQ(wait_for_end(consent).reason, "its settings were changed");
  // READY says that what was told before holds no longer.
  ASSERT_TRUE(bench_->run_until([&] {
    const auto office = state_of("office");
    return bench_->all<poised::plugin::Ready>(POISED_READY).size() == 1 && office &&
           office->height_mm > 0;
  }));
  EXPECT_EQ(state_of("home")->state, POISED_DESK_ABSENT);
  EXPECT_TRUE(desk_->received_since(jiecang::request(jiecang::Opcode::stop), changed));
  ASSERT_TRUE(eventually([&] { return !desk_->moving(); }));
  EXPECT_LT(desk_->height_mm(), 900);
}

TEST_F(TwoDesks, EachKeepsItsOwnDuty) {
  start_both();
  EXPECT_EQ(wait_for_end(move(780, "home")).result, POISED_MOVE_ARRIVED);
  EXPECT_TRUE(eventually([&] {
    const auto now = Instant(Duration(rig::boottime_ns()));
    return DutyMeter::restored(duty_file().read().runs).used(now) > 500ms;
  }));
  const DutyFile office(state_directory().c_str(), "D5:1E:BC:7F:69:55");
  EXPECT_TRUE(office.read().runs.empty());
}

TEST(SeveralDesks, HaveTheKeysOfTheManifest) {
  std::ifstream manifest(DESK_MANIFEST);
  std::vector<std::string> names;
  for (std::string line; std::getline(manifest, line);)
    if (line.starts_with("[settings.")) names.push_back(line.substr(10, line.find(']') - 10));
  std::erase(names, "desks");
  auto known = desk_keys();
  std::ranges::sort(names);
  std::ranges::sort(known);
  EXPECT_EQ(known, names);
}

// ------------------------------------------------------------------ brokers

class OverMqtt : public DeskPlugin {
 protected:
  rig::MqttBroker broker_;
  std::unique_ptr<rig::EspHomeDesk> desk_;
  void SetUp() override {
    desk_ = std::make_unique<rig::EspHomeDesk>(broker_.port(), quick_desk());
  }
  std::string named_topics() const {
    return R"({"driver":"mqtt","broker":")" + broker_.address() +
           R"(","state_topic":"desk/number/height/state",)"
           R"("set_topic":"desk/number/height/command","stop_topic":"desk/cover/desk/command",)"
           R"("stop_payload":"STOP","availability_topic":"desk/status","unit":"cm"})";
  }
  std::string discovered() const {
    return R"({"driver":"mqtt","broker":")" + broker_.address() + R"(","discovery_topic":")" +
           rig::EspHomeDesk::number_document + R"(","cover_topic":")" +
           rig::EspHomeDesk::cover_document + R"("})";
  }
};

TEST_F(OverMqtt, ADeskWithNamedTopicsIsReadAndMoved) {
  start(named_topics());
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(state()->height_mm, 720);
  const auto end = wait_for_end(move(800));
  EXPECT_EQ(end.result, POISED_MOVE_ARRIVED) << end.reason;
  EXPECT_NEAR(desk_->height_mm(), 800, 10);
}

TEST_F(OverMqtt, ADiscoveredDeskIsReadMovedAndKeptWithinTheLimitsItTells) {
  start(discovered());
  ASSERT_TRUE(wait_for_height());
  const auto end = wait_for_end(move(800));
  EXPECT_EQ(end.result, POISED_MOVE_ARRIVED) << end.reason;
  EXPECT_NEAR(desk_->height_mm(), 800, 10);
  EXPECT_EQ(wait_for_end(move(1260)).reason, "126 cm is outside of 65 cm to 125 cm");
}

TEST_F(OverMqtt, ItsReasonsNameHeightsAsThePersonMeasures) {
  const rig::ScopedVariable american("LC_ALL", "en_US.UTF-8");
  start(discovered());
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(wait_for_end(move(1260)).reason, "49.6 in is outside of 25.6 in to 49.2 in");
}

/// A node that has a cover for its desk and nothing else.
class OverACover : public OverMqtt {
 protected:
  void SetUp() override {}
  void start_cover(const std::string& settings,
                   const rig::DeskPhysics::Options& mechanics = quick_desk()) {
    desk_ = std::make_unique<rig::EspHomeDesk>(broker_.port(), mechanics,
                                               rig::EspHomeFirmware::Entities::cover);
    start(settings);
  }
  std::string settings(const std::string& how) const {
    return R"({"driver":"mqtt","closed_mm":620,"open_mm":1270,"broker":")" + broker_.address() +
           "\"," + how + "}";
  }
  std::string document() const {
    return settings(R"("cover_topic":"homeassistant/cover/desk/desk/config")");
  }
  void expect_read_moved_and_kept_within_its_travel() {
    ASSERT_TRUE(wait_for_height());
    EXPECT_EQ(state()->height_mm, 718);  // 15 %
    const auto end = wait_for_end(move(800));
    EXPECT_EQ(end.result, POISED_MOVE_ARRIVED) << end.reason;
    EXPECT_NEAR(desk_->height_mm(), 795.5, 1);  // 27 %
    EXPECT_EQ(wait_for_end(move(1280)).reason, "128 cm is outside of 62 cm to 127 cm");
  }
};

TEST_F(OverACover, ADiscoveredOneIsReadMovedAndKeptWithinItsTravel) {
  start_cover(document());
  expect_read_moved_and_kept_within_its_travel();
}

TEST_F(OverACover, OneWithNamedTopicsIsReadMovedAndKeptWithinItsTravel) {
  start_cover(
      settings(R"("unit":"%","state_topic":"desk/cover/desk/position/state",)"
               R"("set_topic":"desk/cover/desk/position/command",)"
               R"("stop_topic":"desk/cover/desk/command","availability_topic":"desk/status")"));
  expect_read_moved_and_kept_within_its_travel();
}

TEST_F(OverACover, AStopReachesItWithin20Milliseconds) {
  start_cover(document());
  ASSERT_TRUE(wait_for_height());
  expect_a_stop_within_20_ms({[this] { return desk_->height_mm(); },
                              [this] { return desk_->moving(); },
                              [this](auto since) { return desk_->stopped_since(since); }});
}

TEST_F(OverACover, AWrongPercentIsLeftOut) {
  auto mechanics = quick_desk();
  mechanics.start_mm = mechanics.highest_mm;
  start_cover(document(), mechanics);
  ASSERT_TRUE(wait_for_height());
  EXPECT_EQ(state()->height_mm, 1270);
  rig::MqttClient liar(broker_.port());
  for (const char* percent : {"101", "102", "-1", "unknown", "", "nan", "99"})
    liar.publish(rig::EspHomeFirmware::position_topic, percent);
  ASSERT_TRUE(bench_->run_until([&] { return state()->height_mm != 1270; }));
  EXPECT_EQ(state()->height_mm, 1264);
}

TEST_F(OverMqtt, AStopReachesTheDeskBehindABrokerWithin20Milliseconds) {
  start(discovered());
  ASSERT_TRUE(wait_for_height());
  expect_a_stop_within_20_ms({[this] { return desk_->height_mm(); },
                              [this] { return desk_->moving(); },
                              [this](auto since) { return desk_->stopped_since(since); }});
}

TEST_F(OverMqtt, ADeskThatLosesItsPowerIsGoneByItsLastWill) {
  start(discovered());
  ASSERT_TRUE(wait_for_height());
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return desk_->height_mm() > 740; }));
  desk_->lose_power();
  const auto end = wait_for_end(consent);
  EXPECT_EQ(end.result, POISED_MOVE_STOPPED);
  EXPECT_NE(end.reason.find("desk/status: the desk is offline"), std::string::npos) << end.reason;
}

TEST_F(OverMqtt, ABrokerThatDiesIsWaitedForAndNothingGoesOnAfterIt) {
  start(discovered());
  ASSERT_TRUE(wait_for_height());
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return desk_->height_mm() > 740; }));
  broker_.kill();
  EXPECT_EQ(wait_for_end(consent).result, POISED_MOVE_STOPPED);
  EXPECT_TRUE(bench_->run_until([&] { return state()->state == POISED_DESK_UNKNOWN; }));
  broker_.restart();
  desk_ = std::make_unique<rig::EspHomeDesk>(broker_.port(), quick_desk());
  bench_->forget_messages();
  ASSERT_TRUE(wait_for_height());
  bench_->run_for(2s);
  EXPECT_NEAR(desk_->height_mm(), 720, 1);
}

class Published : public OverBluetooth {
 protected:
  rig::MqttBroker broker_;
  rig::MqttClient home_{broker_.port()};
  const std::string base_ = "poised/D5_1E_BC_7F_69_55";
  void start_published(const std::string& more) {
    rig::FakeBluez::Behaviour behaviour;
    behaviour.mechanics = quick_desk();
    bluez_ = std::make_unique<rig::FakeBluez>(bus_.address(), behaviour);
    start(R"({"driver":"linak-bluetooth","address":"D5:1E:BC:7F:69:55","broker":")" +
          broker_.address() + "\"" + more + "}");
    ASSERT_TRUE(wait_for_height());
  }
  bool says(const std::string& topic, const std::string& payload) {
    return home_.wait_for(base_ + topic, payload);
  }
};

TEST_F(Published, ItIsNotUnlessSomebodySaysSo) {
  start_published("");
  bench_->run_for(1s);
  EXPECT_FALSE(home_.last(base_ + "/height"));
  EXPECT_FALSE(home_.last(base_ + "/status"));
}

TEST_F(Published, ItsHeightIsThereAndItCanBeStoppedButNotMoved) {
  start_published(R"(,"publish":true)");
  EXPECT_TRUE(says("/status", "online"));
  EXPECT_TRUE(says("/height", "720"));
  const auto document = home_.last("homeassistant/sensor/poised_D5_1E_BC_7F_69_55/height/config");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->find("cmd_t"), std::string::npos);
  home_.publish(base_ + "/height/set", "900");
  bench_->run_for(2s);
  EXPECT_NEAR(bluez_->height_mm(), 720, 1);
  const auto consent = move(1100);
  ASSERT_TRUE(bench_->run_until([&] { return bluez_->height_mm() > 740; }));
  home_.publish(base_ + "/stop", "PRESS");
  EXPECT_EQ(wait_for_end(consent).reason, "it was stopped from afar");
  bench_->stop();
  EXPECT_TRUE(says("/status", "offline"));
}

TEST_F(Published, ItIsMovedWhereThatIsAllowedButNotByWhatTheBrokerHadKept) {
  home_.publish(base_ + "/height/set", "1000", true);
  start_published(R"(,"publish":true,"publish_motion":true)");
  EXPECT_TRUE(says("/height", "720"));
  bench_->run_for(2s);
  EXPECT_NEAR(bluez_->height_mm(), 720, 1);
  home_.publish(base_ + "/height/set", "780");
  EXPECT_TRUE(says("/height", "780"));
  person(POISED_PERSON_LOCKED);
  home_.publish(base_ + "/height/set", "900");
  bench_->run_for(2s);
  EXPECT_NEAR(bluez_->height_mm(), 780, 3);
}

TEST_F(Published, WhatTheBrokerKeptIsTakenBackOnceItIsSwitchedOff) {
  start_published(R"(,"publish":true)");
  EXPECT_TRUE(says("/height", "720"));
  bench_->stop();
  EXPECT_TRUE(says("/status", "offline"));
  const std::string at_home = "homeassistant/sensor/poised_D5_1E_BC_7F_69_55/height/config";
  ASSERT_TRUE(home_.last(at_home));
  EXPECT_NE(home_.last(at_home), "");
  start_published(R"(,"publish":false)");
  for (const auto& topic :
       {at_home, std::string("homeassistant/button/poised_D5_1E_BC_7F_69_55/stop/config"),
        base_ + "/height", base_ + "/status"}) {
    EXPECT_TRUE(eventually([&] { return home_.last(topic) == ""; })) << topic;
  }
  // Who comes later finds nothing.
  rig::MqttClient later(broker_.port());
  // It hears everything from here on.
  later.publish("rig/later", "listens");
  ASSERT_TRUE(later.wait_for("rig/later", "listens"));
  bench_->run_for(1s);
  EXPECT_FALSE(later.last(at_home));
  EXPECT_FALSE(later.last(base_ + "/status"));
  EXPECT_TRUE(eventually([&] {
    std::ifstream kept(state_home_.path() / "poised/plugins/desk/published.json");
    std::string text;
    std::getline(kept, text);
    return text == "[]";
  }));
}

TEST_F(Published, ThatItMayBeMovedIsTakenBackWhileItGoesOnBeingPublished) {
  start_published(R"(,"publish":true,"publish_motion":true)");
  const std::string number = "homeassistant/number/poised_D5_1E_BC_7F_69_55/height/config";
  ASSERT_TRUE(eventually([&] { return home_.last(number).has_value(); }));
  bench_->reconfigure(R"({"driver":"linak-bluetooth","address":"D5:1E:BC:7F:69:55","broker":")" +
                      broker_.address() + R"(","publish":true})");
  EXPECT_TRUE(eventually([&] { return home_.last(number) == ""; }));
  EXPECT_TRUE(eventually([&] {
    return home_.last("homeassistant/sensor/poised_D5_1E_BC_7F_69_55/height/config").has_value();
  }));
  EXPECT_TRUE(says("/height", "720"));
}

TEST_F(Published, AProcessThatIsKilledIsOfflineByItsLastWill) {
  start_published(R"(,"publish":true)");
  EXPECT_TRUE(says("/status", "online"));
  kill(bench_->pid(), SIGKILL);
  EXPECT_TRUE(says("/status", "offline"));
}

TEST(Settings, ADeskThatIsNotNamedIsRefusedWithOneLine) {
  rig::TemporaryDirectory runtime;
  rig::ScopedVariable variable{"XDG_RUNTIME_DIR", runtime.path().string()};
  for (const auto& [settings, reason] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"driver":"none"})", "plugin.desk.driver: no desk is configured"},
           {R"({"driver":"linak-bluetooth"})",
            "plugin.desk.address: is needed for driver = \"linak-bluetooth\""},
           {R"({"driver":"linak-bluetooth","address":"nearest"})",
            "plugin.desk.address: 'nearest' is no Bluetooth address such as D5:1E:BC:7F:69:55"},
           {R"({"driver":"jiecang-serial"})",
            "plugin.desk.device: is needed for driver = \"jiecang-serial\""},
           {R"({"driver":"jiecang-serial","device":"/dev/null","publish":true})",
            "plugin.desk.broker: is needed for publish = true"},
           {R"({"driver":"mqtt","broker":"host","cover_topic":"a","open_mm":1270})",
            "plugin.desk.closed_mm: the height of the desk there, in mm, is needed for a cover"},
           {R"({"driver":"mqtt","broker":"host","cover_topic":"a","closed_mm":62,"open_mm":127})",
            "plugin.desk.open_mm: no desk travels 65 mm from closed_mm"},
           {R"({"driver":"mqtt","broker":"host","discovery_topic":"a","unit":"%"})",
            "plugin.desk.unit: '%' is none of mm, cm, in"},
           {R"({"driver":"mqtt","broker":"host:x"})",
            "plugin.desk.broker: 'host:x' is not HOST or HOST:PORT"}}) {
    PluginBench bench("desk", PluginBench::Options{.settings = settings});
    ASSERT_TRUE(bench.wait_for_state(poised::plugin::PluginState::failed)) << settings;
    EXPECT_NE(bench.status().reason.find(reason), std::string::npos) << bench.status().reason;
  }
}

}  // namespace
}  // namespace desk::test
