// SPDX-License-Identifier: MIT
#include "rigs/desktop.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace rig {
namespace {

constexpr const char* notifications = "org.freedesktop.Notifications";

// Where X servers put their sockets. Xwayland, unlike Xvfb, does not make it.
void make_socket_directory() {
  constexpr const char* directory = "/tmp/.X11-unix";
  if (mkdir(directory, 01777) == 0) chmod(directory, 01777);
}

std::vector<std::unique_ptr<ScopedVariable>> no_wayland() {
  std::vector<std::unique_ptr<ScopedVariable>> variables;
  for (const char* name : {"WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY"})
    variables.push_back(std::make_unique<ScopedVariable>(name, std::nullopt));
  return variables;
}

}  // namespace

XServer::XServer(std::optional<int> number, const std::vector<std::string>& arguments)
    : variables_(no_wayland()) {
  // Without -noreset the idle times would begin anew whenever the last client leaves.
  std::vector<std::string> command{find_program("Xvfb", "xvfb")};
  if (number) command.push_back(":" + std::to_string(*number));
  command.insert(command.end(),
                 {"-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"});
  command.insert(command.end(), arguments.begin(), arguments.end());
  Program::Options options;
  options.report_channel = true;
  server_ = std::make_unique<Program>(command, options);
  number_ = std::stoi(server_->read_until("\n"));
  variables_.push_back(std::make_unique<ScopedVariable>("DISPLAY", display()));
}

void Person::press(const std::string& key) {
  run({find_program("xdotool", "xdotool"), "key", key});
}

void Person::move_pointer(int dx, int dy) {
  run({find_program("xdotool", "xdotool"), "mousemove_relative", "--", std::to_string(dx),
       std::to_string(dy)});
}

void Person::move_pointer_on_and_on(int count, milliseconds pause) {
  const std::string seconds = std::to_string(std::chrono::duration<double>(pause).count());
  std::vector<std::string> command{find_program("xdotool", "xdotool")};
  for (int i = 0; i < count; ++i)
    command.insert(command.end(),
                   {"mousemove_relative", "--", i % 2 == 0 ? "1" : "-1", "0", "sleep", seconds});
  run(command);
}

void Person::click(int x, int y) {
  run({find_program("xdotool", "xdotool"), "mousemove", std::to_string(x), std::to_string(y),
       "click", "1"});
}

Screenshot::Screenshot(const std::string& name) {
  const char* chosen = std::getenv("POISED_TEST_ARTIFACTS");
  const std::filesystem::path directory = chosen != nullptr ? chosen : RIG_ARTIFACTS;
  std::filesystem::create_directories(directory);
  file_ = directory / (name + ".png");
  run({find_program("import", "imagemagick"), "-window", "root", file_.string()});
}

bool Screenshot::blank() const {
  return run({find_program("identify", "imagemagick"), "-format", "%k", file_.string()}) == "1";
}

std::uint64_t Screenshot::pixels_different_from(const Screenshot& other) const {
  // compare exits with 1 where the pictures differ.
  Program::Options options;
  options.read_output = true;
  Program compare({find_program("compare", "imagemagick"), "-metric", "AE", file_.string(),
                   other.file_.string(), "null:"},
                  options);
  const std::string output = compare.read_all();
  if (compare.wait() > 1) throw std::runtime_error("compare: " + output);
  return std::stoull(output);
}

Dunst::Dunst(const SessionBus& bus) : bus_(bus) {
  const auto menu = directory_.path() / "menu";
  std::ofstream{menu} << "#!/bin/sh\nexec grep -m1 -F -f \"${0%/*}/choice\"\n";
  chmod(menu.c_str(), 0755);
  std::ofstream{directory_.path() / "dunstrc"}
      << "[global]\n"
         "  dmenu = "
      << menu.string()
      << "\n"
         "  mouse_left_click = do_action\n"
         "  mouse_right_click = close_current\n"
         "  follow = none\n"
         "  origin = top-left\n"
         "  offset = 10x10\n"
         "  width = 320\n"
         "  height = 200\n"
         "  markup = full\n"
         "  format = \"<b>%s</b>\\n%b\"\n"
         "  font = Sans 11\n"
         "  icon_path = /usr/share/icons/Adwaita/48x48/legacy:/usr/share/icons/Adwaita/32x32/"
         "apps:/usr/share/icons/Adwaita/32x32/legacy\n"
         "[urgency_low]\n  background = \"#ffffff\"\n  foreground = \"#333333\"\n"
         "  timeout = 10\n"
         "[urgency_normal]\n  background = \"#f4f6ff\"\n  foreground = \"#111111\"\n"
         "  timeout = 10\n";
  start();
}

void Dunst::start() {
  dunst_ = std::make_unique<Program>(std::vector<std::string>{
      find_program("dunst", "dunst"), "-conf", (directory_.path() / "dunstrc").string()});
  wait_for_name(bus_.address(), notifications);
}

void Dunst::kill() {
  dunst_->kill();
  wait_for_name(bus_.address(), notifications, false);
}

void Dunst::restart() {
  kill();
  start();
}

std::string Dunst::control(const std::vector<std::string>& words) {
  std::vector<std::string> command{find_program("dunstctl", "dunst")};
  command.insert(command.end(), words.begin(), words.end());
  return run(command);
}

void Dunst::choose(const std::string& label) {
  // A line of the menu: #LABEL (TITLE) [ID,PROGRAM].
  std::ofstream{directory_.path() / "choice"} << '#' << label << " (\n";
  control({"context"});
}

void Dunst::click_on_notification() {
  Person::click(100, 40);
}

void Dunst::close_all() {
  control({"close-all"});
}

int Dunst::displayed() const {
  return std::stoi(control({"count", "displayed"}));
}

std::string library_program(const std::string& path, const std::string& package) {
  namespace fs = std::filesystem;
  std::vector<fs::path> folders{"/usr/lib", "/usr/libexec", "/usr/lib64"};
  for (const auto& entry : fs::directory_iterator("/usr/lib"))
    if (entry.path().native().find("-linux-") != std::string::npos) folders.push_back(entry.path());
  for (const auto& folder : folders)
    if (fs::exists(folder / path)) return folder / path;
  throw std::runtime_error(path + ": not found: install " + package);
}

NotificationProgram::NotificationProgram(const SessionBus& bus, const std::string& program,
                                         const std::string& package) {
  Program::Options options;
  options.environment = {{"HOME", home_.path().string()},
                         {"DBUS_SESSION_BUS_ADDRESS", bus.address()},
                         {"GDK_BACKEND", "x11"},
                         {"NO_AT_BRIDGE", "1"}};
  program_ = std::make_unique<Program>(std::vector<std::string>{library_program(program, package)},
                                       options);
  wait_for_name(bus.address(), notifications);
}

Mutter::Mutter() : variables_(no_wayland()) {
  make_socket_directory();
  Program::Options options;
  options.read_output = true;
  options.environment = {{"XDG_RUNTIME_DIR", runtime_.path().string()},
                         {"LIBGL_ALWAYS_SOFTWARE", "1"},
                         {"GSETTINGS_BACKEND", "memory"}};
  find_program("Xwayland", "xwayland");
  mutter_ = std::make_unique<Program>(
      std::vector<std::string>{find_program("mutter", "mutter"), "--headless", "--wayland",
                               "--virtual-monitor", "800x600", "--wayland-display", "rig"},
      options);
  const std::string said = mutter_->read_until("Using Wayland display name");
  const std::string_view marker = "Using public X11 display ";
  const auto at = said.find(marker);
  if (at == std::string::npos) throw std::runtime_error("mutter has no Xwayland: " + said);
  const std::string rest = said.substr(at + marker.size());
  variables_.push_back(std::make_unique<ScopedVariable>("DISPLAY", rest.substr(0, rest.find(','))));
  for (const auto& entry : std::filesystem::directory_iterator(runtime_.path()))
    if (entry.path().filename().string().starts_with(".mutter-Xwaylandauth"))
      variables_.push_back(std::make_unique<ScopedVariable>("XAUTHORITY", entry.path().string()));
}

}  // namespace rig
