// SPDX-License-Identifier: MIT
#include "window/workstation_page.hpp"

#include <giomm/file.h>

#include "language/language.hpp"

namespace poised::window {

WorkstationPage::WorkstationPage(DaemonLink& daemon) : daemon_(daemon) {
  append(*make_title(tr("Workstation")));
  append(*make_text(
      tr("Look at it once, and again after a change. Your answers are not stored; you can save "
         "them as a page to hand in. It says nothing about your health.")));
  questions_box_ = make_column();
  append(*questions_box_);
  append(*make_row(
      {make_button(tr("S_ave as a page…"), [this] { save(); }), make_button(tr("_Copy"), [this] {
         get_clipboard()->set_text(page());
         done_->set_text(tr("Copied."));
         done_->set_visible(true);
       })}));
  done_ = make_text();
  done_->set_visible(false);
  append(*done_);
  append(*make_heading(tr("For the night")));
  sleep_ = make_text();
  append(*sleep_);
}

void WorkstationPage::fill() {
  const auto& catalogue = daemon_.catalogue();
  if (!questions_.empty() || !catalogue.is_object()) return;
  for (const auto& item : ctl::list(catalogue, "assessment")) {
    const auto ask = ctl::text(item, "ask");
    auto* advice = make_faint(ctl::text(item, "if_not"));
    advice->set_visible(false);
    const auto index = questions_.size();
    auto* answer = Gtk::make_managed<Choice>(
        std::vector<Choice::Option>{{"yes", tr("Yes"), tr_format("{} Yes", ask)},
                                    {"no", tr("No"), tr_format("{} No", ask)}},
        [this, index] {
          const auto& question = questions_[index];
          question.advice->set_visible(question.answer->chosen() == "no");
        });
    auto* words = make_text(ask);
    words->set_hexpand(true);
    questions_box_->append(*make_row({words, answer}));
    questions_box_->append(*advice);
    questions_.push_back({ask, ctl::text(item, "if_not"), answer, advice});
  }
  std::string tips;
  for (const auto& tip : ctl::list(catalogue, "tips"))
    tips += (tips.empty() ? "• " : "\n• ") + ctl::text(tip, "text");
  sleep_->set_text(tips);
}

void WorkstationPage::refresh() {
  fill();
}

std::string WorkstationPage::page() const {
  std::string text = std::string(tr("Workstation assessment")) + "\n\n";
  for (const auto& question : questions_) {
    const auto& answer = question.answer->chosen();
    text += (answer == "yes" ? "[x] " : answer == "no" ? "[-] " : "[ ] ") + question.ask + "\n";
    if (answer == "no") text += "    " + question.if_not + "\n";
  }
  return text;
}

void WorkstationPage::save() {
  auto* window = dynamic_cast<Gtk::Window*>(get_root());
  chooser_ = Gtk::FileChooserNative::create(
      tr("Save the page"), *window, Gtk::FileChooser::Action::SAVE, tr("_Save"), tr("_Cancel"));
  chooser_->set_current_name(tr("workstation.txt"));
  chooser_->signal_response().connect([this](int response) {
    if (response != Gtk::ResponseType::ACCEPT) return;
    const auto file = chooser_->get_file();
    try {
      std::string etag;
      file->replace_contents(page(), {}, etag);
      done_->set_text(tr_format("Saved as {}.", file->get_parse_name().raw()));
    } catch (const Glib::Error& error) {
      done_->set_text(tr_format("Not saved: {}.", std::string(error.what())));
    }
    done_->set_visible(true);
  });
  chooser_->show();
}

}  // namespace poised::window
