// SPDX-License-Identifier: MIT
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <tuple>

#include "simulated_desks.hpp"

// Each driver × each accident: all end safe. The table of docs/desks.md is made here.
namespace desk::test {
namespace {

using Kind = Outcome::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int32_t low = 720, high = 1100;

std::unique_ptr<SimulatedDesk> started(const Family& family) {
  auto desk = family.make();
  desk->start();
  EXPECT_TRUE(desk->run_until(
      [&] { return desk->unit().supervisor().view().height_mm.has_value(); }, seconds(20)))
      << family.name;
  desk->run(seconds(1));
  return desk;
}

std::int32_t tolerance(SimulatedDesk& desk) {
  return desk.unit().capabilities().tolerance_mm;
}

/// A move that has been under way for two seconds.
std::uint64_t under_way(SimulatedDesk& desk) {
  const auto consent = desk.move(high);
  EXPECT_TRUE(desk.run_until([&] { return desk.firmware().physics.moving(); }, seconds(6)));
  desk.run(seconds(3));
  EXPECT_TRUE(desk.firmware().physics.moving());
  return consent;
}

/// Nothing that moves the desk goes out any more, and it rests.
void expect_at_peace(SimulatedDesk& desk, Duration within = seconds(8)) {
  const auto orders = desk.orders;
  EXPECT_TRUE(desk.run_until([&] { return !desk.firmware().physics.moving(); }, within));
  desk.run(seconds(90));
  EXPECT_FALSE(desk.firmware().physics.moving());
  EXPECT_EQ(desk.orders, orders);
}

using Check = void (*)(const Family&);

void normal_move(const Family& family) {
  const auto desk = started(family);
  for (const auto target : {high, low}) {
    const auto consent = desk->move(target);
    ASSERT_TRUE(desk->run_until([&] { return desk->outcome(consent).has_value(); }));
    EXPECT_EQ(desk->outcome(consent)->kind, Kind::arrived) << desk->outcome(consent)->reason;
    EXPECT_NEAR(desk->firmware().physics.mm(), target, tolerance(*desk) + 1);
    expect_at_peace(*desk);
  }
  EXPECT_GT(desk->orders, 1U);
}

void obstacles(const Family& family) {
  for (const int direction : {1, -1}) {
    for (int percent = 10; percent <= 90; percent += 10) {
      SCOPED_TRACE(std::to_string(percent) + " % " + (direction > 0 ? "up" : "down"));
      const auto desk = started(family);
      if (direction < 0) {
        const auto up = desk->move(high);
        ASSERT_TRUE(desk->run_until([&] { return desk->outcome(up).has_value(); }));
        desk->run(seconds(3));
      }
      const double at = low + (high - low) * (direction > 0 ? percent : 100 - percent) / 100.0;
      desk->firmware().physics.obstacle(at, direction);
      const auto consent = desk->move(direction > 0 ? high : low);
      ASSERT_TRUE(desk->run_until([&] { return desk->outcome(consent).has_value(); }));
      EXPECT_EQ(desk->outcome(consent)->kind, Kind::stopped);
      expect_at_peace(*desk);
      EXPECT_LE((desk->firmware().physics.mm() - at) * direction, 0.1);
    }
  }
}

void paddle(const Family& family) {
  for (const int direction : {1, -1}) {
    const auto desk = started(family);
    const auto consent = under_way(*desk);
    desk->firmware().physics.paddle(direction);
    desk->run(seconds(4));
    // It is the person's: it still goes where the paddle says, and no order fights it.
    const auto orders = desk->orders;
    if (direction < 0) {
      ASSERT_TRUE(desk->outcome(consent));
    }
    desk->firmware().physics.paddle(0);
    desk->run(seconds(6));
    if (direction < 0) {
      EXPECT_EQ(desk->orders, orders);
    }
    ASSERT_TRUE(desk->outcome(consent));
    expect_at_peace(*desk);
  }
}

void link_loss_at_every_message(const Family& family) {
  std::size_t messages = 0;
  {
    const auto desk = started(family);
    const auto before = desk->wire.delivered;
    const auto consent = desk->move(high);
    desk->run_until([&] { return desk->outcome(consent).has_value(); });
    messages = desk->wire.delivered - before;
  }
  ASSERT_GT(messages, 10U);
  for (std::size_t message = 1; message <= messages; ++message) {
    SCOPED_TRACE("message " + std::to_string(message));
    const auto desk = started(family);
    const auto consent = desk->move(high);
    desk->wire.cut_after = desk->wire.delivered + message;
    // Where it arrived with fewer, it is lost at rest.
    if (!desk->run_until([&] { return !desk->wire.up; }, seconds(40))) desk->wire.cut();
    desk->run(seconds(2));
    const auto orders = desk->orders;
    desk->wire.restore();
    // A desk that ran on by itself is told to stop as soon as it can be told.
    expect_at_peace(*desk);
    EXPECT_EQ(desk->orders, orders);
    EXPECT_TRUE(desk->outcome(consent));
    if (testing::Test::HasFailure()) return;
  }
}

void silence(const Family& family) {
  const auto desk = started(family);
  const auto consent = under_way(*desk);
  desk->firmware().silent = true;
  ASSERT_TRUE(desk->run_until([&] { return desk->outcome(consent).has_value(); }, seconds(4)));
  EXPECT_EQ(desk->outcome(consent)->kind, Kind::stopped);
  expect_at_peace(*desk);
  EXPECT_LT(desk->firmware().physics.mm(), high - 50);
}

void absurd_heights(const Family& family) {
  for (const double lie : {-23.3, 0.0, 99.0, 650.0, 1190.0, 9999.0}) {
    SCOPED_TRACE(lie);
    const auto desk = started(family);
    const auto consent = under_way(*desk);
    desk->firmware().lie_mm = lie;
    ASSERT_TRUE(desk->run_until([&] { return desk->outcome(consent).has_value(); }, seconds(4)));
    EXPECT_EQ(desk->outcome(consent)->kind, Kind::stopped);
    expect_at_peace(*desk);
    EXPECT_GT(desk->firmware().physics.mm(), low - 1);
    EXPECT_LT(desk->firmware().physics.mm(), high - 50);
  }
}

void absence(const Family& family) {
  for (const auto gone : {Person::Presence::locked, Person::Presence::asleep,
                          Person::Presence::seat_inactive, Person::Presence::unknown}) {
    const auto desk = started(family);
    const auto consent = under_way(*desk);
    desk->unit().person({gone, desk->now});
    ASSERT_TRUE(desk->outcome(consent));
    EXPECT_EQ(desk->outcome(consent)->kind, Kind::stopped);
    expect_at_peace(*desk);
    EXPECT_LT(desk->firmware().physics.mm(), high - 50);
  }
}

/// Somebody moves it from afar, and the last input at the desk was a minute ago.
void nobody_there(const Family& family) {
  const auto desk = started(family);
  desk->unit().person({Person::Presence::present, desk->now});
  desk->run(seconds(56));
  const auto consent = desk->move(high, true);
  ASSERT_TRUE(desk->run_until([&] { return desk->firmware().physics.moving(); }, seconds(3)));
  ASSERT_TRUE(desk->run_until([&] { return desk->outcome(consent).has_value(); }, seconds(5)));
  EXPECT_EQ(desk->outcome(consent)->kind, Kind::stopped);
  expect_at_peace(*desk);
  EXPECT_LT(desk->firmware().physics.mm(), high - 50);
}

/// The daemon is killed: the desk's process sees the end of its input, stops the desk and ends.
void daemon_killed(const Family& family) {
  const auto desk = started(family);
  under_way(*desk);
  desk->unit().stop("the daemon has gone");
  desk->run(milliseconds(200));
  desk->end_process();
  EXPECT_TRUE(desk->run_until([&] { return !desk->firmware().physics.moving(); }, seconds(6)));
  EXPECT_LT(desk->firmware().physics.mm(), high - 50);
}

/// The desk's own process is killed, with no time for anything, and started again.
void restart(const Family& family) {
  const auto desk = started(family);
  under_way(*desk);
  MotionSupervisor::Options saved;
  saved.was_moving = true;
  saved.duty = desk->unit().supervisor().duty();
  desk->end_process();
  desk->run(seconds(1));
  const auto orders = desk->orders;
  desk->wire.up = false;
  desk->start(saved);
  EXPECT_TRUE(desk->run_until([&] { return !desk->firmware().physics.moving(); }, seconds(10)));
  desk->run(seconds(30));
  EXPECT_EQ(desk->orders, orders);
  EXPECT_LT(desk->firmware().physics.mm(), high - 20);
}

struct Accident {
  const char* name;
  Check check;
};
const Accident accidents[] = {
    {"normal move, up and down", normal_move},
    {"obstacle at every 10 %, up and down", obstacles},
    {"paddle in mid-move", paddle},
    {"link lost at every message", link_loss_at_every_message},
    {"no heights any more", silence},
    {"absurd heights", absurd_heights},
    {"lock, sleep, other seat, presence unknown", absence},
    {"nobody at the keyboard for a minute", nobody_there},
    {"daemon killed in mid-move", daemon_killed},
    {"desk process killed and restarted", restart},
};

class Matrix : public testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(Matrix, EndsSafe) {
  const auto [family, accident] = GetParam();
  accidents[accident].check(all_families()[family]);
}

INSTANTIATE_TEST_SUITE_P(Desk, Matrix,
                         testing::Combine(testing::Range(std::size_t{0}, all_families().size()),
                                          testing::Range(std::size_t{0}, std::size(accidents))));

// The table of the manual says what this program finds, and nothing else. DESK_TABLE=write renews
// it.
TEST(MatrixTable, IsThatOfTheManual) {
  const std::string begin = "<!-- matrix -->\n", end = "<!-- /matrix -->\n";
  std::string table = "|";
  for (const auto& family : all_families()) table += " | " + family.name;
  table += " |\n|---|";
  for (std::size_t i = 0; i < all_families().size(); ++i) table += "---|";
  table += "\n";
  for (const auto& accident : accidents) {
    table += std::string("| ") + accident.name;
    for (const auto& family : all_families()) {
      testing::TestPartResultArray failures;
      {
        const testing::ScopedFakeTestPartResultReporter reporter(
            testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
        accident.check(family);
      }
      table += failures.size() == 0 ? " | safe" : " | **not safe**";
    }
    table += " |\n";
  }
  const std::string file = DESK_MANUAL;
  std::ifstream stream(file);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const auto from = text.find(begin), to = text.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  if (std::getenv("DESK_TABLE") != nullptr)
    std::ofstream(file) << text.substr(0, from + begin.size()) << table << text.substr(to);
  else
    EXPECT_EQ(text.substr(from + begin.size(), to - from - begin.size()), table);
}

}  // namespace
}  // namespace desk::test
