// SPDX-License-Identifier: MIT
#pragma once

#include <glib.h>

#include <deque>
#include <filesystem>
#include <set>
#include <string>

#include "calendar/sources/source.hpp"

namespace poised::calendar {

/// An .ics file, or a folder of them (vdir). Looks again when the folder says that one changed.
class FileSource final : public Source {
 public:
  FileSource(Desk& desk, std::string name, std::vector<std::string> addresses,
             std::filesystem::path path);
  ~FileSource() override;

  void poll() override;
  void forget() override;

 private:
  void watch();
  void unwatch();
  bool changed();
  void read_all();
  void read_next();
  static bool is_wanted(const std::string& file);

  std::filesystem::path path_, folder_;
  std::string only_;  ///< the file's name; empty: all of the folder
  int inotify_ = -1;
  guint watch_ = 0;
  std::deque<std::string> unread_;
  std::set<std::string> queued_, known_;
  bool reading_ = false, failed_ = false;
  std::string problem_;
};

}  // namespace poised::calendar
