// SPDX-License-Identifier: MIT
#include "plugin/wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <type_traits>

namespace poised::plugin {
namespace {

template <typename T, std::size_t I = 0>
constexpr std::size_t index_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<I, Payload>, T>) {
    return I;
  } else {
    return index_of<T, I + 1>();
  }
}

struct Kind {
  std::uint32_t number;
  const char* name;
  const char* capability;
  std::size_t payload;
};

constexpr std::array kinds{
    Kind{POISED_START, "START", "", index_of<Start>()},
    Kind{POISED_STOP, "STOP", "", index_of<std::monostate>()},
    Kind{POISED_CONFIG_CHANGED, "CONFIG_CHANGED", "", index_of<Start>()},
    Kind{POISED_WATCH_IDLE, "WATCH_IDLE", "activity", index_of<WatchIdle>()},
    Kind{POISED_QUERY_INPUT, "QUERY_INPUT", "activity", index_of<std::monostate>()},
    Kind{POISED_PROMPT, "PROMPT", "prompt", index_of<Prompt>()},
    Kind{POISED_UPDATE_PROMPT, "UPDATE_PROMPT", "prompt", index_of<Prompt>()},
    Kind{POISED_WITHDRAW_PROMPT, "WITHDRAW_PROMPT", "prompt", index_of<PromptRef>()},
    Kind{POISED_MOVE_DESK, "MOVE_DESK", "desk", index_of<MoveDesk>()},
    Kind{POISED_STOP_DESK, "STOP_DESK", "desk", index_of<std::monostate>()},
    Kind{POISED_REFRESH_AVAILABILITY, "REFRESH_AVAILABILITY", "availability",
         index_of<std::monostate>()},
    Kind{POISED_EVENT, "EVENT", "sink", index_of<EventLine>()},
    Kind{POISED_PERSON, "PERSON", "desk", index_of<Person>()},
    Kind{POISED_READY, "READY", "", index_of<Ready>()},
    Kind{POISED_FAILED, "FAILED", "", index_of<Failed>()},
    Kind{POISED_IDLE_REACHED, "IDLE_REACHED", "activity", index_of<Idle>()},
    Kind{POISED_RESUMED, "RESUMED", "activity", index_of<Resumed>()},
    Kind{POISED_INPUT_STATE, "INPUT_STATE", "activity", index_of<InputState>()},
    Kind{POISED_PRESENCE, "PRESENCE", "activity", index_of<PresenceFlag>()},
    Kind{POISED_AVAILABILITY, "AVAILABILITY", "availability", index_of<Availability>()},
    Kind{POISED_LIVE_SIGNAL, "LIVE_SIGNAL", "availability", index_of<LiveSignal>()},
    Kind{POISED_PROMPT_ANSWERED, "PROMPT_ANSWERED", "prompt", index_of<PromptAnswered>()},
    Kind{POISED_PROMPT_CLOSED, "PROMPT_CLOSED", "prompt", index_of<PromptRef>()},
    Kind{POISED_DESK_STATE, "DESK_STATE", "desk", index_of<DeskState>()},
    Kind{POISED_DEGRADED, "DEGRADED", "", index_of<Failed>()},
    Kind{POISED_DESK_MOVE_ENDED, "DESK_MOVE_ENDED", "desk", index_of<DeskMoveEnded>()},
    Kind{POISED_RESTING, "RESTING", "", index_of<Resting>()},
};

constexpr const Kind* find_kind(std::uint32_t number) {
  for (const Kind& kind : kinds) {
    if (kind.number == number) return &kind;
  }
  return nullptr;
}

template <std::size_t I = 0>
void emplace_alternative(Payload& payload, std::size_t index) {
  if constexpr (I < std::variant_size_v<Payload>) {
    if (I == index) {
      payload.emplace<I>();
    } else {
      emplace_alternative<I + 1>(payload, index);
    }
  }
}

/// The length of the UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80U) return text.empty() ? 0 : 1;
  if (lead >= 0xC2U && lead <= 0xDFU) return continues(1) ? 2 : 0;
  if (lead >= 0xE0U && lead <= 0xEFU) {
    const bool overlong = lead == 0xE0U && byte(1) < 0xA0U;
    const bool surrogate = lead == 0xEDU && byte(1) > 0x9FU;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0U && lead <= 0xF4U) {
    const bool overlong = lead == 0xF0U && byte(1) < 0x90U;
    const bool beyond = lead == 0xF4U && byte(1) > 0x8FU;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0 || text.front() == '\0') return false;
    text.remove_prefix(length);
  }
  return true;
}

// ------------------------------------------------------------------ one description of each
// payload fields(archive, value) names every field once; Writer, Reader and Checker give it its
// meaning.

template <typename A, typename T>
concept Describes = std::is_same_v<std::remove_const_t<A>, T>;

void fields(auto&, Describes<std::monostate> auto&) {}
void fields(auto& a, Describes<Start> auto& v) {
  a.text(v.settings_json, POISED_MAX_SETTINGS);
  a.text(v.locale);
}
void fields(auto& a, Describes<Ready> auto& v) {
  a.flag(v.splits_devices);
  a.text(v.detail);
}
void fields(auto& a, Describes<Failed> auto& v) {
  a.flag(v.permanent);
  a.text(v.reason);
}
void fields(auto& a, Describes<WatchIdle> auto& v) {
  a.number(v.id);
  a.span_of_time(v.threshold_ns, 0);
  a.flag(v.once);
}
void fields(auto& a, Describes<Idle> auto& v) {
  a.number(v.watch_id);
  a.instant(v.since_ns);
  a.choice(v.device, POISED_DEVICE_ANY, POISED_DEVICE_POINTER);
}
void fields(auto& a, Describes<Resumed> auto& v) {
  a.choice(v.device, POISED_DEVICE_ANY, POISED_DEVICE_POINTER);
  a.instant(v.at_ns);
}
void fields(auto& a, Describes<InputState> auto& v) {
  a.span_of_time(v.idle_ns, -1);
  a.span_of_time(v.keyboard_idle_ns, -1);
  a.span_of_time(v.pointer_idle_ns, -1);
}
void fields(auto& a, Describes<PresenceFlag> auto& v) {
  a.choice(v.flag, POISED_PRESENCE_LOCKED, POISED_PRESENCE_SEAT_INACTIVE);
  a.flag(v.on);
}
void fields(auto& a, Describes<Interval> auto& v) {
  a.calendar_time(v.from_utc_s);
  a.calendar_time(v.to_utc_s);
  a.choice(v.busy_class, POISED_BUSY, POISED_BUSY_OUT_OF_OFFICE);
  a.flag(v.all_day);
}
void fields(auto& a, Describes<Availability> auto& v) {
  a.text(v.source);
  a.list(v.intervals, POISED_MAX_INTERVALS);
}
void fields(auto& a, Describes<LiveSignal> auto& v) {
  a.choice(v.signal, POISED_SIGNAL_CALL, POISED_SIGNAL_FULL_SCREEN);
  a.flag(v.on);
}
void fields(auto& a, Describes<Action> auto& v) {
  a.choice(v.answer, POISED_ANSWER_START, POISED_ANSWER_CUSTOM);
  a.text(v.id);
  a.text(v.label);
}
void fields(auto& a, Describes<Prompt> auto& v) {
  a.choice(v.state, POISED_PROMPT_OPEN, POISED_PROMPT_NOTE);
  a.number(v.id);
  a.text(v.title);
  a.text(v.body);
  a.text(v.icon);
  a.text(v.sound);
  a.choice(v.urgency, POISED_URGENCY_LOW, POISED_URGENCY_CRITICAL);
  a.list(v.actions, POISED_MAX_ACTIONS);
  a.instant(v.started_ns);
  a.instant(v.ends_ns);
}
void fields(auto& a, Describes<PromptRef> auto& v) {
  a.number(v.id);
}
void fields(auto& a, Describes<PromptAnswered> auto& v) {
  a.number(v.id);
  a.choice(v.answer, POISED_ANSWER_START, POISED_ANSWER_CUSTOM);
  a.text(v.action_id);
}
void fields(auto& a, Describes<MoveDesk> auto& v) {
  a.number(v.to_mm);
  a.number(v.consent);
  a.instant(v.expires_ns);
  a.text(v.desk);
}
void fields(auto& a, Describes<DeskState> auto& v) {
  a.choice(v.state, POISED_DESK_OK, POISED_DESK_ABSENT);
  a.number(v.height_mm);
  a.text(v.desk);
}
void fields(auto& a, Describes<Person> auto& v) {
  a.choice(v.presence, POISED_PERSON_UNKNOWN, POISED_PERSON_SEAT_INACTIVE);
  a.instant(v.last_input_ns);
}
void fields(auto& a, Describes<DeskMoveEnded> auto& v) {
  a.choice(v.result, POISED_MOVE_ARRIVED, POISED_MOVE_REFUSED);
  a.number(v.consent);
  a.text(v.reason);
}
void fields(auto& a, Describes<Resting> auto& v) {
  a.text(v.reason);
  a.text(v.bus_name);
}
void fields(auto& a, Describes<EventLine> auto& v) {
  a.text(v.json);
}

void fields(auto& a, Describes<Message> auto& v) {
  a.number(v.kind);
  a.number(v.seq);
  a.number(v.correlates);
  a.payload(v);
}

// Enough for every manifest that parse_manifest() takes.
constexpr std::size_t max_words = 64;
constexpr std::size_t max_word = 1024;

void fields(auto& a, Describes<Setup> auto& v) {
  a.number(v.version);
  if (v.version != wire_version) return a.stop();
  a.text(v.id);
  a.text(v.plugin_version);
  a.text(v.library);
  a.number(v.abi_major);
  a.number(v.abi_minor);
  a.words(v.capabilities);
  a.words(v.sandbox);
  a.flag(v.virtual_clock);
  a.instant(v.now_ns);
}
void fields(auto& a, Describes<Deliver> auto& v) {
  a.instant(v.now_ns);
  fields(a, v.message);
}
void fields(auto& a, Describes<Clock> auto& v) {
  a.number(v.seq);
  a.instant(v.now_ns);
}
void fields(auto& a, Describes<Hello> auto& v) {
  a.number(v.version);
  if (v.version != wire_version) return a.stop();
  a.number(v.abi_major);
  a.number(v.abi_minor);
  a.text(v.id);
  a.text(v.plugin_version);
  a.words(v.capabilities);
  a.text(v.sandbox);
}
void fields(auto& a, Describes<Refused> auto& v) {
  a.flag(v.outdated);
  a.flag(v.permanent);
  a.text(v.reason);
}
void fields(auto& a, Describes<Ack> auto& v) {
  a.number(v.seq);
  a.number(v.result);
}
void fields(auto& a, Describes<Submit> auto& v) {
  fields(a, v.message);
}
void fields(auto& a, Describes<Log> auto& v) {
  a.number(v.priority);
  a.text(v.line);
}
void fields(auto& a, Describes<TimerArmed> auto& v) {
  a.optional_instant(v.at_ns);
}

constexpr std::int64_t max_instant = std::int64_t{1} << 62;
constexpr std::int64_t max_calendar_time = std::int64_t{1} << 33;

// ------------------------------------------------------------------ archives

class Writer {
 public:
  explicit Writer(std::vector<std::byte>& out) : out_(out) {}

  template <typename T>
  requires std::is_integral_v<T>
  void number(T value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    out_.insert(out_.end(), bytes, bytes + sizeof value);
  }
  void flag(bool value) { number(std::uint8_t{value}); }
  void choice(std::uint32_t value, std::uint32_t, std::uint32_t) { number(value); }
  void instant(std::int64_t value) { number(value); }
  void span_of_time(std::int64_t value, std::int64_t) { number(value); }
  void calendar_time(std::int64_t value) { number(value); }
  void text(const std::string& value, std::size_t = POISED_MAX_TEXT) {
    number(static_cast<std::uint32_t>(value.size()));
    const auto* bytes = reinterpret_cast<const std::byte*>(value.data());
    out_.insert(out_.end(), bytes, bytes + value.size());
  }
  template <typename T>
  void list(const std::vector<T>& values, std::size_t) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) fields(*this, value);
  }
  void words(const std::vector<std::string>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const std::string& value : values) text(value);
  }
  void optional_instant(const std::optional<std::int64_t>& value) {
    flag(value.has_value());
    number(value.value_or(0));
  }
  void payload(const Message& message) {
    std::visit([this](const auto& value) { fields(*this, value); }, message.payload);
  }
  void stop() {}

 private:
  std::vector<std::byte>& out_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> in) : in_(in) {}

  template <typename T>
  requires std::is_integral_v<T>
  void number(T& value) {
    if (in_.size() < sizeof value) return fail("too short");
    std::memcpy(&value, in_.data(), sizeof value);
    in_ = in_.subspan(sizeof value);
  }
  void flag(bool& value) {
    std::uint8_t byte = 0;
    number(byte);
    if (byte > 1) return fail("not a flag");
    value = byte != 0;
  }
  void choice(std::uint32_t& value, std::uint32_t low, std::uint32_t high) {
    number(value);
    if (value < low || value > high) fail("a number without a meaning");
  }
  void instant(std::int64_t& value) {
    number(value);
    if (value < -max_instant || value > max_instant) fail("an instant out of range");
  }
  void span_of_time(std::int64_t& value, std::int64_t low) {
    number(value);
    if (value < low || value > max_instant) fail("a span of time out of range");
  }
  void calendar_time(std::int64_t& value) {
    number(value);
    if (value < -max_calendar_time || value > max_calendar_time) fail("a time out of range");
  }
  void text(std::string& value, std::size_t limit = POISED_MAX_TEXT) {
    std::uint32_t size = 0;
    number(size);
    if (size > limit) return fail("a text too long");
    if (size > in_.size()) return fail("too short");
    value.assign(reinterpret_cast<const char*>(in_.data()), size);
    in_ = in_.subspan(size);
    if (!is_text(value)) fail("a text that is not UTF-8");
  }
  template <typename T>
  void list(std::vector<T>& values, std::size_t limit) {
    for (std::uint32_t left = count(limit); left > 0 && ok(); --left) {
      fields(*this, values.emplace_back());
    }
  }
  void words(std::vector<std::string>& values) {
    for (std::uint32_t left = count(max_words); left > 0 && ok(); --left) {
      text(values.emplace_back(), max_word);
    }
  }
  void optional_instant(std::optional<std::int64_t>& value) {
    bool present = false;
    std::int64_t at = 0;
    flag(present);
    instant(at);
    if (present) value = at;
  }
  void payload(Message& message) {
    const Kind* kind = find_kind(message.kind);
    if (kind == nullptr) return fail("a message of unknown kind");
    emplace_alternative(message.payload, kind->payload);
    std::visit([this](auto& value) { fields(*this, value); }, message.payload);
  }
  void stop() { in_ = {}; }

  void fail(const char* why) {
    if (why_ == nullptr) why_ = why;
    in_ = {};
  }
  [[nodiscard]] bool ok() const { return why_ == nullptr; }
  [[nodiscard]] const char* why() const { return why_; }
  [[nodiscard]] bool at_end() const { return in_.empty(); }

 private:
  std::uint32_t count(std::size_t limit) {
    std::uint32_t size = 0;
    number(size);
    if (size <= limit) return size;
    fail("a list too long");
    return 0;
  }

  std::span<const std::byte> in_;
  const char* why_ = nullptr;
};

class Checker {
 public:
  void number(std::integral auto) {}
  void flag(bool) {}
  void choice(std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    expect(value >= low && value <= high, -EINVAL);
  }
  void instant(std::int64_t value) {
    expect(value >= -max_instant && value <= max_instant, -EINVAL);
  }
  void span_of_time(std::int64_t value, std::int64_t low) {
    expect(value >= low && value <= max_instant, -EINVAL);
  }
  void calendar_time(std::int64_t value) {
    expect(value >= -max_calendar_time && value <= max_calendar_time, -EINVAL);
  }
  void text(const std::string& value, std::size_t limit = POISED_MAX_TEXT) {
    expect(value.size() <= limit, -EMSGSIZE);
    expect(is_text(value), -EINVAL);
  }
  template <typename T>
  void list(const std::vector<T>& values, std::size_t limit) {
    expect(values.size() <= limit, -EMSGSIZE);
    for (const T& value : values) fields(*this, value);
  }

  [[nodiscard]] int result() const { return result_; }

 private:
  void expect(bool holds, int otherwise) {
    if (!holds && result_ == 0) result_ = otherwise;
  }

  int result_ = 0;
};

// ------------------------------------------------------------------ C ABI

// Takes the field of the same name if the writer of *from knew it.
#define POISED_TAKE(from, field, into)                   \
  do {                                                   \
    if (POISED_HAS(from, field)) (into) = (from)->field; \
  } while (false)

class AbiReader {
 public:
  template <typename T>
  const T* payload(const poised_message& abi) {
    const auto* struct_of_kind =
        POISED_HAS(&abi, payload) ? static_cast<const T*>(abi.payload) : nullptr;
    if (struct_of_kind == nullptr || struct_of_kind->size < sizeof struct_of_kind->size) {
      fail(-EINVAL);
      return nullptr;
    }
    return struct_of_kind;
  }
  void text(const char* from, std::string& into, std::size_t limit = POISED_MAX_TEXT) {
    if (from == nullptr) return;
    // Never further than the limit: the text may lack its zero.
    const std::size_t size = strnlen(from, limit + 1);
    if (size > limit) return fail(-EMSGSIZE);
    into.assign(from, size);
  }
  void fail(int error) {
    if (result_ == 0) result_ = error;
  }
  [[nodiscard]] int result() const { return result_; }

 private:
  int result_ = 0;
};

#define POISED_TAKE_TEXT(reader, from, field, into)                    \
  do {                                                                 \
    if (POISED_HAS(from, field)) (reader).text((from)->field, (into)); \
  } while (false)

void read_payload(AbiReader& r, const poised_message& abi, Start& v) {
  const auto* p = r.payload<poised_start>(abi);
  if (p == nullptr) return;
  if (POISED_HAS(p, settings_json)) r.text(p->settings_json, v.settings_json, POISED_MAX_SETTINGS);
  POISED_TAKE_TEXT(r, p, locale, v.locale);
}
void read_payload(AbiReader& r, const poised_message& abi, Ready& v) {
  const auto* p = r.payload<poised_ready>(abi);
  if (p == nullptr) return;
  if (POISED_HAS(p, splits_devices)) v.splits_devices = p->splits_devices != 0;
  POISED_TAKE_TEXT(r, p, detail, v.detail);
}
void read_payload(AbiReader& r, const poised_message& abi, Failed& v) {
  const auto* p = r.payload<poised_failed>(abi);
  if (p == nullptr) return;
  if (POISED_HAS(p, permanent)) v.permanent = p->permanent != 0;
  POISED_TAKE_TEXT(r, p, reason, v.reason);
}
void read_payload(AbiReader& r, const poised_message& abi, WatchIdle& v) {
  const auto* p = r.payload<poised_watch_idle>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, id, v.id);
  POISED_TAKE(p, threshold_ns, v.threshold_ns);
  if (POISED_HAS(p, once)) v.once = p->once != 0;
}
void read_payload(AbiReader& r, const poised_message& abi, Idle& v) {
  const auto* p = r.payload<poised_idle>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, watch_id, v.watch_id);
  POISED_TAKE(p, since_ns, v.since_ns);
  POISED_TAKE(p, device, v.device);
}
void read_payload(AbiReader& r, const poised_message& abi, Resumed& v) {
  const auto* p = r.payload<poised_resumed>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, device, v.device);
  POISED_TAKE(p, at_ns, v.at_ns);
}
void read_payload(AbiReader& r, const poised_message& abi, InputState& v) {
  const auto* p = r.payload<poised_input_state>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, idle_ns, v.idle_ns);
  POISED_TAKE(p, keyboard_idle_ns, v.keyboard_idle_ns);
  POISED_TAKE(p, pointer_idle_ns, v.pointer_idle_ns);
}
void read_payload(AbiReader& r, const poised_message& abi, PresenceFlag& v) {
  const auto* p = r.payload<poised_presence>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, flag, v.flag);
  if (POISED_HAS(p, on)) v.on = p->on != 0;
}
void read_payload(AbiReader& r, const poised_message& abi, Availability& v) {
  const auto* p = r.payload<poised_availability>(abi);
  if (p == nullptr) return;
  POISED_TAKE_TEXT(r, p, source, v.source);
  if (!POISED_HAS(p, intervals) || p->count == 0) return;
  if (p->count > POISED_MAX_INTERVALS) return r.fail(-EMSGSIZE);
  if (p->intervals == nullptr) return r.fail(-EINVAL);
  v.intervals.reserve(p->count);
  for (const poised_interval& i : std::span(p->intervals, p->count)) {
    v.intervals.push_back({i.from_utc_s, i.to_utc_s, i.busy_class, i.all_day != 0});
  }
}
void read_payload(AbiReader& r, const poised_message& abi, LiveSignal& v) {
  const auto* p = r.payload<poised_live_signal>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, signal, v.signal);
  if (POISED_HAS(p, on)) v.on = p->on != 0;
}
void read_payload(AbiReader& r, const poised_message& abi, Prompt& v) {
  const auto* p = r.payload<poised_prompt>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, state, v.state);
  POISED_TAKE(p, id, v.id);
  POISED_TAKE_TEXT(r, p, title, v.title);
  POISED_TAKE_TEXT(r, p, body, v.body);
  POISED_TAKE_TEXT(r, p, icon, v.icon);
  POISED_TAKE_TEXT(r, p, sound, v.sound);
  POISED_TAKE(p, urgency, v.urgency);
  POISED_TAKE(p, started_ns, v.started_ns);
  POISED_TAKE(p, ends_ns, v.ends_ns);
  if (!POISED_HAS(p, actions) || p->action_count == 0) return;
  if (p->action_count > POISED_MAX_ACTIONS) return r.fail(-EMSGSIZE);
  if (p->actions == nullptr) return r.fail(-EINVAL);
  for (const poised_action& action : std::span(p->actions, p->action_count)) {
    Action& into = v.actions.emplace_back();
    into.answer = action.answer;
    r.text(action.id, into.id);
    r.text(action.label, into.label);
  }
}
void read_payload(AbiReader& r, const poised_message& abi, PromptRef& v) {
  const auto* p = r.payload<poised_prompt_ref>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, id, v.id);
}
void read_payload(AbiReader& r, const poised_message& abi, PromptAnswered& v) {
  const auto* p = r.payload<poised_prompt_answered>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, id, v.id);
  POISED_TAKE(p, answer, v.answer);
  POISED_TAKE_TEXT(r, p, action_id, v.action_id);
}
void read_payload(AbiReader& r, const poised_message& abi, MoveDesk& v) {
  const auto* p = r.payload<poised_move_desk>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, to_mm, v.to_mm);
  POISED_TAKE(p, consent, v.consent);
  POISED_TAKE(p, expires_ns, v.expires_ns);
  POISED_TAKE_TEXT(r, p, desk, v.desk);
}
void read_payload(AbiReader& r, const poised_message& abi, DeskState& v) {
  const auto* p = r.payload<poised_desk_state>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, state, v.state);
  POISED_TAKE(p, height_mm, v.height_mm);
  POISED_TAKE_TEXT(r, p, desk, v.desk);
}
void read_payload(AbiReader& r, const poised_message& abi, Person& v) {
  const auto* p = r.payload<poised_person>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, presence, v.presence);
  POISED_TAKE(p, last_input_ns, v.last_input_ns);
}
void read_payload(AbiReader& r, const poised_message& abi, Resting& v) {
  const auto* p = r.payload<poised_resting>(abi);
  if (p == nullptr) return;
  POISED_TAKE_TEXT(r, p, reason, v.reason);
  POISED_TAKE_TEXT(r, p, bus_name, v.bus_name);
}
void read_payload(AbiReader& r, const poised_message& abi, DeskMoveEnded& v) {
  const auto* p = r.payload<poised_desk_move_ended>(abi);
  if (p == nullptr) return;
  POISED_TAKE(p, result, v.result);
  POISED_TAKE(p, consent, v.consent);
  POISED_TAKE_TEXT(r, p, reason, v.reason);
}
void read_payload(AbiReader& r, const poised_message& abi, EventLine& v) {
  const auto* p = r.payload<poised_event>(abi);
  if (p == nullptr) return;
  POISED_TAKE_TEXT(r, p, json, v.json);
}
void read_payload(AbiReader&, const poised_message&, std::monostate&) {}

#undef POISED_TAKE
#undef POISED_TAKE_TEXT

const char* or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

std::string kind_name(std::uint32_t number) {
  const Kind* kind = find_kind(number);
  return kind != nullptr ? kind->name : "kind " + std::to_string(number);
}

bool is_to_plugin(std::uint32_t kind) {
  return find_kind(kind) != nullptr && kind < POISED_READY;
}

bool is_from_plugin(std::uint32_t kind) {
  return find_kind(kind) != nullptr && kind >= POISED_READY;
}

std::string_view capability_of(std::uint32_t number) {
  const Kind* kind = find_kind(number);
  return kind != nullptr ? kind->capability : "";
}

int check(const Message& message) {
  const Kind* kind = find_kind(message.kind);
  if (kind == nullptr || message.payload.index() != kind->payload) return -EINVAL;
  Checker checker;
  std::visit([&](const auto& value) { fields(checker, value); }, message.payload);
  return checker.result();
}

int from_abi(const poised_message& abi, Message& message) {
  message = {};
  if (!POISED_HAS(&abi, kind)) return -EINVAL;
  message.kind = abi.kind;
  if (POISED_HAS(&abi, seq)) message.seq = abi.seq;
  if (POISED_HAS(&abi, correlates)) message.correlates = abi.correlates;
  const Kind* kind = find_kind(message.kind);
  if (kind == nullptr) return -EINVAL;
  emplace_alternative(message.payload, kind->payload);
  AbiReader reader;
  std::visit([&](auto& value) { read_payload(reader, abi, value); }, message.payload);
  return reader.result() != 0 ? reader.result() : check(message);
}

AbiMessage::AbiMessage(const Message& message) {
  const auto use = [this](auto value) {
    value.size = sizeof value;
    abi_.payload = &payload_.emplace<decltype(value)>(value);
  };
  abi_.size = sizeof abi_;
  abi_.kind = message.kind;
  abi_.seq = message.seq;
  abi_.correlates = message.correlates;
  std::visit(
      Overloaded{
          [](const std::monostate&) {},
          [&](const Start& v) {
            use(poised_start{.settings_json = v.settings_json.c_str(), .locale = v.locale.c_str()});
          },
          [&](const Ready& v) {
            use(poised_ready{.splits_devices = v.splits_devices, .detail = v.detail.c_str()});
          },
          [&](const Resting& v) {
            use(poised_resting{.reason = v.reason.c_str(), .bus_name = v.bus_name.c_str()});
          },
          [&](const Failed& v) {
            use(poised_failed{.permanent = v.permanent, .reason = v.reason.c_str()});
          },
          [&](const WatchIdle& v) {
            use(poised_watch_idle{.id = v.id, .threshold_ns = v.threshold_ns, .once = v.once});
          },
          [&](const Idle& v) {
            use(poised_idle{.watch_id = v.watch_id, .since_ns = v.since_ns, .device = v.device});
          },
          [&](const Resumed& v) { use(poised_resumed{.device = v.device, .at_ns = v.at_ns}); },
          [&](const InputState& v) {
            use(poised_input_state{.idle_ns = v.idle_ns,
                                   .keyboard_idle_ns = v.keyboard_idle_ns,
                                   .pointer_idle_ns = v.pointer_idle_ns});
          },
          [&](const PresenceFlag& v) { use(poised_presence{.flag = v.flag, .on = v.on}); },
          [&](const Availability& v) {
            for (const Interval& i : v.intervals) {
              intervals_.push_back({i.from_utc_s, i.to_utc_s, i.busy_class, i.all_day});
            }
            use(poised_availability{.count = static_cast<std::uint32_t>(intervals_.size()),
                                    .intervals = intervals_.data(),
                                    .source = v.source.c_str()});
          },
          [&](const LiveSignal& v) { use(poised_live_signal{.signal = v.signal, .on = v.on}); },
          [&](const Prompt& v) {
            for (const Action& action : v.actions) {
              actions_.push_back({action.answer, 0, or_null(action.id), action.label.c_str()});
            }
            use(poised_prompt{.state = v.state,
                              .id = v.id,
                              .title = v.title.c_str(),
                              .body = v.body.c_str(),
                              .icon = or_null(v.icon),
                              .sound = or_null(v.sound),
                              .urgency = v.urgency,
                              .action_count = static_cast<std::uint32_t>(actions_.size()),
                              .actions = actions_.data(),
                              .started_ns = v.started_ns,
                              .ends_ns = v.ends_ns});
          },
          [&](const PromptRef& v) { use(poised_prompt_ref{.id = v.id}); },
          [&](const PromptAnswered& v) {
            use(poised_prompt_answered{
                .answer = v.answer, .id = v.id, .action_id = or_null(v.action_id)});
          },
          [&](const MoveDesk& v) {
            use(poised_move_desk{.to_mm = v.to_mm,
                                 .consent = v.consent,
                                 .expires_ns = v.expires_ns,
                                 .desk = or_null(v.desk)});
          },
          [&](const DeskState& v) {
            use(poised_desk_state{
                .state = v.state, .height_mm = v.height_mm, .desk = or_null(v.desk)});
          },
          [&](const EventLine& v) { use(poised_event{.json = v.json.c_str()}); },
          [&](const Person& v) {
            use(poised_person{.presence = v.presence, .last_input_ns = v.last_input_ns});
          },
          [&](const DeskMoveEnded& v) {
            use(poised_desk_move_ended{
                .result = v.result, .consent = v.consent, .reason = or_null(v.reason)});
          },
      },
      message.payload);
}

std::vector<std::byte> encode(const Frame& frame) {
  std::vector<std::byte> bytes;
  Writer writer(bytes);
  writer.number(static_cast<std::uint8_t>(frame.index()));
  std::visit([&](const auto& value) { fields(writer, value); }, frame);
  return bytes;
}

std::optional<Frame> decode(std::span<const std::byte> bytes, std::string& why) {
  static constexpr std::array<Frame (*)(), std::variant_size_v<Frame>> make{
      [] { return Frame{Setup{}}; },     [] { return Frame{Deliver{}}; },
      [] { return Frame{Clock{}}; },     [] { return Frame{Hello{}}; },
      [] { return Frame{Refused{}}; },   [] { return Frame{Ack{}}; },
      [] { return Frame{Submit{}}; },    [] { return Frame{Log{}}; },
      [] { return Frame{TimerArmed{}}; }};
  if (bytes.size() > max_frame) {
    why = "a frame too long";
    return {};
  }
  Reader reader(bytes);
  std::uint8_t type = 0;
  reader.number(type);
  if (reader.ok() && type >= make.size()) reader.fail("a frame of unknown type");
  if (!reader.ok()) {
    why = reader.why();
    return {};
  }
  Frame frame = make[type]();
  std::visit([&](auto& value) { fields(reader, value); }, frame);
  if (reader.ok() && !reader.at_end()) reader.fail("bytes beyond the frame's end");
  if (reader.ok()) return frame;
  why = reader.why();
  return {};
}

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence(text), 1);
    if (line.size() + length > POISED_MAX_TEXT) break;
    const auto lead = static_cast<unsigned char>(text.front());
    // C1 controls are C2 80 … C2 9F; a terminal may obey them.
    const bool control =
        lead < 0x20 || lead == 0x7F ||
        (lead == 0xC2 && length == 2 && static_cast<unsigned char>(text[1]) < 0xA0);
    const bool printable = utf8_sequence(text) != 0 && !control;
    line += printable ? text.substr(0, length) : "?";
    text.remove_prefix(length);
  }
  return line;
}

}  // namespace poised::plugin
