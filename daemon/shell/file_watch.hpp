// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace poised::shell {

/// Tells when something in a set of directories has changed, once for a burst of changes. Where the
/// system has no watch left to give, it tells nothing, and problem() says so. [loop-thread]
class FileWatch {
 public:
  /// `on_change` is called from the loop, 200 ms after the last change of a burst.
  FileWatch(boost::asio::io_context& loop, std::function<void()> on_change);
  /// Replaces the set. What does not exist is waited for in the nearest directory that does, and
  /// what is no directory is watched in the one that it is in; what else happens there is not told.
  void watch(const std::vector<std::filesystem::path>& paths);
  /// One line; empty: it watches.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void wait();
  void drain();

  boost::asio::posix::stream_descriptor inotify_;
  boost::asio::steady_timer settle_;
  std::function<void()> on_change_;
  /// Of each watch the names that count; none: all.
  std::map<int, std::set<std::string>> watches_;
  std::string problem_;
};

}  // namespace poised::shell
