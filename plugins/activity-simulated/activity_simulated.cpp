// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <poised/plugin.hpp>
#include <set>
#include <string>
#include <vector>

#include "script.hpp"

// A person who follows a script, on the host's clock. What the daemon is told, and when, is what a
// real source would tell: a pause is reported when it has lasted as long as a watch asks.
namespace activity_simulated {
namespace {

using namespace std::chrono_literals;
using poised::Device;
using poised::Duration;
using poised::Instant;
using poised::PresenceFlag;

std::vector<Step> read_script(const nlohmann::json& settings) {
  std::vector<Step> steps;
  if (const auto path = settings.value("script_file", std::string{}); !path.empty()) {
    std::ifstream file{path};
    if (!file) throw poised::Failure("activity-simulated: " + path + ": cannot be read");
    std::string line;
    for (int number = 1; std::getline(file, line); ++number)
      parse_line(line, path + ":" + std::to_string(number), steps);
  }
  int number = 0;
  for (const std::string& line : settings.value("script", std::vector<std::string>{}))
    parse_line(line, "activity-simulated: script line " + std::to_string(++number), steps);
  return steps;
}

class Simulated final : public poised::Plugin {
 public:
  explicit Simulated(const poised_host& host)
      : Plugin(host), timer_(*this, [this] { catch_up(); }) {}

 private:
  struct Watch {
    Duration threshold;
    bool once;
  };
  struct Input {
    Device device;
    bool going = false;     ///< input goes on
    bool reported = false;  ///< the daemon has been told that it goes on
    bool paused = false;    ///< and since then that it does not
    Instant last;           ///< if not going
    std::set<std::uint32_t> reached;
  };

  void on_start(const poised::Settings& settings) override {
    const auto json = nlohmann::json::parse(settings.json);
    steps_ = read_script(json);
    midnight_ = now() - parse_time(json.value("start_at", std::string{"00:00"}));
    for (Input& input : inputs_) input.last = now() - 1h;
    ready("a script of " + std::to_string(steps_.size()) + " lines", true);
    catch_up();
  }

  void on_config_changed(const poised::Settings& settings) override {
    // What was done stays done; the new script goes on from now.
    steps_ = read_script(nlohmann::json::parse(settings.json));
    next_ = static_cast<std::size_t>(
        std::ranges::count_if(steps_, [this](const Step& s) { return midnight_ + s.at < now(); }));
    catch_up();
  }

  void on_stop() override { timer_.disarm(); }

  void on_watch_idle(const poised::WatchIdle& watch) override {
    for (Input& input : inputs_) input.reached.erase(watch.id);
    if (watch.threshold <= Duration::zero()) {
      watches_.erase(watch.id);
    } else {
      watches_[watch.id] = {watch.threshold, watch.once};
      for (Input& input : inputs_) report_input(input);
    }
    catch_up();
  }

  void on_query_input(std::uint64_t query) override {
    const auto idle = [this](const Input& input) {
      return input.going ? Duration::zero() : now() - input.last;
    };
    const Duration keyboard = idle(inputs_[0]);
    const Duration pointer = idle(inputs_[1]);
    input_state(std::min(keyboard, pointer), keyboard, pointer, query);
  }

  /// Does what is due and arms the timer for what comes next.
  void catch_up() {
    while (next_ < steps_.size() && midnight_ + steps_[next_].at <= now()) {
      const Step& step = steps_[next_++];
      report_idleness(midnight_ + step.at);
      play(step, midnight_ + step.at);
    }
    report_idleness(now());

    std::optional<Instant> next;
    const auto consider = [&next](Instant at) { next = next ? std::min(*next, at) : at; };
    if (next_ < steps_.size()) consider(midnight_ + steps_[next_].at);
    for (const Input& input : inputs_)
      for (const auto& [id, watch] : watches_)
        if (!input.going && !input.reached.contains(id)) consider(input.last + watch.threshold);
    if (next)
      timer_.arm(*next);
    else
      timer_.disarm();
  }

  void play(const Step& step, Instant at) {
    switch (step.act) {
      case Act::active:
        return each(step.device, [&](Input& input) { begin(input, at); });
      case Act::idle:
        return each(step.device, [&](Input& input) { end(input, at); });
      case Act::lock:
        return leave(PresenceFlag::locked, at);
      case Act::unlock:
        return presence(PresenceFlag::locked, false);
      case Act::sleep:
        return leave(PresenceFlag::asleep, at);
      case Act::wake:
        return presence(PresenceFlag::asleep, false);
    }
  }

  template <class Action>
  void each(Device device, Action&& action) {
    for (Input& input : inputs_)
      if (device == Device::any || device == input.device) action(input);
  }

  void leave(PresenceFlag flag, Instant at) {
    for (Input& input : inputs_) end(input, at);
    presence(flag, true);
  }

  void begin(Input& input, Instant at) {
    if (input.going) return;
    input.going = true;
    input.last = at;
    // Input after a pause that no watch has asked about is not news.
    input.reported = input.reported && !input.paused;
    input.paused = false;
    // A watch of one time that this device has reached is over for it.
    std::erase_if(input.reached, [this](std::uint32_t id) {
      const auto watch = watches_.find(id);
      return watch == watches_.end() || !watch->second.once;
    });
    report_input(input);
  }

  static void end(Input& input, Instant at) {
    if (!input.going) return;
    input.going = false;
    input.last = at;
  }

  void report_input(Input& input) {
    if (!input.going || input.reported || watches_.empty()) return;
    input.reported = true;
    resumed(input.device, now());
  }

  void report_idleness(Instant until) {
    for (Input& input : inputs_) {
      if (input.going) continue;
      for (const auto& [id, watch] : watches_) {
        if (input.reached.contains(id) || input.last + watch.threshold > until) continue;
        input.reached.insert(id);
        input.paused = true;
        idle_reached(id, input.device, input.last);
      }
    }
    // A watch of one time is gone once every device has reached it.
    std::erase_if(watches_, [this](const auto& entry) {
      return entry.second.once && std::ranges::all_of(inputs_, [&entry](const Input& input) {
               return input.reached.contains(entry.first);
             });
    });
  }

  std::vector<Step> steps_;
  std::size_t next_ = 0;
  Instant midnight_;
  std::array<Input, 2> inputs_{Input{.device = Device::keyboard}, Input{.device = Device::pointer}};
  std::map<std::uint32_t, Watch> watches_;
  poised::Timer timer_;
};

}  // namespace

POISED_DEFINE_PLUGIN(Simulated, "activity-simulated", "A simulated person", "0.1.0", "activity");

}  // namespace activity_simulated
