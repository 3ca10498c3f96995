// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <vector>

namespace poised::shell {

/// Tells when something in a set of directories has changed, once for a burst of changes.
/// [loop-thread]
class FileWatch {
 public:
  /// `on_change` is called from the loop, 200 ms after the last change of a burst.
  FileWatch(boost::asio::io_context& loop, std::function<void()> on_change);
  /// Replaces the set. A directory that does not exist is watched for through its nearest existing
  /// parent.
  void watch(const std::vector<std::filesystem::path>& paths);

 private:
  void wait();
  void drain();

  boost::asio::posix::stream_descriptor inotify_;
  boost::asio::steady_timer settle_;
  std::function<void()> on_change_;
  std::vector<int> watches_;
};

}  // namespace poised::shell
