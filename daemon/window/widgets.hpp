// SPDX-License-Identifier: MIT
#pragma once

#include <gtkmm.h>

#include <functional>
#include <string>
#include <vector>

#include "ctl/json.hpp"

// What every page is made of. Texts of buttons hold their mnemonic as an underscore; each widget
// that can be used says to assistive technologies what it is.
namespace poised::window {

Gtk::Label* make_title(const std::string& text);
Gtk::Label* make_heading(const std::string& text);
Gtk::Label* make_text(const std::string& text = {});
Gtk::Label* make_faint(const std::string& text = {});

/// Runs `clicked` when it is used, however.
Gtk::Button* make_button(const std::string& text, const std::function<void()>& clicked);
/// `name`: what assistive technologies read; empty = the text.
void label_button(Gtk::Button& button, const std::string& text, const std::string& name = {});
Gtk::Box* make_column(int spacing = 8);
Gtk::Box* make_row(const std::vector<Gtk::Widget*>& widgets);

/// The name that assistive technologies read instead of the text that is seen.
void name_widget(Gtk::Widget& widget, const std::string& name);

/// "Pause" of "_Pause".
std::string without_mnemonic(const std::string& text);

void remove_children(Gtk::Box& box);

/// One of several, as buttons that stay down.
class Choice : public Gtk::Box {
 public:
  struct Option {
    std::string id;
    std::string label;
    std::string name;  ///< for assistive technologies; empty = the label
  };
  explicit Choice(const std::vector<Option>& options, std::function<void()> chosen = {});

  /// Empty: none yet.
  const std::string& chosen() const { return chosen_; }
  /// Shows it as chosen, without calling back.
  void show(const std::string& id);
  void clear() { show({}); }
  /// Of each button: assistive technologies are told nothing of the whole being insensitive.
  void allow(bool allowed);

 private:
  void take(std::size_t index);

  std::vector<std::string> ids_;
  std::vector<Gtk::ToggleButton*> buttons_;
  std::string chosen_;
  std::function<void()> on_chosen_;
  bool showing_ = false;
};

/// Any of several.
class Several : public Gtk::FlowBox {
 public:
  /// `name`: of the whole, for assistive technologies.
  Several(const std::string& name, const std::vector<Choice::Option>& options,
          std::function<void()> changed);

  std::vector<std::string> chosen() const;
  /// Shows them as chosen, without calling back.
  void show(const std::vector<std::string>& ids);
  /// As of a Choice.
  void allow(bool allowed);

 private:
  std::vector<std::string> ids_;
  std::vector<Gtk::ToggleButton*> buttons_;
  bool showing_ = false;
};

/// A button that asks once more before it does what cannot be undone.
class Confirmed : public Gtk::Box {
 public:
  Confirmed(const std::string& ask, const std::string& consequence, const std::string& yes,
            std::function<void()> confirmed);

 private:
  void open(bool opened);

  Gtk::Button* ask_;
  Gtk::Box* sure_;
  Gtk::Button* no_ = nullptr;
};

/// The element of the list `key` whose "id" is `id`; null if there is none.
const ctl::Json& entry_of(const ctl::Json& json, const char* key, const std::string& id);

/// What holds now: seconds since 1970.
std::int64_t utc_now();

}  // namespace poised::window
