// SPDX-License-Identifier: MIT
#include "plugin/manifest.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <poised/plugin.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

// Without this, toml++ 3.3 and 3.4 abort on some malformed text ("[[[1]]]") that they otherwise
// report as any other error.
#define TOML_ASSERT(x) static_cast<void>(0)
#include <toml++/toml.h>

#include "plugin/wire.hpp"

namespace poised::plugin {
namespace {

constexpr std::size_t max_file = std::size_t{64} << 10;
constexpr std::size_t max_words = 32;
constexpr std::size_t max_word = 1024;
constexpr std::size_t max_settings = 256;
constexpr std::array capabilities{"activity", "availability", "prompt", "desk", "sink"};
constexpr std::array setting_types{"bool", "int",        "duration", "string",    "enum",
                                   "path", "secret-ref", "list",     "table-list"};

bool contains(const auto& range, std::string_view item) {
  return std::find(std::begin(range), std::end(range), item) != std::end(range);
}

bool is_name(std::string_view text, std::string_view more) {
  return !text.empty() && text.size() <= 64 && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  more.find(c) != std::string_view::npos;
         });
}

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  return json + '"';
}

std::string json(const toml::node& node) {
  if (const auto* text = node.as_string()) return json_string(text->get());
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (const auto* real = node.as_floating_point()) {
    return std::isfinite(real->get()) ? fmt::format("{}", real->get()) : "null";
  }
  std::string text;
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) text += (text.empty() ? "" : ",") + json(item);
    return "[" + text + "]";
  }
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      text += (text.empty() ? "" : ",") + json_string(key.str()) + ":" + json(value);
    }
    return "{" + text + "}";
  }
  // Dates and times, which JSON does not have.
  std::ostringstream out;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_date<decltype(value)> || toml::is_time<decltype(value)> ||
                  toml::is_date_time<decltype(value)>) {
      out << value.get();
    }
  });
  return json_string(out.str());
}

/// The offset of the first character outside ASCII that is neither in a string nor in a comment;
/// npos if there is none. toml++ 3.3 and 3.4 run into undefined behaviour on some of them.
std::size_t stray_character(std::string_view text) {
  char quote = 0;  // '#': a comment
  bool long_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool three = i + 2 < text.size() && text[i + 1] == c && text[i + 2] == c;
    if (quote == 0) {
      if (static_cast<unsigned char>(c) >= 0x80) return i;
      if (c == '#') quote = c;
      if (c == '"' || c == '\'') {
        quote = c;
        long_string = three;
        if (three) i += 2;
      }
    } else if (c == '\n' && !long_string) {
      quote = 0;
    } else if (c == '\\' && quote == '"') {
      ++i;
    } else if (c == quote && c != '#' && (three || !long_string)) {
      if (long_string) {
        // Up to two quotes may stand before the three that end the string.
        i += 2;
        while (i + 1 < text.size() && text[i + 1] == c) ++i;
      }
      quote = 0;
      long_string = false;
    }
  }
  return std::string_view::npos;
}

class Parser {
 public:
  Parser(std::string_view file, std::vector<std::string>& problems)
      : file_(file), problems_(problems) {}

  Manifest parse(std::string_view text) {
    Manifest manifest;
    manifest.file = file_;
    toml::table root;
    if (!load(text, root)) return {};
    for (const auto& [key, value] : root) {
      if (key != "plugin" && key != "settings") ignore(key, key.str());
    }
    const toml::table* plugin = root["plugin"].as_table();
    if (plugin == nullptr) {
      error(root, "plugin", "the table is missing");
      return {};
    }
    read_plugin(*plugin, manifest);
    if (const toml::node* settings = root.get("settings")) read_settings(*settings, manifest);
    if (failed_) return {};
    return manifest;
  }

 private:
  void report(const toml::source_region& where, std::string_view object, std::string_view reason) {
    problems_.push_back(one_line(fmt::format("{}:{}:{}: {}: {}", file_, where.begin.line,
                                             where.begin.column, object, reason)));
  }
  void error(const toml::node& node, std::string_view object, std::string_view reason) {
    report(node.source(), object, reason);
    failed_ = true;
  }
  void ignore(const toml::key& key, std::string_view object) {
    report(key.source(), object, "unknown key, ignoring");
  }

  bool load(std::string_view text, toml::table& root) {
    const auto whole_file = [&](std::string_view reason) {
      problems_.push_back(one_line(fmt::format("{}:1:1: manifest: {}", file_, reason)));
      return false;
    };
    if (text.size() > max_file) return whole_file("larger than 64 KiB");
    if (const std::size_t at = stray_character(text); at != std::string_view::npos) {
      const std::string_view before = text.substr(0, at);
      const auto line = 1 + std::count(before.begin(), before.end(), '\n');
      const std::size_t column = at - (before.rfind('\n') + 1) + 1;
      problems_.push_back(
          fmt::format("{}:{}:{}: manifest: a character outside ASCII is only "
                      "allowed in strings and comments",
                      file_, line, column));
      return false;
    }
    try {
      root = toml::parse(text, file_);
      return true;
    } catch (const toml::parse_error& e) {
      report(e.source(), "manifest", e.description());
    } catch (const std::exception& e) {
      whole_file(e.what());
    }
    return false;
  }

  std::string text(const toml::table& table, std::string_view key, const std::string& object,
                   std::string otherwise, bool required = false) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (required) error(table, object, "missing");
      return otherwise;
    }
    const auto* value = node->as_string();
    if (value == nullptr) {
      error(*node, object, "must be a string");
      return otherwise;
    }
    if (value->get().empty() && required) error(*node, object, "must not be empty");
    if (value->get().size() > max_word) error(*node, object, "longer than 1024 bytes");
    if (one_line(value->get()) != value->get()) error(*node, object, "must be one line of text");
    return value->get();
  }

  std::vector<std::string> words(const toml::table& table, std::string_view key,
                                 const std::string& object) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    std::vector<std::string> words;
    if (array != nullptr && array->size() <= max_words) {
      for (const toml::node& item : *array) {
        const auto* value = item.as_string();
        if (value == nullptr || value->get().size() > max_word ||
            one_line(value->get()) != value->get()) {
          break;
        }
        words.push_back(value->get());
      }
      if (words.size() == array->size()) return words;
    }
    error(*node, object, "must be a list of at most 32 strings of one line");
    return {};
  }

  void read_plugin(const toml::table& table, Manifest& manifest) {
    static constexpr std::array keys{"id",        "name",      "version",      "abi",
                                     "library",   "isolation", "capabilities", "response_timeout",
                                     "on_demand", "opt_in",    "requires",     "sandbox"};
    for (const auto& [key, value] : table) {
      if (!contains(keys, key.str())) ignore(key, fmt::format("plugin.{}", key.str()));
    }
    read_id(table, manifest);
    manifest.name = text(table, "name", "plugin.name", {}, true);
    manifest.version = text(table, "version", "plugin.version", {}, true);
    read_abi(table, manifest);
    manifest.library = text(table, "library", "plugin.library", manifest.id + ".so");
    const toml::node* library = table.get("library");
    if (library != nullptr && !is_name(manifest.library, "._+ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
      error(*library, "plugin.library", "must be a bare file name");
    }
    manifest.capabilities = words(table, "capabilities", "plugin.capabilities");
    if (manifest.capabilities.empty()) {
      error(table, "plugin.capabilities", "at least one is needed");
    }
    for (const std::string& capability : manifest.capabilities) {
      if (!contains(capabilities, capability)) {
        error(
            *table.get("capabilities"), "plugin.capabilities",
            fmt::format("'{}' is none of activity, availability, prompt, desk, sink", capability));
      }
    }
    manifest.isolation = text(table, "isolation", "plugin.isolation", "process");
    if (manifest.isolation != "process" && manifest.isolation != "in-process") {
      error(*table.get("isolation"), "plugin.isolation", "must be \"process\" or \"in-process\"");
    }
    if (const toml::node* node = table.get("response_timeout")) {
      const auto* value = node->as_string();
      const auto timeout = value != nullptr ? parse_duration(value->get()) : std::nullopt;
      if (!timeout || timeout->count() < 1 || *timeout > std::chrono::minutes(10)) {
        error(*node, "plugin.response_timeout", "must be a duration from \"1ms\" to \"10min\"");
      } else {
        manifest.response_timeout = *timeout;
      }
    }
    if (const toml::node* node = table.get("on_demand")) {
      const auto* value = node->as_boolean();
      if (value == nullptr) error(*node, "plugin.on_demand", "must be true or false");
      manifest.on_demand = value != nullptr && value->get();
    }
    if (const toml::node* node = table.get("opt_in")) {
      const auto* value = node->as_boolean();
      if (value == nullptr) error(*node, "plugin.opt_in", "must be true or false");
      manifest.opt_in = value != nullptr && value->get();
    }
    manifest.requirements = words(table, "requires", "plugin.requires");
    manifest.sandbox = words(table, "sandbox", "plugin.sandbox");
    for (const std::string& item : manifest.sandbox) {
      const bool path = item.starts_with("device:/dev/") || item.starts_with("home-ro:");
      if (!path && item != "bus" && item != "net" && item != "home" && item != "state") {
        error(*table.get("sandbox"), "plugin.sandbox",
              fmt::format("'{}' is none of bus, net, home, state, home-ro:PATH, device:/dev/PATH",
                          item));
      }
    }
  }

  void read_id(const toml::table& table, Manifest& manifest) {
    manifest.id = text(table, "id", "plugin.id", {}, true);
    const toml::node* node = table.get("id");
    if (node == nullptr || manifest.id.empty()) return;
    if (!is_name(manifest.id, "") || manifest.id.size() > 32) {
      error(*node, "plugin.id", "must be 1 to 32 characters of a-z, 0-9 and -");
      return;
    }
    std::string stem = file_.substr(file_.rfind('/') + 1);
    if (stem.ends_with(".plugin")) stem.resize(stem.size() - std::strlen(".plugin"));
    if (stem != manifest.id) {
      error(*node, "plugin.id", fmt::format("'{}' is not the file's name", manifest.id));
    }
  }

  void read_abi(const toml::table& table, Manifest& manifest) {
    const toml::node* node = table.get("abi");
    if (node == nullptr) return error(table, "plugin.abi", "missing");
    const std::string version = node->is_integer()  ? fmt::format("{}.0", node->ref<int64_t>())
                                : node->is_string() ? node->ref<std::string>()
                                                    : std::string();
    const char* const end = version.data() + version.size();
    const auto major = std::from_chars(version.data(), end, manifest.abi_major);
    const bool dot = major.ec == std::errc{} && major.ptr != end && *major.ptr == '.';
    if (dot) {
      const auto minor = std::from_chars(major.ptr + 1, end, manifest.abi_minor);
      if (minor.ec == std::errc{} && minor.ptr == end) return;
    }
    error(*node, "plugin.abi", R"(must be "MAJOR.MINOR", e.g. "1.0")");
  }

  void read_settings(const toml::node& node, Manifest& manifest) {
    const toml::table* settings = node.as_table();
    if (settings == nullptr) return error(node, "settings", "must be a table");
    if (settings->size() > max_settings) return error(node, "settings", "more than 256 settings");
    for (const auto& [key, value] : *settings) {
      const std::string object = fmt::format("settings.{}", key.str());
      const toml::table* table = value.as_table();
      if (!is_name(key.str(), "_")) {
        error(value, object, "a key is made of a-z, 0-9, - and _");
      } else if (table == nullptr) {
        error(value, object, "must be a table");
      } else {
        read_setting(*table, object, manifest.settings.emplace_back());
        manifest.settings.back().key = key.str();
      }
    }
    std::sort(manifest.settings.begin(), manifest.settings.end(),
              [](const SettingSpec& a, const SettingSpec& b) { return a.key < b.key; });
  }

  void read_setting(const toml::table& table, const std::string& object, SettingSpec& setting) {
    static constexpr std::array keys{"type", "default", "min", "max", "values", "doc", "personal"};
    for (const auto& [key, value] : table) {
      if (!contains(keys, key.str())) ignore(key, fmt::format("{}.{}", object, key.str()));
    }
    setting.type = text(table, "type", object + ".type", {}, true);
    if (setting.type.empty()) return;
    if (!contains(setting_types, setting.type)) {
      return error(*table.get("type"), object + ".type",
                   fmt::format("'{}' is none of {}", setting.type, fmt::join(setting_types, ", ")));
    }
    if (const toml::node* doc = table.get("doc")) {
      if (!doc->is_string()) {
        error(*doc, object + ".doc", "must be a string");
      } else {
        setting.doc = doc->ref<std::string>();
      }
    }
    if (const toml::node* personal = table.get("personal")) {
      if (!personal->is_boolean()) error(*personal, object + ".personal", "must be true or false");
      setting.personal = personal->value_or(false);
    }
    setting.values = words(table, "values", object + ".values");
    if (table.contains("values") && setting.type != "enum" && setting.type != "list") {
      error(*table.get("values"), object + ".values", "only an enum or a list has values");
    }
    if (setting.type == "enum" && setting.values.empty()) {
      error(table, object + ".values", "an enum needs them");
    }
    setting.default_value = value_of(table, "default", object, setting);
    const bool bounded = setting.type == "int" || setting.type == "duration";
    for (const auto& [key, into] : {std::pair{"min", &setting.min}, {"max", &setting.max}}) {
      const toml::node* bound = table.get(key);
      if (bound != nullptr && !bounded) {
        error(*bound, fmt::format("{}.{}", object, key), "only an int or a duration has bounds");
      } else {
        *into = value_of(table, key, object, setting);
      }
    }
    if (bounded) check_bounds(table, object);
  }

  std::string value_of(const toml::table& table, std::string_view key, const std::string& object,
                       const SettingSpec& setting) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    const std::string& type = setting.type;
    const auto listed = [&](const toml::node& item) {
      return item.is_string() &&
             (setting.values.empty() || contains(setting.values, item.ref<std::string>()));
    };
    const auto all = [&](auto holds) {
      const toml::array* array = node->as_array();
      return array != nullptr && std::all_of(array->begin(), array->end(), holds);
    };
    const bool fits = type == "bool"         ? node->is_boolean()
                      : type == "int"        ? node->is_integer()
                      : type == "duration"   ? duration(*node).has_value()
                      : type == "enum"       ? listed(*node)
                      : type == "list"       ? all(listed)
                      : type == "table-list" ? all([](const auto& item) { return item.is_table(); })
                                             : node->is_string();
    if (fits) return json(*node);
    error(*node, fmt::format("{}.{}", object, key), fmt::format("is not a valid {}", type));
    return {};
  }

  static std::optional<std::int64_t> duration(const toml::node& node) {
    const auto* value = node.as_string();
    const auto parsed = value != nullptr ? parse_duration(value->get()) : std::nullopt;
    return parsed ? std::optional(std::int64_t{parsed->count()}) : std::nullopt;
  }

  void check_bounds(const toml::table& table, const std::string& object) {
    const auto number = [&](std::string_view key) -> std::optional<std::int64_t> {
      const toml::node* node = table.get(key);
      if (node == nullptr) return {};
      return node->is_integer() ? node->ref<std::int64_t>() : duration(*node);
    };
    const auto low = number("min");
    const auto high = number("max");
    const auto value = number("default");
    if (low && high && *low > *high) error(*table.get("min"), object + ".min", "is above max");
    if (value && ((low && *value < *low) || (high && *value > *high))) {
      error(*table.get("default"), object + ".default", "is not within min and max");
    }
  }

  std::string file_;
  std::vector<std::string>& problems_;
  bool failed_ = false;
};

std::optional<std::string> read_whole(int fd) {
  std::string text(max_file + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(fd, text.data() + size, text.size() - size);
    if (got < 0) {
      if (errno == EINTR) continue;
      return {};
    }
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

}  // namespace

bool Manifest::has(std::string_view capability) const {
  return contains(capabilities, capability);
}

Manifest parse_manifest(std::string_view text, std::string_view file,
                        std::vector<std::string>& problems) {
  return Parser(file, problems).parse(text);
}

std::vector<Manifest> load_manifests(const std::string& dir, std::vector<std::string>& problems,
                                     const Trust& trust) {
  std::vector<Manifest> manifests;
  if (access(dir.c_str(), F_OK) != 0 && errno == ENOENT) return manifests;
  std::string why;
  UniqueFd directory = open_trusted_directory(dir, trust, why);
  if (!directory) {
    problems.push_back("plugins: " + one_line(why));
    return manifests;
  }
  const UniqueFd for_files(dup(directory.get()));
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(fdopendir(directory.get()), closedir);
  if (!for_files || !listing) {
    problems.push_back(fmt::format("plugins: {}: {}", one_line(dir), std::strerror(errno)));
    return manifests;
  }
  static_cast<void>(directory.release());
  std::vector<std::string> names;
  while (const dirent* entry = readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name.ends_with(".plugin") && !name.starts_with('.')) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const UniqueFd file = open_trusted_file(for_files.get(), dir, name, trust, why);
    const std::optional<std::string> text = file ? read_whole(file.get()) : std::nullopt;
    if (!text) {
      problems.push_back(
          "plugins: " +
          one_line(file ? fmt::format("{}/{}: {}", dir, name, std::strerror(errno)) : why));
      continue;
    }
    Manifest manifest = parse_manifest(*text, dir + "/" + name, problems);
    if (manifest.usable()) manifests.push_back(std::move(manifest));
  }
  return manifests;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
      {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  if (text.empty()) return {};
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto digits = std::from_chars(text.data(), text.data() + text.size(), number);
    if (digits.ec != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(digits.ptr - text.data()));
    const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
    const std::string_view unit = text.substr(0, letters);
    const auto* const found = std::find_if(units.begin() + next_unit, units.end(),
                                           [&](const auto& u) { return u.first == unit; });
    if (found == units.end()) return {};
    total += number * found->second;
    next_unit = static_cast<std::size_t>(found - units.begin()) + 1;
    text.remove_prefix(letters);
  }
  return std::chrono::milliseconds(total);
}

}  // namespace poised::plugin
