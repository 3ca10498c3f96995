// SPDX-License-Identifier: MIT
#include "window/signs.hpp"

#include "language/language.hpp"

namespace poised::window {

std::string guidance(const ctl::Json& catalogue, const std::string& id) {
  return ctl::text(entry_of(catalogue, "guidance", id), "text");
}

void SignList::fill(const ctl::Json& catalogue,
                    const std::function<void(const std::string&)>& report) {
  if (filled_ || !catalogue.is_object()) return;
  filled_ = true;
  for (const char* level : {"emergency", "urgent", "doctor-first", "professional"}) {
    append(*make_heading(guidance(catalogue, std::string("level-") + level)));
    for (const auto& sign : ctl::list(catalogue, "warning_signs")) {
      if (ctl::text(sign, "level") != level) continue;
      const auto text = ctl::text(sign, "text"), id = ctl::text(sign, "id");
      auto* label = make_text(text);
      if (!report) {
        append(*label);
        continue;
      }
      auto* button = make_button(tr("This applies"), [report, id] { report(id); });
      button->set_valign(Gtk::Align::CENTER);
      name_widget(*button, tr_format("This applies: {}", text));
      label->set_hexpand(true);
      append(*make_row({label, button}));
    }
  }
}

SignsPage::SignsPage(DaemonLink& daemon) : daemon_(daemon) {
  append(*make_title(tr("Something feels wrong")));

  stopped_ = make_column();
  what_to_do_ = make_text();
  what_to_do_->add_css_class("title-4");
  stopped_->append(*what_to_do_);
  auto* cleared = make_button(tr("A professional said that I _can go on"),
                              [this] { daemon_.tell("SayCleared"); });
  stopped_->append(*make_row({cleared}));
  stopped_->set_visible(false);
  append(*stopped_);

  ask_ = make_column();
  ask_->append(*make_text(
      tr("If one of these applies to you, say so: stretches, plan and sit–stand changes stop at "
         "once. This is general information, not a diagnosis.")));
  signs_ = Gtk::make_managed<SignList>();
  ask_->append(*signs_);
  append(*ask_);
}

void SignsPage::refresh() {
  signs_->fill(daemon_.catalogue(), [this](const std::string& id) {
    daemon_.tell("ReportWarning", {DaemonLink::text(id)});
  });
  daemon_.ask("Programme", {}, [this](const ctl::Json& programme) { show(programme); });
}

void SignsPage::show(const ctl::Json& programme) {
  const bool stopped = ctl::flag(programme, "stopped");
  stopped_->set_visible(stopped);
  ask_->set_visible(!stopped);
  if (!stopped) return;
  const auto& catalogue = daemon_.catalogue();
  const auto level =
      ctl::text(entry_of(catalogue, "warning_signs", ctl::text(programme, "sign")), "level");
  auto text = guidance(catalogue, "level-" + (level.empty() ? "professional" : level));
  text += "\n\n" + guidance(catalogue, "stopped");
  what_to_do_->set_text(text);
}

}  // namespace poised::window
