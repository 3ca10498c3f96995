// SPDX-License-Identifier: MIT
#include "window/settings_page.hpp"

#include <algorithm>

#include "language/language.hpp"

namespace poised::window {
namespace {

constexpr const char* leave_out = "programme.leave_out";

}  // namespace

SettingsPage::SettingsPage(DaemonLink& daemon) : daemon_(daemon) {
  append(*make_title(tr("Settings")));
}

void SettingsPage::add_heading(const std::string& key, const std::string& title,
                               const std::string& what) {
  append(*make_heading(title));
  append(*make_faint(what));
  auto* lock = make_text();
  lock->set_visible(false);
  append(*lock);
  locks_[key] = lock;
}

void SettingsPage::add_choice(const std::string& key, const std::string& title,
                              const std::string& what, const std::vector<Choice::Option>& options) {
  add_heading(key, title, what);
  auto* choice = Gtk::make_managed<Choice>(
      options, [this, key] { daemon_.set(key, choices_.at(key)->chosen()); });
  append(*choice);
  choices_[key] = choice;
}

void SettingsPage::add_several(const std::string& key, const std::string& title,
                               const std::string& what, const char* entries) {
  add_heading(key, title, what);
  std::vector<Choice::Option> options;
  for (const auto& entry : ctl::list(daemon_.catalogue(), entries))
    options.push_back({ctl::text(entry, "id"), ctl::text(entry, "name"), {}});
  auto* several = Gtk::make_managed<Several>(title, options, [this, key] {
    auto chosen = severals_.at(key)->chosen();
    if (key == leave_out)
      chosen.insert(chosen.end(), other_left_out_.begin(), other_left_out_.end());
    daemon_.set(key, chosen);
  });
  append(*several);
  severals_[key] = several;
}

void SettingsPage::fill() {
  if (!choices_.empty() || !daemon_.catalogue().is_object()) return;
  add_choice(
      "stand.enabled", tr("Sitting and standing"),
      tr("Whether you are asked now and then to change between sitting and standing."),
      {{"true", tr("Yes, I have such a desk"), tr("Sitting and standing: yes")},
       {"false", tr("No"), tr("Sitting and standing: no")},
       {"auto", tr("Only if a desk is found"), tr("Sitting and standing: if a desk is found")}});
  add_several("programme.places", tr("Where you can exercise"),
              tr("Nothing on the floor is offered unless you say that there is room."), "places");
  add_several("programme.equipment", tr("What you have"),
              tr("What needs anything else is replaced by something that does not."), "equipment");
  add_several(leave_out, tr("What to leave out"),
              tr("Positions, not reasons: nothing else about your health is stored."), "positions");
  add_choice("programme.health_questions", tr("The week's questions"),
             tr("Without them there are no plans that ask them; their answers, and what hurt, are "
                "not kept."),
             {{"true", tr("Ask"), tr("The week's questions: ask")},
              {"false", tr("Do not ask"), tr("The week's questions: do not ask")}});
}

void SettingsPage::refresh() {
  fill();
  daemon_.ask("GetStatus", {}, [this](const ctl::Json& status) {
    const auto managed_by = ctl::text(status, "managed_by");
    daemon_.ask("Settings", {},
                [this, managed_by](const ctl::Json& settings) { show(settings, managed_by); });
  });
}

void SettingsPage::show(const ctl::Json& settings, const std::string& managed_by) {
  const auto reason = managed_by.empty()
                          ? std::string(tr("Set by your organisation: it cannot be changed here."))
                          : tr_format("Set by {}: it cannot be changed here.", managed_by);
  const auto look = [&](const std::string& key, auto& choice) -> const ctl::Json& {
    const auto& entry = ctl::field(settings, key.c_str());
    const bool locked = ctl::flag(entry, "locked");
    choice.allow(!locked);
    locks_.at(key)->set_text(reason);
    locks_.at(key)->set_visible(locked);
    return entry;
  };
  for (const auto& [key, choice] : choices_) {
    const auto& value = ctl::field(look(key, *choice), "value");
    choice->show(value.is_string() ? value.get<std::string>() : value.dump());
  }
  for (const auto& [key, several] : severals_) {
    const auto ids = ctl::texts(look(key, *several), "value");
    several->show(ids);
    if (key != leave_out) continue;
    const auto known = several->chosen();
    other_left_out_.clear();
    for (const auto& id : ids)
      if (std::ranges::find(known, id) == known.end()) other_left_out_.push_back(id);
  }
}

}  // namespace poised::window
