// SPDX-License-Identifier: MIT
#include "window/programme_page.hpp"

#include "ctl/text.hpp"
#include "language/language.hpp"

namespace poised::window {
namespace {

constexpr int highest_answer = 10;

/// 0 to 10, each read with what it is about.
std::vector<Choice::Option> numbers(const std::string& about) {
  std::vector<Choice::Option> options;
  for (int i = 0; i <= highest_answer; ++i) {
    const auto number = std::to_string(i);
    options.push_back({number, number, about + ": " + number});
  }
  return options;
}

std::uint32_t number_in(const Choice& choice) {
  return static_cast<std::uint32_t>(std::stoul(choice.chosen()));
}

std::string phase_name(const ctl::Json& plan, const std::string& phase) {
  const auto name = ctl::text(plan, "name");
  const auto of_phase = ctl::text(entry_of(plan, "phases", phase), "name");
  return of_phase.empty() || of_phase == name ? name : name + ": " + of_phase;
}

}  // namespace

ProgrammePage::ProgrammePage(DaemonLink& daemon, std::function<void()> guide,
                             std::function<void(const std::string&)> go_to)
    : daemon_(daemon), guide_(std::move(guide)), go_to_(std::move(go_to)) {
  main_ = make_column();
  title_ = make_title(tr("Programme"));
  state_ = make_text();
  main_->append(*title_);
  main_->append(*state_);

  running_ = make_column();
  reminders_ = make_text();
  running_->append(*reminders_);
  session_ = make_button(tr("St_art today's session"),
                         [this] { daemon_.tell("Take", {DaemonLink::text("session")}, guide_); });
  session_->add_css_class("suggested-action");
  hold_ = make_button({}, [this] { daemon_.tell(on_hold_ ? "ResumePlan" : "HoldPlan"); });
  running_->append(*make_row({session_, hold_}));
  main_->append(*running_);

  make_questions();
  main_->append(*questions_);

  auto* stop = Gtk::make_managed<Confirmed>(
      tr("St_op the plan…"), tr("The plan ends, and its answers are erased."), tr("_Yes, stop it"),
      [this] { daemon_.tell("StopPlan"); });
  running_->append(*stop);

  plans_ = make_column();
  main_->append(*plans_);
  append(*main_);

  make_screen();
  append(*screen_);
}

void ProgrammePage::make_questions() {
  questions_ = make_column();
  questions_->append(*make_heading(tr("The week's questions")));
  questions_wait_ = make_text(tr("They wait for your answer."));
  questions_->append(*questions_wait_);
  const auto answered = [this] {
    send_->set_sensitive(!discomfort_->chosen().empty() && !stiffness_->chosen().empty() &&
                         !warning_->chosen().empty());
  };
  questions_->append(
      *make_text(tr("Discomfort, on average over the last 7 days (0 none, 10 worst)")));
  discomfort_ = Gtk::make_managed<Choice>(numbers(tr("Discomfort")), answered);
  questions_->append(*discomfort_);
  questions_->append(*make_text(tr("Stiffness (0 none, 10 worst)")));
  stiffness_ = Gtk::make_managed<Choice>(numbers(tr("Stiffness")), answered);
  questions_->append(*stiffness_);
  questions_->append(
      *make_text(tr("Does a warning sign apply? They are under “Something feels wrong”.")));
  warning_ = Gtk::make_managed<Choice>(
      std::vector<Choice::Option>{{"no", tr("No"), tr("A warning sign applies: no")},
                                  {"yes", tr("Yes"), tr("A warning sign applies: yes")}},
      answered);
  questions_->append(*warning_);
  send_ = make_button(tr("Sen_d the answers"), [this] { send_answers(); });
  send_->set_sensitive(false);
  questions_->append(*make_row({send_}));
}

void ProgrammePage::send_answers() {
  const bool warning = warning_->chosen() == "yes";
  daemon_.tell("CheckIn",
               {DaemonLink::number(number_in(*discomfort_)),
                DaemonLink::number(number_in(*stiffness_)), DaemonLink::flag(warning)},
               [this, warning] {
                 for (auto* choice : {discomfort_, stiffness_, warning_}) choice->clear();
                 send_->set_sensitive(false);
                 if (warning) go_to_("signs");
               });
}

void ProgrammePage::make_screen() {
  screen_ = make_column();
  screen_title_ = make_title({});
  screen_->append(*screen_title_);
  screen_->append(*make_text(tr("Before a plan begins: does one of these apply to you?")));
  none_ = make_button(tr("_None of these: begin"), [this] {
    screen_->set_visible(false);
    main_->set_visible(true);
    daemon_.tell("StartPlan", {DaemonLink::text(wanted_)});
  });
  none_->add_css_class("suggested-action");
  screen_->append(*make_row({none_,
                             make_button(tr("_One of these"),
                                         [this] {
                                           screen_->set_visible(false);
                                           main_->set_visible(true);
                                           go_to_("signs");
                                         }),
                             make_button(tr("_Back"), [this] {
                               screen_->set_visible(false);
                               main_->set_visible(true);
                             })}));
  signs_ = Gtk::make_managed<SignList>();
  screen_->append(*signs_);
  screen_->set_visible(false);
}

void ProgrammePage::ask_signs(const std::string& plan) {
  wanted_ = plan;
  const auto& found = entry_of(daemon_.catalogue(), "plans", plan);
  screen_title_->set_text(ctl::text(found, "name"));
  signs_->fill(daemon_.catalogue());
  main_->set_visible(false);
  screen_->set_visible(true);
  none_->grab_focus();
}

void ProgrammePage::fill_plans() {
  const auto& catalogue = daemon_.catalogue();
  if (!starts_.empty() || !catalogue.is_object()) return;
  plans_->append(*make_heading(tr("Plans")));
  for (const auto& plan : ctl::list(catalogue, "plans")) {
    const auto id = ctl::text(plan, "id"), name = ctl::text(plan, "name");
    auto* words = make_column(0);
    words->set_hexpand(true);
    words->append(*make_text(name));
    words->append(*make_faint(ctl::text(plan, "summary")));
    auto* start = make_button(tr("Begin…"), [this, id] { ask_signs(id); });
    start->set_valign(Gtk::Align::CENTER);
    name_widget(*start, tr_format("Begin the plan: {}", name));
    starts_[id] = start;
    plans_->append(*make_row({words, start}));
  }
}

void ProgrammePage::refresh() {
  fill_plans();
  daemon_.ask("Programme", {}, [this](const ctl::Json& programme) { show(programme); });
}

void ProgrammePage::show(const ctl::Json& programme) {
  const auto& catalogue = daemon_.catalogue();
  const auto id = ctl::text(programme, "plan");
  const auto& plan = entry_of(catalogue, "plans", id);
  const bool runs = !id.empty(), stopped = ctl::flag(programme, "stopped");
  running_->set_visible(runs);
  questions_->set_visible(runs && ctl::flag(plan, "gated") && !ctl::flag(programme, "on_hold"));
  questions_wait_->set_visible(ctl::flag(programme, "questions_wait"));
  plans_->set_sensitive(!stopped);
  for (auto& [name, start] : starts_) start->set_sensitive(name != id);
  if (stopped) {
    title_->set_text(tr("Programme"));
    state_->set_text(guidance(catalogue, "stopped"));
  } else if (runs) {
    show_plan(programme, plan);
  } else {
    title_->set_text(tr("Programme"));
    state_->set_text(tr("No plan is running. None begins unless you begin it."));
  }
}

void ProgrammePage::show_plan(const ctl::Json& programme, const ctl::Json& plan) {
  const auto whole = [&](const char* key) {
    return static_cast<std::int64_t>(ctl::number(programme, key).value_or(0));
  };
  const auto phase_id = ctl::text(programme, "phase");
  title_->set_text(phase_name(plan, phase_id));
  auto state = tr_format("Day {} of {} in this phase, day {} in all.", whole("phase_day"),
                         whole("phase_days"), whole("day")) +
               " " +
               tr_count("{} session in the last 7 days.", "{} sessions in the last 7 days.",
                        static_cast<std::uint64_t>(whole("sessions_last_week")));
  if (ctl::flag(programme, "paused")) state += "\n" + guidance(daemon_.catalogue(), "high");
  on_hold_ = ctl::flag(programme, "on_hold");
  if (on_hold_)
    state +=
        "\n" + std::string(tr("It is on hold: no session is offered, and no day of it counts."));
  state_->set_text(state);
  // A plan of days cannot wait.
  hold_->set_visible(ctl::text(plan, "then") != "choose");
  label_button(*hold_, on_hold_ ? tr("_Go on with the plan") : tr("_Hold the plan"));
  session_->set_sensitive(!ctl::flag(programme, "done_today") && !on_hold_);
  label_button(*session_, ctl::flag(programme, "done_today") ? tr("Today's session is done")
                                                             : tr("St_art today's session"));
  std::string reminders;
  const auto& phase = entry_of(plan, "phases", phase_id);
  for (const auto& reminder : ctl::list(phase, "reminders"))
    reminders += (reminders.empty() ? "• " : "\n• ") + ctl::text(reminder, "text");
  // E6: what one may think of now; nothing else asks.
  for (const auto& question : ctl::texts(phase, "review"))
    reminders += (reminders.empty() ? "• " : "\n• ") + question;
  reminders_->set_text(reminders);
  reminders_->set_visible(!reminders.empty());
}

}  // namespace poised::window
