// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>

#include "shell/file_watch.hpp"

namespace poised::shell {

/// What becomes of the files that this daemon was started from, which packages replace and remove:
/// its program, and what plugins are there. [loop-thread]
class Installation {
 public:
  enum class Fate { same, changed, removed };

  /// `on_change` is called from the loop, ten seconds after the last change, when all files of a
  /// package have been exchanged.
  Installation(boost::asio::io_context& loop, const std::filesystem::path& manifests,
               std::function<void()> on_change);

  Fate fate() const { return fate_; }
  /// Where the program is, or was.
  const std::filesystem::path& program() const { return program_; }

 private:
  void settle();
  void judge();

  std::filesystem::path program_;
  FileWatch program_watch_;
  FileWatch manifest_watch_;
  bool manifests_changed_ = false;
  boost::asio::steady_timer settled_;
  std::function<void()> on_change_;
  Fate fate_ = Fate::same;
};

}  // namespace poised::shell
