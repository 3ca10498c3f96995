// SPDX-License-Identifier: MIT
#include "rigs/bluez.hpp"

#include <algorithm>
#include <condition_variable>
#include <stdexcept>
#include <utility>

#include "codec/linak.hpp"

namespace rig {
namespace {

constexpr const char* adapter_path = "/org/bluez/hci0";
constexpr auto slice = milliseconds(10);

GVariant* string_property(const std::string& text) {
  return g_variant_new_string(text.c_str());
}

void add(GVariantBuilder& properties, const char* name, GVariant* value) {
  g_variant_builder_add(&properties, "{sv}", name, value);
}

std::string hex(ByteView bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string with_underscores(std::string address) {
  std::replace(address.begin(), address.end(), ':', '_');
  return address;
}

}  // namespace

FakeBluez::FakeBluez(const std::string& bus_address, Behaviour behaviour)
    : behaviour_(std::move(behaviour)),
      desk_(behaviour_.mechanics, behaviour_.needs_owner),
      device_path_(std::string(adapter_path) + "/dev_" + with_underscores(behaviour_.address)) {
  exported_ = behaviour_.known;
  named_ = !behaviour_.name_comes_late;
  lay_out();
  desk_.notify = [this](std::string_view uuid, const Bytes& value) {
    for (const auto& characteristic : characteristics_)
      if (characteristic.uuid == uuid && characteristic.notifying && connected_)
        emit_value(characteristic.path, value);
  };
  peer_ = std::make_unique<BusPeer>(
      bus_address, [this](GDBusConnection&, GDBusMessage& message) { received(message); });
  own_name(true);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex idle;
    std::condition_variable_any wake;
    std::unique_lock lock(idle);
    while (!stop.stop_requested()) {
      wake.wait_for(lock, stop, slice, [] { return false; });
      serve();
    }
  });
}

FakeBluez::~FakeBluez() {
  thread_.request_stop();
  thread_.join();
  if (pairing_.joinable()) pairing_.join();
  peer_.reset();
}

void FakeBluez::own_name(bool on) {
  if (on)
    peer_->call_bus("org.freedesktop.DBus", "RequestName", g_variant_new("(su)", "org.bluez", 0));
  else
    peer_->call_bus("org.freedesktop.DBus", "ReleaseName", g_variant_new("(s)", "org.bluez"));
}

void FakeBluez::lay_out() {
  namespace linak = desk::linak;
  services_.clear();
  characteristics_.clear();
  const auto vendor = [](const char* part) {
    return std::string("99fa") + part + "-338a-1024-8a49-009c0215f78a";
  };
  const auto at = [this](const char* place) { return device_path_ + "/" + place; };
  if (behaviour_.other_handles) {
    services_ = {{vendor("0001"), at("service0020")},
                 {vendor("0010"), at("service0028")},
                 {vendor("0020"), at("service0018")},
                 {vendor("0030"), at("service0036")}};
    characteristics_ = {{std::string(linak::command_uuid), at("service0020/char0021")},
                        {std::string(linak::dpg_uuid), at("service0028/char0029")},
                        {std::string(linak::position_uuid), at("service0018/char001c")},
                        {std::string(linak::target_uuid), at("service0036/char0039")}};
  } else {
    services_ = {{vendor("0001"), at("service000e")},
                 {vendor("0010"), at("service0014")},
                 {vendor("0020"), at("service0018")},
                 {vendor("0030"), at("service0020")}};
    characteristics_ = {{std::string(linak::command_uuid), at("service000e/char000f")},
                        {std::string(linak::dpg_uuid), at("service0014/char0015")},
                        {std::string(linak::position_uuid), at("service0018/char0019")},
                        {std::string(linak::target_uuid), at("service0020/char0021")}};
  }
}

// ------------------------------------------------------------------ time

void FakeBluez::after(milliseconds time, std::function<void()> action) {
  later_.push_back({Clock::now() + time, std::move(action)});
}

void FakeBluez::serve() {
  const std::scoped_lock lock(mutex_);
  const auto now = Clock::now();
  desk_.advance(now - std::exchange(last_, now));
  for (;;) {
    const auto due = std::find_if(later_.begin(), later_.end(),
                                  [now](const Later& each) { return each.at <= now; });
    if (due == later_.end()) return;
    const auto action = std::move(due->action);
    later_.erase(due);
    action();
  }
}

// ------------------------------------------------------------------ what tests do

void FakeBluez::with_desk(const std::function<void(LinakFirmware&)>& action) {
  const std::scoped_lock lock(mutex_);
  action(desk_);
}

double FakeBluez::height_mm() {
  const std::scoped_lock lock(mutex_);
  return desk_.physics.mm();
}

bool FakeBluez::moving() {
  const std::scoped_lock lock(mutex_);
  return desk_.physics.moving();
}

std::vector<std::string> FakeBluez::writes() {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [text, at] : writes_) all.push_back(text);
  return all;
}

std::optional<Clock::time_point> FakeBluez::write_since(const std::string& bytes,
                                                        Clock::time_point since) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [written, at] : writes_)
    if (at >= since && written == bytes) return at;
  return std::nullopt;
}

void FakeBluez::set_in_range(bool on) {
  const std::scoped_lock lock(mutex_);
  behaviour_.in_range = on;
}

void FakeBluez::forget_device() {
  const std::scoped_lock lock(mutex_);
  if (connected_) disconnected();
  exported_ = false;
  const char* const interfaces[] = {"org.bluez.Device1", nullptr};
  emit("/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
       g_variant_new("(o^as)", device_path_.c_str(), interfaces));
}

void FakeBluez::set_powered(bool on) {
  const std::scoped_lock lock(mutex_);
  powered_ = on;
  if (!on && connected_) disconnected();
}

bool FakeBluez::paired() {
  const std::scoped_lock lock(mutex_);
  return behaviour_.paired;
}

bool FakeBluez::trusted() {
  const std::scoped_lock lock(mutex_);
  return trusted_;
}

bool FakeBluez::connected() {
  const std::scoped_lock lock(mutex_);
  return connected_;
}

void FakeBluez::lose_link() {
  const std::scoped_lock lock(mutex_);
  if (connected_) disconnected();
}

void FakeBluez::restart() {
  own_name(false);
  {
    const std::scoped_lock lock(mutex_);
    connected_ = resolved_ = connecting_ = discovering_ = false;
    agent_owner_.clear();
    ++link_;
    for (auto& characteristic : characteristics_)
      characteristic.notifying = characteristic.writing = false;
  }
  own_name(true);
}

void FakeBluez::disconnected() {
  ++link_;
  connected_ = resolved_ = false;
  for (auto& characteristic : characteristics_) characteristic.writing = false;
  emit_device("ServicesResolved", false);
  emit_device("Connected", false);
}

// ------------------------------------------------------------------ the bus

GVariant* FakeBluez::device_properties() const {
  GVariantBuilder properties;
  g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
  add(properties, "Address", string_property(behaviour_.address));
  add(properties, "AddressType", g_variant_new_string("random"));
  if (named_) add(properties, "Name", g_variant_new_string("Desk 1234"));
  const std::string service(desk::linak::control_service);
  const char* const uuids[] = {service.c_str(), nullptr};
  add(properties, "UUIDs", g_variant_new_strv(uuids, 1));
  add(properties, "Paired", g_variant_new_boolean(behaviour_.paired));
  add(properties, "Trusted", g_variant_new_boolean(trusted_));
  add(properties, "Connected", g_variant_new_boolean(connected_));
  add(properties, "ServicesResolved", g_variant_new_boolean(resolved_));
  add(properties, "Adapter", g_variant_new_object_path(adapter_path));
  return g_variant_builder_end(&properties);
}

GVariant* FakeBluez::objects() const {
  GVariantBuilder all;
  g_variant_builder_init(&all, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
  const auto object = [&all](const std::string& path, const char* interface, GVariant* properties) {
    GVariantBuilder interfaces;
    g_variant_builder_init(&interfaces, G_VARIANT_TYPE("a{sa{sv}}"));
    g_variant_builder_add(&interfaces, "{s@a{sv}}", interface, properties);
    g_variant_builder_add(&all, "{o@a{sa{sv}}}", path.c_str(), g_variant_builder_end(&interfaces));
  };
  GVariantBuilder adapter;
  g_variant_builder_init(&adapter, G_VARIANT_TYPE("a{sv}"));
  add(adapter, "Powered", g_variant_new_boolean(powered_));
  object(adapter_path, "org.bluez.Adapter1", g_variant_builder_end(&adapter));
  if (!exported_) return g_variant_builder_end(&all);
  object(device_path_, "org.bluez.Device1", device_properties());
  if (!resolved_) return g_variant_builder_end(&all);
  for (const auto& [uuid, path] : services_) {
    GVariantBuilder service;
    g_variant_builder_init(&service, G_VARIANT_TYPE("a{sv}"));
    add(service, "UUID", string_property(uuid));
    add(service, "Device", g_variant_new_object_path(device_path_.c_str()));
    add(service, "Primary", g_variant_new_boolean(TRUE));
    object(path, "org.bluez.GattService1", g_variant_builder_end(&service));
  }
  for (const auto& each : characteristics_) {
    GVariantBuilder characteristic;
    g_variant_builder_init(&characteristic, G_VARIANT_TYPE("a{sv}"));
    add(characteristic, "UUID", string_property(each.uuid));
    add(characteristic, "Notifying", g_variant_new_boolean(each.notifying));
    object(each.path, "org.bluez.GattCharacteristic1", g_variant_builder_end(&characteristic));
  }
  return g_variant_builder_end(&all);
}

FakeBluez::Characteristic* FakeBluez::at(const std::string& path) {
  for (auto& characteristic : characteristics_)
    if (characteristic.path == path) return &characteristic;
  return nullptr;
}

void FakeBluez::reply(GDBusMessage* call, GVariant* body) {
  GDBusMessage* message = g_dbus_message_new_method_reply(call);
  if (body != nullptr) g_dbus_message_set_body(message, body);
  g_dbus_connection_send_message(peer_->connection(), message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                 nullptr, nullptr);
  g_object_unref(message);
  g_object_unref(call);
}

void FakeBluez::refuse(GDBusMessage* call, const char* name, const char* text) {
  GDBusMessage* message = g_dbus_message_new_method_error_literal(call, name, text);
  g_dbus_connection_send_message(peer_->connection(), message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                 nullptr, nullptr);
  g_object_unref(message);
  g_object_unref(call);
}

void FakeBluez::emit(const std::string& path, const char* interface, const char* member,
                     GVariant* body) {
  if (!peer_) {
    g_variant_unref(g_variant_ref_sink(body));
    return;
  }
  g_dbus_connection_emit_signal(peer_->connection(), nullptr, path.c_str(), interface, member, body,
                                nullptr);
}

void FakeBluez::emit_device(const char* property, bool value) {
  GVariantBuilder properties;
  g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
  add(properties, property, g_variant_new_boolean(value));
  emit(device_path_, "org.freedesktop.DBus.Properties", "PropertiesChanged",
       g_variant_new("(sa{sv}as)", "org.bluez.Device1", &properties, nullptr));
}

void FakeBluez::emit_value(const std::string& path, const Bytes& value) {
  GVariantBuilder properties;
  g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
  add(properties, "Value",
      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value.data(), value.size(), 1));
  emit(path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
       g_variant_new("(sa{sv}as)", "org.bluez.GattCharacteristic1", &properties, nullptr));
}

void FakeBluez::connect_device(GDBusMessage* call) {
  ++connects_;
  if (!powered_) return refuse(call, "org.bluez.Error.NotReady", "Resource Not Ready");
  if (connected_) return reply(call, nullptr);
  if (std::exchange(connecting_, true))
    return refuse(call, "org.bluez.Error.InProgress", "In Progress");
  const bool fails = !behaviour_.in_range || behaviour_.connect_failures > 0;
  if (behaviour_.connect_failures > 0) --behaviour_.connect_failures;
  after(behaviour_.connect_takes, [this, call, fails] {
    connecting_ = false;
    if (fails) return refuse(call, "org.bluez.Error.Failed", "le-connection-abort-by-local");
    connected_ = true;
    emit_device("Connected", true);
    reply(call, nullptr);
    after(behaviour_.resolve_takes, [this, link = link_] {
      if (link != link_ || !connected_) return;
      resolved_ = true;
      emit_device("ServicesResolved", true);
    });
  });
}

void FakeBluez::show_device() {
  exported_ = true;
  GVariantBuilder interfaces;
  g_variant_builder_init(&interfaces, G_VARIANT_TYPE("a{sa{sv}}"));
  g_variant_builder_add(&interfaces, "{s@a{sv}}", "org.bluez.Device1", device_properties());
  emit("/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
       g_variant_new("(oa{sa{sv}})", device_path_.c_str(), &interfaces));
  if (named_) return;
  after(behaviour_.connect_takes, [this] {
    named_ = true;
    GVariantBuilder properties;
    g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
    add(properties, "Name", g_variant_new_string("Desk 1234"));
    emit(device_path_, "org.freedesktop.DBus.Properties", "PropertiesChanged",
         g_variant_new("(sa{sv}as)", "org.bluez.Device1", &properties, nullptr));
  });
}

void FakeBluez::say_signal_strength() {
  if (!discovering_) return;
  if (exported_ && behaviour_.in_range) {
    GVariantBuilder properties;
    g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
    add(properties, "RSSI", g_variant_new_int16(-61));
    emit(device_path_, "org.freedesktop.DBus.Properties", "PropertiesChanged",
         g_variant_new("(sa{sv}as)", "org.bluez.Device1", &properties, nullptr));
  }
  after(milliseconds(1000), [this] { say_signal_strength(); });
}

void FakeBluez::start_discovery(GDBusMessage* call) {
  if (!powered_) return refuse(call, "org.bluez.Error.NotReady", "Resource Not Ready");
  discovering_ = true;
  after(behaviour_.connect_takes, [this] {
    if (!exported_ && behaviour_.in_range) show_device();
    say_signal_strength();
  });
  reply(call, nullptr);
}

/// Just Works: the one who pairs is asked, and the panel for its part wants its key to be held.
void FakeBluez::pair_device(GDBusMessage* call) {
  if (behaviour_.paired) return refuse(call, "org.bluez.Error.AlreadyExists", "Already Exists");
  if (agent_owner_.empty() || !behaviour_.light_blinks)
    return refuse(call, "org.bluez.Error.AuthenticationFailed", "Authentication Failed");
  pairing_ = std::jthread([this, call, owner = agent_owner_, agent = agent_path_] {
    bool agreed = true;
    try {
      static_cast<void>(peer_->call(owner, agent, "org.bluez.Agent1", "RequestAuthorization",
                                    g_variant_new("(o)", device_path_.c_str())));
    } catch (const std::runtime_error&) {
      agreed = false;
    }
    const std::scoped_lock lock(mutex_);
    if (!agreed)
      return refuse(call, "org.bluez.Error.AuthenticationRejected", "Authentication Rejected");
    behaviour_.paired = connected_ = true;
    emit_device("Connected", true);
    emit_device("Paired", true);
    reply(call, nullptr);
  });
}

void FakeBluez::received(GDBusMessage& message) {
  if (g_dbus_message_get_message_type(&message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL) return;
  const std::scoped_lock lock(mutex_);
  auto* call = G_DBUS_MESSAGE(g_object_ref(&message));
  const std::string member = g_dbus_message_get_member(call);
  const std::string path = g_dbus_message_get_path(call);
  GVariant* body = g_dbus_message_get_body(call);
  if (member == "GetManagedObjects")
    return reply(call, g_variant_new("(@a{oa{sa{sv}}})", objects()));
  if (member == "StartDiscovery") return start_discovery(call);
  if (member == "StopDiscovery") discovering_ = false;
  if (member == "RegisterAgent") {
    const char *agent = nullptr, *capability = nullptr;
    g_variant_get(body, "(&o&s)", &agent, &capability);
    agent_owner_ = g_dbus_message_get_sender(call);
    agent_path_ = agent;
    return reply(call, nullptr);
  }
  if (member == "UnregisterAgent") agent_owner_.clear();
  if (member == "StopDiscovery" || member == "StopNotify" || member == "UnregisterAgent")
    return reply(call, nullptr);
  if (path == device_path_) {
    if (!exported_)
      return refuse(call, "org.freedesktop.DBus.Error.UnknownObject", "no such object");
    if (member == "Connect") return connect_device(call);
    if (member == "Pair") return pair_device(call);
    if (member == "Set") trusted_ = true;
    if (member == "Disconnect" && connected_) disconnected();
    if (member == "Set" || member == "Disconnect") return reply(call, nullptr);
  }
  Characteristic* const characteristic = at(path);
  if (characteristic == nullptr)
    return refuse(call, "org.freedesktop.DBus.Error.UnknownObject", "no such object");
  if (member == "StartNotify") {
    if (behaviour_.asks_to_pair && !behaviour_.paired)
      return refuse(call, "org.bluez.Error.NotPermitted", "Not paired");
    characteristic->notifying = true;
    return reply(call, nullptr);
  }
  if (!connected_) return refuse(call, "org.bluez.Error.Failed", "Not connected");
  if (member == "ReadValue") {
    after(behaviour_.write_takes, [this, call, path = characteristic->path,
                                   uuid = characteristic->uuid, link = link_] {
      if (link != link_) return refuse(call, "org.bluez.Error.Failed", "Not connected");
      if (desk_.silent) return refuse(call, "org.bluez.Error.Failed", "Operation failed");
      const auto value = desk_.read(uuid);
      reply(call, g_variant_new("(@ay)", g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE,
                                                                   value.data(), value.size(), 1)));
      emit_value(path, value);
    });
    return;
  }
  if (member == "WriteValue") {
    if (characteristic->writing) return refuse(call, "org.bluez.Error.InProgress", "In Progress");
    GVariant* bytes = g_variant_get_child_value(body, 0);
    gsize size = 0;
    const auto* data = static_cast<const std::uint8_t*>(g_variant_get_fixed_array(bytes, &size, 1));
    const Bytes value(data, data + size);
    g_variant_unref(bytes);
    characteristic->writing = true;
    writes_.emplace_back(characteristic->uuid.substr(4, 4) + " " + hex(value), Clock::now());
    desk_.write(characteristic->uuid, value);
    after(behaviour_.write_takes, [this, call, path, link = link_] {
      if (link != link_) return refuse(call, "org.bluez.Error.Failed", "Not connected");
      if (auto* done = at(path)) done->writing = false;
      reply(call, nullptr);
    });
    return;
  }
  refuse(call, "org.freedesktop.DBus.Error.UnknownMethod", "no such method");
}

}  // namespace rig
