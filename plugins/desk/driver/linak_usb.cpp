// SPDX-License-Identifier: MIT
#include "driver/linak_usb.hpp"

#include <utility>

namespace desk {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t usual_base_mm = 620;
constexpr Duration initialising = milliseconds(100);
constexpr Duration status_period = milliseconds(200);

}  // namespace

LinakUsb::LinakUsb(HidDevice& hid, DriverEvents& events, Now now, std::int32_t offset_mm)
    : hid_(hid), events_(events), now_(std::move(now)), base_mm_(usual_base_mm + offset_mm) {
  hid_.open({[this] {
               open_ = true;
               hid_.set(linak::usb_init());
               read_at_ = now_() + initialising;
               events_.deadline_changed();
             },
             [this](const std::string& reason) {
               open_ = false;
               read_at_.reset();
               if (std::exchange(linked_, false)) events_.unlinked(reason);
             }});
}

Capabilities LinakUsb::capabilities() const {
  Capabilities can;
  can.go_to = can.jog = can.dead_man = can.flags = true;
  can.repeat = can.poll = status_period;
  can.lowest_mm = 550;
  can.highest_mm = 1350;
  return can;
}

void LinakUsb::wake() {
  hid_.set(linak::usb_end());
  read_height();
}

void LinakUsb::read_height() {
  if (open_) read_at_ = now_();
}

void LinakUsb::drive(const Order& order) {
  switch (order.kind) {
    case Order::Kind::to_height:
      hid_.set(linak::usb_go((order.height_mm - base_mm_) * 10));
      return;
    case Order::Kind::up:
      hid_.set(linak::usb_up());
      return;
    case Order::Kind::down:
      hid_.set(linak::usb_down());
      return;
    case Order::Kind::preset:
      return;
  }
}

void LinakUsb::stop() {
  hid_.set(linak::usb_end());
}

std::optional<Instant> LinakUsb::deadline() const {
  return read_at_;
}

void LinakUsb::elapse(Instant now) {
  if (!read_at_ || now < *read_at_) return;
  read_at_.reset();
  const auto report = hid_.get(linak::status_report);
  const auto status = report ? linak::usb_status(*report) : std::nullopt;
  if (!status) return;
  if (!status->ready) {
    hid_.set(linak::usb_init());
    read_at_ = now + initialising;
    return;
  }
  if (!std::exchange(linked_, true)) return events_.linked();
  if (status->position.raw < 0) return events_.trouble(Trouble::position_lost);
  auto trouble = status->position.trouble();
  if (status->handset) trouble = Trouble::handset;
  events_.height({base_mm_ + (status->position.raw + 5) / 10, trouble});
}

}  // namespace desk
