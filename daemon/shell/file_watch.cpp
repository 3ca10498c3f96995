// SPDX-License-Identifier: MIT
#include "shell/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <system_error>

namespace poised::shell {
namespace {

// An editor writes, renames and touches: one reload serves them all.
constexpr std::chrono::milliseconds burst{200};

std::filesystem::path nearest_directory(std::filesystem::path path) {
  std::error_code error;
  while (!path.empty() && path != path.parent_path() && !std::filesystem::is_directory(path, error))
    path = path.parent_path();
  return path;
}

int open_inotify() {
  const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "files: inotify_init1");
  return fd;
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& loop, std::function<void()> on_change)
    : inotify_(loop, open_inotify()), settle_(loop), on_change_(std::move(on_change)) {
  wait();
}

void FileWatch::watch(const std::vector<std::filesystem::path>& paths) {
  for (const int watch : watches_) inotify_rm_watch(inotify_.native_handle(), watch);
  watches_.clear();
  std::set<std::filesystem::path> directories;
  for (const auto& path : paths) directories.insert(nearest_directory(path));
  for (const auto& directory : directories) {
    const int watch = inotify_add_watch(inotify_.native_handle(), directory.c_str(),
                                        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                            IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR);
    if (watch >= 0) watches_.push_back(watch);
  }
}

void FileWatch::wait() {
  inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](boost::system::error_code error) {
                        if (error) return;
                        drain();
                        wait();
                      });
}

void FileWatch::drain() {
  alignas(inotify_event) char buffer[4096];
  bool changed = false;
  ssize_t count = 0;
  while ((count = ::read(inotify_.native_handle(), buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < count;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      changed |= (event->mask & IN_IGNORED) == 0;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
  if (!changed) return;
  settle_.expires_after(burst);
  settle_.async_wait([this](boost::system::error_code error) {
    if (!error) on_change_();
  });
}

}  // namespace poised::shell
