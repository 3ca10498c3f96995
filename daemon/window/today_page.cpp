// SPDX-License-Identifier: MIT
#include "window/today_page.hpp"

#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::window {
namespace {

constexpr std::int64_t hour = 3600;

std::string face(const ctl::Json& object, const char* key) {
  const auto instant = ctl::parse_instant(ctl::text(object, key));
  return instant < 0 ? std::string() : ctl::clock_face(instant, utc_now());
}

/// When a break comes, or what it waits for.
std::string when_text(const ctl::Json& item) {
  const auto state = ctl::text(item, "state");
  if (state == "open") return tr("offered now");
  if (state == "running") return tr("running now");
  const auto by = ctl::holds(ctl::texts(item, "held_by"));
  if (!by.empty()) {
    const auto until = face(item, "held_until");
    return until.empty() ? tr_format("waits: {}", by) : tr_format("waits until {}: {}", until, by);
  }
  if (state == "waiting") return tr("now, at the next pause in your typing");
  const auto at = face(item, "at");
  return at.empty() ? std::string() : tr_format("about {}", at);
}

}  // namespace

TodayPage::TodayPage(DaemonLink& daemon, std::function<void()> guide)
    : daemon_(daemon), guide_(std::move(guide)) {
  headline_ = make_title(tr("Today"));
  day_ = make_text();
  paused_ = make_text();
  append(*headline_);
  append(*day_);
  append(*paused_);

  prompt_ = make_column();
  prompt_title_ = make_heading({});
  prompt_->append(*prompt_title_);
  offered_ = make_row(
      {make_button(
           tr("St_art it"),
           [this] {
             daemon_.tell("Answer", {DaemonLink::prompt_id(0), DaemonLink::text("start")}, guide_);
           }),
       make_button(tr("_Later"), [this] { answer("snooze"); }),
       make_button(tr("S_kip it"), [this] { answer("skip"); })});
  prompt_->append(*offered_);
  running_ = make_row({make_button(tr("_Guide me through it"), guide_),
                       make_button(tr("It is d_one"), [this] { answer("done"); }),
                       make_button(tr("Stop _it"), [this] { answer("skip"); })});
  prompt_->append(*running_);
  prompt_->set_visible(false);
  append(*prompt_);

  append(*make_heading(tr("Next")));
  next_ = Gtk::make_managed<Gtk::Grid>();
  next_->set_column_spacing(18);
  next_->set_row_spacing(6);
  append(*next_);

  append(*make_heading(tr("Pause")));
  append(*make_faint(tr("Your time at the screen is counted all the same.")));
  resume_ = make_button(tr("_Resume"), [this] { daemon_.tell("Resume"); });
  append(*make_row(
      {make_button(tr("Pause for _1 hour"),
                   [this] { daemon_.tell("Pause", {DaemonLink::instant(utc_now() + hour)}); }),
       make_button(tr("Pause for the rest of the da_y"), [this] { daemon_.tell("QuietToday"); }),
       resume_}));

  posture_ = make_column();
  posture_->append(*make_heading(tr("Sitting and standing")));
  posture_text_ = make_text();
  posture_->append(*posture_text_);
  const auto say = [this](const char* posture) {
    return [this, posture] { daemon_.tell("Say", {DaemonLink::text(posture)}); };
  };
  posture_->append(*make_row({make_button(tr("I a_m sitting"), say("sitting")),
                              make_button(tr("I am standi_ng"), say("standing"))}));
  posture_->set_visible(false);
  append(*posture_);
}

void TodayPage::answer(const char* word) {
  daemon_.tell("Answer", {DaemonLink::prompt_id(0), DaemonLink::text(word)});
}

void TodayPage::refresh() {
  daemon_.ask("GetStatus", {}, [this](const ctl::Json& status) { show_status(status); });
  daemon_.ask("Next", {}, [this](const ctl::Json& next) { show_next(next); });
}

void TodayPage::show_status(const ctl::Json& status) {
  const auto spelled = [&](const char* key) {
    return ctl::spell_seconds(ctl::number(status, key).value_or(0), ctl::Round::down);
  };
  day_->set_text(tr_format("At the screen for {} today, {} in one go.", spelled("today_s"),
                           spelled("session_s")));
  std::string pauses;
  for (const auto& pause : ctl::list(status, "paused")) {
    const auto until = face(pause, "until");
    const auto reason = ctl::text(pause, "reason");
    if (!pauses.empty()) pauses += '\n';
    pauses += until.empty() ? tr("Paused until you resume.") : tr_format("Paused until {}.", until);
    if (reason != "person") pauses += " (" + reason + ")";
  }
  paused_->set_text(pauses);
  paused_->set_visible(!pauses.empty());
  resume_->set_sensitive(!pauses.empty());
  show_prompt(ctl::field(status, "prompt"));

  posture_->set_visible(ctl::flag(status, "stand_enabled"));
  const auto posture = ctl::text(status, "posture");
  posture_text_->set_text(
      posture == "standing"  ? tr_format("Standing for {}.", spelled("posture_s"))
      : posture == "sitting" ? tr_format("Sitting for {}.", spelled("posture_s"))
                             : tr("It is not known whether you sit or stand."));
}

void TodayPage::show_prompt(const ctl::Json& prompt) {
  prompt_->set_visible(prompt.is_object());
  if (!prompt.is_object()) return;
  const bool runs = ctl::flag(prompt, "running");
  const auto name = ctl::name_of_prompt(prompt);
  prompt_title_->set_text(runs ? tr_format("Running now: {}", name)
                               : tr_format("Offered now: {}", name));
  offered_->set_visible(!runs);
  running_->set_visible(runs);
}

TodayPage::Row& TodayPage::row_of(const std::string& id) {
  const auto known = rows_.find(id);
  if (known != rows_.end()) return known->second;
  Row row{make_text(), make_faint(), make_button(tr("Start now"), [this, id] {
            daemon_.tell("Take", {DaemonLink::text(id)}, guide_);
          })};
  row.when->set_hexpand(true);
  const int line = static_cast<int>(rows_.size());
  next_->attach(*row.title, 0, line);
  next_->attach(*row.when, 1, line);
  next_->attach(*row.start, 2, line);
  return rows_.emplace(id, row).first->second;
}

void TodayPage::show_next(const ctl::Json& next) {
  for (auto& [id, row] : rows_)
    for (Gtk::Widget* widget :
         {static_cast<Gtk::Widget*>(row.title), static_cast<Gtk::Widget*>(row.when),
          static_cast<Gtk::Widget*>(row.start)})
      widget->set_visible(!entry_of(next, "next", id).is_null());
  std::string first;
  for (const auto& item : ctl::list(next, "next")) {
    const auto id = ctl::text(item, "id");
    const auto name = ctl::break_title(id);
    auto& row = row_of(id);
    row.title->set_text(name);
    row.when->set_text(when_text(item));
    // Nobody starts a limit.
    row.start->set_visible(id != "daily-limit" && ctl::text(item, "state") != "running");
    name_widget(*row.start, tr_format("Start now: {}", name));
    const auto at = face(item, "at");
    if (first.empty() && !at.empty()) first = tr_format("{} at about {}", name, at);
  }
  headline_->set_text(first.empty() ? tr("Today") : first);
}

}  // namespace poised::window
