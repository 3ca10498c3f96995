// SPDX-License-Identifier: MIT
#include "rigs/logind.hpp"

#include <gio/gunixfdlist.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace rig {
namespace {

constexpr const char* service = "org.freedesktop.login1";
constexpr const char* manager_path = "/org/freedesktop/login1";
constexpr const char* manager = "org.freedesktop.login1.Manager";
constexpr const char* session_interface = "org.freedesktop.login1.Session";
constexpr const char* mock_interface = "org.freedesktop.DBus.Mock";

}  // namespace

MockLogind::MockLogind(const SystemBus& bus) : address_(bus.address()), peer_(bus.address()) {
  start();
}

MockLogind::~MockLogind() {
  if (keeps_awake_ >= 0) close(keeps_awake_);
}

void MockLogind::start() {
  // A Python of another origin would not have the module.
  mock_ = std::make_unique<Program>(std::vector<std::string>{"/usr/bin/python3", "-m", "dbusmock",
                                                             "--system", "--template", "logind"});
  try {
    wait_for_name(address_, service);
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string(error.what()) +
                             "; dbusmock is in the Debian package python3-dbusmock");
  }
  // The template's own takes the number for a text.
  peer_.call(service, manager_path, mock_interface, "AddMethod",
             g_variant_new("(sssss)", manager, "GetUser", "u", "o",
                           "ret = '/org/freedesktop/login1/user/%d' % args[0]"));
  peer_.call(service, manager_path, mock_interface, "AddProperty",
             g_variant_new("(ssv)", manager, "BlockInhibited", g_variant_new_string("")));
  // Nor does it know whose inhibitors they are.
  peer_.call(
      service, manager_path, mock_interface, "AddMethod",
      g_variant_new("(sssss)", manager, "ListInhibitors", "", "a(ssssuu)",
                    ("import dbusmock.mockobject as kept\nret = [tuple(lock[:4]) + (" +
                     std::to_string(getuid()) + ", 1) for lock in getattr(kept, 'inhibitors', [])]")
                        .c_str()));
}

void MockLogind::kill() {
  mock_->kill();
  wait_for_name(address_, service, false);
}

std::string MockLogind::path_of(const std::string& id) {
  return "/org/freedesktop/login1/session/" + id;
}

void MockLogind::add(const Session& session) {
  peer_.call(service, manager_path, mock_interface, "AddSession",
             g_variant_new("(ssusb)", session.id.c_str(), session.seat.c_str(), getuid(), "me",
                           session.active ? TRUE : FALSE));
  GVariantBuilder properties;
  g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
  const auto say = [&](const char* name, GVariant* value) {
    g_variant_builder_add(&properties, "{sv}", name, value);
  };
  say("Type", g_variant_new_string(session.type.c_str()));
  say("Remote", g_variant_new_boolean(session.remote));
  say("LockedHint", g_variant_new_boolean(session.locked));
  say("Leader", g_variant_new_uint32(static_cast<guint32>(session.leader)));
  peer_.call(service, path_of(session.id), mock_interface, "UpdateProperties",
             g_variant_new("(sa{sv})", session_interface, &properties));
  emit_from_manager("SessionNew", "so",
                    g_variant_new("(so)", session.id.c_str(), path_of(session.id).c_str()));
}

void MockLogind::remove(const std::string& id) {
  peer_.call(service, manager_path, mock_interface, "RemoveObject",
             g_variant_new("(s)", path_of(id).c_str()));
  emit_from_manager("SessionRemoved", "so", g_variant_new("(so)", id.c_str(), path_of(id).c_str()));
}

void MockLogind::set(const std::string& id, const std::string& property, bool value) {
  GVariantBuilder properties;
  g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
  g_variant_builder_add(&properties, "{sv}", property.c_str(), g_variant_new_boolean(value));
  peer_.call(service, path_of(id), mock_interface, "UpdateProperties",
             g_variant_new("(sa{sv})", session_interface, &properties));
}

void MockLogind::set_idle_hint(bool idle, std::int64_t since_ns) {
  const auto read = [](clockid_t id) {
    timespec now{};
    clock_gettime(id, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
  };
  const auto monotonic = since_ns - read(CLOCK_BOOTTIME) + read(CLOCK_MONOTONIC);
  GVariantBuilder changed;
  g_variant_builder_init(&changed, G_VARIANT_TYPE("a{sv}"));
  g_variant_builder_add(&changed, "{sv}", "IdleHint", g_variant_new_boolean(idle));
  g_variant_builder_add(&changed, "{sv}", "IdleSinceHintMonotonic",
                        g_variant_new_uint64(static_cast<guint64>(monotonic / 1000)));
  peer_.call(service, "/org/freedesktop/login1/user/" + std::to_string(getuid()), mock_interface,
             "UpdateProperties",
             g_variant_new("(sa{sv})", "org.freedesktop.login1.User", &changed));
}

void MockLogind::ask_to_lock(const std::string& id) {
  peer_.call(service, path_of(id), session_interface, "Lock");
}

void MockLogind::ask_to_unlock(const std::string& id) {
  peer_.call(service, path_of(id), session_interface, "Unlock");
}

void MockLogind::prepare_for_sleep(bool asleep) {
  GVariantBuilder properties;
  g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
  g_variant_builder_add(&properties, "{sv}", "PreparingForSleep", g_variant_new_boolean(asleep));
  peer_.call(service, manager_path, mock_interface, "UpdateProperties",
             g_variant_new("(sa{sv})", manager, &properties));
  emit_from_manager("PrepareForSleep", "b", g_variant_new("(b)", asleep));
}

void MockLogind::keep_awake(bool on) {
  if (on) {
    GUnixFDList* descriptors = nullptr;
    GError* error = nullptr;
    const Variant reply(g_dbus_connection_call_with_unix_fd_list_sync(
        peer_.connection(), service, manager_path, manager, "Inhibit",
        g_variant_new("(ssss)", "idle", "player", "plays", "block"), G_VARIANT_TYPE("(h)"),
        G_DBUS_CALL_FLAGS_NONE, -1, nullptr, &descriptors, nullptr, &error));
    if (error) throw std::runtime_error(std::string("Inhibit: ") + error->message);
    keeps_awake_ = g_unix_fd_list_get(descriptors, 0, nullptr);
    g_object_unref(descriptors);
  } else {
    close(std::exchange(keeps_awake_, -1));
    const auto end = Clock::now() + patience;
    while (std::ranges::count(inhibitors(), "idle player block") > 0) {
      if (Clock::now() > end) throw std::runtime_error("the inhibitor does not go");
      poll(nullptr, 0, 5);
    }
  }
  // The real one tells of a change so.
  GVariantBuilder changed;
  g_variant_builder_init(&changed, G_VARIANT_TYPE("a{sv}"));
  g_variant_builder_add(&changed, "{sv}", "BlockInhibited", g_variant_new_string(on ? "idle" : ""));
  peer_.call(service, manager_path, mock_interface, "UpdateProperties",
             g_variant_new("(sa{sv})", manager, &changed));
}

std::vector<std::string> MockLogind::inhibitors() {
  const auto reply = peer_.call(service, manager_path, manager, "ListInhibitors");
  std::vector<std::string> found;
  GVariantIter* each = nullptr;
  g_variant_get(reply.get(), "(a(ssssuu))", &each);
  const char *what = nullptr, *who = nullptr, *why = nullptr, *mode = nullptr;
  std::uint32_t uid = 0, pid = 0;
  while (g_variant_iter_next(each, "(&s&s&s&suu)", &what, &who, &why, &mode, &uid, &pid))
    found.push_back(std::string(what) + " " + who + " " + mode);
  g_variant_iter_free(each);
  return found;
}

void MockLogind::emit_from_manager(const char* signal, const char* signature, GVariant* arguments) {
  GVariantBuilder list;
  g_variant_builder_init(&list, G_VARIANT_TYPE("av"));
  const Variant owned(g_variant_ref_sink(arguments));
  for (gsize i = 0; i < g_variant_n_children(arguments); ++i) {
    const Variant child(g_variant_get_child_value(arguments, i));
    g_variant_builder_add(&list, "v", child.get());
  }
  peer_.call(service, manager_path, mock_interface, "EmitSignal",
             g_variant_new("(sssav)", manager, signal, signature, &list));
}

}  // namespace rig
