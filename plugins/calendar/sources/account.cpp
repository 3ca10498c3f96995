// SPDX-License-Identifier: MIT
#include "calendar/sources/account.hpp"

#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace poised::calendar {
namespace {

constexpr guint patience_s = 20;
constexpr std::size_t longest_secret = 8192;

std::string with_home(std::string path) {
  const char* home = std::getenv("HOME");
  if (home != nullptr && path.starts_with("~/")) path.replace(0, 1, home);
  return path;
}

std::string first_line(std::string text) {
  if (const auto end = text.find_first_of("\r\n"); end != std::string::npos) text.resize(end);
  return text;
}

std::string secret_in_file(const std::string& file, std::string& problem) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  std::string text;
  if (fd < 0 || fstat(fd, &status) != 0)
    problem = std::strerror(errno);
  else if (!S_ISREG(status.st_mode) || (status.st_mode & 077U) != 0)
    problem = "others may read it; its mode must be 0600";
  else {
    text.resize(longest_secret);
    const ssize_t size = read(fd, text.data(), text.size());
    text.resize(static_cast<std::size_t>(size > 0 ? size : 0));
  }
  if (fd >= 0) close(fd);
  return first_line(text);
}

struct Running {
  Credentials credentials;
  std::function<void(Credentials, const std::string&)> then;
  GSubprocess* process = nullptr;
  GCancellable* cancel = g_cancellable_new();
  guint deadline = 0;

  ~Running() {
    if (deadline != 0) g_source_remove(deadline);
    if (process != nullptr) g_object_unref(process);
    g_object_unref(cancel);
  }
};

void run(const std::vector<const char*>& command, Credentials credentials,
         std::function<void(Credentials, const std::string&)> then) {
  auto running = std::make_unique<Running>();
  running->credentials = std::move(credentials);
  running->then = std::move(then);
  GError* error = nullptr;
  running->process =
      g_subprocess_newv(command.data(),
                        static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                      G_SUBPROCESS_FLAGS_STDERR_SILENCE),
                        &error);
  if (error != nullptr) {
    const std::string problem = std::string("password: ") + error->message;
    g_error_free(error);
    return running->then({}, problem);
  }
  const auto late = +[](gpointer data) noexcept -> gboolean {
    auto* self = static_cast<Running*>(data);
    self->deadline = 0;
    g_subprocess_force_exit(self->process);
    return G_SOURCE_REMOVE;
  };
  running->deadline = g_timeout_add_seconds(patience_s, late, running.get());
  const auto done = +[](GObject* source, GAsyncResult* result, gpointer data) noexcept {
    const std::unique_ptr<Running> self(static_cast<Running*>(data));
    char* text = nullptr;
    auto* process = G_SUBPROCESS(source);
    const bool good =
        g_subprocess_communicate_utf8_finish(process, result, &text, nullptr, nullptr) != FALSE &&
        g_subprocess_get_if_exited(process) != FALSE && g_subprocess_get_exit_status(process) == 0;
    self->credentials.secret = first_line(text == nullptr ? "" : text);
    g_free(text);
    if (good && !self->credentials.secret.empty()) return self->then(self->credentials, "");
    self->then({}, "password: the command failed or printed nothing");
  };
  auto* process = running->process;
  auto* cancel = running->cancel;
  g_subprocess_communicate_utf8_async(process, nullptr, cancel, done, running.release());
}

}  // namespace

Account account_of(const nlohmann::json& table, std::size_t number) {
  const auto where = "calendars[" + std::to_string(number) + "]";
  const auto fail = [&](const std::string& reason) {
    throw std::runtime_error("calendar: " + where + ": " + reason);
  };
  Account account;
  std::string type, auth;
  const std::pair<const char*, std::string*> texts[] = {
      {"name", &account.name},
      {"path", &account.path},
      {"url", &account.url},
      {"type", &type},
      {"auth", &auth},
      {"user", &account.user},
      {"secret", &account.secret},
      {"password_file", &account.password_file},
      {"password_command", &account.password_command}};
  for (const auto& [key, value] : table.items()) {
    bool known = key == "addresses";
    for (const auto& [name, text] : texts) {
      if (key != name) continue;
      known = true;
      if (!value.is_string()) fail(key + ": must be a string");
      *text = value.get<std::string>();
    }
    if (!known) fail(key + ": no such key");
  }
  if (table.contains("addresses")) {
    const auto& addresses = table["addresses"];
    if (!addresses.is_array()) fail("addresses: must be a list");
    for (const auto& address : addresses)
      if (address.is_string()) account.addresses.push_back(address.get<std::string>());
  }
  if (account.path.empty() == account.url.empty()) fail("either path or url is needed");
  account.path = with_home(account.path);
  account.password_file = with_home(account.password_file);
  if (account.name.empty()) account.name = "calendar " + std::to_string(number + 1);
  if (account.url.starts_with("webcal://")) account.url.replace(0, 6, "https");
  if (account.url.starts_with("webcals://")) account.url.replace(0, 7, "https");
  if (!account.url.empty() && !account.url.starts_with("https://") &&
      !account.url.starts_with("http://"))
    fail("url: must begin with https://, http:// or webcal://");
  if (!account.path.empty() && account.path[0] != '/') fail("path: must begin with / or ~/");
  if (!type.empty() && type != "ics" && type != "caldav") fail("type: is none of ics, caldav");
  const auto query = account.url.find_first_of("?#");
  account.is_caldav =
      type == "caldav" || (type.empty() && !account.url.substr(0, query).ends_with(".ics"));

  using Kind = Credentials::Kind;
  const bool has_secret = !account.password_file.empty() || !account.password_command.empty() ||
                          !account.secret.empty();
  if (auth.empty() && has_secret) account.kind = Kind::basic;
  if (auth == "basic") account.kind = Kind::basic;
  if (auth == "digest") account.kind = Kind::digest;
  if (auth == "bearer") account.kind = Kind::bearer;
  if (auth == "negotiate") account.kind = Kind::negotiate;
  if (!auth.empty() && account.kind == Kind::none)
    fail("auth: is none of basic, digest, bearer, negotiate");
  if (account.kind != Kind::none && account.kind != Kind::negotiate && !has_secret)
    fail("password_file, password_command or secret is needed");
  return account;
}

void find_credentials(const Account& account,
                      std::function<void(Credentials, const std::string&)> then) {
  Credentials credentials{account.kind, account.user, ""};
  if (account.kind == Credentials::Kind::none || account.kind == Credentials::Kind::negotiate)
    return then(credentials, "");
  if (!account.password_file.empty()) {
    std::string problem;
    credentials.secret = secret_in_file(account.password_file, problem);
    if (problem.empty() && credentials.secret.empty()) problem = "empty";
    return then(credentials, problem.empty() ? "" : account.password_file + ": " + problem);
  }
  if (!account.password_command.empty())
    return run({"/bin/sh", "-c", account.password_command.c_str(), nullptr}, credentials,
               std::move(then));
  run({"secret-tool", "lookup", "poised", account.secret.c_str(), nullptr}, credentials,
      std::move(then));
}

}  // namespace poised::calendar
