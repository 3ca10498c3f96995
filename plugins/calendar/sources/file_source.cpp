// SPDX-License-Identifier: MIT
#include "calendar/sources/file_source.hpp"

#include <fcntl.h>
#include <glib-unix.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace poised::calendar {
namespace {

namespace fs = std::filesystem;

constexpr off_t max_bytes = off_t{64} << 20;

/// The text of a plain file, or why there is none.
std::string read_text(const fs::path& file, std::string& problem) {
  // O_NONBLOCK: a pipe in the folder must not stop everything.
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  std::string text;
  if (fd < 0 || fstat(fd, &status) != 0)
    problem = std::strerror(errno);
  else if (!S_ISREG(status.st_mode))
    problem = "not a file";
  else if (status.st_size > max_bytes)
    problem = "larger than 64 MiB";
  else
    text.resize(static_cast<std::size_t>(status.st_size));
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t size = read(fd, text.data() + at, text.size() - at);
    if (size <= 0) break;
    at += static_cast<std::size_t>(size);
  }
  text.resize(at);
  if (fd >= 0) close(fd);
  return text;
}

}  // namespace

FileSource::FileSource(Desk& desk, std::string name, std::vector<std::string> addresses,
                       fs::path path)
    : Source(desk, std::move(name), std::move(addresses)), path_(std::move(path)) {}

FileSource::~FileSource() {
  unwatch();
}

bool FileSource::is_wanted(const std::string& file) {
  return file.ends_with(".ics") && !file.starts_with('.');
}

void FileSource::unwatch() {
  if (watch_ != 0) g_source_remove(std::exchange(watch_, 0));
  if (inotify_ >= 0) close(std::exchange(inotify_, -1));
}

void FileSource::watch() {
  unwatch();
  std::error_code error;
  const bool folder = fs::is_directory(path_, error);
  folder_ = folder ? path_ : path_.parent_path();
  only_ = folder ? "" : path_.filename().string();
  inotify_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  // Writers rename a finished file into its place.
  if (inotify_ < 0 || inotify_add_watch(inotify_, folder_.c_str(),
                                        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                            IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) < 0) {
    unwatch();
    return;
  }
  const auto readable = +[](gint, GIOCondition, gpointer self) noexcept -> gboolean {
    return static_cast<FileSource*>(self)->changed() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  };
  watch_ = g_unix_fd_add(inotify_, G_IO_IN, readable, this);
}

bool FileSource::changed() {
  alignas(inotify_event) std::array<char, 16384> events{};
  const ssize_t size = read(inotify_, events.data(), events.size());
  bool all = false;
  for (ssize_t at = 0; at < size;) {
    inotify_event event{};
    std::memcpy(&event, events.data() + at, sizeof event);
    const std::string file = event.len > 0 ? events.data() + at + sizeof event : "";
    at += static_cast<ssize_t>(sizeof event + event.len);
    if ((event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0)
      all = true;
    if (only_.empty() ? !is_wanted(file) : file != only_) continue;
    if (queued_.insert(file).second) unread_.push_back(file);
  }
  if (all) {
    watch_ = 0;
    unwatch();
    poll();
    return false;
  }
  read_next();
  return true;
}

void FileSource::poll() {
  // While the folder tells of changes there is nothing to look for.
  if (watch_ != 0 && !failed_) return publish();
  watch();
  read_all();
}

void FileSource::forget() {
  known_.clear();
  reading_ = false;
  read_all();
}

void FileSource::read_all() {
  std::set<std::string> here;
  std::error_code error;
  if (!only_.empty()) {
    here.insert(only_);
  } else {
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
         entry.increment(error))
      if (const auto file = entry->path().filename().string(); is_wanted(file)) here.insert(file);
    if (error) {
      failed_ = true;
      return trouble(path_.string() + ": " + error.message());
    }
  }
  failed_ = false;
  for (const auto& file : known_) here.insert(file);
  for (const auto& file : here)
    if (queued_.insert(file).second) unread_.push_back(file);
  read_next();
}

void FileSource::read_next() {
  while (!reading_ && !unread_.empty()) {
    const auto file = unread_.front();
    unread_.pop_front();
    queued_.erase(file);
    const auto path = folder_ / file;
    const auto tell = [this, path](const std::string& what) {
      if (!what.empty()) problem_ = path.string() + ": " + what;
    };
    std::error_code error;
    // A single file that has gone is trouble; one of a folder was deleted.
    if (only_.empty() && !fs::exists(path, error)) {
      if (known_.erase(file) > 0) remove(file);
      continue;
    }
    std::string problem;
    auto text = read_text(path, problem);
    tell(problem);
    failed_ = failed_ || (!problem.empty() && !only_.empty());
    if (!problem.empty()) continue;
    reading_ = true;
    put(file, std::move(text), [this, file, tell](const std::string& wrong, bool taken) {
      reading_ = false;
      if (taken) known_.insert(file);
      tell(wrong);
      read_next();
    });
    return;
  }
  if (reading_) return;
  trouble(std::exchange(problem_, {}));
  // A set that could not be read is not known to be as it was.
  if (!failed_) publish();
}

}  // namespace poised::calendar
