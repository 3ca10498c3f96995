// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

// The words shown to people, in their language. English stands in the code and is what is said
// where there is no translation. What programs read (JSON, traces, logs, the one line of an error)
// is never translated. One language a process, as gettext has it. [any-thread, but for
// use_language]
namespace poised {

/// The language that the environment names, "en" if it names none: "de_DE". Asked before
/// use_language, which changes the environment.
std::string session_language();

/// From now on words are in `language` ("de", "de_DE"). Figures, dates and the system's own
/// messages keep the form that they have. Processes started from here on speak it too.
/// [loop-thread]
void use_language(const std::string& language);

/// The text in that language. `english` is a literal.
[[nodiscard]] const char* tr(const char* english);

/// Marks a text that tr() is given later.
constexpr const char* tr_later(const char* english) {
  return english;
}

/// A text that depends on a count, which it holds as {}.
struct Counted {
  const char* one;
  const char* many;
};

/// Marks such a text, which tr_count() is given later.
constexpr Counted tr_later(const char* one, const char* many) {
  return {one, many};
}

namespace detail {
std::string format(const char* translated, fmt::string_view english, fmt::format_args args);
const char* plural(const Counted& text, std::uint64_t count);
}  // namespace detail

/// fmt::format of the translated text. A translation that does not fit its arguments is not used.
template <typename... Args>
[[nodiscard]] std::string tr_format(fmt::format_string<Args...> english, Args&&... args) {
  const fmt::string_view text = english;
  return detail::format(tr(text.data()), text, fmt::make_format_args(args...));
}

/// "1 minute", "2 minutes": the form that fits `count`.
[[nodiscard]] inline std::string tr_count(const Counted& text, std::uint64_t count) {
  return detail::format(detail::plural(text, count), count == 1 ? text.one : text.many,
                        fmt::make_format_args(count));
}
[[nodiscard]] inline std::string tr_count(const char* one, const char* many, std::uint64_t count) {
  return tr_count(Counted{one, many}, count);
}

}  // namespace poised
