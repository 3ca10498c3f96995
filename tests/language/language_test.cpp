// SPDX-License-Identifier: MIT
#include "language/language.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

#include "language/height.hpp"

namespace poised {
namespace {

/// The environment as one names it, and nothing of the machine's.
void set_environment(const std::map<std::string, std::string>& variables) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"}) unsetenv(name);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
}

TEST(SessionLanguage, IsThatOfTheEnvironment) {
  set_environment({});
  EXPECT_EQ(session_language(), "en");
  set_environment({{"LANG", "de_DE.UTF-8"}});
  EXPECT_EQ(session_language(), "de_DE");
  set_environment({{"LANG", "de_DE.UTF-8"}, {"LC_MESSAGES", "fr_FR.UTF-8"}});
  EXPECT_EQ(session_language(), "fr_FR");
  set_environment({{"LC_ALL", "en_GB.UTF-8"}, {"LC_MESSAGES", "fr_FR.UTF-8"}});
  EXPECT_EQ(session_language(), "en_GB");
}

TEST(SessionLanguage, PrefersTheListOfLanguagesButInThePlainLocale) {
  set_environment({{"LANG", "C.UTF-8"}});
  EXPECT_EQ(session_language(), "en");
  set_environment({{"LANG", "en_US.UTF-8"}, {"LANGUAGE", "de:fr"}});
  EXPECT_EQ(session_language(), "de");
  set_environment({{"LC_ALL", "C.UTF-8"}, {"LANGUAGE", "de"}});
  EXPECT_EQ(session_language(), "de");
  set_environment({{"LC_ALL", "C"}, {"LANGUAGE", "de"}});
  EXPECT_EQ(session_language(), "en");
}

TEST(Words, AreInTheLanguageInUseAndFollowIt) {
  set_environment({});
  use_language("en");
  EXPECT_STREQ(tr("Time for a stretch"), "Time for a stretch");
  for (const char* german : {"de", "de_DE", "de_AT"}) {
    use_language(german);
    EXPECT_STREQ(tr("Time for a stretch"), "Zeit zum Dehnen") << german;
  }
  use_language("en_GB");
  EXPECT_STREQ(tr("Time for a stretch"), "Time for a stretch");
}

TEST(Words, AreEnglishInALanguageThatNobodyWrote) {
  use_language("tlh");
  EXPECT_STREQ(tr("Time for a stretch"), "Time for a stretch");
  use_language("de");
  EXPECT_STREQ(tr("no text of this program"), "no text of this program");
  EXPECT_STREQ(tr(""), "");
}

TEST(Words, TakeFiguresAndTheFormThatFitsTheCount) {
  use_language("de");
  EXPECT_EQ(tr_format("{} now?", "Dehnen"), "Dehnen: jetzt?");
  EXPECT_EQ(tr_count("{} minute", "{} minutes", 1), "1 Minute");
  EXPECT_EQ(tr_count("{} minute", "{} minutes", 2), "2 Minuten");
  use_language("en");
  EXPECT_EQ(tr_count("{} minute", "{} minutes", 1), "1 minute");
  EXPECT_EQ(tr_count("{} minute", "{} minutes", 0), "0 minutes");
}

TEST(Words, FallBackToEnglishWhereATranslationDoesNotFitItsArguments) {
  EXPECT_EQ(detail::format("{} {} {}", "{} left", fmt::make_format_args("1:00")), "1:00 left");
}

TEST(Words, LeaveTheSystemsOwnMessagesAndFiguresAlone) {
  use_language("en");
  const std::string english = std::strerror(ENOENT);
  use_language("de");
  EXPECT_NE(std::string(tr("Start")), "Start");
  EXPECT_EQ(std::strerror(ENOENT), english);
  EXPECT_EQ(fmt::format("{:.1f}", 1.5), "1.5");
}

TEST(Heights, AreInInchesWherePeopleMeasureSo) {
  set_environment({});
  unsetenv("LC_MEASUREMENT");
  EXPECT_EQ(height_text(1099.82), "110 cm");
  for (const char* locale : {"en_US.UTF-8", "es_US", "es_PR.UTF-8", "en_LR", "my_MM@any"}) {
    setenv("LC_ALL", locale, 1);
    EXPECT_EQ(height_text(1099.82), "43.3 in") << locale;
  }
  for (const char* locale : {"C", "de_DE.UTF-8", "en_GB", "es_ES@US", "US", "en_USA"}) {
    setenv("LC_ALL", locale, 1);
    EXPECT_EQ(height_text(725), "72.5 cm") << locale;
  }
  set_environment({{"LANG", "en_US.UTF-8"}});
  setenv("LC_MEASUREMENT", "de_DE.UTF-8", 1);
  EXPECT_EQ(height_text(725), "72.5 cm");
  unsetenv("LC_MEASUREMENT");
}

}  // namespace
}  // namespace poised
