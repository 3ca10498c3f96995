// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/program.hpp"

// A desktop in memory, and the person before it.
namespace rig {

/// A private Xvfb. DISPLAY of this process points to it while it lives, and nothing there speaks of
/// Wayland.
class XServer {
 public:
  /// `number`: the display to take, the first free one if absent.
  explicit XServer(std::optional<int> number = {}, const std::vector<std::string>& arguments = {});

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] std::string display() const { return ":" + std::to_string(number_); }
  void kill() { server_->kill(); }

 private:
  std::unique_ptr<Program> server_;
  int number_ = 0;
  std::vector<std::unique_ptr<ScopedVariable>> variables_;
};

/// What somebody at keyboard and mouse does, by XTEST (xdotool). DISPLAY says where.
class Person {
 public:
  static void press(const std::string& key);
  static void move_pointer(int dx, int dy);
  /// `count` motions, `pause` apart.
  static void move_pointer_on_and_on(int count, milliseconds pause);
  static void click(int x, int y);
};

/// What is on the screen, kept as a file that people can look at.
class Screenshot {
 public:
  /// Writes NAME.png to the directory of artifacts.
  explicit Screenshot(const std::string& name);
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] bool blank() const;
  [[nodiscard]] std::uint64_t pixels_different_from(const Screenshot& other) const;

 private:
  std::filesystem::path file_;
};

/// dunst on a bus and a display of its own.
class Dunst {
 public:
  explicit Dunst(const SessionBus& bus);

  void kill();
  void restart();
  /// Chooses the action with this label from dunst's menu, as a person would.
  void choose(const std::string& label);
  /// Clicks on the one notification that is shown.
  void click_on_notification();
  /// The person closes all notifications.
  void close_all();
  /// How many notifications are on the screen.
  [[nodiscard]] int displayed() const;

 private:
  void start();
  static std::string control(const std::vector<std::string>& words);

  const SessionBus& bus_;
  TemporaryDirectory directory_;
  std::unique_ptr<Program> dunst_;
};

/// Another notification server on a bus; DISPLAY says where it shows.
class NotificationProgram {
 public:
  /// `program`: its path below a folder of libraries, as "xfce4/notifyd/xfce4-notifyd".
  NotificationProgram(const SessionBus& bus, const std::string& program,
                      const std::string& package);

 private:
  TemporaryDirectory home_;
  std::unique_ptr<Program> program_;
};

/// The path of a program that a package keeps below its folder of libraries.
std::string library_program(const std::string& path, const std::string& package);

/// mutter without a screen, with Xwayland. DISPLAY and XAUTHORITY of this process point there;
/// variables that speak of Wayland stay unset.
class Mutter {
 public:
  Mutter();

 private:
  SessionBus bus_;
  TemporaryDirectory runtime_;
  std::unique_ptr<Program> mutter_;
  std::vector<std::unique_ptr<ScopedVariable>> variables_;
};

}  // namespace rig
