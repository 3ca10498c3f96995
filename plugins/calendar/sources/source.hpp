// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calendar/sources/fetcher.hpp"
#include "calendar/worker/worker.hpp"

namespace poised::calendar {

/// What all sources share. Outlives them.
struct Desk {
  Worker& worker;
  Fetcher& fetcher;
  /// Busy times of a source, as they are from now on; also if they are as before.
  std::function<void(const std::string& source, const Frame& intervals)> publish;
  /// What is wrong with a source; "": nothing any more. Never a text out of a calendar.
  std::function<void(const std::string& source, const std::string& problem)> trouble;
};

/// One calendar, or the calendars of one account. [loop-thread]
class Source {
 public:
  Source(Desk& desk, std::string name, std::vector<std::string> addresses);
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// Looks whether anything has changed.
  virtual void poll() = 0;
  /// The worker has forgotten all.
  virtual void forget() = 0;
  /// Works the busy times out for the window that holds now, and publishes them.
  void publish();

  const std::string& name() const { return name_; }

 protected:
  /// `then` gets what was wrong with the text ("": nothing), and whether it was taken.
  void put(const std::string& object, std::string text,
           std::function<void(const std::string& problem, bool taken)> then);
  void remove(const std::string& object);
  /// `then` is only called while this source lives.
  void ask(Frame request, std::function<void(const Frame&, const std::string& died)> then);
  void trouble(const std::string& problem) { desk_.trouble(name_, problem); }
  /// Wraps what must not be called after the source is gone.
  template <class Then>
  auto while_alive(Then then) {
    return [alive = std::weak_ptr<bool>(alive_), then = std::move(then)](const auto&... arguments) {
      if (!alive.expired()) then(arguments...);
    };
  }

  Desk& desk_;
  std::string own_addresses_;  ///< a line each

 private:
  std::string name_;
  /// Texts that ended the worker are not put again: a hash of each.
  std::map<std::string, std::size_t> poisoned_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace poised::calendar
