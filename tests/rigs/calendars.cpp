// SPDX-License-Identifier: MIT
#include "rigs/calendars.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace rig {
namespace {

namespace fs = std::filesystem;

constexpr const char* credentials = "alice:secret";

std::string utc(std::int64_t at) {
  const std::time_t time = at;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

std::string event_text(const std::string& uid, std::int64_t from, std::int64_t to,
                       const std::string& more) {
  return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:" + utc(from) +
         "\r\nDTEND:" + utc(to) + "\r\nSUMMARY:Secret plans\r\n" + more + "END:VEVENT\r\n";
}

std::string calendar_text(const std::string& events) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + events + "END:VCALENDAR\r\n";
}

// ------------------------------------------------------------------ Radicale

Radicale::Radicale() : port_(free_port()) {
  const auto folder = root_.path() / "store/collection-root/alice/work";
  fs::create_directories(folder);
  std::ofstream(folder / ".Radicale.props") << R"({"tag": "VCALENDAR"})";
  std::ofstream(root_.path() / "users") << credentials << "\n";
  std::ofstream(root_.path() / "config")
      << "[server]\nhosts=127.0.0.1:" << port_
      << "\n[auth]\ntype=htpasswd\nhtpasswd_encryption=plain\ndelay=0\nhtpasswd_filename="
      << (root_.path() / "users").string()
      << "\n[storage]\nfilesystem_folder=" << (root_.path() / "store").string()
      << "\n[logging]\nlevel=info\n";
  start();
}

void Radicale::start() {
  server_.reset();
  server_ = std::make_unique<Program>(std::vector<std::string>{find_program("radicale", "radicale"),
                                                               "--config", root_.path() / "config"},
                                      Program::Options{.read_output = true});
  server_->read_until("Radicale server ready");
}

std::string Radicale::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void Radicale::put(const std::string& name, const std::string& text) const {
  const auto file = root_.path() / "upload";
  std::ofstream(file, std::ios::binary) << text;
  run({"curl", "-sf", "-u", credentials, "-T", file, url("/alice/work/" + name)});
}

void Radicale::remove(const std::string& name) const {
  run({"curl", "-sf", "-u", credentials, "-X", "DELETE", url("/alice/work/" + name)});
}

void Radicale::store(const std::string& name, const std::string& text) const {
  std::ofstream(root_.path() / "store/collection-root/alice/work" / name, std::ios::binary) << text;
}

void Radicale::forget_tokens() const {
  fs::remove_all(root_.path() / "store/collection-root/alice/work/.Radicale.cache");
}

// ------------------------------------------------------------------ Kerberos

KerberosRealm::KerberosRealm()
    : config_("KRB5_CONFIG", root_.path() / "krb5.conf"),
      profile_("KRB5_KDC_PROFILE", root_.path() / "kdc.conf"),
      tickets_("KRB5CCNAME", "FILE:" + (root_.path() / "tickets").string()) {
  const auto port = std::to_string(free_port());
  const auto in_root = [&](const char* name) { return (root_.path() / name).string(); };
  fs::permissions(root_.path(), fs::perms(0755));  // the web server's keys are here
  std::ofstream(root_.path() / "krb5.conf")
      << "[libdefaults]\ndefault_realm=RIG.TEST\ndns_lookup_kdc=false\nrdns=false\n"
         "dns_canonicalize_hostname=false\nudp_preference_limit=1\n[realms]\nRIG.TEST = {\nkdc = "
         "127.0.0.1:"
      << port << "\n}\n[domain_realm]\nlocalhost=RIG.TEST\n";
  std::ofstream(root_.path() / "kdc.conf")
      << "[kdcdefaults]\nkdc_listen = \"\"\nkdc_tcp_listen=127.0.0.1:" << port
      << "\n[realms]\nRIG.TEST = {\ndatabase_name=" << in_root("principals")
      << "\nkey_stash_file=" << in_root("stash") << "\nacl_file=" << in_root("acl")
      << "\n}\n[logging]\nkdc=STDERR\n";
  run({find_program("kdb5_util", "krb5-kdc"), "create", "-s", "-P", "master"});
  const auto administer = [](const std::string& order) {
    run({find_program("kadmin.local", "krb5-admin-server"), "-q", order});
  };
  administer("addprinc -pw secret alice");
  administer("addprinc -randkey HTTP/localhost");
  administer("ktadd -k " + server_keys().string() + " HTTP/localhost");
  fs::permissions(server_keys(), fs::perms(0644));
  server_ =
      std::make_unique<Program>(std::vector<std::string>{find_program("krb5kdc", "krb5-kdc"), "-n"},
                                Program::Options{.read_output = true});
  server_->read_until("commencing operation");
}

void KerberosRealm::sign_in() {
  run({"/bin/sh", "-c", "echo secret | " + find_program("kinit", "krb5-user") + " alice"});
}

void KerberosRealm::sign_out() {
  fs::remove(root_.path() / "tickets");
}

// ------------------------------------------------------------------ Apache

LockedWeb::LockedWeb(const fs::path& server_keys) : port_(free_port()) {
  const auto in_root = [&](const char* name) { return (root_.path() / name).string(); };
  fs::permissions(root_.path(), fs::perms(0755));
  for (const char* folder : {"digest", "negotiate"})
    fs::create_directories(root_.path() / "pages" / folder);
  // MD5 of "alice:poised:secret".
  std::ofstream(root_.path() / "users") << "alice:poised:aa1672b6ce041129691a57720e2e6d61\n";
  std::ofstream config(root_.path() / "httpd.conf");
  config << "ServerName localhost\nServerRoot " << in_root("") << "\nListen 127.0.0.1:" << port_
         << "\nPidFile " << in_root("pid") << "\nErrorLog /dev/stderr\nUser nobody\nGroup nogroup\n"
         << "DefaultRuntimeDir " << in_root("") << "\nMutex sem\n";
  const std::string modules =
      fs::path(find_program("apache2", "apache2-bin")).parent_path().parent_path() /
      "lib/apache2/modules/mod_";
  for (const char* module : {"mpm_event", "authn_core", "authn_file", "authz_core", "authz_user",
                             "auth_digest", "auth_gssapi"})
    config << "LoadModule " << module << "_module " << modules << module << ".so\n";
  config << "LogFormat \"%U %>s\" plain\nCustomLog " << in_root("requests") << " plain\n"
         << "DocumentRoot " << in_root("pages") << "\n<Location /digest>\nAuthType Digest\n"
         << "AuthName poised\nAuthDigestProvider file\nAuthUserFile " << in_root("users")
         << "\nRequire user alice\n</Location>\n";
  if (!server_keys.empty())
    config << "<Location /negotiate>\nAuthType GSSAPI\nAuthName realm\nGssapiCredStore keytab:"
           << server_keys.string() << "\nRequire user alice@RIG.TEST\n</Location>\n";
  config.close();
  server_ = std::make_unique<Program>(
      std::vector<std::string>{find_program("apache2", "apache2-bin"), "-f",
                               root_.path() / "httpd.conf", "-D", "FOREGROUND"},
      Program::Options{.read_output = true});
  server_->read_until("resuming normal operations");
}

std::string LockedWeb::url(const std::string& path) const {
  return "http://localhost:" + std::to_string(port_) + path;
}

void LockedWeb::serve(const std::string& text) const {
  for (const char* folder : {"digest", "negotiate"})
    std::ofstream(root_.path() / "pages" / folder / "a.ics", std::ios::binary) << text;
}

std::string LockedWeb::requests() const {
  std::ifstream file(root_.path() / "requests");
  return {std::istreambuf_iterator<char>(file), {}};
}

// ------------------------------------------------------------------ Evolution Data Server

Evolution::Evolution()
    : home_("HOME", root_.path() / "home"),
      data_("XDG_DATA_HOME", root_.path() / "data"),
      config_("XDG_CONFIG_HOME", root_.path() / "config"),
      cache_("XDG_CACHE_HOME", root_.path() / "cache"),
      runtime_("XDG_RUNTIME_DIR", root_.path() / "run"),
      settings_("GSETTINGS_BACKEND", "memory"),
      vfs_("GIO_USE_VFS", "local") {
  for (const char* folder : {"home", "run", "services"})
    fs::create_directories(root_.path() / folder);
  fs::permissions(root_.path() / "run", fs::perms::owner_all);
  std::size_t found = 0;
  for (const auto& file : fs::directory_iterator("/usr/share/dbus-1/services")) {
    const auto name = file.path().filename().string();
    if (!name.starts_with("org.gnome.evolution.dataserver.Sources") &&
        !name.starts_with("org.gnome.evolution.dataserver.Calendar"))
      continue;
    fs::copy_file(file, services() / name);
    ++found;
  }
  if (found < 2)
    throw std::runtime_error("evolution-data-server is missing: Debian package of that name");
}

void Evolution::open(const SessionBus& bus) {
  peer_ = std::make_unique<BusPeer>(bus.address(), [](GDBusConnection&, GDBusMessage&) {});
  for (const auto& file : fs::directory_iterator(services()))
    if (const auto name = file.path().stem().string(); name.find("Calendar") != std::string::npos)
      name_ = name;
  GError* error = nullptr;
  GVariant* reply = g_dbus_connection_call_sync(
      peer_->connection(), name_.c_str(), "/org/gnome/evolution/dataserver/CalendarFactory",
      "org.gnome.evolution.dataserver.CalendarFactory", "OpenCalendar",
      g_variant_new("(s)", "system-calendar"), G_VARIANT_TYPE("(ss)"), G_DBUS_CALL_FLAGS_NONE,
      static_cast<int>(patience.count()), nullptr, &error);
  if (reply == nullptr) throw std::runtime_error(std::string("OpenCalendar: ") + error->message);
  const char* path = nullptr;
  const char* name = nullptr;
  g_variant_get(reply, "(&s&s)", &path, &name);
  path_ = path;
  name_ = name;
  g_variant_unref(reply);
  call("org.gnome.evolution.dataserver.Calendar", "Open", nullptr);
}

void Evolution::call(const std::string& interface, const char* method, GVariant* arguments) {
  GError* error = nullptr;
  GVariant* reply = g_dbus_connection_call_sync(
      peer_->connection(), name_.c_str(), path_.c_str(), interface.c_str(), method, arguments,
      nullptr, G_DBUS_CALL_FLAGS_NONE, static_cast<int>(patience.count()), nullptr, &error);
  if (reply == nullptr) throw std::runtime_error(std::string(method) + ": " + error->message);
  g_variant_unref(reply);
}

void Evolution::create(const std::string& event) {
  const char* texts[] = {event.c_str(), nullptr};
  call("org.gnome.evolution.dataserver.Calendar", "CreateObjects",
       g_variant_new("(^asu)", texts, 0U));
}

void Evolution::remove(const std::string& uid) {
  GVariantBuilder ids;
  g_variant_builder_init(&ids, G_VARIANT_TYPE("a(ss)"));
  g_variant_builder_add(&ids, "(ss)", uid.c_str(), "");
  call("org.gnome.evolution.dataserver.Calendar", "RemoveObjects",
       g_variant_new("(a(ss)su)", &ids, "all", 0U));
}

void Evolution::add_zone(const std::string& definition) {
  call("org.gnome.evolution.dataserver.Calendar", "AddTimezone",
       g_variant_new("(s)", definition.c_str()));
}

}  // namespace rig
