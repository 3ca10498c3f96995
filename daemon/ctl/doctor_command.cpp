// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "build_config.hpp"
#include "config/inspect.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/discretion.hpp"
#include "ctl/render.hpp"

namespace poised::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* unit = "poised.service";

// Contexts of the daemon's problems.
constexpr const char* configuration = "configuration";
constexpr const char* policy = "policy";

/// The exit codes of monitoring plugins.
enum class Nagios : int { ok = 0, warning = 1, critical = 2, unknown = 3 };

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_masked(const fs::path& link) {
  std::error_code error;
  return fs::read_symlink(link, error) == "/dev/null" && !error;
}

/// Why nobody should expect the daemon to run; nothing if it should.
std::optional<std::string> switched_off(const config::Roots& roots) {
  const auto below = [&](const fs::path& path) {
    return roots.system_root.empty() ? path : roots.system_root / path.relative_path();
  };
  if (is_masked(below(roots.config_home / "systemd/user" / unit)))
    return "switched off by the person, which is their right";
  if (is_masked(below(fs::path("/etc/systemd/user") / unit)))
    return "switched off on this machine by its administrator";
  return std::nullopt;
}

/// The daemon's problems as others may read them. Those of the configuration are looked for anew:
/// the daemon's words would quote it.
Json told_problems(const Json& report, const config::Loaded& loaded, const Discretion& discretion) {
  auto told = Json::array();
  for (const auto& problem : loaded.problems) {
    const bool of_policy = config::breaks_policy(problem, loaded);
    told.push_back({{"severity", of_policy ? "error" : "warning"},
                    {"context", of_policy ? policy : configuration},
                    {"text", discretion.problem(problem)}});
  }
  for (const auto& problem : list(report, "problems"))
    if (text(problem, "context") != configuration && text(problem, "context") != policy)
      told.push_back({{"severity", text(problem, "severity")},
                      {"context", text(problem, "context")},
                      {"text", discretion.text(text(problem, "text"))}});
  return told;
}

struct Counts {
  std::size_t errors = 0, warnings = 0;
  std::string first;  ///< the gravest one's text
};

Counts count(const Json& problems) {
  Counts counts;
  for (const auto& problem : problems) {
    const bool error = text(problem, "severity") == "error";
    auto& number = error ? counts.errors : counts.warnings;
    if (++number == 1 && (error || counts.first.empty()))
      counts.first = text(problem, "context") + ": " + text(problem, "text");
  }
  return counts;
}

Exit say_to_nagios(Output& output, Nagios state, std::string words, const std::string& figures) {
  static constexpr std::array names{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  std::replace(words.begin(), words.end(), '|', '/');  // figures begin there
  output.out << fmt::format("POISED {}: {}{}{}\n", names.at(static_cast<std::size_t>(state)), words,
                            figures.empty() ? "" : " | ", figures);
  return static_cast<Exit>(state);
}

Exit examine_for_nagios(const Options& options, Output& output) {
  const auto roots = roots_of(options);
  if (const auto why = switched_off(roots)) return say_to_nagios(output, Nagios::ok, *why, "");
  Json report;
  try {
    report = Json::parse(DaemonClient(options.command).doctor(), nullptr, false);
  } catch (const Failure& failure) {
    const bool missing = failure.exit() == Exit::no_daemon;
    return say_to_nagios(output, missing ? Nagios::unknown : Nagios::critical, failure.what(), "");
  }
  const auto specs = plugin_settings();
  const auto loaded = config::load(roots, specs);
  const auto counts = count(told_problems(report, loaded, Discretion(roots, loaded, specs)));
  const auto figures = fmt::format("errors={};;0 warnings={};0;", counts.errors, counts.warnings);
  const auto more = counts.errors + counts.warnings;
  return say_to_nagios(output,
                       counts.errors > 0     ? Nagios::critical
                       : counts.warnings > 0 ? Nagios::warning
                                             : Nagios::ok,
                       more == 0   ? "all is well"
                       : more == 1 ? counts.first
                                   : fmt::format("{} (and {} more)", counts.first, more - 1),
                       figures);
}

// ------------------------------------------------------------------ bundle

Json configuration_json(const config::Loaded& loaded, const Discretion& discretion) {
  auto keys = Json::object();
  for (const auto& effective : loaded.effective) {
    const auto& [value, source] = effective.setting;
    if (source.layer == config::Layer::built_in) continue;
    const bool told = discretion.tells_value(effective.key, source.layer);
    keys[discretion.key(effective.key)] = {
        {"value", told ? discretion.text(value) : "set, not told"},
        {"layer", config::layer_name(source.layer)},
        {"file", discretion.text(source.file.string())},
        {"line", source.at.line},
        {"locked", effective.managed && effective.managed->locked}};
  }
  auto files = Json::array();
  for (const auto& file : loaded.files)
    files.push_back({{"file", discretion.text(file.path.string())},
                     {"layer", config::layer_name(file.layer)},
                     {"readable", file.current},
                     {"not_here", discretion.text(file.not_here)}});
  return {{"managed", loaded.managed},
          {"managed_by", loaded.managed_by},
          {"policies", config::policies_fingerprint(loaded)},
          {"files", files},
          {"set", keys}};
}

std::string operating_system() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("PRETTY_NAME=")) {
      auto name = line.substr(12);
      std::erase(name, '"');
      return name;
    }
  return {};
}

/// Facts of the daemon that say nothing of the person.
bool is_of_the_software(const std::string& fact) {
  return fact == "input source" || fact == "live signals" || fact == "sandbox" ||
         fact.starts_with("session ");
}

Json bundle_of(const Options& options) {
  const auto roots = roots_of(options);
  const auto specs = plugin_settings();
  const auto loaded = config::load(roots, specs);
  const Discretion discretion(roots, loaded, specs);
  utsname kernel{};
  ::uname(&kernel);

  Json daemon;
  auto problems = Json::array(), plugins = Json::array(), facts = Json::array();
  try {
    DaemonClient client(options.command);
    const auto report = Json::parse(client.doctor(), nullptr, false);
    const auto status = Json::parse(client.status(), nullptr, false);
    problems = told_problems(report, loaded, discretion);
    for (const auto& fact : list(report, "facts"))
      if (is_of_the_software(text(fact, "name")))
        facts.push_back(
            {{"name", text(fact, "name")}, {"value", discretion.text(text(fact, "value"))}});
    for (const auto& plugin : list(status, "plugins"))
      plugins.push_back({{"id", text(plugin, "id")},
                         {"state", text(plugin, "state")},
                         {"version", text(plugin, "version")},
                         {"isolation", text(plugin, "isolation")},
                         {"reason", discretion.text(text(plugin, "reason"))}});
    daemon = {{"version", client.version()}, {"sandbox", field(report, "sandbox")}};
  } catch (const Failure& failure) {
    daemon = {{"version", nullptr},
              {"why", switched_off(roots).value_or(discretion.text(failure.what()))}};
    problems = told_problems(Json::object(), loaded, discretion);
  }
  return {{"poisectl", build::version},
          {"daemon", daemon},
          {"system",
           {{"os", operating_system()},
            {"kernel", kernel.release},
            {"architecture", kernel.machine},
            {"desktop", from_environment("XDG_CURRENT_DESKTOP")},
            {"session", from_environment("XDG_SESSION_TYPE")}}},
          {"problems", problems},
          {"facts", facts},
          {"plugins", plugins},
          {"configuration", configuration_json(loaded, discretion)}};
}

Exit write_bundle(const Options& options, Output& output) {
  const auto written = bundle_of(options).dump(2) + "\n";
  const int fd =
      ::open(options.bundle.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  const bool whole = fd >= 0 && ::write(fd, written.data(), written.size()) ==
                                    static_cast<ssize_t>(written.size());
  if ((fd >= 0 && ::close(fd) != 0) || !whole)
    throw Failure(Exit::failed, fmt::format("doctor: {}: cannot be written", options.bundle));
  if (options.json)
    output.out << Json{{"done", options.command}, {"file", options.bundle}}.dump() << '\n';
  else
    output.out << fmt::format(
        "{} holds versions, settings, plugins and problems; no times, no breaks, no names. Read it "
        "before you hand it on.\n",
        options.bundle);
  return Exit::done;
}

}  // namespace

Exit doctor(const Options& options, Output& output) {
  if (options.nagios) return examine_for_nagios(options, output);
  if (!options.bundle.empty()) return write_bundle(options, output);
  if (const auto why = switched_off(roots_of(options))) {
    if (options.json)
      output.out << Json{{"problems", Json::array()},
                         {"facts", {{{"name", "daemon"}, {"value", *why}}}}}
                        .dump(2)
                 << '\n';
    else
      output.out << output.look.good("All is well: Poised is " + *why + ".") << '\n';
    return Exit::done;
  }
  const auto report = Json::parse(DaemonClient(options.command).doctor(), nullptr, false);
  if (report.is_discarded())
    throw Failure(Exit::failed, options.command + ": daemon: its answer is not JSON");
  if (options.json)
    output.out << report.dump(2) << '\n';
  else
    output.out << render_doctor(report, output.look);
  const auto errors = count(list(report, "problems")).errors;
  if (errors == 0) return Exit::done;
  output.out << std::flush;
  throw Failure(Exit::failed,
                fmt::format("doctor: daemon: {} error{}", errors, errors == 1 ? "" : "s"));
}

}  // namespace poised::ctl
