// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/inspect.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/render.hpp"
#include "ctl/text.hpp"
#include "language/language.hpp"

// The standing desk. What may move it, and when, is decided in the desk's own process.
namespace poised::ctl {
namespace {

constexpr int hand_mm = 50;
constexpr int test_mm = 20;
constexpr int most_offset_mm = 500;

Json status_of(const Options& options, DaemonClient& daemon) {
  auto status = Json::parse(daemon.status(), nullptr, false);
  if (status.is_discarded())
    throw Failure(Exit::failed, options.command + ": daemon: its answer is not JSON");
  return status;
}

/// The desk of the name that was given, else the one in use.
Json desk_of(const Options& options, DaemonClient& daemon) {
  const auto status = status_of(options, daemon);
  auto desk = status.value("desk", Json::object());
  if (options.desk.empty()) return desk;
  for (const auto& each : status.value("desks", Json::array({desk})))
    if (text(each, "name") == options.desk) return each;
  throw Failure(Exit::failed,
                fmt::format("{}: desk: none is called '{}'", options.command, options.desk));
}

int height_of(const Options& options, DaemonClient& daemon) {
  const auto height = number(desk_of(options, daemon), "height_mm");
  if (!height) throw Failure(Exit::failed, options.command + ": desk: its height is not known");
  return static_cast<int>(std::lround(*height));
}

void say(const Options& options, Output& output, int from_mm, int to_mm) {
  if (options.json)
    output.out << Json{{"done", options.command}, {"from_mm", from_mm}, {"height_mm", to_mm}}.dump()
               << '\n';
  else
    output.out << tr_format("The desk is at {}.", height_text(to_mm)) << '\n';
}

}  // namespace

Exit show_desk(const Options& options, Output& output) {
  DaemonClient daemon(options.command);
  const auto desk = desk_of(options, daemon);
  const auto all = options.desk.empty() ? status_of(options, daemon).value("desks", Json::array())
                                        : Json::array();
  if (options.json) {
    output.out << (all.empty() ? desk : all).dump(2) << '\n';
    return Exit::done;
  }
  for (const auto& each : all)
    output.out << fmt::format("{}: {}{}\n", printable(text(each, "name")),
                              render_desk(each).empty() ? tr("not connected") : render_desk(each),
                              text(each, "name") == text(desk, "name") ? tr(", in use") : "");
  if (!all.empty()) return Exit::done;
  const auto line = render_desk(desk);
  output.out << (line.empty() ? tr("No desk is connected.") : capital(line) + ".") << '\n';
  return Exit::done;
}

Exit stop_desk(const Options& options, Output& output) {
  DaemonClient(options.command).stop_desk();
  output.out << (options.json ? Json{{"done", options.command}}.dump()
                              : tr("The desk is told to stop."))
             << '\n';
  return Exit::done;
}

Exit move_desk(const Options& options, Output& output) {
  DaemonClient daemon(options.command);
  const auto from = height_of(options, daemon);
  int to = options.height_mm;
  const int step = options.height_mm > 0 ? options.height_mm : hand_mm;
  if (options.command == "desk up") to = from + step;
  if (options.command == "desk down") to = from - step;
  if (options.command == "desk sit" || options.command == "desk stand") {
    const auto desk = config::load(roots_of(options), plugin_settings()).settings.desk;
    to = options.command == "desk sit" ? desk.sit_mm : desk.stand_mm;
  }
  daemon.move_desk(options.desk, to);
  say(options, output, from, height_of(options, daemon));
  return Exit::done;
}

Exit test_desk(const Options& options, Output& output) {
  DaemonClient daemon(options.command);
  const auto start = height_of(options, daemon);
  for (const int to : {start + test_mm, start}) {
    const auto from = height_of(options, daemon);
    daemon.move_desk(options.desk, to);
    const auto height = height_of(options, daemon);
    const bool moved = std::abs(height - from) >= test_mm / 2;
    if (!moved)
      throw Failure(Exit::failed,
                    fmt::format("{}: desk: told {} to go to {}, it is at {}", options.command,
                                height_text(from), height_text(to), height_text(height)));
    say(options, output, from, height);
  }
  return Exit::done;
}

Exit calibrate_desk(const Options& options, Output& output) {
  DaemonClient daemon(options.command);
  const auto used = desk_of(options, daemon);
  const auto shown = number(used, "height_mm");
  if (!shown) throw Failure(Exit::failed, options.command + ": desk: its height is not known");
  const auto roots = roots_of(options);
  const auto settings = config::load(roots, plugin_settings()).plugin_settings_json;
  const auto found = settings.find("desk");
  const auto desk = found == settings.end() ? Json() : Json::parse(found->second, nullptr, false);
  const auto name = text(used, "name");
  const auto more = desk.value("desks", Json::array());
  const auto listed = std::ranges::find_if(
      more, [&](const Json& table) { return !name.empty() && text(table, "name") == name; });
  const auto& its = listed == more.end() ? desk : *listed;
  if (const auto driver = text(its, "driver"); !driver.starts_with("linak-"))
    throw Failure(Exit::failed,
                  fmt::format("{}: driver = \"{}\": only LINAK desks do not know how "
                              "high they stand; this one tells what its own display shows",
                              options.command, driver));
  const auto offset =
      std::lround(number(its, "base_offset_mm").value_or(0) + options.height_mm - *shown);
  if (std::abs(offset) > most_offset_mm)
    throw Failure(
        Exit::failed,
        fmt::format("{}: {}: too far from {}; measure from the floor to its top", options.command,
                    height_text(options.height_mm), height_text(*shown)));
  if (listed == more.end()) {
    auto change = options;
    change.key = "plugin.desk.base_offset_mm";
    change.value = std::to_string(offset);
    return config_set(change, output);
  }
  if (const auto refused = config::set_in_list_for_person(
          roots, "plugin.desk.desks", name, "base_offset_mm", offset, plugin_settings()))
    throw Failure(Exit::failed, options.command + ": " + *refused);
  const auto file = roots.user_file().string();
  output.out << (options.json
                     ? Json{{"done", options.command}, {"file", file}}.dump()
                     : fmt::format("base_offset_mm of {} is set in {}.", printable(name), file))
             << '\n';
  return Exit::done;
}

}  // namespace poised::ctl
