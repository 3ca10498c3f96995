// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "build_config.hpp"
#include "catalogue/unknown_names.hpp"
#include "config/inspect.hpp"
#include "config/layers.hpp"
#include "ctl/catalogue_access.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/json.hpp"

namespace poised::ctl {
namespace {

Json json_of(const config::Problem& problem) {
  return {{"severity", problem.severity == config::Severity::error ? "error" : "warning"},
          {"file", problem.file.string()},
          {"line", problem.at.line},
          {"column", problem.at.column},
          {"key", problem.key},
          {"reason", problem.reason}};
}

std::vector<config::Problem> all_problems(const Options& options,
                                          const std::vector<config::PluginSettingSpecs>& specs) {
  const auto roots = roots_of(options);
  std::vector<config::Problem> out;
  const auto add = [&out](const std::vector<config::Problem>& more) {
    out.insert(out.end(), more.begin(), more.end());
  };
  if (options.files.empty()) {
    const auto found = catalogue::load(roots);
    add(config::check(roots, specs));
    add(catalogue::unknown_names(found.catalogue, config::load(roots, specs)));
    add(found.problems);
    return out;
  }
  std::vector<std::filesystem::path> settings, entries;
  for (const auto& file : options.files)
    (catalogue::is_catalogue_file(file) ? entries : settings).emplace_back(file);
  // Files of the catalogue that are named too may be what the settings speak of.
  const auto found =
      entries.empty() ? catalogue::load(roots) : catalogue::load_files(entries, roots);
  if (!settings.empty()) {
    add(config::check(settings, specs, roots, options.policy));
    const auto loaded = config::load_files(settings, specs, roots, options.policy);
    add(catalogue::unknown_names(found.catalogue, loaded));
  }
  if (!entries.empty()) add(found.problems);
  return out;
}

void print(Output& output, const std::string& text) {
  output.out << text;
  if (!text.ends_with('\n')) output.out << '\n';
}

}  // namespace

config::Roots roots_of(const Options& options) {
  if (options.config_root.empty()) return config::Roots::from_environment();
  return config::Roots::from_environment(std::filesystem::absolute(options.config_root));
}

Exit show_version(const Options& options, Output& output) {
  std::optional<std::string> daemon;
  try {
    daemon = DaemonClient(options.command).version();
  } catch (const Failure&) {
    // None, or one that does not answer: then there is nothing to say about it.
  }
  if (options.json) {
    output.out << Json{{"version", build::version},
                       {"daemon", daemon ? Json(*daemon) : Json(nullptr)}}
                      .dump()
               << '\n';
    return Exit::done;
  }
  output.out << "poisectl " << build::version << '\n'
             << (daemon ? "poised " + *daemon + ", running" : std::string("poised is not running"))
             << '\n';
  return Exit::done;
}

Exit config_show(const Options& options, Output& output) {
  const auto loaded = config::load(roots_of(options), plugin_settings());
  print(output, options.json ? config::show_json(loaded) : config::show_toml(loaded));
  return Exit::done;
}

Exit config_check(const Options& options, Output& output) {
  const auto specs = plugin_settings();
  const auto problems = all_problems(options, specs);

  std::size_t errors = 0;
  auto found = Json::array();
  for (const auto& problem : problems) {
    const bool error = problem.severity == config::Severity::error;
    errors += error ? 1 : 0;
    found.push_back(json_of(problem));
    if (!options.json) output.out << problem.text() << (error ? "" : " (warning)") << '\n';
  }
  if (options.json) output.out << Json{{"problems", found}}.dump(2) << '\n';
  if (errors == 0 && !options.json) output.out << "The configuration is sound.\n";
  if (errors == 0) return Exit::done;
  output.out << std::flush;
  throw Failure(Exit::failed, fmt::format("config check: {}: {} error{}",
                                          options.files.empty() ? "configuration"
                                          : options.files.size() == 1
                                              ? options.files.front()
                                              : fmt::format("{} files", options.files.size()),
                                          errors, errors == 1 ? "" : "s"));
}

Exit config_explain(const Options& options, Output& output) {
  const auto specs = plugin_settings();
  const auto loaded = config::load(roots_of(options), specs);
  const auto explanation = config::explain(loaded, specs, options.key);
  if (!explanation) {
    const auto meant = config::suggest_key(loaded, options.key);
    throw Failure(Exit::failed, fmt::format("config explain: {}: no such key{}", options.key,
                                            meant ? "; did you mean " + *meant + "?" : ""));
  }
  print(output, options.json ? explanation->json() : explanation->text());
  return Exit::done;
}

Exit config_set(const Options& options, Output& output) {
  const auto roots = roots_of(options);
  const auto specs = plugin_settings();
  const auto file = roots.user_file();
  if (const auto refused = config::set_for_person(roots, options.key, options.value, specs))
    throw Failure(Exit::failed, "config set: " + *refused);
  const auto loaded = config::load(roots, specs);
  const auto set = std::ranges::find(loaded.effective, options.key, &config::Effective::key);
  const auto* stays = set != loaded.effective.end() ? &set->setting : nullptr;
  if (stays != nullptr && (stays->source.layer < config::Layer::user || stays->source.file == file))
    stays = nullptr;
  if (options.json) {
    Json told{{"done", options.command}, {"file", file.string()}};
    told["overridden_by"] = stays == nullptr ? Json() : Json(stays->source.file.string());
    output.out << told.dump() << '\n';
    return Exit::done;
  }
  output.out << options.key << " is set in " << file.string() << ".\n";
  if (stays != nullptr)
    output.out << fmt::format("{}:{} overrides it: {} stays in force.\n",
                              stays->source.file.string(), stays->source.at.line, stays->value);
  // At odds with another key, or not knowable before.
  for (const auto& problem : loaded.problems)
    if (problem.file == file && problem.key == options.key) output.out << problem.text() << '\n';
  return Exit::done;
}

Exit config_schema(const Options& options, Output& output) {
  print(output,
        config::json_schema(plugin_settings(), options.policy ? config::SchemaOf::policy
                                                              : config::SchemaOf::configuration));
  return Exit::done;
}

// There is one version of the keys so far: whatever is sound needs no change.
Exit config_migrate(const Options& options, Output& output) {
  const auto loaded = config::load(roots_of(options), plugin_settings());
  auto files = Json::array();
  for (const auto& file : loaded.files) {
    const bool newer = std::ranges::any_of(loaded.problems, [&](const config::Problem& problem) {
      return problem.file == file.path && problem.kind == config::ProblemKind::file;
    });
    files.push_back({{"file", file.path.string()}, {"changed", false}, {"sound", !newer}});
    if (!options.json)
      output.out << file.path.string()
                 << (newer ? ": cannot be read; see config check\n" : ": up to date\n");
  }
  if (options.json)
    output.out << Json{{"files", files}}.dump(2) << '\n';
  else if (files.empty())
    output.out << "There is no configuration file.\n";
  return Exit::done;
}

}  // namespace poised::ctl
