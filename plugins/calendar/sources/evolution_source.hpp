// SPDX-License-Identifier: MIT
#pragma once

#include <gio/gio.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "calendar/sources/source.hpp"

namespace poised::calendar {

/// The calendars of Evolution Data Server that are switched on: those of GNOME Calendar, Evolution
/// and Online Accounts. Its own times of busyness are not used: they count what was declined and
/// cancelled. Where there is no such server, this source is silent. [loop-thread]
class EvolutionSource final : public Source {
 public:
  /// `absent` is told where there is nothing to read: Evolution Data Server is not installed, or
  /// there is no bus (then with ""), or it does not run and has no calendar to start it for (with
  /// the bus name that it would take; the source goes on waiting for it).
  EvolutionSource(Desk& desk, std::string name, std::vector<std::string> addresses,
                  std::function<void(const std::string& bus_name)> absent);
  ~EvolutionSource() override;

  void poll() override;
  void forget() override;

 private:
  struct Opened;
  using Done = std::function<void(GVariant* reply)>;

  void connect();
  void find_names();
  void watch_for_registry();
  void start_or_wait();
  void list_sources();
  void open(const std::string& uid);
  void view(Opened& calendar);
  void read(Opened& calendar);
  void find_zones(const std::string& uid, std::string text, std::vector<std::string> zones);
  /// Asks with a deadline; `done` gets nullptr if there is no answer, and is not called at all once
  /// the calendars were closed.
  void call(const std::string& bus_name, const std::string& path, const std::string& interface,
            const char* method, GVariant* arguments, const char* reply, Done done);
  void closed(const std::string& reason);
  void changed(const std::string& path);
  void subscribe(const char* sender, const char* interface, const char* signal, const char* path);
  static void on_signal(GDBusConnection*, const char* sender, const char* path,
                        const char* interface, const char* signal, GVariant* arguments,
                        gpointer self) noexcept;

  GDBusConnection* bus_ = nullptr;
  GCancellable* cancel_ = nullptr;
  std::string registry_, factory_;  ///< bus names
  std::vector<unsigned> signals_;
  std::map<std::string, std::unique_ptr<Opened>> calendars_;  ///< by UID
  guint retry_ = 0;
  std::function<void(const std::string& bus_name)> absent_;
  bool connecting_ = false, listed_ = false;
};

}  // namespace poised::calendar
