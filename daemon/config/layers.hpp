// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/key_registry.hpp"
#include "config/policy_file.hpp"
#include "config/problem.hpp"
#include "config/toml_file.hpp"
#include "core/policy.hpp"

// The configuration in force: built-in defaults and files, layer over layer.
namespace poised::config {

/// Low to high. A default that a policy gives stands below the person's own files, everything else
/// of a policy above them.
enum class Layer : std::uint8_t {
  built_in = 0,
  vendor = 10,   ///< /usr/share/poised/defaults.d/*.toml
  machine = 20,  ///< /etc/poised/poised.toml, then /etc/poised/conf.d/*.toml
  user = 30,     ///< ~/.config/poised/poised.toml, then ~/.config/poised/conf.d/*.toml
  policy = 40    ///< /etc/poised/policy.d/*.toml, the administrator's alone
};

/// "built-in", "vendor", "machine", "user", "policy".
std::string_view layer_name(Layer layer);

/// Where configuration is read. Every path is `system_root` + an absolute path, so that a whole
/// machine's configuration can stand in a directory (--config-root).
struct Roots {
  std::filesystem::path system_root;                     ///< empty = "/"
  std::filesystem::path config_home;                     ///< $XDG_CONFIG_HOME, without the prefix
  std::filesystem::path data_dir = "/usr/share/poised";  ///< holds defaults.d, without the prefix
  std::filesystem::path home;                            ///< what "~/" stands for in values
  Identity identity;                                     ///< whom the conditions of policies meet
  /// Whom policies must belong to (see why_untrusted); std::nullopt = anybody, for checking an
  /// organisation's files before they are installed.
  std::optional<uid_t> policy_owner;

  /// This process's: XDG_CONFIG_HOME (if absolute) or HOME/.config, and the build's data directory;
  /// policies must be root's. With a `system_root`, always /usr/share/poised below it, and
  /// policies may be anybody's.
  static Roots from_environment(const std::filesystem::path& system_root = {});

  /// The file that `config set` edits.
  std::filesystem::path user_file() const;
};

enum class Inhibitors : std::uint8_t { ignore, activity, pause };
enum class PluginIsolation : std::uint8_t { process, in_process };
enum class HistoryKeep : std::uint8_t { disk, memory, none };
/// As the key spells it.
const char* word(HistoryKeep keep);
enum class TelemetryExport : std::uint8_t { off, file };

/// The sources of input that come with Poised, in the order in which they are asked.
inline constexpr std::array own_sources{"gnome", "wayland", "x11", "logind"};

/// What is not the core's. Field names are the keys.
struct Settings {
  struct Activity {
    std::vector<std::string> sources;  ///< ids in order of preference; empty = whatever works
    Inhibitors inhibitors = Inhibitors::ignore;
    bool operator==(const Activity&) const = default;
  } activity;
  struct Session {
    bool silent_when_remote = false;
    bool operator==(const Session&) const = default;
  } session;
  struct Prompt {
    bool sound = false;
    bool operator==(const Prompt&) const = default;
  } prompt;
  std::map<std::string, std::string> break_titles;  ///< by break id; only those that were set
  struct Programme {
    std::vector<std::string> equipment;
    std::vector<std::string> places{"desk"};
    std::vector<std::string> leave_out;
    bool cues = true;  ///< sounds in a guided run that faces away from the screen
    bool operator==(const Programme&) const = default;
  } programme;
  struct Desk {
    std::int32_t sit_mm = 720;  ///< also Policy::stand
    std::int32_t stand_mm = 1100;
    std::optional<std::int32_t> min_mm;  ///< not set: the desk's own limit
    std::optional<std::int32_t> max_mm;
    bool operator==(const Desk&) const = default;
  } desk;
  struct Plugins {
    std::optional<std::vector<std::string>> allow;  ///< not set: all
    std::vector<std::string> deny;                  ///< wins over `allow`
    PluginIsolation isolation = PluginIsolation::process;
    bool operator==(const Plugins&) const = default;
  } plugins;
  struct History {
    HistoryKeep keep = HistoryKeep::disk;
    core::Duration retention = std::chrono::hours{24 * 90};
    std::filesystem::path dir;  ///< absolute; empty = the state directory
    bool operator==(const History&) const = default;
  } history;
  TelemetryExport telemetry_export = TelemetryExport::off;
  std::string language;  ///< "de_DE"; empty = the session's
  bool operator==(const Settings&) const = default;
};

/// Where a value came from. `file` is empty and `at` 0:0 for built-in ones.
struct Source {
  Layer layer = Layer::built_in;
  std::filesystem::path file;
  Position at;
  bool operator==(const Source&) const = default;
};

/// One value of a key, as TOML text; empty = not set.
struct Setting {
  std::string value;
  Source source;
  bool operator==(const Setting&) const = default;
};

/// What a policy says about one key. The texts are TOML; empty = no bound.
struct Managed {
  Source source;
  bool locked = false;  ///< required or forbidden: the person cannot change it
  std::string min;
  std::string max;
  KeyPolicy policy;
  bool operator==(const Managed&) const = default;
};

/// The value in force of one key, and those it overrode, nearest first.
struct Effective {
  std::string key;
  Setting setting;
  std::vector<Setting> overrode;
  std::optional<Managed> managed;
  bool operator==(const Effective&) const = default;
};

/// One file that was read.
struct SourceFile {
  Layer layer = Layer::user;
  std::filesystem::path path;
  std::shared_ptr<const Table> content;  ///< the last good one; null = none yet
  bool current = true;                   ///< false: broken now, `content` is from before
  std::string not_here;  ///< a policy's: why its conditions are not met here; empty = they are
};

/// The configuration in force. Copying is cheap enough to swap it as a whole.
struct Loaded {
  core::Policy policy;  ///< valid whatever the files say; `zone` and the lengths of routines are
                        ///< the caller's to fill in
  Settings settings;
  /// By plugin id, for each plugin of the specs: one JSON object of all its settings, ≤ 64 KiB,
  /// equal texts for equal settings (see to_json for how values look).
  std::map<std::string, std::string> plugin_settings_json;
  std::vector<Problem> problems;     ///< in the order of layers, files and lines
  std::vector<Effective> effective;  ///< every key, in the registry's order; then the plugins'
  std::vector<SourceFile> files;     ///< low to high
  bool managed = false;              ///< a policy says something here
  std::string managed_by;            ///< for people; empty where no policy says
  /// What calls for a reload when it changes or appears: the directories of configuration files,
  /// there or not, and the files that links in them point to.
  std::vector<std::filesystem::path> watch;
};

/// Reads all layers. Never fails: what cannot be used becomes a problem, and the value of the next
/// lower layer holds. A file that is broken now counts with its content of `last_good`, if that has
/// one. Throws nothing but std::bad_alloc.
Loaded load(const Roots& roots, const std::vector<PluginSettingSpecs>& plugins,
            const Loaded* last_good = nullptr);

/// The policies in force as one text, for recall_policies(); empty if there are none.
std::string policies_text(const Loaded& loaded);
/// A Loaded fit for load()'s `last_good`: the policies as they were when `text` was written, so
/// that a policy file which broke while nobody ran is not simply gone.
Loaded recall_policies(std::string_view text, const Roots& roots);

/// Only the built-in defaults and `files`, later ones over earlier ones. Files of a policy (in a
/// directory policy.d, or that say something only a policy says, unless they stand where the
/// settings of `roots` do) are of layer `policy`, whatever their conditions; all others of layer
/// `user`. A file that does not exist is a problem. With `policies` all of them are a policy's.
Loaded load_files(const std::vector<std::filesystem::path>& files,
                  const std::vector<PluginSettingSpecs>& plugins, const Roots& roots = {},
                  bool policies = false);

}  // namespace poised::config
