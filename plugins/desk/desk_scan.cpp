// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <poised/plugin.hpp>
#include <string>
#include <utility>
#include <vector>

#include "codec/mqtt.hpp"
#include "connection.hpp"
#include "transport/mosquitto.hpp"

// poised-desk-scan SETTINGS SECONDS: started by "poisectl desk scan" with the settings of the desk
// plugin. Writes what Home Assistant would discover at the broker to descriptor 3, as JSON.
namespace {

using Json = nlohmann::json;
namespace mqtt = desk::mqtt;

constexpr std::chrono::milliseconds quiet{700};  // what a broker keeps comes at once
constexpr std::size_t most_documents = 4096;

struct Documents {
  std::map<std::string, mqtt::Described> numbers;  // by topic
  std::map<std::string, std::string> covers;       // with a stop; topic by node
};

void add(Documents& documents, const desk::MqttLink::Message& message) {
  if (documents.numbers.size() + documents.covers.size() >= most_documents) return;
  if (message.topic.starts_with("homeassistant/number/")) {
    if (message.topic.starts_with("homeassistant/number/poised_")) return;  // our own
    if (auto what = mqtt::described(message.payload); what.desk)
      documents.numbers[message.topic] = std::move(what);
  } else {
    mqtt::Endpoint stop;
    if (mqtt::add_discovered_cover(message.payload, stop))
      documents.covers[mqtt::node_of(message.topic)] = message.topic;
  }
}

Json list_of(const Documents& documents) {
  auto desks = Json::array();
  for (const auto& [topic, what] : documents.numbers) {
    const auto node = mqtt::node_of(topic);
    const auto cover = documents.covers.find(node);
    Json entry{{"discovery_topic", topic},
               {"name", what.device.empty() ? what.name : what.device + ", " + what.name}};
    if (!node.empty() && cover != documents.covers.end()) entry["cover_topic"] = cover->second;
    desks.push_back(std::move(entry));
  }
  return desks;
}

Json scan(const Json& settings, std::chrono::seconds time) {
  boost::asio::io_context loop;
  const auto broker = desk::broker_of(settings);
  desk::MosquittoLink link(loop, broker);
  boost::asio::steady_timer all(loop), silence(loop);
  Documents documents;
  std::string problem = "mqtt: " + broker.host + ": no answer";
  const auto wait_for_silence = [&] {
    silence.expires_after(quiet);
    silence.async_wait([&](boost::system::error_code error) {
      if (!error) loop.stop();
    });
  };
  link.open({.opened =
                 [&] {
                   problem.clear();
                   for (const auto* kind : {"number", "cover"})
                     for (const auto* place : {"/+/config", "/+/+/config"})
                       link.subscribe(std::string("homeassistant/") + kind + place);
                   wait_for_silence();
                 },
             .closed = [&](const std::string& reason) { problem = reason; }},
            [&](const desk::MqttLink::Message& message) {
              if (!message.retained) return;
              add(documents, message);
              wait_for_silence();
            });
  all.expires_after(time);
  all.async_wait([&](boost::system::error_code error) {
    if (!error) loop.stop();
  });
  loop.run();
  if (!problem.empty()) return {{"problem", problem}};
  return {{"desks", list_of(documents)}};
}

Json answer(const std::string& settings, const std::string& seconds) try {
  return scan(Json::parse(settings), std::chrono::seconds(std::clamp(std::stoi(seconds), 1, 60)));
} catch (const std::exception& error) {
  return {{"problem", error.what()}};
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int poisectl = 3;
  if (argc != 3) {
    std::fputs("poised-desk-scan: only poisectl starts this program\n", stderr);
    return 2;
  }
  const auto text = answer(argv[1], argv[2]).dump(-1, ' ', false, Json::error_handler_t::replace);
  return write(poisectl, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
}
