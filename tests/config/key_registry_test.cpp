// SPDX-License-Identifier: MIT
#include "config/key_registry.hpp"

#include <fmt/format.h>

#include <set>

#include "config/text.hpp"
#include "config_fixture.hpp"

namespace poised::config {

void PrintTo(const KeySpec& spec, std::ostream* out) {
  *out << spec.path;
}

namespace {

using core::Duration;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

// ------------------------------------------------------------------ texts

Duration duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  const auto* length = std::get_if<Duration>(&parsed);
  EXPECT_NE(length, nullptr) << text;
  return length == nullptr ? Duration(-1) : *length;
}

std::string error_in_duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  const auto* error = std::get_if<TextError>(&parsed);
  return error == nullptr ? "was read" : fmt::format("{}: {}", error->offset, error->reason);
}

TEST(Durations, AreReadAndWritten) {
  EXPECT_EQ(duration("90s"), 90s);
  EXPECT_EQ(duration("45min"), 45min);
  EXPECT_EQ(duration("1h30min"), 90min);
  EXPECT_EQ(duration("2h"), 2h);
  EXPECT_EQ(duration("1d"), 24h);
  EXPECT_EQ(duration("250ms"), 250ms);
  EXPECT_EQ(duration("1d2h3min4s5ms"), 26h + 3min + 4s + 5ms);
  EXPECT_EQ(duration("0s"), 0s);
  EXPECT_EQ(format_duration(90s), "1min30s");
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(24h * 90), "90d");
  for (const Duration length : {1ms, 59000ms, 86400000ms, 90061001ms})
    EXPECT_EQ(duration(format_duration(length)), length);
}

TEST(Durations, ThatAreWrongAreRefusedAtTheirColumn) {
  EXPECT_THAT(error_in_duration(""), HasSubstr("empty"));
  EXPECT_THAT(error_in_duration("90"), testing::StartsWith("2: expected a unit"));
  EXPECT_THAT(error_in_duration("90 s"), testing::StartsWith("2: expected a unit"));
  EXPECT_THAT(error_in_duration("5m"), testing::StartsWith("1: minutes are written"));
  EXPECT_THAT(error_in_duration("5min 3s"), testing::StartsWith("4: expected a number"));
  EXPECT_THAT(error_in_duration("30min1h"), testing::StartsWith("6: units go from large"));
  EXPECT_THAT(error_in_duration("1h1h"), testing::StartsWith("3: units go from large"));
  EXPECT_THAT(error_in_duration("1.5h"), testing::StartsWith("1: fractions"));
  EXPECT_THAT(error_in_duration("-5s"), testing::StartsWith("0: expected a number"));
  EXPECT_THAT(error_in_duration("5 fortnights"), testing::StartsWith("1:"));
  EXPECT_THAT(error_in_duration("3weeks"), HasSubstr("'weeks' is not a unit"));
  EXPECT_THAT(error_in_duration("99999999999999999999d"), HasSubstr("hundred years"));
  EXPECT_THAT(error_in_duration("36500d1s"), HasSubstr("hundred years"));
}

std::string hours(std::string_view text) {
  const auto parsed = parse_hours(text);
  if (const auto* error = std::get_if<TextError>(&parsed))
    return fmt::format("{}: {}", error->offset, error->reason);
  return format_hours(std::get<core::HoursRange>(parsed));
}

TEST(Hours, AreReadAndWritten) {
  const auto parsed = parse_hours("Mon-Fri 09:00-12:30");
  const auto& range = std::get<core::HoursRange>(parsed);
  EXPECT_EQ(range.weekdays, 0b0011111);
  EXPECT_EQ(range.from, 9h);
  EXPECT_EQ(range.to, 12h + 30min);
  EXPECT_EQ(hours("Mon-Fri 09:00-12:30"), "Mon-Fri 09:00-12:30");
  EXPECT_EQ(hours("sat 10:00-12:00"), "Sat 10:00-12:00");
  EXPECT_EQ(hours("Sat-Mon 0:00-24:00"), "Sat-Mon 00:00-24:00");
  EXPECT_EQ(std::get<core::HoursRange>(parse_hours("Sat-Mon 0:00-24:00")).weekdays, 0b1100001);
  EXPECT_EQ(hours("Mon,Wed,Fri 8:15-9:00"), "Mon,Wed,Fri 08:15-09:00");
  EXPECT_EQ(hours("Mon-Sun 8:15-9:00"), "Mon-Sun 08:15-09:00");
  EXPECT_EQ(hours("Wed-Tue 8:15-9:00"), "Mon-Sun 08:15-09:00");
  EXPECT_EQ(hours("Mon-Tue,Thu-Fri   08:00-18:00"), "Mon-Tue,Thu-Fri 08:00-18:00");
}

TEST(Hours, OfEverySetOfDaysSurviveWritingAndReading) {
  for (unsigned days = 1; days < 128; ++days) {
    const core::HoursRange range{static_cast<std::uint8_t>(days), 8h, 9h};
    const auto parsed = parse_hours(format_hours(range));
    ASSERT_TRUE(std::holds_alternative<core::HoursRange>(parsed)) << format_hours(range);
    EXPECT_EQ(std::get<core::HoursRange>(parsed), range) << format_hours(range);
  }
}

TEST(Hours, ThatAreWrongAreRefusedAtTheirColumn) {
  EXPECT_THAT(hours(""), testing::StartsWith("0: expected a day"));
  EXPECT_THAT(hours("Mo 09:00-10:00"), testing::StartsWith("0: 'Mo' is not a day"));
  EXPECT_THAT(hours("Mon-Frx 09:00-10:00"), testing::StartsWith("4: 'Frx' is not a day"));
  EXPECT_THAT(hours("Mon–Fri 09:00-10:00"), testing::StartsWith("3: expected '-'"));
  EXPECT_THAT(hours("Mon 9-10"), testing::StartsWith("4: expected a time"));
  EXPECT_THAT(hours("Mon 09:00"), testing::StartsWith("9: expected '-'"));
  EXPECT_THAT(hours("Mon 09:60-10:00"), testing::StartsWith("4: there is no such time"));
  EXPECT_THAT(hours("Mon 09:00-24:01"), testing::StartsWith("10: there is no such time"));
  EXPECT_THAT(hours("Mon 22:00-06:00"), testing::StartsWith("4: the hours must begin"));
  EXPECT_THAT(hours("Mon 09:00-09:00"), testing::StartsWith("4: the hours must begin"));
  EXPECT_THAT(hours("Mon 09:00-10:00 "), testing::StartsWith("15: expected nothing more"));
}

TEST(TimesOfDay, AreReadAndRefused) {
  EXPECT_EQ(std::get<TimeOfDay>(parse_time_of_day("04:00")).since_midnight, 4h);
  EXPECT_EQ(std::get<TimeOfDay>(parse_time_of_day("0:00")).since_midnight, 0h);
  EXPECT_EQ(std::get<TimeOfDay>(parse_time_of_day("23:59")).since_midnight, 23h + 59min);
  for (const auto* text : {"24:00", "25:00", "4", "4:0", "04:00:00", "four", ""})
    EXPECT_TRUE(std::holds_alternative<TextError>(parse_time_of_day(text))) << text;
}

TEST(DidYouMean, AllowsTwoSlipsInLongWordsAndOneInShortOnes) {
  EXPECT_EQ(did_you_mean("snoze", {"gap", "snooze"}), "snooze");
  EXPECT_EQ(did_you_mean("gpa", {"gap", "snooze"}), "gap");
  EXPECT_EQ(did_you_mean("pga", {"gap", "snooze"}), std::nullopt);
  EXPECT_EQ(did_you_mean("intervla", {"interval"}), "interval");
  EXPECT_EQ(did_you_mean("something", {"interval"}), std::nullopt);
}

// ------------------------------------------------------------------ every key

/// The pattern's keys under an id of one's own.
std::string concrete(std::string path) {
  if (const auto at = path.find("<id>"); at != std::string::npos) path.replace(at, 4, "eyes");
  return path;
}

/// TOML of another value than the default.
std::string other_value(const KeySpec& spec) {
  switch (spec.type) {
    case Type::boolean:
      return spec.default_value == KeyValue(true) ? "false" : "true";
    case Type::boolean_or_auto:
      return "false";
    case Type::integer: {
      const auto* value = std::get_if<std::int64_t>(&spec.default_value);
      if (value == nullptr)
        return std::to_string(spec.path == "desk.max_mm" ? *spec.max : *spec.min);
      return std::to_string(*value + 1);
    }
    case Type::duration:
      return to_toml(KeyValue(std::get<Duration>(spec.default_value) + 1s));
    case Type::time_of_day:
      return "\"05:30\"";
    case Type::string:
      return spec.syntax == Syntax::language ? "\"de_DE\"" : "\"another\"";
    case Type::enumeration:
      return to_toml(std::string_view(
          spec.default_value == KeyValue(spec.values[0]) ? spec.values[1] : spec.values[0]));
    case Type::string_list:
      return spec.values.empty() ? "[\"another\", \"one-more\"]" : "[\"floor\"]";
    case Type::hours:
      return "[\"Sat 10:00-12:00\", \"Sun 10:00-12:00\"]";
    case Type::path:
      return "\"/var/lib/elsewhere\"";
    case Type::secret_ref:
    case Type::table_list:
      break;
  }
  return {};
}

/// TOML of values that no key of this type takes, or this one does not.
std::vector<std::string> wrong_values(const KeySpec& spec) {
  std::vector<std::string> out{"{ a = 1 }", "1.5", "2026-03-02"};
  if (spec.type != Type::integer) out.emplace_back("12345678");
  if (spec.type != Type::boolean && spec.type != Type::boolean_or_auto) out.emplace_back("true");
  if (spec.type != Type::string_list && spec.type != Type::hours)
    out.emplace_back("[\"a\"]");
  else
    out.insert(out.end(), {"\"a\"", "[1]", "[\"a\\u0007\"]"});
  switch (spec.type) {
    case Type::integer:
      out.insert(out.end(), {std::to_string(*spec.min - 1), std::to_string(*spec.max + 1),
                             "9223372036854775807", "\"5\""});
      break;
    case Type::duration:
      out.push_back(to_toml(KeyValue(Duration(*spec.max) + 1ms)));
      if (*spec.min > 0) out.push_back(to_toml(KeyValue(Duration(*spec.min) - 1ms)));
      out.insert(out.end(), {"\"5\"", "\"5m\"", "\"\"", "\"-5s\"", "0"});
      break;
    case Type::boolean:
    case Type::boolean_or_auto:
      out.insert(out.end(), {"\"true\"", "\"yes\"", "1", "0"});
      break;
    case Type::time_of_day:
      out.insert(out.end(), {"\"24:00\"", "\"4\"", "04:00:30"});
      break;
    case Type::string:
      out.insert(out.end(), {"\"a\\nb\"", to_toml(std::string_view(std::string(81, 'x')))});
      if (spec.syntax != Syntax::text) out.emplace_back("\"Not so!\"");
      break;
    case Type::enumeration:
      out.insert(out.end(), {"\"\"", "\"somewhere\""});
      break;
    case Type::string_list:
      out.insert(out.end(), {"[\"Not so!\"]", "[\"\"]"});
      break;
    case Type::hours:
      out.insert(out.end(), {"[]", "[\"Mon 9-5\"]"});
      break;
    case Type::path:
      out.insert(out.end(), {"\"relative/path\"", "\"~other/x\"", "\"/a\\nb\""});
      break;
    case Type::secret_ref:
    case Type::table_list:
      break;
  }
  return out;
}

class EveryKey : public ConfigTest, public testing::WithParamInterface<KeySpec> {
 protected:
  std::string line(const std::string& value) const {
    return concrete(GetParam().path) + " = " + value + "\n";
  }
  bool own_break() const { return GetParam().path.find("<id>") != std::string::npos; }
};

TEST_P(EveryKey, TakesAnotherValueThatArrivesSomewhere) {
  const std::string frame = own_break() ? "breaks.eyes.title = \"Eyes\"\n" : "";
  const Loaded before = load_user(frame);
  const std::string value = other_value(GetParam());
  const std::string frame_now = GetParam().path == "breaks.<id>.title" ? "" : frame;
  const Loaded after = load_user(frame_now + line(value));
  EXPECT_THAT(texts(before), IsEmpty());
  EXPECT_THAT(texts(after), IsEmpty());
  EXPECT_EQ(value_of(after, concrete(GetParam().path)), value);
  EXPECT_TRUE(before.policy != after.policy || before.settings != after.settings);
}

TEST_P(EveryKey, RefusesWrongValuesWithOneProblemAtTheirPlace) {
  const Loaded before = load_user("");
  for (const auto& value : wrong_values(GetParam())) {
    const Loaded after = load_user(fmt::format("\n{}", line(value)));
    ASSERT_THAT(after.problems, SizeIs(1)) << line(value);
    const Problem& problem = after.problems[0];
    EXPECT_EQ(problem.severity, Severity::error) << line(value);
    EXPECT_EQ(problem.kind, ProblemKind::value) << line(value);
    EXPECT_EQ(problem.key, concrete(GetParam().path)) << line(value);
    EXPECT_EQ(problem.at.line, 2U) << line(value);
    EXPECT_GT(problem.at.column, concrete(GetParam().path).size() + 2) << line(value);
    EXPECT_TRUE(own_break() || problem.reason.find("; stays ") != std::string::npos)
        << problem.reason;
    EXPECT_EQ(before.policy, after.policy) << line(value);
    EXPECT_EQ(before.settings, after.settings) << line(value);
  }
}

TEST_P(EveryKey, TakesItsOwnBounds) {
  const KeySpec& spec = GetParam();
  std::vector<KeyValue> bounds;
  for (const auto& bound : {spec.min, spec.max}) {
    if (spec.type == Type::integer) bounds.emplace_back(*bound);
    if (spec.type == Type::duration) bounds.emplace_back(Duration(*bound));
  }
  for (const auto& bound : bounds) {
    const auto parsed = parse_toml("x = " + to_toml(bound));
    const auto read = read_value(spec, std::get<Table>(parsed).entries[0].value);
    ASSERT_TRUE(std::holds_alternative<KeyValue>(read)) << to_toml(bound);
    EXPECT_EQ(std::get<KeyValue>(read), bound);
  }
}

TEST_P(EveryKey, IsDocumentedInOneLine) {
  const KeySpec& spec = GetParam();
  EXPECT_THAT(spec.doc, testing::EndsWith("."));
  EXPECT_EQ(spec.doc.find('\n'), std::string::npos);
  EXPECT_FALSE(expectation(spec).empty());
  EXPECT_TRUE(spec.type != Type::enumeration || spec.values.size() >= 2);
  const bool number = spec.type == Type::integer || spec.type == Type::duration;
  EXPECT_TRUE(!number || (spec.min && spec.max && *spec.min < *spec.max));
  EXPECT_TRUE(spec.default_value != KeyValue() || spec.example != KeyValue());
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryKey, testing::ValuesIn(key_registry()),
                         [](const auto& parameter) {
                           std::string name;
                           for (const char c : parameter.param.path)
                             if (c == '.' || c == '-' || c == '_')
                               name += '_';
                             else if (c != '<' && c != '>')
                               name += c;
                           return name;
                         });

// ------------------------------------------------------------------ the registry

TEST(Registry, HoldsExactlyTheKeysOthersRelyOn) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> promised{
      {"activity", {"idle_after", "passive_max", "sources", "inhibitors"}},
      {"session", {"break", "day_starts", "remote"}},
      {"breaks.<id>", {"enabled", "interval", "duration", "natural", "routine", "title"}},
      {"prompt",
       {"gap", "gap_max", "snooze", "max_snoozes", "max_skips_per_day", "expires", "return",
        "critical", "min_gap", "max_per_day", "sound"}},
      {"stand",
       {"enabled", "sit_for", "stand_for", "grow", "stand_max", "reset_after", "in_meetings"}},
      {"availability",
       {"join", "settle", "max_hold", "max_soft_hold", "tentative", "pull_forward"}},
      {"schedule", {"enabled", "hours"}},
      {"programme",
       {"enabled", "equipment", "places", "leave_out", "session_max", "session_at", "cues",
        "health_questions"}},
      {"desk", {"sit_mm", "stand_mm", "min_mm", "max_mm"}},
      {"plugins", {"allow", "deny", "isolation"}},
      {"history", {"keep", "retention", "dir"}},
      {"telemetry", {"export"}},
      {"locale", {"language"}}};
  std::set<std::string> wanted;
  for (const auto& [table, keys] : promised)
    for (const auto& key : keys) wanted.insert(table + "." + key);
  for (const auto* id : {"stretch", "micro", "rest"})
    for (const auto* key : {"enabled", "interval", "duration", "natural", "routine", "title"})
      wanted.insert(fmt::format("breaks.{}.{}", id, key));
  for (const auto* key : {"enabled", "interval", "repeat", "title"})
    wanted.insert(fmt::format("breaks.daily-limit.{}", key));
  std::set<std::string> held;
  for (const auto& spec : key_registry()) EXPECT_TRUE(held.insert(spec.path).second) << spec.path;
  EXPECT_EQ(held, wanted);
}

TEST(Registry, FindsBreaksByTheirPattern) {
  ASSERT_TRUE(find_key("breaks.eyes.interval"));
  EXPECT_EQ(find_key("breaks.eyes.interval")->path, "breaks.eyes.interval");
  EXPECT_EQ(find_key("breaks.micro.interval")->default_value, KeyValue(Duration(20min)));
  for (const auto* key :
       {"breaks.posture.interval", "breaks.Eyes.interval", "breaks.<id>.interval", "breaks.eyes",
        "breaks.eyes.colour", "breaks.daily-limit.natural", "plugin.x.y", "prompt", "",
        "breaks.a123456789012345678901234567890123.interval"})
    EXPECT_FALSE(find_key(key)) << key;
}

TEST(Registry, PolicyCanNeverForceOnWhatIsThePersonsOwn) {
  for (const auto& spec : key_registry()) {
    const bool own = spec.path.starts_with("stand.") || spec.path.starts_with("programme.") ||
                     spec.path == "telemetry.export" || spec.path == "prompt.critical";
    EXPECT_EQ(spec.direction == PolicyDirection::never_on, own) << spec.path;
  }
  EXPECT_EQ(find_key("prompt.max_snoozes")->direction, PolicyDirection::at_least_one);
  EXPECT_EQ(find_key("history.retention")->direction, PolicyDirection::only_lower);
}

TEST(Registry, GivesTheCoresOwnDefaults) {
  const Loaded loaded = load_files({}, {});
  EXPECT_EQ(loaded.policy, core::default_policy());
  EXPECT_EQ(loaded.settings, Settings());
  EXPECT_THAT(loaded.problems, IsEmpty());
}

// ------------------------------------------------------------------ the annotated file

TEST(AnnotatedDefaults, AreWhatTheRegistryMakes) {
  const std::string made = annotated_defaults();
  const auto kept = std::filesystem::current_path() / "poised.toml.made";
  if (made != read_text(POISED_ANNOTATED_DEFAULTS)) write_file(kept, made);
  EXPECT_EQ(made, read_text(POISED_ANNOTATED_DEFAULTS))
      << "cp " << kept.native() << " " << POISED_ANNOTATED_DEFAULTS;
}

class AnnotatedDefaultsLoaded : public ConfigTest {};

TEST_F(AnnotatedDefaultsLoaded, ChangeNothingAndStillDoWhenEveryKeyIsSet) {
  const Loaded defaults = load_user("");
  const Loaded as_installed = load_user(annotated_defaults());
  EXPECT_THAT(texts(as_installed), IsEmpty());
  EXPECT_EQ(as_installed.policy, defaults.policy);
  EXPECT_EQ(as_installed.settings, defaults.settings);

  std::string text = annotated_defaults();
  std::size_t keys = 0;
  for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at)
    if (text[at + 2] != ' ' && text[at + 2] != '\n') {
      text.erase(at + 1, 1);
      ++keys;
    }
  EXPECT_EQ(keys, key_registry().size() + 1);  // and the header of the break of one's own
  const Loaded all_set = load_user(text);
  ASSERT_THAT(texts(all_set), IsEmpty());
  for (const auto& effective : all_set.effective)
    EXPECT_EQ(effective.setting.source.layer, Layer::user) << effective.key;
}

}  // namespace
}  // namespace poised::config
