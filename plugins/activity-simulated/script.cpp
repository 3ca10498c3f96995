// SPDX-License-Identifier: MIT
#include "script.hpp"

#include <array>
#include <charconv>
#include <sstream>
#include <utility>

namespace activity_simulated {
namespace {

using poised::Device;

constexpr std::array<std::pair<std::string_view, Act>, 6> acts{{
    {"active", Act::active},
    {"idle", Act::idle},
    {"lock", Act::lock},
    {"unlock", Act::unlock},
    {"sleep", Act::sleep},
    {"wake", Act::wake},
}};

[[noreturn]] void malformed(const std::string& where, const std::string& reason) {
  throw poised::Failure(where + ": " + reason, true);
}

}  // namespace

poised::Duration parse_time(std::string_view text) {
  std::array<int, 3> parts{};
  std::size_t count = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  bool good = !text.empty();
  while (good && count < parts.size()) {
    const auto [rest, error] = std::from_chars(at, end, parts.at(count));
    good = error == std::errc{} && parts.at(count) >= 0 && (count == 0 || parts.at(count) < 60);
    ++count;
    at = rest;
    if (!good || at == end) break;
    good = *at++ == ':';
  }
  if (!good || at != end || count < 2)
    malformed("activity-simulated", "\"" + std::string{text} + "\" is not HH:MM or HH:MM:SS");
  return std::chrono::hours{parts[0]} + std::chrono::minutes{parts[1]} +
         std::chrono::seconds{parts[2]};
}

void parse_line(std::string_view line, const std::string& where, std::vector<Step>& steps) {
  std::istringstream words{std::string{line.substr(0, line.find('#'))}};
  std::string time, act, device, more;
  words >> time >> act >> device >> more;
  if (time.empty()) return;

  Step step{parse_time(time), Act::idle, Device::any};
  bool known = false;
  for (const auto& [name, value] : acts) {
    if (name != act) continue;
    step.act = value;
    known = true;
  }
  if (!known)
    malformed(where, "\"" + act + "\" is none of active, idle, lock, unlock, sleep, wake");
  if (!device.empty() || !more.empty()) {
    const bool takes_device = step.act == Act::active || step.act == Act::idle;
    const bool names_device = device == "keyboard" || device == "pointer";
    if (!takes_device || !names_device || !more.empty())
      malformed(where, "too much after \"" + act + "\"");
    step.device = device == "keyboard" ? Device::keyboard : Device::pointer;
  }
  if (!steps.empty() && step.at < steps.back().at)
    malformed(where, "earlier than the line before it");
  steps.push_back(step);
}

}  // namespace activity_simulated
