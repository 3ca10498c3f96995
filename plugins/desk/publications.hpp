// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace desk {

/// What a broker keeps of ours: the topics of retained messages.
struct Publication {
  nlohmann::json broker;  ///< the settings that lead to it
  std::vector<std::string> topics;
};

/// What brokers were told to keep outlasts this process, so it is kept in a file which topics those
/// are; what is no longer published is taken back. [loop-thread]
class Publications {
 public:
  Publications(boost::asio::io_context& loop, const char* state_directory);
  ~Publications();
  Publications(const Publications&) = delete;
  Publications& operator=(const Publications&) = delete;

  /// What is published from now on. Everything else is taken back, at once or when its broker can
  /// be reached. Throws poised::Failure if the file cannot be written.
  void are(std::vector<Publication> published);

 private:
  class Withdrawal;
  void write() const;

  boost::asio::io_context& loop_;
  const std::string path_;
  std::vector<Publication> published_;
  std::vector<std::unique_ptr<Withdrawal>> withdrawals_;
  std::uint64_t round_ = 0;  // of are()
};

}  // namespace desk
