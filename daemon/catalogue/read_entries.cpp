// SPDX-License-Identifier: MIT
#include "catalogue/read_entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/text.hpp"

namespace poised::catalogue {
namespace {

constexpr std::int64_t schema_version = 1;
constexpr std::uint32_t hour_s = 3600;
constexpr std::uint32_t day_h = 24;

Dose read_dose(EntryReader& reader) {
  Dose dose;
  dose.seconds = reader.optional_range("seconds", 1, hour_s);
  dose.repetitions = reader.optional_range("repetitions", 1, 200);
  dose.or_repetitions = reader.optional_range("or_repetitions", 1, 200);
  dose.hold_s = reader.optional_range("hold_s", 1, 600);
  dose.sets = reader.optional_number("sets", 1, 20, 1);
  dose.rest_s = reader.optional_number("rest_s", 0, 600, 0);
  dose.times_a_day = reader.optional_number("times_a_day", 1, 24, 1);
  dose.variants = reader.optional_words("variants");
  dose.breathing = reader.optional_boolean("breathing");
  dose.every = reader.optional_word("every", {"20min", "30min", "1h", "2h"});
  const auto sides = reader.optional_word("sides", {"side", "direction"});
  dose.sides = sides.empty() ? Sides::none : sides == "side" ? Sides::side : Sides::direction;
  if (reader.good() && dose.seconds.has_value() == dose.repetitions.has_value())
    reader.fail(reader.position("seconds"), "",
                "either seconds or repetitions is expected, and not both");
  return dose;
}

Step read_step(EntryReader& reader) {
  Step step;
  step.text = reader.text("text");
  step.seconds = reader.number("seconds", 1, hour_s);
  step.picture = reader.number("picture", 1, 20);
  step.repeat = reader.optional_boolean("repeat");
  return step;
}

using Directories = std::vector<std::filesystem::path>;

std::filesystem::path found_in(const Directories& directories, const std::string& name) {
  std::error_code error;
  for (const auto& directory : directories)
    if (std::filesystem::is_regular_file(directory / name, error)) return directory / name;
  return {};
}

Picture read_picture(EntryReader& reader, const Directories& directories) {
  Picture picture;
  picture.file = reader.id("file");
  picture.alt = reader.text("alt");
  if (!reader.good()) return picture;
  picture.svg = found_in(directories, picture.file + ".svg");
  picture.png = found_in(directories, picture.file + ".png");
  for (const auto& [path, ending] :
       {std::pair(picture.svg, ".svg"), std::pair(picture.png, ".png")})
    if (path.empty())
      reader.fail(reader.position("file"), "file",
                  fmt::format("there is no picture {}{}", picture.file, ending));
  return picture;
}

void check_steps(EntryReader& reader, const Exercise& exercise) {
  if (!reader.good()) return;
  if (std::ranges::none_of(exercise.steps, &Step::repeat))
    reader.fail(reader.position("steps"), "steps", "none is marked repeat = true");
  for (const auto& step : exercise.steps)
    if (step.picture > exercise.pictures.size())
      reader.fail(reader.position("steps"), "steps",
                  fmt::format("there is no picture {}", step.picture));
  if (exercise.seconds(true) > hour_s)
    reader.fail(reader.position("dose"), "dose", "takes longer than an hour");
}

Exercise read_exercise(EntryReader& reader, const Directories& pictures) {
  Exercise exercise;
  exercise.id = reader.id("id");
  exercise.name = reader.text("name");
  exercise.posture = reader.ids("posture", 1);
  exercise.equipment = reader.ids("equipment", 0);
  exercise.equipment_alternatives = reader.optional_ids("equipment_alternatives");
  exercise.places = reader.ids("places", 1);
  exercise.discreet = reader.boolean("discreet");
  const auto level = reader.word("level", {"relief", "foundation", "mobility", "strength"});
  exercise.level = level == "foundation" ? Level::foundation
                   : level == "mobility" ? Level::mobility
                   : level == "strength" ? Level::strength
                                         : Level::relief;
  exercise.region = reader.ids("region", 1);
  exercise.positions = reader.ids("positions", 0);
  exercise.substitute = reader.id("substitute");
  if (exercise.substitute == "none") exercise.substitute.clear();
  reader.table("dose", [&](EntryReader& dose) { exercise.dose = read_dose(dose); });
  reader.tables("pictures", 2, [&](EntryReader& picture) {
    exercise.pictures.push_back(read_picture(picture, pictures));
  });
  reader.tables("steps", 1, [&](EntryReader& step) { exercise.steps.push_back(read_step(step)); });
  exercise.cautions = reader.texts("cautions", 1);
  exercise.easier = reader.text("easier");
  exercise.progression = reader.optional_text("progression");
  exercise.source = reader.id("source");
  exercise.evidence = reader.evidence("evidence");
  for (const auto& posture : exercise.posture) {
    static constexpr std::array<std::string_view, 7> known{
        "seated", "standing", "supine", "prone", "side-lying", "hands-and-knees", "kneeling"};
    if (std::ranges::find(known, posture) == known.end())
      reader.fail(reader.position("posture"), "posture",
                  fmt::format("'{}' is none: seated, standing, supine, prone, side-lying, "
                              "hands-and-knees, kneeling",
                              posture));
  }
  check_steps(reader, exercise);
  return exercise;
}

Routine read_routine(EntryReader& reader) {
  Routine routine;
  routine.id = reader.id("id");
  routine.name = reader.text("name");
  routine.summary = reader.text("summary");
  routine.choose = reader.word("choose", {"one", "all"}) == "one" ? Choose::one : Choose::all;
  routine.exercises = reader.ids("exercises", 1);
  routine.source = reader.id("source");
  return routine;
}

Reminder read_reminder(EntryReader& reader) {
  Reminder reminder;
  reminder.id = reader.id("id");
  reminder.text = reader.text("text");
  reminder.every_h = reader.optional_range("every_h", 1, day_h);
  reminder.minutes = reader.optional_range("minutes", 1, 240);
  reminder.until_h = reader.optional_range("until_h", 1, 1000);
  reminder.times_a_day = reader.optional_number("times_a_day", 1, 24, 0);
  reminder.routine = reader.optional_id("routine");
  reminder.equipment = reader.optional_ids("equipment");
  reminder.positions = reader.optional_ids("positions");
  return reminder;
}

Phase read_phase(EntryReader& reader) {
  Phase phase;
  phase.id = reader.id("id");
  phase.name = reader.text("name");
  phase.days = reader.number("days", 1, 366);
  phase.routine = reader.id("routine");
  phase.sessions_a_week = reader.range("sessions_a_week", 1, 7);
  phase.minutes = reader.range("minutes", 1, 120);
  reader.tables("reminders", 0,
                [&](EntryReader& item) { phase.reminders.push_back(read_reminder(item)); });
  phase.review = reader.optional_texts("review");
  return phase;
}

Plan read_plan(EntryReader& reader) {
  Plan plan;
  plan.id = reader.id("id");
  plan.name = reader.text("name");
  plan.summary = reader.text("summary");
  plan.gated = reader.boolean("gated");
  plan.then = reader.id("then");
  plan.source = reader.id("source");
  plan.evidence = reader.evidence("evidence");
  reader.tables("phase", 1, [&](EntryReader& phase) { plan.phases.push_back(read_phase(phase)); });
  return plan;
}

Tip read_tip(EntryReader& reader) {
  return {reader.id("id"), reader.text("text"), reader.id("source"), reader.evidence("evidence")};
}

AssessmentItem read_assessment(EntryReader& reader) {
  return {reader.id("id"), reader.text("ask"), reader.text("if_not"),
          reader.optional_ids("equipment"), reader.id("source")};
}

WarningSign read_warning(EntryReader& reader) {
  WarningSign sign;
  sign.id = reader.id("id");
  const auto level = reader.word("level", {"emergency", "urgent", "doctor-first", "professional"});
  sign.level = level == "emergency"      ? Alarm::emergency
               : level == "urgent"       ? Alarm::urgent
               : level == "doctor-first" ? Alarm::doctor_first
                                         : Alarm::professional;
  sign.text = reader.text("text");
  sign.source = reader.id("source");
  return sign;
}

Guidance read_guidance(EntryReader& reader) {
  return {reader.id("id"),
          reader.word("kind", {"level", "screen", "stop", "stop-rule", "advice", "background"}),
          reader.text("text"), reader.id("source"), reader.optional_evidence("evidence")};
}

Word read_word(EntryReader& reader, Vocabulary kind) {
  return {kind, {reader.id("id"), reader.text("name")}};
}

std::variant<Anything, Word> read_kind(std::string_view kind, EntryReader& reader,
                                       const Directories& pictures) {
  if (kind == "exercise") return Anything(read_exercise(reader, pictures));
  if (kind == "routine") return Anything(read_routine(reader));
  if (kind == "plan") return Anything(read_plan(reader));
  if (kind == "tip") return Anything(read_tip(reader));
  if (kind == "assessment") return Anything(read_assessment(reader));
  if (kind == "warning") return Anything(read_warning(reader));
  if (kind == "guidance") return Anything(read_guidance(reader));
  if (kind == "equipment") return read_word(reader, Vocabulary::equipment);
  if (kind == "position") return read_word(reader, Vocabulary::positions);
  return read_word(reader, Vocabulary::places);
}

constexpr std::array<std::string_view, 10> kinds{"exercise",   "routine", "plan",     "tip",
                                                 "assessment", "warning", "guidance", "equipment",
                                                 "position",   "place"};

bool accepts_schema(const config::Table& content, const FileProblems& problems) {
  const auto found = std::ranges::find(content.entries, "schema", &config::Entry::key);
  if (found == content.entries.end()) return true;
  const auto* number = std::get_if<std::int64_t>(&found->value.data);
  if (number != nullptr && *number == schema_version) return true;
  problems.add(found->value.at, "schema",
               fmt::format("this version reads schema {}; the file is left out", schema_version));
  return false;
}

std::string name_of(std::string_view kind, const config::Table& table) {
  const auto found = std::ranges::find(table.entries, "id", &config::Entry::key);
  if (found == table.entries.end()) return std::string(kind);
  const auto* id = std::get_if<std::string>(&found->value.data);
  return id == nullptr ? std::string(kind)
                       : fmt::format("{} {}", kind, config::one_line(*id, max_id));
}

}  // namespace

std::string_view kind_of(const Anything& what) {
  return kinds[what.index()];
}

const std::string& id_of(const Anything& what) {
  return std::visit([](const auto& entry) -> const std::string& { return entry.id; }, what);
}

bool is_kind(std::string_view key) {
  return std::ranges::find(kinds, key) != kinds.end();
}

void read_entries(const config::Table& content, const Directories& picture_directories,
                  const FileProblems& problems, std::vector<Read>& out) {
  if (!accepts_schema(content, problems)) return;
  for (const auto& [key, at, value] : content.entries) {
    if (key == "schema") continue;
    if (!is_kind(key)) {
      auto words = std::vector<std::string>(kinds.begin(), kinds.end());
      const auto meant = config::did_you_mean(key, words);
      problems.add(
          at, config::one_line(key),
          "unknown kind of entry" + (meant ? "; did you mean [[" + *meant + "]]?" : std::string()));
      continue;
    }
    const auto* items = std::get_if<config::Array>(&value.data);
    if (items == nullptr) {
      problems.add(at, key, fmt::format("[[{}]] is expected, not {}", key, kind_name(value)));
      continue;
    }
    for (const auto& item : *items) {
      const auto* table = std::get_if<config::Table>(&item.data);
      if (table == nullptr) {
        problems.add(item.at, key, fmt::format("[[{}]] is expected", key));
        continue;
      }
      EntryReader reader(*table, item.at, name_of(key, *table), problems);
      auto what = read_kind(key, reader, picture_directories);
      reader.finish();
      if (reader.good()) out.push_back({std::move(what), problems.file, item.at});
    }
  }
}

}  // namespace poised::catalogue
