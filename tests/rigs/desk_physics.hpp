// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

// The mechanics and the control box of a standing desk, on whatever time advance() gives it. Knows
// no protocol: the simulated desks of each family speak theirs on top of it.
namespace rig {

using std::chrono::nanoseconds;

class DeskPhysics {
 public:
  struct Options {
    double lowest_mm = 620, highest_mm = 1270;
    double start_mm = 720;
    double speed_mm_s = 38, acceleration_mm_s2 = 19;
    bool dead_man = true;                                   ///< stops when orders cease
    nanoseconds patience = std::chrono::milliseconds(800);  ///< dead-man: for so long
    double stop_error_mm = 0;  ///< comes to rest so far from its target
    double run_on_mm_s2 = 60;  ///< deceleration after a halt
    bool limits_duty = false;  ///< refuses after 2 minutes in 20
  };

  explicit DeskPhysics(Options options) : options_(options), mm_(options.start_mm) {}

  // Orders of the control box. An order to a dead-man desk lapses unless it is repeated.
  void go_to(double mm);
  /// By a key that need not be held, whatever the desk does with other orders.
  void run_to(double mm);
  void up();
  void down();
  void halt();

  /// Somebody holds the paddle: 1 up, −1 down, 0 let go. It beats every order.
  void paddle(int direction);
  /// Something is in the way at `mm` for a desk that moves in `direction`.
  void obstacle(double mm, int direction) { obstacle_ = Obstacle{mm, direction}; }
  void clear_obstacle() { obstacle_.reset(); }
  /// Ignores every order (a panel that sleeps).
  void ignore_orders(bool on) { ignores_ = on; }
  void lose_position(bool on) { position_lost_ = on; }

  void advance(nanoseconds time);

  [[nodiscard]] double mm() const { return mm_; }
  [[nodiscard]] double speed_mm_s() const { return speed_; }
  [[nodiscard]] bool moving() const { return speed_ != 0; }
  [[nodiscard]] bool collided() const { return collided_; }
  [[nodiscard]] bool position_lost() const { return position_lost_; }
  [[nodiscard]] bool by_hand() const { return paddle_ != 0; }
  [[nodiscard]] bool overheated() const;
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  enum class Mode : std::uint8_t { rest, to_target, up, down, reversing };
  struct Obstacle {
    double mm;
    int direction;
  };
  void step(double seconds);
  bool accepts();

  Options options_;
  double mm_;
  double speed_ = 0;
  Mode mode_ = Mode::rest;
  double target_ = 0;
  nanoseconds since_order_{};
  bool by_itself_ = false;  ///< the order needs no repeating
  int paddle_ = 0;
  std::optional<Obstacle> obstacle_;
  double reverse_to_ = 0;
  bool collided_ = false;
  bool ignores_ = false;
  bool position_lost_ = false;
  double heat_s_ = 0;
  nanoseconds cooling_{};
};

}  // namespace rig
