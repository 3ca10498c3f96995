// SPDX-License-Identifier: MIT
#include "config/policy_file.hpp"

#include <fmt/format.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <sstream>
#include <system_error>
#include <utility>

#include "config/text.hpp"

namespace poised::config {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

fs::path below(const fs::path& root, const fs::path& path) {
  return root.empty() ? path : root / path.relative_path();
}

const Value* find(const Table& table, std::string_view key) {
  const auto entry = std::ranges::find(table.entries, key, &Entry::key);
  return entry == table.entries.end() ? nullptr : &entry->value;
}

std::optional<Texts> texts_of(const Value& value) {
  const auto* array = std::get_if<Array>(&value.data);
  if (array == nullptr) return std::nullopt;
  Texts texts;
  for (const auto& item : *array) {
    const auto* text = std::get_if<std::string>(&item.data);
    if (text == nullptr || text->empty()) return std::nullopt;
    texts.push_back(*text);
  }
  return texts;
}

bool any_in(const Texts& wanted, const Texts& have) {
  return std::ranges::any_of(
      wanted, [&](const std::string& word) { return std::ranges::find(have, word) != have.end(); });
}

std::string joined(const Texts& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// ------------------------------------------------------------------ states of a key

bool is_number(const KeySpec& spec) {
  return spec.type == Type::integer || spec.type == Type::duration;
}

std::int64_t number_of(const KeyValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  return std::get<core::Duration>(value).count();
}

std::string number_text(const KeySpec& spec, std::int64_t number) {
  return spec.type == Type::duration ? format_duration(core::Duration(number))
                                     : std::to_string(number);
}

// Of an enumeration that goes from most to least, or of numbers.
bool is_more(const KeySpec& spec, const KeyValue& value, const KeyValue& than) {
  if (spec.type == Type::enumeration) {
    const auto rank = [&](const KeyValue& of) {
      return std::ranges::find(spec.values, std::get<std::string>(of)) - spec.values.begin();
    };
    return rank(value) < rank(than);
  }
  return number_of(value) > number_of(than);
}

std::optional<std::string> beyond_never_on(const KeySpec& spec, const KeyPolicy& policy) {
  if (policy.min || policy.max)
    return fmt::format("{} is the person's own: a policy may give a default or forbid it",
                       spec.path);
  if (policy.required && policy.required != forbidden_value(spec))
    return fmt::format("no policy may force {}: it may only give a default{}", spec.path,
                       forbidden_value(spec) ? " or forbid it" : "");
  // B8: only the person's own word makes a prompt critical.
  if (spec.path == "prompt.critical" && policy.default_value &&
      policy.default_value != forbidden_value(spec))
    return fmt::format("only the person may switch {} on", spec.path);
  return std::nullopt;
}

std::optional<std::string> beyond_only_lower(const KeySpec& spec, const KeyPolicy& policy) {
  if (policy.min) return fmt::format("no policy may raise {}: it may set \"max\"", spec.path);
  const bool forces_most = spec.type == Type::enumeration && policy.required == spec.default_value;
  for (const auto& value : {policy.required, policy.default_value})
    if (forces_most || (value && is_more(spec, *value, spec.default_value)))
      return fmt::format("a policy may only lower {}, below {}", spec.path,
                         to_toml(spec.default_value));
  return std::nullopt;
}

// Of a duration the least is a minute: a snooze that is over at once is none.
std::optional<std::string> beyond_at_least_one(const KeySpec& spec, const KeyPolicy& policy) {
  const std::int64_t least =
      spec.type == Type::duration ? core::Duration(std::chrono::minutes(1)).count() : 1;
  const auto none = [&](const std::optional<KeyValue>& value) {
    return value && number_of(*value) < least;
  };
  if (policy.forbidden || none(policy.required) || none(policy.default_value) ||
      policy.max.value_or(least) < least)
    return spec.type == Type::duration
               ? fmt::format("no policy may make {} shorter than {}", spec.path,
                             number_text(spec, least))
               : fmt::format("no policy may take away the last one of {}", spec.path);
  return std::nullopt;
}

std::optional<std::string> beyond(const KeySpec& spec, const KeyPolicy& policy) {
  switch (spec.direction) {
    case PolicyDirection::any:
      return std::nullopt;
    case PolicyDirection::never_on:
      return beyond_never_on(spec, policy);
    case PolicyDirection::only_lower:
      return beyond_only_lower(spec, policy);
    case PolicyDirection::at_least_one:
      return beyond_at_least_one(spec, policy);
  }
  return std::nullopt;
}

/// Fills a KeyPolicy from `{ required = … }` and its like.
class StateReader {
 public:
  explicit StateReader(const KeySpec& spec) : spec_(spec) {}

  std::variant<KeyPolicy, Refusal> read(const Table& state, Position at) {
    if (state.entries.empty())
      return Refusal{at, "expected one of required, default, min, max, forbidden"};
    for (const auto& entry : state.entries)
      if (auto refusal = take(entry)) return *std::move(refusal);
    const int kinds = (policy_.required ? 1 : 0) + (policy_.default_value ? 1 : 0) +
                      (policy_.forbidden || !policy_.forbidden_members.empty() ? 1 : 0);
    const bool bounded = policy_.min || policy_.max;
    if (kinds > 1 || (bounded && (policy_.required || policy_.forbidden)))
      return Refusal{at,
                     "a key is required, or has a default, or bounds, or is forbidden; only a "
                     "default goes with bounds"};
    if (policy_.min && policy_.max && *policy_.min > *policy_.max)
      return Refusal{at, fmt::format("min ({}) is above max ({})", number_text(spec_, *policy_.min),
                                     number_text(spec_, *policy_.max))};
    if (policy_.default_value && bounded) {
      const auto value = number_of(*policy_.default_value);
      if (value < policy_.min.value_or(value) || value > policy_.max.value_or(value))
        return Refusal{at, "the default is outside its own bounds"};
    }
    return policy_;
  }

 private:
  std::optional<Refusal> take(const Entry& entry) {
    if (entry.key == "required") return take_value(entry.value, policy_.required);
    if (entry.key == "default") return take_value(entry.value, policy_.default_value);
    if (entry.key == "min") return take_bound(entry.value, policy_.min);
    if (entry.key == "max") return take_bound(entry.value, policy_.max);
    if (entry.key == "forbidden") return take_forbidden(entry.value);
    return Refusal{entry.at, fmt::format("unknown word '{}': expected required, default, min, max "
                                         "or forbidden",
                                         one_line(entry.key, 40))};
  }

  std::optional<Refusal> take_value(const Value& value, std::optional<KeyValue>& into) const {
    auto read = read_value(spec_, value);
    if (auto* refusal = std::get_if<Refusal>(&read)) return *refusal;
    into = std::get<KeyValue>(std::move(read));
    return std::nullopt;
  }

  std::optional<Refusal> take_bound(const Value& value, std::optional<std::int64_t>& into) const {
    if (!is_number(spec_)) return Refusal{value.at, "only numbers and durations have bounds"};
    std::optional<KeyValue> read;
    if (auto refusal = take_value(value, read)) return refusal;
    into = number_of(*read);
    return std::nullopt;
  }

  std::optional<Refusal> take_forbidden(const Value& value) {
    if (spec_.type == Type::string_list) {
      if (auto members = texts_of(value)) {
        policy_.forbidden_members = *std::move(members);
        return std::nullopt;
      }
    }
    const auto* on = std::get_if<bool>(&value.data);
    if (on == nullptr || !*on)
      return Refusal{value.at, spec_.type == Type::string_list
                                   ? "expected forbidden = true, or the forbidden members"
                                   : "expected forbidden = true"};
    if (!forbidden_value(spec_)) return Refusal{value.at, "this is nothing that can be off"};
    policy_.forbidden = true;
    return std::nullopt;
  }

  const KeySpec& spec_;
  KeyPolicy policy_;
};

}  // namespace

Identity Identity::of_this_process(const fs::path& system_root) {
  Identity identity;
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) identity.host_name = name.data();
  if (const auto* person = ::getpwuid(::getuid())) identity.user_name = person->pw_name;
  std::ifstream id(below(system_root, "/etc/machine-id"));
  id >> identity.machine_id;
  std::ifstream tags(below(system_root, "/etc/poised/tags"));
  for (std::string line; std::getline(tags, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    for (std::string word; words >> word;) identity.tags.push_back(word);
  }
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<std::size_t>(std::max(0, count)));
  if (std::ranges::find(groups, ::getgid()) == groups.end()) groups.push_back(::getgid());
  for (const gid_t group : groups)
    if (const auto* entry = ::getgrgid(group)) identity.groups.emplace_back(entry->gr_name);
  return identity;
}

ReadHeader read_policy_header(const Table& file) {
  ReadHeader read;
  const Value* section = find(file, "policy");
  if (section == nullptr) return read;
  const auto refuse = [&](const std::string& key, Position at, std::string reason) {
    read.refusals.emplace_back(key, Refusal{at, std::move(reason)});
  };
  const auto* table = std::get_if<Table>(&section->data);
  if (table == nullptr) {
    refuse("policy", section->at, "expected a table");
    return read;
  }
  const Table* when = nullptr;
  for (const auto& entry : table->entries) {
    if (entry.key == "managed_by") {
      const auto* text = std::get_if<std::string>(&entry.value.data);
      if (text == nullptr)
        refuse("policy.managed_by", entry.value.at, "expected a string");
      else
        read.header.managed_by = one_line(*text, 80);
    } else if (entry.key == "when") {
      when = std::get_if<Table>(&entry.value.data);
      if (when == nullptr) {
        refuse("policy.when", entry.value.at, "expected a table");
        read.sound_condition = false;
      }
    } else {
      refuse("policy." + toml_key(entry.key), entry.at, "unknown key; expected managed_by or when");
    }
  }
  if (when == nullptr) return read;
  for (const auto& entry : when->entries) {
    const std::string key = "policy.when." + toml_key(entry.key);
    Texts* list = entry.key == "hosts"    ? &read.header.hosts
                  : entry.key == "tags"   ? &read.header.tags
                  : entry.key == "groups" ? &read.header.groups
                                          : nullptr;
    const auto before = read.refusals.size();
    if (list != nullptr) {
      const auto texts = texts_of(entry.value);
      if (texts && !texts->empty())
        *list = *texts;
      else
        refuse(key, entry.value.at, "expected a list of names, at least one");
    } else if (entry.key == "percent") {
      const auto* percent = std::get_if<std::int64_t>(&entry.value.data);
      if (percent != nullptr && *percent >= 0 && *percent <= 100)
        read.header.percent = *percent;
      else
        refuse(key, entry.value.at, "expected an integer from 0 to 100");
    } else {
      refuse(key, entry.at, "unknown condition; expected hosts, tags, groups or percent");
    }
    if (read.refusals.size() > before) read.sound_condition = false;
  }
  return read;
}

std::optional<std::string> why_not_for(const PolicyHeader& header, const std::string& name,
                                       const Identity& identity) {
  const auto matches = [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), identity.host_name.c_str(), FNM_CASEFOLD) == 0;
  };
  if (!header.hosts.empty() && std::ranges::none_of(header.hosts, matches))
    return fmt::format("the host name {} is none of {}", identity.host_name, joined(header.hosts));
  if (!header.tags.empty() && !any_in(header.tags, identity.tags))
    return fmt::format("/etc/poised/tags has none of {}", joined(header.tags));
  if (!header.groups.empty() && !any_in(header.groups, identity.groups))
    return fmt::format("you are in none of the groups {}", joined(header.groups));
  if (!header.percent) return std::nullopt;
  if (identity.machine_id.empty()) return "this machine has no machine-id to stage it by";
  const auto share = share_of_machine(identity.machine_id, name);
  if (share < static_cast<unsigned>(*header.percent)) return std::nullopt;
  return fmt::format("this machine is not yet among its {} % (its place is {})", *header.percent,
                     share);
}

unsigned share_of_machine(std::string_view machine_id, std::string_view policy_name) {
  // FNV-1a, then the finaliser of SplitMix64, for its low bits alone are not even enough.
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&](std::string_view text) {
    for (const char c : text) {
      hash ^= static_cast<unsigned char>(c);
      hash *= 0x100000001b3U;
    }
  };
  add(machine_id);
  add("\n");
  add(policy_name);
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
  hash ^= hash >> 31U;
  return static_cast<unsigned>(hash % 100);
}

std::variant<KeyPolicy, Refusal> read_key_policy(const KeySpec& spec, const Value& value) {
  std::variant<KeyPolicy, Refusal> read;
  if (const auto* state = std::get_if<Table>(&value.data)) {
    read = StateReader(spec).read(*state, value.at);
  } else {
    auto plain = read_value(spec, value);
    if (auto* refusal = std::get_if<Refusal>(&plain))
      read = *refusal;
    else
      read = KeyPolicy{.required = std::get<KeyValue>(std::move(plain))};
  }
  if (const auto* policy = std::get_if<KeyPolicy>(&read))
    if (auto reason = beyond(spec, *policy)) return Refusal{value.at, *std::move(reason)};
  return read;
}

std::optional<KeyValue> forbidden_value(const KeySpec& spec) {
  switch (spec.type) {
    case Type::boolean:
    case Type::boolean_or_auto:
      return KeyValue(false);
    case Type::string_list:
      return KeyValue(Texts());
    case Type::enumeration:
      for (const char* off : {"off", "none"})
        if (std::ranges::find(spec.values, off) != spec.values.end())
          return KeyValue(std::string(off));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Allowed nearest_allowed(const KeyPolicy& policy, const KeyValue& value) {
  if (const auto* list = std::get_if<Texts>(&value)) {
    auto rest = *list;
    std::erase_if(rest, [&](const std::string& member) {
      return std::ranges::find(policy.forbidden_members, member) != policy.forbidden_members.end();
    });
    if (rest.size() == list->size()) return {value, {}};
    return {std::move(rest),
            fmt::format("the policy here forbids {}", fmt::join(policy.forbidden_members, ", "))};
  }
  const auto* duration = std::get_if<core::Duration>(&value);
  const auto* whole = std::get_if<std::int64_t>(&value);
  if (duration == nullptr && whole == nullptr) return {value, {}};
  const auto number = duration != nullptr ? duration->count() : *whole;
  using Limits = std::numeric_limits<std::int64_t>;
  const auto bounded =
      std::clamp(number, policy.min.value_or(Limits::min()), policy.max.value_or(Limits::max()));
  if (bounded == number) return {value, {}};
  const auto kept = duration != nullptr ? KeyValue(core::Duration(bounded)) : KeyValue(bounded);
  return {kept, fmt::format("the policy here allows {} {}",
                            bounded < number ? "at most" : "at least", to_toml(kept))};
}

std::optional<std::string> why_untrusted(const fs::path& root, const fs::path& path, uid_t owner) {
  fs::path at = root.empty() ? fs::path("/") : root;
  for (const auto& part : path.relative_path()) {
    at /= part;
    struct stat found {};
    if (::lstat(at.c_str(), &found) != 0)
      return fmt::format("{} cannot be examined: {}", at.native(),
                         std::generic_category().message(errno));
    if (S_ISLNK(found.st_mode)) return fmt::format("{} is a link", at.native());
    if (found.st_uid != owner)
      return fmt::format("{} does not belong to {}", at.native(),
                         owner == 0 ? std::string("root") : fmt::format("user {}", owner));
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
      return fmt::format("{} may be written by others", at.native());
  }
  return std::nullopt;
}

}  // namespace poised::config
