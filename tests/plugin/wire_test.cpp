// SPDX-License-Identifier: MIT
#include "plugin/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <random>

namespace poised::plugin::test {
namespace {

/// One message of each kind, with no field at its default.
std::vector<Message> one_of_each() {
  const Start start{R"({"a":1})", "de_DE.UTF-8"};
  const Failed failed{true, "x11: :0: cannot connect"};
  const Prompt prompt{
      .state = POISED_PROMPT_RUNNING,
      .id = 7,
      .title = "Aufstehen – jetzt",
      .body = "…",
      .icon = "face-smile",
      .sound = "bell",
      .urgency = POISED_URGENCY_LOW,
      .actions = {{POISED_ANSWER_DONE, "", "Done"}, {POISED_ANSWER_CUSTOM, "later", "Später"}},
      .started_ns = 5,
      .ends_ns = 6};
  std::vector<Message> all{
      {POISED_START, 0, 0, start},
      {POISED_STOP, 0, 0, {}},
      {POISED_CONFIG_CHANGED, 0, 0, start},
      {POISED_WATCH_IDLE, 0, 0, WatchIdle{3, 120'000'000'000, true}},
      {POISED_QUERY_INPUT, 0, 0, {}},
      {POISED_PROMPT, 0, 0, prompt},
      {POISED_UPDATE_PROMPT, 0, 0, prompt},
      {POISED_WITHDRAW_PROMPT, 0, 0, PromptRef{7}},
      {POISED_MOVE_DESK, 0, 0, MoveDesk{1100, 42, 9, "office"}},
      {POISED_STOP_DESK, 0, 0, {}},
      {POISED_REFRESH_AVAILABILITY, 0, 0, {}},
      {POISED_EVENT, 0, 0, EventLine{"{}"}},
      {POISED_READY, 0, 0, Ready{true, "XSync alarms on :0"}},
      {POISED_FAILED, 0, 0, failed},
      {POISED_IDLE_REACHED, 0, 0, Idle{1, -5, POISED_DEVICE_POINTER}},
      {POISED_RESUMED, 0, 0, Resumed{POISED_DEVICE_KEYBOARD, 11}},
      {POISED_INPUT_STATE, 0, 0, InputState{1, 2, 3}},
      {POISED_PRESENCE, 0, 0, PresenceFlag{POISED_PRESENCE_SEAT_INACTIVE, true}},
      {POISED_AVAILABILITY, 0, 0,
       Availability{"work", {{100, 200, POISED_BUSY_OUT_OF_OFFICE, true}, {-5, 0, 0, false}}}},
      {POISED_LIVE_SIGNAL, 0, 0, LiveSignal{POISED_SIGNAL_FULL_SCREEN, true}},
      {POISED_PROMPT_ANSWERED, 0, 0, PromptAnswered{7, POISED_ANSWER_CUSTOM, "later"}},
      {POISED_PROMPT_CLOSED, 0, 0, PromptRef{7}},
      {POISED_DESK_STATE, 0, 0, DeskState{POISED_DESK_MOVING, 720, "office"}},
      {POISED_PERSON, 0, 0, Person{POISED_PERSON_LOCKED, 1'000'000'007}},
      {POISED_DESK_MOVE_ENDED, 0, 0, DeskMoveEnded{POISED_MOVE_STOPPED, 7, "it met an obstacle"}},
      {POISED_DEGRADED, 0, 0, failed},
      {POISED_RESTING, 0, 0, Resting{"no calendar", "org.example.Calendars"}},
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].seq = i + 1;
    all[i].correlates = i + 100;
  }
  return all;
}

std::vector<Frame> one_frame_of_each() {
  std::vector<Frame> all{
      Setup{.id = "a",
            .plugin_version = "1",
            .library = "a.so",
            .abi_major = 1,
            .abi_minor = 2,
            .capabilities = {"desk", "sink"},
            .sandbox = {"net"},
            .virtual_clock = true,
            .now_ns = 5},
      Clock{3, 4},
      Hello{.abi_major = 1,
            .abi_minor = 2,
            .id = "a",
            .plugin_version = "1",
            .capabilities = {"desk"},
            .sandbox = "landlock 7"},
      Refused{true, true, "plugin: a: no"},
      Ack{5, -EIO},
      Log{POISED_LOG_WARNING, "line"},
      TimerArmed{7},
      TimerArmed{},
  };
  for (const Message& message : one_of_each()) {
    if (is_to_plugin(message.kind)) {
      all.push_back(Deliver{8, message});
    } else {
      all.push_back(Submit{message});
    }
  }
  return all;
}

std::optional<Frame> decoded(const std::vector<std::byte>& bytes) {
  // In memory of exactly that size, so that a step beyond is seen.
  const auto copy = std::make_unique<std::byte[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  std::string why;
  auto frame = decode({copy.get(), bytes.size()}, why);
  EXPECT_EQ(frame.has_value(), why.empty());
  return frame;
}

TEST(Wire, EveryFrameComesBackAsItWas) {
  for (const Frame& frame : one_frame_of_each()) EXPECT_EQ(decoded(encode(frame)), frame);
}

TEST(Wire, EveryKindIsKnownByItsDirectionAndName) {
  for (const Message& message : one_of_each()) {
    EXPECT_NE(is_to_plugin(message.kind), is_from_plugin(message.kind));
    EXPECT_EQ(check(message), 0) << kind_name(message.kind);
  }
  EXPECT_EQ(kind_name(POISED_PROMPT), "PROMPT");
  EXPECT_EQ(kind_name(77), "kind 77");
  EXPECT_EQ(capability_of(POISED_PRESENCE), "activity");
  EXPECT_EQ(capability_of(POISED_DEGRADED), "");
  EXPECT_FALSE(is_to_plugin(77));
  EXPECT_FALSE(is_from_plugin(1077));
}

TEST(Wire, ACutFrameIsAnErrorAtEveryLength) {
  for (const Frame& frame : one_frame_of_each()) {
    std::vector<std::byte> bytes = encode(frame);
    while (!bytes.empty()) {
      bytes.pop_back();
      EXPECT_FALSE(decoded(bytes));
    }
  }
}

TEST(Wire, AFrameWithMoreThanItsOwnIsAnError) {
  for (const Frame& frame : one_frame_of_each()) {
    std::vector<std::byte> bytes = encode(frame);
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(decoded(bytes));
  }
}

TEST(Wire, AnotherWireVersionIsReadAsFarAsItsNumber) {
  auto bytes = encode(Hello{.id = "a"});
  bytes[1] = std::byte{9};
  bytes.resize(5);
  ASSERT_TRUE(decoded(bytes));
  EXPECT_EQ(std::get<Hello>(*decoded(bytes)).version, 9U);
}

TEST(Wire, TheLargestOfEachFitsIntoAFrame) {
  const std::string text(POISED_MAX_TEXT, 'x');
  const std::vector<Message> largest{
      {POISED_START, 1, 1, Start{std::string(POISED_MAX_SETTINGS, 'x'), text}},
      {POISED_PROMPT, 1, 1,
       Prompt{.title = text,
              .body = text,
              .icon = text,
              .sound = text,
              .actions = std::vector<Action>(POISED_MAX_ACTIONS, {0, text, text})}},
      {POISED_AVAILABILITY, 1, 1,
       Availability{text, std::vector<Interval>(POISED_MAX_INTERVALS, {0, 1, 0, false})}},
  };
  for (const Message& message : largest) {
    EXPECT_EQ(check(message), 0);
    const auto bytes = encode(Deliver{0, message});
    EXPECT_LE(bytes.size(), max_frame);
    EXPECT_TRUE(decoded(bytes));
  }
  const plugin::Setup setup{.capabilities = std::vector<std::string>(5, "availability"),
                            .sandbox = std::vector<std::string>(32, std::string(1024, 'x'))};
  EXPECT_TRUE(decoded(encode(setup)));
}

TEST(Wire, BeyondALimitIsTooLarge) {
  const std::string text(POISED_MAX_TEXT + 1, 'x');
  const std::vector<Message> beyond{
      {POISED_START, 1, 1, Start{std::string(POISED_MAX_SETTINGS + 1, 'x'), ""}},
      {POISED_START, 1, 1, Start{"", text}},
      {POISED_READY, 1, 1, Ready{false, text}},
      {POISED_PROMPT, 1, 1, Prompt{.actions = std::vector<Action>(POISED_MAX_ACTIONS + 1)}},
      {POISED_PROMPT, 1, 1, Prompt{.actions = {{0, "", text}}}},
      {POISED_AVAILABILITY, 1, 1,
       Availability{"", std::vector<Interval>(POISED_MAX_INTERVALS + 1)}},
  };
  for (const Message& message : beyond) {
    EXPECT_EQ(check(message), -EMSGSIZE) << kind_name(message.kind);
    EXPECT_FALSE(decoded(encode(Submit{message})));
  }
}

TEST(Wire, WhatHasNoMeaningIsInvalid) {
  const std::int64_t far = std::numeric_limits<std::int64_t>::max();
  const std::vector<Message> wrong{
      {77, 1, 1, {}},
      {POISED_READY, 1, 1, {}},
      {POISED_STOP, 1, 1, Ready{}},
      {POISED_READY, 1, 1, Ready{false, "\xFF"}},
      {POISED_READY, 1, 1, Ready{false, std::string("a\0b", 3)}},
      {POISED_READY, 1, 1, Ready{false, "\xC0\x80"}},
      {POISED_READY, 1, 1, Ready{false, "\xED\xA0\x80"}},
      {POISED_READY, 1, 1, Ready{false, "\xF4\x90\x80\x80"}},
      {POISED_READY, 1, 1, Ready{false, "cut \xE2\x80"}},
      {POISED_WATCH_IDLE, 1, 1, WatchIdle{1, -1, false}},
      {POISED_IDLE_REACHED, 1, 1, Idle{1, far, 0}},
      {POISED_IDLE_REACHED, 1, 1, Idle{1, std::numeric_limits<std::int64_t>::min(), 0}},
      {POISED_IDLE_REACHED, 1, 1, Idle{1, 0, 3}},
      {POISED_RESUMED, 1, 1, Resumed{9, 0}},
      {POISED_INPUT_STATE, 1, 1, InputState{-2, 0, 0}},
      {POISED_PRESENCE, 1, 1, PresenceFlag{0, true}},
      {POISED_PRESENCE, 1, 1, PresenceFlag{4, true}},
      {POISED_AVAILABILITY, 1, 1, Availability{"", {{far, far, 0, false}}}},
      {POISED_AVAILABILITY, 1, 1, Availability{"", {{0, 1, 3, false}}}},
      {POISED_LIVE_SIGNAL, 1, 1, LiveSignal{8, true}},
      {POISED_PROMPT, 1, 1, Prompt{.state = 4}},
      {POISED_PROMPT, 1, 1, Prompt{.urgency = 3}},
      {POISED_PROMPT_ANSWERED, 1, 1, PromptAnswered{1, 7, ""}},
      {POISED_DESK_STATE, 1, 1, DeskState{5, 0}},
      {POISED_PERSON, 1, 1, Person{5, 0}},
      {POISED_DESK_MOVE_ENDED, 1, 1, DeskMoveEnded{3, 0, ""}},
  };
  for (const Message& message : wrong) {
    EXPECT_EQ(check(message), -EINVAL) << kind_name(message.kind);
    EXPECT_FALSE(decoded(encode(Submit{message})) == Frame{Submit{message}});
  }
}

TEST(Wire, HostileBytesAreAnErrorOrAValidFrame) {
  std::mt19937 random(20260302);
  std::vector<std::vector<std::byte>> corpus;
  for (const Frame& frame : one_frame_of_each()) corpus.push_back(encode(frame));
  int good = 0;
  int bad = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::vector<std::byte> bytes = corpus[random() % corpus.size()];
    for (auto n = random() % 4 + 1; n > 0; --n) {
      const std::size_t at = random() % (bytes.size() + 1);
      switch (random() % 6) {
        case 0:
          if (at < bytes.size()) bytes[at] = static_cast<std::byte>(random());
          break;
        case 1:
          if (at < bytes.size()) bytes[at] ^= static_cast<std::byte>(1U << random() % 8);
          break;
        case 2:
          bytes.resize(at);
          break;
        case 3:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), random() % 9,
                       static_cast<std::byte>(random()));
          break;
        case 4:
          // Lengths and counts at their worst.
          if (at + 4 <= bytes.size()) std::memset(&bytes[at], random() % 2 == 0 ? 0xFF : 0x7F, 4);
          break;
        default: {
          const auto& other = corpus[random() % corpus.size()];
          bytes.insert(bytes.end(), other.begin(), other.end());
        }
      }
    }
    const auto frame = decoded(bytes);
    frame ? ++good : ++bad;
    if (!frame) continue;
    // What is let in holds to every rule, and says the same again.
    if (const auto* submit = std::get_if<Submit>(&*frame)) {
      EXPECT_EQ(check(submit->message), 0);
    }
    EXPECT_EQ(decoded(encode(*frame)), frame);
  }
  EXPECT_GT(good, 10'000);
  EXPECT_GT(bad, 100'000);
}

TEST(Abi, EveryMessageComesBackAsItWas) {
  for (const Message& message : one_of_each()) {
    const AbiMessage abi(message);
    Message back;
    EXPECT_EQ(from_abi(*abi.get(), back), 0) << kind_name(message.kind);
    EXPECT_EQ(back, message);
  }
}

TEST(Abi, WhatIsAbsentIsNull) {
  const Message message{.kind = POISED_PROMPT, .payload = Prompt{.actions = {{0, "", ""}}}};
  const AbiMessage abi(message);
  const auto* prompt = static_cast<const poised_prompt*>(abi.get()->payload);
  EXPECT_EQ(prompt->icon, nullptr);
  EXPECT_EQ(prompt->sound, nullptr);
  EXPECT_STREQ(prompt->title, "");
  EXPECT_EQ(prompt->actions[0].id, nullptr);
  EXPECT_STREQ(prompt->actions[0].label, "");
}

TEST(Abi, FieldsThatTheSizeDoesNotCoverAreNotRead) {
  poised_idle idle{};
  idle.size = offsetof(poised_idle, device);
  idle.watch_id = 4;
  idle.since_ns = 5;
  idle.device = 999;
  const poised_message message{sizeof message, POISED_IDLE_REACHED, 1, 2, &idle};
  Message out;
  EXPECT_EQ(from_abi(message, out), 0);
  EXPECT_EQ(std::get<Idle>(out.payload), (Idle{4, 5, POISED_DEVICE_ANY}));
  idle.size = sizeof idle;
  EXPECT_EQ(from_abi(message, out), -EINVAL) << "now it counts";
}

TEST(Abi, EveryStructMayEndAfterItsSize) {
  for (const Message& message : one_of_each()) {
    const AbiMessage abi(message);
    if (abi.get()->payload == nullptr) continue;
    // Exactly as long as it says, so that a step beyond is seen.
    const auto memory = std::make_unique<std::uint32_t[]>(1);
    memory[0] = sizeof(std::uint32_t);
    poised_message shortened = *abi.get();
    shortened.payload = memory.get();
    Message out;
    // A PRESENCE that does not say which flag keeps the default.
    EXPECT_EQ(from_abi(shortened, out), 0) << kind_name(message.kind);
    EXPECT_EQ(out.payload.index(), message.payload.index());
  }
}

TEST(Abi, MalformedStructsAreInvalid) {
  Message out;
  poised_message message{sizeof message, POISED_READY, 0, 0, nullptr};
  EXPECT_EQ(from_abi(message, out), -EINVAL) << "no payload";
  poised_ready ready{};
  message.payload = &ready;
  EXPECT_EQ(from_abi(message, out), -EINVAL) << "no size";
  ready.size = sizeof ready;
  EXPECT_EQ(from_abi(message, out), 0);
  message.size = offsetof(poised_message, payload);
  EXPECT_EQ(from_abi(message, out), -EINVAL) << "a message without room for it";
  message.size = 4;
  EXPECT_EQ(from_abi(message, out), -EINVAL) << "not even a kind";
  message = {sizeof message, 4711, 0, 0, &ready};
  EXPECT_EQ(from_abi(message, out), -EINVAL) << "unknown kind";

  poised_availability availability{sizeof availability, 3, nullptr, "x"};
  message = {sizeof message, POISED_AVAILABILITY, 0, 0, &availability};
  EXPECT_EQ(from_abi(message, out), -EINVAL) << "intervals are missing";
  availability.count = POISED_MAX_INTERVALS + 1;
  EXPECT_EQ(from_abi(message, out), -EMSGSIZE) << "not one of them is read";
}

TEST(Abi, ATextIsNotReadBeyondItsLimit) {
  // Without its zero, as a careless plugin may hand it over.
  const auto text = std::make_unique<char[]>(POISED_MAX_TEXT + 1);
  std::memset(text.get(), 'x', POISED_MAX_TEXT + 1);
  const poised_ready ready{sizeof ready, 0, text.get()};
  const poised_message message{sizeof message, POISED_READY, 0, 0, &ready};
  Message out;
  EXPECT_EQ(from_abi(message, out), -EMSGSIZE);
}

TEST(OneLine, KeepsWhatCanBePrintedAndNothingElse) {
  EXPECT_EQ(one_line("Grüße – 日本 😀"), "Grüße – 日本 😀");
  EXPECT_EQ(one_line("a\nb\tc\x7F\x1B[0m"), "a?b?c??[0m");
  EXPECT_EQ(one_line("\xC2\x85\xFF\xE2\x80"), "????");
  EXPECT_EQ(one_line(std::string(5000, 'x')).size(), POISED_MAX_TEXT);
  const std::string wide = "x" + [] {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "ü";
    return text;
  }();
  EXPECT_EQ(one_line(wide).size(), POISED_MAX_TEXT - 1) << "no half characters";
}

}  // namespace
}  // namespace poised::plugin::test
