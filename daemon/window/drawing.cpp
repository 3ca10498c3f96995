// SPDX-License-Identifier: MIT
#include "window/drawing.hpp"

#include <algorithm>
#include <numbers>

namespace poised::window {
namespace {

Stroke stroke_of(const ctl::Json& json) {
  Stroke stroke;
  stroke.name = ctl::text(json, "name");
  stroke.role = ctl::text(json, "role");
  stroke.width = ctl::number(json, "width").value_or(0);
  stroke.radius = ctl::number(json, "radius").value_or(0);
  stroke.fill = ctl::text(json, "fill");
  stroke.closed = ctl::flag(json, "closed");
  stroke.smooth = ctl::flag(json, "smooth");
  stroke.dash = ctl::flag(json, "dash");
  for (const auto& point : ctl::list(json, "points"))
    if (point.is_array() && point.size() == 2 && point[0].is_number() && point[1].is_number())
      stroke.points.emplace_back(point[0].get<double>(), point[1].get<double>());
  return stroke;
}

double mix(double from, double to, double progress) {
  return from + (to - from) * progress;
}

void use(const Palette& palette, const std::string& role, double alpha,
         const Cairo::RefPtr<Cairo::Context>& cairo) {
  const auto found = palette.find(role);
  const auto colour = found == palette.end() ? Gdk::RGBA() : found->second;
  cairo->set_source_rgba(colour.get_red(), colour.get_green(), colour.get_blue(),
                         colour.get_alpha() * alpha);
}

void trace(const Stroke& stroke, const Cairo::RefPtr<Cairo::Context>& cairo) {
  const auto& points = stroke.points;
  cairo->begin_new_path();
  if (stroke.radius > 0) {
    cairo->arc(points[0].first, points[0].second, stroke.radius, 0, 2 * std::numbers::pi);
    return;
  }
  cairo->move_to(points[0].first, points[0].second);
  if (stroke.smooth && points.size() == 3) {
    // A parabola through the middle point; Cairo takes it as the cubic that it is, too.
    const auto& [ax, ay] = points[0];
    const auto& [cx, cy] = points[2];
    const double bx = 2 * points[1].first - (ax + cx) / 2,
                 by = 2 * points[1].second - (ay + cy) / 2;
    cairo->curve_to(mix(ax, bx, 2.0 / 3), mix(ay, by, 2.0 / 3), mix(cx, bx, 2.0 / 3),
                    mix(cy, by, 2.0 / 3), cx, cy);
    return;
  }
  for (std::size_t i = 1; i < points.size(); ++i) cairo->line_to(points[i].first, points[i].second);
  if (stroke.closed) cairo->close_path();
}

}  // namespace

std::vector<Strokes> strokes_of(const ctl::Json& figure) {
  std::vector<Strokes> frames;
  for (const auto& frame : ctl::list(figure, "frames")) {
    Strokes strokes;
    if (frame.is_array())
      for (const auto& json : frame)
        if (auto stroke = stroke_of(json); !stroke.points.empty())
          strokes.push_back(std::move(stroke));
    frames.push_back(std::move(strokes));
  }
  return frames;
}

Strokes between(const Strokes& from, const Strokes& to, double progress) {
  if (progress >= 1) return to;
  Strokes out;
  for (const auto& stroke : from) {
    const auto other = std::ranges::find(to, stroke.name, &Stroke::name);
    auto drawn = stroke;
    if (other == to.end() || other->points.size() != stroke.points.size()) {
      drawn.alpha = 1 - progress;
    } else {
      for (std::size_t i = 0; i < drawn.points.size(); ++i)
        drawn.points[i] = {mix(stroke.points[i].first, other->points[i].first, progress),
                           mix(stroke.points[i].second, other->points[i].second, progress)};
      drawn.radius = mix(stroke.radius, other->radius, progress);
      drawn.width = mix(stroke.width, other->width, progress);
    }
    out.push_back(std::move(drawn));
  }
  for (const auto& stroke : to) {
    const auto other = std::ranges::find(from, stroke.name, &Stroke::name);
    if (other != from.end() && other->points.size() == stroke.points.size()) continue;
    out.push_back(stroke);
    out.back().alpha = progress;
  }
  return out;
}

void draw(const Strokes& strokes, const Palette& palette,
          const Cairo::RefPtr<Cairo::Context>& cairo) {
  cairo->set_line_cap(Cairo::Context::LineCap::ROUND);
  cairo->set_line_join(Cairo::Context::LineJoin::ROUND);
  for (const auto& stroke : strokes) {
    trace(stroke, cairo);
    if (!stroke.fill.empty()) {
      use(palette, stroke.fill, stroke.alpha, cairo);
      cairo->fill_preserve();
    }
    if (stroke.width > 0) {
      use(palette, stroke.role, stroke.alpha, cairo);
      cairo->set_line_width(stroke.width);
      cairo->set_dash(stroke.dash ? std::vector<double>{5, 6} : std::vector<double>{}, 0);
      cairo->stroke();
    }
  }
  cairo->begin_new_path();
}

}  // namespace poised::window
