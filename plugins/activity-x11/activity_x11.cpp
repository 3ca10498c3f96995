// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <poised/plugin.hpp>
#include <string>
#include <vector>

#include "display.hpp"

// Idle times of keyboard and pointer from the X server's own counters. The server wakes this
// process when a threshold is passed and when input begins again, and at no other time.
//
// Known: anything that resets the screen saver (`xset s reset`, some video players) resets the
// counters of all devices, and is taken for input on both. The counters cannot tell it apart, and a
// guess that was wrong would hide a person who is there.
//
// Known: the counters do not run during suspend. A last input from before it appears to lie in it;
// the daemon hears of the suspend itself from elsewhere.
namespace activity_x11 {
namespace {

using poised::Device;
using poised::Duration;
using poised::Instant;
using std::chrono::milliseconds;

constexpr Duration no_new_input = milliseconds{50};  // the counters tick every few milliseconds

std::int64_t to_counter(Duration threshold) {
  return std::max<std::int64_t>(1, std::chrono::ceil<milliseconds>(threshold).count());
}

std::int64_t lowest(const std::vector<std::int64_t>& values) {
  std::int64_t result = -1;
  for (const std::int64_t value : values)
    if (value >= 0 && (result < 0 || value < result)) result = value;
  return result;
}

class ActivityX11 final : public poised::Plugin {
 public:
  using Plugin::Plugin;

 private:
  struct Watch {
    Duration threshold;
    bool once;
  };
  struct Armed {
    xcb_sync_alarm_t alarm = XCB_NONE;
    bool reached = false;  ///< reported for this pause; the alarm rests
  };
  /// All master devices of one kind: input on any of them is input on the kind.
  struct Kind {
    Device device;
    std::vector<xcb_sync_counter_t> counters;
    enum class State { unknown, active, idle } state = State::unknown;
    Instant last_input;         ///< idle: as reported
    std::int64_t floor_ms = 0;  ///< idle: the lowest threshold reported
    std::map<std::uint32_t, Armed> watches;
    std::map<xcb_sync_counter_t, xcb_sync_alarm_t> resume_alarms;
  };

  void on_start(const poised::Settings& settings) override {
    split_ = wants_split(settings);
    display_ = std::make_unique<Display>(Display::Events{
        [this](xcb_sync_alarm_t alarm, std::int64_t idle_ms) { alarm_fired(alarm, idle_ms); },
        [this] { list_devices(); }});
    fd_watch_ = poised::FdWatch(*this, display_->fd(), POISED_FD_READ,
                                [this](std::uint32_t /*events*/) { pump(); });
    list_devices();
    pump();
  }

  void on_config_changed(const poised::Settings& settings) override {
    // READY has already said whether devices are told apart.
    if (wants_split(settings) != split_) lost("x11: split: changed, starting anew");
  }

  void on_stop() override {
    fd_watch_.reset();
    display_.reset();
  }

  void on_watch_idle(const poised::WatchIdle& watch) override {
    if (watch.threshold <= Duration::zero()) {
      watches_.erase(watch.id);
      for (Kind& kind : kinds_) forget(kind, watch.id);
    } else {
      watches_[watch.id] = {watch.threshold, watch.once};
      for (Kind& kind : kinds_) begin(kind, watch.id);
    }
    pump();
  }

  void on_query_input(std::uint64_t query) override {
    if (!display_) return input_state({}, {}, {}, query);
    std::vector<xcb_sync_counter_t> counters;
    for (const Kind& kind : kinds_)
      counters.insert(counters.end(), kind.counters.begin(), kind.counters.end());
    if (counters.empty()) return input_state({}, {}, {}, query);
    display_->read_counters(counters, [this, query, counters](const auto& values) {
      const auto idle_of = [&](std::optional<Device> device) -> std::optional<Duration> {
        std::vector<std::int64_t> found;
        for (const Kind& kind : kinds_)
          for (std::size_t i = 0; i < counters.size(); ++i)
            if ((!device || kind.device == *device) &&
                std::ranges::count(kind.counters, counters[i]))
              found.push_back(values[i]);
        const std::int64_t idle = lowest(found);
        return idle < 0 ? std::nullopt : std::optional<Duration>{milliseconds{idle}};
      };
      input_state(idle_of({}), idle_of(Device::keyboard), idle_of(Device::pointer), query);
    });
    pump();
  }

  [[nodiscard]] static bool wants_split(const poised::Settings& settings) {
    return nlohmann::json::parse(settings.json).value("split", true);
  }

  void pump() {
    if (display_ && !display_->pump()) lost("x11: " + display_->name() + ": connection lost");
  }

  void lost(const std::string& reason) {
    fd_watch_.reset();
    display_.reset();
    kinds_.clear();
    failed(reason);
  }

  // ---------------------------------------------------------------- devices

  void list_devices() {
    display_->list_counters([this](const Counters& counters) { use(counters); });
  }

  void use(const Counters& counters) {
    if (kinds_.empty()) return use_first(counters);
    for (Kind& kind : kinds_) {
      const std::vector<xcb_sync_counter_t>& now =
          kind.device == Device::keyboard ? counters.keyboards : counters.pointers;
      if (kind.device == Device::any || now.empty() || now == kind.counters) continue;
      kind.counters = now;
      std::erase_if(kind.resume_alarms, [this, &now](const auto& entry) {
        if (std::ranges::count(now, entry.first) > 0) return false;
        display_->destroy_alarm(entry.second);
        return true;
      });
      for (auto& [id, armed] : kind.watches)
        if (!armed.reached) wait_for_idle(armed, watches_.at(id), now.front());
      if (kind.state == Kind::State::idle) wait_for_input(kind);
    }
  }

  void use_first(const Counters& counters) {
    const bool splits = split_ && !counters.keyboards.empty() && !counters.pointers.empty();
    if (splits) {
      kinds_.push_back({.device = Device::keyboard, .counters = counters.keyboards});
      kinds_.push_back({.device = Device::pointer, .counters = counters.pointers});
    } else if (counters.seat != XCB_NONE) {
      kinds_.push_back({.device = Device::any, .counters = {counters.seat}});
    } else {
      // The display is still handling this very reply.
      return failed("x11: " + display_->name() + ": the server has no idle counters");
    }
    ready("XSync alarms on " + display_->name(), splits);
    for (Kind& kind : kinds_)
      for (const auto& [id, watch] : watches_) begin(kind, id);
  }

  // ---------------------------------------------------------------- watches

  void begin(Kind& kind, std::uint32_t id) {
    Armed& armed = kind.watches[id];
    armed.reached = false;
    if (kind.state == Kind::State::unknown) return look(kind);
    wait_for_idle(armed, watches_.at(id), kind.counters.front());
  }

  /// The first watch tells how things stand: either it has been reached, which its alarm reports,
  /// or there is input.
  void look(Kind& kind) {
    display_->read_counters(kind.counters, [this, &kind](const auto& values) {
      const std::int64_t idle_ms = lowest(values);
      bool below = false;
      for (const auto& [id, armed] : kind.watches)
        below = below || idle_ms < to_counter(watches_.at(id).threshold);
      if (kind.state == Kind::State::unknown && idle_ms >= 0 && below) {
        kind.state = Kind::State::active;
        resumed(kind.device, now() - milliseconds{idle_ms});
      }
      for (auto& [id, armed] : kind.watches)
        if (!armed.reached) wait_for_idle(armed, watches_.at(id), kind.counters.front());
    });
  }

  void forget(Kind& kind, std::uint32_t id) {
    const auto found = kind.watches.find(id);
    if (found == kind.watches.end()) return;
    if (found->second.alarm != XCB_NONE) display_->destroy_alarm(found->second.alarm);
    kind.watches.erase(found);
  }

  void wait_for_idle(Armed& armed, const Watch& watch, xcb_sync_counter_t counter) {
    armed.alarm =
        display_->set_alarm(armed.alarm, counter, Test::idle_at_least, to_counter(watch.threshold));
  }

  void wait_for_input(Kind& kind) {
    for (const xcb_sync_counter_t counter : kind.counters) {
      xcb_sync_alarm_t& alarm = kind.resume_alarms[counter];
      alarm = display_->set_alarm(alarm, counter, Test::idle_below, kind.floor_ms);
    }
  }

  void alarm_fired(xcb_sync_alarm_t alarm, std::int64_t idle_ms) {
    for (Kind& kind : kinds_) {
      for (const auto& [counter, resume] : kind.resume_alarms)
        if (resume == alarm) return input_seen(kind, idle_ms);
      for (const auto& [id, armed] : kind.watches)
        if (armed.alarm == alarm) return threshold_passed(kind, id, idle_ms);
    }
  }

  // An alarm may have been set anew while its event was on the way, so what it says is held against
  // what it waits for now.

  void input_seen(Kind& kind, std::int64_t idle_ms) {
    if (kind.state != Kind::State::idle || idle_ms >= kind.floor_ms) return;
    resume(kind, now() - milliseconds{idle_ms});
  }

  void threshold_passed(Kind& kind, std::uint32_t id, std::int64_t idle_ms) {
    const std::int64_t threshold_ms = to_counter(watches_.at(id).threshold);
    if (kind.watches.at(id).reached || idle_ms < threshold_ms) return;
    if (kind.counters.size() == 1) return reached(kind, id, idle_ms);
    // One master is idle; the kind is so once all are.
    display_->read_counters(
        kind.counters, [this, &kind, id, counters = kind.counters](const auto& values) {
          const auto armed = kind.watches.find(id);
          const auto watch = watches_.find(id);
          if (armed == kind.watches.end() || armed->second.reached) return;
          const std::int64_t idle = lowest(values);
          if (idle >= to_counter(watch->second.threshold)) return reached(kind, id, idle);
          const auto latest = std::ranges::find(values, idle) - values.begin();
          wait_for_idle(armed->second, watch->second, counters[static_cast<std::size_t>(latest)]);
        });
  }

  void reached(Kind& kind, std::uint32_t id, std::int64_t idle_ms) {
    const Instant since = now() - milliseconds{idle_ms};
    const bool was_idle = kind.state == Kind::State::idle;
    // A pause shorter than this process was held up leaves no other trace.
    if (was_idle && since > kind.last_input + no_new_input) resume(kind, since);
    if (kind.state != Kind::State::idle) {
      kind.state = Kind::State::idle;
      kind.last_input = since;
      kind.floor_ms = to_counter(watches_.at(id).threshold);
    }
    kind.floor_ms = std::min(kind.floor_ms, to_counter(watches_.at(id).threshold));
    kind.watches.at(id).reached = true;
    idle_reached(id, kind.device, kind.last_input);
    wait_for_input(kind);
    if (watches_.at(id).once) {
      forget(kind, id);
      if (std::ranges::none_of(kinds_, [id](const Kind& k) { return k.watches.contains(id); }))
        watches_.erase(id);
    }
  }

  void resume(Kind& kind, Instant at) {
    kind.state = Kind::State::active;
    resumed(kind.device, at);
    for (auto& [id, armed] : kind.watches) {
      if (!armed.reached) continue;
      armed.reached = false;
      wait_for_idle(armed, watches_.at(id), kind.counters.front());
    }
  }

  bool split_ = true;
  std::unique_ptr<Display> display_;
  poised::FdWatch fd_watch_;
  std::map<std::uint32_t, Watch> watches_;
  std::vector<Kind> kinds_;
};

}  // namespace

POISED_DEFINE_PLUGIN(ActivityX11, "activity-x11", "Input on X11", "0.1.0", "activity");

}  // namespace activity_x11
