// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>
#include <thread>

#include "ctl/commands.hpp"
#include "ctl/progress.hpp"
#include "ctl/render.hpp"
#include "ctl/text.hpp"
#include "shell/bus.hpp"

// What desks this computer can see, and what to write for them. Nothing is connected to, and
// nothing moves.
namespace poised::ctl {
namespace {

namespace fs = std::filesystem;

#if __has_include(<sdbus-c++/VTableItems.h>)
using ServiceName = sdbus::ServiceName;
#else
using ServiceName = std::string;
#endif
using Properties = std::map<std::string, sdbus::Variant>;
using Objects = std::map<sdbus::ObjectPath, std::map<std::string, Properties>>;

constexpr const char* bluez = "org.bluez";
constexpr std::chrono::seconds patience{5};
constexpr int usual_seconds = 8;
constexpr std::chrono::milliseconds slice{200};

/// What a desk advertises, and which driver speaks to it.
struct Advertised {
  std::string_view service, driver, family;
  std::string_view uuids;  ///< as plugin.desk.uuids wants them, unless they are the usual ones
};
constexpr std::array advertised{
    Advertised{"99fa0001-338a-1024-8a49-009c0215f78a", "linak-bluetooth",
               "a LINAK desk (IKEA Idåsen and others)", ""},
    Advertised{"0000fe60-0000-1000-8000-00805f9b34fb", "jiecang-bluetooth",
               "a desk with a Jiecang dongle", ""},
    Advertised{
        "0000ff12-0000-1000-8000-00805f9b34fb", "jiecang-bluetooth",
        "perhaps a desk with a Jiecang dongle",
        R"(["0000ff12-0000-1000-8000-00805f9b34fb", "0000ff01-0000-1000-8000-00805f9b34fb", )"
        R"("0000ff02-0000-1000-8000-00805f9b34fb"])"},
};

struct Seen {
  std::string driver, family, name, address, device, uuids;
  std::optional<bool> paired;
};

void add_bluetooth(const Objects& objects, std::vector<Seen>& seen) {
  for (const auto& [path, interfaces] : objects) {
    const auto device = interfaces.find("org.bluez.Device1");
    if (device == interfaces.end()) continue;
    const auto& properties = device->second;
    const auto uuids = shell::property<std::vector<std::string>>(properties, "UUIDs")
                           .value_or(std::vector<std::string>());
    const auto* const family = std::ranges::find_if(advertised, [&](const Advertised& each) {
      return std::ranges::find(uuids, each.service) != uuids.end();
    });
    if (family == advertised.end()) continue;
    seen.push_back(
        {.driver = std::string(family->driver),
         .family = std::string(family->family),
         .name = printable(shell::property<std::string>(properties, "Name").value_or("")),
         .address = printable(shell::property<std::string>(properties, "Address").value_or("")),
         .device = {},
         .uuids = std::string(family->uuids),
         .paired = shell::property<bool>(properties, "Paired").value_or(false)});
  }
}

/// Empty, or why Bluetooth was not looked through.
std::string scan_bluetooth(std::chrono::seconds time, std::vector<Seen>& seen) try {
  const auto connection = sdbus::createSystemBusConnection();
  const auto objects_of = [&] {
    Objects objects;
    sdbus::createProxy(*connection, ServiceName{bluez}, sdbus::ObjectPath{"/"})
        ->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .withTimeout(patience)
        .storeResultsTo(objects);
    return objects;
  };
  const auto known = objects_of();
  const auto adapter = std::ranges::find_if(
      known, [](const auto& object) { return object.second.contains("org.bluez.Adapter1"); });
  if (adapter == known.end()) return "bluetooth: there is no adapter";
  const auto proxy = sdbus::createProxy(*connection, ServiceName{bluez}, adapter->first);
  const auto tell = [&](const char* method) {
    proxy->callMethod(method).onInterface("org.bluez.Adapter1").withTimeout(patience);
  };
  tell("StartDiscovery");
  {
    using Clock = std::chrono::steady_clock;
    Progress progress;
    const auto start = Clock::now();
    for (auto now = start; now < start + time; now = Clock::now()) {
      progress.at(std::chrono::duration<double>(now - start) / time);
      std::this_thread::sleep_for(std::min<Clock::duration>(slice, start + time - now));
    }
  }
  add_bluetooth(objects_of(), seen);
  tell("StopDiscovery");
  return {};
} catch (const sdbus::Error& error) {
  return "bluetooth: " + printable(error.getMessage());
}

void scan_cables(const fs::path& root, std::vector<Seen>& seen) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root / "sys/class/hidraw", ignored)) {
    std::ifstream facts(entry.path() / "device/uevent");
    for (std::string line; std::getline(facts, line);)
      if (line == "HID_ID=0003:000012D3:00000002")
        seen.push_back({.driver = "linak-usb",
                        .family = "a LINAK desk on the cable USB2LIN06",
                        .name = {},
                        .address = {},
                        .device = "/dev/" + entry.path().filename().string(),
                        .uuids = {},
                        .paired = {}});
  }
}

std::vector<std::string> serial_lines(const fs::path& root) {
  std::vector<std::string> lines;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root / "dev/serial/by-id", ignored))
    lines.push_back("/dev/serial/by-id/" + printable(entry.path().filename().string()));
  std::ranges::sort(lines);
  return lines;
}

Json json_of(const Seen& desk) {
  const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
  return {{"driver", desk.driver},       {"family", desk.family},
          {"name", text(desk.name)},     {"address", text(desk.address)},
          {"device", text(desk.device)}, {"paired", desk.paired ? Json(*desk.paired) : Json()}};
}

void show(const Seen& desk, Output& output) {
  const auto& where = desk.address.empty() ? desk.device : desk.address;
  output.out << output.look.bold(capital(desk.family)) << '\n';
  output.out << (desk.name.empty() ? where : desk.name + ", " + where) << "\n\n";
  output.out << "  [plugin.desk]\n  driver = \"" << desk.driver << "\"\n";
  if (!desk.address.empty()) output.out << "  address = \"" << desk.address << "\"\n";
  if (!desk.uuids.empty()) output.out << "  uuids = " << desk.uuids << '\n';
  output.out << '\n';
  if (desk.driver == "linak-bluetooth" && desk.paired == false)
    output.out
        << "Pair it first: hold the Bluetooth key of its panel until the light blinks, then\n"
        << "  bluetoothctl pair " << desk.address << "\n  bluetoothctl disconnect " << desk.address
        << "\n\n";
}

}  // namespace

Exit scan_desks(const Options& options, Output& output) {
  std::vector<Seen> seen;
  const auto root = roots_of(options).system_root;
  const auto place = root.empty() ? fs::path("/") : root;
  const auto problem = scan_bluetooth(
      std::chrono::seconds(options.seconds > 0 ? options.seconds : usual_seconds), seen);
  scan_cables(place, seen);
  const auto lines = serial_lines(place);
  if (options.json) {
    auto desks = Json::array();
    for (const auto& desk : seen) desks.push_back(json_of(desk));
    output.out << Json{{"desks", desks},
                       {"serial_lines", lines},
                       {"problem", problem.empty() ? Json() : Json(problem)}}
                      .dump(2)
               << '\n';
    return Exit::done;
  }
  for (const auto& desk : seen) show(desk, output);
  if (!lines.empty()) {
    output.out << "A serial line does not say what hangs at it; driver is jiecang-serial,\n"
                  "loctek-serial or megadesk-serial, and device one of\n";
    for (const auto& line : lines) output.out << "  " << line << '\n';
    output.out << '\n';
  }
  if (seen.empty() && lines.empty()) output.out << "No desk is in sight.\n";
  if (!problem.empty()) output.out << capital(problem) << ".\n";
  if (!seen.empty() || !lines.empty())
    output.out
        << "Write what is yours into ~/.config/poised/poised.toml, then: poisectl desk test\n";
  return Exit::done;
}

}  // namespace poised::ctl
