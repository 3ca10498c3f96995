// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "rigs/bus.hpp"
#include "rigs/program.hpp"

// Calendar servers with calendars in them, and texts to put there. Times are UTC seconds.
namespace rig {

[[nodiscard]] std::string event_text(const std::string& uid, std::int64_t from, std::int64_t to,
                                     const std::string& more = {});
[[nodiscard]] std::string calendar_text(const std::string& events);

/// Radicale with the calendar /alice/work/ of the person alice, whose password is "secret".
class Radicale {
 public:
  Radicale();

  [[nodiscard]] std::string url(const std::string& path = "/") const;
  void put(const std::string& name, const std::string& text) const;
  void remove(const std::string& name) const;
  /// Puts the object there behind the server's back, as before its start.
  void store(const std::string& name, const std::string& text) const;
  /// Forgets its sync tokens.
  void forget_tokens() const;
  void kill() { server_->kill(); }
  void start();

 private:
  TemporaryDirectory root_;
  int port_;
  std::unique_ptr<Program> server_;
};

/// Kerberos's realm RIG.TEST with the person alice and the web server on "localhost". This
/// process's environment points to it while it lives.
class KerberosRealm {
 public:
  KerberosRealm();

  /// Alice has signed in, for so long.
  void sign_in();
  void sign_out();
  [[nodiscard]] std::filesystem::path server_keys() const { return root_.path() / "web.keytab"; }

 private:
  TemporaryDirectory root_;
  ScopedVariable config_, profile_, tickets_;
  std::unique_ptr<Program> server_;
};

/// Apache with one calendar behind different locks: /digest/a.ics for alice with the password
/// "secret", and /negotiate/a.ics for alice of a realm.
class LockedWeb {
 public:
  /// `server_keys`: of the realm; empty if there is none.
  explicit LockedWeb(const std::filesystem::path& server_keys = {});
  [[nodiscard]] std::string url(const std::string& path) const;
  void serve(const std::string& text) const;
  /// Requests so far: their paths and status.
  [[nodiscard]] std::string requests() const;

 private:
  TemporaryDirectory root_;
  int port_;
  std::unique_ptr<Program> server_;
};

/// Evolution Data Server in a home and on a bus of its own, with its built-in calendar.
class Evolution {
 public:
  /// Sets this process's environment, which the bus hands on to what it starts.
  Evolution();

  [[nodiscard]] std::filesystem::path services() const { return root_.path() / "services"; }
  /// Opens the calendar over `bus`, which has services().
  void open(const SessionBus& bus);
  void create(const std::string& event);
  void remove(const std::string& uid);
  void add_zone(const std::string& definition);

 private:
  /// One call on one connection, with which a calendar lives and dies.
  void call(const std::string& interface, const char* method, GVariant* arguments);

  TemporaryDirectory root_;
  ScopedVariable home_, data_, config_, cache_, runtime_, settings_, vfs_;
  std::unique_ptr<BusPeer> peer_;
  std::string name_, path_;
};

}  // namespace rig
