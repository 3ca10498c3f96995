// SPDX-License-Identifier: MIT
#include "config/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "config/text.hpp"

namespace poised::config {
namespace {

using nlohmann::ordered_json;

/// The same in every process and version, as std::hash need not be.
struct Fnv1a {
  std::uint64_t value = 14695981039346656037U;
  void mix(std::string_view text) {
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211U;
    value = (value ^ 0xFFU) * 1099511628211U;
  }
};

std::vector<Problem> as_a_check(std::vector<Problem> problems) {
  for (auto& problem : problems)
    if (problem.kind == ProblemKind::unknown_key) problem.severity = Severity::error;
  return problems;
}

std::string source_text(const Source& source) {
  std::string out(layer_name(source.layer));
  if (!source.file.empty())
    out += fmt::format(", {}:{}", one_line(source.file.native(), 4096), source.at.line);
  return out;
}

std::string value_text(const Setting& setting) {
  return setting.value.empty() ? "not set" : setting.value;
}

ordered_json value_json(const std::string& toml) {
  if (toml.empty()) return nullptr;
  const auto parsed = parse_toml("value = " + toml);
  const auto* table = std::get_if<Table>(&parsed);
  if (table == nullptr || table->entries.size() != 1) return nullptr;
  return ordered_json::parse(to_json(table->entries[0].value), nullptr, false);
}

ordered_json setting_json(const Setting& setting) {
  ordered_json out;
  out["value"] = value_json(setting.value);
  out["layer"] = layer_name(setting.source.layer);
  out["file"] = setting.source.file.empty()
                    ? ordered_json()
                    : ordered_json(one_line(setting.source.file.native(), 4096));
  out["line"] = setting.source.at.line == 0 ? ordered_json() : ordered_json(setting.source.at.line);
  return out;
}

std::string managed_text(const Managed& managed) {
  std::string out = managed.locked ? "locked" : "a default, which you may change";
  if (!managed.min.empty() || !managed.max.empty()) {
    out = "you may choose";
    if (!managed.min.empty()) out += " from " + managed.min;
    if (!managed.max.empty()) out += " up to " + managed.max;
  }
  if (const auto& members = managed.policy.forbidden_members; !members.empty())
    out = fmt::format("without {}", fmt::join(members, ", "));
  return fmt::format("{} ({})", out, source_text(managed.source));
}

ordered_json managed_json(const Managed& managed) {
  ordered_json out;
  out["locked"] = managed.locked;
  out["min"] = value_json(managed.min);
  out["max"] = value_json(managed.max);
  out["forbidden"] = managed.policy.forbidden_members;
  out["file"] = one_line(managed.source.file.native(), 4096);
  out["line"] = managed.source.at.line;
  return out;
}

/// "tags call-centre; 10 % of the machines"; empty without a condition.
std::string condition_text(const PolicyHeader& header) {
  std::string out;
  const auto add = [&out](const std::string& what) { out += (out.empty() ? "" : "; ") + what; };
  const auto add_list = [&](const char* name, const std::vector<std::string>& words) {
    if (!words.empty()) add(fmt::format("{} {}", name, fmt::join(words, ", ")));
  };
  add_list("hosts", header.hosts);
  add_list("tags", header.tags);
  add_list("groups", header.groups);
  if (header.percent) add(fmt::format("{} % of the machines", *header.percent));
  return out;
}

/// Whether a file says anything about a key.
bool speaks_of(const Table& table, std::string_view key) {
  const std::size_t dot = key.find('.');
  const auto entry = std::ranges::find(table.entries, key.substr(0, dot), &Entry::key);
  if (entry == table.entries.end()) return false;
  if (dot == std::string_view::npos) return true;
  const auto* inner = std::get_if<Table>(&entry->value.data);
  return inner != nullptr && speaks_of(*inner, key.substr(dot + 1));
}

std::string_view direction_text(const KeySpec& spec) {
  switch (spec.direction) {
    case PolicyDirection::any:
      return "may set, bound or forbid it";
    case PolicyDirection::never_on:
      return "may switch it off, never force it on";
    case PolicyDirection::only_lower:
      return "may lower it only";
    case PolicyDirection::at_least_one:
      return spec.type == Type::duration ? "may bound it, never below 1min"
                                         : "may bound it, never below 1";
  }
  return {};
}

std::string bound_text(const KeySpec& spec, std::int64_t bound) {
  return spec.type == Type::duration
             ? to_toml(std::string_view(format_duration(core::Duration(bound))))
             : std::to_string(bound);
}

// ------------------------------------------------------------------ schema

ordered_json key_schema(const KeySpec& spec) {
  ordered_json out;
  if (!spec.doc.empty()) out["description"] = spec.doc;
  const auto texts = [](ordered_json items) {
    return ordered_json{{"type", "array"}, {"items", std::move(items)}};
  };
  switch (spec.type) {
    case Type::boolean:
      out["type"] = "boolean";
      break;
    case Type::boolean_or_auto:
      out["enum"] = {true, false, "auto"};
      break;
    case Type::integer:
      out["type"] = "integer";
      if (spec.min) out["minimum"] = *spec.min;
      if (spec.max) out["maximum"] = *spec.max;
      break;
    case Type::duration:
      out["type"] = "string";
      out["pattern"] = "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+min)?([0-9]+s)?([0-9]+ms)?$";
      break;
    case Type::time_of_day:
      out["type"] = "string";
      out["pattern"] = "^([01]?[0-9]|2[0-3]):[0-5][0-9]$";
      break;
    case Type::string:
      out["type"] = "string";
      if (spec.syntax == Syntax::id) out["pattern"] = "^([a-z][a-z0-9-]{0,31})?$";
      if (spec.max) out["maxLength"] = *spec.max;
      break;
    case Type::path:
      out["type"] = "string";
      out["pattern"] = "^(|/.*|~/.*)$";
      break;
    case Type::secret_ref:
      out["type"] = "string";
      break;
    case Type::enumeration:
      out["enum"] = spec.values;
      break;
    case Type::string_list:
    case Type::hours:
      out.update(texts(spec.values.empty() ? ordered_json{{"type", "string"}}
                                           : ordered_json{{"enum", spec.values}}));
      if (spec.max) out["maxItems"] = *spec.max;
      break;
    case Type::table_list:
      out.update(texts({{"type", "object"}}));
      break;
  }
  if (spec.default_value != KeyValue()) out["default"] = value_json(to_toml(spec.default_value));
  return out;
}

ordered_json object_schema() {
  return {
      {"type", "object"}, {"properties", ordered_json::object()}, {"additionalProperties", false}};
}

/// Of a key in a policy file: a value, or one of the states. What a policy may not do with the key
/// is left to `config check`.
ordered_json policy_key_schema(const KeySpec& spec) {
  const auto value = key_schema(spec);
  auto plain = value;
  plain.erase("description");
  plain.erase("default");
  const auto state = [](ordered_json properties, std::vector<std::string> required) {
    auto out = object_schema();
    out["properties"] = std::move(properties);
    if (!required.empty()) out["required"] = std::move(required);
    out["minProperties"] = 1;
    return out;
  };
  ordered_json out;
  if (!spec.doc.empty()) out["description"] = spec.doc;
  out["anyOf"] = {plain, state({{"required", plain}}, {"required"})};
  ordered_json given{{"default", plain}};
  if (spec.type == Type::integer || spec.type == Type::duration) {
    given["min"] = plain;
    given["max"] = plain;
  }
  out["anyOf"].push_back(state(std::move(given), {}));
  if (forbidden_value(spec)) {
    ordered_json on{{"const", true}};
    if (spec.type == Type::string_list) on = {{"anyOf", {on, plain}}};
    out["anyOf"].push_back(state({{"forbidden", std::move(on)}}, {"forbidden"}));
  }
  return out;
}

ordered_json policy_header_schema() {
  const ordered_json names{{"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 1}};
  auto when = object_schema();
  when["description"] = "Whom the file is for; all that is given must hold.";
  for (const char* key : {"hosts", "tags", "groups"}) when["properties"][key] = names;
  when["properties"]["percent"] = {{"type", "integer"}, {"minimum", 0}, {"maximum", 100}};
  auto header = object_schema();
  header["properties"] = {{"managed_by", {{"type", "string"}}}, {"when", when}};
  return header;
}

}  // namespace

std::vector<Problem> check(const Roots& roots, const std::vector<PluginSettingSpecs>& plugins) {
  const auto loaded = load(roots, plugins);
  auto problems = loaded.problems;
  // Policies for other machines are to be sound too.
  for (const auto& file : loaded.files)
    if (!file.not_here.empty())
      for (auto& problem : load_files({file.path}, plugins).problems)
        problems.push_back(std::move(problem));
  return as_a_check(std::move(problems));
}

std::vector<Problem> check(const std::vector<std::filesystem::path>& files,
                           const std::vector<PluginSettingSpecs>& plugins, const Roots& roots,
                           bool policies) {
  return as_a_check(load_files(files, plugins, roots, policies).problems);
}

std::string Explanation::text() const {
  std::string out =
      fmt::format("{} = {}\n  {}\n", spec.path, value_text(effective.setting), spec.doc);
  out += fmt::format("  from     {}\n", source_text(effective.setting.source));
  for (const auto& setting : effective.overrode)
    out += fmt::format("  over     {} ({})\n", value_text(setting), source_text(setting.source));
  if (effective.managed) out += fmt::format("  managed  {}\n", managed_text(*effective.managed));
  if (!condition.empty()) out += fmt::format("  because  {}\n", condition);
  for (const auto& file : replaced)
    out += fmt::format("  replaces {}\n", one_line(file.native(), 4096));
  for (const auto& file : not_here)
    out += fmt::format("  not here {}: {}\n", one_line(file.path.native(), 4096), file.reason);
  out += fmt::format("  takes    {}\n", expectation(spec));
  const std::string built_in = to_toml(spec.default_value);
  out += fmt::format("  default  {}\n", built_in.empty() ? "not set" : built_in);
  out += fmt::format("  policy   {}\n", direction_text(spec));
  return out;
}

std::string Explanation::json() const {
  ordered_json out;
  out["key"] = spec.path;
  out.update(setting_json(effective.setting));
  out["overrode"] = ordered_json::array();
  for (const auto& setting : effective.overrode) out["overrode"].push_back(setting_json(setting));
  out["type"] = type_name(spec.type);
  out["default"] = value_json(to_toml(spec.default_value));
  const bool length = spec.type != Type::integer && spec.type != Type::duration;
  const auto bound = [&](std::optional<std::int64_t> x) {
    return !x || length ? ordered_json() : value_json(bound_text(spec, *x));
  };
  out["min"] = bound(spec.min);
  out["max"] = bound(spec.max);
  out["values"] = spec.values;
  out["unit"] = spec.unit;
  out["doc"] = spec.doc;
  out["takes"] = expectation(spec);
  out["policy"] = direction_text(spec);
  out["managed"] = effective.managed ? managed_json(*effective.managed) : ordered_json();
  out["condition"] = condition.empty() ? ordered_json() : ordered_json(condition);
  out["replaces"] = ordered_json::array();
  for (const auto& file : replaced) out["replaces"].push_back(one_line(file.native(), 4096));
  out["not_here"] = ordered_json::array();
  for (const auto& file : not_here)
    out["not_here"].push_back(
        {{"file", one_line(file.path.native(), 4096)}, {"reason", file.reason}});
  return out.dump();
}

std::optional<Explanation> explain(const Loaded& loaded,
                                   const std::vector<PluginSettingSpecs>& plugins,
                                   std::string_view key) {
  auto spec = find_key(key, plugins);
  if (!spec) return std::nullopt;
  const auto found = std::ranges::find(loaded.effective, key, &Effective::key);
  Effective effective = found != loaded.effective.end()
                            ? *found
                            : Effective{spec->path, {to_toml(spec->default_value), {}}, {}, {}};
  Explanation explanation{std::move(*spec), std::move(effective), {}, {}, {}};
  const auto& managed = explanation.effective.managed;
  bool before = managed.has_value();  // what comes after and is for here was refused
  for (const auto& file : loaded.files) {
    if (file.layer != Layer::policy || !file.content || !speaks_of(*file.content, key)) continue;
    if (!file.not_here.empty()) {
      explanation.not_here.push_back({file.path, file.not_here});
    } else if (managed && file.path == managed->source.file) {
      explanation.condition = condition_text(read_policy_header(*file.content).header);
      before = false;
    } else if (before) {
      explanation.replaced.push_back(file.path);
    }
  }
  return explanation;
}

std::optional<std::string> suggest_key(const Loaded& loaded, std::string_view key) {
  std::vector<std::string> keys;
  std::vector<std::string> elsewhere;
  for (const auto& effective : loaded.effective) {
    keys.push_back(effective.key);
    if (effective.key.substr(effective.key.rfind('.') + 1) == key) elsewhere.push_back(keys.back());
  }
  if (elsewhere.size() == 1) return elsewhere[0];
  return did_you_mean(key, keys);
}

std::string show_toml(const Loaded& loaded) {
  std::string out = "schema = 1\n";
  std::string section;
  for (const auto& [key, setting, overrode, managed] : loaded.effective) {
    const std::size_t dot = key.rfind('.');
    if (key.substr(0, dot) != section) {
      section = key.substr(0, dot);
      out += fmt::format("\n[{}]\n", section);
    }
    const std::string name = key.substr(dot + 1);
    if (setting.value.empty())
      out += fmt::format("# {} is not set\n", name);
    else
      out += fmt::format("{} = {}  # {}\n", name, setting.value, source_text(setting.source));
  }
  return out;
}

std::string show_json(const Loaded& loaded) {
  ordered_json out = ordered_json::object();
  for (const auto& [key, setting, overrode, managed] : loaded.effective) {
    out[key] = setting_json(setting);
    out[key]["locked"] = managed && managed->locked;
  }
  return out.dump();
}

bool is_personal(std::string_view key) {
  return key == "stand.enabled" || key.starts_with("programme.") || key == "prompt.sound" ||
         key == "locale.language";
}

std::string show_personal_json(const Loaded& loaded) {
  Loaded own;
  std::ranges::copy_if(loaded.effective, std::back_inserter(own.effective),
                       [](const Effective& entry) { return is_personal(entry.key); });
  return show_json(own);
}

std::string json_schema(const std::vector<PluginSettingSpecs>& plugins, SchemaOf of) {
  const bool policy = of == SchemaOf::policy;
  const auto schema_of = [&](const KeySpec& spec) {
    return policy ? policy_key_schema(spec) : key_schema(spec);
  };
  ordered_json out;
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  out["title"] = policy ? "Poised policy" : "Poised configuration";
  out.update(object_schema());
  out["properties"]["schema"] = {{"description", "The version of these keys."}, {"const", 1}};
  if (policy) out["properties"]["policy"] = policy_header_schema();
  auto& properties = out["properties"];
  ordered_json own = ordered_json::object();
  const auto section = [](ordered_json& parent, const std::string& name) -> ordered_json& {
    if (!parent.contains(name)) parent[name] = object_schema();
    return parent[name]["properties"];
  };
  for (const auto& spec : key_registry()) {
    const std::size_t dot = spec.path.rfind('.');
    const std::string name = spec.path.substr(dot + 1);
    const std::string table = spec.path.substr(0, dot);
    if (!table.starts_with("breaks.")) {
      section(properties, table)[name] = schema_of(spec);
      continue;
    }
    auto& breaks = section(properties, "breaks");
    section(table == "breaks.<id>" ? own : breaks, table.substr(7))[name] = schema_of(spec);
  }
  // A pattern applies to the names beside it too, so the built-in breaks are taken out of it.
  std::string names = "posture";
  for (const auto& [id, schema] : properties["breaks"]["properties"].items()) names += "|" + id;
  properties["breaks"]["patternProperties"] = {
      {fmt::format("^(?!({})$)[a-z][a-z0-9-]{{0,31}}$", names), own.begin().value()}};
  properties["plugin"] = {{"type", "object"}, {"properties", ordered_json::object()}};
  for (const auto& plugin : plugins) {
    auto& settings = section(properties["plugin"]["properties"], plugin.id);
    for (const auto& setting : plugin.settings)
      settings[setting.key] = schema_of(plugin_key(plugin.id, setting));
  }
  return out.dump(2) + "\n";
}

bool breaks_policy(const Problem& problem, const Loaded& loaded) {
  if (problem.severity != Severity::error) return false;
  if (problem.file.filename() == "policy.d") return true;
  return std::ranges::any_of(loaded.files, [&](const SourceFile& file) {
    return file.layer == Layer::policy && file.path == problem.file;
  });
}

std::string policies_fingerprint(const Loaded& loaded) {
  Fnv1a hash;
  bool any = false;
  for (const auto& file : loaded.files) {
    if (file.layer != Layer::policy || !file.content || !file.not_here.empty()) continue;
    if (!read_policy_header(*file.content).header.groups.empty()) continue;
    any = true;
    hash.mix(file.path.filename().native());
    hash.mix(to_toml(Value{.data = *file.content}));
  }
  return any ? fmt::format("{:08x}", hash.value & 0xFFFFFFFFU) : std::string();
}

std::string fingerprint(const Loaded& loaded) {
  Fnv1a hash;
  for (const auto& entry : loaded.effective) {
    if (entry.key.starts_with("plugin")) continue;
    hash.mix(entry.key);
    hash.mix(entry.setting.value);
  }
  return fmt::format("{:016x}", hash.value);
}

}  // namespace poised::config
