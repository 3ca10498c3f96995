// SPDX-License-Identifier: MIT
#include "config/layers.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "build_config.hpp"
#include "config/resolver.hpp"
#include "config/text.hpp"

namespace poised::config {
namespace {

namespace fs = std::filesystem;

fs::path below(const fs::path& root, const fs::path& path) {
  return root.empty() ? path : root / path.relative_path();
}

fs::path home_directory() {
  if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/') return home;
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr && found->pw_dir != nullptr)
    return found->pw_dir;
  return {};
}

void add_unique(std::vector<fs::path>& paths, fs::path path) {
  if (std::ranges::find(paths, path) == paths.end()) paths.push_back(std::move(path));
}

void watch_target(std::vector<fs::path>& watch, const fs::path& file) {
  std::error_code error;
  if (!fs::is_symlink(file, error)) return;
  const fs::path target = fs::canonical(file, error);
  if (!error) add_unique(watch, target);
}

const SourceFile* find_file(const Loaded* loaded, const fs::path& path) {
  if (loaded == nullptr) return nullptr;
  const auto found = std::ranges::find(loaded->files, path, &SourceFile::path);
  return found == loaded->files.end() ? nullptr : &*found;
}

/// Reads one file into `out.files`, or why not into `out.problems`.
void read_file(Loaded& out, Layer layer, const fs::path& path, const Loaded* last_good,
               bool must_exist) {
  auto read = read_toml(path);
  if (!read) {
    std::error_code error;
    if (!must_exist && !fs::is_symlink(path, error)) return;
    read = FileError{{}, must_exist ? "there is no such file" : "the link points to no file"};
  }
  SourceFile file{layer, path, nullptr, true, {}};
  if (auto* table = std::get_if<Table>(&*read)) {
    file.content = std::make_shared<const Table>(std::move(*table));
  } else {
    const auto& error = std::get<FileError>(*read);
    const SourceFile* before = find_file(last_good, path);
    file.current = false;
    if (before != nullptr) file.content = before->content;
    out.problems.push_back({Severity::error,
                            ProblemKind::file,
                            path,
                            error.at,
                            {},
                            error.reason + (file.content ? "; its last good content stays in force"
                                            : must_exist ? ""
                                                         : "; the file is left out")});
  }
  out.files.push_back(std::move(file));
}

/// The *.toml of a directory in lexical order.
void read_directory(Loaded& out, Layer layer, const fs::path& directory, const Loaded* last_good) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator it(directory, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename();
    if (it->path().extension() == ".toml" && !name.starts_with('.')) paths.push_back(it->path());
  }
  if (error == std::errc::no_such_file_or_directory) return;
  if (error) {
    out.problems.push_back({Severity::error,
                            ProblemKind::file,
                            directory,
                            {},
                            {},
                            "cannot be read: " + error.message()});
    if (last_good != nullptr)
      for (const auto& file : last_good->files)
        if (file.path.parent_path() == directory && file.layer == layer) {
          out.files.push_back(file);
          out.files.back().current = false;
        }
    return;
  }
  std::ranges::sort(paths, {}, [](const fs::path& path) { return path.native(); });
  for (const auto& path : paths) read_file(out, layer, path, last_good, false);
}

fs::path policy_directory(const Roots& roots) {
  return below(roots.system_root, "/etc/poised/policy.d");
}

/// Whether any key of `table` is given one of the states that only a policy gives.
bool speaks_as_policy(const Table& table, const std::string& prefix,
                      const std::vector<PluginSettingSpecs>& plugins) {
  return std::ranges::any_of(table.entries, [&](const Entry& entry) {
    const auto* inner = std::get_if<Table>(&entry.value.data);
    if (inner == nullptr) return false;
    const std::string key = prefix + toml_key(entry.key);
    return find_key(key, plugins) || speaks_as_policy(*inner, key + ".", plugins);
  });
}

/// Whether a file stands where the settings of the vendor, the machine or the person do.
bool is_in_place_of_settings(const fs::path& file, const Roots& roots) {
  std::error_code error;
  // That of a link, not of what it points to: the files themselves may lie elsewhere.
  const auto directory = fs::weakly_canonical(fs::absolute(file, error).parent_path(), error);
  const auto is_in = [&](const fs::path& known) {
    return known.is_absolute() && fs::weakly_canonical(known, error) == directory;
  };
  const auto machine = below(roots.system_root, "/etc/poised");
  const auto user = roots.user_file().parent_path();
  return is_in(below(roots.system_root, roots.data_dir / "defaults.d")) ||
         is_in(machine / "conf.d") || is_in(user / "conf.d") ||
         (file.filename() == "poised.toml" && (is_in(machine) || is_in(user)));
}

bool is_policy(const SourceFile& file, const std::vector<PluginSettingSpecs>& plugins,
               const Roots& roots) {
  if (is_in_place_of_settings(file.path, roots)) return false;
  return file.path.parent_path().filename() == "policy.d" ||
         std::ranges::find(file.content->entries, "policy", &Entry::key) !=
             file.content->entries.end() ||
         speaks_as_policy(*file.content, {}, plugins);
}

/// Reads the *.toml of the policy directory that are the administrator's alone, and finds out which
/// of them are for this identity.
void read_policies(Loaded& out, const Roots& roots, const Loaded* last_good) {
  const fs::path path = policy_directory(roots);
  const fs::path directory = "/etc/poised/policy.d";
  const auto first = static_cast<std::ptrdiff_t>(out.files.size());
  const auto refuse = [&](const fs::path& file, Position at, std::string key, std::string reason) {
    out.problems.push_back(
        {Severity::error, ProblemKind::file, file, at, std::move(key), std::move(reason)});
  };
  std::error_code error;
  if (roots.policy_owner && fs::exists(path, error)) {
    if (const auto why = why_untrusted(roots.system_root, directory, *roots.policy_owner)) {
      refuse(path, {}, {}, *why + "; its policies are left out");
      return;
    }
  }
  read_directory(out, Layer::policy, path, last_good);
  for (auto file = out.files.begin() + first; file != out.files.end(); ++file) {
    if (roots.policy_owner) {
      const auto inside = directory / file->path.filename();
      if (const auto why = why_untrusted(roots.system_root, inside, *roots.policy_owner)) {
        refuse(file->path, {}, {}, *why + "; the file is left out");
        file->content = nullptr;
        file->current = false;
      }
    }
    if (!file->content) continue;
    const auto read = read_policy_header(*file->content);
    for (const auto& [key, refusal] : read.refusals)
      refuse(file->path, refusal.at, key, refusal.reason);
    file->not_here =
        read.sound_condition
            ? why_not_for(read.header, file->path.stem(), roots.identity).value_or(std::string())
            : "its condition cannot be read";
  }
}

}  // namespace

std::string_view layer_name(Layer layer) {
  switch (layer) {
    case Layer::built_in:
      return "built-in";
    case Layer::vendor:
      return "vendor";
    case Layer::machine:
      return "machine";
    case Layer::user:
      return "user";
    case Layer::policy:
      return "policy";
  }
  return {};
}

Roots Roots::from_environment(const fs::path& system_root) {
  Roots roots;
  roots.home = home_directory();
  const char* config_home = std::getenv("XDG_CONFIG_HOME");
  roots.config_home = config_home != nullptr && config_home[0] == '/'
                          ? fs::path(config_home)
                          : "/" / roots.home / ".config";
  if (system_root.empty()) {
    roots.data_dir = build::data_dir;
    roots.policy_owner = 0;
  } else {
    std::error_code error;
    roots.system_root = fs::absolute(system_root, error);
  }
  roots.identity = Identity::of_this_process(roots.system_root);
  return roots;
}

fs::path Roots::user_file() const {
  return below(system_root, config_home / "poised" / "poised.toml");
}

Loaded load(const Roots& roots, const std::vector<PluginSettingSpecs>& plugins,
            const Loaded* last_good) {
  Loaded out;
  const fs::path vendor = below(roots.system_root, roots.data_dir / "defaults.d");
  const fs::path machine = below(roots.system_root, "/etc/poised");
  const fs::path user = roots.user_file().parent_path();
  read_directory(out, Layer::vendor, vendor, last_good);
  read_file(out, Layer::machine, machine / "poised.toml", last_good, false);
  read_directory(out, Layer::machine, machine / "conf.d", last_good);
  read_file(out, Layer::user, user / "poised.toml", last_good, false);
  read_directory(out, Layer::user, user / "conf.d", last_good);
  read_policies(out, roots, last_good);
  for (const auto& directory :
       {vendor, machine, machine / "conf.d", user, user / "conf.d", machine / "policy.d"})
    add_unique(out.watch, directory);
  for (const auto& file : out.files) watch_target(out.watch, file.path);
  resolve(out, roots, plugins);
  return out;
}

std::string policies_text(const Loaded& loaded) {
  std::string text;
  for (const auto& file : loaded.files)
    if (file.layer == Layer::policy && file.content)
      text += to_toml(std::string_view(file.path.filename().native())) + " = " +
              to_toml(Value{.data = *file.content}) + "\n";
  return text;
}

Loaded recall_policies(std::string_view text, const Roots& roots) {
  Loaded recalled;
  const auto parsed = parse_toml(text);
  const auto* files = std::get_if<Table>(&parsed);
  if (files == nullptr) return recalled;
  for (const auto& [name, at, content] : files->entries)
    if (const auto* table = std::get_if<Table>(&content.data))
      recalled.files.push_back({Layer::policy,
                                policy_directory(roots) / name,
                                std::make_shared<const Table>(*table),
                                true,
                                {}});
  return recalled;
}

Loaded load_files(const std::vector<fs::path>& files,
                  const std::vector<PluginSettingSpecs>& plugins, const Roots& roots,
                  bool policies) {
  Loaded out;
  for (const auto& file : files) {
    read_file(out, Layer::user, file, nullptr, true);
    auto& read = out.files.back();
    if (!read.content || !(policies || is_policy(read, plugins, roots))) continue;
    read.layer = Layer::policy;
    for (const auto& [key, refusal] : read_policy_header(*read.content).refusals)
      out.problems.push_back(
          {Severity::error, ProblemKind::value, file, refusal.at, key, refusal.reason});
  }
  // A policy is above the person's files wherever it was named.
  std::ranges::stable_sort(out.files, {}, &SourceFile::layer);
  resolve(out, roots, plugins);
  return out;
}

const char* word(HistoryKeep keep) {
  switch (keep) {
    case HistoryKeep::disk:
      return "disk";
    case HistoryKeep::memory:
      return "memory";
    case HistoryKeep::none:
      break;
  }
  return "none";
}

}  // namespace poised::config
