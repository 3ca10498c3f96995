// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <poised/plugin.hpp>
#include <string>

#include "common/idle_tracker.hpp"
#include "compositor.hpp"

// Idleness from the compositor, which watches the lowest threshold for this process and wakes it
// when that is passed and when input begins again. Keyboard and pointer cannot be told apart here.
//
// Known: the compositor counts from when it is asked. A pause that was on before is taken to have
// begun then.
//
// Known: before version 2 of ext-idle-notify-v1, what keeps the screen on counts as input.
namespace activity_wayland {
namespace {

using poised::Device;
using poised::Instant;
using std::chrono::milliseconds;

// How long a seat is looked at for input before it is taken for one where there is some; and what
// the compositor may take to say that there was none.
constexpr milliseconds look{1000};
constexpr milliseconds slack{500};

class ActivityWayland final : public poised::Plugin {
 public:
  explicit ActivityWayland(const poised_host& host)
      : Plugin(host),
        tracker_(*this,
                 {.idle_reached = [this](std::uint32_t id,
                                         Instant since) { idle_reached(id, Device::any, since); },
                  .resumed = [this](Instant at) { resumed(Device::any, at); }}),
        looked_(*this, [this] { looked(); }) {}

 private:
  struct SeatState {
    enum class Input : std::uint8_t { unknown, going_on, stopped } input = Input::unknown;
    Instant since;  ///< stopped
  };

  void on_start(const poised::Settings& settings) override {
    input_only_ = ignores_inhibitors(settings);
    compositor_ = std::make_unique<Compositor>(
        input_only_, Compositor::Events{
                         .known = [this] { known(); },
                         .seat_added = [this](Seat& seat) { seat_added(seat); },
                         .seat_removed = [this](Seat& seat) { seat_removed(seat); },
                         .idled = [this](Seat& seat) { idled(seat); },
                         .resumed = [this](Seat& seat) { seat_resumed(seat); },
                     });
    watch_ =
        poised::FdWatch(*this, compositor_->fd(), POISED_FD_READ,
                        [this](std::uint32_t events) { pump((events & ~POISED_FD_WRITE) != 0); });
    pump(false);
  }

  void on_config_changed(const poised::Settings& settings) override {
    if (ignores_inhibitors(settings) != input_only_)
      lost("wayland: inhibitors: changed, starting anew");
  }

  void on_stop() override { disconnect(); }

  void on_watch_idle(const poised::WatchIdle& watch) override {
    tracker_.watch(watch);
    for (auto& [seat, state] : seats_) watch_lowest(*seat, state);
    pump(false);
  }

  void on_query_input(std::uint64_t query) override {
    const auto last = tracker_.last_input();
    input_state(last ? std::optional{now() - *last} : std::nullopt, {}, {}, query);
  }

  [[nodiscard]] static bool ignores_inhibitors(const poised::Settings& settings) {
    return nlohmann::json::parse(settings.json).value("inhibitors", "ignore") == "ignore";
  }

  void pump(bool readable) {
    if (!compositor_) return;
    if (!compositor_->pump(readable))
      return lost("wayland: " + compositor_->name() + ": connection lost");
    if (refused_) return disconnect();
    watch_.events(compositor_->wants_write() ? POISED_FD_READ | POISED_FD_WRITE : POISED_FD_READ);
  }

  void disconnect() {
    watch_.reset();
    seats_.clear();
    looked_.disarm();
    compositor_.reset();
  }

  void lost(const std::string& reason) {
    disconnect();
    failed(reason);
  }

  // ---------------------------------------------------------------- seats

  void known() {
    const std::string protocol = compositor_->protocol();
    if (protocol.empty()) {
      refused_ = true;  // the connection is still handling this very event
      return failed(
          "wayland: " + compositor_->name() + ": the compositor does not tell of idleness", true);
    }
    std::string detail = protocol + " on " + compositor_->name();
    if (input_only_ && !compositor_->sees_input_only())
      detail += ", where what keeps the screen on counts as input";
    ready(detail);
    tell_whether_seats();
  }

  void seat_added(Seat& seat) {
    if (refused_) return;
    auto& state = seats_[&seat];
    tell_whether_seats();
    watch_lowest(seat, state);
  }

  void seat_removed(Seat& seat) {
    seats_.erase(&seat);
    tell_whether_seats();
    settle();
  }

  void tell_whether_seats() {
    const bool none = seats_.empty();
    if (none == told_none_) return;
    told_none_ = none;
    degraded(none ? "wayland: " + compositor_->name() + ": the compositor has no seat" : "");
  }

  /// A lower threshold is taken over at once. A higher one waits for the next input, because the
  /// compositor would count from now and forget how long it has been quiet.
  void watch_lowest(Seat& seat, SeatState& state) {
    const auto lowest = tracker_.lowest();
    if (!lowest || state.input == SeatState::Input::stopped) return;
    if (state.input == SeatState::Input::unknown) {
      if (seat.threshold() > milliseconds::zero()) return;
      seat.watch(look);
      looked_.arm(now() + look + slack);
      return;
    }
    const auto threshold = std::max(std::chrono::ceil<milliseconds>(*lowest), milliseconds{1});
    if (threshold < seat.threshold()) seat.watch(threshold);
  }

  /// What has not gone quiet by now has input.
  void looked() {
    for (auto& [seat, state] : seats_)
      if (state.input == SeatState::Input::unknown) begin(*seat, state);
    settle();
    pump(false);
  }

  void idled(Seat& seat) {
    auto& state = seats_.at(&seat);
    state.input = SeatState::Input::stopped;
    state.since = now() - seat.threshold();
    settle();
  }

  void seat_resumed(Seat& seat) {
    begin(seat, seats_.at(&seat));
    settle();
  }

  void begin(Seat& seat, SeatState& state) {
    state.input = SeatState::Input::going_on;
    const auto lowest = tracker_.lowest();
    if (!lowest) return;
    const auto threshold = std::max(std::chrono::ceil<milliseconds>(*lowest), milliseconds{1});
    if (threshold != seat.threshold()) seat.watch(threshold);
  }

  /// Nobody is there once all seats are quiet.
  void settle() {
    if (seats_.empty()) return;
    if (std::ranges::none_of(seats_, [](const auto& entry) {
          return entry.second.input == SeatState::Input::unknown;
        }))
      looked_.disarm();
    Instant since{};
    for (const auto& [seat, state] : seats_) {
      if (state.input == SeatState::Input::going_on) return tracker_.input_resumed(now());
      if (state.input == SeatState::Input::unknown) return;
      since = std::max(since, state.since);
    }
    tracker_.input_stopped(since);
  }

  bool input_only_ = true;
  bool refused_ = false;
  bool told_none_ = false;
  poised::IdleTracker tracker_;
  poised::Timer looked_;
  std::unique_ptr<Compositor> compositor_;
  poised::FdWatch watch_;
  std::map<Seat*, SeatState> seats_;
};

}  // namespace

POISED_DEFINE_PLUGIN(ActivityWayland, "activity-wayland", "Input on Wayland", "0.1.0", "activity");

}  // namespace activity_wayland
