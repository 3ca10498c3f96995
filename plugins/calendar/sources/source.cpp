// SPDX-License-Identifier: MIT
#include "calendar/sources/source.hpp"

#include <chrono>
#include <utility>

namespace poised::calendar {
namespace {

// What the core needs of the past is what has begun; of the future, the days until the next look.
constexpr std::int64_t past_s = 2 * 86400;
constexpr std::int64_t future_s = 8 * 86400;
/// The window moves in steps, so that most looks find the times already worked out.
constexpr std::int64_t step_s = 6 * 3600;

}  // namespace

Source::Source(Desk& desk, std::string name, std::vector<std::string> addresses)
    : desk_(desk), name_(std::move(name)) {
  for (const auto& address : addresses) own_addresses_ += address + "\n";
}

void Source::ask(Frame request, std::function<void(const Frame&, const std::string&)> then) {
  desk_.worker.ask(std::move(request), while_alive(std::move(then)));
}

void Source::put(const std::string& object, std::string text,
                 std::function<void(const std::string&, bool)> then) {
  const auto hash = std::hash<std::string>()(text);
  if (const auto known = poisoned_.find(object); known != poisoned_.end()) {
    if (known->second == hash) return then("it ended the calendar worker and is left out", false);
    poisoned_.erase(known);
  }
  ask({FrameKind::put, {name_, object, own_addresses_, std::move(text)}},
      [this, object, hash, then = std::move(then)](const Frame& answer, const std::string& died) {
        if (!died.empty()) {
          poisoned_[object] = hash;
          return then(died, false);
        }
        then(std::string(answer.text(0)), answer.text(1) != "no");
      });
}

void Source::remove(const std::string& object) {
  ask({FrameKind::remove, {name_, object}}, [](const Frame&, const std::string&) {});
}

void Source::publish() {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto step = now - now % step_s;
  ask({FrameKind::busy, {name_, std::to_string(step - past_s), std::to_string(step + future_s)}},
      [this](const Frame& answer, const std::string& died) {
        if (!died.empty()) return trouble(died);
        desk_.publish(name_, answer);
      });
}

}  // namespace poised::calendar
