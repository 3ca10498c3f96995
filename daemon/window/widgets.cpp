// SPDX-License-Identifier: MIT
#include "window/widgets.hpp"

#include <algorithm>
#include <chrono>

#include "language/language.hpp"

namespace poised::window {
namespace {

Gtk::Label* make_label(const std::string& text, const char* css_class) {
  auto* label = Gtk::make_managed<Gtk::Label>(text);
  label->set_xalign(0);
  label->set_wrap(true);
  label->set_wrap_mode(Pango::WrapMode::WORD_CHAR);
  // A long text breaks its lines instead of widening the window.
  label->set_max_width_chars(72);
  if (*css_class != '\0') label->add_css_class(css_class);
  return label;
}

}  // namespace

Gtk::Label* make_title(const std::string& text) {
  return make_label(text, "title-1");
}
Gtk::Label* make_heading(const std::string& text) {
  auto* label = make_label(text, "title-4");
  label->set_margin_top(12);
  return label;
}
Gtk::Label* make_text(const std::string& text) {
  return make_label(text, "");
}
Gtk::Label* make_faint(const std::string& text) {
  return make_label(text, "dim-label");
}

Gtk::Button* make_button(const std::string& text, const std::function<void()>& clicked) {
  auto* button = Gtk::make_managed<Gtk::Button>();
  label_button(*button, text);
  button->signal_clicked().connect(clicked);
  return button;
}

void label_button(Gtk::Button& button, const std::string& text, const std::string& name) {
  auto* label = Gtk::make_managed<Gtk::Label>(text, true);
  // Not by the button's own label, which assistive technologies would read beside the name.
  button.set_child(*label);
  button.add_css_class("text-button");
  name_widget(button, name.empty() ? without_mnemonic(text) : name);
}

Gtk::Box* make_column(int spacing) {
  return Gtk::make_managed<Gtk::Box>(Gtk::Orientation::VERTICAL, spacing);
}

Gtk::Box* make_row(const std::vector<Gtk::Widget*>& widgets) {
  auto* row = Gtk::make_managed<Gtk::Box>(Gtk::Orientation::HORIZONTAL, 6);
  for (auto* widget : widgets) row->append(*widget);
  return row;
}

void name_widget(Gtk::Widget& widget, const std::string& name) {
  gtk_accessible_update_property(GTK_ACCESSIBLE(widget.gobj()), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                 name.c_str(), -1);
}

std::string without_mnemonic(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c != '_') out += c;
  return out;
}

void remove_children(Gtk::Box& box) {
  while (auto* child = box.get_first_child()) box.remove(*child);
}

Choice::Choice(const std::vector<Option>& options, std::function<void()> chosen)
    : Gtk::Box(Gtk::Orientation::HORIZONTAL), on_chosen_(std::move(chosen)) {
  add_css_class("linked");
  for (const auto& option : options) {
    auto* button = Gtk::make_managed<Gtk::ToggleButton>();
    label_button(*button, option.label, option.name);
    const auto index = ids_.size();
    button->signal_toggled().connect([this, index] { take(index); });
    ids_.push_back(option.id);
    buttons_.push_back(button);
    append(*button);
  }
}

void Choice::take(std::size_t index) {
  if (showing_) return;
  show(ids_[index]);
  if (on_chosen_) on_chosen_();
}

void Choice::show(const std::string& id) {
  showing_ = true;
  chosen_ = id;
  for (std::size_t i = 0; i < ids_.size(); ++i) buttons_[i]->set_active(ids_[i] == id);
  showing_ = false;
}

void Choice::allow(bool allowed) {
  for (auto* button : buttons_) button->set_sensitive(allowed);
}

Several::Several(const std::string& name, const std::vector<Choice::Option>& options,
                 std::function<void()> changed) {
  set_selection_mode(Gtk::SelectionMode::NONE);
  set_max_children_per_line(4);
  set_column_spacing(4);
  set_row_spacing(4);
  name_widget(*this, name);
  for (const auto& option : options) {
    auto* button = Gtk::make_managed<Gtk::ToggleButton>();
    label_button(*button, option.label, option.name);
    button->signal_toggled().connect([this, changed] {
      if (!showing_) changed();
    });
    ids_.push_back(option.id);
    buttons_.push_back(button);
    // The button takes the focus, not the box that is put around it.
    auto* child = Gtk::make_managed<Gtk::FlowBoxChild>();
    child->set_focusable(false);
    child->set_child(*button);
    name_widget(*child, without_mnemonic(option.label));
    append(*child);
  }
}

std::vector<std::string> Several::chosen() const {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < ids_.size(); ++i)
    if (buttons_[i]->get_active()) ids.push_back(ids_[i]);
  return ids;
}

void Several::show(const std::vector<std::string>& ids) {
  showing_ = true;
  for (std::size_t i = 0; i < ids_.size(); ++i)
    buttons_[i]->set_active(std::ranges::find(ids, ids_[i]) != ids.end());
  showing_ = false;
}

void Several::allow(bool allowed) {
  for (auto* button : buttons_) button->set_sensitive(allowed);
}

Confirmed::Confirmed(const std::string& ask, const std::string& consequence, const std::string& yes,
                     std::function<void()> confirmed)
    : Gtk::Box(Gtk::Orientation::VERTICAL, 6),
      ask_(make_button(ask, [this] { open(true); })),
      sure_(make_column(6)) {
  ask_->set_halign(Gtk::Align::START);
  append(*ask_);
  sure_->append(*make_text(consequence));
  auto* really = make_button(yes, [this, confirmed = std::move(confirmed)] {
    open(false);
    confirmed();
  });
  really->add_css_class("destructive-action");
  no_ = make_button(tr("_No, keep it"), [this] { open(false); });
  sure_->append(*make_row({really, no_}));
  sure_->set_visible(false);
  append(*sure_);
}

void Confirmed::open(bool opened) {
  ask_->set_visible(!opened);
  sure_->set_visible(opened);
  // The harmless answer is the one that Return gives.
  opened ? no_->grab_focus() : ask_->grab_focus();
}

const ctl::Json& entry_of(const ctl::Json& json, const char* key, const std::string& id) {
  static const ctl::Json none;
  for (const auto& entry : ctl::list(json, key))
    if (ctl::text(entry, "id") == id) return entry;
  return none;
}

std::int64_t utc_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace poised::window
