// SPDX-License-Identifier: MIT
#include "window/guide_page.hpp"

#include <glibmm/main.h>

#include <algorithm>

#include "ctl/text.hpp"
#include "language/cue_place.hpp"
#include "language/language.hpp"

namespace poised::window {
namespace {

// How often the ring is drawn anew; slower where the desktop wants nothing to move.
constexpr unsigned moving_ms = 100, still_ms = 500;
// Figures move no slower than this, and are still for the rest of the step.
constexpr double longest_move_s = 1.5;
constexpr double part_of_step = 0.6;

std::string lines_of(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : "\n") + text;
  return out;
}

}  // namespace

GuidePage::GuidePage(DaemonLink& daemon, std::function<void(const std::string&)> go_to)
    : daemon_(daemon),
      go_to_(std::move(go_to)),
      chooser_(make_chooser()),
      guiding_(make_run()),
      end_(make_end()) {
  for (auto* part : {chooser_, guiding_, end_}) append(*part);
  show_part(Part::chooser);
}

void GuidePage::show_part(Part part) {
  chooser_->set_visible(part == Part::chooser);
  guiding_->set_visible(part == Part::run);
  end_->set_visible(part == Part::end);
}

// -------------------------------------------------------------------------------------- choosing

Gtk::Box* GuidePage::make_chooser() {
  auto* box = make_column();
  box->append(*make_title(tr("Exercises")));
  box->append(*make_text(
      tr("You are led through it step by step. What you cannot do here is replaced by what you "
         "can: see Settings.")));
  box->append(*make_heading(tr("Routines")));
  for (auto** grid : {&routines_, &exercises_}) {
    *grid = Gtk::make_managed<Gtk::Grid>();
    (*grid)->set_column_spacing(18);
    (*grid)->set_row_spacing(6);
  }
  box->append(*routines_);
  box->append(*make_heading(tr("Single exercises")));
  box->append(*exercises_);
  return box;
}

void GuidePage::add_choice(Gtk::Grid& grid, int line, const ctl::Json& entry) {
  const auto id = ctl::text(entry, "id"), name = ctl::text(entry, "name");
  auto* words = make_column(0);
  words->set_hexpand(true);
  words->append(*make_text(name));
  if (const auto summary = ctl::text(entry, "summary"); !summary.empty())
    words->append(*make_faint(summary));
  auto* start = make_button(tr("Begin"), [this, id] { begin(id); });
  start->set_valign(Gtk::Align::CENTER);
  name_widget(*start, tr_format("Begin: {}", name));
  auto* length =
      make_faint(ctl::spell_seconds(ctl::number(entry, "seconds").value_or(0), ctl::Round::up));
  grid.attach(*words, 0, line);
  grid.attach(*length, 1, line);
  grid.attach(*start, 2, line);
}

void GuidePage::fill_chooser() {
  const auto& catalogue = daemon_.catalogue();
  if (filled_ || !catalogue.is_object()) return;
  filled_ = true;
  int line = 0;
  for (const auto& routine : ctl::list(catalogue, "routines"))
    add_choice(*routines_, line++, routine);
  line = 0;
  for (const auto& exercise : ctl::list(catalogue, "exercises"))
    add_choice(*exercises_, line++, exercise);
}

void GuidePage::refresh() {
  fill_chooser();
  // A window that was opened for it may know what to do before it knows the catalogue.
  if (run_ && !run_->over() && !exercise_shown_) show_cue();
}

// ---------------------------------------------------------------------------------------- guiding

Gtk::Box* GuidePage::make_run() {
  auto* box = make_column(10);
  name_ = make_title({});
  place_ = make_faint();
  box->append(*name_);
  box->append(*place_);

  auto* middle = Gtk::make_managed<Gtk::Box>(Gtk::Orientation::HORIZONTAL, 24);
  figure_ = Gtk::make_managed<Figure>();
  middle->append(*figure_);
  auto* beside = make_column(16);
  beside->set_valign(Gtk::Align::CENTER);
  ring_ = Gtk::make_managed<Ring>();
  ring_->set_halign(Gtk::Align::START);
  step_ = make_text();
  step_->add_css_class("title-3");
  step_->set_width_chars(26);
  step_->set_max_width_chars(32);
  // The window stays as it is while texts of different lengths come and go.
  step_->set_lines(4);
  step_->set_yalign(0);
  beside->append(*ring_);
  beside->append(*step_);
  middle->append(*beside);
  box->append(*middle);

  pause_ = make_button(tr("Wa_it"), [this] { pause(!run_->paused()); });
  auto* hurts_button = make_button(tr("H_urts"), [this] { hurts(true); });
  hurts_button->add_css_class("destructive-action");
  sound_ = Gtk::make_managed<Gtk::ToggleButton>();
  label_button(*sound_, tr("S_ound"));
  sound_->set_active(true);
  box->append(*make_row({pause_,
                         make_button(tr("_Next"),
                                     [this] {
                                       run_->next();
                                       show_cue();
                                     }),
                         make_button(tr("Easie_r"), [this] { easier(); }), hurts_button,
                         make_button(tr("_Done"), [this] { finish(); }), sound_}));

  easier_ = make_text();
  easier_->add_css_class("title-4");
  easier_->set_visible(false);
  box->append(*easier_);

  hurts_ = make_column();
  hurts_->append(*make_heading(tr("Stop here. What now?")));
  hurts_rules_ = make_text();
  hurts_->append(*hurts_rules_);
  hurts_easier_ = make_button(tr("Go on, e_asier"), [this] {
    hurts(false);
    easier_->set_visible(true);
  });
  hurts_->append(*make_row({hurts_easier_,
                            make_button(tr("_Leave this exercise"),
                                        [this] {
                                          hurts(false);
                                          run_->leave_exercise();
                                          show_cue();
                                        }),
                            make_button(tr("Never s_how it again"), [this] { leave_out(); })}));
  hurts_->append(*make_row({make_button(tr("It _may be a warning sign…"),
                                        [this] {
                                          hurts(false);
                                          finish();
                                          go_to_("signs");
                                        }),
                            make_button(tr("_Break off"), [this] {
                              hurts(false);
                              finish();
                            })}));
  hurts_->set_visible(false);
  box->append(*hurts_);

  cautions_ = make_text();
  box->append(*cautions_);
  rules_ = make_faint();
  box->append(*rules_);
  source_ = make_faint();
  box->append(*source_);
  return box;
}

Gtk::Box* GuidePage::make_end() {
  auto* box = make_column(12);
  box->append(*make_title(tr("Well done.")));
  again_ = make_button(tr("_Choose something else"), [this] { show_part(Part::chooser); });
  box->append(*make_row({make_button(tr("_Back to today"),
                                     [this] {
                                       show_part(Part::chooser);
                                       go_to_("today");
                                     }),
                         again_}));
  return box;
}

void GuidePage::begin(const std::string& what) {
  daemon_.ask("Guide", {DaemonLink::text(what), DaemonLink::text(daemon_.language())},
              [this](const ctl::Json& guide) { begin(guide); });
}

void GuidePage::begin(const ctl::Json& guide) {
  run_.emplace(cues_of(guide));
  of_break_ = ctl::text(guide, "what").empty();
  sound_->set_active(ctl::flag(guide, "sounds"));
  // What has no exercises has its own name alone.
  name_->set_text(ctl::text(guide, "title"));
  exercise_shown_ = false;
  hurts(false);
  show_part(Part::run);
  ticking_.disconnect();
  last_tick_ = g_get_monotonic_time();
  ticking_ = Glib::signal_timeout().connect(
      [this] {
        tick();
        return true;
      },
      may_move(*this) ? moving_ms : still_ms);
  pause_->grab_focus();
  show_cue();
}

void GuidePage::tick() {
  constexpr double microseconds = 1e6;
  const auto now = g_get_monotonic_time();
  const Seconds passed(static_cast<double>(now - std::exchange(last_tick_, now)) / microseconds);
  if (run_->pass(passed))
    show_cue();
  else
    show_time();
}

void GuidePage::show_time() {
  if (run_->over()) return;
  ring_->show(run_->left().count(), run_->cue().length.count());
}

void GuidePage::show_cue() {
  if (run_->over()) return finish();
  const auto& cue = run_->cue();
  if (!exercise_shown_ || cue.exercise != exercise_) show_exercise(cue.exercise);
  auto place =
      place_text({cue.set, cue.sets, cue.repetition, cue.repetitions, cue.side, cue.variant});
  if (run_->exercises() > 1) {
    const auto which = tr_format("exercise {} of {}", run_->exercise(), run_->exercises());
    place = place.empty() ? which : which + ", " + place;
  }
  place_->set_text(place);
  const bool rests = cue.kind == "rest", changes = cue.kind == "change-over";
  step_->set_text(rests     ? tr("Rest, and breathe.")
                  : changes ? tr_format("Get ready: {}", cue.text)
                            : cue.text);
  name_widget(*ring_, tr_format("{} seconds", static_cast<int>(cue.length.count())));
  figure_->show(cue.picture, std::min(cue.length.count() * part_of_step, longest_move_s));
  if (cue.easier) easier_->set_visible(true);
  // Who lies on the floor does not look at the screen.
  const bool turns = rests || changes || (cue.side > 0 && cue.repetition <= 1);
  sound(turns ? sound::Cue::side : sound::Cue::step);
  show_time();
}

void GuidePage::sound(sound::Cue cue) {
  if (!sound_->get_active() || cues_.play(cue)) return;
  // Nothing plays sounds here: what the desktop has for a bell, but not at every step.
  if (cue != sound::Cue::step) get_display()->beep();
}

void GuidePage::show_exercise(const std::string& id) {
  exercise_ = id;
  exercise_shown_ = daemon_.catalogue().is_object();
  const auto& exercise = entry_of(daemon_.catalogue(), "exercises", id);
  if (const auto name = ctl::text(exercise, "name"); !name.empty()) name_->set_text(name);
  std::vector<std::string> files, texts;
  for (const auto& picture : ctl::list(exercise, "pictures")) {
    files.push_back(ctl::text(picture, "png"));
    texts.push_back(ctl::text(picture, "alt"));
  }
  figure_->set_visible(!files.empty());
  figure_->set_pictures(files, texts);
  const auto easier = ctl::text(exercise, "easier");
  easier_->set_text(easier.empty() ? tr("Smaller, slower, or fewer.") : easier);
  easier_->set_visible(false);
  const auto cautions = lines_of(ctl::texts(exercise, "cautions"));
  cautions_->set_text(cautions);
  cautions_->set_visible(!cautions.empty());
  std::vector<std::string> rules;
  for (const auto& rule : ctl::list(daemon_.catalogue(), "guidance"))
    if (ctl::text(rule, "kind") == "stop-rule") rules.push_back(ctl::text(rule, "text"));
  rules_->set_text(lines_of(rules));
  hurts_rules_->set_text(lines_of(rules));
  const auto& evidence = ctl::field(exercise, "evidence");
  const auto note = ctl::text(evidence, "note");
  source_->set_text(tr_format("Evidence {}: {}", ctl::text(evidence, "grade"), note));
  source_->set_visible(!note.empty());
}

void GuidePage::pause(bool paused) {
  run_->pause(paused);
  label_button(*pause_, paused ? tr("_Go on") : tr("Wa_it"));
}

void GuidePage::easier() {
  easier_->set_visible(true);
}

void GuidePage::hurts(bool open) {
  hurts_->set_visible(open);
  rules_->set_visible(!open);  // the panel has them
  pause(open);
  // Where nothing of health is kept it says no, and that is no matter here.
  if (open && !exercise_.empty())
    daemon_.tell("SayHurts", {DaemonLink::text(exercise_)}, {}, [](const std::string&) {});
  if (open) hurts_easier_->grab_focus();
}

void GuidePage::leave_out() {
  const auto id = exercise_;
  daemon_.ask("Settings", {}, [this, id](const ctl::Json& settings) {
    auto ids = ctl::texts(ctl::field(settings, "programme.leave_out"), "value");
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    daemon_.set("programme.leave_out", ids);
  });
  hurts(false);
  run_->leave_exercise();
  show_cue();
}

void GuidePage::finish() {
  ticking_.disconnect();
  sound(sound::Cue::end);
  if (of_break_)
    daemon_.ask("GetStatus", {}, [this](const ctl::Json& status) {
      // It may have ended meanwhile by its own time.
      if (ctl::flag(ctl::field(status, "prompt"), "running"))
        daemon_.tell("Answer", {DaemonLink::prompt_id(0), DaemonLink::text("done")});
    });
  run_->end();
  of_break_ = false;
  show_part(Part::end);
  again_->grab_focus();
}

}  // namespace poised::window
