// SPDX-License-Identifier: MIT
#include <array>
#include <cctype>
#include <utility>

#include "ctl/render.hpp"

namespace poised::ctl {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

constexpr std::array<Words, 5> titles{{{"stretch", "Stretch"},
                                       {"micro", "Micro-break"},
                                       {"rest", "Rest"},
                                       {"daily-limit", "Daily limit"},
                                       {"posture", "Change of position"}}};

constexpr std::array<Words, 11> reasons{{{"calendar", "your calendar"},
                                         {"call", "a call"},
                                         {"mic", "the microphone in use"},
                                         {"camera", "the camera in use"},
                                         {"screen-share", "a shared screen"},
                                         {"dnd", "do not disturb"},
                                         {"full-screen", "a full-screen window"},
                                         {"video", "a video"},
                                         {"pause", "a pause"},
                                         {"hours", "outside your working hours"},
                                         {"spacing", "the last prompt was not long ago"}}};

template <std::size_t N>
std::string_view lookup(const std::array<Words, N>& words, std::string_view key) {
  for (const auto& [from, to] : words)
    if (from == key) return to;
  return {};
}

}  // namespace

std::string text(const Json& object, const char* key) {
  const Json& value = field(object, key);
  return value.is_string() ? printable(value.get_ref<const std::string&>()) : std::string();
}

std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> all;
  for (const auto& value : list(object, key))
    if (value.is_string()) all.push_back(printable(value.get_ref<const std::string&>()));
  return all;
}

std::string break_title(std::string_view id) {
  const auto title = lookup(titles, id);
  return title.empty() ? capital(id) : std::string(title);
}

std::string name_of_prompt(const Json& prompt) {
  const auto posture = text(prompt, "posture");
  std::string name = break_title(text(prompt, "break"));
  if (posture == "standing") name = "Stand up";
  if (posture == "sitting") name = "Sit down";
  for (const auto& also : texts(prompt, "also")) {
    auto title = break_title(also);
    if (!title.empty())
      title[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(title[0])));
    name += " and " + title;
  }
  return name;
}

std::string holds(const std::vector<std::string>& held_by) {
  std::string all;
  for (const auto& word : held_by) {
    const auto reason = lookup(reasons, word);
    if (!all.empty()) all += ", ";
    all += reason.empty() ? word : std::string(reason);
  }
  return all;
}

}  // namespace poised::ctl
