// SPDX-License-Identifier: MIT
#include "driver/linak_ble.hpp"

#include <cmath>
#include <utility>

namespace desk {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t usual_base_raw = 6200;
constexpr std::int32_t highest_raw = 7000;  // no stroke is longer
// Some requests are never answered by some panels.
constexpr Duration answers_within = std::chrono::seconds(1);

}  // namespace

LinakBle::LinakBle(Gatt& gatt, DriverEvents& events, Now now, std::int32_t offset_mm)
    : gatt_(gatt),
      events_(events),
      now_(std::move(now)),
      offset_raw_(offset_mm * 10),
      base_raw_(usual_base_raw + offset_raw_) {
  gatt_.open({[this] { opened(); },
              [this](const std::string& reason) {
                linked_ = waking_ = false;
                requests_.clear();
                answer_due_.reset();
                events_.unlinked(reason);
              }},
             [this](std::string_view uuid, ByteView bytes) { value(uuid, bytes); },
             {linak::dpg_uuid, linak::position_uuid});
}

Capabilities LinakBle::capabilities() const {
  Capabilities can;
  can.go_to = can.jog = can.dead_man = can.height_push = can.flags = true;
  can.repeat = milliseconds(200);
  can.lowest_mm = 550;
  can.highest_mm = 1350;
  return can;
}

void LinakBle::opened() {
  ask(linak::Dpg::base_offset, linak::dpg_read(linak::Dpg::base_offset));
  ask(linak::Dpg::user_id, linak::dpg_read(linak::Dpg::user_id));
  events_.deadline_changed();
}

void LinakBle::wake() {
  waking_ = true;
  ask(linak::Dpg::user_id, linak::dpg_read(linak::Dpg::user_id));
}

void LinakBle::ask(linak::Dpg what, Bytes bytes) {
  requests_.push_back({what, std::move(bytes)});
  if (requests_.size() == 1) next_request();
}

void LinakBle::next_request() {
  if (requests_.empty()) {
    answer_due_.reset();
    return settled();
  }
  gatt_.write(linak::dpg_uuid, requests_.front().bytes);
  answer_due_ = now_() + answers_within;
}

void LinakBle::reply(const linak::DpgReply& reply) {
  if (requests_.empty()) return;  // a late answer, or one to somebody else
  const auto request = requests_.front();
  requests_.pop_front();
  if (request.what == linak::Dpg::base_offset) {
    if (const auto offset = linak::base_offset(reply)) base_raw_ = *offset + offset_raw_;
  } else if (const auto id = linak::user_id(reply); id && (*id)[0] != 1) {
    // A panel without an owner ignores every motion.
    requests_.push_front({linak::Dpg::user_id, linak::dpg_write_user_id(*id)});
  }
  next_request();
}

void LinakBle::settled() {
  if (waking_) {
    gatt_.write(linak::command_uuid, linak::command(linak::Command::wake));
    gatt_.write(linak::command_uuid, linak::command(linak::Command::stop));
    waking_ = false;
  }
  if (!linked_) {
    linked_ = true;
    events_.linked();
    return;
  }
  read_height();
}

void LinakBle::value(std::string_view uuid, ByteView bytes) {
  if (uuid == linak::dpg_uuid) {
    if (const auto answer = linak::dpg_reply(bytes)) reply(*answer);
    return events_.deadline_changed();
  }
  if (uuid != linak::position_uuid || !linked_) return;
  const auto position = linak::position(bytes);
  if (!position) return;
  if (position->raw < 0 || position->raw > highest_raw) {
    events_.trouble(Trouble::position_lost);
    return;
  }
  events_.height({(base_raw_ + position->raw + 5) / 10, position->trouble()});
}

void LinakBle::read_height() {
  gatt_.read(linak::position_uuid);
}

void LinakBle::drive(const Order& order) {
  switch (order.kind) {
    case Order::Kind::to_height:
      return gatt_.write(linak::target_uuid, linak::target(order.height_mm * 10 - base_raw_));
    case Order::Kind::up:
      return gatt_.write(linak::command_uuid, linak::command(linak::Command::up));
    case Order::Kind::down:
      return gatt_.write(linak::command_uuid, linak::command(linak::Command::down));
    case Order::Kind::preset:
      return;
  }
}

void LinakBle::stop() {
  waking_ = false;
  gatt_.write_first(linak::command_uuid, linak::command(linak::Command::stop));
  gatt_.write_first(linak::target_uuid, linak::stop_target());
}

std::optional<Instant> LinakBle::deadline() const {
  return answer_due_;
}

void LinakBle::elapse(Instant now) {
  if (!answer_due_ || now < *answer_due_) return;
  requests_.pop_front();
  next_request();
}

}  // namespace desk
