// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>

// What the software says of its own health, as monitoring reads it: written by the daemon, read and
// summed up by the collector. Nothing in it tells what a person does, or when.
namespace poised::health {

/// Of one daemon, or of all daemons of a machine.
struct Health {
  std::set<std::string> versions;  ///< "0.1.0"
  std::set<std::string> policies;  ///< fingerprints of the policies in force, hexadecimal
  std::uint32_t errors = 0;        ///< what `poisectl doctor` finds wrong
  std::uint32_t warnings = 0;
  std::map<std::string, bool> plugins;  ///< by id: it works, or would if it were needed
  bool input_seen = true;               ///< some source sees whether there is input
  bool history_written = true;          ///< or nothing is to be written
  bool policy_sound = true;             ///< every policy file can be used as it is now
  bool sandboxed = true;                ///< the service manager's filters and Landlock hold
  bool operator==(const Health&) const = default;
};

/// The longest text that is read.
inline constexpr std::size_t largest_text = 16384;

/// Prometheus' text format, the same for the same health.
std::string to_prometheus(const Health& health);

/// Reads what to_prometheus() writes, and nothing else: text that is not trusted. Otherwise why
/// not, "line 3: reason".
std::variant<Health, std::string> from_prometheus(std::string_view text);

/// Makes of `sum` the worse of both, so that no figure tells how many there are.
void add_worse(Health& sum, const Health& other);

}  // namespace poised::health
