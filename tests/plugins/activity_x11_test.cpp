// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcb/xcb.h>
#include <xcb/xinput.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rigs/desktop.hpp"
#include "rigs/plugin_bench.hpp"

// The plugin in its own process, before a real X server and somebody with a mouse and a keyboard.
namespace {

using namespace std::chrono_literals;
using poised::plugin::Idle;
using poised::plugin::InputState;
using poised::plugin::PluginState;
using poised::plugin::Ready;
using poised::plugin::Resumed;
using poised::plugin::WatchIdle;
using rig::boottime_ns;
using rig::Person;
using rig::PluginBench;

constexpr std::uint32_t keyboard = POISED_DEVICE_KEYBOARD;
constexpr std::uint32_t pointer = POISED_DEVICE_POINTER;
constexpr std::uint32_t presence_watch = 1;
constexpr std::uint32_t gap_watch = 2;

constexpr std::int64_t ms = 1'000'000;

class ActivityX11 : public testing::Test {
 protected:
  void begin(const std::string& settings = "{}") {
    PluginBench::Options options;
    options.settings = settings;
    bench_ = std::make_unique<PluginBench>("activity-x11", options);
  }
  void begin_and_get_ready() {
    begin();
    ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  }
  void watch(std::uint32_t id, std::chrono::milliseconds threshold, bool once = false) {
    bench_->send(POISED_WATCH_IDLE,
                 WatchIdle{id, std::chrono::nanoseconds(threshold).count(), once});
  }
  [[nodiscard]] std::vector<Idle> idle(std::uint32_t watch_id, std::uint32_t device) const {
    auto found = bench_->all<Idle>(POISED_IDLE_REACHED);
    std::erase_if(found,
                  [&](const Idle& i) { return i.watch_id != watch_id || i.device != device; });
    return found;
  }
  [[nodiscard]] std::vector<Resumed> resumed(std::uint32_t device) const {
    auto found = bench_->all<Resumed>(POISED_RESUMED);
    std::erase_if(found, [&](const Resumed& r) { return r.device != device; });
    return found;
  }
  [[nodiscard]] bool idle_reached(std::uint32_t watch_id, std::uint32_t device,
                                  std::size_t times = 1) {
    return bench_->run_until([&] { return idle(watch_id, device).size() >= times; });
  }
  [[nodiscard]] bool has_resumed(std::uint32_t device, std::size_t times = 1) {
    return bench_->run_until([&] { return resumed(device).size() >= times; });
  }
  /// Both devices idle for 300 ms, reported, and what led there forgotten.
  void everything_idle() {
    watch(presence_watch, 300ms);
    ASSERT_TRUE(idle_reached(presence_watch, keyboard));
    ASSERT_TRUE(idle_reached(presence_watch, pointer));
    bench_->forget_messages();
  }
  InputState query() {
    const std::uint64_t seq = bench_->send(POISED_QUERY_INPUT);
    const poised::plugin::Message* answer = nullptr;
    bench_->run_until([&] {
      for (const auto& message : bench_->messages())
        if (message.kind == POISED_INPUT_STATE && message.correlates == seq) answer = &message;
      return answer != nullptr;
    });
    EXPECT_NE(answer, nullptr);
    return answer != nullptr ? std::get<InputState>(answer->payload) : InputState{};
  }

  std::unique_ptr<PluginBench> bench_;
};

class ActivityX11OnXvfb : public ActivityX11 {
 protected:
  rig::XServer server_;
};

TEST_F(ActivityX11OnXvfb, TellsKeyboardAndPointerApart) {
  begin_and_get_ready();
  EXPECT_TRUE(bench_->status().splits_devices);
  EXPECT_EQ(bench_->status().detail, "XSync alarms on " + server_.display());
}

TEST_F(ActivityX11OnXvfb, SaysAtOnceThatThereIsInputWhenItIsFresh) {
  begin_and_get_ready();
  Person::press("a");
  bench_->run_for(300ms);  // more than what the plugin may be late by
  const std::int64_t before = boottime_ns();
  Person::move_pointer(1, 1);
  watch(presence_watch, 60s);
  ASSERT_TRUE(has_resumed(keyboard));
  ASSERT_TRUE(has_resumed(pointer));
  EXPECT_GE(resumed(pointer)[0].at_ns, before - 5 * ms);
  EXPECT_LE(resumed(pointer)[0].at_ns, boottime_ns());
  EXPECT_LT(resumed(keyboard)[0].at_ns, before);
}

TEST_F(ActivityX11OnXvfb, SaysAtOnceSinceWhenThereIsNoInput) {
  const std::int64_t before = boottime_ns();
  Person::press("a");
  Person::move_pointer(1, 1);
  const std::int64_t after = boottime_ns();
  begin_and_get_ready();
  // Longer than the plugin may be late by: when it is told is not since when it is so.
  bench_->run_for(3s);
  watch(presence_watch, 300ms);
  ASSERT_TRUE(idle_reached(presence_watch, keyboard));
  ASSERT_TRUE(idle_reached(presence_watch, pointer));
  for (const Idle& report : bench_->all<Idle>(POISED_IDLE_REACHED)) {
    EXPECT_GE(report.since_ns, before - 50 * ms);
    EXPECT_LE(report.since_ns, after + 2000 * ms);
  }
  EXPECT_TRUE(bench_->all<Resumed>(POISED_RESUMED).empty());
}

TEST_F(ActivityX11OnXvfb, AKeyIsInputOnTheKeyboardAlone) {
  begin_and_get_ready();
  everything_idle();
  Person::press("a");
  ASSERT_TRUE(has_resumed(keyboard));
  ASSERT_TRUE(idle_reached(presence_watch, keyboard));
  EXPECT_EQ(resumed(keyboard).size(), 1u);
  EXPECT_TRUE(resumed(pointer).empty());
  EXPECT_TRUE(idle(presence_watch, pointer).empty());
}

TEST_F(ActivityX11OnXvfb, AMotionIsInputOnThePointerAlone) {
  begin_and_get_ready();
  everything_idle();
  Person::move_pointer(5, 5);
  ASSERT_TRUE(has_resumed(pointer));
  ASSERT_TRUE(idle_reached(presence_watch, pointer));
  EXPECT_EQ(resumed(pointer).size(), 1u);
  EXPECT_TRUE(resumed(keyboard).empty());
  EXPECT_TRUE(idle(presence_watch, keyboard).empty());
}

TEST_F(ActivityX11OnXvfb, IdlenessIsBackDatedToTheLastInput) {
  begin_and_get_ready();
  everything_idle();
  std::vector<std::int64_t> errors;
  for (std::size_t round = 1; round <= 5; ++round) {
    const std::int64_t before = boottime_ns();
    Person::press("a");
    const std::int64_t after = boottime_ns();
    ASSERT_TRUE(idle_reached(presence_watch, keyboard, round));
    const std::int64_t noticed = boottime_ns();
    const std::int64_t since = idle(presence_watch, keyboard).back().since_ns;
    EXPECT_GE(since, before - 50 * ms);
    EXPECT_GE(noticed - since, 300 * ms);
    errors.push_back(std::max(since - after, before - since));
  }
  // A busy machine may hold one of them up.
  std::ranges::sort(errors);
  EXPECT_LE(errors[errors.size() / 2], 50 * ms);
}

TEST_F(ActivityX11OnXvfb, ServesSeveralThresholdsAtATime) {
  begin_and_get_ready();
  watch(presence_watch, 900ms);
  watch(gap_watch, 300ms);
  for (std::size_t round = 1; round <= 2; ++round) {
    bench_->forget_messages();
    Person::press("a");
    ASSERT_TRUE(idle_reached(gap_watch, keyboard));
    EXPECT_TRUE(idle(presence_watch, keyboard).empty());
    ASSERT_TRUE(idle_reached(presence_watch, keyboard));
    EXPECT_EQ(idle(gap_watch, keyboard).size(), 1u);
    EXPECT_EQ(idle(gap_watch, keyboard)[0].since_ns, idle(presence_watch, keyboard)[0].since_ns);
    EXPECT_EQ(resumed(keyboard).size(), 1u);
  }
}

TEST_F(ActivityX11OnXvfb, InputBetweenTwoThresholdsEndsTheShorterPauseOnly) {
  begin_and_get_ready();
  watch(presence_watch, 1500ms);
  watch(gap_watch, 300ms);
  Person::press("a");
  ASSERT_TRUE(idle_reached(gap_watch, keyboard));
  bench_->forget_messages();
  const std::int64_t second = boottime_ns();
  Person::press("b");
  ASSERT_TRUE(has_resumed(keyboard));
  ASSERT_TRUE(idle_reached(presence_watch, keyboard));
  EXPECT_EQ(idle(gap_watch, keyboard).size(), 1u);
  EXPECT_EQ(resumed(keyboard).size(), 1u);
  EXPECT_GE(idle(presence_watch, keyboard)[0].since_ns, second - 50 * ms);
}

TEST_F(ActivityX11OnXvfb, AWatchOfOneTimeFiresOnceForEachDevice) {
  begin_and_get_ready();
  watch(gap_watch, 200ms, true);
  ASSERT_TRUE(idle_reached(gap_watch, keyboard));
  ASSERT_TRUE(idle_reached(gap_watch, pointer));
  Person::press("a");
  Person::move_pointer(1, 1);
  ASSERT_TRUE(has_resumed(keyboard));
  ASSERT_TRUE(has_resumed(pointer));
  bench_->run_for(500ms);
  EXPECT_EQ(bench_->all<Idle>(POISED_IDLE_REACHED).size(), 2u);
}

TEST_F(ActivityX11OnXvfb, AWatchOfTheSameIdReplacesTheOneBefore) {
  begin_and_get_ready();
  everything_idle();
  watch(presence_watch, 200ms);  // reached already: told anew
  ASSERT_TRUE(idle_reached(presence_watch, keyboard));
  watch(presence_watch, 60s);
  Person::press("a");
  ASSERT_TRUE(has_resumed(keyboard));
  bench_->forget_messages();
  bench_->run_for(500ms);
  EXPECT_TRUE(bench_->messages().empty());
}

TEST_F(ActivityX11OnXvfb, ARemovedWatchIsSilent) {
  begin_and_get_ready();
  watch(presence_watch, 60s);
  watch(gap_watch, 200ms);
  Person::press("a");
  ASSERT_TRUE(idle_reached(gap_watch, keyboard));
  watch(gap_watch, 0ms);
  Person::press("a");
  bench_->forget_messages();
  bench_->run_for(500ms);
  EXPECT_TRUE(idle(gap_watch, keyboard).empty());
}

TEST_F(ActivityX11OnXvfb, AnswersHowLongEachDeviceIsIdle) {
  begin_and_get_ready();
  const std::int64_t before_press = boottime_ns();
  Person::press("a");
  const std::int64_t pressed = boottime_ns();
  bench_->run_for(300ms);
  const std::int64_t before_motion = boottime_ns();
  Person::move_pointer(1, 1);
  const std::int64_t moved = boottime_ns();
  const InputState state = query();
  const std::int64_t now = boottime_ns();
  EXPECT_GE(state.keyboard_idle_ns, moved - pressed - 10 * ms);
  EXPECT_LE(state.keyboard_idle_ns, now - before_press);
  EXPECT_LE(state.pointer_idle_ns, now - before_motion);
  EXPECT_LT(state.pointer_idle_ns, state.keyboard_idle_ns);
  EXPECT_EQ(state.idle_ns, state.pointer_idle_ns);
}

TEST_F(ActivityX11OnXvfb, AThousandMotionsWakeItAtMostFiveTimes) {
  begin_and_get_ready();
  watch(presence_watch, 2min);
  everything_idle();
  bench_->run_for(200ms);  // it has gone back to sleep by then
  const std::uint64_t before = rig::wake_ups(bench_->pid());
  Person::move_pointer_on_and_on(1000, 1ms);
  ASSERT_TRUE(idle_reached(presence_watch, pointer));
  bench_->run_for(200ms);
  const std::uint64_t used = rig::wake_ups(bench_->pid()) - before;
  RecordProperty("wake_ups", static_cast<int>(used));
  std::printf("wake-ups for 1000 motions: %d\n", static_cast<int>(used));
  EXPECT_EQ(resumed(pointer).size(), 1u);
  EXPECT_EQ(idle(presence_watch, pointer).size(), 1u);
  EXPECT_TRUE(resumed(keyboard).empty());
  EXPECT_LE(used, 5u);
}

TEST_F(ActivityX11OnXvfb, HoldsNoInputDeviceOpen) {
  begin_and_get_ready();
  everything_idle();
  std::size_t seen = 0;
  const std::string directory = "/proc/" + std::to_string(bench_->pid()) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    ++seen;
    EXPECT_FALSE(std::filesystem::read_symlink(entry).string().starts_with("/dev/input"));
  }
  EXPECT_GT(seen, 3u);
}

// The counters cannot tell it from input; see the plugin's own words.
TEST_F(ActivityX11OnXvfb, AResetOfTheScreenSaverLooksLikeInputOnBoth) {
  begin_and_get_ready();
  everything_idle();
  xcb_connection_t* x = xcb_connect(nullptr, nullptr);
  xcb_force_screen_saver(x, XCB_SCREEN_SAVER_RESET);
  xcb_flush(x);
  EXPECT_TRUE(has_resumed(keyboard));
  EXPECT_TRUE(has_resumed(pointer));
  xcb_disconnect(x);
}

/// Moves the pointer of the second pair of masters.
void warp_second_pointer() {
  xcb_connection_t* x = xcb_connect(nullptr, nullptr);
  std::free(xcb_input_xi_query_version_reply(x, xcb_input_xi_query_version(x, 2, 0), nullptr));
  auto* devices = xcb_input_xi_query_device_reply(
      x, xcb_input_xi_query_device(x, XCB_INPUT_DEVICE_ALL_MASTER), nullptr);
  xcb_input_device_id_t last = 0;
  for (auto it = xcb_input_xi_query_device_infos_iterator(devices); it.rem > 0;
       xcb_input_xi_device_info_next(&it))
    if (it.data->type == XCB_INPUT_DEVICE_TYPE_MASTER_POINTER) last = it.data->deviceid;
  std::free(devices);
  const xcb_window_t root = xcb_setup_roots_iterator(xcb_get_setup(x)).data->root;
  for (const int place : {50, 60})
    std::free(xcb_request_check(x, xcb_input_xi_warp_pointer_checked(x, XCB_NONE, root, 0, 0, 0, 0,
                                                                     place << 16, 50 << 16, last)));
  xcb_disconnect(x);
}

TEST_F(ActivityX11OnXvfb, MasterDevicesThatComeAndGoAreFollowed) {
  begin_and_get_ready();
  everything_idle();
  const std::string xinput = rig::find_program("xinput", "xinput");
  rig::run({xinput, "create-master", "second"});
  // A new master has never had input; making it resets nothing.
  bench_->run_for(200ms);
  bench_->forget_messages();
  warp_second_pointer();
  ASSERT_TRUE(has_resumed(pointer));
  ASSERT_TRUE(idle_reached(presence_watch, pointer));
  EXPECT_TRUE(resumed(keyboard).empty());

  // The kind is idle once all its masters are.
  watch(gap_watch, 700ms);
  Person::move_pointer(1, 1);
  bench_->run_for(400ms);
  const std::int64_t second = boottime_ns();
  warp_second_pointer();
  bench_->forget_messages();
  ASSERT_TRUE(idle_reached(gap_watch, pointer));
  EXPECT_GE(idle(gap_watch, pointer)[0].since_ns, second - 50 * ms);

  rig::run({xinput, "remove-master", "second pointer"});
  bench_->run_for(200ms);
  bench_->forget_messages();
  Person::press("a");
  ASSERT_TRUE(has_resumed(keyboard));
  ASSERT_TRUE(idle_reached(presence_watch, keyboard));
  EXPECT_GE(query().pointer_idle_ns, 0);
}

TEST_F(ActivityX11OnXvfb, WithoutSplitReportsTheSeatAsAWhole) {
  begin(R"({"split":false})");
  ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  EXPECT_FALSE(bench_->status().splits_devices);
  watch(presence_watch, 300ms);
  ASSERT_TRUE(idle_reached(presence_watch, POISED_DEVICE_ANY));
  Person::press("a");
  ASSERT_TRUE(has_resumed(POISED_DEVICE_ANY));
  ASSERT_TRUE(idle_reached(presence_watch, POISED_DEVICE_ANY, 2));
  Person::move_pointer(1, 1);
  ASSERT_TRUE(has_resumed(POISED_DEVICE_ANY, 2));
  const InputState state = query();
  EXPECT_GE(state.idle_ns, 0);
  EXPECT_EQ(state.keyboard_idle_ns, -1);
  EXPECT_EQ(state.pointer_idle_ns, -1);
}

TEST_F(ActivityX11OnXvfb, AChangeOfSplitTakesEffect) {
  begin(R"({"split":true})");
  ASSERT_TRUE(bench_->start());
  bench_->reconfigure(R"({"split":false})");
  ASSERT_TRUE(bench_->run_until([&] {
    return bench_->status().state == PluginState::running && !bench_->status().splits_devices;
  }));
}

TEST_F(ActivityX11, TellsWhenTheServerDiesAndComesBackWithIt) {
  // Far from the numbers that X servers choose for themselves: nobody takes it meanwhile.
  const int number = 1000 + getpid() % 4000;
  auto server = std::make_unique<rig::XServer>(number);
  begin_and_get_ready();
  everything_idle();
  server->kill();
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, "x11: :" + std::to_string(number) + ": connection lost");
  EXPECT_TRUE(bench_->status().retry_after);

  server.reset();
  server = std::make_unique<rig::XServer>(number);
  ASSERT_TRUE(bench_->start()) << bench_->status().reason;
  bench_->forget_messages();
  everything_idle();
  Person::press("a");
  EXPECT_TRUE(has_resumed(keyboard));
}

TEST_F(ActivityX11, WithoutADisplayItSaysSo) {
  const rig::ScopedVariable display("DISPLAY", std::nullopt);
  const rig::ScopedVariable wayland("WAYLAND_DISPLAY", std::nullopt);
  const rig::ScopedVariable type("XDG_SESSION_TYPE", std::nullopt);
  begin();
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, "x11: DISPLAY: not set");
  EXPECT_FALSE(bench_->status().retry_after) << "another source may see more";
}

TEST_F(ActivityX11, WithoutAServerItSaysSo) {
  const rig::ScopedVariable display("DISPLAY", "localhost:4711");
  const rig::ScopedVariable wayland("WAYLAND_DISPLAY", std::nullopt);
  const rig::ScopedVariable type("XDG_SESSION_TYPE", std::nullopt);
  begin();
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, "x11: localhost:4711: cannot connect");
}

/// As much of an X server as it takes to be asked for extensions, of which it has those named.
class PoorXServer {
 public:
  explicit PoorXServer(std::vector<std::string> extensions) : extensions_(std::move(extensions)) {
    std::filesystem::create_directories("/tmp/.X11-unix");
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // Far from the numbers that X servers choose for themselves.
    for (number_ = 5000; number_ < 6000; ++number_) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      path().copy(address.sun_path, sizeof address.sun_path - 1);
      if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) break;
    }
    if (listen(listener_, 1) != 0) throw std::runtime_error("PoorXServer: no display is free");
    thread_ = std::thread([this] { serve(); });
  }
  ~PoorXServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    std::filesystem::remove(path());
  }
  PoorXServer(const PoorXServer&) = delete;
  PoorXServer& operator=(const PoorXServer&) = delete;
  [[nodiscard]] std::string display() const { return ":" + std::to_string(number_); }

 private:
  [[nodiscard]] std::string path() const { return "/tmp/.X11-unix/X" + std::to_string(number_); }
  static bool take(int peer, void* data, std::size_t size) {
    return recv(peer, data, size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }

  void serve() const {
    const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) return;
    xcb_setup_request_t hello{};
    if (take(peer, &hello, sizeof hello)) {
      std::vector<char> credentials((hello.authorization_protocol_name_len + 3u) / 4 * 4 +
                                    (hello.authorization_protocol_data_len + 3u) / 4 * 4);
      if (credentials.empty() || take(peer, credentials.data(), credentials.size()))
        answer_all(peer);
    }
    close(peer);
  }

  void answer_all(int peer) const {
    struct {
      xcb_setup_t setup{};
      xcb_screen_t screen{};
    } welcome;
    welcome.setup.status = 1;
    welcome.setup.protocol_major_version = 11;
    welcome.setup.length = (sizeof welcome - 8) / 4;
    welcome.setup.resource_id_mask = 0x1fffff;
    welcome.setup.maximum_request_length = 0xffff;
    welcome.setup.roots_len = 1;
    welcome.screen.root = 1;
    send(peer, &welcome, sizeof welcome, MSG_NOSIGNAL);

    xcb_query_extension_request_t request{};
    for (std::uint16_t sequence = 1; take(peer, &request, 4); ++sequence) {
      std::string rest(request.length * 4u - 4, '\0');
      if (!rest.empty() && !take(peer, rest.data(), rest.size())) return;
      if (request.major_opcode != XCB_QUERY_EXTENSION) continue;
      std::uint16_t length = 0;
      std::memcpy(&length, rest.data(), sizeof length);
      xcb_query_extension_reply_t reply{};
      reply.response_type = 1;
      reply.sequence = sequence;
      reply.present = std::ranges::count(extensions_, rest.substr(4, length)) > 0 ? 1 : 0;
      reply.major_opcode = 130;
      send(peer, &reply, 32, MSG_NOSIGNAL);
    }
  }

  std::vector<std::string> extensions_;
  int number_ = 0;
  int listener_ = -1;
  std::thread thread_;
};

TEST_F(ActivityX11, SaysWhatTheServerLacks) {
  const rig::ScopedVariable wayland("WAYLAND_DISPLAY", std::nullopt);
  const rig::ScopedVariable type("XDG_SESSION_TYPE", std::nullopt);
  for (const auto& [extensions, lacks] :
       {std::pair{std::vector<std::string>{"XInputExtension"}, "SYNC"},
        std::pair{std::vector<std::string>{"SYNC"}, "XInput"}}) {
    const PoorXServer server(extensions);
    const rig::ScopedVariable display("DISPLAY", server.display());
    begin();
    ASSERT_TRUE(bench_->wait_for_state(PluginState::failed)) << lacks;
    EXPECT_EQ(bench_->status().reason,
              "x11: " + server.display() + ": the server has no " + lacks + " extension");
    bench_.reset();
  }
}

constexpr const char* xwayland_reason =
    "x11: Xwayland sees only part of the input; a Wayland session needs a source of its own";

TEST_F(ActivityX11OnXvfb, RefusesAWaylandSession) {
  for (const auto& [name, value] :
       {std::pair{"XDG_SESSION_TYPE", "wayland"}, std::pair{"WAYLAND_DISPLAY", "wayland-0"}}) {
    const rig::ScopedVariable variable(name, value);
    begin();
    ASSERT_TRUE(bench_->wait_for_state(PluginState::failed)) << name;
    EXPECT_EQ(bench_->status().reason, xwayland_reason) << name;
    EXPECT_FALSE(bench_->status().retry_after) << name;
  }
}

TEST_F(ActivityX11, RefusesXwaylandItself) {
  const rig::Mutter desktop;
  begin();
  ASSERT_TRUE(bench_->wait_for_state(PluginState::failed));
  EXPECT_EQ(bench_->status().reason, xwayland_reason);
  EXPECT_FALSE(bench_->status().retry_after);
}

}  // namespace
