// SPDX-License-Identifier: MIT
#include "config/key_registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/text.hpp"

namespace poised::config {
namespace {

using core::Duration;
using namespace std::chrono_literals;

constexpr Duration day = 24h;

constexpr std::size_t max_text = 4096;
constexpr std::int64_t max_list = 256;

KeySpec boolean(std::string path, bool value, std::string doc) {
  return {.path = std::move(path),
          .type = Type::boolean,
          .default_value = value,
          .doc = std::move(doc)};
}

KeySpec boolean_or_auto(std::string path, std::string doc) {
  return {.path = std::move(path),
          .type = Type::boolean_or_auto,
          .default_value = std::string("auto"),
          .doc = std::move(doc)};
}

KeySpec integer(std::string path, KeyValue value, std::int64_t min, std::int64_t max,
                std::string unit, std::string doc) {
  return {.path = std::move(path),
          .type = Type::integer,
          .default_value = std::move(value),
          .min = min,
          .max = max,
          .unit = std::move(unit),
          .doc = std::move(doc)};
}

KeySpec duration(std::string path, Duration value, Duration min, Duration max, std::string doc) {
  return {.path = std::move(path),
          .type = Type::duration,
          .default_value = value,
          .min = min.count(),
          .max = max.count(),
          .doc = std::move(doc)};
}

KeySpec time_of_day(std::string path, KeyValue value, std::string doc) {
  return {.path = std::move(path),
          .type = Type::time_of_day,
          .default_value = std::move(value),
          .doc = std::move(doc)};
}

KeySpec text(std::string path, KeyValue value, std::int64_t max, Syntax syntax, std::string doc) {
  return {.path = std::move(path),
          .type = Type::string,
          .default_value = std::move(value),
          .max = max,
          .doc = std::move(doc),
          .syntax = syntax};
}

KeySpec enumeration(std::string path, std::string value, std::vector<std::string> values,
                    std::string doc) {
  return {.path = std::move(path),
          .type = Type::enumeration,
          .default_value = std::move(value),
          .values = std::move(values),
          .doc = std::move(doc)};
}

KeySpec id_list(std::string path, KeyValue value, std::string doc) {
  return {.path = std::move(path),
          .type = Type::string_list,
          .default_value = std::move(value),
          .max = max_list,
          .doc = std::move(doc),
          .syntax = Syntax::id};
}

std::vector<KeySpec> break_keys(const std::string& id, bool enabled, Duration interval,
                                Duration length, Duration natural) {
  const std::string at = "breaks." + id + ".";
  KeySpec title = text(at + "title", std::monostate(), 80, Syntax::text,
                       "The prompt's title. Not set: made from the break and its routine.");
  title.example = std::string("Time to get up");
  return {
      boolean(at + "enabled", enabled, "Whether this break is asked for."),
      duration(at + "interval", interval, 1s, day, "Present time after which the break is due."),
      duration(at + "duration", length, 1s, 4h, "How long the break takes."),
      duration(at + "natural", natural, 1s, day,
               "An absence of this length counts as the break by itself."),
      text(at + "routine", std::string(id == "stretch" ? "hourly-micro-break" : ""), 32, Syntax::id,
           "What to do in it: the id of a routine (poisectl exercise list). Empty: no routine."),
      std::move(title),
  };
}

std::vector<KeySpec> make_registry() {
  using Direction = PolicyDirection;
  std::vector<KeySpec> keys;
  const auto add = [&](KeySpec key, Direction direction = Direction::any, KeyValue example = {}) {
    key.direction = direction;
    if (key.example == KeyValue()) key.example = std::move(example);
    keys.push_back(std::move(key));
  };
  const std::vector<std::string> none;

  add(duration("activity.idle_after", 2min, 1s, 4h,
               "Without input for this long the person is idle; shorter pauses are work."));
  add(duration("activity.passive_max", 2h, 1s, day,
               "A call or a full-screen video counts as presence for this long after the last "
               "input."));
  add(id_list("activity.sources", none,
              "Plugins that see input, in order of preference. Empty: the first that works."));
  add(enumeration(
      "activity.inhibitors", "ignore", {"ignore", "activity", "pause"},
      "What an application does that keeps the screen on, as players do: nothing, count "
      "as presence without input, or pause prompts."));

  add(duration("session.break", 5min, 1s, day, "An absence of this length ends a screen session."));
  add(time_of_day("session.day_starts", TimeOfDay{4h},
                  "When the day's totals begin anew, local time."));
  add(enumeration("session.remote", "run", {"run", "silent"},
                  "In a session over the network, such as RDP, VNC or X2Go: prompt as anywhere, or "
                  "count only. No desk is asked for there either way."));

  for (auto& key : break_keys("stretch", true, 60min, 60s, 5min)) add(std::move(key));
  for (auto& key : break_keys("micro", false, 20min, 20s, 20s)) add(std::move(key));
  for (auto& key : break_keys("rest", false, 120min, 10min, 10min)) add(std::move(key));
  add(boolean("breaks.daily-limit.enabled", false,
              "Whether the end of a long day at the screen is told."));
  add(duration("breaks.daily-limit.interval", 8h, 1s, day,
               "The day's present time after which it is told."));
  add(duration("breaks.daily-limit.repeat", 60min, 1s, day,
               "Present time after which it is told again."));
  add(text("breaks.daily-limit.title", std::monostate(), 80, Syntax::text, "The prompt's title."),
      Direction::any, std::string("Time to go home"));
  for (auto& key : break_keys("<id>", true, 60min, 60s, 5min)) add(std::move(key));

  add(duration("prompt.gap", 8s, 0s, 1h,
               "A prompt waits for a typing gap of this length. \"0s\": it does not wait."));
  add(duration("prompt.gap_max", 5min, 1s, day, "It waits at most this long."));
  add(duration("prompt.snooze", 5min, 1s, day, "A snoozed prompt returns after this present time."),
      Direction::at_least_one);
  add(integer("prompt.max_snoozes", std::int64_t{2}, 0, 100, "",
              "How often one break can be snoozed."),
      Direction::at_least_one);
  add(integer("prompt.max_skips_per_day", std::monostate(), 0, 1000, "",
              "How many breaks can be skipped in a day. Not set: without limit."),
      Direction::at_least_one, std::int64_t{3});
  add(duration("prompt.expires", 10min, 1s, day,
               "A prompt without an answer goes away after this present time."));
  add(duration("prompt.return", 15min, 1s, day,
               "It returns once, quietly, after this present time."));
  add(boolean("prompt.critical", false,
              "Show prompts as critical, so that they stay above everything."),
      Direction::never_on);
  add(duration("prompt.min_gap", 20min, 0s, day,
               "Present time from the end of one prompt to the next that nobody asked for."));
  add(integer("prompt.max_per_day", std::int64_t{12}, 0, 1000, "",
              "A safety limit: more prompts than this are never shown in a day."),
      Direction::only_lower);
  add(boolean("prompt.sound", false, "Play the desktop's sound with a prompt."));

  add(boolean_or_auto("stand.enabled",
                      "Offer changes between sitting and standing. \"auto\": where a desk reports "
                      "its height, or the person said once that they have one."),
      Direction::never_on);
  add(duration("stand.sit_for", 40min, 1s, day, "Offer to stand after sitting this long."),
      Direction::never_on);
  add(duration("stand.stand_for", 15min, 1s, day,
               "Offer to sit after standing this long; an hour at most, whatever stands here."),
      Direction::never_on);
  add(boolean_or_auto("stand.grow",
                      "Lengthen standing by 5 minutes after each week in which most offers were "
                      "taken. true means \"auto\"; false keeps stand_for as it is."),
      Direction::never_on);
  add(duration("stand.stand_max", 30min, 1s, day,
               "Standing grows up to this; never below stand_for."),
      Direction::never_on);
  add(duration("stand.reset_after", 10min, 1s, day,
               "After an absence of this length the time in one posture begins anew."),
      Direction::never_on);
  add(boolean("stand.in_meetings", false, "Offer to stand just before a short meeting."),
      Direction::never_on);

  add(duration("availability.join", 5min, 0s, day,
               "Appointments less than this apart count as one."));
  add(duration("availability.settle", 2min, 0s, day,
               "A break that was held waits this long after a meeting or call."));
  add(duration("availability.max_hold", 90min, 1s, day,
               "The calendar holds a break at most this long."));
  add(duration("availability.max_soft_hold", 20min, 1s, day,
               "A full-screen window or video holds a break at most this long."));
  add(enumeration("availability.tentative", "busy", {"busy", "free"},
                  "What a tentative appointment counts as."));
  add(boolean("availability.pull_forward", true,
              "Offer a break early, before a meeting that would hold it up."));

  add(boolean("schedule.enabled", true, "Prompt within these hours only."));
  add({.path = "schedule.hours",
       .type = Type::hours,
       .default_value = std::vector<core::HoursRange>{{0b0011111, 7h, 19h}},
       .max = max_list,
       .doc = "Working hours: days and a range of times, as many as needed. A night is two ranges, "
              "up to 24:00 and from 00:00."});

  add(boolean("programme.enabled", true, "Make exercise plans available. None starts by itself."),
      Direction::never_on);
  add(id_list("programme.equipment", none,
              "What is at hand, such as mat, foam-roller, ball, band."),
      Direction::never_on);
  add({.path = "programme.places",
       .type = Type::string_list,
       .default_value = std::vector<std::string>{"desk"},
       .max = max_list,
       .values = {"desk", "wall", "floor"},
       .doc = "Where there is room to exercise."},
      Direction::never_on);
  add(id_list(
          "programme.leave_out", none,
          "Positions and exercises never to be offered, such as prone, supine, hands-and-knees."),
      Direction::never_on);
  add(duration("programme.session_max", 15min, 1min, 4h, "The longest session that is offered."),
      Direction::never_on);
  add(time_of_day("programme.session_at", std::monostate(),
                  "When the day's session is offered. Not set: in the first free 20 minutes."),
      Direction::never_on, TimeOfDay{10h + 30min});
  add(boolean(
          "programme.cues", true,
          "In a guided run that faces away from the screen: a sound at each step, side and end."),
      Direction::never_on);
  add(boolean("programme.health_questions", true,
              "Ask the plan's weekly questions. false: plans that need them cannot start, and the "
              "answers of a running one are erased."),
      Direction::never_on);

  add(integer("desk.sit_mm", std::int64_t{720}, 400, 2000, "mm", "Height for sitting."));
  add(integer("desk.stand_mm", std::int64_t{1100}, 400, 2000, "mm", "Height for standing."));
  add(integer("desk.min_mm", std::monostate(), 400, 2000, "mm",
              "Never move the desk below this. Not set: the desk's own limit."),
      Direction::any, std::int64_t{650});
  add(integer("desk.max_mm", std::monostate(), 400, 2000, "mm",
              "Never move the desk above this. Not set: the desk's own limit."),
      Direction::any, std::int64_t{1250});

  add(id_list("plugins.allow", std::monostate(), "Only these plugins run. Not set: all."),
      Direction::any, std::vector<std::string>{"activity-x11", "notify"});
  add(id_list("plugins.deny", none, "These plugins never run, allowed or not."));
  add(enumeration("plugins.isolation", "process", {"process", "in-process"},
                  "\"in-process\" saves some memory; a plugin's crash then ends the daemon."));

  add(enumeration("history.keep", "disk", {"disk", "memory", "none"},
                  "Where the history of breaks is kept."),
      Direction::only_lower);
  add(duration("history.retention", 90 * day, 1h, 3660 * day, "How long it is kept."),
      Direction::only_lower);
  add({.path = "history.dir",
       .type = Type::path,
       .default_value = std::string(),
       .max = max_text,
       .doc = "The folder it is kept in; %u stands for the person's user name. Empty: the "
              "person's own state folder."});

  add(enumeration("telemetry.export", "off", {"off", "file"},
                  "Write figures about the software's health, never a person's behaviour, for the "
                  "machine's monitoring."),
      Direction::never_on);

  add(text("locale.language", std::string(), 32, Syntax::language,
           "The language of prompts. Empty: the session's. The system must have some locale beside "
           "C.UTF-8, in which newer ones translate nothing."));
  return keys;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t dot = path.find('.');
    parts.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

const std::vector<KeySpec>& key_registry() {
  static const std::vector<KeySpec> registry = make_registry();
  return registry;
}

KeySpec plugin_key(const std::string& plugin_id, const plugin::SettingSpec& setting) {
  static const std::array<std::pair<std::string_view, Type>, 9> types{
      {{"bool", Type::boolean},
       {"int", Type::integer},
       {"duration", Type::duration},
       {"string", Type::string},
       {"enum", Type::enumeration},
       {"path", Type::path},
       {"secret-ref", Type::secret_ref},
       {"list", Type::string_list},
       {"table-list", Type::table_list}}};
  KeySpec spec;
  spec.path = "plugin." + plugin_id + "." + setting.key;
  if (const auto* found =
          std::ranges::find(types, setting.type, &std::pair<std::string_view, Type>::first);
      found != types.end())
    spec.type = found->second;
  spec.values = setting.values;
  spec.doc = setting.doc;
  if (setting.personal) spec.direction = PolicyDirection::never_on;
  const auto value_of = [&](const std::string& text) -> KeyValue {
    const auto value = parse_json(text);
    if (!value) return {};
    auto read = read_value(spec, *value);
    return std::holds_alternative<KeyValue>(read) ? std::get<KeyValue>(std::move(read))
                                                  : KeyValue();
  };
  const auto bound_of = [&](const std::string& text) -> std::optional<std::int64_t> {
    const KeyValue value = value_of(text);
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    if (const auto* length = std::get_if<Duration>(&value)) return length->count();
    return std::nullopt;
  };
  const auto min = bound_of(setting.min);  // neither bound may judge the other
  spec.max = bound_of(setting.max);
  spec.min = min;
  spec.default_value = value_of(setting.default_value);
  return spec;
}

std::optional<KeySpec> find_key(std::string_view path,
                                const std::vector<PluginSettingSpecs>& plugins) {
  const auto& registry = key_registry();
  if (const auto found = std::ranges::find(registry, path, &KeySpec::path);
      found != registry.end() && path.find('<') == std::string_view::npos)
    return *found;
  const auto parts = split(path);
  if (parts.size() != 3) return std::nullopt;
  if (parts[0] == "breaks" && is_id(parts[1]) && parts[1] != "posture" &&
      parts[1] != "daily-limit") {
    const std::string pattern = fmt::format("breaks.<id>.{}", parts[2]);
    const auto found = std::ranges::find(registry, pattern, &KeySpec::path);
    if (found == registry.end()) return std::nullopt;
    KeySpec spec = *found;
    spec.path = path;
    return spec;
  }
  if (parts[0] == "plugin") {
    const auto specs = std::ranges::find(plugins, parts[1], &PluginSettingSpecs::id);
    if (specs == plugins.end()) return std::nullopt;
    const auto setting = std::ranges::find(specs->settings, parts[2], &plugin::SettingSpec::key);
    if (setting == specs->settings.end()) return std::nullopt;
    return plugin_key(specs->id, *setting);
  }
  return std::nullopt;
}

std::string annotated_defaults() {
  std::string out =
      "# SPDX-License-Identifier: MIT\n"
      "# Poised: every setting with its default. Take a line's '#' away to set it; what is not set "
      "here\n"
      "# follows the defaults of later versions. `poisectl config explain KEY` says what is in "
      "force and\n"
      "# why, `poisectl config check` whether a file is right.\n"
      "#\n"
      "# Read in this order, later files over earlier ones:\n"
      "#   /usr/share/poised/defaults.d/*.toml\n"
      "#   /etc/poised/poised.toml, /etc/poised/conf.d/*.toml\n"
      "#   ~/.config/poised/poised.toml, ~/.config/poised/conf.d/*.toml\n"
      "#\n"
      "# Durations are written \"90s\", \"45min\", \"1h30min\", \"90d\".\n"
      "schema = 1\n";
  const auto comment = [&](const std::string& text) {
    std::string line = "#";
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t end = std::min(text.find(' ', i), text.size());
      const std::string word = text.substr(i, end - i);
      if (count_characters(line) + 1 + count_characters(word) > 100) {
        out += line + "\n";
        line = "#";
      }
      line += " " + word;
      i = end + 1;
    }
    out += line + "\n";
  };
  std::string section;
  for (const auto& spec : key_registry()) {
    const std::size_t dot = spec.path.rfind('.');
    const std::string table = spec.path.substr(0, dot);
    const std::string key = spec.path.substr(dot + 1);
    if (table != section) {
      section = table;
      out += "\n";
      if (table == "breaks.<id>") {
        comment("Breaks of one's own, as many as wanted, each under an id of its own.");
        out += "#[breaks.water]\n";
      } else {
        out += "[" + table + "]\n";
      }
    }
    std::string takes = expectation(spec);
    takes[0] = takes[0] == 'a' ? 'A' : takes[0] == 'o' ? 'O' : takes[0] == 't' ? 'T' : takes[0];
    comment(spec.doc + " " + takes + ".");
    const KeyValue& value = spec.default_value == KeyValue() ? spec.example : spec.default_value;
    out += "#" + key + " = " + to_toml(value) + "\n";
  }
  out +=
      "\n"
      "# Settings of plugins stand under [plugin.ID]; `poisectl plugins inspect ID` lists them.\n";
  return out;
}

}  // namespace poised::config
