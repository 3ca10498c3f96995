// SPDX-License-Identifier: MIT
#include "simulated_desks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace desk::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

rig::DeskPhysics::Options usual_desk() {
  rig::DeskPhysics::Options options;
  options.start_mm = 720;
  return options;
}

/// Hands a transport's link events to a Wire that goes up and down.
class WireLink {
 public:
  WireLink(Wire& wire, std::string name) : wire_(wire), name_(std::move(name)) {}
  void open(LinkEvents events) {
    events_ = std::move(events);
    wire_.on_cut = [this] {
      if (events_.closed) events_.closed(name_ + ": the connection was lost");
    };
    wire_.on_restored = [this] { say_opened(); };
    if (wire_.up)
      say_opened();
    else
      wire_.restore();
  }
  void forget() {
    alive_.reset();
    wire_.on_cut = {};
    wire_.on_restored = {};
  }
  Wire& wire() { return wire_; }

 private:
  void say_opened() {
    wire_.later([weak = std::weak_ptr(alive_), opened = events_.opened] {
      if (!weak.expired()) opened();
    });
  }
  Wire& wire_;
  std::string name_;
  LinkEvents events_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// ------------------------------------------------------------------ transports in memory

class MemoryGatt final : public Gatt {
 public:
  MemoryGatt(Wire& wire, rig::LinakFirmware& firmware, std::size_t& orders)
      : link_(wire, "bluetooth"), firmware_(firmware), orders_(orders) {}
  ~MemoryGatt() override {
    link_.forget();
    firmware_.notify = {};
  }
  void open(LinkEvents events, std::function<void(std::string_view, ByteView)> value,
            std::vector<std::string_view> /*notifying*/) override {
    value_ = std::make_shared<decltype(value)>(std::move(value));
    firmware_.notify = [this](std::string_view uuid, const Bytes& bytes) {
      deliver(std::string(uuid), bytes);
    };
    link_.open(std::move(events));
  }
  void read(std::string_view uuid) override {
    if (!link_.wire().up) return;
    link_.wire().later([this, weak = std::weak_ptr(value_), name = std::string(uuid)] {
      if (!weak.expired() && !firmware_.silent) deliver(name, firmware_.read(name));
    });
  }
  void write(std::string_view uuid, ByteView bytes) override {
    if (!link_.wire().up) return;
    if (uuid == linak::target_uuid || (uuid == linak::command_uuid && bytes[0] < 0x80)) ++orders_;
    send(uuid, bytes);
  }
  void write_first(std::string_view uuid, ByteView bytes) override {
    if (link_.wire().up) send(uuid, bytes);
  }

 private:
  void send(std::string_view uuid, ByteView bytes) {
    link_.wire().later([&firmware = firmware_, name = std::string(uuid),
                        copy = Bytes(bytes.begin(), bytes.end())] { firmware.write(name, copy); });
  }
  void deliver(const std::string& uuid, const Bytes& bytes) {
    link_.wire().later([weak = std::weak_ptr(value_), uuid, bytes] {
      if (const auto value = weak.lock()) (*value)(uuid, bytes);
    });
  }
  WireLink link_;
  rig::LinakFirmware& firmware_;
  std::size_t& orders_;
  std::shared_ptr<std::function<void(std::string_view, ByteView)>> value_;
};

class MemoryStream final : public ByteStream {
 public:
  /// `is_order`: these bytes would move the desk.
  MemoryStream(Wire& wire, rig::StreamFirmware& firmware, std::size_t& orders,
               std::function<bool(ByteView)> is_order)
      : link_(wire, "serial"),
        firmware_(firmware),
        orders_(orders),
        is_order_(std::move(is_order)) {}
  ~MemoryStream() override {
    link_.forget();
    firmware_.send = [](const Bytes&) {};
  }
  void open(LinkEvents events, std::function<void(ByteView)> received) override {
    received_ = std::make_shared<decltype(received)>(std::move(received));
    firmware_.send = [this](const Bytes& bytes) {
      // Cut in two, as a line may do.
      const auto half = static_cast<std::ptrdiff_t>(bytes.size() / 2);
      for (const auto& part :
           {Bytes(bytes.begin(), bytes.begin() + half), Bytes(bytes.begin() + half, bytes.end())})
        link_.wire().later([weak = std::weak_ptr(received_), part] {
          if (const auto received_now = weak.lock()) (*received_now)(part);
        });
    };
    link_.open(std::move(events));
  }
  void send(ByteView bytes) override {
    if (!link_.wire().up) return;
    if (is_order_(bytes)) ++orders_;
    link_.wire().later([&firmware = firmware_, copy = Bytes(bytes.begin(), bytes.end())] {
      firmware.receive(copy);
    });
  }
  void send_first(ByteView bytes) override {
    if (!link_.wire().up) return;
    link_.wire().later([&firmware = firmware_, copy = Bytes(bytes.begin(), bytes.end())] {
      firmware.receive(copy);
    });
  }

 private:
  WireLink link_;
  rig::StreamFirmware& firmware_;
  std::size_t& orders_;
  std::function<bool(ByteView)> is_order_;
  std::shared_ptr<std::function<void(ByteView)>> received_;
};

class MemoryHid final : public HidDevice {
 public:
  MemoryHid(Wire& wire, rig::LinakUsbFirmware& firmware, std::size_t& orders)
      : link_(wire, "hidraw"), firmware_(firmware), orders_(orders) {}
  ~MemoryHid() override { link_.forget(); }
  void open(LinkEvents events) override { link_.open(std::move(events)); }
  bool set(const linak::Report& report) override {
    if (!count()) return false;
    if (report[0] == 5 && little16(report, 1) != 0x8001) ++orders_;
    return firmware_.set(report);
  }
  std::optional<linak::Report> get(std::uint8_t id) override {
    return count() ? firmware_.get(id) : std::nullopt;
  }

 private:
  /// A transfer is a message: the cable may be pulled at each.
  bool count() {
    auto& wire = link_.wire();
    if (!wire.up) return false;
    ++wire.delivered;
    if (wire.cut_after && wire.delivered >= *wire.cut_after) {
      wire.later([] {});
      wire.cut_after = wire.delivered + 1;
    }
    return true;
  }
  WireLink link_;
  rig::LinakUsbFirmware& firmware_;
  std::size_t& orders_;
};

class MemoryMqtt final : public MqttLink {
 public:
  /// `announced_for`: whoever subscribes to that is told how it is.
  MemoryMqtt(Wire& wire, rig::EspHomeFirmware& firmware, std::size_t& orders,
             std::string announced_for)
      : link_(wire, "mqtt"),
        firmware_(firmware),
        orders_(orders),
        announced_for_(std::move(announced_for)) {}
  ~MemoryMqtt() override {
    link_.forget();
    firmware_.publish = [](const std::string&, const std::string&) {};
  }
  void open(LinkEvents events, std::function<void(const Message&)> received) override {
    received_ = std::make_shared<decltype(received)>(std::move(received));
    firmware_.publish = [this](const std::string& topic, const std::string& payload) {
      link_.wire().later([weak = std::weak_ptr(received_), topic, payload] {
        if (const auto received_now = weak.lock()) (*received_now)({topic, payload, false});
      });
    };
    link_.open(std::move(events));
  }
  void subscribe(const std::string& topic) override {
    if (topic == announced_for_) firmware_.announce();
  }
  void publish(const std::string& topic, const std::string& payload, bool /*retain*/) override {
    if (!link_.wire().up) return;
    // To be sent where it is, or nearly so, is a stop.
    constexpr double near_mm = 60;
    const auto asked_mm = firmware_.asked_mm(topic, payload);
    if (asked_mm && std::abs(*asked_mm - firmware_.physics.mm()) > near_mm) ++orders_;
    link_.wire().later(
        [&firmware = firmware_, topic, payload] { firmware.receive(topic, payload); });
  }

 private:
  WireLink link_;
  rig::EspHomeFirmware& firmware_;
  std::size_t& orders_;
  const std::string announced_for_;
  std::shared_ptr<std::function<void(const Message&)>> received_;
};

/// A program that speaks to a desk of the ESPHome kind.
class MemoryRunner final : public Runner {
 public:
  MemoryRunner(Wire& wire, rig::EspHomeFirmware& firmware, std::size_t& orders)
      : wire_(wire), firmware_(firmware), orders_(orders) {
    firmware_.publish = [](const std::string&, const std::string&) {};
  }
  void run(const std::vector<std::string>& words, milliseconds /*patience*/,
           std::function<void(const Ended&)> ended) override {
    auto shared = std::make_shared<decltype(ended)>(std::move(ended));
    running_.push_back(shared);
    if (words[0] == "goto") ++orders_;
    if (!wire_.up) {
      // The program cannot reach the desk and says so; no message crosses the wire.
      if (words[0] == "height") unreachable_ = true;
      return;
    }
    wire_.later([this, words, weak = std::weak_ptr(shared)] {
      const auto action = weak.lock();
      if (words[0] == "goto" && action)
        firmware_.physics.go_to(std::strtod(words[1].c_str(), nullptr));
      if (words[0] == "stop") firmware_.physics.halt();
      if (!action) return;
      const double mm = firmware_.lie_mm.value_or(firmware_.physics.mm());
      if (words[0] == "height")
        (*action)(firmware_.silent ? Ended{1, ""} : Ended{0, std::to_string(std::lround(mm))});
    });
  }
  void kill_all() override { running_.clear(); }

 private:
  Wire& wire_;
  rig::EspHomeFirmware& firmware_;
  std::size_t& orders_;
  bool unreachable_ = false;
  std::vector<std::shared_ptr<std::function<void(const Ended&)>>> running_;
};

// ------------------------------------------------------------------ families

template <class Firmware, class Transport, class MakeDriver>
class Simulated final : public SimulatedDesk {
 public:
  template <class... Arguments>
  Simulated(MakeDriver make, std::function<std::unique_ptr<Transport>(Simulated&)> transport,
            Arguments... arguments)
      : SimulatedDesk(box_),
        box_(arguments...),
        make_(std::move(make)),
        make_transport_(std::move(transport)) {}
  ~Simulated() override { end_process(); }
  Firmware& box() { return box_; }

 private:
  void drop_transport() override { transport_.reset(); }
  std::unique_ptr<Driver> make_driver(DriverEvents& events, DeskUnit::Now now_of) override {
    transport_.reset();
    transport_ = make_transport_(*this);
    return make_(*transport_, events, std::move(now_of));
  }
  Firmware box_;
  MakeDriver make_;
  std::function<std::unique_ptr<Transport>(Simulated&)> make_transport_;
  std::unique_ptr<Transport> transport_;
};

template <class Firmware, class Transport, class MakeDriver, class MakeTransport,
          class... Arguments>
std::unique_ptr<SimulatedDesk> simulated(MakeDriver make, MakeTransport transport,
                                         Arguments... arguments) {
  return std::make_unique<Simulated<Firmware, Transport, MakeDriver>>(
      std::move(make),
      [transport](Simulated<Firmware, Transport, MakeDriver>& desk) {
        return std::unique_ptr<Transport>(transport(desk));
      },
      arguments...);
}

std::unique_ptr<SimulatedDesk> linak(bool needs_owner) {
  return simulated<rig::LinakFirmware, Gatt>(
      [](Gatt& gatt, DriverEvents& events, DeskUnit::Now now) {
        return std::unique_ptr<Driver>(std::make_unique<LinakBle>(gatt, events, now, 0));
      },
      [](auto& desk) { return new MemoryGatt(desk.wire, desk.box(), desk.orders); }, usual_desk(),
      needs_owner);
}

template <class Firmware, class FamilyDriver, class... Arguments>
std::unique_ptr<SimulatedDesk> on_a_line(std::function<bool(ByteView)> is_order,
                                         Arguments... arguments) {
  return simulated<Firmware, ByteStream>(
      [](ByteStream& stream, DriverEvents& events, DeskUnit::Now now) {
        return std::unique_ptr<Driver>(std::make_unique<FamilyDriver>(stream, events, now));
      },
      [is_order](auto& desk) {
        return new MemoryStream(desk.wire, desk.box(), desk.orders, is_order);
      },
      usual_desk(), arguments...);
}

/// `whole`: it has a stop, and says whether it is there.
std::unique_ptr<SimulatedDesk> behind_a_broker(bool whole) {
  using Box = rig::EspHomeFirmware;
  return simulated<Box, MqttLink>(
      [whole](MqttLink& link, DriverEvents& events, DeskUnit::Now now) {
        mqtt::Endpoint endpoint;
        endpoint.state_topic = Box::state_topic;
        endpoint.set_topic = Box::set_topic;
        if (whole) {
          endpoint.stop_topic = Box::stop_topic;
          endpoint.stop_payload = "STOP";
          endpoint.availability_topic = Box::status_topic;
        }
        return std::unique_ptr<Driver>(
            std::make_unique<MqttDriver>(link, events, now, endpoint, MqttDriver::Discovery()));
      },
      [whole](auto& desk) {
        return new MemoryMqtt(desk.wire, desk.box(), desk.orders,
                              whole ? Box::status_topic : Box::state_topic);
      },
      usual_desk());
}

/// It says how far up it is, in percent, and no height.
std::unique_ptr<SimulatedDesk> a_cover_only() {
  using Box = rig::EspHomeFirmware;
  return simulated<Box, MqttLink>(
      [](MqttLink& link, DriverEvents& events, DeskUnit::Now now) {
        const auto ends = usual_desk();
        mqtt::Endpoint endpoint;
        endpoint.state_topic = Box::position_topic;
        endpoint.set_topic = Box::set_position_topic;
        endpoint.stop_topic = Box::stop_topic;
        endpoint.stop_payload = "STOP";
        endpoint.availability_topic = Box::status_topic;
        endpoint.travel = {static_cast<std::int32_t>(ends.lowest_mm),
                           static_cast<std::int32_t>(ends.highest_mm)};
        return std::unique_ptr<Driver>(
            std::make_unique<MqttDriver>(link, events, now, endpoint, MqttDriver::Discovery()));
      },
      [](auto& desk) {
        return new MemoryMqtt(desk.wire, desk.box(), desk.orders, Box::status_topic);
      },
      usual_desk(), Box::Entities::cover);
}

}  // namespace

void SimulatedDesk::start(MotionSupervisor::Options options) {
  unit_.reset();
  options.presets = presets;
  unit_ = std::make_unique<DeskUnit>(
      [this](DriverEvents& events, DeskUnit::Now now_of) {
        return make_driver(events, std::move(now_of));
      },
      static_cast<SupervisorEvents&>(*this), std::move(options), [this] { return now; }, [] {});
  input();
}

void SimulatedDesk::tick(Instant end) {
  auto next = std::min(end, now + Duration(milliseconds(50)));
  const auto consider = [&](std::optional<Instant> at) {
    if (at && *at < next) next = std::max(*at, now + Duration(milliseconds(1)));
  };
  if (unit_) consider(unit_->deadline());
  consider(wire.next());
  next = std::min(next, end);
  firmware_.advance(next - now);
  now = next;
  wire.deliver();
  if (unit_ && unit_->deadline() && *unit_->deadline() <= now) unit_->elapse();
}

std::vector<Family> all_families() {
  const auto jiecang_order = [](ByteView bytes) {
    return bytes.size() > 2 && (bytes[2] == 0x1B || bytes[2] == 0x01 || bytes[2] == 0x02);
  };
  const auto loctek_order = [](ByteView bytes) {
    return bytes.size() > 4 && (bytes[3] != 0 || bytes[4] != 0);
  };
  const auto megadesk_order = [](ByteView bytes) { return bytes.size() > 1 && bytes[1] == '='; };
  return {
      {"LINAK over Bluetooth (IKEA Idåsen)", [] { return linak(false); }},
      {"LINAK over Bluetooth (panel without an owner)", [] { return linak(true); }},
      {"LINAK over USB2LIN06",
       [] {
         return simulated<rig::LinakUsbFirmware, HidDevice>(
             [](HidDevice& hid, DriverEvents& events, DeskUnit::Now now) {
               return std::unique_ptr<Driver>(std::make_unique<LinakUsb>(hid, events, now, 0));
             },
             [](auto& desk) { return new MemoryHid(desk.wire, desk.box(), desk.orders); },
             usual_desk());
       }},
      {"Jiecang",
       [=] { return on_a_line<rig::JiecangFirmware, JiecangDriver>(jiecang_order, false); }},
      {"Jiecang, display in inches",
       [=] { return on_a_line<rig::JiecangFirmware, JiecangDriver>(jiecang_order, true); }},
      {"Loctek, FlexiSpot",
       [=] { return on_a_line<rig::LoctekFirmware, LoctekDriver>(loctek_order); }},
      {"Loctek, FlexiSpot, by its presets",
       [=] {
         auto desk = on_a_line<rig::LoctekFirmware, LoctekDriver>(loctek_order);
         desk->presets = {{1, 720}, {2, 1100}};
         return desk;
       }},
      {"Bekant with Megadesk",
       [=] { return on_a_line<rig::MegadeskFirmware, MegadeskDriver>(megadesk_order); }},
      {"MQTT (ESPHome)", [] { return behind_a_broker(true); }},
      {"MQTT (two topics, no stop)", [] { return behind_a_broker(false); }},
      {"MQTT (a cover, in percent)", [] { return a_cover_only(); }},
      {"A program of one's own",
       [] {
         return simulated<rig::EspHomeFirmware, Runner>(
             [](Runner& runner, DriverEvents& events, DeskUnit::Now now) {
               CommandDriver::Words words;
               words.height = {"height"};
               words.go_to = {"goto", "{mm}"};
               words.stop = {"stop"};
               return std::unique_ptr<Driver>(
                   std::make_unique<CommandDriver>(runner, events, now, words));
             },
             [](auto& desk) {
               desk.wire.up = true;
               return new MemoryRunner(desk.wire, desk.box(), desk.orders);
             },
             usual_desk());
       }},
  };
}

}  // namespace desk::test
