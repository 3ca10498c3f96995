// SPDX-License-Identifier: MIT
#include "calendar/expander/busy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <tuple>

namespace poised::calendar {
namespace {

/// An event that is dear when all steps are spent still has so many.
constexpr std::int64_t last_steps = 1000;
constexpr Seconds margin = 2 * seconds_a_day;
/// Longer events are cut, so that no sum overflows.
constexpr Seconds longest = 4'000'000 * seconds_a_day;

using Kind = Moment::Kind;

/// How long an event takes: days by the calendar, then seconds by the clock.
struct Length {
  std::int64_t days = 0;
  Seconds seconds = 0;
  Seconds most() const { return days * seconds_a_day + seconds; }
};

/// An event that replaces occurrences of another.
struct Override {
  const Event* event = nullptr;
  Seconds slot = 0;        ///< UTC
  bool whole_day = false;  ///< any occurrence on that local day
  std::int64_t day = 0;
};

class Expander {
 public:
  Expander(const Calendar& calendar, const LocalZone& local, Window window, const Limits& limits)
      : calendar_(calendar), local_(local), window_(window), limits_(limits) {
    all_.steps = limits.all_steps;
  }

  Expansion run() {
    std::vector<const Event*> order;
    order.reserve(calendar_.events.size());
    for (const auto& event : calendar_.events) order.push_back(&event);
    std::ranges::stable_sort(order, {}, [](const Event* event) { return event->uid; });
    for (std::size_t begin = 0; begin < order.size();) {
      std::size_t end = begin + 1;
      // Without a UID events have nothing to do with each other.
      if (order[begin]->uid != 0)
        while (end < order.size() && order[end]->uid == order[begin]->uid) ++end;
      series(std::span(order).subspan(begin, end - begin));
      begin = end;
    }
    for (const auto& period : calendar_.periods) free_busy(period);
    std::ranges::sort(result_.occurrences, {}, [](const Occurrence& one) {
      return std::tuple(one.from, one.to, one.busy_class);
    });
    return std::move(result_);
  }

 private:
  void problem(std::string_view reason, std::uint32_t line) {
    for (const auto& told : result_.problems)
      if (told.reason == reason) return;
    result_.problems.push_back({line, std::string(reason)});
  }

  const LocalZone& zone_of(const Moment& moment) const {
    static const LocalZone utc;
    if (moment.kind == Kind::utc) return utc;
    if (moment.kind != Kind::zoned || !calendar_.zones[moment.zone]) return local_;
    return *calendar_.zones[moment.zone];
  }
  Seconds utc_of(const Moment& moment) const {
    return moment.kind == Kind::utc ? moment.at : zone_of(moment).to_utc(moment.at).utc;
  }
  /// A floating time beside a start in a zone is meant in that zone.
  Seconds utc_beside(const Moment& moment, const Moment& start) const {
    return moment.kind == Kind::floating ? zone_of(start).to_utc(moment.at).utc : utc_of(moment);
  }

  Length length_of(const Event& event) {
    const auto& start = event.start;
    Length length;
    if (event.has_length) {
      length = {event.length.days, event.length.seconds};
    } else if (start.kind == Kind::date &&
               (event.end.kind == Kind::date || event.end.kind == Kind::none)) {
      length.days =
          event.end.kind == Kind::none ? 1 : floor_div(event.end.at - start.at, seconds_a_day);
      // Some programs say so of a single day.
      if (length.days == 0) length.days = 1;
    } else if (event.end.kind != Kind::none) {
      length.seconds = utc_of(event.end) - utc_of(start);
    }
    if (length.most() < 0) {
      problem("an event that ends before it begins", event.line);
      return {};
    }
    if (length.days < 0) length = {0, length.most()};
    length.days = std::min(length.days, longest / seconds_a_day);
    length.seconds = std::min(length.seconds, longest);
    return length;
  }

  Seconds end_of(Seconds local, Seconds utc, const LocalZone& zone, const Length& length) const {
    if (length.days == 0) return utc + length.seconds;
    return zone.to_utc(local + length.days * seconds_a_day).utc + length.seconds;
  }

  bool touches(Seconds from, Seconds to) const {
    return from < window_.to && (to > window_.from || (to == from && from >= window_.from));
  }

  void add(Seconds from, Seconds to, const Event& event) {
    if (!touches(from, to)) return;
    const bool all_day = event.all_day || event.start.kind == Kind::date;
    auto busy_class = event.busy_class;
    if (all_day && busy_class != BusyClass::out_of_office) busy_class = BusyClass::free;
    result_.occurrences.push_back({from, to, busy_class, all_day});
    ++of_series_;
    ++of_rule_;
  }
  bool too_many() const {
    return of_series_ >= limits_.occurrences ||
           result_.occurrences.size() >= limits_.all_occurrences;
  }

  void unexpandable(const Event& event, Seconds from) {
    result_.occurrences.push_back(
        {std::max(from, window_.from), window_.to, BusyClass::unexpandable, false});
    problem("an event recurs too often, or too oddly, for its times to be worked out", event.line);
  }

  void single(const Event& event) {
    const auto& start = event.start;
    const Seconds utc = utc_of(start);
    if (utc >= window_.to) return;
    add(utc, end_of(start.at, utc, zone_of(start), length_of(event)), event);
  }

  static std::tuple<std::int32_t, Seconds> revision(const Event& event) {
    return {event.sequence, event.stamp};
  }

  void series(std::span<const Event* const> events) {
    if (events.size() == 1 && events[0]->replaces.kind == Kind::none) {
      of_series_ = 0;
      if (events[0]->cancelled) return;
      if (events[0]->recurrence < 0) return single(*events[0]);
      return recurring(*events[0], {}, {});
    }
    const Event* newest = nullptr;
    for (const auto* event : events)
      if (event->replaces.kind == Kind::none &&
          (newest == nullptr || revision(*event) > revision(*newest)))
        newest = event;
    if (newest != nullptr && newest->cancelled) return;
    const auto overrides = overrides_of(events, newest);

    const auto first = result_.occurrences.size();
    for (const auto& replacing : overrides.here) {
      of_series_ = 0;
      if (!replacing.event->cancelled) single(*replacing.event);
    }
    for (const auto* event : events) {
      // Of equal age both count: which one is meant nobody can tell.
      if (event->replaces.kind != Kind::none || revision(*event) != revision(*newest)) continue;
      of_series_ = 0;
      if (event->recurrence >= 0)
        recurring(*event, overrides.here, overrides.from_here);
      else if (!is_replaced(utc_of(event->start), event->start.at, overrides.here))
        single(*event);
    }
    drop_repeated(first);
  }

  /// What one series says twice from its `first` occurrence on counts once.
  void drop_repeated(std::size_t first) {
    const auto begin = result_.occurrences.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, result_.occurrences.end(), [](const auto& a, const auto& b) {
      return std::tie(a.from, a.to, a.busy_class) < std::tie(b.from, b.to, b.busy_class);
    });
    result_.occurrences.erase(std::unique(begin, result_.occurrences.end()),
                              result_.occurrences.end());
  }

  struct Overrides {
    std::vector<Override> here;       ///< by slot
    std::vector<Override> from_here;  ///< THISANDFUTURE, by slot
  };
  Overrides overrides_of(std::span<const Event* const> events, const Event* master) const {
    Overrides found;
    for (const auto* event : events) {
      const auto& slot = event->replaces;
      if (slot.kind == Kind::none) continue;
      Override one{event, 0, false, 0};
      one.slot = master != nullptr ? utc_beside(slot, master->start) : utc_of(slot);
      if (master != nullptr && (slot.kind == Kind::date) != (master->start.kind == Kind::date)) {
        one.whole_day = true;
        one.day = floor_div(slot.at, seconds_a_day);
        one.slot = zone_of(master->start).to_utc(one.day * seconds_a_day).utc;
      }
      found.here.push_back(one);
    }
    std::ranges::stable_sort(found.here, [](const Override& a, const Override& b) {
      if (a.slot != b.slot) return a.slot < b.slot;
      return revision(*a.event) > revision(*b.event);
    });
    const auto same = [](const Override& a, const Override& b) { return a.slot == b.slot; };
    found.here.erase(std::unique(found.here.begin(), found.here.end(), same), found.here.end());
    for (const auto& one : found.here)
      if (one.event->this_and_future) found.from_here.push_back(one);
    return found;
  }

  static bool is_replaced(Seconds utc, Seconds local, std::span<const Override> overrides) {
    // A whole day's slot is its midnight, at most a day before the times it replaces.
    auto at = std::ranges::lower_bound(overrides, utc - margin, {}, &Override::slot);
    for (; at != overrides.end() && at->slot <= utc; ++at)
      if (at->whole_day ? at->day == floor_div(local, seconds_a_day) : at->slot == utc) return true;
    return false;
  }

  struct Excluded {
    std::vector<Seconds> instants;
    std::vector<std::int64_t> days;
    bool has(Seconds utc, Seconds local) const {
      return std::ranges::binary_search(instants, utc) ||
             std::ranges::binary_search(days, floor_div(local, seconds_a_day));
    }
  };
  Excluded excluded_of(const Event& event, const Recurrence& recurrence) const {
    Excluded excluded;
    for (const auto& moment : recurrence.excluded) {
      if (moment.kind == Kind::date || event.start.kind == Kind::date)
        excluded.days.push_back(floor_div(moment.at, seconds_a_day));
      else
        excluded.instants.push_back(utc_beside(moment, event.start));
    }
    std::ranges::sort(excluded.instants);
    std::ranges::sort(excluded.days);
    return excluded;
  }

  /// THISANDFUTURE: how later occurrences differ.
  struct Shift {
    Seconds from = 0;  ///< UTC, of the slot
    Seconds by = 0;    ///< on the local clock
    const Event* event = nullptr;
    Length length;
  };

  void recurring(const Event& event, std::span<const Override> overrides,
                 std::span<const Override> from_here) {
    const auto& recurrence = calendar_.recurrences[static_cast<std::size_t>(event.recurrence)];
    const auto& zone = zone_of(event.start);
    const Length length = length_of(event);
    const Excluded excluded = excluded_of(event, recurrence);

    std::vector<Shift> shifts;
    Seconds earlier = length.most();
    Seconds later = 0;
    for (const auto& one : from_here) {
      Shift shift{one.slot, zone.to_local(utc_of(one.event->start)) - zone.to_local(one.slot),
                  one.event, length_of(*one.event)};
      earlier = std::max(earlier, shift.length.most() + std::max<Seconds>(shift.by, 0));
      later = std::max(later, -shift.by);
      shifts.push_back(shift);
    }

    // An RDATE that says how long it takes replaces the rule's instance at its time.
    std::vector<ExtraTime> extra = recurrence.extra;
    std::vector<Seconds> own_length;
    for (auto& time : extra) {
      time.start = start_of(time, event);
      if (time.has_length || time.end.kind != Kind::none)
        own_length.push_back(utc_beside(time.start, event.start));
    }
    std::ranges::sort(own_length);

    // Of each slot in its own local time, and what it says of its end.
    const auto take = [&](Seconds local, Seconds utc, const ExtraTime* own) {
      if (excluded.has(utc, local) || is_replaced(utc, local, overrides)) return;
      if (own == nullptr && std::ranges::binary_search(own_length, utc)) return;
      auto after = std::ranges::upper_bound(shifts, utc, {}, &Shift::from);
      if (after != shifts.begin()) {
        const Shift& shift = *--after;
        if (shift.event->cancelled) return;
        const Seconds moved = zone.to_utc(local + shift.by).utc;
        add(moved, end_of(local + shift.by, moved, zone, shift.length), *shift.event);
      } else if (own != nullptr && own->end.kind != Kind::none) {
        add(utc, std::max(utc, utc_beside(own->end, event.start)), event);
      } else if (own != nullptr) {
        add(utc, end_of(local, utc, zone, clamped(own->length)), event);
      } else {
        add(utc, end_of(local, utc, zone, length), event);
      }
    };

    const bool exact = length.days == 0 && shifts.empty();
    const Seconds from =
        zone.to_local(window_.from - std::min(earlier, longest)) - (exact ? 0 : margin);
    // Where the clock is put back, later local times come before earlier ones.
    const bool steady = zone.offset_at(window_.to) == zone.offset_at(window_.to - margin);
    const Seconds to =
        zone.to_local(window_.to + std::min(later, longest)) + (exact && steady ? 0 : margin);
    const auto before_series = result_.occurrences.size();
    Budget budget{std::min(limits_.event_steps, std::max(all_.steps, last_steps))};
    const auto before = budget.steps;
    // Dates have no gaps.
    static const LocalZone no_gaps;
    const auto& walked = event.start.kind == Kind::date ? no_gaps : zone;

    std::vector<RuleWalker> never;
    const auto look_from = [&](Seconds local) {
      never.clear();
      never.reserve(recurrence.excluded_rules.size());
      for (const auto& rule : recurrence.excluded_rules)
        never.emplace_back(rule, event.start.at, walked, budget).seek(local);
    };
    // Asked in ascending order from `look_from` on.
    const auto is_never = [&](Seconds local) {
      bool found = false;
      for (auto& walker : never)
        while (const auto at = walker.next(local + 1)) found = found || *at == local;
      return found;
    };
    const auto goes = [&](Seconds local) {
      if (!is_never(local)) take(local, zone.to_utc(local).utc, nullptr);
    };

    if (recurrence.rules.empty()) {
      look_from(event.start.at);
      goes(event.start.at);
    }
    for (const auto& rule : recurrence.rules) {
      RuleWalker walker(rule, event.start.at, walked, budget);
      walker.seek(from);
      look_from(from);
      of_rule_ = 0;
      while (!too_many() && of_rule_ < limits_.wanted) {
        const auto at = walker.next(to);
        if (!at) break;
        goes(*at);
      }
    }
    for (const auto& time : extra) {
      if (too_many()) break;
      const Seconds utc = utc_beside(time.start, event.start);
      const Seconds local = zone.to_local(utc);
      look_from(local);
      const bool own = time.has_length || time.end.kind != Kind::none;
      if (!is_never(local)) take(local, utc, own ? &time : nullptr);
    }
    all_.spend(before - budget.steps);
    if (!too_many() && !budget.exhausted()) return drop_repeated(before_series);
    result_.occurrences.resize(before_series);
    const Seconds begin = zone.to_utc(event.start.at).utc;
    if (begin < window_.to) unexpandable(event, begin);
  }

  /// A day only: at the event's own time.
  Moment start_of(const ExtraTime& extra, const Event& event) const {
    if (extra.start.kind != Kind::date || event.start.kind == Kind::date) return extra.start;
    Moment start = event.start;
    start.at = extra.start.at + floor_mod(event.start.at, seconds_a_day);
    return start;
  }

  static Length clamped(const Span& span) {
    const Length length{span.days, span.seconds};
    return length.most() < 0 ? Length() : length;
  }

  void free_busy(const FreeBusyPeriod& period) {
    const auto& start = period.time.start;
    const Seconds from = utc_of(start);
    const Seconds to = period.time.end.kind != Kind::none
                           ? utc_of(period.time.end)
                           : end_of(start.at, from, zone_of(start), clamped(period.time.length));
    if (to > from && touches(from, to))
      result_.occurrences.push_back({from, to, period.busy_class, false});
  }

  const Calendar& calendar_;
  const LocalZone& local_;
  const Window window_;
  const Limits& limits_;
  Budget all_;
  std::size_t of_series_ = 0;  ///< occurrences; and of one of its rules
  std::size_t of_rule_ = 0;
  Expansion result_;
};

/// The order in which claims win: class, then all day over timed.
std::size_t claim_of(const Occurrence& one) {
  return static_cast<std::size_t>(one.busy_class) * 2 + (one.all_day ? 1 : 0);
}

}  // namespace

Expansion expand(const Calendar& calendar, const LocalZone& local, Window window,
                 const Limits& limits) {
  if (window.to <= window.from) return {};
  return Expander(calendar, local, window, limits).run();
}

std::vector<Occurrence> merge_busy(const std::vector<Occurrence>& occurrences, Window window) {
  struct Edge {
    Seconds at = 0;
    std::size_t claim = 0;
    int change = 0;
  };
  std::vector<Edge> edges;
  for (const auto& one : occurrences) {
    const Seconds from = std::max(one.from, window.from);
    const Seconds to = std::min(one.to, window.to);
    if (one.busy_class == BusyClass::free || from >= to) continue;
    edges.push_back({from, claim_of(one), 1});
    edges.push_back({to, claim_of(one), -1});
  }
  std::ranges::sort(edges, {}, &Edge::at);

  std::vector<Occurrence> merged;
  std::array<std::int64_t, 10> open{};
  for (std::size_t i = 0; i < edges.size();) {
    const Seconds at = edges[i].at;
    for (; i < edges.size() && edges[i].at == at; ++i) open.at(edges[i].claim) += edges[i].change;
    std::size_t claim = open.size();
    while (claim > 0 && open.at(claim - 1) == 0) --claim;
    if (claim == 0) continue;
    const Seconds until = edges[i].at;  // what is open has yet to end
    const auto busy_class = static_cast<BusyClass>((claim - 1) / 2);
    const bool all_day = (claim - 1) % 2 != 0;
    if (!merged.empty() && merged.back().to == at && merged.back().busy_class == busy_class &&
        merged.back().all_day == all_day)
      merged.back().to = until;
    else
      merged.push_back({at, until, busy_class, all_day});
  }
  return merged;
}

}  // namespace poised::calendar
