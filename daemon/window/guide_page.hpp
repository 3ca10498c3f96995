// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "sound/cues.hpp"
#include "window/daemon_link.hpp"
#include "window/figure.hpp"
#include "window/guide_run.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// What there is to do, and being led through it.
class GuidePage : public Page {
 public:
  /// `go_to` another page, by its id.
  GuidePage(DaemonLink& daemon, std::function<void(const std::string&)> go_to);
  void refresh() override;

  /// Leads through a routine or an exercise, or with "" through the break that runs.
  void begin(const std::string& what);
  /// Leads through what the daemon's Guide has said.
  void begin(const ctl::Json& guide);

 private:
  enum class Part : std::uint8_t { chooser, run, end };
  void show_part(Part part);
  Gtk::Box* make_chooser();
  Gtk::Box* make_run();
  Gtk::Box* make_end();
  void fill_chooser();
  void add_choice(Gtk::Grid& grid, int line, const ctl::Json& entry);

  void tick();
  void sound(sound::Cue cue);
  void show_cue();
  void show_time();
  void show_exercise(const std::string& id);
  void pause(bool paused);
  void easier();
  void hurts(bool open);
  void leave_out();
  void finish();

  DaemonLink& daemon_;
  std::function<void(const std::string&)> go_to_;
  std::optional<GuideRun> run_;
  bool of_break_ = false;
  std::string exercise_;
  bool exercise_shown_ = false;  ///< with what the catalogue says of it
  gint64 last_tick_ = 0;
  sigc::connection ticking_;

  Gtk::Box* chooser_;
  Gtk::Grid* routines_;
  Gtk::Grid* exercises_;
  bool filled_ = false;

  Gtk::Box* guiding_;
  Gtk::Label* name_;
  Gtk::Label* place_;
  Figure* figure_;
  Ring* ring_;
  Gtk::Label* step_;
  Gtk::Button* pause_;
  Gtk::Label* easier_;
  Gtk::Box* hurts_;
  Gtk::Label* hurts_rules_;
  Gtk::Button* hurts_easier_;
  Gtk::Label* cautions_;
  Gtk::Label* rules_;
  Gtk::Label* source_;
  Gtk::ToggleButton* sound_;
  sound::Cues cues_;

  Gtk::Box* end_;
  Gtk::Button* again_;
};

}  // namespace poised::window
