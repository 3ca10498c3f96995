// SPDX-License-Identifier: MIT
#include "rigs/wayland.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <wayland-client.h>
#include <wayland-server.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>

#include "ext-idle-notify-v1-server.h"
#include "fake-input-client.h"
#include "wlr-virtual-pointer-unstable-v1-client.h"

namespace rig {
namespace {

void wait_a_moment(milliseconds time) {
  poll(nullptr, 0, static_cast<int>(time.count()));
}

std::vector<std::unique_ptr<ScopedVariable>> only_wayland(const std::filesystem::path& runtime,
                                                          const std::string& display) {
  std::filesystem::permissions(runtime, std::filesystem::perms::owner_all);
  std::vector<std::unique_ptr<ScopedVariable>> variables;
  const auto set = [&](const char* name, const std::optional<std::string>& value) {
    variables.push_back(std::make_unique<ScopedVariable>(name, value));
  };
  set("DISPLAY", std::nullopt);
  set("WAYLAND_SOCKET", std::nullopt);
  set("XDG_SESSION_TYPE", "wayland");
  set("XDG_RUNTIME_DIR", runtime.string());
  set("WAYLAND_DISPLAY", display);
  return variables;
}

}  // namespace

// ------------------------------------------------------------------ real compositors

Compositor::Compositor(Kind kind) : kind_(kind) {
  if (kind == Kind::phoc) display_ = "wayland-0";  // it chooses the first free name itself
  if (kind == Kind::kwin) {
    // Where a capability of the file may not be had, the file cannot be executed. Qt finds its
    // platform by the name of the program.
    std::filesystem::copy_file(find_program("kwin_wayland", "kwin-wayland"),
                               runtime_.path() / "kwin_wayland");
  }
  variables_ = only_wayland(runtime_.path(), display_);
  start();
}

void Compositor::start() {
  Program::Options options;
  options.environment = {{"WAYLAND_DISPLAY", std::nullopt},
                         {"QT_QPA_PLATFORM", std::nullopt},
                         {"LIBGL_ALWAYS_SOFTWARE", "1"},
                         {"GSETTINGS_BACKEND", "memory"},
                         {"KWIN_COMPOSE", "Q"},
                         {"KWIN_WAYLAND_NO_PERMISSION_CHECKS", "1"},
                         {"WLR_BACKENDS", "headless"},
                         {"WLR_LIBINPUT_NO_DEVICES", "1"},
                         {"WLR_RENDERER", "pixman"}};
  std::vector<std::string> command;
  switch (kind_) {
    case Kind::kwin:
      command = {(runtime_.path() / "kwin_wayland").string(),
                 "--virtual",
                 "--no-lockscreen",
                 "--no-global-shortcuts",
                 "--width",
                 "800",
                 "--height",
                 "600",
                 "--socket",
                 display_};
      break;
    case Kind::phoc:
      command = {find_program("phoc", "phoc")};
      break;
    case Kind::weston:
      command = {find_program("weston", "weston"), "--backend=headless-backend.so", "--no-config",
                 "--socket=" + display_};
      break;
  }
  compositor_ = std::make_unique<Program>(command, options);
  const auto end = Clock::now() + patience;
  for (;;) {
    if (wl_display* display = wl_display_connect(nullptr)) {
      const bool answers = wl_display_roundtrip(display) >= 0;
      wl_display_disconnect(display);
      if (answers) return;
    }
    if (Clock::now() > end) throw std::runtime_error(command[0] + " does not answer");
    wait_a_moment(milliseconds(20));
  }
}

void Compositor::kill() {
  compositor_->kill();
  // As after a crash; the next one would take another name.
  for (const char* suffix : {"", ".lock"})
    std::filesystem::remove(runtime_.path() / (display_ + suffix));
}

// ------------------------------------------------------------------ a person

struct WaylandPerson::Devices {
  wl_display* display = nullptr;
  wl_registry* registry = nullptr;
  org_kde_kwin_fake_input* kwin = nullptr;
  zwlr_virtual_pointer_manager_v1* manager = nullptr;
  zwlr_virtual_pointer_v1* pointer = nullptr;
  std::uint32_t time = 0;
};

WaylandPerson::WaylandPerson(const Compositor& compositor) : devices_(std::make_unique<Devices>()) {
  auto& devices = *devices_;
  devices.display = wl_display_connect(nullptr);
  if (devices.display == nullptr)
    throw std::runtime_error(compositor.display() + ": no such display");
  devices.registry = wl_display_get_registry(devices.display);
  static constexpr wl_registry_listener listener{
      [](void* data, wl_registry* registry, std::uint32_t name, const char* interface,
         std::uint32_t version) {
        auto& found = *static_cast<Devices*>(data);
        if (std::strcmp(interface, org_kde_kwin_fake_input_interface.name) == 0)
          found.kwin = static_cast<org_kde_kwin_fake_input*>(wl_registry_bind(
              registry, name, &org_kde_kwin_fake_input_interface, std::min(version, 4U)));
        if (std::strcmp(interface, zwlr_virtual_pointer_manager_v1_interface.name) == 0)
          found.manager = static_cast<zwlr_virtual_pointer_manager_v1*>(
              wl_registry_bind(registry, name, &zwlr_virtual_pointer_manager_v1_interface, 1));
      },
      [](void*, wl_registry*, std::uint32_t) {}};
  wl_registry_add_listener(devices.registry, &listener, &devices);
  // A compositor that has only begun may offer it a moment later.
  const auto end = Clock::now() + patience;
  do {
    wl_display_roundtrip(devices.display);
  } while (devices.kwin == nullptr && devices.manager == nullptr && Clock::now() < end);
  if (devices.kwin != nullptr)
    org_kde_kwin_fake_input_authenticate(devices.kwin, "rig", "a test");
  else if (devices.manager != nullptr)
    devices.pointer =
        zwlr_virtual_pointer_manager_v1_create_virtual_pointer(devices.manager, nullptr);
  else
    throw std::runtime_error(compositor.display() + ": takes no input from programs");
  wl_display_roundtrip(devices.display);
}

WaylandPerson::~WaylandPerson() {
  wl_display_disconnect(devices_->display);
}

void WaylandPerson::move_pointer() {
  auto& devices = *devices_;
  const auto step = wl_fixed_from_int(++devices.time % 2 == 0 ? 2 : -2);
  if (devices.kwin != nullptr) {
    org_kde_kwin_fake_input_pointer_motion(devices.kwin, step, 0);
  } else {
    zwlr_virtual_pointer_v1_motion(devices.pointer, devices.time, step, 0);
    zwlr_virtual_pointer_v1_frame(devices.pointer);
  }
  wl_display_roundtrip(devices.display);
}

void WaylandPerson::move_pointer_on_and_on(int count, milliseconds pause) {
  for (int i = 0; i < count; ++i) {
    move_pointer();
    wait_a_moment(pause);
  }
}

void WaylandPerson::press_key() {
  if (devices_->kwin == nullptr) {
    run({find_program("wtype", "wtype"), "a"});  // by a virtual keyboard of its own
    return;
  }
  constexpr std::uint32_t letter_a = 30;
  for (const std::uint32_t state : {1U, 0U})
    org_kde_kwin_fake_input_keyboard_key(devices_->kwin, letter_a, state);
  wl_display_roundtrip(devices_->display);
}

// ------------------------------------------------------------------ a compositor of our own

struct FakeCompositor::State {
  struct Notification {
    State* state = nullptr;
    wl_resource* resource = nullptr;
    wl_event_source* timer = nullptr;
    int seat = 0;
    int timeout_ms = 0;
    bool input_only = false;
    bool idle = false;
  };
  struct Seat {
    State* state = nullptr;
    int number = 0;
    wl_global* global = nullptr;
    std::list<wl_resource*> resources;
  };

  wl_display* display = nullptr;
  int wake = -1;
  std::mutex mutex;
  std::condition_variable done;
  std::deque<std::function<void(State&)>> actions;
  bool inhibited = false;
  int made = 0;
  std::list<Notification> notifications;
  std::list<Seat> seats;

  void restart(Notification& notification) const {
    const bool held = inhibited && !notification.input_only;
    wl_event_source_timer_update(notification.timer,
                                 held ? 0 : std::max(notification.timeout_ms, 1));
  }
  void activity(Notification& notification) const {
    if (notification.idle) ext_idle_notification_v1_send_resumed(notification.resource);
    notification.idle = false;
    restart(notification);
  }
  void add_seat();
  void make(wl_client* client, wl_resource* notifier, std::uint32_t id, std::uint32_t timeout,
            wl_resource* seat, bool input_only);
};

void FakeCompositor::State::add_seat() {
  auto& seat = seats.emplace_back();
  seat.state = this;
  seat.number = static_cast<int>(seats.size()) - 1;
  seat.global = wl_global_create(
      display, &wl_seat_interface, 1, &seat,
      [](wl_client* client, void* data, std::uint32_t version, std::uint32_t id) {
        auto& bound = *static_cast<Seat*>(data);
        wl_resource* resource =
            wl_resource_create(client, &wl_seat_interface, static_cast<int>(version), id);
        wl_resource_set_implementation(resource, nullptr, &bound, [](wl_resource* gone) {
          static_cast<Seat*>(wl_resource_get_user_data(gone))->resources.remove(gone);
        });
        bound.resources.push_back(resource);
        wl_seat_send_capabilities(resource, 0);
      });
}

void FakeCompositor::State::make(wl_client* client, wl_resource* notifier, std::uint32_t id,
                                 std::uint32_t timeout, wl_resource* seat, bool input_only) {
  ++made;
  auto& notification = notifications.emplace_back();
  notification.state = this;
  notification.seat = static_cast<Seat*>(wl_resource_get_user_data(seat))->number;
  notification.timeout_ms = static_cast<int>(timeout);
  notification.input_only = input_only;
  notification.resource = wl_resource_create(client, &ext_idle_notification_v1_interface,
                                             wl_resource_get_version(notifier), id);
  static constexpr struct ext_idle_notification_v1_interface methods {
    [](wl_client*, wl_resource* resource) { wl_resource_destroy(resource); }
  };
  wl_resource_set_implementation(
      notification.resource, &methods, &notification, [](wl_resource* resource) {
        auto& gone = *static_cast<Notification*>(wl_resource_get_user_data(resource));
        wl_event_source_remove(gone.timer);
        gone.state->notifications.remove_if([&](const auto& entry) { return &entry == &gone; });
      });
  notification.timer = wl_event_loop_add_timer(
      wl_display_get_event_loop(display),
      [](void* data) {
        auto& quiet = *static_cast<Notification*>(data);
        quiet.idle = true;
        ext_idle_notification_v1_send_idled(quiet.resource);
        return 0;
      },
      &notification);
  restart(notification);
}

FakeCompositor::FakeCompositor(Options options)
    : variables_(only_wayland(runtime_.path(), "fake")), state_(std::make_unique<State>()) {
  auto& state = *state_;
  state.display = wl_display_create();
  if (wl_display_add_socket(state.display, "fake") != 0)
    throw std::runtime_error("fake: no socket in " + runtime_.path().string());
  for (int i = 0; i < options.seats; ++i) state.add_seat();
  if (options.notifier_version > 0)
    wl_global_create(state.display, &ext_idle_notifier_v1_interface,
                     static_cast<int>(options.notifier_version), &state,
                     [](wl_client* client, void* data, std::uint32_t version, std::uint32_t id) {
                       static constexpr struct ext_idle_notifier_v1_interface methods {
                         [](wl_client*, wl_resource* resource) { wl_resource_destroy(resource); },
                             [](wl_client* who, wl_resource* resource, std::uint32_t made,
                                std::uint32_t timeout, wl_resource* seat) {
                               static_cast<State*>(wl_resource_get_user_data(resource))
                                   ->make(who, resource, made, timeout, seat, false);
                             },
                             [](wl_client* who, wl_resource* resource, std::uint32_t made,
                                std::uint32_t timeout, wl_resource* seat) {
                               static_cast<State*>(wl_resource_get_user_data(resource))
                                   ->make(who, resource, made, timeout, seat, true);
                             }
                       };
                       wl_resource* resource = wl_resource_create(
                           client, &ext_idle_notifier_v1_interface, static_cast<int>(version), id);
                       wl_resource_set_implementation(resource, &methods, data, nullptr);
                     });
  state.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  wl_event_loop_add_fd(
      wl_display_get_event_loop(state.display), state.wake, WL_EVENT_READABLE,
      [](int fd, std::uint32_t, void* data) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = read(fd, &count, sizeof count);
        auto& self = *static_cast<State*>(data);
        const std::scoped_lock lock(self.mutex);
        for (; !self.actions.empty(); self.actions.pop_front()) self.actions.front()(self);
        self.done.notify_all();
        return 0;
      },
      &state);
  thread_ = std::thread([&state] { wl_display_run(state.display); });
}

FakeCompositor::~FakeCompositor() {
  on_its_thread([](State& state) { wl_display_terminate(state.display); });
  thread_.join();
  wl_display_destroy_clients(state_->display);
  wl_display_destroy(state_->display);
  close(state_->wake);
}

void FakeCompositor::on_its_thread(const std::function<void(State&)>& action) {
  std::unique_lock lock(state_->mutex);
  state_->actions.push_back(action);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto sent = write(state_->wake, &one, sizeof one);
  state_->done.wait(lock, [this] { return state_->actions.empty(); });
}

void FakeCompositor::input(int seat) {
  on_its_thread([seat](State& state) {
    for (auto& notification : state.notifications)
      if (notification.seat == seat) state.activity(notification);
  });
}

void FakeCompositor::inhibit(bool on) {
  on_its_thread([on](State& state) {
    state.inhibited = on;
    for (auto& notification : state.notifications)
      if (!notification.input_only) state.activity(notification);
  });
}

void FakeCompositor::add_seat() {
  on_its_thread([](State& state) { state.add_seat(); });
}

void FakeCompositor::remove_seat(int seat) {
  on_its_thread([seat](State& state) {
    for (auto& entry : state.seats)
      if (entry.number == seat) wl_global_remove(entry.global);
  });
}

void FakeCompositor::churn_capabilities(int times) {
  on_its_thread([times](State& state) {
    for (int i = 0; i < times; ++i)
      for (auto& seat : state.seats)
        for (auto* resource : seat.resources)
          wl_seat_send_capabilities(resource, static_cast<std::uint32_t>(i % 8));
  });
}

int FakeCompositor::notifications_made() {
  int made = 0;
  on_its_thread([&made](State& state) { made = state.made; });
  return made;
}

}  // namespace rig
