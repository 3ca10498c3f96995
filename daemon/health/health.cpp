// SPDX-License-Identifier: MIT
#include "health/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace poised::health {
namespace {

constexpr std::size_t most_labels = 64;
constexpr std::size_t longest_label = 40;

struct Flag {
  const char* name;
  bool Health::*value;
  const char* help;
};
constexpr std::array flags{
    Flag{"poised_input_seen", &Health::input_seen, "Whether a source sees input on the desktop."},
    Flag{"poised_history_written", &Health::history_written,
         "Whether the history can be written where it is kept."},
    Flag{"poised_policy_sound", &Health::policy_sound,
         "Whether every policy file can be used as it is."},
    Flag{"poised_sandboxed", &Health::sandboxed, "Whether the sandbox holds as it should."},
};

constexpr const char* build_info = "poised_build_info";
constexpr const char* policy_info = "poised_policy_info";
constexpr const char* problems = "poised_problems";
constexpr const char* plugin_up = "poised_plugin_up";

std::string head(const char* name, const char* help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

std::string line(const char* name, std::string_view label, std::string_view value,
                 std::uint32_t number) {
  return fmt::format("{}{{{}=\"{}\"}} {}\n", name, label, value, number);
}

bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= longest_label &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || c == '+' || c == '~';
         });
}

bool is_fingerprint(std::string_view text) {
  return text.size() <= 16 && is_plain(text) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// NAME{LABEL="VALUE"} NUMBER, or NAME NUMBER.
struct Sample {
  std::string_view name, label, value;
  std::uint32_t number = 0;
};

std::optional<Sample> sample_of(std::string_view text) {
  Sample sample;
  const auto blank = text.rfind(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = text.substr(blank + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), sample.number);
  if (error != std::errc() || end != number.data() + number.size() || sample.number > 100000)
    return std::nullopt;
  text = text.substr(0, blank);
  const auto brace = text.find('{');
  sample.name = text.substr(0, brace);
  if (brace == std::string_view::npos) return sample;
  text.remove_prefix(brace + 1);
  const auto equals = text.find("=\"");
  if (equals == std::string_view::npos || !text.ends_with("\"}")) return std::nullopt;
  sample.label = text.substr(0, equals);
  text.remove_prefix(equals + 2);
  sample.value = text.substr(0, text.size() - 2);
  if (!is_plain(sample.value)) return std::nullopt;
  return sample;
}

bool take_flag(Health& health, const Sample& sample) {
  const auto* const flag = std::find_if(
      flags.begin(), flags.end(), [&](const Flag& known) { return sample.name == known.name; });
  if (flag == flags.end() || !sample.label.empty() || sample.number > 1) return false;
  health.*(flag->value) = sample.number == 1;
  return true;
}

bool take(Health& health, const Sample& sample) {
  const auto is = [&](const char* name, std::string_view label) {
    return sample.name == name && sample.label == label;
  };
  if (is(build_info, "version") && sample.number == 1) {
    health.versions.emplace(sample.value);
    return health.versions.size() == 1;
  }
  if (is(policy_info, "policy") && sample.number == 1 && is_fingerprint(sample.value)) {
    health.policies.emplace(sample.value);
    return health.policies.size() == 1;
  }
  if (is(problems, "severity") && sample.value == "error") {
    health.errors = sample.number;
    return true;
  }
  if (is(problems, "severity") && sample.value == "warning") {
    health.warnings = sample.number;
    return true;
  }
  if (is(plugin_up, "plugin") && sample.number <= 1) {
    health.plugins.insert_or_assign(std::string(sample.value), sample.number == 1);
    return health.plugins.size() <= most_labels;
  }
  return take_flag(health, sample);
}

}  // namespace

std::string to_prometheus(const Health& health) {
  std::string text = head(build_info, "The version that runs.");
  for (const auto& version : health.versions) text += line(build_info, "version", version, 1);
  if (!health.policies.empty()) {
    text += head(policy_info, "The policies in force, by a fingerprint of theirs.");
    for (const auto& policy : health.policies) text += line(policy_info, "policy", policy, 1);
  }
  text += head(problems, "What poisectl doctor finds wrong.");
  text += line(problems, "severity", "error", health.errors);
  text += line(problems, "severity", "warning", health.warnings);
  if (!health.plugins.empty()) {
    text += head(plugin_up, "Whether a plugin works, or would if it were needed.");
    for (const auto& [id, works] : health.plugins)
      text += line(plugin_up, "plugin", id, works ? 1 : 0);
  }
  for (const auto& flag : flags)
    text += head(flag.name, flag.help) +
            fmt::format("{} {}\n", flag.name, health.*(flag.value) ? 1 : 0);
  return text;
}

std::variant<Health, std::string> from_prometheus(std::string_view text) {
  if (text.size() > largest_text) return fmt::format("more than {} bytes", largest_text);
  if (!text.ends_with('\n')) return std::string("its end is missing");
  Health health;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto one = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (one.starts_with("# ")) continue;
    const auto sample = sample_of(one);
    if (!sample || !take(health, *sample))
      return fmt::format("line {}: not one of the figures that are known", number);
  }
  if (health.versions.empty()) return std::string("it names no version");
  return health;
}

void add_worse(Health& sum, const Health& other) {
  sum.versions.insert(other.versions.begin(), other.versions.end());
  sum.policies.insert(other.policies.begin(), other.policies.end());
  sum.errors = std::max(sum.errors, other.errors);
  sum.warnings = std::max(sum.warnings, other.warnings);
  for (const auto& [id, works] : other.plugins) {
    const auto [known, added] = sum.plugins.emplace(id, works);
    if (!added) known->second = known->second && works;
  }
  for (const auto& flag : flags) sum.*(flag.value) = sum.*(flag.value) && other.*(flag.value);
}

}  // namespace poised::health
