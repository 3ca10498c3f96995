// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/expander/busy.hpp"
#include "calendar/worker/frames.hpp"

namespace poised::calendar {

/// The calendars of all sources, as far as they have to do with time. Answers requests.
class Store {
 public:
  explicit Store(ZoneBook::Loader load_zone) : zones_(std::move(load_zone)) {}

  Frame answer(const Frame& request);

 private:
  struct Object {
    Calendar calendar;
    std::vector<Occurrence> occurrences;  ///< in the window last asked for
    std::vector<Problem> problems;
    bool expanded = false;
  };
  struct Source {
    std::map<std::string, Object, std::less<>> objects;
    Window window;
  };

  Frame put(const Frame& request);
  Frame busy(const Frame& request);

  ZoneBook zones_;
  LocalZone local_;
  std::map<std::string, Source, std::less<>> sources_;
};

}  // namespace poised::calendar
