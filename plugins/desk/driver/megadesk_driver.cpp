// SPDX-License-Identifier: MIT
#include "driver/megadesk_driver.hpp"

#include <cstdlib>
#include <utility>

namespace desk {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t lowest_counts = 200, highest_counts = 7100;
constexpr std::int32_t greatest_step = 600;  // 55 mm between two samples
constexpr Duration forgets_after = std::chrono::seconds(2);
constexpr Duration asks_again_after = std::chrono::seconds(5);

ByteView bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

MegadeskDriver::MegadeskDriver(ByteStream& stream, DriverEvents& events, Now now)
    : stream_(stream), events_(events), now_(std::move(now)) {
  stream_.open({[this] {
                  asks_again_ = now_();
                  events_.deadline_changed();
                },
                [this](const std::string& reason) {
                  asks_again_.reset();
                  parser_.reset();
                  counts_.reset();
                  if (std::exchange(linked_, false)) events_.unlinked(reason);
                }},
               [this](ByteView bytes) { received(bytes); });
}

Capabilities MegadeskDriver::capabilities() const {
  Capabilities can;
  can.go_to = can.autonomous = can.limits = can.flags = true;
  can.poll = milliseconds(200);
  can.lowest_mm = 584;
  can.highest_mm = 1194;
  can.tolerance_mm = 13;  // it does not move for less
  return can;
}

void MegadeskDriver::send(const std::string& text) {
  stream_.send(bytes_of(text));
}

void MegadeskDriver::wake() {
  read_height();
}

void MegadeskDriver::read_height() {
  send(megadesk::query());
}

void MegadeskDriver::drive(const Order& order) {
  if (order.kind == Order::Kind::to_height)
    send(megadesk::go_to(megadesk::counts(order.height_mm)));
}

void MegadeskDriver::stop() {
  // There is no word for it: to go where it is ends the motion.
  if (counts_) stream_.send_first(bytes_of(megadesk::go_to(*counts_)));
}

void MegadeskDriver::received(ByteView bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const auto& reply : parser_.feed(text)) {
    if (reply.kind == '=') {
      // A stop goes back to what it said last: that must not be a wrong reading.
      const bool possible = reply.value >= lowest_counts && reply.value <= highest_counts &&
                            (!counts_ || std::abs(reply.value - *counts_) <= greatest_step ||
                             now_() - counted_ > forgets_after);
      if (!possible) continue;
      counts_ = reply.value;
      counted_ = now_();
    }
    if (!std::exchange(linked_, true)) {
      asks_again_.reset();
      send(megadesk::read_lowest());
      send(megadesk::read_highest());
      events_.linked();
    }
    switch (reply.kind) {
      case '=':
        events_.height({megadesk::millimetres(reply.value), std::nullopt});
        break;
      case 'R':
        if (reply.slot == megadesk::lowest_slot) lowest_mm_ = megadesk::millimetres(reply.value);
        if (reply.slot == megadesk::highest_slot) highest_mm_ = megadesk::millimetres(reply.value);
        events_.limits(lowest_mm_, highest_mm_);
        break;
      case 'E':
        events_.trouble(Trouble::failed);
        break;
      default:
        break;
    }
  }
}

std::optional<Instant> MegadeskDriver::deadline() const {
  return asks_again_;
}

void MegadeskDriver::elapse(Instant now) {
  if (!asks_again_ || now < *asks_again_) return;
  asks_again_ = now + asks_again_after;
  read_height();
}

}  // namespace desk
