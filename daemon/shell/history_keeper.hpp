// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/layers.hpp"
#include "core/time.hpp"
#include "store/batch.hpp"

namespace poised::shell {

/// What the daemon has to say to the history, until it is written. Each batch is written by a short
/// process of its own (poised-history), so that neither a database nor a disk that does not answer
/// is the daemon's business. While writing fails, everything is kept here, up to 256 KiB, and tried
/// again with the next batch. [loop-thread]
class HistoryKeeper {
 public:
  struct Place {
    config::HistoryKeep keep = config::HistoryKeep::none;
    std::filesystem::path directory;
    core::Duration retention{};
    bool operator==(const Place&) const = default;
  };

  /// `warn` is told each problem once, when it begins.
  HistoryKeeper(boost::asio::io_context& loop, std::function<void(const std::string&)> warn);
  ~HistoryKeeper();

  void configure(const Place& place);
  bool keeps() const { return place_.keep != config::HistoryKeep::none; }

  void add(store::Entry entry);
  /// Writes what has been added, soon. With `check` also if nothing has, to see whether it could.
  void write(core::WallTime now, bool check = false);
  /// Drops what is older than `before` (everything if empty). `done` is called once nothing of it
  /// is on its way to the disk any more.
  void forget(std::optional<core::WallTime> before, std::function<void()> done);
  /// Erases everything, also what is on the disk. `done` is called once, with why it could not be.
  void erase(core::WallTime now, std::function<void(std::optional<std::string>)> done);
  /// `done` is called once nothing is on its way any more, after 3 s at the latest.
  void finish(std::function<void()> done);

  /// Why nothing is written; empty while all is well.
  const std::string& problem() const { return problem_; }
  /// What is not on the disk: everything with keep = memory.
  std::vector<store::Entry> held() const;

 private:
  using Channel = boost::asio::local::stream_protocol::socket;

  void start(core::WallTime now, bool check);
  void ended();
  void fail(std::string problem);
  void trim();
  void settle();
  void erased(const std::optional<std::string>& why);

  boost::asio::io_context& loop_;
  std::function<void(const std::string&)> warn_;
  Place place_;
  std::deque<store::Entry> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::string problem_;

  // The batch that is being written, if any.
  std::vector<store::Entry> writing_;
  std::optional<core::WallTime> again_;  ///< write once more afterwards
  pid_t writer_ = 0;
  boost::asio::posix::stream_descriptor process_;
  std::shared_ptr<Channel> channel_;
  boost::asio::steady_timer deadline_;
  std::string text_;

  std::optional<core::WallTime> erase_;  ///< asked for, and not begun
  bool erasing_ = false;                 ///< what is being done
  std::vector<std::function<void(std::optional<std::string>)>> when_erased_;
  std::vector<std::function<void()>> when_settled_;
  boost::asio::steady_timer finish_deadline_;
};

}  // namespace poised::shell
