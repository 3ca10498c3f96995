// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "rigs/bus.hpp"
#include "rigs/desktop.hpp"
#include "rigs/gnome.hpp"
#include "rigs/media.hpp"
#include "rigs/plugin_bench.hpp"
#include "rigs/program.hpp"

// The plugin in its process, on PipeWire, dconf, players and windows.
namespace rig {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using poised::plugin::LiveSignal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Change = std::pair<std::uint32_t, bool>;

/// Something short enough for a test and long enough to be seen.
constexpr milliseconds release{400};

class LiveSignals : public testing::Test {
 protected:
  void start(Json settings = {}) {
    settings["release"] = std::chrono::nanoseconds(release).count();
    bench_ = std::make_unique<PluginBench>("live-signals",
                                           PluginBench::Options{.settings = settings.dump()});
    ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  }
  std::vector<Change> changes() const {
    std::vector<Change> all;
    std::map<std::uint32_t, bool> on;  // how it stands is told, too, of what has not changed
    for (const auto& told : bench_->all<LiveSignal>(POISED_LIVE_SIGNAL))
      if (std::exchange(on[told.signal], told.on) != told.on)
        all.emplace_back(told.signal, told.on);
    return all;
  }
  /// Waits until exactly these changes have been told.
  bool tells(const std::vector<Change>& expected) {
    return bench_->run_until([&] { return changes().size() >= expected.size(); }) &&
           changes() == expected;
  }
  bool sees_pipewire() {
    return bench_->run_until([&] { return bench_->status().reason.empty(); });
  }

  TemporaryDirectory home_;
  ScopedVariable home_variable_{"HOME", home_.path()};
  ScopedVariable config_{"XDG_CONFIG_HOME", home_.path() / "config"};
  ScopedVariable desktop_{"XDG_CURRENT_DESKTOP", std::nullopt};
  ScopedVariable no_display_{"DISPLAY", std::nullopt};
  ScopedVariable no_bus_{"DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/session-bus"};
  std::unique_ptr<PluginBench> bench_;
};

// ------------------------------------------------------------------ PipeWire

class LiveSignalsOnPipeWire : public LiveSignals {
 protected:
  PipeWire pipewire_;
};

TEST_F(LiveSignalsOnPipeWire, WhoRecordsAndCommunicatesIsInACallUntilAWhileAfterIt) {
  start();
  auto recorder = pipewire_.record("Communication");
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
  const auto ended = Clock::now();
  recorder.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}, {POISED_SIGNAL_CALL, false}}));
  EXPECT_GE(Clock::now() - ended, release);
}

TEST_F(LiveSignalsOnPipeWire, HowEachSignalStandsThatCanBeSeenIsTold) {
  start();
  const auto told = [&](std::uint32_t signal) {
    return std::ranges::any_of(bench_->all<LiveSignal>(POISED_LIVE_SIGNAL),
                               [&](const auto& each) { return each.signal == signal && !each.on; });
  };
  EXPECT_TRUE(bench_->run_until([&] {
    return told(POISED_SIGNAL_CALL) && told(POISED_SIGNAL_MIC) && told(POISED_SIGNAL_CAMERA);
  }));
  EXPECT_FALSE(told(POISED_SIGNAL_FULL_SCREEN)) << "there is no X server";
}

TEST_F(LiveSignalsOnPipeWire, ACallThatIsThereBeforeTheDaemonIsSeen) {
  const auto recorder = pipewire_.record("Communication");
  start();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
}

TEST_F(LiveSignalsOnPipeWire, WhoOnlyRecordsUsesTheMicrophone) {
  start();
  auto recorder = pipewire_.record("Music");
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIC, true}}));
  recorder.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIC, true}, {POISED_SIGNAL_MIC, false}}));
}

TEST_F(LiveSignalsOnPipeWire, OneProcessThatRecordsAndPlaysIsACall) {
  start();
  const auto recorder = pipewire_.record("Music", {"application.process.id=4711"});
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIC, true}}));
  const auto player = pipewire_.play({"application.process.id=4711"});
  EXPECT_TRUE(bench_->run_until([&] {
    return std::ranges::count(changes(), Change{POISED_SIGNAL_CALL, true}) > 0;
  }));
}

TEST_F(LiveSignalsOnPipeWire, TwoProcessesThatRecordAndPlayAreNone) {
  start();
  const auto player = pipewire_.play({"application.process.id=4711"});
  const auto recorder = pipewire_.record("Music", {"application.process.id=4712"});
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIC, true}}));
  bench_->run_for(milliseconds(500));
  EXPECT_THAT(changes(), ElementsAre(Change{POISED_SIGNAL_MIC, true}));
}

TEST_F(LiveSignalsOnPipeWire, ACameraAndASharedScreen) {
  start();
  auto camera = pipewire_.show_camera();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CAMERA, true}}));
  camera.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CAMERA, true}, {POISED_SIGNAL_CAMERA, false}}));
  bench_->forget_messages();
  auto screen = pipewire_.share_screen();
  EXPECT_TRUE(tells({{POISED_SIGNAL_SCREEN_SHARE, true}}));
  screen.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_SCREEN_SHARE, true}, {POISED_SIGNAL_SCREEN_SHARE, false}}));
}

// Its parts end one after the other, and none of them goes on by itself.
TEST_F(LiveSignalsOnPipeWire, ACallWithACameraIsOneCall) {
  start();
  auto camera = pipewire_.show_camera();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CAMERA, true}}));
  auto recorder = pipewire_.record("Communication");
  EXPECT_TRUE(tells(
      {{POISED_SIGNAL_CAMERA, true}, {POISED_SIGNAL_CALL, true}, {POISED_SIGNAL_CAMERA, false}}));
  recorder.reset();
  camera.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CAMERA, true},
                     {POISED_SIGNAL_CALL, true},
                     {POISED_SIGNAL_CAMERA, false},
                     {POISED_SIGNAL_CALL, false}}));
}

TEST_F(LiveSignalsOnPipeWire, WhatRecordsAllDayOrRecordsWhatIsPlayedIsNoCall) {
  start({{"ignore", {"PW-Record"}}});
  const auto ignored = pipewire_.record("Communication");
  const auto player = pipewire_.play();
  pipewire_.wait_for_recording();
  bench_->run_for(milliseconds(1'500));
  EXPECT_THAT(changes(), IsEmpty());
  bench_->reconfigure(
      Json{{"release", std::chrono::nanoseconds(release).count()}, {"camera", false}}.dump());
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
}

TEST_F(LiveSignalsOnPipeWire, TheSoundOfTheSpeakersIsNoMicrophone) {
  start();
  const auto recorder = pipewire_.record("Music", {"stream.capture.sink=true"});
  pipewire_.wait_for_recording();
  bench_->run_for(milliseconds(1'500));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(LiveSignalsOnPipeWire, ItComesLaterAndGoesAndComesAgain) {
  pipewire_.kill();
  start();
  EXPECT_TRUE(bench_->run_until(
      [&] { return bench_->status().reason.find("PipeWire: not running") != std::string::npos; }));
  pipewire_.start();
  EXPECT_TRUE(sees_pipewire());
  auto recorder = pipewire_.record("Communication");
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
  pipewire_.kill();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}, {POISED_SIGNAL_CALL, false}}));
  EXPECT_THAT(bench_->status().reason, HasSubstr("not running"));
  bench_->forget_messages();
  pipewire_.start();
  EXPECT_TRUE(sees_pipewire());
  recorder = pipewire_.record("Communication");
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
}

// ------------------------------------------------------------------ PulseAudio

class LiveSignalsOnPulseAudio : public LiveSignals {
 protected:
  PulseServer server_;
  bool sees_pulseaudio() {
    return bench_->run_until([&] {
      return bench_->status().reason ==
             "live-signals: PipeWire: not running; not seen: camera, shared screen";
    });
  }
};

TEST_F(LiveSignalsOnPulseAudio, WhoRecordsAndIsAPhoneIsInACallUntilAWhileAfterIt) {
  start();
  ASSERT_TRUE(sees_pulseaudio()) << bench_->status().reason;
  auto recorder = server_.record({"media.role=phone"});
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
  const auto ended = Clock::now();
  recorder.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}, {POISED_SIGNAL_CALL, false}}));
  EXPECT_GE(Clock::now() - ended, release);
}

TEST_F(LiveSignalsOnPulseAudio, ACallThatIsThereBeforeTheDaemonIsSeen) {
  const auto recorder = server_.record({"media.role=phone"});
  start();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
}

TEST_F(LiveSignalsOnPulseAudio, WhoOnlyRecordsUsesTheMicrophone) {
  start();
  const auto recorder = server_.record();
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIC, true}}));
}

TEST_F(LiveSignalsOnPulseAudio, OneProcessThatRecordsAndPlaysIsACallAndTwoAreNone) {
  start();
  const auto player = server_.play({"application.process.id=4711"});
  auto recorder = server_.record({"application.process.id=4712"});
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIC, true}}));
  bench_->run_for(milliseconds(500));
  EXPECT_THAT(changes(), ElementsAre(Change{POISED_SIGNAL_MIC, true}));
  recorder.reset();
  const auto caller = server_.record({"application.process.id=4711"});
  EXPECT_TRUE(bench_->run_until([&] {
    return std::ranges::count(changes(), Change{POISED_SIGNAL_CALL, true}) > 0;
  }));
}

TEST_F(LiveSignalsOnPulseAudio, WhatRecordsAllDayOrRecordsWhatIsPlayedIsNoCall) {
  start({{"ignore", {"parecord"}}});
  ASSERT_TRUE(sees_pulseaudio());
  const auto ignored = server_.record({"media.role=phone"});
  server_.wait_for_recording();
  bench_->run_for(milliseconds(1'500));
  EXPECT_THAT(changes(), IsEmpty());
  bench_->reconfigure(Json{{"release", std::chrono::nanoseconds(release).count()}}.dump());
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
}

TEST_F(LiveSignalsOnPulseAudio, TheSoundOfTheSpeakersIsNoMicrophone) {
  start();
  ASSERT_TRUE(sees_pulseaudio());
  const auto recorder = server_.record({}, "rig-speaker.monitor");
  server_.wait_for_recording();
  bench_->run_for(milliseconds(1'500));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(LiveSignalsOnPulseAudio, ItComesLaterAndGoesAndComesAgain) {
  server_.kill();
  start();
  EXPECT_TRUE(bench_->run_until([&] {
    return bench_->status().reason ==
           "live-signals: PipeWire: not running; not seen: microphone, camera, shared screen";
  }));
  server_.start();
  EXPECT_TRUE(sees_pulseaudio()) << bench_->status().reason;
  auto recorder = server_.record({"media.role=phone"});
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
  server_.kill();
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}, {POISED_SIGNAL_CALL, false}}));
  bench_->forget_messages();
  server_.start();
  EXPECT_TRUE(sees_pulseaudio());
  recorder = server_.record({"media.role=phone"});
  EXPECT_TRUE(tells({{POISED_SIGNAL_CALL, true}}));
}

// ------------------------------------------------------------------ Do Not Disturb

class LiveSignalsOnABus : public LiveSignals {
 protected:
  TemporaryDirectory runtime_;
  ScopedVariable runtime_variable_{"XDG_RUNTIME_DIR", runtime_.path()};
};

class LiveSignalsOnGnome : public LiveSignalsOnABus {
 protected:
  LiveSignalsOnGnome() {
    fs::permissions(runtime_.path(), fs::perms::owner_all);
    fs::create_directories(home_.path() / "services");
    fs::create_directories(home_.path() / "config");
    const fs::path service = "/usr/share/dbus-1/services/ca.desrt.dconf.service";
    if (!fs::exists(service)) throw std::runtime_error("Debian package dconf-service is missing");
    fs::copy_file(service, home_.path() / "services/ca.desrt.dconf.service");
    bus_ = std::make_unique<SessionBus>(home_.path() / "services");
  }
  static void show_banners(const char* value) {
    run({find_program("dconf", "dconf-cli"), "write",
         "/org/gnome/desktop/notifications/show-banners", value});
  }

  std::unique_ptr<SessionBus> bus_;
};

TEST_F(LiveSignalsOnGnome, BannersThatAreOffMeanDoNotDisturb) {
  const ScopedVariable gnome("XDG_CURRENT_DESKTOP", "ubuntu:GNOME");
  start();
  show_banners("false");
  EXPECT_TRUE(tells({{POISED_SIGNAL_DND, true}}));
  show_banners("true");
  EXPECT_TRUE(tells({{POISED_SIGNAL_DND, true}, {POISED_SIGNAL_DND, false}}));
}

TEST_F(LiveSignalsOnGnome, BannersThatAreOffSinceYesterdayCount) {
  const ScopedVariable gnome("XDG_CURRENT_DESKTOP", "GNOME");
  show_banners("false");
  start();
  EXPECT_TRUE(tells({{POISED_SIGNAL_DND, true}}));
}

TEST_F(LiveSignalsOnGnome, OnAnotherDesktopItsKeyMeansNothing) {
  const ScopedVariable plasma("XDG_CURRENT_DESKTOP", "KDE");
  show_banners("false");
  start();
  bench_->run_for(milliseconds(500));
  EXPECT_THAT(changes(), IsEmpty());
}

/// Answers Properties.Get as it is told to, and says what has changed.
class FakeService {
 public:
  FakeService(const SessionBus& bus, const std::string& name, std::string path)
      : path_(std::move(path)),
        peer_(std::make_unique<BusPeer>(bus.address(),
                                        [this](GDBusConnection& connection, GDBusMessage& message) {
                                          answer(connection, message);
                                        })) {
    peer_->call_bus("org.freedesktop.DBus", "RequestName", g_variant_new("(su)", name.c_str(), 0U));
  }

  void set(const std::string& interface, const std::string& property, GVariant* value,
           const std::string& title = {}) {
    {
      const std::scoped_lock lock(mutex_);
      values_[property] = Variant(g_variant_ref_sink(value));
    }
    GVariantBuilder changed;
    g_variant_builder_init(&changed, G_VARIANT_TYPE("a{sv}"));
    if (!title.empty())
      g_variant_builder_add(&changed, "{sv}", "Metadata", g_variant_new_string(title.c_str()));
    g_variant_builder_add(&changed, "{sv}", property.c_str(), value);
    peer_->emit(path_, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                g_variant_new("(sa{sv}as)", interface.c_str(), &changed, nullptr));
  }

 private:
  void answer(GDBusConnection& connection, GDBusMessage& message) {
    const char* member = g_dbus_message_get_member(&message);
    if (member == nullptr || std::string_view(member) != "Get") return;
    const char *interface = nullptr, *property = nullptr;
    g_variant_get(g_dbus_message_get_body(&message), "(&s&s)", &interface, &property);
    const std::scoped_lock lock(mutex_);
    const auto found = values_.find(property);
    GDBusMessage* reply =
        found == values_.end()
            ? g_dbus_message_new_method_error_literal(
                  &message, "org.freedesktop.DBus.Error.UnknownProperty", "no such property")
            : g_dbus_message_new_method_reply(&message);
    if (found != values_.end())
      g_dbus_message_set_body(reply, g_variant_new("(v)", found->second.get()));
    g_dbus_connection_send_message(&connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, nullptr,
                                   nullptr);
    g_object_unref(reply);
  }

  std::string path_;
  std::mutex mutex_;
  std::map<std::string, Variant> values_;
  std::unique_ptr<BusPeer> peer_;
};

constexpr const char* notifications = "org.freedesktop.Notifications";

TEST_F(LiveSignalsOnABus, NotificationsThatAreInhibitedMeanDoNotDisturb) {
  const SessionBus bus;
  start();
  FakeService plasma(bus, notifications, "/org/freedesktop/Notifications");
  plasma.set(notifications, "Inhibited", g_variant_new_boolean(TRUE));
  EXPECT_TRUE(tells({{POISED_SIGNAL_DND, true}}));
  plasma.set(notifications, "Inhibited", g_variant_new_boolean(FALSE));
  EXPECT_TRUE(tells({{POISED_SIGNAL_DND, true}, {POISED_SIGNAL_DND, false}}));
}

TEST_F(LiveSignalsOnABus, AServerThatGoesTakesItsInhibitionWithIt) {
  const SessionBus bus;
  auto plasma = std::make_unique<FakeService>(bus, notifications, "/org/freedesktop/Notifications");
  plasma->set(notifications, "Inhibited", g_variant_new_boolean(TRUE));
  start();
  EXPECT_TRUE(tells({{POISED_SIGNAL_DND, true}}));
  plasma.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_DND, true}, {POISED_SIGNAL_DND, false}}));
}

// ------------------------------------------------------------------ displays

TEST_F(LiveSignals, DisplaysThatAreMirroredForAnAudience) {
  GnomeDesktop gnome(2);
  const ScopedVariable bus("DBUS_SESSION_BUS_ADDRESS", gnome.bus().address());
  start({{"microphone", false}, {"camera", false}, {"screen_share", false}});
  bench_->run_for(milliseconds(500));
  EXPECT_THAT(changes(), IsEmpty());
  gnome.mirror(true);
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIRRORED_DISPLAY, true}}));
  gnome.mirror(false);
  EXPECT_TRUE(
      tells({{POISED_SIGNAL_MIRRORED_DISPLAY, true}, {POISED_SIGNAL_MIRRORED_DISPLAY, false}}));
  gnome.mirror(true);
  bench_->forget_messages();
  bench_->reconfigure(Json{{"microphone", false},
                           {"camera", false},
                           {"screen_share", false},
                           {"release", std::chrono::nanoseconds(release).count()}}
                          .dump());
  EXPECT_TRUE(tells({{POISED_SIGNAL_MIRRORED_DISPLAY, true}}));
}

// ------------------------------------------------------------------ players and windows

constexpr const char* player_root = "org.mpris.MediaPlayer2";
constexpr const char* player_interface = "org.mpris.MediaPlayer2.Player";

class FakePlayer : public FakeService {
 public:
  explicit FakePlayer(const SessionBus& bus)
      : FakeService(bus, "org.mpris.MediaPlayer2.fake", "/org/mpris/MediaPlayer2") {}
  void status(const char* status) {
    set(player_interface, "PlaybackStatus", g_variant_new_string(status), "Secret title");
  }
  void full_screen(bool on) {
    set(player_root, "Fullscreen", g_variant_new_boolean(on ? TRUE : FALSE));
  }
};

TEST_F(LiveSignalsOnABus, APlayerThatSaysThatItFillsTheScreenShowsAVideo) {
  const SessionBus bus;
  start();
  FakePlayer player(bus);
  player.status("Playing");
  player.full_screen(true);
  EXPECT_TRUE(tells({{POISED_SIGNAL_VIDEO, true}}));
  player.status("Paused");
  EXPECT_TRUE(tells({{POISED_SIGNAL_VIDEO, true}, {POISED_SIGNAL_VIDEO, false}}));
  for (const auto& line : bench_->log()) EXPECT_THAT(line, testing::Not(HasSubstr("Secret")));
}

TEST_F(LiveSignalsOnABus, APlayerThatWasThereBeforeAndEnds) {
  const SessionBus bus;
  auto player = std::make_unique<FakePlayer>(bus);
  player->status("Playing");
  player->full_screen(true);
  start();
  EXPECT_TRUE(tells({{POISED_SIGNAL_VIDEO, true}}));
  player.reset();
  EXPECT_TRUE(tells({{POISED_SIGNAL_VIDEO, true}, {POISED_SIGNAL_VIDEO, false}}));
}

TEST_F(LiveSignalsOnABus, MusicIsNoVideo) {
  const SessionBus bus;
  start();
  FakePlayer player(bus);
  player.status("Playing");
  bench_->run_for(milliseconds(800));
  EXPECT_THAT(changes(), IsEmpty());
}

/// A window of this process, as far as the window manager knows.
class Window {
 public:
  /// In front when this returns.
  explicit Window(std::uint32_t process) : x_(xcb_connect(nullptr, nullptr)) {
    screen_ = xcb_setup_roots_iterator(xcb_get_setup(x_)).data;
    wait_until([this] { return root_window("_NET_SUPPORTING_WM_CHECK") != XCB_NONE; });
    window_ = xcb_generate_id(x_);
    xcb_create_window(x_, XCB_COPY_FROM_PARENT, window_, screen_->root, 10, 10, 200, 100, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, screen_->root_visual, 0, nullptr);
    xcb_change_property(x_, XCB_PROP_MODE_REPLACE, window_, atom("_NET_WM_PID"), XCB_ATOM_CARDINAL,
                        32, 1, &process);
    xcb_map_window(x_, window_);
    xcb_flush(x_);
    // One that comes while the window manager starts is not given the focus by itself.
    wait_until([this] {
      if (root_window("_NET_ACTIVE_WINDOW") == window_) return true;
      tell_manager("_NET_ACTIVE_WINDOW", {2, XCB_CURRENT_TIME});
      return false;
    });
  }
  ~Window() { xcb_disconnect(x_); }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  void full_screen(bool on) {
    tell_manager("_NET_WM_STATE", {on ? 1U : 0U, atom("_NET_WM_STATE_FULLSCREEN")});
  }
  void title(const std::string& text) {
    xcb_change_property(x_, XCB_PROP_MODE_REPLACE, window_, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8,
                        static_cast<std::uint32_t>(text.size()), text.data());
    xcb_flush(x_);
  }

 private:
  static void wait_until(const std::function<bool()>& condition) {
    const auto end = Clock::now() + patience;
    while (!condition()) {
      if (Clock::now() > end) throw std::runtime_error("openbox does not show the window");
      poll(nullptr, 0, 20);
    }
  }
  /// What the window manager has written into a property of the root.
  xcb_window_t root_window(const std::string& property) {
    auto* reply = xcb_get_property_reply(
        x_, xcb_get_property(x_, 0, screen_->root, atom(property), XCB_ATOM_WINDOW, 0, 1), nullptr);
    const auto found = reply != nullptr && xcb_get_property_value_length(reply) == 4
                           ? *static_cast<xcb_window_t*>(xcb_get_property_value(reply))
                           : xcb_window_t{XCB_NONE};
    std::free(reply);
    return found;
  }
  void tell_manager(const std::string& what, std::array<std::uint32_t, 2> data) {
    xcb_client_message_event_t event{};
    event.response_type = XCB_CLIENT_MESSAGE;
    event.format = 32;
    event.window = window_;
    event.type = atom(what);
    std::copy(data.begin(), data.end(), event.data.data32);
    xcb_send_event(x_, 0, screen_->root,
                   XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT,
                   reinterpret_cast<const char*>(&event));
    xcb_flush(x_);
  }
  xcb_atom_t atom(const std::string& name) {
    auto* reply = xcb_intern_atom_reply(
        x_, xcb_intern_atom(x_, 0, static_cast<std::uint16_t>(name.size()), name.c_str()), nullptr);
    const auto found = reply->atom;
    std::free(reply);
    return found;
  }

  xcb_connection_t* x_;
  xcb_screen_t* screen_;
  xcb_window_t window_;
};

class LiveSignalsOnX11 : public LiveSignalsOnABus {
 protected:
  LiveSignalsOnX11()
      : manager_({find_program("openbox", "openbox")},
                 {.environment = {{"HOME", home_.path().string()}}}) {}

  SessionBus bus_;
  XServer x_server_;
  Program manager_;
};

TEST_F(LiveSignalsOnX11, AWindowThatFillsTheScreen) {
  start();
  Window window(1);
  window.full_screen(true);
  EXPECT_TRUE(tells({{POISED_SIGNAL_FULL_SCREEN, true}}));
  window.full_screen(false);
  EXPECT_TRUE(tells({{POISED_SIGNAL_FULL_SCREEN, true}, {POISED_SIGNAL_FULL_SCREEN, false}}));
}

TEST_F(LiveSignalsOnX11, AnotherWindowComesToTheFront) {
  start();
  Window window(1);
  window.full_screen(true);
  EXPECT_TRUE(tells({{POISED_SIGNAL_FULL_SCREEN, true}}));
  Window other(1);
  EXPECT_TRUE(tells({{POISED_SIGNAL_FULL_SCREEN, true}, {POISED_SIGNAL_FULL_SCREEN, false}}));
}

TEST_F(LiveSignalsOnX11, APlayersOwnWindowThatFillsTheScreenIsAVideo) {
  start();
  FakePlayer player(bus_);
  player.status("Playing");
  Window somebodys(1);
  somebodys.full_screen(true);
  EXPECT_TRUE(tells({{POISED_SIGNAL_FULL_SCREEN, true}}));
  Window players(static_cast<std::uint32_t>(getpid()));
  players.full_screen(true);
  EXPECT_TRUE(bench_->run_until([&] {
    return std::ranges::count(changes(), Change{POISED_SIGNAL_VIDEO, true}) > 0;
  }));
}

TEST_F(LiveSignalsOnX11, NobodyWakesItWhileNothingHappensNorForTitles) {
  const PipeWire pipewire;
  start();
  ASSERT_TRUE(sees_pipewire());
  EXPECT_THAT(bench_->status().detail, HasSubstr("full-screen windows"));
  FakePlayer player(bus_);
  player.status("Playing");
  Window window(1);
  // The session manager and the window manager have done their work once a second is quiet.
  std::uint64_t before = 0;
  const auto end = Clock::now() + patience;
  do {
    ASSERT_TRUE(Clock::now() < end) << "no second without a wake-up";
    before = wake_ups(bench_->pid());
    bench_->run_for(milliseconds(1'000));
  } while (wake_ups(bench_->pid()) != before);
  for (int i = 0; i < 20; ++i) {
    window.title("Secret title " + std::to_string(i));
    bench_->run_for(milliseconds(100));
  }
  EXPECT_EQ(wake_ups(bench_->pid()), before);
  RecordProperty("anonymous_kb", std::to_string(memory_kb(bench_->pid(), "Anonymous")));
  RecordProperty("pss_kb", std::to_string(memory_kb(bench_->pid(), "Pss")));
  EXPECT_LT(memory_kb(bench_->pid(), "Anonymous"), 3'000U);
}

TEST_F(LiveSignalsOnX11, WithAllSwitchedOffThereIsNoProcess) {
  start();
  Window window(1);
  window.full_screen(true);
  EXPECT_TRUE(tells({{POISED_SIGNAL_FULL_SCREEN, true}}));
  bench_->reconfigure(Json{
      {"microphone", false},
      {"camera", false},
      {"screen_share", false},
      {"do_not_disturb", false},
      {"mirrored_display", false},
      {"video", false},
      {"full_screen",
       false}}.dump());
  EXPECT_TRUE(bench_->wait_for_state(poised::plugin::PluginState::on_demand));
  EXPECT_TRUE(bench_->run_until([&] { return bench_->pid() == 0; }));
  bench_->forget_messages();
  bench_->reconfigure(Json{{"microphone", false}}.dump());
  EXPECT_TRUE(tells({{POISED_SIGNAL_FULL_SCREEN, true}}));
}

TEST_F(LiveSignals, WithoutADesktopItOnlyWaits) {
  const TemporaryDirectory runtime;
  const ScopedVariable variable("XDG_RUNTIME_DIR", runtime.path());
  start();
  EXPECT_TRUE(bench_->run_until(
      [&] { return bench_->status().reason.find("PipeWire: not running") != std::string::npos; }));
  bench_->run_for(milliseconds(7'000));  // its few tries are over
  EXPECT_THAT(changes(), IsEmpty());
}

}  // namespace
}  // namespace rig
