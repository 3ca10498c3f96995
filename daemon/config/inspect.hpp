// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/layers.hpp"

// What `poisectl config` says about the configuration.
namespace poised::config {

/// As a person who checks a configuration wants it: unknown keys are errors. Nothing of severity
/// error = fit to be rolled out.
std::vector<Problem> check(const Roots& roots, const std::vector<PluginSettingSpecs>& plugins);
/// The named files only, over the built-in defaults; with `policies` as those of an organisation,
/// otherwise see load_files() for which are.
std::vector<Problem> check(const std::vector<std::filesystem::path>& files,
                           const std::vector<PluginSettingSpecs>& plugins, const Roots& roots = {},
                           bool policies = false);

/// A policy file that is for others.
struct PolicyElsewhere {
  std::filesystem::path path;
  std::string reason;
};

struct Explanation {
  KeySpec spec;           ///< type, default, range, doc
  Effective effective;    ///< value, where from, what it overrode
  std::string condition;  ///< by which its policy is for this place; empty: none
  /// Policy files for this place that speak of this key too, and that a later one replaced.
  std::vector<std::filesystem::path> replaced;
  std::vector<PolicyElsewhere> not_here;  ///< that speak of this key

  /// Several lines for people, ending in a newline.
  std::string text() const;
  /// One JSON object.
  std::string json() const;
};

/// std::nullopt if there is no key of that name.
std::optional<Explanation> explain(const Loaded& loaded,
                                   const std::vector<PluginSettingSpecs>& plugins,
                                   std::string_view key);

/// The key that was probably meant.
std::optional<std::string> suggest_key(const Loaded& loaded, std::string_view key);

/// The configuration in force as TOML that loads to the same, each line saying where it came from.
std::string show_toml(const Loaded& loaded);
/// The same as one JSON object: key → {value, layer, file, line}.
std::string show_json(const Loaded& loaded);

/// Whom a schema is for.
enum class SchemaOf : std::uint8_t { configuration, policy };

/// The schema of a configuration file, or of a policy file (JSON Schema 2020-12).
std::string json_schema(const std::vector<PluginSettingSpecs>& plugins,
                        SchemaOf of = SchemaOf::configuration);

/// Writes `key` = `value_text` (TOML, or a bare word for texts and durations) into `file`, keeping
/// every comment and line around it; makes the file and its directories if there are none. The
/// change is checked first and then made at once (rename), through a symbolic link if it is one.
/// Returns why not, one line, or std::nullopt if it is done.
std::optional<std::string> set_value(const std::filesystem::path& file, std::string_view key,
                                     std::string_view value_text,
                                     const std::vector<PluginSettingSpecs>& plugins);

/// Whether `problem` is one of a policy of the organisation, which is not in force as it stands.
bool breaks_policy(const Problem& problem, const Loaded& loaded);

/// Tells one set of policies that are in force on this machine from another: eight hexadecimal
/// digits; empty where there are none. Those for groups of people are left out: on a machine that
/// many use it would tell who is there.
std::string policies_fingerprint(const Loaded& loaded);

/// The same for the person who asks, in their own file: refused also where a policy has locked the
/// key, or does not allow the value.
std::optional<std::string> set_for_person(const Roots& roots, std::string_view key,
                                          std::string_view value_text,
                                          const std::vector<PluginSettingSpecs>& plugins);

/// The same for a whole number in one table of a list of tables: the one whose `name` is `table`.
std::optional<std::string> set_in_list_for_person(const Roots& roots, std::string_view list,
                                                  std::string_view table, std::string_view key,
                                                  std::int64_t value,
                                                  const std::vector<PluginSettingSpecs>& plugins);

/// Whether a key is about the person alone, so that programs of theirs may change it:
/// stand.enabled, programme.*, prompt.sound, locale.language.
bool is_personal(std::string_view key);
/// Of show_json(), those keys.
std::string show_personal_json(const Loaded& loaded);

/// Tells one set of values of the core's keys from another; short, and the same for every process.
std::string fingerprint(const Loaded& loaded);

}  // namespace poised::config
