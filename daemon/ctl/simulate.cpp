// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>

#include "calendar/expander/busy.hpp"
#include "catalogue/to_policy.hpp"
#include "catalogue/unknown_names.hpp"
#include "config/text.hpp"
#include "config/zone_table.hpp"
#include "core/local_time.hpp"
#include "ctl/calendar_file.hpp"
#include "ctl/commands.hpp"
#include "ctl/progress.hpp"
#include "ctl/render.hpp"
#include "shell/report_json.hpp"
#include "simulate/persona.hpp"
#include "simulate/plan_follower.hpp"
#include "simulate/runner.hpp"
#include "simulate/tally.hpp"
#include "simulate/trace.hpp"
#include "zones/zone_source.hpp"

namespace poised::ctl {
namespace {

namespace fs = std::filesystem;
using simulate::Decision;
using simulate::Tally;

// A Monday: without another date the same command says the same on any day.
constexpr const char* default_from = "2026-03-02";
constexpr std::string_view default_persona = "office";
// How far calendars are worked out for a trace that does not say where it ends.
constexpr core::Duration calendar_reach = std::chrono::hours(24) * 400;

Failure refusal(std::string_view object, std::string_view reason) {
  return {Exit::failed, fmt::format("simulate: {}: {}", object, reason)};
}

/// The command line is at fault.
Failure misuse(std::string_view option, std::string_view reason) {
  return {Exit::usage, fmt::format("simulate: {}: {}", option, reason)};
}

/// All that a trace can name, 1970 to 2200: it is read as it comes, and nobody knows how far it
/// goes.
std::vector<core::ZoneOffset> all_offsets(const std::string& zone) {
  constexpr int days_a_table = 1000;
  constexpr int days = 231 * 366;
  std::vector<core::ZoneOffset> offsets;
  for (int day = 0; day < days; day += days_a_table) {
    const auto table =
        config::zone_table(zone, core::WallTime(std::chrono::hours(24) * day), days_a_table);
    if (table.problem)
      throw zone.empty() ? refusal("time zone", *table.problem)
                         : misuse("--tz", fmt::format("“{}”: no such time zone", zone));
    for (const auto& entry : table.offsets) {
      if (offsets.empty() ||
          (entry.from > offsets.back().from && entry.offset != offsets.back().offset))
        offsets.push_back(entry);
    }
  }
  return offsets;
}

core::Policy load_policy(const Options& options, const std::vector<std::string>& configs,
                         const std::vector<core::ZoneOffset>& zone) {
  const std::vector<fs::path> files(configs.begin(), configs.end());
  const auto specs = plugin_settings();
  auto loaded = files.empty() ? config::load(roots_of(options), specs)
                              : config::load_files(files, specs, roots_of(options));
  for (const auto& problem : loaded.problems) {
    if (problem.severity != config::Severity::error) continue;
    if (problem.at.line == 0) throw Failure(Exit::failed, "simulate: " + problem.text());
    throw FileFailure(problem.text());
  }
  for (const auto& problem : loaded.problems)
    std::cerr << printable(problem.text()) << " (warning)\n";
  loaded.policy.zone = zone;
  const auto found = catalogue::load(roots_of(options));
  for (const auto& problem : found.problems)
    std::cerr << printable(problem.text()) << " (left out)\n";
  for (const auto& problem : catalogue::unknown_names(found.catalogue, loaded))
    std::cerr << printable(problem.text()) << " (warning)\n";
  catalogue::add_to_policy(found.catalogue, loaded.settings.programme, loaded.policy.programme);
  return std::move(loaded.policy);
}

/// A date alone is its first moment.
core::WallTime time_of(std::string_view option, const std::string& text,
                       const core::Policy& policy) {
  const auto is_date = text.size() == std::string_view("2026-03-02").size();
  const auto read = simulate::read_time(is_date ? text + "T00:00" : text, policy);
  if (const auto* why = std::get_if<std::string>(&read)) throw misuse(option, *why);
  return std::get<core::WallTime>(read);
}

void add_busy(const SimulateOptions& options, simulate::Run& run) {
  for (const auto& text : options.busy) {
    const auto read = simulate::read_busy(text, run.policy);
    if (const auto* why = std::get_if<std::string>(&read)) throw misuse("--busy", *why);
    run.busy.push_back(std::get<core::BusyInterval>(read));
  }
}

std::optional<core::BusyClass> class_of(calendar::BusyClass of_calendar) {
  switch (of_calendar) {
    case calendar::BusyClass::tentative:
      return core::BusyClass::tentative;
    case calendar::BusyClass::busy:
      return core::BusyClass::busy;
    case calendar::BusyClass::out_of_office:
      return core::BusyClass::out_of_office;
    case calendar::BusyClass::free:
    case calendar::BusyClass::unexpandable:
      break;
  }
  return std::nullopt;
}

void add_calendars(const SimulateOptions& options, simulate::Run& run) {
  if (options.calendars.empty()) return;
  const auto zone = zones::read_zone(options.zone);
  if (const auto* problem = std::get_if<std::string>(&zone)) throw refusal("--tz", *problem);
  const calendar::LocalZone local(std::get<zones::Zone>(zone));
  const auto seconds = [](core::WallTime at) {
    return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  };
  const auto end = run.begin + run.length.value_or(calendar_reach);
  const calendar::Window window{seconds(run.begin - std::chrono::hours(24)),
                                seconds(end + std::chrono::hours(24))};
  calendar::ZoneBook zones(load_zone);
  for (const auto& file : options.calendars) {
    const auto read = read_calendar(file, zones, {});
    if (const auto* reason = std::get_if<std::string>(&read)) throw refusal(file, *reason);
    const auto& found = std::get<calendar::Calendar>(read);
    const auto expansion = calendar::expand(found, local, window);
    for (const auto* problems : {&found.problems, &expansion.problems})
      for (const auto& problem : *problems)
        complain_of_file("simulate", file, problem.line, problem.reason);
    for (const auto& one : expansion.occurrences)
      if (const auto busy_class = class_of(one.busy_class))
        run.busy.push_back({core::WallTime(std::chrono::seconds(one.from)),
                            core::WallTime(std::chrono::seconds(one.to)), *busy_class,
                            one.all_day});
  }
}

/// A script with a progress bar.
class Watched : public simulate::Script {
 public:
  Watched(Script& script, std::function<double(core::Duration)> done)
      : script_(script), done_(std::move(done)) {}

  std::optional<core::Duration> next() override { return script_.next(); }
  std::optional<simulate::Action> take() override {
    progress_.at(done_(script_.next().value_or(core::Duration{})));
    return script_.take();
  }
  void told(const core::Fact& fact, core::Duration elapsed) override {
    script_.told(fact, elapsed);
  }

 private:
  Script& script_;
  std::function<double(core::Duration)> done_;
  Progress progress_;
};

/// One run of one configuration, as the options ask for it.
class Simulator {
 public:
  Simulator(const SimulateOptions& options, core::Policy policy) : options_(options) {
    run_.policy = std::move(policy);
    if (!options.from.empty()) from_ = time_of("--from", options.from, run_.policy);
    if (options.trace.empty())
      prepare_persona();
    else
      prepare_trace();
    if (!options.until.empty()) {
      const auto until = time_of("--until", options.until, run_.policy);
      if (until < run_.begin || (from_ && until < *from_))
        throw misuse("--until", options.until + " lies before the beginning");
      run_.length = until - run_.begin;
    }
    add_busy(options, run_);
    add_calendars(options, run_);
  }

  const core::Policy& policy() const { return run_.policy; }

  /// Everything from --from on goes to `on_decision`.
  Tally run(const simulate::OnDecision& on_decision) {
    Tally tally;
    Watched script(*script_, done_);
    const auto outcome = [&] {
      try {
        return simulate::run(run_, script, [&](const Decision& decision) {
          if (from_ && decision.wall < *from_) return;
          tally.take(decision);
          on_decision(decision);
        });
      } catch (const simulate::BadTrace& bad) {
        throw FileFailure(bad.what());
      }
    }();
    tally.finish(outcome);
    return tally;
  }

 private:
  void prepare_persona() {
    const auto& names = simulate::persona_names();
    const auto name = options_.persona.empty() ? std::string(default_persona) : options_.persona;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const auto meant = config::did_you_mean(name, names);
      throw misuse("--persona",
                   fmt::format("“{}”: no such persona{}", name,
                               meant ? fmt::format("; did you mean {}?", *meant)
                                     : fmt::format("; there are {}", fmt::join(names, ", "))));
    }
    const auto habit = simulate::habit_of(options_.habit);
    if (!habit)
      throw misuse("--habit", fmt::format("“{}”: no such habit; there are {}", options_.habit,
                                          fmt::join(simulate::habit_names(), ", ")));
    const auto begin = from_ ? *from_ : time_of("--from", default_from, run_.policy);
    auto persona = std::make_unique<simulate::Persona>(name, begin, options_.days, options_.seed,
                                                       *habit, run_.policy);
    run_.busy = persona->calendar();
    run_.begin = persona->begin();
    const auto whole = std::chrono::hours(24) * options_.days;
    // The last night shift ends on the next day.
    if (name != "night-shift")
      run_.length =
          simulate::until_day_turn(run_.begin + whole - std::chrono::hours(12), run_.policy) +
          whole - std::chrono::hours(12);
    done_ = [whole](core::Duration elapsed) {
      return static_cast<double>(elapsed.count()) /
             static_cast<double>(core::Duration(whole).count());
    };
    if (options_.plan.empty()) {
      script_ = std::move(persona);
      return;
    }
    const auto& plans = run_.policy.programme.plans;
    if (std::none_of(plans.begin(), plans.end(),
                     [&](const core::PlanSpec& plan) { return plan.id == options_.plan; }))
      throw misuse("--plan", fmt::format("“{}”: no such plan", options_.plan));
    auto discomfort = options_.discomfort;
    if (discomfort.empty()) discomfort = {5, 4, 4, 3, 3, 2};
    person_ = std::move(persona);
    script_ = std::make_unique<simulate::PlanFollower>(*person_, options_.plan, discomfort);
  }

  void prepare_trace() {
    std::istream* text = &std::cin;
    auto name = std::string("-");
    double size = 0;
    if (options_.trace != name) {
      name = options_.trace;
      file_.open(name);
      std::error_code error;
      if (!file_ || fs::is_directory(name, error))
        throw refusal(name,
                      "cannot be read: " + std::generic_category().message(file_ ? EISDIR : errno));
      if (const auto bytes = fs::file_size(name, error); !error) size = static_cast<double>(bytes);
      text = &file_;
    }
    auto trace = std::make_unique<simulate::TraceReader>(*text, name, run_.policy);
    std::optional<core::WallTime> begin;
    try {
      begin = trace->begin();
    } catch (const simulate::BadTrace& bad) {
      throw FileFailure(bad.what());
    }
    if (!begin && !from_)
      throw refusal(name,
                    "there is no event in it; --from and --until say when it begins and ends");
    if (from_ && (!begin || *from_ < *begin)) {
      trace->begin_at(*from_);
      begin = from_;
    }
    run_.begin = *begin;
    done_ = [reader = trace.get(), size](core::Duration) {
      return size > 0 ? static_cast<double>(reader->bytes()) / size : 0.0;
    };
    script_ = std::move(trace);
  }

  const SimulateOptions& options_;
  simulate::Run run_;
  std::optional<core::WallTime> from_;
  std::ifstream file_;
  std::unique_ptr<simulate::Script> person_;  ///< behind a script_ that follows a plan
  std::unique_ptr<simulate::Script> script_;
  std::function<double(core::Duration)> done_;
};

// `simulate` tells what the core does; presence is only what it was told.
bool is_told(const core::Fact& fact) {
  return fact.kind != core::FactKind::presence;
}

Json tally_json(const Tally& tally) {
  const auto& totals = tally.totals;
  const auto seconds = [](core::Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  };
  return {{"days", tally.days},
          {"present_s", seconds(totals.present)},
          {"prompts", totals.prompts},
          {"most_prompts_a_day", tally.most_prompts},
          {"taken", totals.taken},
          {"natural", totals.natural},
          {"snoozed", totals.snoozed},
          {"skipped", totals.skipped},
          {"expired", totals.expired},
          {"missed", totals.missed},
          {"held", totals.held},
          {"interruptions_in_meetings", tally.in_meetings},
          {"longest_sitting_s", seconds(totals.longest_sitting)},
          {"standing_s", seconds(totals.standing)}};
}

void print_lines(Simulator& simulator, Output& output) {
  simulator.run([&](const Decision& decision) {
    if (!is_told(decision.fact)) return;
    output.out << shell::fact_json(decision.fact, decision.wall, decision.elapsed,
                                   simulator.policy())
                      .dump()
               << '\n';
  });
}

void print_story(Simulator& simulator, bool summary, Output& output) {
  Timeline timeline(output.look);
  const auto tally = simulator.run([&](const Decision& decision) {
    if (summary || !is_told(decision.fact)) return;
    output.out << timeline.add(
        shell::fact_json(decision.fact, decision.wall, decision.elapsed, simulator.policy()));
  });
  output.out << timeline.finish() << render_tally(tally_json(tally), output.look);
}

void compare(const Options& options, const std::vector<core::ZoneOffset>& zone, Output& output) {
  const auto& asked = options.simulate;
  if (asked.trace == "-")
    throw Failure(Exit::usage, "simulate: --vs: stdin cannot be read twice; name the trace's file");
  const auto total = [&](const std::vector<std::string>& configs) {
    Simulator simulator(asked, load_policy(options, configs, zone));
    return tally_json(simulator.run([](const Decision&) {}));
  };
  // Both are read before anything is run, so that a mistake in the second comes at once.
  load_policy(options, {asked.versus}, zone);
  const auto a = total(asked.configs);
  const auto b = total({asked.versus});
  const auto name = asked.configs.empty() ? std::string("yours")
                                          : fmt::format("{}", fmt::join(asked.configs, " + "));
  if (options.json)
    output.out << Json{{"config", name}, {"vs", asked.versus}, {"a", a}, {"b", b}}.dump() << '\n';
  else
    output.out << render_comparison(name, a, asked.versus, b, output.look);
}

}  // namespace

Exit simulate(const Options& options, Output& output) {
  const auto zone = all_offsets(options.simulate.zone);
  if (!options.simulate.versus.empty()) {
    compare(options, zone, output);
    return Exit::done;
  }
  Simulator simulator(options.simulate, load_policy(options, options.simulate.configs, zone));
  if (options.json)
    print_lines(simulator, output);
  else
    print_story(simulator, options.simulate.summary, output);
  return Exit::done;
}

}  // namespace poised::ctl
