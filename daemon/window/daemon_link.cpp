// SPDX-License-Identifier: MIT
#include "window/daemon_link.hpp"

#include <giomm/asyncresult.h>
#include <giomm/dbuserror.h>
#include <giomm/dbuswatchname.h>
#include <glibmm/main.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "language/language.hpp"

namespace poised::window {
namespace {

constexpr const char* service = "org.poised.Poised1";
constexpr const char* object = "/org/poised/Poised1";
constexpr int patience_ms = 10000;

/// The part of the interface that a method is of.
std::string interface_of(std::string_view method) {
  constexpr std::array main_methods{"GetStatus", "Pause", "Resume", "Reload"};
  const std::string name = service;
  if (std::ranges::find(main_methods, method) != main_methods.end()) return name;
  if (method == "Answer") return name + ".Prompt";
  if (method == "Say") return name + ".Posture";
  return name + ".Control";
}

std::string line_of(const Glib::Error& error) {
  auto* raw = const_cast<GError*>(error.gobj());
  g_dbus_error_strip_remote_error(raw);
  return raw->message;
}

}  // namespace

DaemonLink::DaemonLink()
    : bus_(Gio::DBus::Connection::get_sync(Gio::DBus::BusType::SESSION)),
      language_(session_language()) {
  signals_ = bus_->signal_subscribe([this](const auto&, const auto&, const auto&, const auto&,
                                           const auto&, const auto&) { happened(); },
                                    service, {}, {}, object);
  watch_ = Gio::DBus::watch_name(
      bus_, service, [this](const auto&, const auto&, const auto&) { owner_is(true); },
      [this](const auto&, const auto&) { owner_is(false); });
}

DaemonLink::~DaemonLink() {
  soon_.disconnect();
  Gio::DBus::unwatch_name(watch_);
  bus_->signal_unsubscribe(signals_);
}

void DaemonLink::owner_is(bool there) {
  is_there_ = there;
  happened();
  if (there && catalogue_.is_null())
    ask("Catalogue", {text(language_)}, [this](const ctl::Json& catalogue) {
      catalogue_ = catalogue;
      happened();
    });
}

void DaemonLink::happened() {
  if (soon_.connected()) return;
  soon_ = Glib::signal_idle().connect([this] {
    soon_.disconnect();
    changed.emit();
    return false;
  });
}

void DaemonLink::call(const char* method, const Arguments& arguments,
                      std::function<void(const Glib::VariantContainerBase&)> answered,
                      Refused refuse) {
  const auto parameters = arguments.empty() ? Glib::VariantContainerBase()
                                            : Glib::VariantContainerBase::create_tuple(arguments);
  bus_->call(
      object, interface_of(method), method, parameters,
      [this, answered = std::move(answered),
       refuse = std::move(refuse)](const Glib::RefPtr<Gio::AsyncResult>& result) {
        try {
          answered(bus_->call_finish(result));
        } catch (const Glib::Error& error) {
          // That nobody is there is shown by itself.
          const auto* raw = error.gobj();
          const bool gone = g_error_matches(raw, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
                            g_error_matches(raw, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
                            g_error_matches(raw, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY);
          const std::string line = gone ? tr("Poised is not running.") : line_of(error);
          refuse ? refuse(line) : refused.emit(line);
        }
      },
      service, patience_ms);
}

void DaemonLink::ask(const char* method, const Arguments& arguments, Answered answered,
                     Refused refuse) {
  call(
      method, arguments,
      [answered = std::move(answered)](const Glib::VariantContainerBase& reply) {
        Glib::Variant<Glib::ustring> text;
        reply.get_child(text);
        const auto json = ctl::Json::parse(text.get().raw(), nullptr, false);
        if (!json.is_discarded()) answered(json);
      },
      std::move(refuse));
}

void DaemonLink::tell(const char* method, const Arguments& arguments, Done done, Refused refuse) {
  call(
      method, arguments,
      [this, done = std::move(done)](const Glib::VariantContainerBase&) {
        if (done) done();
        // Not everything that changes by being told is an event of the daemon's.
        happened();
      },
      std::move(refuse));
}

void DaemonLink::set(const std::string& key, const std::string& value) {
  tell("Set", {text(key), text(value)});
}

void DaemonLink::set(const std::string& key, const std::vector<std::string>& values) {
  // A list of strings is written alike in JSON and in TOML.
  tell("Set", {text(key), text(ctl::Json(values).dump())});
}

Glib::VariantBase DaemonLink::text(const std::string& value) {
  return Glib::Variant<Glib::ustring>::create(value);
}
Glib::VariantBase DaemonLink::instant(std::int64_t utc_seconds) {
  return Glib::Variant<gint64>::create(utc_seconds);
}
Glib::VariantBase DaemonLink::number(std::uint32_t value) {
  return Glib::Variant<guint32>::create(value);
}
Glib::VariantBase DaemonLink::flag(bool value) {
  return Glib::Variant<bool>::create(value);
}
Glib::VariantBase DaemonLink::prompt_id(std::uint64_t value) {
  return Glib::Variant<guint64>::create(value);
}

}  // namespace poised::window
