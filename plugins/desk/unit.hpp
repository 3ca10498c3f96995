// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "motion/driver.hpp"
#include "motion/supervisor.hpp"

namespace desk {

/// One desk: its driver under its motion supervisor, on one clock. [loop-thread]
class DeskUnit final : private DriverEvents {
 public:
  using Now = std::function<Instant()>;
  using MakeDriver = std::function<std::unique_ptr<Driver>(DriverEvents&, Now)>;

  /// `changed`: deadline() may be another one.
  DeskUnit(const MakeDriver& make_driver, SupervisorEvents& events,
           MotionSupervisor::Options options, Now now, std::function<void()> changed)
      : now_(std::move(now)),
        changed_(std::move(changed)),
        driver_(make_driver(*this, now_)),
        supervisor_(*driver_, events, std::move(options)) {}

  void move(const MoveRequest& request) {
    supervisor_.move(request, now_());
    changed_();
  }
  void stop(const std::string& reason = "stopped") {
    supervisor_.stop(now_(), reason);
    changed_();
  }
  void person(const Person& person) {
    supervisor_.person(person, now_());
    changed_();
  }

  [[nodiscard]] std::optional<Instant> deadline() const {
    const auto first = driver_->deadline(), second = supervisor_.deadline();
    if (first && second) return std::min(*first, *second);
    return first ? first : second;
  }
  void elapse() {
    const auto now = now_();
    if (const auto due = driver_->deadline(); due && *due <= now) driver_->elapse(now);
    if (const auto due = supervisor_.deadline(); due && *due <= now) supervisor_.elapse(now);
    changed_();
  }

  [[nodiscard]] const MotionSupervisor& supervisor() const { return supervisor_; }
  [[nodiscard]] Capabilities capabilities() const { return driver_->capabilities(); }

 private:
  void linked() override {
    supervisor_.linked(now_());
    changed_();
  }
  void unlinked(const std::string& reason) override {
    supervisor_.unlinked(now_(), reason);
    changed_();
  }
  void height(const HeightReport& report) override {
    supervisor_.height(report, now_());
    changed_();
  }
  void limits(std::optional<std::int32_t> lowest_mm,
              std::optional<std::int32_t> highest_mm) override {
    supervisor_.limits(lowest_mm, highest_mm);
  }
  void trouble(Trouble trouble) override {
    supervisor_.trouble(trouble, now_());
    changed_();
  }
  void deadline_changed() override { changed_(); }

  Now now_;
  std::function<void()> changed_;
  std::unique_ptr<Driver> driver_;
  MotionSupervisor supervisor_;
};

}  // namespace desk
