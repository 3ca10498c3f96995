// SPDX-License-Identifier: MIT
#include "home_assistant.hpp"

#include <cctype>
#include <cmath>
#include <utility>

namespace desk {

HomeAssistant::HomeAssistant(std::unique_ptr<MqttLink> link, mqtt::Published desk,
                             Callbacks callbacks)
    : link_(std::move(link)), desk_(std::move(desk)), callbacks_(std::move(callbacks)) {
  link_->open({[this] { opened(); }, [](const std::string&) {}},
              [this](const MqttLink::Message& message) { received(message); });
}

HomeAssistant::~HomeAssistant() {
  link_->publish(mqtt::status_topic(desk_), "offline", true);
}

void HomeAssistant::opened() {
  for (const auto& config : {mqtt::height_config(desk_), mqtt::stop_config(desk_)})
    link_->publish(config.topic, config.payload, true);
  link_->subscribe(mqtt::stop_topic(desk_));
  if (desk_.accepts_motion) link_->subscribe(mqtt::set_topic(desk_));
  show(std::exchange(view_, {}));
}

void HomeAssistant::show(const DeskView& view) {
  view_ = view;
  const bool there = view.status != poised::DeskStatus::absent;
  link_->publish(mqtt::status_topic(desk_), there ? "online" : "offline", true);
  if (view.height_mm)
    link_->publish(mqtt::height_topic(desk_), std::to_string(*view.height_mm), true);
}

void HomeAssistant::received(const MqttLink::Message& message) {
  if (message.retained) return;
  if (message.topic == mqtt::stop_topic(desk_)) return callbacks_.stop();
  if (message.topic != mqtt::set_topic(desk_) || !desk_.accepts_motion) return;
  const auto height = mqtt::number(message.payload, "");
  if (height) callbacks_.move(static_cast<std::int32_t>(std::lround(*height)));
}

std::string published_id(const std::string& address) {
  std::string id;
  for (const char character : address)
    id += std::isalnum(static_cast<unsigned char>(character)) != 0 ? character : '_';
  return id;
}

}  // namespace desk
