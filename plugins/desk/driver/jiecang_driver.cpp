// SPDX-License-Identifier: MIT
#include "driver/jiecang_driver.hpp"

#include <algorithm>
#include <utility>

namespace desk {
namespace {

using jiecang::Opcode;
using std::chrono::milliseconds;

constexpr Duration spacing = milliseconds(100);
constexpr Duration asks_again_after = std::chrono::seconds(5);

}  // namespace

JiecangDriver::JiecangDriver(ByteStream& stream, DriverEvents& events, Now now)
    : stream_(stream), events_(events), now_(std::move(now)) {
  stream_.open({[this] {
                  open_ = true;
                  asks_again_ = now_();
                  events_.deadline_changed();
                },
                [this](const std::string& reason) {
                  open_ = false;
                  waiting_.clear();
                  next_.reset();
                  asks_again_.reset();
                  parser_ = {};
                  if (std::exchange(linked_, false)) events_.unlinked(reason);
                }},
               [this](ByteView bytes) { received(bytes); });
}

Capabilities JiecangDriver::capabilities() const {
  Capabilities can;
  can.go_to = can.autonomous = can.height_push = can.limits = can.flags = true;
  can.presets = 4;
  can.lowest_mm = 550;
  can.highest_mm = 1400;
  return can;
}

Bytes JiecangDriver::request(Opcode opcode) const {
  return jiecang::request(opcode, parser_.dialect().value_or(jiecang::Dialect::uplift));
}

void JiecangDriver::later(Opcode opcode) {
  waiting_.push_back(request(opcode));
  if (!next_) next_ = now_();
}

void JiecangDriver::wake() {
  for (int i = 0; i < 3; ++i) later(Opcode::wake);
  later(Opcode::settings);
}

void JiecangDriver::read_height() {
  if (std::find(waiting_.begin(), waiting_.end(), request(Opcode::settings)) == waiting_.end())
    later(Opcode::settings);
}

void JiecangDriver::drive(const Order& order) {
  const auto dialect = parser_.dialect().value_or(jiecang::Dialect::uplift);
  static constexpr Opcode memories[] = {Opcode::go_memory_1, Opcode::go_memory_2,
                                        Opcode::go_memory_3, Opcode::go_memory_4};
  switch (order.kind) {
    case Order::Kind::to_height:
      return stream_.send(jiecang::go_to(static_cast<std::uint16_t>(order.height_mm), dialect));
    case Order::Kind::preset:
      if (order.preset >= 1 && order.preset <= std::size(memories))
        stream_.send(request(memories[order.preset - 1]));
      return;
    case Order::Kind::up:
    case Order::Kind::down:
      return;
  }
}

void JiecangDriver::stop() {
  // Older boxes stop at any key: nothing that waits may follow as one.
  waiting_.clear();
  next_.reset();
  stream_.send_first(request(Opcode::stop));
}

void JiecangDriver::received(ByteView bytes) {
  for (const auto& frame : parser_.feed(bytes)) {
    if (!std::exchange(linked_, true)) {
      asks_again_.reset();
      events_.linked();
    }
    const auto report = jiecang::report(frame);
    if (report.unit) unit_ = report.unit;
    if (report.lowest_mm) lowest_mm_ = report.lowest_mm;
    if (report.highest_mm) highest_mm_ = report.highest_mm;
    if (report.lowest_mm || report.highest_mm) events_.limits(lowest_mm_, highest_mm_);
    if (report.trouble) events_.trouble(*report.trouble);
    if (report.height)
      events_.height({jiecang::millimetres(*report.height,
                                           unit_.value_or(jiecang::likely_unit(*report.height))),
                      std::nullopt});
  }
}

std::optional<Instant> JiecangDriver::deadline() const {
  if (next_ && asks_again_) return std::min(*next_, *asks_again_);
  return next_ ? next_ : asks_again_;
}

void JiecangDriver::elapse(Instant now) {
  if (asks_again_ && now >= *asks_again_) {
    asks_again_ = now + asks_again_after;
    wake();
    later(Opcode::units);
    later(Opcode::physical_limits);
    later(Opcode::user_limits);
  }
  if (!next_ || now < *next_) return;
  next_.reset();
  if (waiting_.empty()) return;
  stream_.send(waiting_.front());
  waiting_.pop_front();
  if (!waiting_.empty()) next_ = now + spacing;
}

}  // namespace desk
