// SPDX-License-Identifier: MIT
#include "driver/loctek_driver.hpp"

#include <algorithm>
#include <utility>

namespace desk {
namespace {

using loctek::Button;
using std::chrono::milliseconds;

constexpr Duration key_period = milliseconds(108);
constexpr Duration asks_again_after = std::chrono::seconds(5);
// A box that is asked more often needs a reset.
constexpr Duration shortest_gap = milliseconds(50);

}  // namespace

LoctekDriver::LoctekDriver(ByteStream& stream, DriverEvents& events, Now now)
    : stream_(stream), events_(events), now_(std::move(now)) {
  stream_.open({[this] {
                  asks_again_ = now_();
                  events_.deadline_changed();
                },
                [this](const std::string& reason) {
                  asks_again_.reset();
                  parser_.reset();
                  if (std::exchange(linked_, false)) events_.unlinked(reason);
                }},
               [this](ByteView bytes) { received(bytes); });
}

Capabilities LoctekDriver::capabilities() const {
  Capabilities can;
  can.jog = can.dead_man = can.height_push = true;
  can.presets = 4;
  can.repeat = key_period;
  can.lowest_mm = 550;
  can.highest_mm = 1350;
  // Its keys are heeded with half a second's delay, and from a metre on it shows whole centimetres.
  can.tolerance_mm = 20;
  can.run_on_mm = 25;
  return can;
}

void LoctekDriver::press(Button button) {
  pressed_ = now_();
  stream_.send(loctek::press(button));
}

void LoctekDriver::wake() {
  press(Button::none);
}

void LoctekDriver::read_height() {
  if (now_() - pressed_ >= shortest_gap) press(Button::none);
}

void LoctekDriver::drive(const Order& order) {
  static constexpr Button presets[] = {Button::preset_1, Button::preset_2, Button::preset_3,
                                       Button::preset_4};
  switch (order.kind) {
    case Order::Kind::up:
      return press(Button::up);
    case Order::Kind::down:
      return press(Button::down);
    case Order::Kind::preset:
      if (order.preset >= 1 && order.preset <= std::size(presets)) press(presets[order.preset - 1]);
      return;
    case Order::Kind::to_height:
      return;
  }
}

void LoctekDriver::stop() {
  pressed_ = now_();
  stream_.send_first(loctek::press(Button::none));
}

void LoctekDriver::received(ByteView bytes) {
  for (const auto& frame : parser_.feed(bytes)) {
    if (!std::exchange(linked_, true)) {
      asks_again_.reset();
      events_.linked();
    }
    if (loctek::is_hot(frame)) events_.trouble(Trouble::overheated);
    if (const auto height = loctek::height(frame))
      events_.height({height->millimetres, std::nullopt});
  }
}

std::optional<Instant> LoctekDriver::deadline() const {
  return asks_again_;
}

void LoctekDriver::elapse(Instant now) {
  if (!asks_again_ || now < *asks_again_) return;
  asks_again_ = now + asks_again_after;
  press(Button::none);
}

}  // namespace desk
