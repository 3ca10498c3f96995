// SPDX-License-Identifier: MIT
#pragma once

#include <poised/plugin.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Messages as values, and the frames that carry them between the daemon and a plugin's process.
// Both sides are the same program, so frames use the machine's own byte order; what they hold is
// judged as if a stranger had written it.
namespace poised::plugin {

// ------------------------------------------------------------------ payloads
// One value type for each struct of plugin.h. Strings that are NULL there are empty here.

struct Start {
  std::string settings_json;
  std::string locale;
  bool operator==(const Start&) const = default;
};
struct Ready {
  bool splits_devices = false;
  std::string detail;
  bool operator==(const Ready&) const = default;
};
struct Failed {
  bool permanent = false;
  std::string reason;
  bool operator==(const Failed&) const = default;
};
struct WatchIdle {
  std::uint32_t id = 0;
  std::int64_t threshold_ns = 0;
  bool once = false;
  bool operator==(const WatchIdle&) const = default;
};
struct Idle {
  std::uint32_t watch_id = 0;
  std::int64_t since_ns = 0;
  std::uint32_t device = POISED_DEVICE_ANY;
  bool operator==(const Idle&) const = default;
};
struct Resumed {
  std::uint32_t device = POISED_DEVICE_ANY;
  std::int64_t at_ns = 0;
  bool operator==(const Resumed&) const = default;
};
struct InputState {
  std::int64_t idle_ns = -1;
  std::int64_t keyboard_idle_ns = -1;
  std::int64_t pointer_idle_ns = -1;
  bool operator==(const InputState&) const = default;
};
struct PresenceFlag {
  std::uint32_t flag = POISED_PRESENCE_LOCKED;
  bool on = false;
  bool operator==(const PresenceFlag&) const = default;
};
struct Interval {
  std::int64_t from_utc_s = 0;
  std::int64_t to_utc_s = 0;  ///< exclusive
  std::uint32_t busy_class = POISED_BUSY;
  bool all_day = false;
  bool operator==(const Interval&) const = default;
};
struct Availability {
  std::string source;
  std::vector<Interval> intervals;
  bool operator==(const Availability&) const = default;
};
struct LiveSignal {
  std::uint32_t signal = POISED_SIGNAL_CALL;
  bool on = false;
  bool operator==(const LiveSignal&) const = default;
};
struct Action {
  std::uint32_t answer = POISED_ANSWER_START;
  std::string id;  ///< POISED_ANSWER_CUSTOM
  std::string label;
  bool operator==(const Action&) const = default;
};
struct Prompt {
  std::uint32_t state = POISED_PROMPT_OPEN;
  std::uint64_t id = 0;
  std::string title;
  std::string body;
  std::string icon;
  std::string sound;
  std::uint32_t urgency = POISED_URGENCY_NORMAL;
  std::vector<Action> actions;
  std::int64_t started_ns = 0;
  std::int64_t ends_ns = 0;
  bool operator==(const Prompt&) const = default;
};
struct PromptRef {
  std::uint64_t id = 0;
  bool operator==(const PromptRef&) const = default;
};
struct PromptAnswered {
  std::uint64_t id = 0;
  std::uint32_t answer = POISED_ANSWER_START;
  std::string action_id;
  bool operator==(const PromptAnswered&) const = default;
};
struct MoveDesk {
  std::int32_t to_mm = 0;
  std::uint64_t consent = 0;
  std::int64_t expires_ns = 0;
  std::string desk;
  bool operator==(const MoveDesk&) const = default;
};
struct DeskState {
  std::uint32_t state = POISED_DESK_UNKNOWN;
  std::int32_t height_mm = -1;
  std::string desk;
  bool operator==(const DeskState&) const = default;
};
struct Person {
  std::uint32_t presence = POISED_PERSON_UNKNOWN;
  std::int64_t last_input_ns = 0;
  bool operator==(const Person&) const = default;
};
struct DeskMoveEnded {
  std::uint32_t result = POISED_MOVE_ARRIVED;
  std::uint64_t consent = 0;
  std::string reason;
  bool operator==(const DeskMoveEnded&) const = default;
};
struct Resting {
  std::string reason;
  std::string bus_name;
  bool operator==(const Resting&) const = default;
};
struct EventLine {
  std::string json;
  bool operator==(const EventLine&) const = default;
};

using Payload =
    std::variant<std::monostate, Start, Ready, Failed, WatchIdle, Idle, Resumed, InputState,
                 PresenceFlag, Availability, LiveSignal, Prompt, PromptRef, PromptAnswered,
                 MoveDesk, DeskState, EventLine, Person, DeskMoveEnded, Resting>;

/// `kind` is one of plugin.h's POISED_START … POISED_RESTING; `payload` the value of its struct,
/// std::monostate for kinds without one. Whoever sends sets `seq`; callers of Supervisor::send
/// leave it 0.
struct Message {
  std::uint32_t kind = 0;
  std::uint64_t seq = 0;
  std::uint64_t correlates = 0;
  Payload payload;
  bool operator==(const Message&) const = default;
};

/// "PROMPT", "IDLE_REACHED" … as plugin.h names it; "kind 77" if it has no name.
[[nodiscard]] std::string kind_name(std::uint32_t kind);
[[nodiscard]] bool is_to_plugin(std::uint32_t kind);
[[nodiscard]] bool is_from_plugin(std::uint32_t kind);
/// The capability a plugin must declare to send or be sent `kind`; empty: any plugin may.
[[nodiscard]] std::string_view capability_of(std::uint32_t kind);

/// 0 if the payload is the one of `kind`, its numbers are ones plugin.h names and its strings are
/// UTF-8 without NUL: else -EINVAL; -EMSGSIZE beyond a limit. Instants beyond ±2^62 ns and calendar
/// times beyond ±2^33 s are malformed, so that arithmetic on them cannot overflow.
[[nodiscard]] int check(const Message& message);

// ------------------------------------------------------------------ C ABI

/// Reads what a plugin handed over, as far as the `size` fields cover it; fields they do not cover
/// keep their defaults. Reads no string beyond its limit. The result of check() on it.
[[nodiscard]] int from_abi(const poised_message& abi, Message& message);

/// `message` as the C ABI shows it. Points into `message`, which must outlive it and not change.
class AbiMessage {
 public:
  explicit AbiMessage(const Message& message);
  AbiMessage(const AbiMessage&) = delete;
  AbiMessage& operator=(const AbiMessage&) = delete;

  [[nodiscard]] const poised_message* get() const { return &abi_; }

 private:
  poised_message abi_{};
  std::variant<std::monostate, poised_start, poised_ready, poised_failed, poised_watch_idle,
               poised_idle, poised_resumed, poised_input_state, poised_presence,
               poised_availability, poised_live_signal, poised_prompt, poised_prompt_ref,
               poised_prompt_answered, poised_move_desk, poised_desk_state, poised_event,
               poised_person, poised_desk_move_ended, poised_resting>
      payload_;
  std::vector<poised_interval> intervals_;
  std::vector<poised_action> actions_;
};

// ------------------------------------------------------------------ frames

/// Grows with every change of the frames. Setup and Hello begin with it, in every version.
inline constexpr std::uint32_t wire_version = 2;

/// No frame is longer.
inline constexpr std::size_t max_frame = std::size_t{144} << 10;

// Daemon → plugin's process.

/// First frame: what to load, and the facts that the library must agree with.
struct Setup {
  std::uint32_t version = wire_version;
  std::string id;
  std::string plugin_version;
  std::string library;
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::vector<std::string> capabilities;
  std::vector<std::string> sandbox;
  bool virtual_clock = false;
  std::int64_t now_ns = 0;  ///< virtual clock only
  bool operator==(const Setup&) const = default;
};
struct Deliver {
  std::int64_t now_ns = 0;  ///< virtual clock only
  Message message;
  bool operator==(const Deliver&) const = default;
};
/// Virtual clock only: time has come to `now_ns`. Acknowledged once what was due then has run.
struct Clock {
  std::uint64_t seq = 0;
  std::int64_t now_ns = 0;
  bool operator==(const Clock&) const = default;
};

// Plugin's process → daemon.

/// First frame: the library is loaded, agrees with the manifest, and its state was made.
struct Hello {
  std::uint32_t version = wire_version;
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::string id;
  std::string plugin_version;
  std::vector<std::string> capabilities;
  std::string sandbox;  ///< what holds the process, for people: "landlock 7", "none: reason"
  bool operator==(const Hello&) const = default;
};
/// Instead of Hello: it was not loaded.
struct Refused {
  bool outdated = false;  ///< the library is newer than this daemon or its manifest
  bool permanent = false;
  std::string reason;
  bool operator==(const Refused&) const = default;
};
struct Ack {
  std::uint64_t seq = 0;
  std::int32_t result = 0;
  bool operator==(const Ack&) const = default;
};
struct Submit {
  Message message;
  bool operator==(const Submit&) const = default;
};
struct Log {
  std::int32_t priority = POISED_LOG_INFO;
  std::string line;
  bool operator==(const Log&) const = default;
};
/// Virtual clock only: the earliest timer, or none.
struct TimerArmed {
  std::optional<std::int64_t> at_ns;
  bool operator==(const TimerArmed&) const = default;
};

using Frame = std::variant<Setup, Deliver, Clock, Hello, Refused, Ack, Submit, Log, TimerArmed>;

/// The frame's bytes. The message in it must have passed check().
[[nodiscard]] std::vector<std::byte> encode(const Frame& frame);

/// Total: whatever the bytes, a frame that holds to every limit and whose message passes check(),
/// or nothing, with the reason in `why`. A Setup or Hello of another wire version decodes to just
/// that version.
[[nodiscard]] std::optional<Frame> decode(std::span<const std::byte> bytes, std::string& why);

/// `text` as one line of at most POISED_MAX_TEXT bytes: what is not UTF-8, or not printable,
/// becomes
/// '?'.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace poised::plugin
