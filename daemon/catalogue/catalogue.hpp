// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/layers.hpp"
#include "config/problem.hpp"

// What the programme consists of, as data: exercises, routines, plans, and what is said beside
// them. Read from files that the product, IT and the person write in the same form.
namespace poised::catalogue {

/// A text in English and, where it was translated, in other languages.
struct Text {
  std::string english;
  std::map<std::string, std::string, std::less<>> translated;  ///< by language: "de"

  /// In `language` ("de", "de_DE"), else in English.
  const std::string& in(std::string_view language) const;
  bool operator==(const Text&) const = default;
};

/// Both ends of what the sources give; equal where they give one figure.
struct Range {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  bool operator==(const Range&) const = default;
};

enum class Sides : std::uint8_t { none, side, direction };

/// Either sets and repetitions, or a time.
struct Dose {
  std::uint32_t sets = 1;
  std::optional<Range> repetitions;     ///< a set, a side, a variant
  std::optional<Range> or_repetitions;  ///< beside `seconds`: the count that serves as well
  std::optional<Range> hold_s;          ///< a repetition; part of its steps
  std::optional<Range> seconds;         ///< a side; then there are no sets
  Sides sides = Sides::none;
  std::vector<std::string> variants;  ///< "Y", "T", "W": each with all repetitions
  std::uint32_t rest_s = 0;           ///< between sets
  std::uint32_t times_a_day = 1;
  std::string every;       ///< "1h": how often in a working day; empty = as the routine says
  bool breathing = false;  ///< the steps give the pace of the breath
  bool operator==(const Dose&) const = default;
};

struct Step {
  Text text;
  std::uint32_t seconds = 0;
  bool repeat = false;        ///< done in every repetition; else once, before them
  std::uint32_t picture = 1;  ///< index from 1 into Exercise::pictures
  bool operator==(const Step&) const = default;
};

struct Picture {
  std::string file;           ///< without its ending
  std::filesystem::path svg;  ///< found beside the catalogue file that names it
  std::filesystem::path png;
  Text alt;  ///< what it shows, for who cannot see it
  bool operator==(const Picture&) const = default;
};

struct Evidence {
  std::string grade;  ///< "low", "low-to-moderate", "moderate"
  Text note;
  bool operator==(const Evidence&) const = default;
};

enum class Level : std::uint8_t { relief, foundation, mobility, strength };

struct Exercise {
  std::string id;
  Text name;
  std::vector<std::string> posture;                 ///< any of them
  std::vector<std::string> equipment;               ///< all of them
  std::vector<std::string> equipment_alternatives;  ///< each serves instead
  std::vector<std::string> places;                  ///< any of "desk", "wall", "floor"
  bool discreet = false;                            ///< fit for an open-plan office
  Level level = Level::relief;
  std::vector<std::string> region;
  std::vector<std::string> positions;  ///< what it needs; ids that can be left out
  std::string substitute;              ///< seated or standing; empty = it needs none
  Dose dose;
  std::vector<Step> steps;
  std::vector<Text> cautions;  ///< at least one
  Text easier;
  std::optional<Text> progression;
  std::vector<Picture> pictures;  ///< at least two
  std::string source;             ///< "text-1", "text-2", "ours", or IT's own word
  Evidence evidence;
  bool operator==(const Exercise&) const = default;

  /// How many times a guided run goes through the repetitions of one set: sides × variants.
  std::uint32_t rounds() const;
  /// Length of a guided run of `sets` sets at one end of the dose, with rests. 0 = all sets.
  std::uint32_t seconds(bool full, std::uint32_t sets = 0) const;
};

enum class Choose : std::uint8_t { one, all };

struct Routine {
  std::string id;
  Text name;
  Text summary;
  Choose choose = Choose::all;
  std::vector<std::string> exercises;
  std::string source;
  bool operator==(const Routine&) const = default;
};

/// Pause between two exercises of a routine: to change position.
inline constexpr std::uint32_t change_over_s = 15;

struct Reminder {
  std::string id;
  Text text;
  std::optional<Range> every_h;
  std::optional<Range> minutes;
  std::optional<Range> until_h;
  std::uint32_t times_a_day = 0;
  std::string routine;
  std::vector<std::string> equipment;
  std::vector<std::string> positions;
  bool operator==(const Reminder&) const = default;
};

struct Phase {
  std::string id;
  Text name;
  std::uint32_t days = 0;
  std::string routine;
  Range sessions_a_week;
  Range minutes;
  std::vector<Reminder> reminders;
  std::vector<Text> review;  ///< questions of a look back
  bool operator==(const Phase&) const = default;
};

struct Plan {
  std::string id;
  Text name;
  Text summary;
  bool gated = true;  ///< needs the weekly questions
  std::string then;   ///< "choose", "repeat", or the plan that follows
  std::string source;
  Evidence evidence;
  std::vector<Phase> phases;
  bool operator==(const Plan&) const = default;
};

struct Tip {
  std::string id;
  Text text;
  std::string source;
  Evidence evidence;
  bool operator==(const Tip&) const = default;
};

struct AssessmentItem {
  std::string id;
  Text ask;
  Text if_not;
  std::vector<std::string> equipment;
  std::string source;
  bool operator==(const AssessmentItem&) const = default;
};

enum class Alarm : std::uint8_t { emergency, urgent, doctor_first, professional };

struct WarningSign {
  std::string id;
  Alarm level = Alarm::professional;
  Text text;
  std::string source;
  bool operator==(const WarningSign&) const = default;
};

struct Guidance {
  std::string id;
  std::string kind;  ///< "level", "screen", "stop", "stop-rule", "advice", "background"
  Text text;
  std::string source;
  std::optional<Evidence> evidence;
  bool operator==(const Guidance&) const = default;
};

/// Equipment, a position or a place, as people read it.
struct Named {
  std::string id;
  Text name;
  bool operator==(const Named&) const = default;
};

struct Catalogue {
  std::vector<Exercise> exercises;  ///< in the order of files and lines; ids unique
  std::vector<Routine> routines;
  std::vector<Plan> plans;
  std::vector<Tip> tips;
  std::vector<AssessmentItem> assessment;
  std::vector<WarningSign> warning_signs;
  std::vector<Guidance> guidance;
  std::vector<Named> equipment;
  std::vector<Named> positions;
  std::vector<Named> places;

  const Exercise* exercise(std::string_view id) const;
  const Routine* routine(std::string_view id) const;
  const Plan* plan(std::string_view id) const;
  const WarningSign* warning_sign(std::string_view id) const;
  const Guidance* guidance_of(std::string_view id) const;

  /// Length of a guided run of the routine; for a choice, that of its longest exercise.
  std::uint32_t seconds(const Routine& routine, bool full) const;
};

/// "emergency", "urgent", "doctor-first", "professional".
std::string_view alarm_name(Alarm level);
/// "relief", "foundation", "mobility", "strength".
std::string_view level_name(Level level);

struct LoadedCatalogue {
  Catalogue catalogue;
  std::vector<config::Problem> problems;  ///< what was left out, and why
  /// Directories whose changes can change the result; some may not exist yet.
  std::vector<std::filesystem::path> watch;
};

/// Reads the product's catalogue (data_dir), then /etc/poised/{exercises,programmes}, then
/// config_home/poised/{exercises,programmes}; a later entry replaces an earlier one of its id.
/// Never fails: an entry that cannot be used is named in `problems`, the rest works, also those
/// of the same file. Throws nothing but std::bad_alloc.
LoadedCatalogue load(const config::Roots& roots);

/// The same for named files over the product's catalogue.
LoadedCatalogue load_files(const std::vector<std::filesystem::path>& files,
                           const config::Roots& roots);

/// Whether a file's first table names it a file of the catalogue and not of the configuration.
bool is_catalogue_file(const std::filesystem::path& file);

}  // namespace poised::catalogue
