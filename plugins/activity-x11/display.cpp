// SPDX-License-Identifier: MIT
#include "display.hpp"

#include <xcb/randr.h>
#include <xcb/xinput.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <poised/plugin.hpp>
#include <string_view>
#include <utility>

namespace activity_x11 {
namespace {

constexpr std::string_view xwayland_reason =
    "x11: Xwayland sees only part of the input; a Wayland session needs a source of its own";

std::int64_t to_int64(xcb_sync_int64_t value) {
  return static_cast<std::int64_t>(
      static_cast<std::uint64_t>(static_cast<std::uint32_t>(value.hi)) << 32 | value.lo);
}

xcb_sync_int64_t to_sync(std::int64_t value) {
  return {static_cast<std::int32_t>(value >> 32), static_cast<std::uint32_t>(value)};
}

// libxcb gets this list wrong: it takes the header of an entry for 16 bytes, as the struct is,
// where the wire has 14. Names begin two bytes late, and the step to the next entry is right only
// for some lengths of name: not for the "DEVICEIDLETIME 10" that every real machine has.
std::map<std::string, xcb_sync_counter_t, std::less<>> counters_by_name(
    const xcb_sync_list_system_counters_reply_t& reply) {
  constexpr std::size_t length_at = 12, name_at = 14;
  std::map<std::string, xcb_sync_counter_t, std::less<>> counters;
  std::string_view rest{reinterpret_cast<const char*>(&reply) + sizeof reply,
                        std::size_t{reply.length} * 4};
  for (std::uint32_t i = 0; i < reply.counters_len && rest.size() >= name_at; ++i) {
    xcb_sync_counter_t counter = XCB_NONE;
    std::uint16_t length = 0;
    std::memcpy(&counter, rest.data(), sizeof counter);
    std::memcpy(&length, rest.data() + length_at, sizeof length);
    counters.emplace(rest.substr(name_at, length), counter);
    const std::size_t entry = (name_at + length + 3) / 4 * 4;
    rest.remove_prefix(std::min(entry, rest.size()));
  }
  return counters;
}

struct InputDevice {
  int id;
  std::uint16_t type;
  bool enabled;
  std::string_view name;
};

// By the lengths that the server gives: libxcb loses its way at a class of device that is newer
// than itself.
std::vector<InputDevice> devices_of(const xcb_input_xi_query_device_reply_t& reply) {
  constexpr std::size_t class_length_at = 2, class_header = 4;
  std::vector<InputDevice> devices;
  std::string_view rest{reinterpret_cast<const char*>(&reply) + sizeof reply,
                        std::size_t{reply.length} * 4};
  const auto skip = [&rest](std::size_t bytes) {
    rest.remove_prefix(std::min(bytes, rest.size()));
  };
  for (std::uint16_t i = 0; i < reply.num_infos; ++i) {
    xcb_input_xi_device_info_t info{};
    if (rest.size() < sizeof info) break;
    std::memcpy(&info, rest.data(), sizeof info);
    skip(sizeof info);
    devices.push_back({info.deviceid, info.type, info.enabled != 0, rest.substr(0, info.name_len)});
    skip((std::size_t{info.name_len} + 3) / 4 * 4);
    for (std::uint16_t c = 0; c < info.num_classes && rest.size() >= class_header; ++c) {
      std::uint16_t words = 0;
      std::memcpy(&words, rest.data() + class_length_at, sizeof words);
      skip(std::size_t{words} * 4);
    }
  }
  return devices;
}

}  // namespace

Display::Display(Events events)
    : events_(std::move(events)),
      x_([this](const xcb_generic_event_t& event) { handle(event); },
         std::string{xwayland_reason}) {
  xcb_connection_t* x = x_.get();
  xcb_prefetch_extension_data(x, &xcb_sync_id);
  xcb_prefetch_extension_data(x, &xcb_input_id);
  const xcb_query_extension_reply_t* sync = xcb_get_extension_data(x, &xcb_sync_id);
  const xcb_query_extension_reply_t* xinput = xcb_get_extension_data(x, &xcb_input_id);
  if (sync == nullptr || sync->present == 0)
    throw poised::Failure("x11: " + name() + ": the server has no SYNC extension");
  if (xinput == nullptr || xinput->present == 0)
    throw poised::Failure("x11: " + name() + ": the server has no XInput extension");
  sync_first_event_ = sync->first_event;
  xinput_opcode_ = xinput->major_opcode;

  const poised::OwnedX<xcb_sync_initialize_reply_t> sync_version{
      xcb_sync_initialize_reply(x, xcb_sync_initialize(x, 3, 1), nullptr)};
  const poised::OwnedX<xcb_input_xi_query_version_reply_t> xinput_version{
      xcb_input_xi_query_version_reply(x, xcb_input_xi_query_version(x, 2, 0), nullptr)};
  if (!sync_version || sync_version->major_version < 3)
    throw poised::Failure("x11: " + name() + ": the server's SYNC extension is too old");
  if (!xinput_version || xinput_version->major_version < 2)
    throw poised::Failure("x11: " + name() + ": the server's XInput extension is too old");
  if (is_xwayland()) throw poised::Failure(std::string{xwayland_reason}, true);

  struct {
    xcb_input_event_mask_t head{XCB_INPUT_DEVICE_ALL, 1};
    std::uint32_t mask = XCB_INPUT_XI_EVENT_MASK_HIERARCHY;
  } hierarchy;
  xcb_input_xi_select_events(x, x_.root(), 1, &hierarchy.head);
}

// Newer servers say it with an extension; those of Debian 12 name their only outputs and, once the
// compositor has given them any, their input devices so.
bool Display::is_xwayland() {
  xcb_connection_t* x = x_.get();
  constexpr std::string_view extension = "XWAYLAND";
  const poised::OwnedX<xcb_query_extension_reply_t> known{xcb_query_extension_reply(
      x, xcb_query_extension(x, extension.size(), extension.data()), nullptr)};
  if (known && known->present != 0) return true;

  const poised::OwnedX<xcb_input_xi_query_device_reply_t> devices{xcb_input_xi_query_device_reply(
      x, xcb_input_xi_query_device(x, XCB_INPUT_DEVICE_ALL), nullptr)};
  if (devices)
    for (const InputDevice& device : devices_of(*devices))
      if (device.name.starts_with("xwayland-")) return true;

  const xcb_query_extension_reply_t* randr = xcb_get_extension_data(x, &xcb_randr_id);
  if (randr == nullptr || randr->present == 0) return false;
  const poised::OwnedX<xcb_randr_query_version_reply_t> version{
      xcb_randr_query_version_reply(x, xcb_randr_query_version(x, 1, 3), nullptr)};
  if (!version) return false;
  const poised::OwnedX<xcb_randr_get_screen_resources_current_reply_t> screen{
      xcb_randr_get_screen_resources_current_reply(
          x, xcb_randr_get_screen_resources_current(x, x_.root()), nullptr)};
  if (!screen) return false;
  const xcb_randr_output_t* outputs = xcb_randr_get_screen_resources_current_outputs(screen.get());
  for (int i = 0; i < xcb_randr_get_screen_resources_current_outputs_length(screen.get()); ++i) {
    const poised::OwnedX<xcb_randr_get_output_info_reply_t> output{xcb_randr_get_output_info_reply(
        x, xcb_randr_get_output_info(x, outputs[i], screen->config_timestamp), nullptr)};
    if (!output) continue;
    const std::string_view name{
        reinterpret_cast<const char*>(xcb_randr_get_output_info_name(output.get())),
        static_cast<std::size_t>(xcb_randr_get_output_info_name_length(output.get()))};
    if (name.starts_with("XWAYLAND")) return true;
  }
  return false;
}

void Display::list_counters(std::function<void(const Counters&)> done) {
  xcb_connection_t* x = x_.get();
  struct Devices {
    std::vector<int> keyboards, pointers;
  };
  auto devices = std::make_shared<Devices>();
  x_.expect(xcb_input_xi_query_device(x, XCB_INPUT_DEVICE_ALL_MASTER).sequence,
            [devices](void* data) {
              if (data == nullptr) return;
              for (const InputDevice& device :
                   devices_of(*static_cast<xcb_input_xi_query_device_reply_t*>(data))) {
                if (!device.enabled) continue;
                if (device.type == XCB_INPUT_DEVICE_TYPE_MASTER_KEYBOARD)
                  devices->keyboards.push_back(device.id);
                if (device.type == XCB_INPUT_DEVICE_TYPE_MASTER_POINTER)
                  devices->pointers.push_back(device.id);
              }
            });
  x_.expect(xcb_sync_list_system_counters(x).sequence, [devices,
                                                        done = std::move(done)](void* data) {
    if (data == nullptr) return done({});
    const auto by_name =
        counters_by_name(*static_cast<xcb_sync_list_system_counters_reply_t*>(data));
    const auto find = [&by_name](const std::string& name) {
      const auto found = by_name.find(name);
      return found == by_name.end() ? xcb_sync_counter_t{XCB_NONE} : found->second;
    };
    const auto find_all = [&find](const std::vector<int>& ids) {
      std::vector<xcb_sync_counter_t> counters;
      for (const int id : ids)
        if (const auto counter = find("DEVICEIDLETIME " + std::to_string(id)); counter != XCB_NONE)
          counters.push_back(counter);
      return counters;
    };
    done({find_all(devices->keyboards), find_all(devices->pointers), find("IDLETIME")});
  });
}

void Display::read_counters(const std::vector<xcb_sync_counter_t>& counters,
                            std::function<void(const std::vector<std::int64_t>&)> done) {
  struct Reading {
    std::vector<std::int64_t> values;
    std::size_t missing;
    std::function<void(const std::vector<std::int64_t>&)> done;
  };
  auto reading = std::make_shared<Reading>(
      Reading{std::vector<std::int64_t>(counters.size(), -1), counters.size(), std::move(done)});
  for (std::size_t i = 0; i < counters.size(); ++i)
    x_.expect(xcb_sync_query_counter(x_.get(), counters[i]).sequence, [reading, i](void* data) {
      if (data != nullptr)
        reading->values[i] =
            to_int64(static_cast<xcb_sync_query_counter_reply_t*>(data)->counter_value);
      if (--reading->missing == 0) reading->done(reading->values);
    });
}

// Comparisons, unlike transitions, leave no gap in which an input or a threshold could be missed:
// the server looks at the counter when it is told. An alarm is changed rather than made anew,
// because a destroyed one sends an event, and so would wake us, a second time.
xcb_sync_alarm_t Display::set_alarm(xcb_sync_alarm_t alarm, xcb_sync_counter_t counter, Test test,
                                    std::int64_t idle_ms) {
  xcb_connection_t* x = x_.get();
  const bool below = test == Test::idle_below;
  xcb_sync_create_alarm_value_list_t values{};
  values.counter = counter;
  values.valueType = XCB_SYNC_VALUETYPE_ABSOLUTE;
  values.value = to_sync(below ? idle_ms - 1 : idle_ms);
  values.testType =
      below ? XCB_SYNC_TESTTYPE_NEGATIVE_COMPARISON : XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON;
  values.delta = {0, 0};
  values.events = 1;
  constexpr std::uint32_t mask = XCB_SYNC_CA_COUNTER | XCB_SYNC_CA_VALUE_TYPE | XCB_SYNC_CA_VALUE |
                                 XCB_SYNC_CA_TEST_TYPE | XCB_SYNC_CA_DELTA | XCB_SYNC_CA_EVENTS;
  if (alarm == XCB_NONE) {
    alarm = xcb_generate_id(x);
    xcb_sync_create_alarm_aux(x, alarm, mask, &values);
  } else {
    xcb_sync_change_alarm_value_list_t changed{values.counter,  values.valueType, values.value,
                                               values.testType, values.delta,     values.events};
    xcb_sync_change_alarm_aux(x, alarm, mask, &changed);
  }
  return alarm;
}

void Display::destroy_alarm(xcb_sync_alarm_t alarm) {
  xcb_sync_destroy_alarm(x_.get(), alarm);
}

void Display::handle(const xcb_generic_event_t& event) {
  const std::uint8_t type = event.response_type & 0x7f;
  if (type == sync_first_event_ + XCB_SYNC_ALARM_NOTIFY) {
    const auto& notify = reinterpret_cast<const xcb_sync_alarm_notify_event_t&>(event);
    if (notify.state != XCB_SYNC_ALARMSTATE_DESTROYED)
      events_.alarm_fired(notify.alarm, to_int64(notify.counter_value));
  } else if (type == XCB_GE_GENERIC) {
    const auto& generic = reinterpret_cast<const xcb_ge_generic_event_t&>(event);
    if (generic.extension == xinput_opcode_ && generic.event_type == XCB_INPUT_HIERARCHY)
      events_.devices_changed();
  }
}

}  // namespace activity_x11
