// SPDX-License-Identifier: MIT
#include "config/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "config/text.hpp"

namespace poised::config {
namespace {

namespace fs = std::filesystem;
using core::Duration;

constexpr std::int64_t schema_version = 1;
constexpr std::size_t max_breaks = 64;
constexpr std::size_t max_plugin_settings_bytes = 65536;

/// One value that a file (or the registry) gives a key.
struct Candidate {
  KeyValue value;
  Source source;
};

std::string dotted(const std::vector<std::string>& path) {
  std::string out;
  for (const auto& part : path) {
    if (!out.empty()) out += '.';
    out += toml_key(part);
  }
  return out;
}

/// Takes values file by file, low to high, and makes of them one valid configuration.
class Resolver {
 public:
  Resolver(const Roots& roots, const std::vector<PluginSettingSpecs>& plugins, Loaded& out)
      : roots_(roots), plugins_(plugins), out_(out) {
    for (const auto& spec : key_registry())
      if (spec.path.find('<') == std::string::npos) declare(spec);
    for (const auto& plugin : plugins_)
      for (const auto& setting : plugin.settings) declare(plugin_key(plugin.id, setting));
  }

  void problem(Problem problem) { out_.problems.push_back(std::move(problem)); }

  /// A file as it was read; `content` of what is newer than this version is left out.
  void take(const SourceFile& file) {
    file_ = &file;
    if (!accepts_schema(*file.content)) return;
    if (file.layer == Layer::policy) {
      const auto header = read_policy_header(*file.content).header;
      if (!header.managed_by.empty()) out_.managed_by = header.managed_by;
    }
    std::vector<std::string> path;
    take_table(*file.content, path);
  }

  void finish() {
    apply_policies();
    check_breaks();
    settle_breaks();
    settle_desk();
    warn_of_odd_pairs();
    warn_of_unknown_sources();
    make_plugin_settings();
    for (auto& pending : stays_) {
      const auto& value = stack(pending.key).back().value;
      out_.problems[pending.problem].reason +=
          value == KeyValue() ? "; stays unset" : "; stays " + one_line(to_toml(value), 80);
    }
    make_policy();
    make_settings();
    make_effective();
    std::ranges::stable_sort(out_.problems, {}, [&](const Problem& p) {
      return std::tuple(rank(p.file), p.at.line, p.at.column);
    });
  }

 private:
  // ---------------------------------------------------------------- reading

  void declare(const KeySpec& spec) {
    if (stacks_.emplace(spec.path, std::vector{Candidate{spec.default_value, {}}}).second)
      order_.push_back(spec.path);
  }

  bool accepts_schema(const Table& table) {
    const auto entry = std::ranges::find(table.entries, "schema", &Entry::key);
    if (entry == table.entries.end()) return true;
    const auto* version = std::get_if<std::int64_t>(&entry->value.data);
    if (version == nullptr || *version < 1) {
      refuse("schema", entry->value.at,
             fmt::format("expected {}, the version of these keys", schema_version));
      return true;
    }
    if (*version <= schema_version) return true;
    report(Severity::error, ProblemKind::file, "schema", entry->value.at,
           fmt::format("{} is newer than this version knows ({}); the file is left out", *version,
                       schema_version));
    return false;
  }

  void take_table(const Table& table, std::vector<std::string>& path) {
    for (const auto& entry : table.entries) {
      if (path.empty() && entry.key == "schema") continue;
      if (path.empty() && entry.key == "policy" && file_->layer == Layer::policy) continue;
      path.push_back(entry.key);
      take_entry(entry, path);
      path.pop_back();
    }
  }

  void take_entry(const Entry& entry, std::vector<std::string>& path) {
    const std::string key = dotted(path);
    if (const auto spec = find_key(key, plugins_)) {
      take_value(*spec, entry);
      return;
    }
    switch (place_of(path)) {
      case Place::section:
        if (const auto* table = std::get_if<Table>(&entry.value.data))
          take_table(*table, path);
        else
          refuse(key, entry.value.at,
                 fmt::format("expected a table, not {}", kind_name(entry.value)));
        return;
      case Place::bad_break:
        refuse(key, entry.at,
               path.back() == "posture"
                   ? "\"posture\" is not a break of one's own: see [stand]"
                   : "a break's id is a letter, then letters, digits and '-' (lower case, at most "
                     "32)");
        return;
      case Place::absent_plugin:
        report(Severity::warning, ProblemKind::doubtful, key, entry.at,
               "there is no such plugin here" + meant(path.back(), plugin_ids()));
        return;
      case Place::unknown:
        report(Severity::warning, ProblemKind::unknown_key, key, entry.at, unknown_reason(path));
        return;
    }
  }

  void take_value(const KeySpec& spec, const Entry& entry) {
    const Source source{file_->layer, file_->path, entry.at};
    if (file_->layer != Layer::policy) {
      if (auto value = accept(spec, entry, read_value(spec, entry.value)))
        stack(spec.path).push_back({std::move(*value), source});
    } else if (auto policy = accept(spec, entry, read_key_policy(spec, entry.value))) {
      out_.managed = true;
      // Of several files the last one counts, with all that it says of the key.
      policies_.insert_or_assign(spec.path, GivenPolicy{std::move(*policy), spec, source});
    }
  }

  /// What was read, or nothing: then a problem says why. A break of one's own begins with it.
  template <typename T>
  std::optional<T> accept(const KeySpec& spec, const Entry& entry, std::variant<T, Refusal> read) {
    if (const auto* refusal = std::get_if<Refusal>(&read)) {
      refuse(spec.path, refusal->at, refusal->reason);
      return std::nullopt;
    }
    if (spec.path.starts_with("breaks.") && !stacks_.contains(spec.path) &&
        !declare_break(spec.path, entry))
      return std::nullopt;
    return std::get<T>(std::move(read));
  }

  /// All keys of the break that `path` belongs to.
  bool declare_break(const std::string& path, const Entry& entry) {
    const std::string id = path.substr(7, path.rfind('.') - 7);
    if (own_breaks_.size() >= max_breaks) {
      refuse(path, entry.at, fmt::format("more than {} breaks of one's own", max_breaks));
      return false;
    }
    own_breaks_.push_back(id);
    for (const auto& spec : key_registry()) {
      if (!spec.path.starts_with("breaks.<id>.")) continue;
      const std::string own = "breaks." + id + spec.path.substr(spec.path.rfind('.'));
      stacks_.emplace(own, std::vector{Candidate{spec.default_value, {}}});
    }
    return true;
  }

  enum class Place { section, bad_break, absent_plugin, unknown };

  Place place_of(const std::vector<std::string>& path) const {
    const auto& first = path[0];
    if (path.size() == 1) {
      if (first == "plugin") return Place::section;
      const auto& registry = key_registry();
      const bool known = std::ranges::any_of(
          registry, [&](const KeySpec& spec) { return spec.path.starts_with(first + "."); });
      return known ? Place::section : Place::unknown;
    }
    if (path.size() == 2 && first == "breaks")
      return is_id(path[1]) && path[1] != "posture" ? Place::section : Place::bad_break;
    if (path.size() == 2 && first == "plugin")
      return std::ranges::find(plugins_, path[1], &PluginSettingSpecs::id) != plugins_.end()
                 ? Place::section
                 : Place::absent_plugin;
    return Place::unknown;
  }

  std::vector<std::string> plugin_ids() const {
    std::vector<std::string> ids;
    for (const auto& plugin : plugins_) ids.push_back(plugin.id);
    return ids;
  }

  static std::string meant(std::string_view word, const std::vector<std::string>& candidates) {
    const auto found = did_you_mean(word, candidates);
    return found ? fmt::format("; did you mean '{}'?", *found) : std::string();
  }

  std::string unknown_reason(const std::vector<std::string>& path) const {
    const std::string table = dotted({path.begin(), path.end() - 1});
    if (table == "breaks.daily-limit" && find_key("breaks.stretch." + path.back()))
      return "the daily limit has no such key";
    // The names that could stand here, then the same name in another table.
    std::vector<std::string> siblings;
    std::vector<std::string> elsewhere;
    const auto consider = [&](std::string_view full) {
      const std::size_t dot = full.rfind('.');
      if (table.empty())
        siblings.emplace_back(full.substr(0, full.find('.')));
      else if (full.substr(0, dot) == table)
        siblings.emplace_back(full.substr(dot + 1));
      if (full.substr(dot + 1) == path.back()) elsewhere.emplace_back(full);
    };
    for (const auto& [known, candidates] : stacks_) consider(known);
    if (path.size() == 3 && path[0] == "breaks")
      for (const auto& spec : key_registry())
        if (spec.path.starts_with("breaks.<id>.")) consider(table + spec.path.substr(11));
    if (table.empty()) siblings.emplace_back("plugin");
    const std::string suggestion = meant(path.back(), siblings);
    if (suggestion.empty() && elsewhere.size() == 1)
      return fmt::format("unknown key; did you mean '{}'?", elsewhere[0]);
    return "unknown key" + suggestion;
  }

  // ---------------------------------------------------------------- problems

  void report(Severity severity, ProblemKind kind, const std::string& key, Position at,
              std::string reason) {
    report_in(file_->path, severity, kind, key, at, std::move(reason));
  }

  void report_in(const fs::path& file, Severity severity, ProblemKind kind, const std::string& key,
                 Position at, std::string reason) {
    out_.problems.push_back({severity, kind, file, at, key, std::move(reason)});
  }

  /// The value counts as not given: the problem will say which one stays.
  void refuse(const std::string& key, Position at, std::string reason) {
    report(Severity::error, ProblemKind::value, key, at, std::move(reason));
    if (stacks_.contains(key)) stays_.push_back({key, out_.problems.size() - 1});
  }

  std::size_t rank(const fs::path& file) const {
    const auto found = std::ranges::find(out_.files, file, &SourceFile::path);
    return static_cast<std::size_t>(found - out_.files.begin());
  }

  // ---------------------------------------------------------------- values

  std::vector<Candidate>& stack(const std::string& key) { return stacks_.find(key)->second; }
  const Candidate& top(const std::string& key) const { return stacks_.find(key)->second.back(); }

  template <typename T>
  const T& get(const std::string& key) const {
    return std::get<T>(top(key).value);
  }
  template <typename T>
  std::optional<T> find(const std::string& key) const {
    const auto* value = std::get_if<T>(&top(key).value);
    return value == nullptr ? std::nullopt : std::optional(*value);
  }
  Duration duration(const std::string& key) const { return get<Duration>(key); }
  bool flag(const std::string& key) const { return get<bool>(key); }
  std::uint32_t count(const std::string& key) const {
    return static_cast<std::uint32_t>(get<std::int64_t>(key));
  }
  std::int32_t millimetres(const std::string& key) const {
    return static_cast<std::int32_t>(get<std::int64_t>(key));
  }

  // ---------------------------------------------------------------- policies

  struct GivenPolicy {
    KeyPolicy policy;
    KeySpec spec;
    Source source;
  };

  void apply_policies() {
    for (const auto& [key, given] : policies_) {
      auto& candidates = stack(key);
      const auto& policy = given.policy;
      if (policy.default_value) {
        const auto own = std::ranges::find_if(candidates, [](const Candidate& candidate) {
          return candidate.source.layer == Layer::user;
        });
        candidates.insert(own, {*policy.default_value, given.source});
      }
      if (policy.required) overrule(key, *policy.required, given);
      if (policy.forbidden) overrule(key, *forbidden_value(given.spec), given);
      keep_within(key, given);
    }
  }

  /// The person reads it where they wrote what does not count.
  void tell_owner(const std::string& key, const GivenPolicy& given, const std::string& what) {
    const Candidate& candidate = top(key);
    if (candidate.source.layer != Layer::user) return;
    report_in(candidate.source.file, Severity::warning, ProblemKind::doubtful, key,
              candidate.source.at,
              fmt::format("{} ({}:{})", what, one_line(given.source.file.native(), 4096),
                          given.source.at.line));
  }

  void overrule(const std::string& key, const KeyValue& value, const GivenPolicy& given) {
    if (top(key).value != value)
      tell_owner(key, given,
                 fmt::format("has no effect: the policy here locks it to {}",
                             one_line(to_toml(value), 80)));
    stack(key).push_back({value, given.source});
  }

  void keep_within(const std::string& key, const GivenPolicy& given) {
    auto allowed = nearest_allowed(given.policy, top(key).value);
    if (allowed.why.empty()) return;
    tell_owner(key, given, allowed.why);
    stack(key).push_back({std::move(allowed.value), given.source});
  }

  std::optional<Managed> managed(const std::string& key) const {
    const auto found = policies_.find(key);
    if (found == policies_.end()) return std::nullopt;
    const auto& [policy, spec, source] = found->second;
    const bool is_duration = spec.type == Type::duration;
    const auto bound = [is_duration](std::optional<std::int64_t> number) {
      if (!number) return std::string();
      return to_toml(is_duration ? KeyValue(Duration(*number)) : KeyValue(*number));
    };
    return Managed{source, policy.required || policy.forbidden, bound(policy.min),
                   bound(policy.max), policy};
  }

  // ---------------------------------------------------------------- keys against each other

  /// The key of the two that was set last: the one to blame.
  const std::string& later(const std::string& a, const std::string& b) const {
    const auto when = [&](const std::string& key) {
      const Source& source = top(key).source;
      return std::tuple(source.layer, source.layer == Layer::built_in ? 0 : rank(source.file) + 1,
                        source.at);
    };
    return when(a) > when(b) ? a : b;
  }

  /// Takes the value away that was set last of the two: it contradicts the other.
  void take_away_later(const std::string& a, const std::string& b, std::string reason) {
    const std::string& blamed = later(a, b);
    const Candidate refused = top(blamed);
    report_in(refused.source.file, Severity::error, ProblemKind::value, blamed, refused.source.at,
              std::move(reason));
    stays_.push_back({blamed, out_.problems.size() - 1});
    stack(blamed).pop_back();
  }

  /// Takes values away until `a` is below `b`. Built-in values are.
  void settle(const std::string& a, const std::string& b) {
    for (;;) {
      const auto low = find<std::int64_t>(a);
      const auto high = find<std::int64_t>(b);
      if (!low || !high || *low < *high) return;
      take_away_later(a, b, fmt::format("{} ({}) must be below {} ({})", a, *low, b, *high));
    }
  }

  /// Likewise until `a` is no longer than `b`.
  void settle_lengths(const std::string& a, const std::string& b) {
    while (duration(a) > duration(b))
      take_away_later(a, b,
                      fmt::format("{} ({}) must not be longer than {} ({})", a,
                                  format_duration(duration(a)), b, format_duration(duration(b))));
  }

  /// A break that takes longer than the time between two of them, or one that is not taken by an
  /// absence of its own length, cannot be meant.
  void settle_breaks() {
    for (const auto& id : break_ids()) {
      const std::string at = "breaks." + id + ".";
      settle_lengths(at + "duration", at + "interval");
      // Unless somebody set it, it follows the break's length.
      auto& natural = stack(at + "natural").back();
      if (natural.source.layer == Layer::built_in &&
          duration(at + "natural") < duration(at + "duration"))
        natural.value = duration(at + "duration");
      settle_lengths(at + "duration", at + "natural");
    }
  }

  void doubt(const std::string& a, const std::string& b, const std::string& reason) {
    const std::string& key = later(a, b);
    const Source& source = top(key).source;
    report_in(source.file, Severity::warning, ProblemKind::doubtful, key, source.at, reason);
  }

  void doubt_unless_at_most(const std::string& a, const std::string& b) {
    if (duration(a) <= duration(b)) return;
    doubt(a, b,
          fmt::format("{} ({}) is longer than {} ({})", a, format_duration(duration(a)), b,
                      format_duration(duration(b))));
  }

  void settle_desk() {
    settle("desk.sit_mm", "desk.stand_mm");
    settle("desk.min_mm", "desk.max_mm");
    const auto within = [&](const char* preset, const char* limit, bool is_minimum) {
      const auto bound = find<std::int64_t>(limit);
      const auto height = get<std::int64_t>(preset);
      if (!bound || (is_minimum ? height >= *bound : height <= *bound)) return;
      doubt(preset, limit,
            fmt::format("{} ({}) is beyond {} ({}): the desk stops there", preset, height, limit,
                        *bound));
    };
    within("desk.sit_mm", "desk.min_mm", true);
    within("desk.stand_mm", "desk.min_mm", true);
    within("desk.sit_mm", "desk.max_mm", false);
    within("desk.stand_mm", "desk.max_mm", false);
  }

  /// The sources are the plugins "activity-…"; either name will do.
  void warn_of_unknown_sources() {
    constexpr std::string_view prefix = "activity-";
    // A policy for many machines may name those of ours that are not installed on all of them.
    std::vector<std::string> known(own_sources.begin(), own_sources.end());
    for (const auto& plugin : plugins_)
      if (plugin.id.starts_with(prefix)) known.push_back(plugin.id.substr(prefix.size()));
    if (known.size() == own_sources.size()) return;  // nobody knows the plugins here
    std::ranges::sort(known);
    known.erase(std::unique(known.begin(), known.end()), known.end());
    const auto& [value, source] = top("activity.sources");
    for (const auto& id : std::get<std::vector<std::string>>(value)) {
      const auto name = id.starts_with(prefix) ? id.substr(prefix.size()) : id;
      if (std::ranges::find(known, name) != known.end()) continue;
      report_in(source.file, Severity::warning, ProblemKind::doubtful, "activity.sources",
                source.at, fmt::format("there is no source '{}' here{}", id, meant(name, known)));
    }
  }

  void warn_of_odd_pairs() {
    doubt_unless_at_most("prompt.gap", "prompt.gap_max");
    for (const auto& id : break_ids()) {
      const std::string at = "breaks." + id + ".";
      if (!flag(at + "enabled")) continue;
      doubt_unless_at_most(at + "natural", at + "interval");
    }
  }

  std::vector<std::string> break_ids() const {
    std::vector<std::string> ids = own_breaks_;
    ids.insert(ids.end(), {"stretch", "micro", "rest"});
    std::ranges::sort(ids);
    return ids;
  }

  /// A break of one's own that looks like a slip of the key in a built-in one's id.
  void check_breaks() {
    for (const auto& id : own_breaks_) {
      const std::string at = "breaks." + id + ".";
      const auto is_set = [&](const char* key) { return top(at + key).source.layer > Layer(); };
      const auto similar = did_you_mean(id, {"stretch", "micro", "rest", "daily-limit"});
      if (!similar || (is_set("interval") && is_set("duration"))) continue;
      Source first;
      for (const auto& [key, candidates] : stacks_)
        if (key.starts_with(at) && candidates.size() > 1 && first.layer == Layer::built_in)
          first = candidates[1].source;
      report_in(first.file, Severity::warning, ProblemKind::doubtful, "breaks." + id, first.at,
                fmt::format("this is a break of its own; did you mean '{}'?", *similar));
    }
  }

  // ---------------------------------------------------------------- results

  void make_plugin_settings() {
    for (const auto& plugin : plugins_) {
      for (;;) {
        std::string text;
        std::string largest;
        std::size_t largest_size = 0;
        std::map<std::string, std::string> members;
        for (const auto& setting : plugin.settings) {
          const std::string key = "plugin." + plugin.id + "." + setting.key;
          const Candidate& candidate = top(key);
          if (candidate.value == KeyValue()) continue;
          std::string value = to_json(candidate.value);
          if (candidate.source.layer != Layer::built_in && value.size() > largest_size) {
            largest = key;
            largest_size = value.size();
          }
          members.emplace(setting.key, std::move(value));
        }
        for (const auto& [name, value] : members)
          text +=
              fmt::format("{}{}:{}", text.empty() ? "" : ",", nlohmann::json(name).dump(), value);
        text = fmt::format("{{{}}}", text);
        if (text.size() <= max_plugin_settings_bytes || largest.empty()) {
          out_.plugin_settings_json.emplace(plugin.id, std::move(text));
          break;
        }
        const Source source = top(largest).source;
        report_in(source.file, Severity::error, ProblemKind::value, largest, source.at,
                  "the settings of a plugin may take 64 KiB in all, and with this they take more");
        stays_.push_back({largest, out_.problems.size() - 1});
        stack(largest).pop_back();
      }
    }
  }

  void make_policy() {
    core::Policy& policy = out_.policy;
    policy.activity.idle_after = duration("activity.idle_after");
    policy.activity.passive_max = duration("activity.passive_max");
    policy.session.break_ = duration("session.break");
    policy.session.day_starts = get<TimeOfDay>("session.day_starts").since_midnight;
    for (const auto& id : break_ids()) {
      const std::string at = "breaks." + id + ".";
      policy.breaks.push_back({.id = id,
                               .enabled = flag(at + "enabled"),
                               .interval = duration(at + "interval"),
                               .duration = duration(at + "duration"),
                               .natural = duration(at + "natural"),
                               .routine = get<std::string>(at + "routine")});
    }
    policy.daily_limit.enabled = flag("breaks.daily-limit.enabled");
    policy.daily_limit.interval = duration("breaks.daily-limit.interval");
    policy.daily_limit.repeat = duration("breaks.daily-limit.repeat");
    policy.prompt.gap = duration("prompt.gap");
    policy.prompt.gap_max = duration("prompt.gap_max");
    policy.prompt.snooze = duration("prompt.snooze");
    policy.prompt.max_snoozes = count("prompt.max_snoozes");
    if (find<std::int64_t>("prompt.max_skips_per_day"))
      policy.prompt.max_skips_per_day = count("prompt.max_skips_per_day");
    policy.prompt.expires = duration("prompt.expires");
    policy.prompt.return_ = duration("prompt.return");
    policy.prompt.critical = flag("prompt.critical");
    policy.prompt.min_gap = duration("prompt.min_gap");
    policy.prompt.max_per_day = count("prompt.max_per_day");
    const auto stand_enabled = find<bool>("stand.enabled");
    policy.stand.enabled = !stand_enabled   ? core::StandEnabled::automatic
                           : *stand_enabled ? core::StandEnabled::on
                                            : core::StandEnabled::off;
    policy.stand.sit_for = duration("stand.sit_for");
    policy.stand.stand_for = duration("stand.stand_for");
    policy.stand.grow = find<bool>("stand.grow").value_or(true);
    policy.stand.stand_max = std::max(duration("stand.stand_max"), duration("stand.stand_for"));
    policy.stand.reset_after = duration("stand.reset_after");
    policy.stand.in_meetings = flag("stand.in_meetings");
    policy.stand.sit_mm = millimetres("desk.sit_mm");
    policy.stand.stand_mm = millimetres("desk.stand_mm");
    policy.availability.join = duration("availability.join");
    policy.availability.settle = duration("availability.settle");
    policy.availability.max_hold = duration("availability.max_hold");
    policy.availability.max_soft_hold = duration("availability.max_soft_hold");
    policy.availability.tentative_is_busy = get<std::string>("availability.tentative") == "busy";
    policy.availability.pull_forward = flag("availability.pull_forward");
    policy.schedule.enabled = flag("schedule.enabled");
    policy.schedule.hours = get<std::vector<core::HoursRange>>("schedule.hours");
    policy.programme.enabled = flag("programme.enabled");
    policy.programme.health_questions = flag("programme.health_questions");
    policy.programme.session_max = duration("programme.session_max");
    if (const auto at = find<TimeOfDay>("programme.session_at"))
      policy.programme.session_at = at->since_midnight;
  }

  void make_settings() {
    using Texts = std::vector<std::string>;
    Settings& settings = out_.settings;
    settings.activity.sources = get<Texts>("activity.sources");
    const auto& inhibitors = get<std::string>("activity.inhibitors");
    settings.activity.inhibitors = inhibitors == "pause"      ? Inhibitors::pause
                                   : inhibitors == "activity" ? Inhibitors::activity
                                                              : Inhibitors::ignore;
    settings.session.silent_when_remote = get<std::string>("session.remote") == "silent";
    settings.prompt.sound = flag("prompt.sound");
    for (const auto& [key, candidates] : stacks_)
      if (key.starts_with("breaks.") && key.ends_with(".title"))
        if (const auto title = find<std::string>(key); title && !title->empty())
          settings.break_titles.emplace(key.substr(7, key.rfind('.') - 7), *title);
    settings.programme.equipment = get<Texts>("programme.equipment");
    settings.programme.places = get<Texts>("programme.places");
    settings.programme.leave_out = get<Texts>("programme.leave_out");
    settings.programme.cues = flag("programme.cues");
    settings.desk.sit_mm = millimetres("desk.sit_mm");
    settings.desk.stand_mm = millimetres("desk.stand_mm");
    if (find<std::int64_t>("desk.min_mm")) settings.desk.min_mm = millimetres("desk.min_mm");
    if (find<std::int64_t>("desk.max_mm")) settings.desk.max_mm = millimetres("desk.max_mm");
    settings.plugins.allow = find<Texts>("plugins.allow");
    settings.plugins.deny = get<Texts>("plugins.deny");
    settings.plugins.isolation = get<std::string>("plugins.isolation") == "in-process"
                                     ? PluginIsolation::in_process
                                     : PluginIsolation::process;
    const auto& keep = get<std::string>("history.keep");
    settings.history.keep = keep == "none"     ? HistoryKeep::none
                            : keep == "memory" ? HistoryKeep::memory
                                               : HistoryKeep::disk;
    settings.history.retention = duration("history.retention");
    settings.history.dir = history_directory(get<std::string>("history.dir"));
    settings.telemetry_export = get<std::string>("telemetry.export") == "file"
                                    ? TelemetryExport::file
                                    : TelemetryExport::off;
    settings.language = get<std::string>("locale.language");
  }

  fs::path history_directory(std::string text) const {
    for (std::size_t at = 0; (at = text.find("%u", at)) != std::string::npos;
         at += roots_.identity.user_name.size())
      text.replace(at, 2, roots_.identity.user_name);
    return text.starts_with("~/") ? roots_.home / text.substr(2) : fs::path(text);
  }

  void make_effective() {
    // Breaks of one's own stand after the built-in ones.
    const auto after = std::ranges::find_if(
        order_, [](const std::string& key) { return key.starts_with("prompt."); });
    std::vector<std::string> keys(order_.begin(), after);
    std::ranges::sort(own_breaks_);
    for (const auto& id : own_breaks_)
      for (const auto& spec : key_registry())
        if (spec.path.starts_with("breaks.<id>."))
          keys.push_back("breaks." + id + spec.path.substr(11));
    keys.insert(keys.end(), after, order_.end());
    for (const auto& key : keys) {
      const auto& candidates = stack(key);
      Effective effective{
          key, {to_toml(candidates.back().value), candidates.back().source}, {}, managed(key)};
      for (auto it = candidates.rbegin() + 1; it != candidates.rend(); ++it)
        effective.overrode.push_back({to_toml(it->value), it->source});
      out_.effective.push_back(std::move(effective));
    }
  }

  struct Stays {
    std::string key;
    std::size_t problem;  ///< index into out_.problems
  };

  const Roots& roots_;
  const std::vector<PluginSettingSpecs>& plugins_;
  Loaded& out_;
  const SourceFile* file_ = nullptr;                      ///< the one that is being taken
  std::map<std::string, std::vector<Candidate>> stacks_;  ///< by key, low to high, never empty
  std::map<std::string, GivenPolicy> policies_;           ///< by key
  std::vector<std::string> order_;
  std::vector<std::string> own_breaks_;
  std::vector<Stays> stays_;
};

}  // namespace

void resolve(Loaded& out, const Roots& roots, const std::vector<PluginSettingSpecs>& plugins) {
  Resolver resolver(roots, plugins, out);
  for (const auto& file : out.files)
    if (file.content && file.not_here.empty()) resolver.take(file);
  resolver.finish();
}

}  // namespace poised::config
