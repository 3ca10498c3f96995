// SPDX-License-Identifier: MIT
#include "language/language.hpp"

#include <libintl.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <string>

#include "build_config.hpp"

// gettext's own word that what it remembers is of another language.
extern "C" int _nl_msg_cat_cntr;  // NOLINT(bugprone-reserved-identifier)

namespace poised {
namespace {

constexpr const char* domain = "poised";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_plain(const std::string& locale) {
  return locale.empty() || locale == "POSIX" || locale == "C" || locale.starts_with("C.");
}

/// A locale that has messages alone, so that nothing else of this process changes with the
/// language. Null: everything is English.
locale_t& messages() {
  static locale_t locale = nullptr;
  return locale;
}

/// Which one it is does not matter to gettext, but that newer C libraries (glibc 2.41) translate
/// nothing in the plain one.
locale_t find_messages(const std::string& language) {
  const auto name = language.substr(0, language.find('_'));
  auto region = name;
  std::transform(region.begin(), region.end(), region.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  for (const auto& locale :
       {variable("LC_ALL"), variable("LC_MESSAGES"), variable("LANG"), language + ".UTF-8",
        fmt::format("{}_{}.UTF-8", name, region), std::string("en_US.UTF-8")})
    if (!is_plain(locale))
      if (auto* const found = newlocale(LC_MESSAGES_MASK, locale.c_str(), nullptr)) return found;
  return newlocale(LC_MESSAGES_MASK, "C.UTF-8", nullptr);
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
  if (messages() != nullptr) freelocale(messages());
  messages() = language.starts_with("en") ? nullptr : find_messages(language);
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
