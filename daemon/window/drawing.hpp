// SPDX-License-Identifier: MIT
#pragma once

#include <cairomm/context.h>
#include <gdkmm/rgba.h>

#include <map>
#include <string>
#include <vector>

#include "ctl/json.hpp"

// Line figures as strokes: drawn, and drawn half-way between two of them.
namespace poised::window {

struct Stroke {
  std::string name;
  std::string role;  ///< near, far, prop, tool, move, paper, light
  double width = 0;
  std::vector<std::pair<double, double>> points;
  double radius = 0;  ///< of a disc; 0: a line
  std::string fill;   ///< a role; empty: not filled
  bool closed = false, smooth = false, dash = false;
  double alpha = 1;
};
using Strokes = std::vector<Stroke>;

/// Role → colour.
using Palette = std::map<std::string, Gdk::RGBA, std::less<>>;

/// The side of the square that figures are drawn in.
inline constexpr double figure_size = 200;

/// The frames of a figure's file; none if it is not one.
std::vector<Strokes> strokes_of(const ctl::Json& figure);

/// What is between two frames, `progress` from 0 to 1. What is in one of them only fades.
Strokes between(const Strokes& from, const Strokes& to, double progress);

void draw(const Strokes& strokes, const Palette& palette,
          const Cairo::RefPtr<Cairo::Context>& cairo);

}  // namespace poised::window
