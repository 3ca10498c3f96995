// SPDX-License-Identifier: MIT
#include "driver/mqtt_driver.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace desk {
namespace {

// While it runs, only what the firmware says counts: what it said last would hide its silence.
constexpr Duration longest_run = std::chrono::seconds(60);
constexpr Duration comes_to_rest = std::chrono::seconds(2);
// Without a word for it, a stop goes back to the height told last: that must not be a wrong one.
constexpr std::int32_t finest_mm = 3;  // no such desk stops more exactly
constexpr std::int32_t beyond_mm = 50, jitter_mm = 20, fastest_mm_s = 80;

std::optional<std::int32_t> millimetres(const std::optional<double>& value, mqtt::Unit unit) {
  if (!value) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(mqtt::to_millimetres(*value, unit)));
}

}  // namespace

MqttDriver::MqttDriver(MqttLink& link, DriverEvents& events, Now now, mqtt::Endpoint endpoint,
                       Discovery discovery)
    : link_(link),
      events_(events),
      now_(std::move(now)),
      endpoint_(std::move(endpoint)),
      discovery_(std::move(discovery)) {
  link_.open({[this] {
                for (const auto& topic : {discovery_.number_topic, discovery_.cover_topic})
                  if (!topic.empty()) link_.subscribe(topic);
                subscribe();
              },
              [this](const std::string& reason) { available(false, reason); }},
             [this](const MqttLink::Message& message) { received(message); });
}

Capabilities MqttDriver::capabilities() const {
  Capabilities can;
  can.go_to = can.autonomous = can.height_push = true;
  can.lowest_mm = millimetres(endpoint_.lowest, endpoint_.unit).value_or(can.lowest_mm);
  can.highest_mm = millimetres(endpoint_.highest, endpoint_.unit).value_or(can.highest_mm);
  can.tolerance_mm = 10;
  if (const auto& travel = endpoint_.travel) {
    can.lowest_mm = travel->lowest_mm();
    can.highest_mm = travel->highest_mm();
    can.step_mm = travel->step_mm();
    can.tolerance_mm = std::max(finest_mm, can.step_mm);
  }
  return can;
}

void MqttDriver::available(bool on, const std::string& reason) {
  if (on == linked_) return;
  linked_ = on;
  if (on) {
    events_.linked();
  } else {
    height_mm_.reset();
    events_.unlinked(reason);
  }
}

void MqttDriver::subscribe() {
  for (const auto& topic : {endpoint_.availability_topic, endpoint_.state_topic})
    if (!topic.empty()) link_.subscribe(topic);
}

void MqttDriver::discovered_number(const std::string& document) {
  auto found = mqtt::discovered_number(document);
  if (!found) return;
  found->stop_topic = endpoint_.stop_topic;
  found->stop_payload = endpoint_.stop_payload;
  adopt(*std::move(found));
}

void MqttDriver::discovered_cover(const std::string& document) {
  if (!discovery_.cover_only)
    static_cast<void>(mqtt::add_discovered_cover(document, endpoint_));
  else if (auto found = mqtt::discovered_cover(
               document, {endpoint_.travel->closed_mm, endpoint_.travel->open_mm}))
    adopt(*std::move(found));
}

void MqttDriver::adopt(mqtt::Endpoint found) {
  if (found == endpoint_) return;
  endpoint_ = std::move(found);
  height_mm_.reset();  // it may have been in another unit
  subscribe();
  events_.limits(millimetres(endpoint_.lowest, endpoint_.unit),
                 millimetres(endpoint_.highest, endpoint_.unit));
}

void MqttDriver::received(const MqttLink::Message& message) {
  if (message.topic == discovery_.number_topic) return discovered_number(message.payload);
  if (message.topic == discovery_.cover_topic) return discovered_cover(message.payload);
  if (message.topic == endpoint_.availability_topic) {
    if (message.payload == endpoint_.online) available(true, "");
    if (message.payload == endpoint_.offline)
      available(false, "mqtt: " + endpoint_.availability_topic + ": the desk is offline");
    return;
  }
  if (message.topic != endpoint_.state_topic) return;
  const auto height = told(message.payload);
  if (!height || !possible(*height)) return;
  height_mm_ = height;
  told_ = now_();
  // What the broker has kept is no sign that the desk is there.
  if (endpoint_.availability_topic.empty() && !message.retained) available(true, "");
  if (linked_) events_.height({*height, std::nullopt});
}

std::optional<std::int32_t> MqttDriver::told(const std::string& payload) const {
  const auto value = mqtt::number(payload, endpoint_.state_pointer);
  if (value && endpoint_.travel) return endpoint_.travel->height_mm(*value);
  return millimetres(value, endpoint_.unit);
}

std::string MqttDriver::asked(std::int32_t height_mm) const {
  if (const auto& travel = endpoint_.travel)
    return mqtt::payload(endpoint_.set_shape,
                         travel->position(height_mm, height_mm_.value_or(height_mm)));
  return mqtt::payload(endpoint_.set_shape, height_mm, endpoint_.unit);
}

bool MqttDriver::possible(std::int32_t height_mm) const {
  const auto can = capabilities();
  if (height_mm < can.lowest_mm - beyond_mm || height_mm > can.highest_mm + beyond_mm) return false;
  if (!height_mm_) return true;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now_() - told_).count();
  return std::abs(height_mm - *height_mm_) <= jitter_mm + fastest_mm_s * passed / 1000;
}

void MqttDriver::wake() {
  quiet_from_ = now_();
  read_height();
}

void MqttDriver::read_height() {
  // Firmware that tells only changes is asked in vain: at rest, the last it said still holds.
  if (linked_ && height_mm_ && now_() >= quiet_from_) repeat_at_ = now_();
}

void MqttDriver::drive(const Order& order) {
  if (order.kind != Order::Kind::to_height || endpoint_.set_topic.empty()) return;
  quiet_from_ = now_() + longest_run;
  link_.publish(endpoint_.set_topic, asked(order.height_mm), false);
}

void MqttDriver::stop() {
  quiet_from_ = now_() + comes_to_rest;
  if (!endpoint_.stop_topic.empty())
    link_.publish(endpoint_.stop_topic, endpoint_.stop_payload, false);
  else if (height_mm_ && !endpoint_.set_topic.empty())
    link_.publish(endpoint_.set_topic, asked(*height_mm_), false);
}

std::optional<Instant> MqttDriver::deadline() const {
  return repeat_at_;
}

void MqttDriver::elapse(Instant now) {
  if (!repeat_at_ || now < *repeat_at_) return;
  repeat_at_.reset();
  if (linked_ && height_mm_) events_.height({*height_mm_, std::nullopt});
}

}  // namespace desk
