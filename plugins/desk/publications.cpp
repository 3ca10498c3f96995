// SPDX-License-Identifier: MIT
#include "publications.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <fstream>
#include <functional>
#include <set>
#include <utility>

#include "connection.hpp"
#include "private_file.hpp"
#include "transport/mosquitto.hpp"

namespace desk {
namespace {

using Json = nlohmann::json;

std::vector<Publication> read(const std::string& path) {
  std::vector<Publication> all;
  std::ifstream file(path);
  const auto json = Json::parse(file, nullptr, false);
  if (!json.is_array()) return all;
  for (const auto& item : json) try {
      all.push_back({item.at("broker"), item.at("topics").get<std::vector<std::string>>()});
    } catch (const Json::exception&) {  // not of our writing
    }
  return all;
}

}  // namespace

/// An empty retained message takes the place of each; the broker's echo says that it has.
class Publications::Withdrawal {
 public:
  Withdrawal(boost::asio::io_context& loop, Publication what, std::function<void()> done)
      : what_(std::move(what)),
        waits_for_(what_.topics.begin(), what_.topics.end()),
        done_(std::move(done)) {
    try {
      link_ = std::make_unique<MosquittoLink>(loop, broker_of(what_.broker));
    } catch (const poised::Failure&) {
      return;  // its password is gone: perhaps it is there again at the next start
    }
    link_->open({[this] { opened(); }, [](const std::string&) {}},
                [this](const MqttLink::Message& message) {
                  if (message.payload.empty()) waits_for_.erase(message.topic);
                  if (waits_for_.empty() && done_) std::exchange(done_, nullptr)();
                });
  }
  [[nodiscard]] const Publication& what() const { return what_; }

 private:
  void opened() {
    for (const auto& topic : waits_for_) {
      link_->subscribe(topic);
      link_->publish(topic, "", true);
    }
  }

  Publication what_;
  std::set<std::string> waits_for_;
  std::function<void()> done_;
  std::unique_ptr<MosquittoLink> link_;
};

Publications::Publications(boost::asio::io_context& loop, const char* state_directory)
    : loop_(loop),
      path_(state_directory == nullptr ? "" : std::string(state_directory) + "/published.json") {}

Publications::~Publications() = default;

void Publications::are(std::vector<Publication> published) {
  const auto before = read(path_);
  withdrawals_.clear();
  ++round_;
  published_ = std::move(published);
  for (auto each : before) {
    for (const auto& still : published_) {
      if (still.broker != each.broker) continue;
      std::erase_if(each.topics, [&](const auto& topic) {
        return std::ranges::find(still.topics, topic) != still.topics.end();
      });
    }
    if (each.topics.empty()) continue;
    withdrawals_.push_back(nullptr);
    withdrawals_.back() = std::make_unique<Withdrawal>(
        loop_, std::move(each), [this, index = withdrawals_.size() - 1, round = round_] {
          // Not from within itself.
          boost::asio::post(loop_, [this, index, round] {
            if (round != round_) return;
            withdrawals_[index].reset();
            write();
          });
        });
  }
  if (!before.empty() || !published_.empty()) write();
}

void Publications::write() const {
  auto json = Json::array();
  const auto add = [&json](const Publication& each) {
    json.push_back({{"broker", each.broker}, {"topics", each.topics}});
  };
  for (const auto& each : published_) add(each);
  for (const auto& each : withdrawals_)
    if (each) add(each->what());
  write_private_file(path_, json.dump());
}

}  // namespace desk
