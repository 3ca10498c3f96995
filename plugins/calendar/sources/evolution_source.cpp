// SPDX-License-Identifier: MIT
#include "calendar/sources/evolution_source.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <utility>

namespace poised::calendar {
namespace {

namespace fs = std::filesystem;

constexpr const char* prefix = "org.gnome.evolution.dataserver.";
constexpr const char* source_interface = "org.gnome.evolution.dataserver.Source";
constexpr const char* calendar_interface = "org.gnome.evolution.dataserver.Calendar";
constexpr const char* view_interface = "org.gnome.evolution.dataserver.CalendarView";
constexpr const char* registry_path = "/org/gnome/evolution/dataserver/SourceManager";
constexpr const char* factory_path = "/org/gnome/evolution/dataserver/CalendarFactory";
/// An event that recurs too often keeps the server itself busy for longer.
constexpr int patience_ms = 15'000;
constexpr guint retry_s = 60;
constexpr guint gather_ms = 200;
constexpr std::size_t most_zones = 200;

/// "org.gnome.evolution.dataserver.Calendar8": the highest number, which grows with releases.
std::string newest(GVariant* names, const std::string& word) {
  std::string best;
  int highest = -1;
  GVariantIter iterator;
  const char* name = nullptr;
  g_variant_iter_init(&iterator, names);
  while (g_variant_iter_next(&iterator, "&s", &name) != FALSE) {
    const std::string_view text = name;
    const auto start = prefix + word;
    if (!text.starts_with(start)) continue;
    const auto digits = text.substr(start.size());
    int number = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number <= highest) continue;
    highest = number;
    best = name;
  }
  return best;
}

/// A calendar of the person's own that is switched on.
bool is_wanted(const std::string& uid, const char* data) {
  if (uid == "birthdays") return false;
  GKeyFile* file = g_key_file_new();
  const auto is = [&](const char* group, const char* key) {
    return g_key_file_get_boolean(file, group, key, nullptr) != FALSE;
  };
  bool wanted = g_key_file_load_from_data(file, data, static_cast<gsize>(-1), G_KEY_FILE_NONE,
                                          nullptr) != FALSE &&
                g_key_file_has_group(file, "Calendar") != FALSE && is("Data Source", "Enabled") &&
                is("Calendar", "Selected");
  if (wanted) {
    char* backend = g_key_file_get_string(file, "Calendar", "BackendName", nullptr);
    const std::string_view name = backend == nullptr ? "" : backend;
    wanted = name != "contacts" && name != "weather";
    g_free(backend);
  }
  g_key_file_unref(file);
  return wanted;
}

std::string make_time(std::chrono::system_clock::time_point at) {
  const auto time = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return std::string("(make-time \"") + text + "\")";
}

bool says_calendar(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with("[Calendar]") || line.starts_with("[Collection]")) return true;
  return false;
}

/// Whether there is anything that Evolution Data Server would read: an account, a calendar of one,
/// or an event in its own calendar. It costs 80 MB, and is not started for less.
bool has_calendars() {
  const fs::path config = g_get_user_config_dir();
  const fs::path data = g_get_user_data_dir();
  std::error_code error;
  if (fs::file_size(config / "goa-1.0/accounts.conf", error) > 0 && !error) return true;
  for (const auto& file : fs::directory_iterator(config / "evolution/sources", error))
    if (file.path().extension() == ".source" && says_calendar(file.path())) return true;
  for (const auto& folder : fs::directory_iterator(data / "evolution/calendar", error))
    if (fs::exists(folder.path() / "calendar.ics", error)) return true;
  return false;
}

/// The zones that a text names, for which the server has the definitions.
std::vector<std::string> zones_in(const std::string& text) {
  std::set<std::string> found;
  for (auto at = text.find("TZID="); at != std::string::npos; at = text.find("TZID=", at + 1)) {
    const auto begin = at + 5;
    const auto end = text.find_first_of(":;\r\n", begin);
    if (end != std::string::npos && end > begin && found.size() < most_zones)
      found.insert(text.substr(begin, end - begin));
  }
  return {found.begin(), found.end()};
}

}  // namespace

struct EvolutionSource::Opened {
  std::string uid, path, bus_name, view_path;
  guint gather = 0;
  bool reading = false, again = false;
  ~Opened() {
    if (gather != 0) g_source_remove(gather);
  }
};

EvolutionSource::EvolutionSource(Desk& desk, std::string name, std::vector<std::string> addresses,
                                 std::function<void(const std::string&)> absent)
    : Source(desk, std::move(name), std::move(addresses)),
      cancel_(g_cancellable_new()),
      absent_(std::move(absent)) {}

EvolutionSource::~EvolutionSource() {
  g_cancellable_cancel(cancel_);
  g_object_unref(cancel_);
  if (retry_ != 0) g_source_remove(retry_);
  if (bus_ == nullptr) return;
  for (const auto signal : signals_) g_dbus_connection_signal_unsubscribe(bus_, signal);
  g_object_unref(bus_);
}

void EvolutionSource::poll() {
  if (bus_ == nullptr) return connect();
  if (listed_) {
    for (auto& [uid, calendar] : calendars_) read(*calendar);
    if (calendars_.empty()) publish();
  } else if (retry_ == 0) {
    find_names();
  }
}

void EvolutionSource::forget() {
  for (auto& [uid, calendar] : calendars_) calendar->reading = false;
  poll();
}

void EvolutionSource::connect() {
  if (std::exchange(connecting_, true)) return;
  // Without an address GLib would start a bus of its own, with nobody on it.
  char* address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, nullptr, nullptr);
  const bool is_there = address != nullptr && std::string_view(address).starts_with("unix:");
  g_free(address);
  connecting_ = is_there;
  if (!is_there) return absent_("");
  const auto connected = +[](GObject*, GAsyncResult* result, gpointer data) noexcept {
    GError* error = nullptr;
    GDBusConnection* bus = g_bus_get_finish(result, &error);
    const bool gone = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) != FALSE;
    g_clear_error(&error);
    if (gone) return;
    auto* self = static_cast<EvolutionSource*>(data);
    self->connecting_ = false;
    if (bus == nullptr) return self->absent_("");
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    self->bus_ = bus;
    self->find_names();
  };
  g_bus_get(G_BUS_TYPE_SESSION, cancel_, connected, this);
}

void EvolutionSource::call(const std::string& bus_name, const std::string& path,
                           const std::string& interface, const char* method, GVariant* arguments,
                           const char* reply, Done done) {
  const auto answered = +[](GObject* source, GAsyncResult* result, gpointer data) noexcept {
    const std::unique_ptr<Done> then(static_cast<Done*>(data));
    GError* error = nullptr;
    GVariant* answer = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    const bool gone = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) != FALSE;
    g_clear_error(&error);
    if (!gone) (*then)(answer);
    if (answer != nullptr) g_variant_unref(answer);
  };
  auto data = std::make_unique<Done>(std::move(done));
  g_dbus_connection_call(bus_, bus_name.c_str(), path.c_str(), interface.c_str(), method, arguments,
                         G_VARIANT_TYPE(reply), G_DBUS_CALL_FLAGS_NONE, patience_ms, cancel_,
                         answered, data.release());
}

void EvolutionSource::closed(const std::string& reason) {
  g_cancellable_cancel(cancel_);
  g_object_unref(cancel_);
  cancel_ = g_cancellable_new();
  for (const auto signal : std::exchange(signals_, {}))
    g_dbus_connection_signal_unsubscribe(bus_, signal);
  calendars_.clear();
  listed_ = false;
  trouble(reason);
  if (retry_ != 0) return;
  const auto again = +[](gpointer data) noexcept -> gboolean {
    auto* self = static_cast<EvolutionSource*>(data);
    self->retry_ = 0;
    self->find_names();
    return G_SOURCE_REMOVE;
  };
  retry_ = g_timeout_add_seconds(retry_s, again, this);
}

void EvolutionSource::find_names() {
  call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
       "ListActivatableNames", nullptr, "(as)", [this](GVariant* reply) {
         if (reply == nullptr) return;
         GVariant* names = g_variant_get_child_value(reply, 0);
         registry_ = newest(names, "Sources");
         factory_ = newest(names, "Calendar");
         g_variant_unref(names);
         if (registry_.empty() || factory_.empty()) return absent_("");
         watch_for_registry();
         start_or_wait();
       });
}

void EvolutionSource::watch_for_registry() {
  if (!signals_.empty()) return;
  signals_.push_back(g_dbus_connection_signal_subscribe(
      bus_, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      "/org/freedesktop/DBus", "org.gnome.evolution.dataserver",
      G_DBUS_SIGNAL_FLAGS_MATCH_ARG0_NAMESPACE, &on_signal, this, nullptr));
}

void EvolutionSource::start_or_wait() {
  call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
       g_variant_new("(s)", registry_.c_str()), "(b)", [this](GVariant* reply) {
         gboolean runs = FALSE;
         if (reply != nullptr) g_variant_get(reply, "(b)", &runs);
         if (listed_) return;
         if (runs != FALSE || has_calendars()) return list_sources();
         absent_(registry_);
       });
}

void EvolutionSource::subscribe(const char* sender, const char* interface, const char* signal,
                                const char* path) {
  signals_.push_back(g_dbus_connection_signal_subscribe(bus_, sender, interface, signal, path,
                                                        nullptr, G_DBUS_SIGNAL_FLAGS_NONE,
                                                        &on_signal, this, nullptr));
}

void EvolutionSource::list_sources() {
  if (signals_.size() == 1) {
    subscribe(registry_.c_str(), "org.freedesktop.DBus.ObjectManager", nullptr, registry_path);
    subscribe(registry_.c_str(), "org.freedesktop.DBus.Properties", "PropertiesChanged", nullptr);
    subscribe(nullptr, view_interface, nullptr, nullptr);
  }
  call(registry_, registry_path, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", nullptr,
       "(a{oa{sa{sv}}})", [this](GVariant* reply) {
         if (reply == nullptr) return closed("Evolution Data Server does not answer");
         listed_ = true;
         std::set<std::string> wanted;
         GVariantIter* objects = nullptr;
         GVariant* interfaces = nullptr;
         g_variant_get(reply, "(a{oa{sa{sv}}})", &objects);
         while (g_variant_iter_next(objects, "{&o@a{sa{sv}}}", nullptr, &interfaces) != FALSE) {
           GVariant* source =
               g_variant_lookup_value(interfaces, source_interface, G_VARIANT_TYPE("a{sv}"));
           const char* uid = nullptr;
           const char* data = nullptr;
           if (source != nullptr && g_variant_lookup(source, "UID", "&s", &uid) != FALSE &&
               g_variant_lookup(source, "Data", "&s", &data) != FALSE && is_wanted(uid, data))
             wanted.insert(uid);
           if (source != nullptr) g_variant_unref(source);
           g_variant_unref(interfaces);
         }
         g_variant_iter_free(objects);
         bool removed = false;
         for (auto known = calendars_.begin(); known != calendars_.end();) {
           if (wanted.contains(known->first)) {
             ++known;
             continue;
           }
           remove(known->first);
           known = calendars_.erase(known);
           removed = true;
         }
         for (const auto& uid : wanted)
           if (!calendars_.contains(uid)) open(uid);
         if (removed || wanted.empty()) publish();
       });
}

void EvolutionSource::open(const std::string& uid) {
  auto& calendar = calendars_[uid];
  calendar = std::make_unique<Opened>();
  calendar->uid = uid;
  call(factory_, factory_path, "org.gnome.evolution.dataserver.CalendarFactory", "OpenCalendar",
       g_variant_new("(s)", uid.c_str()), "(ss)", [this, uid](GVariant* reply) {
         const auto found = calendars_.find(uid);
         if (found == calendars_.end()) return;
         if (reply == nullptr) return closed("a calendar cannot be opened");
         const char* path = nullptr;
         const char* bus_name = nullptr;
         g_variant_get(reply, "(&s&s)", &path, &bus_name);
         found->second->path = path;
         found->second->bus_name = bus_name;
         call(bus_name, path, calendar_interface, "Open", nullptr, "(as)",
              [this, uid](GVariant* properties) {
                const auto opened = calendars_.find(uid);
                if (opened == calendars_.end()) return;
                if (properties == nullptr) return closed("a calendar cannot be opened");
                view(*opened->second);
                read(*opened->second);
              });
       });
}

void EvolutionSource::view(Opened& calendar) {
  const auto now = std::chrono::system_clock::now();
  // Far enough that what is added within it before the daemon starts anew is told of.
  const auto query = "(occur-in-time-range? " + make_time(now - std::chrono::hours(48)) + " " +
                     make_time(now + std::chrono::hours(24 * 400)) + ")";
  call(calendar.bus_name, calendar.path, calendar_interface, "GetView",
       g_variant_new("(s)", query.c_str()), "(o)", [this, uid = calendar.uid](GVariant* reply) {
         const auto found = calendars_.find(uid);
         if (reply == nullptr || found == calendars_.end()) return;
         const char* path = nullptr;
         g_variant_get(reply, "(&o)", &path);
         found->second->view_path = path;
         call(found->second->bus_name, path, view_interface, "Start", nullptr, "()",
              [](GVariant*) {});
       });
}

void EvolutionSource::read(Opened& calendar) {
  if (calendar.path.empty()) return;
  if (std::exchange(calendar.reading, true)) {
    calendar.again = true;
    return;
  }
  const auto now = std::chrono::system_clock::now();
  const auto query = "(occur-in-time-range? " + make_time(now - std::chrono::hours(72)) + " " +
                     make_time(now + std::chrono::hours(24 * 10)) + ")";
  call(calendar.bus_name, calendar.path, calendar_interface, "GetObjectList",
       g_variant_new("(s)", query.c_str()), "(as)", [this, uid = calendar.uid](GVariant* reply) {
         if (reply == nullptr) return closed("a calendar does not answer");
         std::string text;
         GVariantIter* objects = nullptr;
         const char* object = nullptr;
         g_variant_get(reply, "(as)", &objects);
         while (g_variant_iter_next(objects, "&s", &object) != FALSE)
           text += std::string(object) + "\r\n";
         g_variant_iter_free(objects);
         auto zones = zones_in(text);
         find_zones(uid, std::move(text), std::move(zones));
       });
}

void EvolutionSource::find_zones(const std::string& uid, std::string text,
                                 std::vector<std::string> zones) {
  const auto found = calendars_.find(uid);
  if (found == calendars_.end()) return;
  auto& calendar = *found->second;
  if (!zones.empty()) {
    const auto zone = zones.back();
    zones.pop_back();
    return call(calendar.bus_name, calendar.path, calendar_interface, "GetTimezone",
                g_variant_new("(s)", zone.c_str()), "(s)",
                [this, uid, text = std::move(text), zones = std::move(zones)](GVariant* reply) {
                  // What it does not know may be known by its name.
                  const char* definition = "";
                  if (reply != nullptr) g_variant_get(reply, "(&s)", &definition);
                  find_zones(uid, std::string(definition) + "\r\n" + text, zones);
                });
  }
  put(uid, "BEGIN:VCALENDAR\r\n" + text + "END:VCALENDAR\r\n",
      [this, uid](const std::string& problem, bool) {
        trouble(problem);
        publish();
        const auto read_one = calendars_.find(uid);
        if (read_one == calendars_.end()) return;
        read_one->second->reading = false;
        if (std::exchange(read_one->second->again, false)) read(*read_one->second);
      });
}

void EvolutionSource::changed(const std::string& path) {
  for (auto& [uid, calendar] : calendars_) {
    if (calendar->view_path != path || calendar->gather != 0) continue;
    // Several changes come together.
    struct Gathering {
      EvolutionSource* self;
      std::string uid;
    };
    const auto gathered = +[](gpointer data) noexcept -> gboolean {
      const auto* what = static_cast<Gathering*>(data);
      auto& one = *what->self->calendars_.at(what->uid);
      one.gather = 0;
      what->self->read(one);
      return G_SOURCE_REMOVE;
    };
    calendar->gather = g_timeout_add_full(
        G_PRIORITY_DEFAULT, gather_ms, gathered, new Gathering{this, uid},
        +[](gpointer data) noexcept { delete static_cast<Gathering*>(data); });
  }
}

void EvolutionSource::on_signal(GDBusConnection*, const char*, const char* path,
                                const char* interface, const char* signal, GVariant* arguments,
                                gpointer self) noexcept {
  auto* source = static_cast<EvolutionSource*>(self);
  const std::string_view name = signal;
  if (std::string_view(interface) == view_interface) {
    if (name.starts_with("Objects")) source->changed(path);
  } else if (name == "NameOwnerChanged") {
    const char* owned = nullptr;
    const char* now = nullptr;
    g_variant_get(arguments, "(&s&s&s)", &owned, nullptr, &now);
    const bool gone = std::string_view(now).empty();
    if (!gone && source->registry_ == owned && !source->listed_ && source->retry_ == 0)
      return source->list_sources();
    if (gone && (source->factory_ == owned || source->registry_ == owned) && source->listed_)
      source->closed("Evolution Data Server has ended; it is asked again");
  } else if (source->listed_) {
    source->list_sources();
  }
}

}  // namespace poised::calendar
