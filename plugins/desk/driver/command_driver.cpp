// SPDX-License-Identifier: MIT
#include "driver/command_driver.hpp"

#include <utility>

namespace desk {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds answers_within{900};
constexpr milliseconds moves_within{60'000};
constexpr unsigned gone_after = 5;
constexpr Duration looks_again_after = seconds(30);  // for a desk that is not there

}  // namespace

CommandDriver::CommandDriver(Runner& runner, DriverEvents& events, Now now, Words words)
    : runner_(runner),
      events_(events),
      now_(std::move(now)),
      words_(std::move(words)),
      pattern_(words_.pattern, std::regex::ECMAScript),
      look_at_(now_()) {}

Capabilities CommandDriver::capabilities() const {
  Capabilities can;
  can.go_to = can.autonomous = true;
  can.stop = !words_.stop.empty();
  can.poll = milliseconds(300);
  can.tolerance_mm = 10;
  return can;
}

void CommandDriver::wake() {
  read_height();
}

void CommandDriver::read_height() {
  look_at_ = now_();
}

void CommandDriver::drive(const Order& order) {
  if (order.kind != Order::Kind::to_height) return;
  runner_.run(command::filled(words_.go_to, order.height_mm), moves_within,
              [this](const Runner::Ended& result) {
                if (result.status != 0) events_.trouble(Trouble::failed);
              });
}

void CommandDriver::stop() {
  // A program that still drives the desk must not do so after the stop.
  runner_.kill_all();
  asking_ = false;
  if (!words_.stop.empty()) runner_.run(words_.stop, answers_within, [](const Runner::Ended&) {});
}

void CommandDriver::ended(const Runner::Ended& result) {
  asking_ = false;
  const auto height =
      result.status == 0 ? command::height(result.output, pattern_, words_.unit) : std::nullopt;
  if (!height) {
    look_at_ = now_() + looks_again_after;
    if (++failures_ >= gone_after && std::exchange(linked_, false))
      events_.unlinked("command: " + words_.height.front() + ": told no height");
    return events_.deadline_changed();
  }
  failures_ = 0;
  if (!std::exchange(linked_, true)) events_.linked();
  events_.height({*height, std::nullopt});
}

std::optional<Instant> CommandDriver::deadline() const {
  return look_at_;
}

void CommandDriver::elapse(Instant now) {
  if (!look_at_ || now < *look_at_) return;
  look_at_.reset();
  if (std::exchange(asking_, true)) return;
  runner_.run(words_.height, answers_within,
              [this](const Runner::Ended& result) { ended(result); });
}

}  // namespace desk
