// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <poised/plugin.hpp>
#include <string>

// What every family of desks looks like to the motion supervisor. A driver encodes orders and
// decodes reports; it never decides to move, to go on or to try again.
namespace desk {

using poised::Duration;
using poised::Instant;

/// What a family can do. Heights are millimetres above the floor.
struct Capabilities {
  bool go_to = false;            ///< drives to a height by itself, with a ramp
  bool jog = false;              ///< drives up or down while told to
  bool stop = true;              ///< obeys a stop; without, the end of a dead-man order is the stop
  std::uint32_t presets = 0;     ///< heights kept in the desk that it can be sent to
  bool dead_man = false;         ///< comes to rest soon after the orders cease, but for presets
  bool autonomous = false;       ///< runs on to its target when the orders, or the link, cease
  bool height_push = false;      ///< tells its height by itself while it moves
  bool limits = false;           ///< tells its own limits
  bool flags = false;            ///< tells overload and collision
  Duration repeat{};             ///< dead-man: how often an order is repeated
  Duration poll{};               ///< no push: how often it is asked for its height while it moves
  std::int32_t lowest_mm = 400;  ///< no desk of this family goes below
  std::int32_t highest_mm = 2000;  ///< nor above
  std::int32_t tolerance_mm = 3;   ///< how near to its target it comes to rest
  std::int32_t step_mm = 1;        ///< its heights are told, and asked for, in steps of so much
  std::int32_t run_on_mm = 0;      ///< jog: how far it runs on after a stop
  bool operator==(const Capabilities&) const = default;
};

/// What the desk is to do now. Dead-man families get it again and again, unless it is a preset.
struct Order {
  enum class Kind : std::uint8_t { to_height, up, down, preset };
  Kind kind = Kind::to_height;
  std::int32_t height_mm = 0;  ///< to_height
  std::uint32_t preset = 0;    ///< preset, from 1
  bool operator==(const Order&) const = default;
};

/// Why a desk should not be driven further.
enum class Trouble : std::uint8_t {
  collision,      ///< its own sensor saw an obstacle
  overload,       ///< too much load, or current
  position_lost,  ///< it must be initialised by hand
  overheated,     ///< its own duty limit
  locked,         ///< its child lock
  handset,        ///< somebody works its paddle
  failed,         ///< any other error that it reports
};
[[nodiscard]] const char* describe(Trouble trouble);

struct HeightReport {
  std::int32_t height_mm = 0;
  std::optional<Trouble> trouble;
  bool operator==(const HeightReport&) const = default;
};

/// What a driver tells. [loop-thread]
class DriverEvents {
 public:
  virtual ~DriverEvents() = default;
  /// The configured desk, and no other, answers; or no longer. `reason` is a full line.
  virtual void linked() = 0;
  virtual void unlinked(const std::string& reason) = 0;
  /// Implausible readings never get here.
  virtual void height(const HeightReport& report) = 0;
  virtual void limits(std::optional<std::int32_t> lowest_mm,
                      std::optional<std::int32_t> highest_mm) = 0;
  virtual void trouble(Trouble trouble) = 0;
  /// Driver::deadline() may be another one, with nothing else to tell.
  virtual void deadline_changed() = 0;
};

/// One desk. Orders while it is not linked are lost. [loop-thread]
class Driver {
 public:
  virtual ~Driver() = default;
  [[nodiscard]] virtual Capabilities capabilities() const = 0;
  /// Makes the desk ready to obey and asks for its height. Moves nothing.
  virtual void wake() = 0;
  virtual void read_height() = 0;
  virtual void drive(const Order& order) = 0;
  /// Goes out before anything that waits to be sent.
  virtual void stop() = 0;
  /// The driver's own deadlines: time-outs and spacing of its protocol.
  [[nodiscard]] virtual std::optional<Instant> deadline() const { return std::nullopt; }
  virtual void elapse(Instant /*now*/) {}
};

}  // namespace desk
