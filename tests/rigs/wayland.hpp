// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/program.hpp"

struct wl_display;
struct wl_registry;
struct wl_event_source;

// Wayland desktops in memory, and the person before them.
namespace rig {

/// A real compositor without a screen. XDG_RUNTIME_DIR and WAYLAND_DISPLAY of this process point to
/// it while it lives, and nothing there speaks of X.
class Compositor {
 public:
  enum class Kind : std::uint8_t {
    kwin,    ///< KDE: ext-idle-notify-v1 version 1
    phoc,    ///< wlroots: org_kde_kwin_idle, newer ones ext-idle-notify-v1
    weston,  ///< neither
  };
  explicit Compositor(Kind kind);

  [[nodiscard]] const std::string& display() const { return display_; }
  [[nodiscard]] Kind kind() const { return kind_; }
  void kill();
  /// It is there again, under the same name.
  void start();

 private:
  Kind kind_;
  SessionBus bus_;
  TemporaryDirectory runtime_;
  std::string display_ = "rig";
  std::vector<std::unique_ptr<ScopedVariable>> variables_;
  std::unique_ptr<Program> compositor_;
};

/// Somebody at mouse and keyboard of a compositor.
class WaylandPerson {
 public:
  /// Devices appear on the seat, and go with this object.
  explicit WaylandPerson(const Compositor& compositor);
  ~WaylandPerson();
  WaylandPerson(const WaylandPerson&) = delete;
  WaylandPerson& operator=(const WaylandPerson&) = delete;

  void move_pointer();
  void move_pointer_on_and_on(int count, milliseconds pause);
  void press_key();

 private:
  struct Devices;
  std::unique_ptr<Devices> devices_;
};

/// A compositor in this process that does nothing but tell of idleness. Its seat is quiet until
/// input() is called.
class FakeCompositor {
 public:
  struct Options {
    std::uint32_t notifier_version = 2;
    int seats = 1;
  };
  explicit FakeCompositor(Options options);
  ~FakeCompositor();
  FakeCompositor(const FakeCompositor&) = delete;
  FakeCompositor& operator=(const FakeCompositor&) = delete;

  void input(int seat = 0);
  /// Something keeps the screen on: only notifications of input alone become idle.
  void inhibit(bool on);
  void add_seat();
  void remove_seat(int seat);
  /// The capabilities of all seats change that often.
  void churn_capabilities(int times);
  [[nodiscard]] int notifications_made();

 private:
  struct State;
  void on_its_thread(const std::function<void(State&)>& action);

  TemporaryDirectory runtime_;
  std::vector<std::unique_ptr<ScopedVariable>> variables_;
  std::unique_ptr<State> state_;
  std::thread thread_;
};

}  // namespace rig
