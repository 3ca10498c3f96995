// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/command_driver.hpp"
#include "driver/jiecang_driver.hpp"
#include "driver/linak_ble.hpp"
#include "driver/linak_usb.hpp"
#include "driver/loctek_driver.hpp"
#include "driver/megadesk_driver.hpp"
#include "driver/mqtt_driver.hpp"
#include "rigs/desk_firmware.hpp"
#include "unit.hpp"

// Each driver over its simulated desk, wholly in memory and on virtual time.
namespace desk::test {

/// What carries messages between driver and desk: each in 10 ms, and as many as the test allows.
class Wire {
 public:
  explicit Wire(const Instant& now) : now_(now) {}
  void later(std::function<void()> deliver) {
    waiting_.push_back({now_ + std::chrono::milliseconds(10), std::move(deliver)});
  }
  void deliver() {
    while (!waiting_.empty() && waiting_.front().at <= now_) {
      const auto next = std::move(waiting_.front().action);
      waiting_.erase(waiting_.begin());
      if (!up) continue;
      ++delivered;
      next();
      if (cut_after && delivered >= *cut_after) cut();
    }
  }
  void cut() {
    cut_after.reset();
    if (!up) return;
    up = false;
    if (on_cut) on_cut();
  }
  void restore() {
    if (up) return;
    up = true;
    if (on_restored) on_restored();
  }
  [[nodiscard]] std::optional<Instant> next() const {
    return waiting_.empty() ? std::nullopt : std::optional(waiting_.front().at);
  }

  bool up = false;
  std::size_t delivered = 0;
  std::optional<std::size_t> cut_after;
  std::function<void()> on_cut, on_restored;

 private:
  struct Waiting {
    Instant at;
    std::function<void()> action;
  };
  const Instant& now_;
  std::vector<Waiting> waiting_;
};

/// Everything of one family.
struct Family {
  std::string name;
  std::function<std::unique_ptr<class SimulatedDesk>()> make;
};
[[nodiscard]] std::vector<Family> all_families();

class SimulatedDesk : private SupervisorEvents {
 public:
  explicit SimulatedDesk(rig::DeskFirmware& firmware) : firmware_(firmware) {}
  ~SimulatedDesk() override = default;

  Instant now{std::chrono::seconds(50'000)};
  Wire wire{now};
  std::vector<Outcome> outcomes;
  std::uint64_t last_consent = 0;
  std::size_t orders = 0;       ///< that would move the desk, as they reached the wire
  std::vector<Preset> presets;  ///< of the settings

  [[nodiscard]] rig::DeskFirmware& firmware() { return firmware_; }
  [[nodiscard]] DeskUnit& unit() { return *unit_; }
  void start(MotionSupervisor::Options options = {});
  /// The process ends: what it would still send is sent by then.
  void end_process() {
    unit_.reset();
    drop_transport();
  }
  [[nodiscard]] bool has_process() const { return unit_ != nullptr; }

  void input() { unit_->person({Person::Presence::present, now}); }
  std::uint64_t move(std::int32_t to_mm, bool from_afar = false) {
    if (!from_afar) input();
    unit_->move({to_mm, ++last_consent, now + std::chrono::seconds(5), from_afar});
    return last_consent;
  }
  [[nodiscard]] std::optional<Outcome> outcome(std::uint64_t consent) const {
    for (const auto& each : outcomes)
      if (each.consent == consent) return each;
    return std::nullopt;
  }
  void run(Duration time) {
    const auto end = now + time;
    while (now < end) tick(end);
  }
  bool run_until(const std::function<bool()>& condition, Duration most = std::chrono::seconds(90)) {
    const auto end = now + most;
    while (!condition()) {
      if (now >= end) return false;
      tick(end);
    }
    return true;
  }

 protected:
  virtual std::unique_ptr<Driver> make_driver(DriverEvents& events, DeskUnit::Now now_of) = 0;
  virtual void drop_transport() = 0;

 private:
  void tick(Instant end);
  void view_changed(const DeskView& /*view*/) override {}
  void move_ended(const Outcome& outcome) override { outcomes.push_back(outcome); }
  void duty_changed() override {}

  rig::DeskFirmware& firmware_;
  std::unique_ptr<DeskUnit> unit_;
};

}  // namespace desk::test
