// SPDX-License-Identifier: MIT
#include "window/main_window.hpp"

#include <glibmm/main.h>
#include <gtkmm.h>

#include "language/language.hpp"
#include "window/guide_page.hpp"
#include "window/privacy_page.hpp"
#include "window/programme_page.hpp"
#include "window/settings_page.hpp"
#include "window/signs.hpp"
#include "window/today_page.hpp"
#include "window/workstation_page.hpp"

namespace poised::window {
namespace {

// What is said in minutes is looked at again as often.
constexpr unsigned again_after_s = 30;

}  // namespace

MainWindow::MainWindow(DaemonLink& daemon) : daemon_(daemon) {
  set_title("Poised");
  set_default_size(940, 680);

  auto* whole = Gtk::make_managed<Gtk::Box>(Gtk::Orientation::HORIZONTAL);
  navigation_ = make_column(2);
  navigation_->set_margin(12);
  whole->append(*navigation_);
  whole->append(*Gtk::make_managed<Gtk::Separator>(Gtk::Orientation::VERTICAL));

  auto* right = make_column(0);
  message_ = make_text();
  message_->set_margin(12);
  message_->set_visible(false);
  right->append(*message_);
  area_ = make_column(0);
  right->append(*area_);
  whole->append(*right);
  set_child(*whole);

  add_page("today", tr("_Today"), Gtk::make_managed<TodayPage>(daemon_, [this] { guide_break(); }));
  guide_ = Gtk::make_managed<GuidePage>(daemon_, [this](const std::string& id) { show_page(id); });
  add_page("guide", tr("_Exercises"), guide_);
  add_page(
      "programme", tr("_Programme"),
      Gtk::make_managed<ProgrammePage>(
          daemon_, [this] { guide_break(); }, [this](const std::string& id) { show_page(id); }));
  add_page("workstation", tr("_Workstation"), Gtk::make_managed<WorkstationPage>(daemon_));
  add_page("signs", tr("Something _feels wrong"), Gtk::make_managed<SignsPage>(daemon_));
  add_page("settings", tr("_Settings"), Gtk::make_managed<SettingsPage>(daemon_));
  add_page("privacy", tr("Pri_vacy"), Gtk::make_managed<PrivacyPage>(daemon_));
  show_page("today");

  daemon_.changed.connect([this] {
    say({});
    refresh();
  });
  daemon_.refused.connect([this](const std::string& line) { say(line); });
  Glib::signal_timeout().connect_seconds(
      [this] {
        if (is_active()) refresh();
        return true;
      },
      again_after_s);
}

void MainWindow::add_page(const std::string& id, const std::string& title, Page* page) {
  auto* button = Gtk::make_managed<Gtk::ToggleButton>();
  label_button(*button, title);
  button->add_css_class("flat");
  button->get_child()->set_halign(Gtk::Align::START);
  if (!pages_.empty()) button->set_group(*pages_.begin()->second.button);
  button->signal_toggled().connect([this, button, id] {
    if (button->get_active()) show_page(id);
  });
  navigation_->append(*button);

  page->set_margin(18);
  auto* place = Gtk::make_managed<Gtk::ScrolledWindow>();
  place->set_policy(Gtk::PolicyType::NEVER, Gtk::PolicyType::AUTOMATIC);
  place->set_child(*page);
  place->set_expand(true);
  place->set_visible(false);
  area_->append(*place);
  pages_[id] = {page, place, button};
}

void MainWindow::show_page(const std::string& id) {
  const auto found = pages_.find(id);
  if (found == pages_.end() || id == shown_) return;
  // Hidden, so that assistive technologies find the page that is seen and no other.
  if (!shown_.empty()) pages_.at(shown_).place->set_visible(false);
  shown_ = id;
  found->second.place->set_visible(true);
  found->second.button->set_active(true);
  if (daemon_.is_there()) found->second.page->refresh();
}

void MainWindow::guide(const ctl::Json& guide) {
  show_page("guide");
  guide_->begin(guide);
}

void MainWindow::guide_break() {
  show_page("guide");
  guide_->begin(std::string());
}

void MainWindow::refresh() {
  area_->set_sensitive(daemon_.is_there());
  if (daemon_.is_there())
    pages_.at(shown_).page->refresh();
  else
    say(
        tr("Poised is not running. Your administrator, or “systemctl --user start poised”, starts "
           "it."));
}

void MainWindow::say(const std::string& line) {
  message_->set_text(line);
  message_->set_visible(!line.empty());
}

}  // namespace poised::window
