// SPDX-License-Identifier: MIT
#pragma once

#include <giomm/dbusconnection.h>
#include <sigc++/sigc++.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ctl/json.hpp"

namespace poised::window {

/// The daemon, asked over the session bus. No call waits: what it says comes back through the
/// functions given. [main-loop]
class DaemonLink {
 public:
  using Arguments = std::vector<Glib::VariantBase>;
  using Answered = std::function<void(const ctl::Json&)>;
  using Done = std::function<void()>;
  /// One line for the person, why it was not done.
  using Refused = std::function<void(const std::string&)>;

  /// Throws Glib::Error where there is no session bus.
  DaemonLink();
  ~DaemonLink();
  DaemonLink(const DaemonLink&) = delete;
  DaemonLink& operator=(const DaemonLink&) = delete;

  bool is_there() const { return is_there_; }

  /// Calls a method that answers with JSON; see the interface's XML. Without `refused`, a refusal
  /// goes to the signal.
  void ask(const char* method, const Arguments& arguments, Answered answered, Refused refused = {});
  /// Calls a method that answers with nothing.
  void tell(const char* method, const Arguments& arguments = {}, Done done = {},
            Refused refused = {});

  /// Changes a setting of the person's own. `value`: a word.
  void set(const std::string& key, const std::string& value);
  void set(const std::string& key, const std::vector<std::string>& values);

  /// Exercises, plans and what is said beside them, as the interface's Catalogue; null until the
  /// daemon has said it.
  const ctl::Json& catalogue() const { return catalogue_; }
  /// In which the catalogue's texts are.
  const std::string& language() const { return language_; }

  static Glib::VariantBase text(const std::string& value);
  static Glib::VariantBase instant(std::int64_t utc_seconds);
  static Glib::VariantBase number(std::uint32_t value);
  static Glib::VariantBase flag(bool value);
  static Glib::VariantBase prompt_id(std::uint64_t value);

  /// Something has happened there, or it has come or gone; many at once count as one.
  sigc::signal<void()> changed;
  /// What was asked of it and was not done.
  sigc::signal<void(const std::string&)> refused;

 private:
  void call(const char* method, const Arguments& arguments,
            std::function<void(const Glib::VariantContainerBase&)> answered, Refused refused);
  void happened();
  void owner_is(bool there);

  Glib::RefPtr<Gio::DBus::Connection> bus_;
  guint watch_ = 0, signals_ = 0;
  bool is_there_ = false;
  ctl::Json catalogue_;
  std::string language_;
  sigc::connection soon_;
};

}  // namespace poised::window
