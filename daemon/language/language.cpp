// SPDX-License-Identifier: MIT
#include "language/language.hpp"

#include <libintl.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>

#include "build_config.hpp"

// gettext's own word that what it remembers is of another language.
extern "C" int _nl_msg_cat_cntr;  // NOLINT(bugprone-reserved-identifier)

namespace poised {
namespace {

constexpr const char* domain = "poised";

/// A locale that has messages alone, so that nothing else of this process changes with the
/// language. Null where there is none: then everything is English.
locale_t messages() {
  static const locale_t locale = newlocale(LC_MESSAGES_MASK, "C.UTF-8", nullptr);
  return locale;
}

/// While it lives, this thread's messages are those of the language in use.
class Speaking {
 public:
  Speaking() : before_(messages() == nullptr ? nullptr : uselocale(messages())) {}
  ~Speaking() {
    if (before_ != nullptr) uselocale(before_);
  }
  Speaking(const Speaking&) = delete;
  Speaking& operator=(const Speaking&) = delete;

 private:
  locale_t before_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string session_language() {
  std::string locale;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (locale = variable(name); !locale.empty()) break;
  if (locale.empty() || locale == "C" || locale == "POSIX") return "en";
  // As gettext has it: a list of languages comes before a locale, but for the plain one.
  const auto languages = variable("LANGUAGE");
  if (!languages.empty()) return languages.substr(0, languages.find(':'));
  locale.erase(std::min(locale.find('.'), locale.size()));
  return locale == "C" ? "en" : locale;
}

void use_language(const std::string& language) {
  setenv("LANGUAGE", language.c_str(), 1);
  bindtextdomain(domain, build::locale_dir);
  bind_textdomain_codeset(domain, "UTF-8");
  ++_nl_msg_cat_cntr;
}

const char* tr(const char* english) {
  if (*english == '\0') return english;  // which gettext would take for its header
  const Speaking speaking;
  return dgettext(domain, english);
}

namespace detail {

const char* plural(const Counted& text, std::uint64_t count) {
  const Speaking speaking;
  return dngettext(domain, text.one, text.many, count);
}

std::string format(const char* translated, fmt::string_view english, fmt::format_args args) {
  try {
    return fmt::vformat(translated, args);
  } catch (const fmt::format_error&) {
    return fmt::vformat(english, args);
  }
}

}  // namespace detail
}  // namespace poised
