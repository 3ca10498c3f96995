// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <poised/plugin.hpp>
#include <stdexcept>
#include <string>
#include <vector>

// The C++ face against a host that writes down what it is asked.
namespace {

using namespace std::chrono_literals;

struct Submitted {
  std::uint32_t kind;
  std::uint64_t correlates;
  std::string text;
  std::array<std::byte, 64> payload;
  template <class T>
  [[nodiscard]] T as() const {
    T value{};
    std::memcpy(&value, payload.data(), sizeof value);
    return value;
  }
};

struct FakeHost {
  poised_host host{};
  std::vector<Submitted> submitted;
  std::vector<std::string> log;
  std::map<std::uint64_t, std::int64_t> timers;
  std::map<int, std::pair<std::uint32_t, std::uint64_t>> fds;
  std::int64_t now = 1000;
  int submit_result = 0;
  int watch_result = 0;

  FakeHost() {
    host.size = sizeof host;
    host.abi_major = POISED_ABI_MAJOR;
    host.abi_minor = POISED_ABI_MINOR;
    host.ctx = this;
    host.submit = [](void* ctx, const poised_message* message) {
      FakeHost& self = of(ctx);
      Submitted kept{message->kind, message->correlates, {}, {}};
      if (message->payload != nullptr) {
        std::uint32_t size = 0;
        std::memcpy(&size, message->payload, sizeof size);
        std::memcpy(kept.payload.data(), message->payload, std::min<std::size_t>(size, 64));
        if (message->kind == POISED_FAILED)
          kept.text = static_cast<const poised_failed*>(message->payload)->reason;
      }
      self.submitted.push_back(kept);
      return self.submit_result;
    };
    host.log = [](void* ctx, std::int32_t, const char* line) { of(ctx).log.emplace_back(line); };
    host.now_ns = [](void* ctx) { return of(ctx).now; };
    host.watch_fd = [](void* ctx, int fd, std::uint32_t events, std::uint64_t tag) {
      of(ctx).fds[fd] = {events, tag};
      return of(ctx).watch_result;
    };
    host.unwatch_fd = [](void* ctx, int fd) {
      of(ctx).fds.erase(fd);
      return 0;
    };
    host.arm_timer = [](void* ctx, std::uint64_t tag, std::int64_t at) {
      of(ctx).timers[tag] = at;
      return 0;
    };
    host.disarm_timer = [](void* ctx, std::uint64_t tag) {
      of(ctx).timers.erase(tag);
      return 0;
    };
    host.extension = [](void*, const char* name) -> const void* {
      static constexpr int answer = 42;
      return std::strcmp(name, "answer") == 0 ? &answer : nullptr;
    };
  }
  static FakeHost& of(void* ctx) { return *static_cast<FakeHost*>(ctx); }
};

/// What the tests make the plugin do. Outlives it.
struct Script {
  std::function<void()> on_start;
  std::function<void(const poised::Prompt&)> on_prompt;
  std::function<void(const poised::WatchIdle&)> on_watch_idle;
  std::vector<std::string> seen;
};
Script* script = nullptr;  // the entry's create() takes no more than the host

class Probe : public poised::Plugin {
 public:
  explicit Probe(const poised_host& host)
      : Plugin(host), timer(*this, [this] {
          script->seen.emplace_back("timer");
          if (again) timer.arm(now() + 1s);
        }) {
    if (script == nullptr) throw std::runtime_error("no script");
  }
  ~Probe() override { script->seen.emplace_back("gone"); }

  using Plugin::degraded;
  using Plugin::extension;
  using Plugin::failed;
  using Plugin::idle_reached;
  using Plugin::input_state;
  using Plugin::prompt_answered;
  using Plugin::ready;

  poised::Timer timer;
  poised::FdWatch watch;
  bool again = false;

 protected:
  void on_start(const poised::Settings& settings) override {
    script->seen.emplace_back(settings.json);
    if (script->on_start) script->on_start();
  }
  void on_prompt(const poised::Prompt& prompt) override { script->on_prompt(prompt); }
  void on_watch_idle(const poised::WatchIdle& idle) override { script->on_watch_idle(idle); }
  void on_timer(std::uint64_t tag) override {
    script->seen.push_back("tag " + std::to_string(tag));
  }
  void on_fd(std::uint64_t tag, int fd, std::uint32_t) override {
    script->seen.push_back("fd " + std::to_string(tag) + " " + std::to_string(fd));
  }
};

class OwnLoop final : public Probe {
 public:
  using Probe::Probe;
  int run(const poised::Loop& loop) {
    while (loop.dispatch()) continue;
    script->seen.push_back(loop.next_deadline() ? "deadline" : "no deadline");
    return loop.fd();
  }
};

using Entry = poised::detail::Trampolines<Probe>;
constexpr const char* capabilities[] = {"prompt", nullptr};

class PluginHpp : public testing::Test {
 protected:
  void SetUp() override {
    script = &script_;
    plugin_ = Entry::create(&host_.host, error_.data(), error_.size());
    ASSERT_NE(plugin_, nullptr);
  }
  void TearDown() override {
    if (plugin_ != nullptr) Entry::destroy(plugin_);
    script = nullptr;
  }
  Probe& probe() { return *static_cast<Probe*>(reinterpret_cast<poised::Plugin*>(plugin_)); }
  int send(std::uint32_t kind, const void* payload = nullptr) {
    const poised_message message{sizeof message, kind, 5, 0, payload};
    return Entry::on_message(plugin_, &message);
  }
  int send_start() {
    const poised_start start{sizeof start, 0, "{}", "C"};
    return send(POISED_START, &start);
  }

  FakeHost host_;
  Script script_;
  std::array<char, 16> error_{};
  poised_plugin* plugin_ = nullptr;
};

TEST_F(PluginHpp, TheEntryNamesThePlugin) {
  constexpr poised_plugin_entry_v1 entry = Entry::entry("id", "Name", "1.2.3", capabilities);
  EXPECT_EQ(entry.size, sizeof entry);
  EXPECT_EQ(entry.abi_major, POISED_ABI_MAJOR);
  EXPECT_STREQ(entry.id, "id");
  EXPECT_STREQ(entry.capabilities[0], "prompt");
  EXPECT_EQ(entry.run, nullptr);
}

TEST_F(PluginHpp, OnlyAPluginWithRunOwnsItsLoop) {
  constexpr auto entry =
      poised::detail::Trampolines<OwnLoop>::entry("id", "Name", "1", capabilities);
  EXPECT_NE(entry.run, nullptr);
  poised_plugin* plugin = entry.create(&host_.host, error_.data(), error_.size());
  int rounds = 3;
  const poised_loop loop{sizeof loop, 9, &rounds,
                         [](void* ctx) { return --*static_cast<int*>(ctx) == 0 ? 1 : 0; },
                         [](void*) { return std::int64_t{-1}; }};
  EXPECT_EQ(entry.run(plugin, &loop), 9);
  EXPECT_EQ(rounds, 0);
  EXPECT_EQ(script_.seen.back(), "no deadline");
  entry.destroy(plugin);
}

TEST_F(PluginHpp, AConstructorThatThrowsIsToldInTheSpaceThereIs) {
  script = nullptr;
  EXPECT_EQ(Entry::create(&host_.host, error_.data(), error_.size()), nullptr);
  EXPECT_STREQ(error_.data(), "no script");
  EXPECT_EQ(Entry::create(&host_.host, error_.data(), 4), nullptr);
  EXPECT_STREQ(error_.data(), "no ");
  EXPECT_EQ(Entry::create(&host_.host, error_.data(), 0), nullptr);
  script = &script_;
}

TEST_F(PluginHpp, UnknownAndUnhandledKindsAreNotSupported) {
  EXPECT_EQ(send(77), -ENOTSUP);
  EXPECT_EQ(send(POISED_STOP_DESK), -ENOTSUP);
  EXPECT_EQ(send(POISED_STOP), 0);
  EXPECT_TRUE(host_.log.empty());
}

TEST_F(PluginHpp, AnExceptionBecomesAnErrorAndALine) {
  script_.on_watch_idle = [](const auto&) { throw std::runtime_error("x11: :0: gone"); };
  const poised_watch_idle watch{sizeof watch, 1, 5, 0, 0};
  EXPECT_EQ(send(POISED_WATCH_IDLE, &watch), -EIO);
  EXPECT_EQ(host_.log.back(), "WATCH_IDLE: x11: :0: gone");

  script_.on_watch_idle = [](const auto&) {
    throw std::system_error(EBUSY, std::generic_category(), "desk");
  };
  EXPECT_EQ(send(POISED_WATCH_IDLE, &watch), -EBUSY);
  script_.on_watch_idle = [](const auto&) { throw 7; };
  EXPECT_EQ(send(POISED_WATCH_IDLE, &watch), -EIO);
  EXPECT_EQ(host_.log.size(), 3u);
  EXPECT_EQ(send(POISED_WATCH_IDLE, nullptr), -EINVAL) << "no payload";
}

TEST_F(PluginHpp, AStartThatFailsIsReported) {
  script_.on_start = [] { throw poised::Failure("x11: no display", true); };
  EXPECT_EQ(send_start(), 0);
  EXPECT_EQ(host_.submitted.back().kind, POISED_FAILED);
  EXPECT_EQ(host_.submitted.back().as<poised_failed>().permanent, 1u);
  EXPECT_EQ(host_.submitted.back().text, "x11: no display");
  EXPECT_TRUE(host_.log.empty());

  script_.on_start = [] { throw std::runtime_error("surprise"); };
  EXPECT_EQ(send_start(), -EIO);
  EXPECT_EQ(host_.submitted.back().text, "surprise");
  EXPECT_EQ(host_.submitted.back().as<poised_failed>().permanent, 0u);
  EXPECT_EQ(host_.log.size(), 1u);
}

TEST_F(PluginHpp, WhatTheWriterDidNotKnowIsZero) {
  poised_watch_idle watch{offsetof(poised_watch_idle, once), 3, 500, 1, 0};
  std::optional<poised::WatchIdle> seen;
  script_.on_watch_idle = [&](const poised::WatchIdle& idle) { seen = idle; };
  EXPECT_EQ(send(POISED_WATCH_IDLE, &watch), 0);
  EXPECT_EQ(seen->id, 3u);
  EXPECT_EQ(seen->threshold, 500ns);
  EXPECT_FALSE(seen->once);
}

TEST_F(PluginHpp, AWriterThatKnowsMoreIsUnderstood) {
  struct {
    poised_watch_idle known;
    std::uint64_t more;
  } watch{{sizeof watch, 3, 500, 1, 0}, 99};
  std::optional<poised::WatchIdle> seen;
  script_.on_watch_idle = [&](const poised::WatchIdle& idle) { seen = idle; };
  EXPECT_EQ(send(POISED_WATCH_IDLE, &watch), 0);
  EXPECT_TRUE(seen->once);
}

TEST_F(PluginHpp, APromptIsDecoded) {
  const std::array<poised_action, 2> actions{
      {{POISED_ANSWER_START, 0, nullptr, "Start"}, {POISED_ANSWER_CUSTOM, 0, "never", "Never"}}};
  poised_prompt prompt{};
  prompt.size = sizeof prompt;
  prompt.state = POISED_PROMPT_RUNNING;
  prompt.id = 12;
  prompt.title = "Title";
  prompt.urgency = POISED_URGENCY_LOW;
  prompt.action_count = 2;
  prompt.actions = actions.data();
  prompt.ends_ns = 4000;
  int seen = 0;
  script_.on_prompt = [&](const poised::Prompt& got) {
    ++seen;
    EXPECT_EQ(got.state, poised::PromptState::running);
    EXPECT_EQ(got.id, 12u);
    EXPECT_EQ(got.title, "Title");
    EXPECT_EQ(got.body, "");
    EXPECT_EQ(got.urgency, poised::Urgency::low);
    ASSERT_EQ(got.actions.size(), 2u);
    EXPECT_EQ(got.actions[1].answer, poised::Answer::custom);
    EXPECT_EQ(got.actions[1].id, "never");
    EXPECT_EQ(got.actions[1].label, "Never");
    EXPECT_EQ(got.ends, poised::from_ns(4000));
  };
  EXPECT_EQ(send(POISED_PROMPT, &prompt), 0);
  EXPECT_EQ(seen, 1);
}

TEST_F(PluginHpp, RequestsCarryTheirValues) {
  probe().idle_reached(4, poised::Device::pointer, poised::from_ns(99));
  const auto idle = host_.submitted.back().as<poised_idle>();
  EXPECT_EQ(idle.size, sizeof idle);
  EXPECT_EQ(idle.watch_id, 4u);
  EXPECT_EQ(idle.device, POISED_DEVICE_POINTER);
  EXPECT_EQ(idle.since_ns, 99);

  probe().input_state(2s, std::nullopt, 3s, 5);
  EXPECT_EQ(host_.submitted.back().correlates, 5u);
  const auto state = host_.submitted.back().as<poised_input_state>();
  EXPECT_EQ(state.idle_ns, 2'000'000'000);
  EXPECT_EQ(state.keyboard_idle_ns, -1);

  probe().prompt_answered(7, poised::Answer::snooze, "ignored");
  const auto answered = host_.submitted.back().as<poised_prompt_answered>();
  EXPECT_EQ(answered.answer, POISED_ANSWER_SNOOZE);
  EXPECT_EQ(answered.action_id, nullptr);
}

TEST_F(PluginHpp, AMalformedRequestThrowsAndALostDaemonDoesNot) {
  host_.submit_result = -EMSGSIZE;
  EXPECT_THROW(probe().ready("x"), std::system_error);
  host_.submit_result = -EPIPE;
  EXPECT_NO_THROW(probe().ready("x"));
}

TEST_F(PluginHpp, ExtensionsAreLookedUpByName) {
  EXPECT_EQ(*probe().extension<int>("answer"), 42);
  EXPECT_EQ(probe().extension<int>("question"), nullptr);
}

TEST_F(PluginHpp, ATimerElapsesOnceAndMayArmItself) {
  probe().timer.arm(poised::from_ns(5000));
  ASSERT_EQ(host_.timers.size(), 1u);
  const auto [tag, at] = *host_.timers.begin();
  EXPECT_EQ(at, 5000);
  Entry::on_timer(plugin_, tag);
  EXPECT_FALSE(probe().timer.armed());
  probe().again = true;
  Entry::on_timer(plugin_, tag);
  EXPECT_TRUE(probe().timer.armed());
  EXPECT_EQ(std::ranges::count(script_.seen, "timer"), 2);
  probe().timer.disarm();
  EXPECT_TRUE(host_.timers.empty());
}

TEST_F(PluginHpp, WhatComesForATimerThatIsGoneFindsNobody) {
  std::uint64_t tag = 0;
  {
    poised::Timer timer(probe(), [] { ADD_FAILURE() << "it is gone"; });
    timer.arm(poised::from_ns(1));
    tag = host_.timers.begin()->first;
  }
  EXPECT_TRUE(host_.timers.empty());
  Entry::on_timer(plugin_, tag);
  Entry::on_timer(plugin_, 3);
  EXPECT_EQ(script_.seen.back(), "tag 3");
}

TEST_F(PluginHpp, AWatchCallsBackAndMayEndItself) {
  std::uint32_t events = 0;
  probe().watch = poised::FdWatch(probe(), 8, POISED_FD_READ, [&](std::uint32_t got) {
    events = got;
    probe().watch.reset();
  });
  const std::uint64_t tag = host_.fds.at(8).second;
  probe().watch.events(POISED_FD_READ | POISED_FD_WRITE);
  EXPECT_EQ(host_.fds.at(8).first, POISED_FD_READ | POISED_FD_WRITE);
  EXPECT_EQ(host_.fds.at(8).second, tag);
  Entry::on_fd(plugin_, tag, 8, POISED_FD_WRITE);
  EXPECT_EQ(events, POISED_FD_WRITE);
  EXPECT_TRUE(host_.fds.empty());
  Entry::on_fd(plugin_, tag, 8, POISED_FD_READ);
  EXPECT_EQ(events, POISED_FD_WRITE);
  Entry::on_fd(plugin_, 2, 8, POISED_FD_READ);
  EXPECT_EQ(script_.seen.back(), "fd 2 8");
}

TEST_F(PluginHpp, AWatchMovesWithItsOwner) {
  int calls = 0;
  poised::FdWatch first(probe(), 8, POISED_FD_READ, [&](std::uint32_t) { ++calls; });
  poised::FdWatch second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
  Entry::on_fd(plugin_, host_.fds.at(8).second, 8, POISED_FD_READ);
  EXPECT_EQ(calls, 1);
  second = poised::FdWatch{};
  EXPECT_TRUE(host_.fds.empty());
}

TEST_F(PluginHpp, AWatchThatTheHostRefusesThrows) {
  host_.watch_result = -EPERM;
  EXPECT_THROW(poised::FdWatch(probe(), 8, POISED_FD_READ, [](std::uint32_t) {}),
               std::system_error);
}

TEST_F(PluginHpp, DestroyEndsThePlugin) {
  Entry::destroy(std::exchange(plugin_, nullptr));
  EXPECT_EQ(script_.seen.back(), "gone");
}

}  // namespace
