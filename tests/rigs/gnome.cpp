// SPDX-License-Identifier: MIT
#include "rigs/gnome.hpp"

#include <poll.h>

namespace rig {
namespace {

constexpr const char* remote_desktop = "org.gnome.Mutter.RemoteDesktop";

}  // namespace

GnomeDesktop::GnomeDesktop() {
  const auto set = [this](const char* name, const std::optional<std::string>& value) {
    variables_.push_back(std::make_unique<ScopedVariable>(name, value));
  };
  set("DISPLAY", std::nullopt);
  set("XDG_SESSION_TYPE", "wayland");
  set("XDG_CURRENT_DESKTOP", "GNOME");
  set("XDG_RUNTIME_DIR", runtime_.path().string());
  set("WAYLAND_DISPLAY", "rig");
  start();
}

void GnomeDesktop::start() {
  Program::Options options;
  options.environment = {{"LIBGL_ALWAYS_SOFTWARE", "1"}, {"GSETTINGS_BACKEND", "memory"}};
  mutter_ = std::make_unique<Program>(
      std::vector<std::string>{find_program("mutter", "mutter"), "--headless", "--wayland",
                               "--no-x11", "--virtual-monitor", "800x600", "--wayland-display",
                               "rig"},
      options);
  wait_for_name(bus_.address(), "org.gnome.Mutter.IdleMonitor");
  wait_for_name(bus_.address(), remote_desktop);
  person_ = std::make_unique<BusPeer>(bus_.address());
  const auto reply = person_->call(remote_desktop, "/org/gnome/Mutter/RemoteDesktop",
                                   remote_desktop, "CreateSession");
  const char* path = nullptr;
  g_variant_get(reply.get(), "(&o)", &path);
  session_ = path;
  remote("Start");
}

void GnomeDesktop::kill() {
  mutter_->kill();
  wait_for_name(bus_.address(), "org.gnome.Mutter.IdleMonitor", false);
  for (const char* name : {"rig", "rig.lock"}) std::filesystem::remove(runtime_.path() / name);
}

void GnomeDesktop::remote(const char* method, GVariant* arguments) {
  person_->call(remote_desktop, session_, std::string(remote_desktop) + ".Session", method,
                arguments);
}

void GnomeDesktop::move_pointer() {
  remote("NotifyPointerMotionRelative", g_variant_new("(dd)", 2.0, 1.0));
}

void GnomeDesktop::move_pointer_on_and_on(int count, milliseconds pause) {
  for (int i = 0; i < count; ++i) {
    move_pointer();
    poll(nullptr, 0, static_cast<int>(pause.count()));
  }
}

void GnomeDesktop::press_key() {
  constexpr guint letter_a = 30;
  for (const bool down : {true, false})
    remote("NotifyKeyboardKeycode", g_variant_new("(ub)", letter_a, down));
}

}  // namespace rig
