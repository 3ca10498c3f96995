// SPDX-License-Identifier: MIT
#include "calendar/expander/calendar_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace poised::calendar {
namespace {

/// Longer lines are cut; no list of times that a person keeps comes near.
constexpr std::size_t longest_line = std::size_t{1} << 20;
constexpr std::size_t deepest = 16;
constexpr std::size_t most_problems = 20;

std::uint64_t hash_of(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325U) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash == 0 ? 1 : hash;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return text;
}

template <class Use>
void each_value(std::string_view list, const Use& use) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (const auto item = trimmed(list.substr(0, comma)); !item.empty()) use(item);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// Properties whose value has no colon, so that a zone's name that has some needs no quotes.
bool is_timed(std::string_view name) {
  for (const std::string_view timed : {"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
    if (same_word(name, timed)) return true;
  return false;
}

}  // namespace

// ------------------------------------------------------------------ lines

void LineReader::feed(std::string_view text) {
  std::size_t at = 0;
  if (!anything_ && !text.empty()) {
    anything_ = true;
    if (text.starts_with("\xEF\xBB\xBF")) at = 3;
  }
  while (at < text.size()) {
    if (at_start_) {
      const char c = text[at];
      if (c == '\r' || c == '\n') {
        if (!(c == '\n' && after_cr_)) ++number_;
        after_cr_ = c == '\r';
        ++at;
        continue;
      }
      after_cr_ = false;
      at_start_ = false;
      if (c == ' ' || c == '\t') {
        ++at;
        continue;
      }
      end_line();
      first_number_ = number_;
    }
    const auto rest = text.substr(at);
    const void* newline = std::memchr(rest.data(), '\n', rest.size());
    std::size_t end =
        newline == nullptr
            ? rest.size()
            : static_cast<std::size_t>(static_cast<const char*>(newline) - rest.data());
    const void* cr = std::memchr(rest.data(), '\r', end);
    if (cr != nullptr) end = static_cast<std::size_t>(static_cast<const char*>(cr) - rest.data());
    line_.append(
        rest.substr(0, std::min(end, longest_line - std::min(line_.size(), longest_line))));
    at += end;
    if (at == text.size()) return;
    after_cr_ = text[at] == '\r';
    at_start_ = true;
    ++number_;
    ++at;
  }
}

void LineReader::end_line() {
  if (!line_.empty()) emit_(line_, first_number_);
  line_.clear();
}

void LineReader::finish() {
  end_line();
}

// ------------------------------------------------------------------ components

struct CalendarReader::Draft {
  Event event;
  Recurrence recurrence;
  bool recurs = false, transparent = false, tentative = false, is_organizer = false;
  bool wrong_start = false;
  enum class Part : std::uint8_t { none, accepted, declined, tentative, asked } part = Part::none;
  enum class Microsoft : std::uint8_t {
    none,
    free,
    tentative,
    busy,
    away
  } microsoft = Microsoft::none;
};

struct CalendarReader::Parameters {
  std::string_view zone, value, part, range, kind, email;

  explicit Parameters(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
      bool quoted = false;
      std::size_t end = at;
      for (; end < text.size() && (quoted || text[end] != ';'); ++end)
        if (text[end] == '"') quoted = !quoted;
      const auto one = text.substr(at, end - at);
      if (const auto equals = one.find('='); equals != std::string_view::npos)
        take(trimmed(one.substr(0, equals)), unquoted(one.substr(equals + 1)));
      at = end + 1;
    }
  }

 private:
  void take(std::string_view name, std::string_view content) {
    if (same_word(name, "TZID")) zone = content;
    if (same_word(name, "VALUE")) value = content;
    if (same_word(name, "PARTSTAT")) part = content;
    if (same_word(name, "RANGE")) range = content;
    if (same_word(name, "FBTYPE")) kind = content;
    if (same_word(name, "EMAIL")) email = content;
  }
};

CalendarReader::CalendarReader(ZoneBook& zones, const std::vector<std::string>& addresses)
    : zones_(zones),
      lines_([this](std::string_view text, std::uint32_t number) { line(text, number); }) {
  for (const auto& address : addresses) {
    auto own = lower_case(trimmed(address));
    if (own.starts_with("mailto:")) own.erase(0, 7);
    if (!own.empty()) addresses_.push_back(std::move(own));
  }
}

CalendarReader::~CalendarReader() = default;

void CalendarReader::feed(std::string_view text) {
  lines_.feed(text);
}

void CalendarReader::problem(std::string_view reason, std::uint32_t line) {
  auto& problems = calendar_.problems;
  if (problems.size() >= most_problems ||
      std::ranges::any_of(problems, [&](const Problem& told) { return told.reason == reason; }))
    return;
  problems.push_back({line, std::string(reason)});
}

void CalendarReader::line(std::string_view text, std::uint32_t number) {
  number_ = number;
  const auto name_end = text.find_first_of(":;");
  if (name_end == std::string_view::npos) {
    if (!open_.empty()) problem("a line without a colon", number);
    return;
  }
  const auto name = trimmed(text.substr(0, name_end));
  if (zone_) zone_->hash = hash_of(text, zone_->hash);

  if (same_word(name, "BEGIN")) return begin(trimmed(text.substr(name_end + 1)));
  if (same_word(name, "END")) return end(trimmed(text.substr(name_end + 1)));
  if (open_.empty()) return;

  std::size_t colon = name_end;
  if (is_timed(name)) {
    colon = text.rfind(':');
  } else if (text[name_end] == ';') {
    bool quoted = false;
    for (colon = name_end; colon < text.size() && (quoted || text[colon] != ':'); ++colon)
      if (text[colon] == '"') quoted = !quoted;
    if (colon == text.size()) colon = text.find(':');
  }
  if (colon == std::string_view::npos || colon < name_end)
    return problem("a line without a colon", number);
  const auto value = text.substr(colon + 1);
  const auto parameters = [&] {
    return Parameters(colon > name_end ? text.substr(name_end + 1, colon - name_end - 1)
                                       : std::string_view());
  };

  const auto& component = open_.back();
  if (component == "VEVENT") return event_property(name, parameters(), value);
  if (component == "VCALENDAR") return calendar_property(name, value);
  if (component == "STANDARD" || component == "DAYLIGHT")
    return observance_property(name, parameters(), value);
  if (component == "VTIMEZONE" && zone_ && same_word(name, "TZID"))
    zone_->id = unquoted(value);
  else if (component == "VFREEBUSY" && same_word(name, "FREEBUSY"))
    free_busy(parameters(), value);
}

void CalendarReader::begin(std::string_view name) {
  std::string component;
  for (const char c : name.substr(0, 32))
    component += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const bool whole = component == "VEVENT" || component == "VTODO" || component == "VJOURNAL" ||
                     component == "VFREEBUSY" || component == "VTIMEZONE";
  if (component == "VCALENDAR" || whole) {
    calendar_.recognised = true;
    // None of these lies within another: an end is missing.
    const std::size_t depth = !open_.empty() && open_[0] == "VCALENDAR" ? 1 : 0;
    if (component != "VCALENDAR" && open_.size() > depth) {
      problem("END:" + open_[depth] + " is missing", number_);
      close_down_to(depth, true);
    }
    if (component == "VCALENDAR") close_down_to(0, true);
  }
  if (open_.empty() && !calendar_.recognised) return;
  if (open_.size() >= deepest) return problem("components too deep in each other", number_);
  if (component == "VEVENT") {
    draft_ = std::make_unique<Draft>();
    draft_->event.line = number_;
  } else if (component == "VTIMEZONE") {
    zone_ = std::make_unique<ZoneDefinition>();
  } else if ((component == "STANDARD" || component == "DAYLIGHT") && zone_) {
    zone_->observances.emplace_back();
  }
  open_.push_back(std::move(component));
}

void CalendarReader::end(std::string_view name) {
  for (std::size_t depth = open_.size(); depth > 0; --depth)
    if (same_word(open_[depth - 1], name)) {
      if (depth < open_.size()) problem("END:" + open_.back() + " is missing", number_);
      return close_down_to(depth - 1, true);
    }
}

void CalendarReader::close_down_to(std::size_t depth, bool complete) {
  while (open_.size() > depth) {
    if (open_.back() == "VEVENT") finish_event(complete);
    if (open_.back() == "VTIMEZONE" && zone_) {
      if (complete && !zone_->id.empty()) definitions_.try_emplace(zone_->id, std::move(*zone_));
      zone_.reset();
    }
    open_.pop_back();
  }
}

void CalendarReader::calendar_property(std::string_view name, std::string_view value) {
  if (same_word(name, "X-WR-TIMEZONE")) default_zone_ = trimmed(value);
  if (same_word(name, "METHOD")) cancelled_ = same_word(trimmed(value), "CANCEL");
}

// ------------------------------------------------------------------ properties

Moment CalendarReader::moment(std::string_view value, const Parameters& parameters) {
  const auto time = parse_time(value);
  if (!time) return {};
  if (time->is_date) return {time->at, 0, Moment::Kind::date};
  if (time->is_utc) return {time->at, 0, Moment::Kind::utc};
  if (parameters.zone.empty()) return {time->at, 0, Moment::Kind::floating};
  auto known = zone_index_.find(parameters.zone);
  if (known == zone_index_.end()) {
    if (zone_index_.size() >= 1000) return {time->at, 0, Moment::Kind::floating};
    known = zone_index_.emplace(parameters.zone, zone_index_.size()).first;
    zone_lines_.push_back(number_);
  }
  return {time->at, known->second, Moment::Kind::zoned};
}

bool CalendarReader::has_room() {
  if (times_ < max_times) {
    ++times_;
    return true;
  }
  problem("too many times; the rest is left out", number_);
  return false;
}

bool CalendarReader::extra_times(std::string_view value, const Parameters& parameters,
                                 std::vector<ExtraTime>& times) {
  bool good = true;
  each_value(value, [&](std::string_view item) {
    if (!has_room()) return;
    const auto slash = item.find('/');
    ExtraTime time;
    time.start = moment(item.substr(0, slash), parameters);
    if (slash != std::string_view::npos) {
      const auto rest = item.substr(slash + 1);
      time.end = moment(rest, parameters);
      if (time.end.kind == Moment::Kind::none) {
        const auto span = parse_span(rest);
        time.has_length = span.has_value();
        time.length = span.value_or(Span());
        good = good && time.has_length;
      }
    }
    if (time.start.kind == Moment::Kind::none)
      good = false;
    else
      times.push_back(time);
  });
  return good;
}

void CalendarReader::event_property(std::string_view name, const Parameters& parameters,
                                    std::string_view value) {
  if (!draft_) return;
  Event& event = draft_->event;
  const auto is = [&](std::string_view word) { return same_word(name, word); };
  const auto says = [&](std::string_view word) { return same_word(trimmed(value), word); };
  const auto wrong = [&](std::string_view what) {
    problem(std::string(name) + ": " + std::string(what), number_);
  };
  if (is("UID")) {
    event.uid = hash_of(trimmed(value));
  } else if (is("DTSTART")) {
    event.start = moment(value, parameters);
    draft_->wrong_start = event.start.kind == Moment::Kind::none;
    if (draft_->wrong_start) wrong("not a time; the event is left out");
  } else if (is("DTEND")) {
    event.end = moment(value, parameters);
    if (event.end.kind == Moment::Kind::none) wrong("not a time");
  } else if (is("DURATION")) {
    const auto span = parse_span(value);
    event.has_length = span.has_value();
    event.length = span.value_or(Span());
    if (!span) wrong("not a duration");
  } else if (is("RECURRENCE-ID")) {
    event.replaces = moment(value, parameters);
    event.this_and_future = same_word(parameters.range, "THISANDFUTURE");
    if (event.replaces.kind == Moment::Kind::none) {
      draft_->wrong_start = true;
      wrong("not a time; the event is left out");
    }
  } else if (is("RRULE") || is("EXRULE")) {
    auto rule = parse_rule(value);
    draft_->recurs = true;
    if (const auto* reason = std::get_if<std::string>(&rule)) return wrong(*reason);
    auto& found = std::get<Rule>(rule);
    if (found.count != 0 && found.until) wrong("COUNT and UNTIL; the earlier end holds");
    auto& rules = is("RRULE") ? draft_->recurrence.rules : draft_->recurrence.excluded_rules;
    if (rules.size() < 64) rules.push_back(std::move(found));
  } else if (is("RDATE")) {
    draft_->recurs = true;
    if (!extra_times(value, parameters, draft_->recurrence.extra)) wrong("not a list of times");
  } else if (is("EXDATE")) {
    draft_->recurs = true;
    each_value(value, [&](std::string_view item) {
      if (!has_room()) return;
      const Moment excluded = moment(item, parameters);
      if (excluded.kind == Moment::Kind::none) return wrong("not a list of times");
      draft_->recurrence.excluded.push_back(excluded);
    });
  } else if (is("TRANSP")) {
    draft_->transparent = says("TRANSPARENT");
  } else if (is("STATUS")) {
    event.cancelled = says("CANCELLED");
    draft_->tentative = says("TENTATIVE");
  } else if (is("SEQUENCE")) {
    const auto text = trimmed(value);
    std::from_chars(text.data(), text.data() + text.size(), event.sequence);
  } else if (is("DTSTAMP")) {
    if (const auto time = parse_time(value)) event.stamp = time->at;
  } else if (is("ATTENDEE")) {
    attendee(parameters, value);
  } else if (is("ORGANIZER")) {
    draft_->is_organizer = is_own(value) || is_own(parameters.email);
  } else if (is("X-MICROSOFT-CDO-BUSYSTATUS")) {
    using Microsoft = Draft::Microsoft;
    draft_->microsoft = says("FREE") || says("WORKINGELSEWHERE") ? Microsoft::free
                        : says("TENTATIVE")                      ? Microsoft::tentative
                        : says("BUSY")                           ? Microsoft::busy
                        : says("OOF")                            ? Microsoft::away
                                                                 : Microsoft::none;
  } else if (is("X-MICROSOFT-CDO-ALLDAYEVENT")) {
    event.all_day = says("TRUE");
  }
}

bool CalendarReader::is_own(std::string_view address) const {
  if (addresses_.empty()) return false;
  auto text = lower_case(trimmed(address));
  if (text.starts_with("mailto:")) text.erase(0, 7);
  return std::ranges::find(addresses_, text) != addresses_.end();
}

void CalendarReader::attendee(const Parameters& parameters, std::string_view value) {
  if (!is_own(value) && !is_own(parameters.email)) return;
  using Part = Draft::Part;
  const auto is = [&](std::string_view word) { return same_word(parameters.part, word); };
  // Who has passed it on does not come either.
  draft_->part = is("DECLINED") || is("DELEGATED") ? Part::declined
                 : is("TENTATIVE")                 ? Part::tentative
                 : is("ACCEPTED")                  ? Part::accepted
                                                   : Part::asked;
}

void CalendarReader::observance_property(std::string_view name, const Parameters& parameters,
                                         std::string_view value) {
  if (!zone_ || zone_->observances.empty()) return;
  auto& observance = zone_->observances.back();
  if (same_word(name, "DTSTART")) {
    if (const auto time = parse_time(value)) observance.start = time->at;
  } else if (same_word(name, "TZOFFSETFROM")) {
    observance.offset_from = parse_offset(value);
  } else if (same_word(name, "TZOFFSETTO")) {
    observance.offset_to = parse_offset(value);
  } else if (same_word(name, "RRULE")) {
    auto rule = parse_rule(value);
    if (auto* found = std::get_if<Rule>(&rule); found != nullptr && observance.rules.size() < 8)
      observance.rules.push_back(std::move(*found));
  } else if (same_word(name, "RDATE")) {
    std::vector<ExtraTime> times;
    extra_times(value, parameters, times);
    for (const auto& time : times) observance.extra.push_back(time.start.at);
  }
}

void CalendarReader::free_busy(const Parameters& parameters, std::string_view value) {
  if (same_word(parameters.kind, "FREE")) return;
  BusyClass busy_class = BusyClass::busy;
  if (same_word(parameters.kind, "BUSY-TENTATIVE")) busy_class = BusyClass::tentative;
  if (same_word(parameters.kind, "BUSY-UNAVAILABLE")) busy_class = BusyClass::out_of_office;
  std::vector<ExtraTime> times;
  if (!extra_times(value, parameters, times)) problem("FREEBUSY: not a list of periods", number_);
  for (const auto& time : times) calendar_.periods.push_back({time, busy_class});
}

// ------------------------------------------------------------------ events

BusyClass CalendarReader::class_of(const Draft& draft) const {
  using Part = Draft::Part;
  using Microsoft = Draft::Microsoft;
  if (draft.part == Part::declined) return BusyClass::free;
  // What Outlook was told beats TRANSP, which has fewer words.
  if (draft.microsoft == Microsoft::free) return BusyClass::free;
  if (draft.microsoft == Microsoft::away) return BusyClass::out_of_office;
  if (draft.microsoft == Microsoft::none && draft.transparent) return BusyClass::free;
  const bool unanswered =
      draft.part == Part::tentative || (draft.part == Part::asked && !draft.is_organizer);
  return unanswered || draft.tentative || draft.microsoft == Microsoft::tentative
             ? BusyClass::tentative
             : BusyClass::busy;
}

void CalendarReader::finish_event(bool complete) {
  const auto draft = std::move(draft_);
  if (!draft) return;
  if (!complete)
    return problem("the text ends within an event, which is left out", draft->event.line);
  if (draft->wrong_start) return;
  if (draft->event.start.kind == Moment::Kind::none)
    return problem("an event without DTSTART; it is left out", draft->event.line);
  if (calendar_.events.size() >= max_events)
    return problem("too many events; the rest is left out", draft->event.line);
  draft->event.busy_class = class_of(*draft);
  if (draft->recurs) {
    auto& recurrence = draft->recurrence;
    recurrence.rules.shrink_to_fit();
    recurrence.extra.shrink_to_fit();
    recurrence.excluded.shrink_to_fit();
    draft->event.recurrence = static_cast<std::int32_t>(calendar_.recurrences.size());
    calendar_.recurrences.push_back(std::move(recurrence));
  }
  calendar_.events.push_back(draft->event);
}

Calendar CalendarReader::finish() {
  // A last line without an end may be cut, unless it closes what is open.
  lines_.finish();
  if (!open_.empty()) {
    problem("the text ends within " + open_.back(), number_);
    close_down_to(0, false);
  }
  calendar_.zones.resize(zone_index_.size());
  for (const auto& [id, index] : zone_index_) {
    ZoneBook::Zone zone;
    if (const auto definition = definitions_.find(id); definition != definitions_.end())
      zone = zones_.defined(definition->second);
    if (!zone) zone = zones_.named(id);
    if (!zone && !default_zone_.empty()) zone = zones_.named(default_zone_);
    if (!zone) problem("the time zone is not known; this machine's is taken", zone_lines_[index]);
    calendar_.zones[index] = std::move(zone);
  }
  if (cancelled_)
    for (auto& event : calendar_.events) event.cancelled = true;
  return std::move(calendar_);
}

}  // namespace poised::calendar
