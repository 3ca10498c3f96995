// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "config/key_registry.hpp"
#include "ctl/commands.hpp"

namespace poised::ctl {
namespace {

std::string roff(std::string_view text) {
  std::string escaped;
  if (text.starts_with('.') || text.starts_with('\'')) escaped += "\\&";
  for (const char c : text) {
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else
      escaped += c;
  }
  return escaped;
}

}  // namespace

Exit print_manual_keys(const Options&, Output& output) {
  std::string section;
  for (const auto& spec : config::key_registry()) {
    const auto table = spec.path.substr(0, spec.path.find('.'));
    if (table != section) output.out << ".SS " << roff(table) << '\n';
    section = table;
    const auto initial = config::to_toml(spec.default_value);
    output.out << ".TP\n.B " << roff(spec.path) << '\n'
               << roff(spec.doc) << '\n'
               << roff(fmt::format("Takes {}; {}.", config::expectation(spec),
                                   initial.empty() ? "not set" : "default " + initial))
               << '\n';
  }
  return Exit::done;
}

}  // namespace poised::ctl
