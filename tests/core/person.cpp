// SPDX-License-Identifier: MIT
#include "person.hpp"

#include <algorithm>
#include <random>

namespace poised::core {
namespace {

using std::chrono::seconds;

class Writer {
 public:
  Writer(std::uint64_t seed, const Habits& habits) : random_(seed), habits_(habits) {}

  std::vector<Deed> write() {
    if (habits_.endless_meetings) endless_meetings();
    while (at_ < std::chrono::hours(habits_.hours)) {
      switch (below(20)) {
        case 0:
        case 1:
        case 2:
          lock();
          break;
        case 3:
          sleep();
          break;
        case 4:
          pause();
          break;
        case 5:
        case 6:
        case 7:
          answer();
          break;
        case 8:
          other();
          break;
        case 9:
        case 10:
          if (habits_.calendar) world();
          break;
        case 11:
          if (habits_.crowds)
            crowd();
          else
            type();
          break;
        default:
          type();
      }
    }
    return std::move(script_);
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void wait(std::uint64_t least, std::uint64_t most) {
    at_ += seconds(least + below(most - least + 1));
  }
  // Pauses and absences of every length that some rule tells apart.
  void wait_away() {
    static constexpr std::array<std::uint64_t, 12> lengths{5,   8,   19,  20,  60,  119,
                                                           120, 180, 299, 300, 600, 2400};
    const auto length = lengths[below(lengths.size())];
    at_ += seconds(length + below(3));
  }

  void add(std::string name, std::function<void(Rig&)> act) {
    script_.push_back({at_, std::move(name), std::move(act)});
  }
  void send(std::string name, Event event) {
    add(std::move(name), [event](Rig& rig) { rig.send(event); });
  }

  void type() {
    const auto device = below(3) == 0 ? Device::pointer : Device::keyboard;
    add("input", [device](Rig& rig) { rig.begin_input(device); });
    if (below(3) == 0)
      wait(300, 1500);
    else
      wait(1, 240);
    if (below(4) == 0) add("input of both", [](Rig& rig) { rig.begin_input(Device::pointer); });
    if (below(4) == 0) answer();
    add("no input", [](Rig& rig) { rig.end_input(); });
    if (below(3) == 0)
      wait_away();
    else
      wait(1, 30);
  }

  void lock() {
    send("lock", LockChanged{true});
    wait_away();
    send("unlock", LockChanged{false});
    if (below(2) == 0) wait(0, 200);
  }

  void sleep() {
    const bool locks = below(2) == 0;
    if (locks) send("lock", LockChanged{true});
    send("sleep", SleepChanged{true});
    wait_away();
    if (below(25) == 0) wait(3600, 12 * 3600);
    send("wake", SleepChanged{false});
    if (locks) {
      wait(0, 40);
      send("unlock", LockChanged{false});
    }
    wait(0, 60);
  }

  void pause() {
    if (below(3) == 0) {
      send("inhibit", Paused{"slides", "slides", {}});
      wait(10, 1200);
      send("uninhibit", Resumed{"slides"});
      return;
    }
    const auto length = seconds(below(1800));
    add("pause", [length](Rig& rig) { rig.send(Paused{"person", "", rig.now + length}); });
    wait(0, 600);
    if (below(2) == 0) send("resume", Resumed{"person"});
  }

  void answer() {
    static constexpr std::array answers{Answer::start,  Answer::start, Answer::done,
                                        Answer::snooze, Answer::skip,  Answer::dismiss};
    const auto answer = below(60) == 0 ? Answer::quiet_today : answers[below(answers.size())];
    const auto exact = below(2) == 0;
    add("answer", [answer, exact](Rig& rig) {
      if (rig.state.prompt.id != 0) rig.send(Answered{exact ? rig.state.prompt.id : 0, answer});
    });
    wait(0, 20);
  }

  void world() {
    static constexpr std::array signals{LiveSignal::call,   LiveSignal::mic,
                                        LiveSignal::camera, LiveSignal::screen_share,
                                        LiveSignal::dnd,    LiveSignal::mirrored_display,
                                        LiveSignal::video,  LiveSignal::full_screen};
    switch (below(6)) {
      case 0:
      case 1: {
        const auto signal = signals[below(signals.size())];
        const auto index = static_cast<std::size_t>(signal);
        on_[index] = !on_[index];
        send(on_[index] ? "signal on" : "signal off", SignalChanged{signal, on_[index]});
        break;
      }
      case 2:
        meetings();
        break;
      case 3:
        send("sit", PostureSaid{Posture::sitting});
        break;
      case 4:
        send("stand", PostureSaid{Posture::standing});
        break;
      default:
        if (below(3) == 0)
          send("desk", DeskHeight{below(4) == 0 ? std::nullopt
                                                : std::optional(below(2) == 0 ? 720 : 1100)});
    }
    wait(0, 60);
  }

  void endless_meetings() {
    const auto from = wall_of_monday() + std::chrono::hours(8);
    send("endless meetings",
         BusyReplaced{"endless", {{from, from + std::chrono::hours(habits_.hours + 2)}}});
  }

  // Things that do not depend on each other, so that none of them must come first.
  void crowd() {
    std::vector<Event> events;
    const auto maybe = [&](Event event) {
      if (below(3) == 0) events.push_back(std::move(event));
    };
    const bool away = below(2) == 0;
    maybe(LockChanged{away});
    maybe(SleepChanged{false});
    maybe(SignalChanged{LiveSignal::call, below(2) == 0});
    maybe(SignalChanged{LiveSignal::full_screen, below(2) == 0});
    maybe(Paused{"crowd", "crowd", {}});
    maybe(Resumed{"person"});
    maybe(meetings_of("crowd"));
    maybe(PolicyChanged{});
    maybe(Answered{0, Answer::snooze});
    add("crowd", [events](Rig& rig) {
      auto ordered = events;
      if (rig.state.prompt.id == 0)
        std::erase_if(ordered, [](const Event& e) { return std::holds_alternative<Answered>(e); });
      if (rig.order != 0) {
        std::mt19937_64 random(rig.order);
        std::shuffle(ordered.begin(), ordered.end(), random);
      }
      if (!ordered.empty()) rig.send(ordered);
    });
    wait(1, 30);
    send("uncrowd", Resumed{"crowd"});
    send("call ends", SignalChanged{LiveSignal::call, false});
    send("unlock", LockChanged{false});
    wait(0, 60);
  }

  void meetings() { send("meetings", meetings_of(below(3) == 0 ? "other" : "mine")); }
  BusyReplaced meetings_of(const char* source) {
    BusyReplaced busy{source, {}};
    for (auto count = below(6); count > 0; --count) {
      BusyInterval interval;
      interval.from = wall_of_monday() + std::chrono::hours(8) +
                      std::chrono::minutes(below(static_cast<std::uint64_t>(habits_.hours) * 60));
      interval.to = interval.from + std::chrono::minutes(below(100));
      interval.busy_class = static_cast<BusyClass>(below(8) == 0 ? 2 : below(2));
      interval.all_day = below(12) == 0;
      busy.intervals.push_back(interval);
    }
    return busy;
  }

  void other() {
    switch (below(7)) {
      case 0:
        send("take", TakeBreak{below(2) == 0 ? "stretch" : "rest"});
        break;
      case 1:
        add("vanish", [](Rig& rig) {
          const auto id = rig.on_screen;
          rig.on_screen = 0;
          if (id != 0) rig.send(PromptVanished{id});
        });
        break;
      case 2:
        if (habits_.restarts) add("restart", [](Rig& rig) { rig.restart(); });
        break;
      case 3:
        if (habits_.config) config();
        break;
      case 4:
        if (habits_.clock_steps) {
          const auto range = below(6) == 0 ? 4000 : 240;
          const auto by =
              std::chrono::minutes(static_cast<int>(below(range)) - static_cast<int>(range) / 2);
          add("clock", [by](Rig& rig) { rig.step_wall(by); });
        }
        break;
      case 5:
        if (habits_.source_dies) {
          send("source dies", SourceChanged{false, true, "test", "gone"});
          wait(1, 30);
          send("source returns", SourceChanged{true, true, "test", ""});
        }
        break;
      default:
        send("resume", Resumed{"person"});
    }
    wait(0, 30);
  }

  void config() {
    const auto choice = below(9);
    const auto minutes = std::chrono::minutes(5 + below(60));
    add("config", [choice, minutes](Rig& rig) {
      rig.change([&](Policy& policy) {
        auto& some =
            policy.breaks[static_cast<std::size_t>(minutes.count()) % policy.breaks.size()];
        switch (choice) {
          case 0:
            some.enabled = !some.enabled;
            break;
          case 1:
            some.interval = minutes;
            break;
          case 2:
            policy.prompt.min_gap = minutes / 4;
            break;
          case 3:
            if (policy.breaks.size() > 1) policy.breaks.erase(policy.breaks.begin());
            break;
          case 4:
            policy.stand.enabled = static_cast<StandEnabled>(minutes.count() % 3);
            break;
          case 5:
            policy.zone = {{WallTime::min(), minutes * 3}};  // somewhere else
            break;
          case 6:
            policy.activity.idle_after = minutes / 10 + std::chrono::seconds(20);
            break;
          case 7:
            policy.availability.tentative_is_busy = !policy.availability.tentative_is_busy;
            policy.availability.settle = minutes / 10;
            break;
          default:
            policy.breaks = busy_rules(static_cast<std::uint64_t>(minutes.count())).breaks;
        }
      });
    });
  }

  std::mt19937_64 random_;
  Habits habits_;
  Duration at_{};
  std::array<bool, live_signal_count> on_{};
  std::vector<Deed> script_;
};

}  // namespace

std::vector<Deed> script_of(std::uint64_t seed, const Habits& habits) {
  return Writer(seed, habits).write();
}

Policy busy_rules(std::uint64_t seed) {
  std::mt19937_64 random(seed * 7919 + 1);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  auto policy = default_policy();
  for (auto& each : policy.breaks) each.enabled = below(4) != 0;
  policy.breaks[0].interval = std::chrono::minutes(5 + below(16));
  policy.breaks[1].interval = std::chrono::minutes(40 + below(60));
  policy.breaks[2].interval = std::chrono::minutes(15 + below(46));
  for (const auto* id : {"eyes", "walk"}) {
    if (below(4) != 0) continue;
    const auto duration = std::chrono::seconds(30 + below(600));
    BreakPolicy other{id, true, std::chrono::minutes(20 + below(60)), duration, duration * 2,
                      "", {}};
    policy.breaks.insert(*id == 'e' ? policy.breaks.begin() : policy.breaks.end(), other);
  }
  if (below(3) == 0) {
    const std::chrono::hours before(below(2));
    policy.zone = {{WallTime::min(), before},
                   {wall_of_monday() + std::chrono::hours(8 + below(12)),
                    before + std::chrono::hours(below(2) == 0 ? 1 : -1)}};
  }
  policy.daily_limit.enabled = below(2) == 0;
  policy.daily_limit.interval = std::chrono::minutes(60 + below(240));
  policy.daily_limit.repeat = std::chrono::minutes(20 + below(40));
  policy.prompt.min_gap = std::chrono::minutes(below(3) == 0 ? 20 : 3);
  policy.prompt.max_per_day = below(4) == 0 ? 6 : 100;
  policy.prompt.expires = std::chrono::minutes(2 + below(9));
  policy.prompt.return_ = std::chrono::minutes(2 + below(14));
  if (below(4) == 0) policy.prompt.max_skips_per_day = 2;
  if (below(8) == 0) policy.prompt.gap = {};
  if (below(8) == 0) policy.prompt.critical = true;
  policy.stand.enabled = static_cast<StandEnabled>(below(3));
  policy.stand.sit_for = std::chrono::minutes(15 + below(30));
  policy.stand.stand_for = std::chrono::minutes(below(4) == 0 ? 90 : 5 + below(20));
  policy.stand.in_meetings = below(3) == 0;
  policy.availability.max_hold = std::chrono::minutes(20 + below(70));
  return policy;
}

void play(Rig& rig, const std::vector<Deed>& script) {
  const auto start = monday + std::chrono::hours(8);
  rig.send(SourceChanged{true, true, "test", ""});
  for (const auto& deed : script) {
    rig.run_to(start + deed.at);
    deed.act(rig);
  }
  if (!script.empty()) rig.run_through(start + script.back().at + std::chrono::hours(1));
}

std::vector<std::string> story(const Rig& rig, std::initializer_list<FactKind> without) {
  std::vector<std::string> lines;
  for (const auto& fact : rig.facts) {
    if (std::find(without.begin(), without.end(), fact.kind) == without.end())
      lines.push_back(rig.text_of(fact) + " #" + std::to_string(fact.prompt_id) + " " + fact.rule);
  }
  return lines;
}

}  // namespace poised::core
