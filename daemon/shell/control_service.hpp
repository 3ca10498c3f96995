// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/command.hpp"
#include "core/event.hpp"
#include "shell/bus.hpp"

// The D-Bus face of the daemon: translates between the bus and the daemon's own words, decides
// nothing.
namespace poised::shell {

/// What the bus may ask of the daemon. Each function that acts returns why it was refused, or
/// nothing if it was done. [loop-thread]
class ControlHandler {
 public:
  using Refusal = std::optional<std::string>;
  virtual ~ControlHandler() = default;

  /// Calls `reply` once with the status JSON, at once or within 150 ms.
  virtual void status(std::function<void(std::string)> reply) = 0;
  virtual std::string next() = 0;
  virtual std::string doctor() = 0;
  /// `until`: empty = until resumed.
  virtual Refusal pause(std::optional<core::WallTime> until, const std::string& reason) = 0;
  virtual void resume() = 0;
  virtual Refusal quiet_today() = 0;
  virtual void inhibit(const std::string& key, const std::string& reason) = 0;
  virtual void uninhibit(const std::string& key) = 0;
  virtual Refusal answer(std::uint64_t id, core::Answer answer) = 0;
  virtual Refusal take(const std::string& break_id) = 0;
  /// The programme as it stands, as JSON.
  virtual std::string programme() = 0;
  /// PlanStarted, PlanStopped, PlanHeld, CheckedIn, WarningReported, ExerciseHurt or Cleared.
  virtual Refusal act_on_programme(core::Event event) = 0;
  /// Everything of the catalogue in `language`, as JSON.
  virtual std::string catalogue(const std::string& language) = 0;
  /// How somebody is led through `what`, as JSON; nothing if there is no such thing.
  virtual std::optional<std::string> guide(const std::string& what,
                                           const std::string& language) = 0;
  /// What of the configuration is the person's own, as JSON.
  virtual std::string settings() = 0;
  virtual Refusal set(const std::string& key, const std::string& value) = 0;
  /// What is stored and where, as JSON.
  virtual std::string privacy() = 0;
  /// Erases everything that is stored; `done` is called once, with why it could not be.
  virtual void erase(std::function<void(Refusal)> done) = 0;
  virtual void say_posture(core::Posture posture) = 0;
  virtual void stop_desk() = 0;
  /// Calls `ended` once, at the end of the motion: empty if it arrived, else why not.
  virtual void move_desk(const std::string& name, std::int32_t to_mm,
                         std::function<void(std::optional<std::string>)> ended) = 0;
  virtual Refusal restart_plugin(const std::string& id) = 0;
  virtual void reload() = 0;
  /// What of the history is not on the disk, and where it is kept, as JSON.
  virtual std::string history() = 0;
  /// Drops what is older than `before` (everything if empty) from memory; `done` is called once
  /// nothing of it can reach the disk any more.
  virtual void forget(std::optional<core::WallTime> before, std::function<void()> done) = 0;
  virtual bool managed() = 0;
  virtual std::string managed_by() = 0;
};

class ControlService {
 public:
  static constexpr const char* bus_name = "org.poised.Poised1";
  static constexpr const char* object_path = "/org/poised/Poised1";

  /// Takes the name on `bus`; throws sdbus::Error if another process has it. Both outlive this
  /// object.
  ControlService(Bus& bus, ControlHandler& handler);
  ~ControlService();

  /// Emits the signals that belong to the fact; `json` is its fact_json.
  void emit(const core::Fact& fact, const std::string& json);

 private:
  class Object;
  Bus& bus_;
  std::unique_ptr<Object> object_;
};

}  // namespace poised::shell
