// SPDX-License-Identifier: MIT
#include "configured_desk.hpp"

#include <chrono>
#include <fstream>
#include <utility>

#include "language/height.hpp"

namespace desk {
namespace {

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace

ConfiguredDesk::ConfiguredDesk(const DeskSettings& settings, Host host)
    : name_(settings.name), host_(std::move(host)), boot_id_(boot_id()) {
  if (!settings.problem.empty()) throw poised::Failure(settings.problem, true);
  const auto& values = settings.values;
  connection_ = make_connection(values, host_.loop);
  lock_.take(connection_->address());
  duty_ = std::make_unique<DutyFile>(host_.state_directory, connection_->address());
  auto options = bounds_and_presets(values);
  options.height_text = [](std::int32_t mm) { return poised::height_text(mm); };
  const auto kept = duty_->read();
  options.duty = DutyMeter::restored(kept.runs_at(clocks()));
  options.was_moving = kept.moving;
  unit_ = std::make_unique<DeskUnit>(
      [this](DriverEvents& events, DeskUnit::Now clock) {
        return connection_->make_driver(events, std::move(clock));
      },
      static_cast<SupervisorEvents&>(*this), std::move(options), host_.now,
      [this] {
        if (unit_) host_.deadline_changed();
      });
  duty_changed();
  home_assistant_ = make_home_assistant(
      values, host_.loop, connection_->address(), unit_->supervisor().bounds(),
      {.move = [this](std::int32_t to_mm) { host_.asked_from_afar(*this, to_mm); },
       .stop = [this] { guarded([&] { stop("it was stopped from afar"); }); }});
  publication_ = publication_of(values, connection_->address());
  view_changed(unit_->supervisor().view());
}

// What they tell last finds nobody.
ConfiguredDesk::~ConfiguredDesk() {
  home_assistant_.reset();
  unit_.reset();
}

void ConfiguredDesk::view_changed(const DeskView& view) {
  guarded([&] {
    host_.view_changed(name_, view);
    if (home_assistant_) home_assistant_->show(view);
  });
}

void ConfiguredDesk::move_ended(const Outcome& outcome) {
  guarded([&] { host_.move_ended(outcome); });
}

void ConfiguredDesk::duty_changed() {
  guarded([&] { keep_duty(); });
}

void ConfiguredDesk::keep_duty() {
  if (!unit_) return;
  const auto& supervisor = unit_->supervisor();
  duty_->write({clocks(), supervisor.duty().runs(host_.now()), supervisor.may_move()});
}

Clocks ConfiguredDesk::clocks() const {
  return {host_.now(),
          std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
              .count(),
          boot_id_};
}

void ConfiguredDesk::guarded(const std::function<void()>& action) noexcept {
  try {
    action();
  } catch (const std::exception& error) {
    host_.failed(error.what());
  }
}

}  // namespace desk
