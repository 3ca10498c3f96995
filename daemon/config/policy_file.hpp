// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/key_value.hpp"
#include "config/toml_file.hpp"

// What a policy file of an organisation says: about whom, about which keys, and what it may say at
// all.
namespace poised::config {

/// The machine and the person, as the conditions of policy files know them.
struct Identity {
  std::string host_name;
  std::string user_name;
  std::vector<std::string> tags;    ///< the words of /etc/poised/tags
  std::vector<std::string> groups;  ///< names of the person's Unix groups
  std::string machine_id;

  /// This process's; tags and machine id are read below `system_root`.
  static Identity of_this_process(const std::filesystem::path& system_root);
  bool operator==(const Identity&) const = default;
};

/// `[policy]` of a policy file.
struct PolicyHeader {
  std::string managed_by;  ///< for people: who manages the settings
  // `when`: all that are given must hold; of a list, any.
  std::vector<std::string> hosts;  ///< shell patterns
  std::vector<std::string> tags;
  std::vector<std::string> groups;
  std::optional<std::int64_t> percent;  ///< of all machines, 0 to 100
  bool operator==(const PolicyHeader&) const = default;
};

/// std::nullopt in the list of refusals = all is well. What is refused counts as not given, but for
/// a condition: then the file applies to nobody.
struct ReadHeader {
  PolicyHeader header;
  std::vector<std::pair<std::string, Refusal>> refusals;  ///< by key: "policy.when.percent"
  bool sound_condition = true;
};
ReadHeader read_policy_header(const Table& file);

/// Why a policy named `name` (the file's name without ".toml") is not for this identity, in words;
/// std::nullopt if it is.
std::optional<std::string> why_not_for(const PolicyHeader& header, const std::string& name,
                                       const Identity& identity);

/// 0 to 99: where a machine stands in the roll-out of a policy. The same machine stands elsewhere
/// in that of another policy, and always at the same place in the same one.
unsigned share_of_machine(std::string_view machine_id, std::string_view policy_name);

/// What a policy file says about one key. At most one of `required` and `default_value`, and
/// neither with `forbidden`.
struct KeyPolicy {
  std::optional<KeyValue> required;
  std::optional<KeyValue> default_value;
  std::optional<std::int64_t> min;  ///< durations: nanoseconds
  std::optional<std::int64_t> max;
  bool forbidden = false;
  std::vector<std::string> forbidden_members;  ///< of a list
  bool operator==(const KeyPolicy&) const = default;
};

/// Reads one of the four states, or a plain value, which is required. Refuses what the key does not
/// take, and what no organisation may do with it (PolicyDirection).
std::variant<KeyPolicy, Refusal> read_key_policy(const KeySpec& spec, const Value& value);

/// The value that `forbidden = true` leaves: off, nothing.
std::optional<KeyValue> forbidden_value(const KeySpec& spec);

struct Allowed {
  KeyValue value;
  std::string why;  ///< in words; empty: it is the value that was asked for
};
/// The value nearest to `value` within the bounds of `policy` and without what it forbids of a
/// list.
Allowed nearest_allowed(const KeyPolicy& policy, const KeyValue& value);

/// Why what is said at `path` is not the administrator's alone: every directory of it below `root`,
/// and the file itself, must belong to `owner` and be written by nobody else, and none may be a
/// link. std::nullopt if so.
std::optional<std::string> why_untrusted(const std::filesystem::path& root,
                                         const std::filesystem::path& path, uid_t owner = 0);

}  // namespace poised::config
