// SPDX-License-Identifier: MIT
#include "shell/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace poised::shell {
namespace {

// An editor writes, renames and touches: one reload serves them all.
constexpr std::chrono::milliseconds burst{200};

constexpr std::uint32_t coming = IN_CREATE | IN_MOVED_TO;
constexpr std::uint32_t any_change =
    coming | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_ATTRIB;

std::filesystem::path nearest_directory(std::filesystem::path path) {
  std::error_code error;
  while (!path.empty() && path != path.parent_path() && !std::filesystem::is_directory(path, error))
    path = path.parent_path();
  return path;
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& loop, std::function<void()> on_change)
    : inotify_(loop), settle_(loop), on_change_(std::move(on_change)) {
  const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd < 0) {
    problem_ = std::string("files: changes cannot be watched for: ") + std::strerror(errno);
    return;
  }
  inotify_.assign(fd);
  wait();
}

void FileWatch::watch(const std::vector<std::filesystem::path>& paths) {
  if (!problem_.empty()) return;
  for (const auto& [watch, names] : watches_) inotify_rm_watch(inotify_.native_handle(), watch);
  watches_.clear();
  struct Wanted {
    std::uint32_t events = IN_ONLYDIR;
    bool all = false;
    std::set<std::string> names;
  };
  std::map<std::filesystem::path, Wanted> directories;
  for (const auto& path : paths) {
    const auto directory = nearest_directory(path);
    auto& wanted = directories[directory];
    std::error_code error;
    // Others' files in a home or in /etc are no reason to wake up.
    const bool comes = directory != path && !std::filesystem::exists(path, error);
    wanted.events |= comes ? coming : any_change;
    if (directory == path)
      wanted.all = true;
    else
      wanted.names.insert(*path.lexically_relative(directory).begin());
  }
  for (const auto& [directory, wanted] : directories) {
    const int watch = inotify_add_watch(inotify_.native_handle(), directory.c_str(), wanted.events);
    if (watch >= 0) watches_[watch] = wanted.all ? std::set<std::string>() : wanted.names;
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
      const auto watch = watches_.find(event->wd);
      if (watch != watches_.end() && (event->mask & IN_IGNORED) == 0) {
        const auto& names = watch->second;
        changed |= names.empty() || (event->len > 0 && names.contains(event->name));
      }
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
