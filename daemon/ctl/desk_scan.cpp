// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "build_config.hpp"
#include "ctl/commands.hpp"
#include "ctl/progress.hpp"
#include "ctl/render.hpp"
#include "ctl/text.hpp"
#include "plugin/child.hpp"
#include "shell/bus.hpp"

// What desks this computer can see, and what to write for them. Nothing is connected to but the one
// that is to be paired, and nothing moves.
namespace poised::ctl {
namespace {

namespace fs = std::filesystem;

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
  std::string driver, family, name;
  std::string address, device, uuids;                ///< Bluetooth, cables
  std::string broker, discovery_topic, cover_topic;  ///< MQTT
  std::optional<bool> paired;
};

bool same_address(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

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
    Seen desk;
    desk.driver = family->driver;
    desk.family = family->family;
    desk.name = printable(shell::property<std::string>(properties, "Name").value_or(""));
    desk.address = printable(shell::property<std::string>(properties, "Address").value_or(""));
    desk.uuids = family->uuids;
    desk.paired = shell::property<bool>(properties, "Paired").value_or(false);
    seen.push_back(std::move(desk));
  }
}

class Bluetooth {
 public:
  /// Throws sdbus::Error where there is none.
  Bluetooth() : connection_(sdbus::createSystemBusConnection()) {
    const auto known = objects();
    const auto adapter = std::ranges::find_if(
        known, [](const auto& object) { return object.second.contains("org.bluez.Adapter1"); });
    if (adapter != known.end()) adapter_ = adapter->first;
  }
  [[nodiscard]] bool has_adapter() const { return !adapter_.empty(); }
  [[nodiscard]] Objects objects() const {
    Objects objects;
    at(sdbus::ObjectPath{"/"})
        ->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .withTimeout(patience)
        .storeResultsTo(objects);
    return objects;
  }
  /// BlueZ forgets most of what it has found soon after.
  template <class Found>
  void discover(std::chrono::seconds time, Found found) const {
    tell(adapter_, "org.bluez.Adapter1", "StartDiscovery", patience);
    {
      using Clock = std::chrono::steady_clock;
      Progress progress;
      const auto start = Clock::now();
      for (auto now = start; now < start + time && !found(); now = Clock::now()) {
        progress.at(std::chrono::duration<double>(now - start) / time);
        std::this_thread::sleep_for(std::min<Clock::duration>(slice, start + time - now));
      }
    }
    tell(adapter_, "org.bluez.Adapter1", "StopDiscovery", patience);
  }
  void tell(const sdbus::ObjectPath& path, const char* interface, const char* method,
            std::chrono::seconds time) const {
    at(path)->callMethod(method).onInterface(interface).withTimeout(time);
  }
  [[nodiscard]] std::unique_ptr<sdbus::IProxy> at(const sdbus::ObjectPath& path) const {
    return sdbus::createProxy(*connection_, shell::ServiceName{bluez}, path);
  }
  [[nodiscard]] sdbus::IConnection& connection() const { return *connection_; }

 private:
  std::unique_ptr<sdbus::IConnection> connection_;
  sdbus::ObjectPath adapter_;
};

/// Empty, or why Bluetooth was not looked through.
std::string scan_bluetooth(std::chrono::seconds time, std::vector<Seen>& seen) try {
  const Bluetooth bluetooth;
  if (!bluetooth.has_adapter()) return "bluetooth: there is no adapter";
  bluetooth.discover(time, [] { return false; });
  add_bluetooth(bluetooth.objects(), seen);
  return {};
} catch (const sdbus::Error& error) {
  return "bluetooth: " + printable(error.getMessage());
}

void scan_cables(const fs::path& root, std::vector<Seen>& seen) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root / "sys/class/hidraw", ignored)) {
    std::ifstream facts(entry.path() / "device/uevent");
    for (std::string line; std::getline(facts, line);)
      if (line == "HID_ID=0003:000012D3:00000002") {
        Seen desk;
        desk.driver = "linak-usb";
        desk.family = "a LINAK desk on the cable USB2LIN06";
        desk.device = "/dev/" + entry.path().filename().string();
        seen.push_back(std::move(desk));
      }
  }
}

std::string all_from(int socket) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = read(socket, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  return text;
}

/// Empty, or why the broker was not looked through. Asked by a program of the desk plugin's, which
/// knows MQTT.
std::string scan_broker(const Json& settings, std::chrono::seconds time, std::vector<Seen>& seen) {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return "mqtt: no socket";
  const plugin::UniqueFd ours(pair[0]);
  plugin::UniqueFd theirs(pair[1]);
  const auto program = std::string(build::libexec_dir) + "/poised-desk-scan";
  std::string why;
  const auto child = plugin::spawn_child(
      program, {program, settings.dump(), std::to_string(time.count())}, {}, theirs.get(), why);
  theirs = {};
  if (child.pid == 0) return "mqtt: " + why;
  const auto answer = Json::parse(all_from(ours.get()), nullptr, false);
  plugin::reap_child(child.pid);
  if (!answer.is_object()) return "mqtt: " + program + ": it gave no answer";
  for (const auto& item : list(answer, "desks")) {
    Seen desk;
    desk.driver = "mqtt";
    desk.family = "a desk behind MQTT (Home Assistant, ESPHome)";
    desk.name = printable(text(item, "name"));
    desk.broker = printable(text(settings, "broker"));
    desk.discovery_topic = printable(text(item, "discovery_topic"));
    desk.cover_topic = printable(text(item, "cover_topic"));
    seen.push_back(std::move(desk));
  }
  return printable(text(answer, "problem"));
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
  Json json{{"driver", desk.driver}, {"family", desk.family}};
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, std::string>>{
           {"name", desk.name}, {"address", desk.address}, {"device", desk.device}})
    json[key] = value.empty() ? Json() : Json(value);
  json["paired"] = desk.paired ? Json(*desk.paired) : Json();
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, std::string>>{
           {"broker", desk.broker},
           {"discovery_topic", desk.discovery_topic},
           {"cover_topic", desk.cover_topic}})
    if (!value.empty()) json[key] = value;
  return json;
}

void show(const Seen& desk, Output& output) {
  std::string where = desk.name;
  for (const auto* place : {&desk.address, &desk.device, &desk.broker})
    if (!place->empty()) where += (where.empty() ? "" : ", ") + *place;
  output.out << output.look.bold(capital(desk.family)) << '\n' << where << "\n\n";
  output.out << "  [plugin.desk]\n  driver = \"" << desk.driver << "\"\n";
  const auto line = [&](const char* key, const std::string& value) {
    if (!value.empty()) output.out << "  " << key << " = \"" << value << "\"\n";
  };
  line("address", desk.address);
  line("broker", desk.broker);
  line("discovery_topic", desk.discovery_topic);
  line("cover_topic", desk.cover_topic);
  if (!desk.uuids.empty()) output.out << "  uuids = " << desk.uuids << '\n';
  output.out << '\n';
  if (desk.driver == "linak-bluetooth" && desk.paired == false)
    output.out
        << "Pair it first: hold the Bluetooth key of its panel until the light blinks, then\n"
        << "  poisectl desk scan --pair " << desk.address << "\n\n";
}

// ------------------------------------------------------------------ pairing

constexpr const char* agent_interface = "org.bluez.Agent1";
constexpr std::chrono::seconds pairs_within{40};

/// Says yes to BlueZ for the one desk that was named: these panels have no code to compare.
class Agent {
 public:
  Agent(const Bluetooth& bluetooth, sdbus::ObjectPath desk) : desk_(std::move(desk)) {
    object_ = sdbus::createObject(bluetooth.connection(), path_);
    add_agent_methods();
    manager_ = bluetooth.at(sdbus::ObjectPath{"/org/bluez"});
    manager_->callMethod("RegisterAgent")
        .onInterface(manager_interface_)
        .withTimeout(patience)
        .withArguments(path_, "NoInputNoOutput");
  }
  ~Agent() {
    try {
      manager_->callMethod("UnregisterAgent")
          .onInterface(manager_interface_)
          .withTimeout(patience)
          .withArguments(path_);
    } catch (const sdbus::Error&) {  // it forgets us with our connection
    }
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

 private:
  void only_ours(const sdbus::ObjectPath& asked_for) const {
    if (asked_for != desk_)
      throw shell::make_error("org.bluez.Error.Rejected", "not the desk to be paired");
  }
#if __has_include(<sdbus-c++/VTableItems.h>)
  void add_agent_methods() {
    object_
        ->addVTable(sdbus::registerMethod("Release").implementedAs([] {}),
                    sdbus::registerMethod("Cancel").implementedAs([] {}),
                    sdbus::registerMethod("RequestAuthorization")
                        .implementedAs([this](const sdbus::ObjectPath& path) { only_ours(path); }),
                    sdbus::registerMethod("RequestConfirmation")
                        .implementedAs([this](const sdbus::ObjectPath& path, std::uint32_t) {
                          only_ours(path);
                        }))
        .forInterface(agent_interface);
  }
#else
  void add_agent_methods() {
    object_->registerMethod("Release").onInterface(agent_interface).implementedAs([] {});
    object_->registerMethod("Cancel").onInterface(agent_interface).implementedAs([] {});
    object_->registerMethod("RequestAuthorization")
        .onInterface(agent_interface)
        .implementedAs([this](const sdbus::ObjectPath& path) { only_ours(path); });
    object_->registerMethod("RequestConfirmation")
        .onInterface(agent_interface)
        .implementedAs([this](const sdbus::ObjectPath& path, std::uint32_t) { only_ours(path); });
    object_->finishRegistration();
  }
#endif

  const sdbus::ObjectPath desk_;
  const sdbus::ObjectPath path_{"/org/poised/pairing"};
  static constexpr const char* manager_interface_ = "org.bluez.AgentManager1";
  std::unique_ptr<sdbus::IObject> object_;
  std::unique_ptr<sdbus::IProxy> manager_;
};

/// Empty, or why it could not be paired. BlueZ calls the agent meanwhile.
std::string pair(const Bluetooth& bluetooth, sdbus::IProxy& desk) {
  std::string problem;
  desk.callMethodAsync("Pair")
      .onInterface("org.bluez.Device1")
      .withTimeout(pairs_within)
      .uponReplyInvoke([&](shell::CallError error) {
        if (error && std::string(error->getName()) != "org.bluez.Error.AlreadyExists")
          problem = printable(error->getMessage());
        bluetooth.connection().leaveEventLoop();
      });
  bluetooth.connection().enterEventLoop();
  return problem;
}

/// The device of that address among those that advertise a desk that is paired (D12).
std::optional<sdbus::ObjectPath> find_desk(const Objects& objects, const std::string& address) {
  for (const auto& [path, interfaces] : objects) {
    std::vector<Seen> seen;
    add_bluetooth({{path, interfaces}}, seen);
    if (!seen.empty() && seen.front().driver == "linak-bluetooth" &&
        same_address(seen.front().address, address))
      return path;
  }
  return std::nullopt;
}

Exit pair_desk(const Options& options, std::chrono::seconds time, Output& output) try {
  const auto fail = [&](const std::string& reason) {
    return Failure(Exit::failed, fmt::format("{}: {}: {}", options.command, options.pair, reason));
  };
  if (!options.json)
    output.out << "Hold the Bluetooth key of the desk's panel until its light blinks.\n"
               << std::flush;
  const Bluetooth bluetooth;
  if (!bluetooth.has_adapter()) throw fail("bluetooth: there is no adapter");
  std::optional<sdbus::ObjectPath> desk;
  bluetooth.discover(time, [&] {
    desk = find_desk(bluetooth.objects(), options.pair);
    return desk.has_value();
  });
  if (!desk) throw fail("no LINAK desk of that address is in sight");
  const auto proxy = bluetooth.at(*desk);
  constexpr const char* device = "org.bluez.Device1";
  {
    const Agent agent(bluetooth, *desk);
    if (const auto problem = pair(bluetooth, *proxy); !problem.empty())
      throw fail(problem + "; does the light of its panel blink?");
  }
  // So that it may be connected to again without being asked about.
  proxy->setProperty("Trusted").onInterface(device).toValue(true);
  // One program at a time: the daemon connects next.
  bluetooth.tell(*desk, device, "Disconnect", patience);
  if (options.json)
    output.out << Json{{"done", options.command}, {"paired", options.pair}}.dump() << '\n';
  else
    output.out << fmt::format(
        "{} is paired. Write into ~/.config/poised/poised.toml:\n\n"
        "  [plugin.desk]\n  driver = \"linak-bluetooth\"\n"
        "  address = \"{}\"\n\nThen: poisectl desk test\n",
        options.pair, options.pair);
  return Exit::done;
} catch (const sdbus::Error& error) {
  throw Failure(Exit::failed, options.command + ": bluetooth: " + printable(error.getMessage()));
}

/// The settings of the desk plugin that lead to a broker.
Json broker_settings(const Options& options) {
  const auto all = config::load(roots_of(options), plugin_settings()).plugin_settings_json;
  const auto found = all.find("desk");
  auto settings = found == all.end() ? Json() : Json::parse(found->second, nullptr, false);
  if (!settings.is_object()) settings = Json::object();
  if (!options.broker.empty()) settings["broker"] = options.broker;
  return settings;
}

}  // namespace

Exit scan_desks(const Options& options, Output& output) {
  const std::chrono::seconds time(options.seconds > 0 ? options.seconds : usual_seconds);
  if (!options.pair.empty()) return pair_desk(options, time, output);
  std::vector<Seen> seen;
  const auto root = roots_of(options).system_root;
  const auto place = root.empty() ? fs::path("/") : root;
  std::vector<std::string> problems{scan_bluetooth(time, seen)};
  scan_cables(place, seen);
  if (const auto settings = broker_settings(options); !text(settings, "broker").empty())
    problems.push_back(scan_broker(settings, time, seen));
  std::erase(problems, "");
  const auto lines = serial_lines(place);
  if (options.json) {
    auto desks = Json::array();
    for (const auto& desk : seen) desks.push_back(json_of(desk));
    output.out << Json{{"desks", desks},
                       {"serial_lines", lines},
                       {"problem", problems.empty()
                                       ? Json()
                                       : Json(fmt::format("{}", fmt::join(problems, "; ")))}}
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
  for (const auto& problem : problems) output.out << capital(problem) << ".\n";
  if (!seen.empty() || !lines.empty())
    output.out
        << "Write what is yours into ~/.config/poised/poised.toml, then: poisectl desk test\n";
  return Exit::done;
}

}  // namespace poised::ctl
