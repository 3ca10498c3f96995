// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "session.hpp"

// A run that was started from the notification: its exercise, its pictures, its progress, in one
// place, on the notification servers that people have.
namespace poised::test {
namespace {

using rig::NotifyCall;
using rig::Screenshot;

struct ServerUnderTest {
  const char* name;
  const char* program;  ///< as rig::library_program has it; empty: dunst
  const char* package;
  int start_x, start_y;  ///< where a click starts
  bool bar;              ///< it shows a progress beside the words, and not instead of them
  std::size_t banners;   ///< dunst leaves what was clicked in its place, the others take it away
};

void PrintTo(const ServerUnderTest& server, std::ostream* out) {
  *out << server.name;
}

// Two sides of four seconds, at the wall.
constexpr const char* short_exercise = R"(schema = 1
[[exercise]]
id = "test-turns"
name = { en = "Turns", de = "Drehungen" }
posture = ["standing"]
equipment = []
places = ["wall"]
discreet = true
level = "relief"
region = ["shoulders"]
positions = []
substitute = "shoulder-blade-squeeze"
dose = { seconds = [4, 4], sides = "side" }
easier = { en = "Half as far.", de = "Halb so weit." }
cautions = [{ en = "Gently.", de = "Sanft." }]
source = "ours"
evidence = { grade = "low", note = { en = "None.", de = "Keiner." } }
steps = [
  { seconds = 2, picture = 1, repeat = true, text = { en = "Turn there.", de = "Hindrehen." } },
  { seconds = 2, picture = 2, repeat = true, text = { en = "Turn here.", de = "Zurückdrehen." } },
]
pictures = [
  { file = "wall-angel-1", alt = { en = "One.", de = "Eins." } },
  { file = "wall-angel-2", alt = { en = "Two.", de = "Zwei." } },
]
[[routine]]
id = "test-turns"
name = { en = "Turns", de = "Drehungen" }
summary = { en = "Turns.", de = "Drehungen." }
choose = "all"
exercises = ["test-turns"]
source = "ours"
)";

class ARun : public Session {
 protected:
  void prepare() {
    const auto folder = config_file().parent_path() / "exercises";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "test.toml") << short_exercise;
    std::string config = short_intervals;
    const std::string none = "routine = \"\"";
    config.replace(config.find(none), none.size(), "routine = \"test-turns\"");
    write_config(config + "[programme]\nplaces = [\"wall\"]\n");
    skip_welcome();
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }

  /// From the prompt on, and whatever is not the end of it.
  std::vector<NotifyCall> scenes() const {
    auto calls = notifications_->calls();
    std::erase_if(calls, [](const NotifyCall& call) { return call.title != "Turns"; });
    return calls;
  }
};

class ARunOn : public ARun, public testing::WithParamInterface<ServerUnderTest> {
 protected:
  void SetUp() override {
    x_server_ = std::make_unique<rig::XServer>(display());
    // Xfce's reads its settings from a service of its own.
    std::ofstream(services_.path() / "org.xfce.Xfconf.service")
        << "[D-BUS Service]\nName=org.xfce.Xfconf\nExec="
        << rig::library_program("xfce4/xfconf/xfconfd", "xfconf") << '\n';
    bus_ = std::make_unique<rig::SessionBus>(services_.path());
    notifications_ = std::make_unique<rig::NotifyMonitor>(bus_->address());
    decisions_ = std::make_unique<Decisions>(bus_->address());
    if (std::string(GetParam().program).empty())
      dunst_ = std::make_unique<rig::Dunst>(*bus_);
    else
      server_ =
          std::make_unique<rig::NotificationProgram>(*bus_, GetParam().program, GetParam().package);
    prepare();
  }

  rig::TemporaryDirectory services_;
  std::unique_ptr<rig::NotificationProgram> server_;
};

TEST_P(ARunOn, GoesOnInOnePlaceWithAtMostTwoBanners) {
  const Screenshot before(std::string("run-before-") + GetParam().name);
  work_until("prompt");
  {
    const Typist typist;
    ASSERT_TRUE(wait_for([&] {
      return Screenshot(std::string("run-asked-") + GetParam().name).pixels_different_from(before) >
             2000;
    }));
  }
  rig::Person::click(GetParam().start_x, GetParam().start_y);
  rest_until("started");
  ASSERT_TRUE(wait_for([&] { return !scenes().empty(); }));
  ASSERT_TRUE(wait_for([&] {
    return Screenshot(std::string("run-goes-on-") + GetParam().name).pixels_different_from(before) >
           2000;
  }));
  EXPECT_EQ(rest_until("completed")["how"], "taken");

  const auto run = scenes();
  ASSERT_GE(run.size(), 2U);
  EXPECT_EQ(
      run.front().body.substr(0, run.front().body.find("\n00")).find("Turn there. Turn here."), 0U)
      << run.front().body;
  EXPECT_NE(run.front().body.find("First side"), std::string::npos);
  EXPECT_NE(run.back().body.find("Other side"), std::string::npos);
  EXPECT_NE(run.front().body.find(" left"), std::string::npos);
  EXPECT_TRUE(run.front().icon.ends_with("wall-angel-2.png")) << run.front().icon;
  EXPECT_TRUE(std::filesystem::exists(run.front().icon));
  EXPECT_EQ(run.front().value.has_value(), GetParam().bar);
  EXPECT_LE(run.front().value.value_or(0), run.back().value.value_or(0));
  for (const auto& call : run) EXPECT_EQ(call.urgency, 0);
  for (std::size_t i = 1; i < run.size(); ++i) EXPECT_NE(run[i].replaces, 0U);

  EXPECT_EQ(notifications_->banners(), GetParam().banners);
  EXPECT_LE(notifications_->banners(), 2U);
}

INSTANTIATE_TEST_SUITE_P(, ARunOn,
                         testing::Values(ServerUnderTest{"dunst", "", "dunst", 100, 40, true, 1},
                                         ServerUnderTest{"xfce4_notifyd",
                                                         "xfce4/notifyd/xfce4-notifyd",
                                                         "xfce4-notifyd", 545, 88, false, 2},
                                         ServerUnderTest{"notification_daemon",
                                                         "notification-daemon/notification-daemon",
                                                         "notification-daemon", 450, 25, true, 2}),
                         [](const auto& server) { return std::string(server.param.name); });

class ARunOnDunst : public ARun {
 protected:
  void SetUp() override {
    start_desktop();
    prepare();
  }
};

// Closing it hides what runs until it is over: nothing comes back with the next scene.
TEST_F(ARunOnDunst, ThatIsClosedDoesNotComeBack) {
  work_until("prompt");
  ASSERT_TRUE(shown(1));
  dunst_->choose("Start");
  rest_until("started");
  ASSERT_TRUE(wait_for([&] { return !scenes().empty() && dunst_->displayed() == 1; }));
  const auto seen = scenes().size();
  dunst_->close_all();
  ASSERT_TRUE(shown(0));
  EXPECT_EQ(rest_until("completed")["how"], "taken");
  EXPECT_LE(scenes().size(), seen + 1) << "but for one that was on its way";
  EXPECT_EQ(dunst_->displayed(), 0);
}

// A file of the person's own, written while the daemon runs, without a restart.
TEST_F(ARunOnDunst, FollowsAChangeOfTheCatalogue) {
  std::string changed = short_exercise;
  changed.replace(changed.find("en = \"Turns\""), 12, "en = \"Circles\"");
  const auto file = config_file().parent_path() / "exercises/test.toml";
  std::ofstream(file.string() + ".new") << changed;
  std::filesystem::rename(file.string() + ".new", file);
  std::ofstream(file.parent_path() / "odd.toml") << "schema = 1\n[[exercise]]\nid = \"odd\"\n";
  ASSERT_TRUE(wait_for([&] {
    return poisectl_that_may_fail({"doctor", "--json"}).find("exercise odd") != std::string::npos;
  }));
  work_until("prompt");
  ASSERT_TRUE(shown(1));
  dunst_->choose("Start");
  rest_until("started");
  EXPECT_TRUE(wait_for([&] { return notifications_->calls().back().title == "Circles"; }));
}

}  // namespace
}  // namespace poised::test
