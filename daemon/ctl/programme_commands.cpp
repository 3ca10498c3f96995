// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <utility>

#include "catalogue/catalogue.hpp"
#include "catalogue/to_json.hpp"
#include "config/text.hpp"
#include "ctl/catalogue_access.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/json.hpp"
#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

bool is_asked_by_a_person(const Options& options) {
  return !options.json && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

std::string answer_to(Output& output, const std::string& question) {
  output.out << question << ' ' << std::flush;
  std::string line;
  std::getline(std::cin, line);
  return line;
}

bool is_yes(const std::string& answer) {
  return !answer.empty() && (answer[0] == 'y' || answer[0] == 'Y' || answer[0] == 'j');
}

std::string guidance(const OpenCatalogue& open, std::string_view id) {
  const auto* found = open.catalogue.guidance_of(id);
  return found == nullptr ? std::string() : found->text.in(open.language);
}

void print_signs(const OpenCatalogue& open, Output& output) {
  for (const auto level : {catalogue::Alarm::emergency, catalogue::Alarm::urgent,
                           catalogue::Alarm::doctor_first, catalogue::Alarm::professional}) {
    output.out << '\n'
               << output.look.bold(
                      guidance(open, fmt::format("level-{}", catalogue::alarm_name(level))))
               << '\n';
    for (const auto& sign : open.catalogue.warning_signs)
      if (sign.level == level)
        output.out << row(output.look, sign.id, sign.text.in(open.language), 22);
  }
}

std::uint32_t rating(const std::string& context, const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > 10)
    throw Failure(Exit::usage, fmt::format("programme checkin: {}: a whole number from 0 to 10 is "
                                           "expected, not “{}”",
                                           context, text));
  return value;
}

std::string name_of(const OpenCatalogue& open, const std::string& plan, const std::string& phase) {
  const auto* found = open.catalogue.plan(plan);
  if (found == nullptr) return plan;
  for (const auto& each : found->phases)
    if (each.id == phase)
      return fmt::format("{}: {}", found->name.in(open.language), each.name.in(open.language));
  return found->name.in(open.language);
}

void print_hurt(const OpenCatalogue& open, const Json& programme, Output& output) {
  const char* label = tr("it hurt");
  for (const auto& hurt : list(programme, "hurt")) {
    const auto* exercise = open.catalogue.exercise(text(hurt, "exercise"));
    if (exercise == nullptr) continue;
    const auto& name = exercise->name.in(open.language);
    const bool again = number(hurt, "times").value_or(1) > 1;
    output.out << row(output.look, std::exchange(label, ""),
                      again ? tr_format("{}: something else for now", name)
                            : tr_format("{}: easier for now", name));
  }
}

void print_programme(const OpenCatalogue& open, const Json& programme, Output& output) {
  const auto& look = output.look;
  if (flag(programme, "stopped")) {
    output.out << look.bad(guidance(open, "stopped")) << '\n';
    return;
  }
  const auto plan = text(programme, "plan");
  if (plan.empty()) {
    output.out << tr("No plan is running. poisectl programme start begins one:") << '\n';
    for (const auto& each : open.catalogue.plans)
      output.out << row(look, each.id, each.summary.in(open.language));
    print_hurt(open, programme, output);
    return;
  }
  const auto whole = [&](const char* key) {
    return static_cast<long>(number(programme, key).value_or(0));
  };
  output.out << look.bold(name_of(open, plan, text(programme, "phase"))) << '\n'
             << row(look, tr("day"),
                    tr_format("{} of {} in this phase, {} in all", whole("phase_day"),
                              whole("phase_days"), whole("day")))
             << row(look, tr("sessions"),
                    tr_format("{} in the last 7 days", whole("sessions_last_week")));
  if (const auto* routine = open.catalogue.routine(text(programme, "routine")))
    output.out << row(
        look, tr("session"),
        fmt::format("{} (poisectl guide {})", routine->summary.in(open.language), routine->id));
  if (flag(programme, "paused")) output.out << row(look, tr("paused"), guidance(open, "high"));
  if (flag(programme, "on_hold"))
    output.out << row(look, tr("on hold"), tr("poisectl programme resume goes on"));
  const auto held = text(programme, "held");
  if (!held.empty()) output.out << row(look, tr("held"), held);
  if (flag(programme, "questions_wait"))
    output.out << row(look, tr("questions"), "poisectl programme checkin");
  for (const auto* reminder : reminders_of(open, programme))
    output.out << row(look, reminder->id, reminder->text.in(open.language));
  print_hurt(open, programme, output);
}

/// E1: nobody starts a plan without having seen the screen.
void ask_for_warning_signs(const Options& options, const OpenCatalogue& open, Output& output) {
  if (options.none_of_these) return;
  print_signs(open, output);
  if (!is_asked_by_a_person(options))
    throw Failure(Exit::failed,
                  "programme start: warning signs: say --none-of-these if none of them applies");
  if (!is_yes(answer_to(
          output, std::string("\n") + tr("Is it true that none of these applies to you? [y/N]"))))
    throw Failure(Exit::failed,
                  "programme start: warning signs: no plan is begun; follow the advice above");
}

}  // namespace

Exit show_programme(const Options& options, Output& output) {
  const auto answer = DaemonClient(options.command).programme();
  const auto json = Json::parse(answer, nullptr, false);
  if (options.json)
    output.out << json.dump(2) << '\n';
  else
    print_programme(open_catalogue(options), json, output);
  return Exit::done;
}

Exit start_plan(const Options& options, Output& output) {
  DaemonClient daemon(options.command);
  const auto open = open_catalogue(options);
  const auto* plan = open.catalogue.plan(options.plan);
  if (plan == nullptr)
    throw Failure(Exit::failed, fmt::format("programme start: {}: no such plan", options.plan));
  ask_for_warning_signs(options, open, output);
  daemon.start_plan(options.plan);
  return done(options, output, tr_format("{}: begun.", plan->name.in(open.language)));
}

Exit stop_plan(const Options& options, Output& output) {
  DaemonClient(options.command).stop_plan();
  return done(options, output, tr("The plan is stopped, and its answers are erased."));
}

Exit hold_plan(const Options& options, Output& output) {
  DaemonClient(options.command).hold_plan();
  return done(options, output, tr("The plan is on hold; poisectl programme resume goes on."));
}

Exit resume_plan(const Options& options, Output& output) {
  DaemonClient(options.command).resume_plan();
  return done(options, output, tr("The plan goes on."));
}

Exit check_in(const Options& options, Output& output) {
  DaemonClient daemon(options.command);
  auto discomfort = options.discomfort, stiffness = options.stiffness;
  bool warning = options.warning;
  if (discomfort.empty()) {
    if (!is_asked_by_a_person(options))
      throw Failure(Exit::usage, "programme checkin: --pain: is missing");
    discomfort = answer_to(output, tr("Discomfort, on average over the last 7 days, 0 to 10?"));
    stiffness = answer_to(output, tr("Stiffness, 0 to 10?"));
    print_signs(open_catalogue(options), output);
    warning =
        is_yes(answer_to(output, std::string("\n") + tr("Does one of these apply to you? [y/N]")));
  }
  daemon.check_in(rating("--pain", discomfort),
                  stiffness.empty() ? 0 : rating("--stiffness", stiffness), warning);
  return done(options, output, tr("Noted."));
}

Exit report_warning(const Options& options, Output& output) {
  const auto open = open_catalogue(options);
  if (options.sign.empty()) {
    if (options.json) {
      auto all = Json::array();
      for (const auto& sign : open.catalogue.warning_signs)
        all.push_back(to_json(sign, open.language));
      output.out << all.dump(2) << '\n';
    } else {
      print_signs(open, output);
    }
    return Exit::done;
  }
  const auto* sign = open.catalogue.warning_sign(options.sign);
  if (sign == nullptr)
    throw Failure(Exit::failed, fmt::format("programme warning: {}: no such sign; poisectl "
                                            "programme warning lists them",
                                            config::one_line(options.sign, 64)));
  // What to do comes first, daemon or not.
  if (!options.json)
    output.out << output.look.bad(
                      guidance(open, fmt::format("level-{}", catalogue::alarm_name(sign->level))))
               << '\n'
               << std::flush;
  DaemonClient(options.command).report_warning(sign->id);
  return done(options, output, guidance(open, "stopped"));
}

Exit say_hurts(const Options& options, Output& output) {
  const auto open = open_catalogue(options);
  const auto* exercise = open.catalogue.exercise(options.exercise_id);
  if (exercise == nullptr)
    throw Failure(Exit::failed, fmt::format("programme hurts: {}: no such exercise{}",
                                            config::one_line(options.exercise_id, 64),
                                            meant_text(open.catalogue, options.exercise_id)));
  DaemonClient(options.command).say_hurts(exercise->id);
  return done(options, output,
              tr("Noted for two weeks: it comes easier next time, and if it hurts again something "
                 "else takes its place."));
}

Exit say_cleared(const Options& options, Output& output) {
  DaemonClient(options.command).say_cleared();
  return done(options, output, tr("Everything goes on."));
}

Exit assess(const Options& options, Output& output) {
  const auto open = open_catalogue(options);
  const auto& language = open.language;
  if (options.json) {
    auto all = Json::array();
    for (const auto& item : open.catalogue.assessment) all.push_back(to_json(item, language));
    output.out << all.dump(2) << '\n';
    return Exit::done;
  }
  const bool asks = is_asked_by_a_person(options);
  std::string page = tr("Workstation assessment") + std::string("\n\n");
  for (const auto& item : open.catalogue.assessment) {
    std::string answer;
    if (asks)
      answer = answer_to(output, item.ask.in(language) + tr(" [y/n]"));
    else
      output.out << row(output.look, "[ ]", item.ask.in(language), 4);
    const bool yes = is_yes(answer);
    const char* mark = !asks ? "[ ]" : yes ? "[x]" : "[-]";
    page += fmt::format("{} {}\n", mark, item.ask.in(language));
    if (yes) continue;
    output.out << row(output.look, "", item.if_not.in(language), 4);
    page += fmt::format("    {}\n", item.if_not.in(language));
  }
  if (options.export_file.empty()) return Exit::done;
  std::ofstream file(options.export_file);
  file << page;
  if (!file.flush())
    throw Failure(Exit::failed, fmt::format("assess: {}: cannot be written", options.export_file));
  return done(options, output, tr_format("Written to {}.", options.export_file));
}

}  // namespace poised::ctl
