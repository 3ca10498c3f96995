// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <array>

#include "build_config.hpp"
#include "ctl/commands.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

/// Adds commands that all write the same options.
class Tree {
 public:
  explicit Tree(Options& options) : options_(options) {}

  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what, Action action) {
    auto* command = parent.add_subcommand(name, what);
    command->group(group_);
    const auto path = parent.get_parent() == nullptr ? name : parent.get_name() + " " + name;
    // Before its arguments are parsed, so that errors in them have their context.
    command->preparse_callback([&options = options_, path, action](std::size_t) {
      options.command = path;
      options.action = action;
    });
    command->add_flag("--json", options_.json, tr("Print JSON"));
    return command;
  }

  /// A command that reads configuration or build data itself.
  CLI::App* add_offline(CLI::App& parent, const std::string& name, const std::string& what,
                        Action action) {
    auto* command = add(parent, name, what, action);
    command
        ->add_option("--config-root", options_.config_root,
                     tr("Prefix for /etc, /usr/share and the user's files"))
        ->type_name("DIR");
    return command;
  }

  void group(std::string name) { group_ = std::move(name); }

 private:
  Options& options_;
  std::string group_;
};

void add_everyday(CLI::App& app, Tree& tree, Options& options) {
  tree.group(tr("Every day"));
  tree.add(app, "status", tr("How things stand: presence, breaks, posture, plugins"), show_status);
  tree.add(app, "next", tr("What comes next, when, and what holds it"), show_next);

  auto* pausing =
      tree.add(app, "pause", tr("Hold back prompts, until resume or for a time"), pause);
  auto* length =
      pausing->add_option("--for", options.pause_for, tr("For this long: 45min, 1h30min"))
          ->type_name("TIME");
  pausing->add_option("--until", options.pause_until, tr("Until then: 14:00, \"2026-03-02 14:00\""))
      ->type_name("CLOCK")
      ->excludes(length);
  pausing->add_option("--reason", options.pause_reason, tr("For your own memory; shown in status"))
      ->type_name("TEXT");
  tree.add(app, "resume", tr("End the pause, or a quiet day"), resume);
  tree.add(app, "quiet-today", tr("No prompts until the day turns"), quiet_today);

  tree.add(app, "sit", tr("Say that you are sitting"), say_posture);
  tree.add(app, "stand", tr("Say that you are standing"), say_posture);

  tree.add(app, "window", tr("Open the window: today, guide, programme, settings"), open_window);

  tree.group(tr("The break that is offered"));
  tree.add(app, "take", tr("Start a break now, whatever holds it"), take)
      ->add_option("BREAK", options.break_id, tr("stretch, micro, rest"))
      ->type_name("")
      ->required();
  tree.add(app, "start", tr("Begin it"), answer);
  tree.add(app, "done", tr("It is taken"), answer);
  tree.add(app, "snooze", tr("Ask again in a few minutes"), answer);
  tree.add(app, "skip", tr("Not this time"), answer);
}

void add_desk(CLI::App& app, Tree& tree, Options& options) {
  tree.group(tr("Every day"));
  auto* desk =
      tree.add(app, "desk", tr("The standing desk: where it is, and moving it"), show_desk);
  tree.group("Commands");
  const auto named = [&](CLI::App* command) {
    command->add_option("--desk", options.desk, tr("Which, where there are several"))
        ->type_name("NAME");
    return command;
  };
  named(tree.add(*desk, "status", tr("Its height, and whether it moves"), show_desk));
  tree.add(*desk, "stop", tr("Stop it, whoever set it in motion"), stop_desk);
  const auto by = [&](const char* name, const char* what) {
    named(tree.add(*desk, name, what, move_desk))
        ->add_option("MM", options.height_mm, tr("By so many millimetres (50)"))
        ->type_name("")
        ->check(CLI::Range(1, 700));
  };
  by("up", tr("Raise it by a hand's breadth"));
  by("down", tr("Lower it by a hand's breadth"));
  named(tree.add(*desk, "height", tr("Move it to a height above the floor"), move_desk))
      ->add_option("MM", options.height_mm, tr("In millimetres"))
      ->type_name("")
      ->check(CLI::Range(400, 2000))
      ->required();
  named(tree.add_offline(*desk, "sit", tr("Move it to desk.sit_mm"), move_desk));
  named(tree.add_offline(*desk, "stand", tr("Move it to desk.stand_mm"), move_desk));
  named(tree.add_offline(*desk, "calibrate-base", tr("Tell its true height, measured with a tape"),
                         calibrate_desk))
      ->add_option("MM", options.height_mm, tr("From the floor to its top, in millimetres"))
      ->type_name("")
      ->check(CLI::Range(400, 2000))
      ->required();
  auto* const scan = tree.add_offline(
      *desk, "scan", tr("What desks are in sight, and what to write for them"), scan_desks);
  scan->add_option("--seconds", options.seconds, tr("How long to listen (8)"))
      ->type_name("N")
      ->check(CLI::Range(1, 60));
  scan->add_option("--pair", options.pair, tr("Pair the Bluetooth desk of that address"))
      ->type_name("ADDRESS");
  scan->add_option("--broker", options.broker,
                   tr("Look for desks of Home Assistant's there (plugin.desk.broker)"))
      ->type_name("HOST[:PORT]");
  named(tree.add(*desk, "test", tr("Move it 20 mm up and down again while you watch"), test_desk));
}

void add_past(CLI::App& app, Tree& tree, Options& options) {
  tree.group(tr("What was"));
  auto* asking = tree.add_offline(
      app, "why", tr("Why you were interrupted, or why not: the decisions of two days"), why);
  asking->add_flag("--last", options.last, tr("The last prompt only"));
  asking->add_option("--at", options.at, tr("At that time: 14:10, \"2026-03-02 14:10\""))
      ->type_name("TIME");
  asking->add_flag("--export", options.export_trace,
                   tr("A trace of what the daemon was told, for poisectl simulate"));
  auto* history = tree.add_offline(
      app, "history", tr("Your days: time at the screen, breaks, posture"), show_history);
  history->add_option("--since", options.since, tr("From then on: 2026-03-02, 7d"))
      ->type_name("TIME");
  history->add_flag("--csv", options.csv, tr("Every record, for a spreadsheet"));
  auto* reporting = tree.add_offline(
      app, "report", tr("A look back: your week, standing, the plan, what to think of"),
      show_report);
  reporting->add_option("--since", options.since, tr("From then on: 2026-03-02, 30d (7 days)"))
      ->type_name("TIME");
  reporting->add_option("--html", options.html_file, tr("Write it as a page"))->type_name("FILE");
  auto* forgetting = tree.add_offline(
      app, "forget", tr("Erase the history, or what is older than a time"), forget);
  forgetting->add_option("--before", options.before, tr("What came before: 2026-03-02, 30d"))
      ->type_name("TIME");
  forgetting->add_flag("--all", options.all, tr("All of it"));
  tree.add_offline(app, "privacy", tr("What is stored, where, for how long, and who can read it"),
                   show_privacy)
      ->add_flag("--page", options.page, tr("Every field there can be, for a works council"));
}

void add_plugins(CLI::App& app, Tree& tree, Options& options) {
  const auto with_id = [&options](CLI::App* command) {
    command->add_option("ID", options.plugin_id, tr("The plugin"))->type_name("")->required();
  };
  auto* plugins = tree.add(app, "plugins", tr("The plugins and how they fare"), list_plugins);
  tree.group("Commands");
  tree.add(*plugins, "list", tr("The plugins and how they fare"), list_plugins);
  with_id(tree.add_offline(*plugins, "inspect", tr("What a plugin's manifest and library say"),
                           inspect_plugin));
  with_id(tree.add(*plugins, "restart", tr("Start its process afresh; lifts a quarantine"),
                   restart_plugin));
}

void add_programme(CLI::App& app, Tree& tree, Options& options) {
  auto* exercise = app.add_subcommand("exercise", tr("What there is to do, and how"));
  exercise->group(tr("The programme"));
  exercise->preparse_callback([&options](std::size_t) { options.command = "exercise"; });
  exercise->require_subcommand(1);
  tree.group("Commands");
  tree.add_offline(*exercise, "list", tr("Every routine and exercise"), list_exercises);
  tree.add_offline(*exercise, "show", tr("Steps, dose, cautions, pictures of one"), show_exercise)
      ->add_option("ID", options.exercise_id, tr("An exercise or a routine"))
      ->type_name("")
      ->required();
  tree.group(tr("The programme"));
  auto* guided =
      tree.add_offline(app, "guide", tr("Be led through a routine, step by step"), guide);
  guided->add_option("ROUTINE", options.exercise_id, tr("A routine or an exercise"))
      ->type_name("")
      ->required();
  guided->add_flag("--plain", options.plain, tr("Lines only, as a screen reader wants them"));
  auto* assessing =
      tree.add_offline(app, "assess", tr("Look at your workstation, question by question"), assess);
  assessing->add_option("--export", options.export_file, tr("Write a page to hand in"))
      ->type_name("FILE");

  auto* programme =
      tree.add_offline(app, "programme", tr("Your plan, and the week's questions"), show_programme);
  tree.group("Commands");
  tree.add_offline(*programme, "show", tr("Where you are in your plan"), show_programme);
  auto* start = tree.add_offline(*programme, "start", tr("Begin a plan"), start_plan);
  start->add_option("PLAN", options.plan, tr("acute, progressive, maintenance, home (acute)"))
      ->type_name("");
  start->add_flag("--none-of-these", options.none_of_these,
                  tr("None of the warning signs applies; without it you are asked"));
  auto* questions =
      tree.add_offline(*programme, "checkin", tr("Answer the week's questions"), check_in);
  questions->add_option("--pain", options.discomfort, tr("Average of the last 7 days, 0 to 10"))
      ->type_name("N");
  questions->add_option("--stiffness", options.stiffness, tr("0 to 10"))->type_name("N");
  questions->add_flag("--warning", options.warning, tr("One of the warning signs applies"));
  tree.add_offline(*programme, "warning", tr("Something feels wrong: the signs, or report one"),
                   report_warning)
      ->add_option("ID", options.sign, tr("The sign; without one they are listed"))
      ->type_name("");
  tree.add_offline(*programme, "hurts", tr("An exercise hurt: easier next time, or another one"),
                   say_hurts)
      ->add_option("EXERCISE", options.exercise_id, tr("The exercise"))
      ->type_name("")
      ->required();
  tree.add_offline(*programme, "cleared", tr("A professional said that you can go on"),
                   say_cleared);
  tree.add_offline(*programme, "hold", tr("Hold the plan: no session, and no day of it counts"),
                   hold_plan);
  tree.add_offline(*programme, "resume", tr("Go on with a plan that is on hold"), resume_plan);
  tree.add_offline(*programme, "stop", tr("Stop the plan and erase its answers"), stop_plan);
}

void add_config(CLI::App& app, Tree& tree, Options& options) {
  auto* config = app.add_subcommand(
      "config", tr("The configuration: what holds, why, and whether it is sound"));
  config->group(tr("Behind it"));
  config->preparse_callback([&options](std::size_t) { options.command = "config"; });
  config->require_subcommand(1);
  tree.group("Commands");
  tree.add_offline(*config, "show", tr("Every key in force, and where it comes from"), config_show);
  auto* checking =
      tree.add_offline(*config, "check", tr("Whether the files are sound"), config_check);
  auto* files =
      checking
          ->add_option("FILE", options.files, tr("These files only, over the built-in defaults"))
          ->type_name("");
  checking->add_flag("--policy", options.policy, tr("They are policies of an organisation"))
      ->needs(files);
  tree.add_offline(*config, "explain", tr("What a key does, its value, and what it overrode"),
                   config_explain)
      ->add_option("KEY", options.key, "breaks.stretch.interval")
      ->type_name("")
      ->required();
  auto* set = tree.add_offline(*config, "set",
                               tr("Change a key in your own file, leaving the rest of it alone"),
                               config_set);
  set->add_option("KEY", options.key, "breaks.stretch.interval")->type_name("")->required();
  set->add_option("VALUE", options.value, "50min")->type_name("")->required();
  tree.add_offline(*config, "schema", tr("The JSON Schema of a configuration file"), config_schema)
      ->add_flag("--policy", options.policy, tr("Of an organisation's policy file"));
  tree.add_offline(*config, "migrate", tr("Bring files of an older version up to date"),
                   config_migrate);
}

void add_calendar(CLI::App& app, Tree& tree, Options& options) {
  auto* calendar =
      app.add_subcommand("calendar", tr("What calendar files say, worked out as the daemon does"));
  calendar->group(tr("Behind it"));
  calendar->preparse_callback([&options](std::size_t) { options.command = "calendar"; });
  calendar->require_subcommand(1);
  tree.group("Commands");
  const auto add = [&](const char* name, const char* what, Action action) {
    auto* command = tree.add_offline(*calendar, name, what, action);
    auto* from = command->add_option("--from", options.from, "2026-03-02, 2026-03-02T14:00+01:00")
                     ->type_name("TIME");
    auto* to = command->add_option("--to", options.to, tr("Not included"))->type_name("TIME");
    command
        ->add_option("--tz", options.zone, tr("The zone of times without one, and of the output"))
        ->type_name("ZONE");
    command
        ->add_option("--address", options.addresses,
                     tr("Your own: what you declined does not make you busy"))
        ->type_name("MAIL")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("FILE", options.files, tr("iCalendar files, - for standard input"))
        ->type_name("")
        ->required();
    return std::array{from, to};
  };
  for (auto* option :
       add("busy", tr("When you are busy: lines of start, end and class"), calendar_busy))
    option->required();
  add("expand", tr("Each time that an event takes place"), calendar_expand);
  calendar->get_subcommand("expand")
      ->add_option("--limit", options.limit, tr("At most so many (1000 without --to)"))
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
}

void add_simulate(CLI::App& app, Tree& tree, SimulateOptions& options) {
  auto* command = tree.add_offline(
      app, "simulate", tr("What the rules would make of a day, a week, a calendar"), simulate);
  const auto add = [command](const char* name, auto& value, const char* what, const char* type) {
    return command->add_option(name, value, what)->type_name(type)->allow_extra_args(false);
  };
  add("--config", options.configs, tr("These files over the built-in defaults, nothing else"),
      "FILE");
  add("--vs", options.versus, tr("Compare with this file"), "FILE");
  add("--calendar", options.calendars, tr("Appointments, as a calendar exports them"), "FILE.ics");
  add("--busy", options.busy, tr("An appointment: 2026-03-02T10:00/2026-03-02T11:00"), "FROM/TO");
  add("--tz", options.zone, tr("Local time of this zone: Europe/Berlin"), "ZONE");
  auto* trace =
      add("--trace", options.trace, tr("What happened, one event a line; - is stdin"), "FILE");
  add("--persona", options.persona,
      tr("A kind of person: office, developer, meetings, call-centre, part-time, night-shift"),
      "NAME")
      ->excludes(trace);
  add("--days", options.days, tr("How many days of that person (1)"), "N")
      ->check(CLI::Range(1, 3660))
      ->excludes(trace);
  add("--seed", options.seed, tr("Another seed is another person of that kind (1)"), "S")
      ->excludes(trace);
  add("--habit", options.habit, tr("How prompts are taken: obeys, ignores, snoozes, mixed (obeys)"),
      "HABIT")
      ->excludes(trace);
  auto* plan = add("--plan", options.plan,
                   tr("Follow this plan from the first day, and what comes then"), "PLAN")
                   ->excludes(trace);
  add("--discomfort", options.discomfort, tr("The answers week by week: 5,4,3 (falling)"), "N,…")
      ->delimiter(',')
      ->needs(plan);
  add("--from", options.from, tr("Tell nothing of what lies before"), "DATETIME");
  add("--until", options.until, tr("End there"), "DATETIME");
  command->add_flag("--summary", options.summary, tr("Only the table at the end"));
}

}  // namespace

void build_command_tree(CLI::App& app, Options& options) {
  app.set_version_flag("--version", std::string("poisectl ") + build::version);
  // Each command has its own; before the command it means the same.
  app.add_flag("--json", options.json)->group("");
  Tree tree(options);
  add_everyday(app, tree, options);
  add_desk(app, tree, options);
  add_past(app, tree, options);
  add_programme(app, tree, options);
  tree.group(tr("Behind it"));
  tree.add(app, "monitor", tr("Print what the daemon decides, as it happens"), monitor);
  auto* examining = tree.add_offline(app, "doctor", tr("What is not as it should be"), doctor);
  auto* nagios = examining->add_flag("--nagios", options.nagios,
                                     tr("One line and an exit code from 0 to 3, for monitoring"));
  examining
      ->add_option("--bundle", options.bundle,
                   tr("Write what a helpdesk needs, and nothing of you"))
      ->type_name("FILE")
      ->excludes(nagios);
  add_plugins(app, tree, options);
  add_config(app, tree, options);
  add_calendar(app, tree, options);
  tree.group(tr("Behind it"));
  add_simulate(app, tree, options.simulate);
  tree.add_offline(app, "version", tr("The versions of poisectl and of the running daemon"),
                   show_version);

  tree.group("");  // for the build, not for people
  tree.add(app, "completions", tr("Completions for a shell"), print_completions)
      ->add_option("SHELL", options.shell)
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
  tree.add(app, "manual-keys", tr("The keys of the configuration, for its manual page"),
           print_manual_keys);
}

}  // namespace poised::ctl
