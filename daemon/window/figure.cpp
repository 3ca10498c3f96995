// SPDX-License-Identifier: MIT
#include "window/figure.hpp"

#include <cairomm/surface.h>
#include <glibmm/miscutils.h>
#include <gtkmm.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>

#include "window/widgets.hpp"

namespace poised::window {
namespace {

constexpr int figure_pixels = 300;
constexpr int ring_pixels = 120;

/// The strokes of "…/cat-cow-1.png": "…/cat-cow.json".
std::string strokes_file(const std::string& picture) {
  const auto dash = picture.rfind('-');
  return dash == std::string::npos ? std::string() : picture.substr(0, dash) + ".json";
}

/// A colour of the theme, or what it has for text where it has none of that name.
Gdk::RGBA theme_colour(const Gtk::Widget& widget, const char* name) {
  auto context = const_cast<Gtk::Widget&>(widget).get_style_context();
  Gdk::RGBA colour;
  return context->lookup_color(name, colour) ? colour : context->get_color();
}

Gdk::RGBA blend(const Gdk::RGBA& a, const Gdk::RGBA& b, float part) {
  const auto mixed = [part](float from, float to) { return from + (to - from) * part; };
  return Gdk::RGBA(mixed(a.get_red(), b.get_red()), mixed(a.get_green(), b.get_green()),
                   mixed(a.get_blue(), b.get_blue()));
}

}  // namespace

bool may_move(const Gtk::Widget& widget) {
  return const_cast<Gtk::Widget&>(widget).get_settings()->property_gtk_enable_animations();
}

Figure::Figure() : Glib::ObjectBase("PoisedFigure"), Gtk::DrawingArea() {
  // GTK 4.18 gives what is no more than an area no name for assistive technologies.
  g_object_set(gobj(), "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, nullptr);
  set_content_width(figure_pixels);
  set_content_height(figure_pixels);
  set_draw_func([this](const auto& cairo, int width, int height) { draw(cairo, width, height); });
}

void Figure::set_pictures(const std::vector<std::string>& files,
                          const std::vector<std::string>& texts) {
  files_ = files;
  texts_ = texts;
  frames_.clear();
  if (!files_.empty()) {
    std::ifstream file(strokes_file(files_.front()));
    frames_ = strokes_of(ctl::Json::parse(file, nullptr, false));
  }
  // Somebody's own pictures may have no strokes: then they are shown as they are.
  if (frames_.size() < files_.size()) frames_.clear();
  from_ = to_ = 0;
  progress_ = 1;
  show(1, 0);
}

void Figure::show(std::size_t number, double seconds) {
  const auto index =
      std::clamp<std::size_t>(number, 1, std::max<std::size_t>(files_.size(), 1)) - 1;
  if (index < texts_.size()) name_widget(*this, texts_[index]);
  if (index == to_ && progress_ >= 1) {
    queue_draw();
    return;
  }
  from_ = to_;
  to_ = index;
  if (seconds <= 0 || frames_.empty() || !may_move(*this)) {
    progress_ = 1;
    queue_draw();
    return;
  }
  seconds_ = seconds;
  progress_ = 0;
  began_ = 0;
  if (ticks_ == 0)
    ticks_ = add_tick_callback(
        [this](const Glib::RefPtr<Gdk::FrameClock>& clock) { return move(clock); });
}

bool Figure::move(const Glib::RefPtr<Gdk::FrameClock>& clock) {
  constexpr double microseconds = 1e6;
  if (began_ == 0) began_ = clock->get_frame_time();
  progress_ = std::min(
      static_cast<double>(clock->get_frame_time() - began_) / microseconds / seconds_, 1.0);
  queue_draw();
  if (progress_ < 1) return true;
  ticks_ = 0;
  return false;
}

Palette Figure::palette() const {
  const auto text = const_cast<Figure*>(this)->get_style_context()->get_color();
  const auto paper = theme_colour(*this, "theme_bg_color");
  return {{"near", text},
          {"far", blend(text, paper, 0.45F)},
          {"prop", blend(text, paper, 0.6F)},
          {"light", blend(text, paper, 0.85F)},
          {"tool", blend(theme_colour(*this, "theme_selected_bg_color"), paper, 0.25F)},
          {"move", theme_colour(*this, "theme_selected_bg_color")},
          {"paper", paper}};
}

void Figure::draw(const Cairo::RefPtr<Cairo::Context>& cairo, int width, int height) {
  const double side = std::min(width, height);
  cairo->translate((width - side) / 2, (height - side) / 2);
  if (!frames_.empty()) {
    cairo->scale(side / figure_size, side / figure_size);
    // Slow at both ends, as people move.
    const double eased = (1 - std::cos(progress_ * std::numbers::pi)) / 2;
    poised::window::draw(between(frames_[from_], frames_[to_], eased), palette(), cairo);
  } else if (to_ < files_.size()) {
    const auto picture = Cairo::ImageSurface::create_from_png(files_[to_]);
    const double scale = side / std::max(picture->get_width(), picture->get_height());
    cairo->scale(scale, scale);
    cairo->set_source(picture, 0, 0);
    cairo->paint();
  }
}

Ring::Ring() : Glib::ObjectBase("PoisedRing"), Gtk::DrawingArea() {
  set_content_width(ring_pixels);
  set_content_height(ring_pixels);
  set_draw_func([this](const auto& cairo, int width, int height) { draw(cairo, width, height); });
}

void Ring::show(double left, double whole) {
  left_ = left;
  whole_ = std::max(whole, 1.0);
  queue_draw();
}

void Ring::draw(const Cairo::RefPtr<Cairo::Context>& cairo, int width, int height) {
  const double side = std::min(width, height), line = side / 12, radius = (side - line) / 2;
  const double top = -std::numbers::pi / 2;
  const auto text = get_style_context()->get_color();
  const auto set = [&](const Gdk::RGBA& colour, double alpha) {
    cairo->set_source_rgba(colour.get_red(), colour.get_green(), colour.get_blue(), alpha);
  };
  cairo->translate(width / 2.0, height / 2.0);
  cairo->set_line_width(line);
  set(text, 0.15);
  cairo->arc(0, 0, radius, 0, 2 * std::numbers::pi);
  cairo->stroke();
  set(theme_colour(*this, "theme_selected_bg_color"), 1);
  cairo->arc(0, 0, radius, top, top + 2 * std::numbers::pi * std::clamp(left_ / whole_, 0.0, 1.0));
  cairo->stroke();

  set(text, 1);
  auto layout = create_pango_layout(std::to_string(static_cast<int>(std::ceil(left_))));
  auto font = get_pango_context()->get_font_description();
  font.set_absolute_size(side / 3 * Pango::SCALE);
  layout->set_font_description(font);
  int text_width = 0, text_height = 0;
  layout->get_pixel_size(text_width, text_height);
  cairo->move_to(-text_width / 2.0, -text_height / 2.0);
  layout->show_in_cairo_context(cairo);
}

}  // namespace poised::window
