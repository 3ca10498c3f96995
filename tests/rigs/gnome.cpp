// SPDX-License-Identifier: MIT
#include "rigs/gnome.hpp"

#include <poll.h>

namespace rig {
namespace {

constexpr const char* remote_desktop = "org.gnome.Mutter.RemoteDesktop";

}  // namespace

GnomeDesktop::GnomeDesktop(int monitors) : monitors_(monitors) {
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
  std::vector<std::string> command{find_program("mutter", "mutter"),
                                   "--headless",
                                   "--wayland",
                                   "--no-x11",
                                   "--wayland-display",
                                   "rig"};
  for (int i = 0; i < monitors_; ++i) {
    command.emplace_back("--virtual-monitor");
    command.emplace_back("800x600");
  }
  mutter_ = std::make_unique<Program>(command, options);
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

void GnomeDesktop::mirror(bool on) {
  constexpr const char* config = "org.gnome.Mutter.DisplayConfig";
  constexpr const char* path = "/org/gnome/Mutter/DisplayConfig";
  constexpr guint until_the_next = 1;
  constexpr int width = 800;
  const auto state = person_->call(config, path, config, "GetCurrentState");
  guint serial = 0;
  GVariant* monitors = nullptr;
  g_variant_get(state.get(), "(u@a((ssss)a(siiddada{sv})a{sv})@a(iiduba(ssss)a{sv})@a{sv})",
                &serial, &monitors, nullptr, nullptr);
  GVariantBuilder screens;
  g_variant_builder_init(&screens, G_VARIANT_TYPE("a(iiduba(ssa{sv}))"));
  const auto shown_on = [monitors](GVariantBuilder& list, gsize index) {
    GVariant* monitor = g_variant_get_child_value(monitors, index);
    GVariant* name = g_variant_get_child_value(monitor, 0);
    GVariant* modes = g_variant_get_child_value(monitor, 1);
    GVariant* mode = g_variant_get_child_value(modes, 0);
    const char *connector = nullptr, *id = nullptr;
    g_variant_get_child(name, 0, "&s", &connector);
    g_variant_get_child(mode, 0, "&s", &id);
    g_variant_builder_add(&list, "(ssa{sv})", connector, id, nullptr);
    for (GVariant* each : {mode, modes, name, monitor}) g_variant_unref(each);
  };
  const auto count = g_variant_n_children(monitors);
  const gsize pictures = on ? 1 : count;
  for (gsize picture = 0; picture < pictures; ++picture) {
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a(ssa{sv})"));
    for (gsize i = picture; i < (on ? count : picture + 1); ++i) shown_on(list, i);
    g_variant_builder_add(&screens, "(iiduba(ssa{sv}))", static_cast<int>(picture) * width, 0, 1.0,
                          0U, picture == 0 ? TRUE : FALSE, &list);
  }
  g_variant_unref(monitors);
  person_->call(
      config, path, config, "ApplyMonitorsConfig",
      g_variant_new("(uua(iiduba(ssa{sv}))a{sv})", serial, until_the_next, &screens, nullptr));
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
