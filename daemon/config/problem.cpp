// SPDX-License-Identifier: MIT
#include "config/problem.hpp"

#include <fmt/format.h>

#include "config/text.hpp"

namespace poised::config {

std::string Problem::text() const {
  std::string out;
  if (!file.empty()) {
    out += one_line(file.native(), 4096);
    if (at.line > 0) out += fmt::format(":{}:{}", at.line, at.column);
    out += ": ";
  }
  if (!key.empty()) out += one_line(key) + ": ";
  return out + one_line(reason, 1000);
}

}  // namespace poised::config
