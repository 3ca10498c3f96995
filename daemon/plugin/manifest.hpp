// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/trust.hpp"

// A plugin's manifest, `<id>.plugin`: what is known about a plugin before its library is opened.
//
//   [plugin]
//   id = "notify"                 # [a-z0-9-], the file's own name without ".plugin"
//   name = "Desktop notifications"
//   version = "0.1.0"
//   abi = "1.0"                   # or 1, which means "1.0"
//   library = "notify.so"         # a bare file name; default "<id>.so"
//   capabilities = ["prompt"]     # activity, availability, prompt, desk, sink
//   isolation = "process"         # default; or "in-process"
//   response_timeout = "35s"      # default "5s"; 1 ms … 10 min
//   on_demand = true              # default false
//   opt_in = true                 # default false; true: used only if plugins.allow names it
//   requires = ["org.freedesktop.Notifications"]   # for people and doctor; free words
//   sandbox = ["bus"]             # bus, net, home, home-ro:PATH, device:/dev/PATH
//
//   [settings.sound]
//   type = "bool"                 # bool int duration string enum path secret-ref list table-list
//   default = true
//   min, max                      # int and duration only
//   values = ["a", "b"]           # enum (required) and list (the members allowed)
//   doc = "Play a sound."
namespace poised::plugin {

struct SettingSpec {
  std::string key;
  std::string type;           ///< one of the nine types above
  std::string default_value;  ///< JSON text; empty: no default, absent unless it is set
  std::string min;            ///< JSON text of the same type (durations: a string); empty: none
  std::string max;
  std::vector<std::string> values;
  std::string doc;
  bool personal = false;  ///< an organisation may switch it off, never force it on
  bool operator==(const SettingSpec&) const = default;
};

struct Manifest {
  std::string id;  ///< empty: the manifest cannot be used
  std::string name;
  std::string version;
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::string library;  ///< bare file name
  std::vector<std::string> capabilities;
  std::string isolation = "process";  ///< "process" or "in-process"
  std::chrono::milliseconds response_timeout{5000};
  bool on_demand = false;
  bool opt_in = false;
  std::vector<std::string> requirements;  ///< the key `requires`
  std::vector<std::string> sandbox;
  std::vector<SettingSpec> settings;  ///< in order of key
  std::string file;                   ///< where it was read from

  [[nodiscard]] bool usable() const { return !id.empty(); }
  [[nodiscard]] bool has(std::string_view capability) const;
  bool operator==(const Manifest&) const = default;
};

/// Reads one manifest. `file` is the name that problems are reported under; its last component
/// without ".plugin" must be the id. Each problem is one line, "file:line:column: object: reason".
/// A line that ends in ", ignoring" is a warning (unknown keys); with any other line the result is
/// not usable(). Never throws on bad text. Text beyond 64 KiB is refused.
[[nodiscard]] Manifest parse_manifest(std::string_view text, std::string_view file,
                                      std::vector<std::string>& problems);

/// All usable manifests of `dir` in order of id. The directory and each file must pass `trust`;
/// what does not is left out, with a line in `problems`. A directory that does not exist holds
/// none.
[[nodiscard]] std::vector<Manifest> load_manifests(const std::string& dir,
                                                   std::vector<std::string>& problems,
                                                   const Trust& trust = Trust::of_this_build());

/// "90s", "45min", "1h30min", "250ms", "2d": units d h min s ms, largest first, each once.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace poised::plugin
