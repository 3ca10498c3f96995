// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include "config/inspect.hpp"
#include "config/text.hpp"

namespace poised::config {
namespace {

namespace fs = std::filesystem;

using Flat = std::map<std::string, std::string>;

void flatten(const Table& table, const std::string& prefix, Flat& out) {
  for (const auto& entry : table.entries) {
    const std::string key = prefix + toml_key(entry.key);
    if (const auto* inner = std::get_if<Table>(&entry.value.data))
      flatten(*inner, key + ".", out);
    else
      out[key] = to_toml(entry.value);
  }
}

/// Every value of a text under its dotted key; std::nullopt if it is not TOML.
std::optional<Flat> flat(const std::string& text) {
  const auto parsed = parse_toml(text);
  const auto* table = std::get_if<Table>(&parsed);
  if (table == nullptr) return std::nullopt;
  Flat out;
  flatten(*table, {}, out);
  return out;
}

const Value* find_value(const Table& table, std::string_view key) {
  const std::size_t dot = key.find('.');
  const auto entry = std::ranges::find(table.entries, key.substr(0, dot), &Entry::key);
  if (entry == table.entries.end()) return nullptr;
  if (dot == std::string_view::npos) return &entry->value;
  const auto* inner = std::get_if<Table>(&entry->value.data);
  return inner == nullptr ? nullptr : find_value(*inner, key.substr(dot + 1));
}

/// The byte at which `position` stands.
std::size_t byte_offset(std::string_view text, Position position) {
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (std::uint32_t line = 1; line < position.line; ++line)
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  for (std::uint32_t column = 1; column < position.column && at < text.size(); ++column)
    at += std::max<std::size_t>(utf8_length_at(text, at), 1);
  return at;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

/// The name in a line "[ name ]", with or without a comment after it.
std::optional<std::string> header_of(std::string_view line) {
  line = trimmed(line.substr(0, line.find('#')));
  if (line.size() < 3 || line.front() != '[' || line.back() != ']') return std::nullopt;
  std::string name(line.substr(1, line.size() - 2));
  std::erase_if(name, [](char c) { return c == ' ' || c == '\t'; });
  return name;
}

/// Texts that might be `text` with `key` = `value` in it, the best first. Which of them are is
/// found by reading them: a line that looks like a header may stand within a long string.
std::vector<std::string> attempts(const std::string& text, const Table& table,
                                  const std::string& key, const std::string& value) {
  if (const Value* old = find_value(table, key)) {
    std::string changed = text;
    const std::size_t begin = byte_offset(text, old->at);
    changed.replace(begin, byte_offset(text, old->end) - begin, value);
    return {changed};
  }
  std::vector<std::string> out;
  const std::size_t dot = key.rfind('.');
  const std::string section = key.substr(0, dot);
  const std::string name = key.substr(dot + 1);
  const std::string end = text.find("\r\n") == std::string::npos ? "" : "\r";
  const auto lines = lines_of(text);
  const auto with_line = [&](std::size_t at, const std::string& line) {
    auto changed = lines;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), line + end);
    return joined(changed);
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (header_of(lines[i]) != section) continue;
    // After a line that shows the key as a comment, else after the section's last value.
    std::size_t last = i;
    for (std::size_t j = i + 1; j < lines.size() && !header_of(lines[j]); ++j) {
      const std::string_view line = trimmed(lines[j]);
      if (!line.empty() && !line.starts_with('#')) last = j;
      if (!line.starts_with('#')) continue;
      const std::string_view shown = trimmed(line.substr(1));
      if (shown.starts_with(name) && trimmed(shown.substr(name.size())).starts_with('='))
        out.push_back(with_line(j + 1, name + " = " + value));
    }
    out.push_back(with_line(last + 1, name + " = " + value));
  }
  const std::string gap = lines.empty() || trimmed(lines.back()).empty() ? "" : end + "\n";
  out.push_back(joined(lines) + gap + "[" + section + "]" + end + "\n" + name + " = " + value +
                end + "\n");
  out.push_back(with_line(0, key + " = " + value));
  return out;
}

std::string error_text(const fs::path& file, int error) {
  return fmt::format("{}: cannot be written: {}", one_line(file.native(), 4096),
                     std::generic_category().message(error));
}

/// Puts `text` in the place of `file` at once; std::nullopt if it is done.
std::optional<std::string> replace_file(const fs::path& file, const std::string& text) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) return error_text(file, error.value());
  std::string name = file.native() + ".XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return error_text(file, errno);
  struct stat old {};
  const mode_t mode = ::stat(file.c_str(), &old) == 0 ? old.st_mode & 07777U : 0644U;
  int failed = ::fchmod(fd, mode) == 0 ? 0 : errno;
  for (std::size_t done = 0; failed == 0 && done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n >= 0)
      done += static_cast<std::size_t>(n);
    else if (errno != EINTR)
      failed = errno;
  }
  if (failed == 0 && ::fsync(fd) != 0) failed = errno;
  if (::close(fd) != 0 && failed == 0) failed = errno;
  if (failed == 0 && ::rename(name.c_str(), file.c_str()) != 0) failed = errno;
  if (failed == 0) return std::nullopt;
  ::unlink(name.c_str());
  return error_text(file, failed);
}

std::variant<Value, FileError> parse_value(const std::string& toml) {
  auto parsed = parse_toml("value = " + toml);
  if (auto* error = std::get_if<FileError>(&parsed)) return *error;
  auto& table = std::get<Table>(parsed);
  if (table.entries.size() != 1) return FileError{{}, "expected one value"};
  return std::move(table.entries[0].value);
}

/// What was meant by `text`: as it stands, as a string, or as a list of one.
std::variant<std::string, Refusal> understand(const KeySpec& spec, const std::string& text) {
  const std::string quoted = to_toml(std::string_view(text));
  std::optional<Refusal> first;
  for (const auto& toml : {text, quoted, "[" + text + "]", "[" + quoted + "]"}) {
    const auto value = parse_value(toml);
    if (!std::holds_alternative<Value>(value)) continue;
    const auto read = read_value(spec, std::get<Value>(value));
    // As it was written, not as it would be written here: "90s" stays "90s".
    if (std::holds_alternative<KeyValue>(read)) return to_toml(std::get<Value>(value));
    // The first reading that is TOML at all is the likeliest: for a bare word, the string.
    if (!first) first = std::get<Refusal>(read);
  }
  return first.value_or(Refusal{{}, "expected " + expectation(spec)});
}

/// Lets `change` say what shall be in `file`, or why it cannot be, and `attempts` offer texts that
/// may be so; the first that is takes the place of the file.
template <class Change, class Attempts>
std::optional<std::string> change_file(const fs::path& file, std::string_view key,
                                       const std::vector<PluginSettingSpecs>& plugins,
                                       const Change& change, const Attempts& attempts) {
  std::error_code error;
  const fs::path target = fs::is_symlink(file, error) ? fs::weakly_canonical(file, error) : file;
  std::string text = "schema = 1\n";
  if (fs::exists(target, error)) {
    // What is broken, or of a later version, is not for this program to write.
    for (const auto& problem : load_files({target}, plugins).problems)
      if (problem.kind == ProblemKind::file) return problem.text();
    std::ifstream stream(target, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(stream), {});
  }
  const auto parsed = parse_toml(text);
  if (const auto* broken = std::get_if<FileError>(&parsed))
    return Problem{.file = target, .at = broken->at, .reason = broken->reason}.text();
  const auto& table = std::get<Table>(parsed);
  Flat wanted;
  flatten(table, {}, wanted);
  if (auto refusal = change(table, wanted)) return refusal;
  for (const auto& attempt : attempts(text, table))
    if (flat(attempt) == wanted) return replace_file(target, attempt);
  return fmt::format("{}: {}: found no place for it; write it by hand",
                     one_line(file.native(), 4096), key);
}

/// What a policy here says of `key`.
std::optional<Managed> managed_here(const Roots& roots, std::string_view key,
                                    const std::vector<PluginSettingSpecs>& plugins) {
  const auto explanation = explain(load(roots, plugins), plugins, key);
  return explanation ? explanation->effective.managed : std::nullopt;
}

std::string refusal_text(std::string_view key, const std::string& what, const Managed& managed) {
  return fmt::format("{}: {} ({}:{})", key, what, one_line(managed.source.file.native(), 4096),
                     managed.source.at.line);
}

/// The policy that keeps a person from setting `key`, in words.
std::optional<std::string> locked_by(const Roots& roots, std::string_view key,
                                     const std::vector<PluginSettingSpecs>& plugins) {
  const auto managed = managed_here(roots, key, plugins);
  if (!managed || !managed->locked) return std::nullopt;
  return refusal_text(key, "locked by the policy here", *managed);
}

/// std::nullopt: `toml` is none for that key.
std::optional<KeyValue> value_of(const KeySpec& spec, const std::string& toml) {
  const auto value = parse_value(toml);
  if (!std::holds_alternative<Value>(value)) return std::nullopt;
  auto read = read_value(spec, std::get<Value>(value));
  auto* known = std::get_if<KeyValue>(&read);
  return known == nullptr ? std::nullopt : std::optional(std::move(*known));
}

/// The table of that name in a list of tables; npos: there is none.
std::size_t index_of_table(const Array& list, std::string_view name) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (const auto* table = std::get_if<Table>(&list[i].data))
      if (const Value* its = find_value(*table, "name"))
        if (const auto* text = std::get_if<std::string>(&its->data); text && *text == name)
          return i;
  return std::string::npos;
}

}  // namespace

std::optional<std::string> set_value(const fs::path& file, std::string_view key,
                                     std::string_view value_text,
                                     const std::vector<PluginSettingSpecs>& plugins) {
  const auto spec = find_key(key, plugins);
  if (!spec) {
    std::vector<std::string> known;
    for (const auto& registered : key_registry()) known.push_back(registered.path);
    const auto meant = did_you_mean(key, known);
    return fmt::format("{}: unknown key{}", one_line(key),
                       meant ? "; did you mean '" + *meant + "'?" : std::string());
  }
  const auto understood = understand(*spec, std::string(trimmed(value_text)));
  if (const auto* refusal = std::get_if<Refusal>(&understood))
    return fmt::format("{}: {}", spec->path, one_line(refusal->reason));
  const auto& value = std::get<std::string>(understood);

  return change_file(
      file, spec->path, plugins,
      [&](const Table&, Flat& wanted) -> std::optional<std::string> {
        wanted[spec->path] = value;
        return std::nullopt;
      },
      [&](const std::string& text, const Table& table) {
        return attempts(text, table, spec->path, value);
      });
}

std::optional<std::string> set_for_person(const Roots& roots, std::string_view key,
                                          std::string_view value_text,
                                          const std::vector<PluginSettingSpecs>& plugins) {
  const auto managed = managed_here(roots, key, plugins);
  if (managed && managed->locked) return refusal_text(key, "locked by the policy here", *managed);
  const auto spec = find_key(key, plugins);
  if (managed && spec) {
    const auto understood = understand(*spec, std::string(trimmed(value_text)));
    const auto* toml = std::get_if<std::string>(&understood);
    if (const auto value = toml == nullptr ? std::nullopt : value_of(*spec, *toml))
      if (const auto allowed = nearest_allowed(managed->policy, *value); !allowed.why.empty())
        return refusal_text(key, allowed.why, *managed);
  }
  return set_value(roots.user_file(), key, value_text, plugins);
}

std::optional<std::string> set_in_list_for_person(const Roots& roots, std::string_view list,
                                                  std::string_view table, std::string_view key,
                                                  std::int64_t value,
                                                  const std::vector<PluginSettingSpecs>& plugins) {
  if (auto locked = locked_by(roots, list, plugins)) return locked;
  const std::string written = std::to_string(value);
  const auto array_of = [&](const Table& all) {
    const Value* found = find_value(all, list);
    return found == nullptr ? nullptr : std::get_if<Array>(&found->data);
  };
  return change_file(
      roots.user_file(), list, plugins,
      [&](const Table& all, Flat& wanted) -> std::optional<std::string> {
        const auto* array = array_of(all);
        const auto index = array == nullptr ? std::string::npos : index_of_table(*array, table);
        if (index == std::string::npos)
          return fmt::format("{}: {}: no table of the name '{}'; write {} = {} where it is",
                             one_line(roots.user_file().native(), 4096), list, one_line(table), key,
                             written);
        Array changed = *array;
        auto& entries = std::get<Table>(changed[index].data).entries;
        const auto old = std::ranges::find(entries, key, &Entry::key);
        if (old != entries.end())
          old->value = {.data = value};
        else
          entries.insert(std::ranges::find(entries, "name", &Entry::key) + 1,
                         {.key = std::string(key), .value = {.data = value}});
        wanted[std::string(list)] = to_toml(Value{.data = std::move(changed)});
        return std::nullopt;
      },
      [&](const std::string& text, const Table& all) {
        const auto& array = *array_of(all);
        const auto& its = std::get<Table>(array[index_of_table(array, table)].data);
        const Value* old = find_value(its, key);
        const Value& place = old != nullptr ? *old : *find_value(its, "name");
        const auto begin = byte_offset(text, old != nullptr ? place.at : place.end);
        const auto with = [&](std::size_t at, std::size_t size, const std::string& put) {
          return std::string(text).replace(at, size, put);
        };
        if (old != nullptr)
          return std::vector{with(begin, byte_offset(text, old->end) - begin, written)};
        // On a line of its own, with what ends lines here, or behind the name in its braces.
        const auto newline = text.find('\n', begin);
        const auto line = fmt::format("{} = {}", key, written);
        const std::string end = text.find("\r\n") == std::string::npos ? "\n" : "\r\n";
        return std::vector{newline == std::string::npos ? text + end + line + end
                                                        : with(newline + 1, 0, line + end),
                           with(begin, 0, ", " + line)};
      });
}

}  // namespace poised::config
