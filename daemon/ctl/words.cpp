// SPDX-License-Identifier: MIT
#include <array>
#include <utility>

#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

using Words = std::pair<std::string_view, const char*>;

constexpr std::array<Words, 6> titles{{{"stretch", tr_later("Stretch")},
                                       {"micro", tr_later("Micro-break")},
                                       {"rest", tr_later("Rest")},
                                       {"daily-limit", tr_later("Daily limit")},
                                       {"posture", tr_later("Change of position")},
                                       {"session", tr_later("Session")}}};

constexpr std::array<Words, 11> reasons{
    {{"calendar", tr_later("your calendar")},
     {"call", tr_later("a call")},
     {"mic", tr_later("the microphone in use")},
     {"camera", tr_later("the camera in use")},
     {"screen-share", tr_later("a shared screen")},
     {"dnd", tr_later("do not disturb")},
     {"full-screen", tr_later("a full-screen window")},
     {"video", tr_later("a video")},
     {"pause", tr_later("a pause")},
     {"hours", tr_later("outside your working hours")},
     {"spacing", tr_later("the last prompt was not long ago")}}};

template <std::size_t N>
std::string lookup(const std::array<Words, N>& words, std::string_view key) {
  for (const auto& [from, to] : words)
    if (from == key) return tr(to);
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
  return title.empty() ? capital(id) : title;
}

std::string name_of_prompt(const Json& prompt) {
  const auto posture = text(prompt, "posture");
  std::string name = break_title(text(prompt, "break"));
  if (posture == "standing") name = tr("Stand up");
  if (posture == "sitting") name = tr("Sit down");
  for (const auto& also : texts(prompt, "also"))
    name = tr_format("{} and {}", name, also == "stretch" ? tr("stretch") : break_title(also));
  return name;
}

std::string holds(const std::vector<std::string>& held_by) {
  std::string all;
  for (const auto& word : held_by) {
    const auto reason = lookup(reasons, word);
    if (!all.empty()) all += ", ";
    all += reason.empty() ? word : reason;
  }
  return all;
}

}  // namespace poised::ctl
