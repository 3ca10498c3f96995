// SPDX-License-Identifier: MIT
#include "rigs/mqtt.hpp"

#include <arpa/inet.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <utility>

namespace rig {
namespace {

constexpr int slice_ms = 5;
constexpr int keep_alive_s = 60;

int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool found = bind(probe, generic, size) == 0 && getsockname(probe, generic, &size) == 0;
  close(probe);
  if (!found) throw std::runtime_error("mqtt: no free port");
  return ntohs(address.sin_port);
}

}  // namespace

MqttBroker::MqttBroker() : port_(free_port()) {
  // Its default holds back what comes next until a subscriber has acknowledged, for up to 40 ms;
  // what is measured here is the time that the plugin takes.
  std::ofstream(directory_.path() / "mosquitto.conf")
      << "listener " << port_ << " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n";
  restart();
}

void MqttBroker::restart() {
  broker_.reset();
  Program::Options options;
  options.read_output = true;
  broker_ = std::make_unique<Program>(
      std::vector<std::string>{find_program("mosquitto", "mosquitto"), "-c",
                               (directory_.path() / "mosquitto.conf").string()},
      options);
  broker_->read_until("running");
}

MqttClient::MqttClient(int port, Options options) : options_(std::move(options)) {
  mosquitto_lib_init();
  client_ = mosquitto_new(nullptr, true, this);
  if (!options_.will_topic.empty())
    mosquitto_will_set(client_, options_.will_topic.c_str(), static_cast<int>(options_.will.size()),
                       options_.will.data(), 1, true);
  mosquitto_message_callback_set(client_, [](mosquitto*, void* self, const mosquitto_message* m) {
    auto& client = *static_cast<MqttClient*>(self);
    const std::string payload(static_cast<const char*>(m->payload),
                              static_cast<std::size_t>(m->payloadlen));
    client.heard_.push_back({m->topic, payload, Clock::now()});
    client.heard_more_.notify_all();
    if (client.options_.received) client.options_.received(m->topic, payload);
  });
  if (mosquitto_connect(client_, "127.0.0.1", port, keep_alive_s) != MOSQ_ERR_SUCCESS ||
      mosquitto_subscribe(client_, nullptr, "#", 1) != MOSQ_ERR_SUCCESS)
    throw std::runtime_error("mqtt: the broker does not answer");
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

MqttClient::~MqttClient() {
  thread_.request_stop();
  thread_.join();
  mosquitto_destroy(client_);
  mosquitto_lib_cleanup();
}

void MqttClient::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd line{mosquitto_socket(client_), POLLIN, 0};
    poll(&line, 1, slice_ms);
    const std::scoped_lock lock(mutex_);
    if (cut_) return;
    mosquitto_loop(client_, 0, 1);
    if (options_.slice) options_.slice();
  }
}

void MqttClient::publish(const std::string& topic, const std::string& payload, bool retain) {
  const std::scoped_lock lock(mutex_);
  mosquitto_publish(client_, nullptr, topic.c_str(), static_cast<int>(payload.size()),
                    payload.data(), 1, retain);
}

std::optional<std::string> MqttClient::last(const std::string& topic) const {
  const std::scoped_lock lock(mutex_);
  for (auto each = heard_.rbegin(); each != heard_.rend(); ++each)
    if (each->topic == topic) return each->payload;
  return std::nullopt;
}

bool MqttClient::wait_for(const std::string& topic, const std::string& payload,
                          milliseconds deadline) {
  std::unique_lock lock(mutex_);
  return heard_more_.wait_for(lock, deadline, [&] { return last(topic) == payload; });
}

std::optional<Clock::time_point> MqttClient::said_since(const std::string& topic,
                                                        const std::string& payload,
                                                        Clock::time_point since) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& each : heard_)
    if (each.at >= since && each.topic == topic && each.payload == payload) return each.at;
  return std::nullopt;
}

void MqttClient::cut() {
  const std::scoped_lock lock(mutex_);
  cut_ = true;
  shutdown(mosquitto_socket(client_), SHUT_RDWR);
}

EspHomeDesk::EspHomeDesk(int port, DeskPhysics::Options mechanics,
                         EspHomeFirmware::Entities entities)
    : firmware_(mechanics, entities) {
  firmware_.publish = [this](const std::string& topic, const std::string& payload) {
    to_say_.emplace_back(topic, payload);
  };
  MqttClient::Options options;
  options.will_topic = EspHomeFirmware::status_topic;
  options.will = "offline";
  options.received = [this](const std::string& topic, const std::string& payload) {
    const std::scoped_lock lock(mutex_);
    firmware_.receive(topic, payload);
  };
  options.slice = [this] {
    std::unique_lock lock(mutex_);
    const auto now = Clock::now();
    firmware_.advance(now - std::exchange(last_, now));
    if (!client_) return;
    const auto said = std::exchange(to_say_, {});
    lock.unlock();
    for (const auto& [topic, payload] : said) client_->publish(topic, payload, true);
  };
  {
    const std::scoped_lock lock(mutex_);
    client_ = std::make_unique<MqttClient>(port, options);
  }
  const bool whole = entities == EspHomeFirmware::Entities::number_and_cover;
  if (whole)
    client_->publish(number_document,
                     R"({"min":65.0,"max":125.0,"step":0.1,"unit_of_meas":"cm","name":"Height",)"
                     R"("stat_t":"desk/number/height/state","cmd_t":"desk/number/height/command",)"
                     R"("avty_t":"desk/status","uniq_id":"desk_height","dev":{"name":"Desk"}})",
                     true);
  client_->publish(cover_document,
                   std::string(R"({"name":"Desk","stat_t":"desk/cover/desk/state",)") +
                       (whole ? ""
                              : R"("pos_t":"desk/cover/desk/position/state",)"
                                R"("set_pos_t":"desk/cover/desk/position/command",)") +
                       R"("cmd_t":"desk/cover/desk/command","avty_t":"desk/status"})",
                   true);
  const std::scoped_lock lock(mutex_);
  firmware_.announce();
}

double EspHomeDesk::height_mm() {
  const std::scoped_lock lock(mutex_);
  return firmware_.physics.mm();
}

bool EspHomeDesk::moving() {
  const std::scoped_lock lock(mutex_);
  return firmware_.physics.moving();
}

}  // namespace rig
