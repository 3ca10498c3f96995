// SPDX-License-Identifier: MIT
#pragma once

#include <gtkmm/drawingarea.h>

#include <string>
#include <vector>

#include "window/drawing.hpp"

namespace poised::window {

/// Somebody who does an exercise, moving from one position into the next; at once where the desktop
/// wants no animation. In the colours of the theme.
class Figure : public Gtk::DrawingArea {
 public:
  Figure();

  /// The pictures of an exercise: PNG files, beside each of which lie the strokes it is made of.
  /// `texts` says for each what it shows.
  void set_pictures(const std::vector<std::string>& files, const std::vector<std::string>& texts);
  /// Moves to the picture `number`, from 1, in `seconds`.
  void show(std::size_t number, double seconds);

 private:
  void draw(const Cairo::RefPtr<Cairo::Context>& cairo, int width, int height);
  bool move(const Glib::RefPtr<Gdk::FrameClock>& clock);
  Palette palette() const;

  std::vector<std::string> files_, texts_;
  std::vector<Strokes> frames_;
  std::size_t from_ = 0, to_ = 0;
  double progress_ = 1, seconds_ = 1;
  gint64 began_ = 0;
  guint ticks_ = 0;
};

/// How much of a cue is left, as a ring around the seconds.
class Ring : public Gtk::DrawingArea {
 public:
  Ring();
  /// `left` seconds of `whole`.
  void show(double left, double whole);

 private:
  void draw(const Cairo::RefPtr<Cairo::Context>& cairo, int width, int height);

  double left_ = 0, whole_ = 1;
};

/// Whether the desktop wants things to move.
bool may_move(const Gtk::Widget& widget);

}  // namespace poised::window
