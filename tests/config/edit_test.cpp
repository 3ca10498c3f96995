// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <algorithm>

#include "config/inspect.hpp"
#include "config_fixture.hpp"

namespace poised::config {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Edit : public ConfigTest {
 protected:
  /// `text` after the change, or why there was none.
  std::string after(const std::string& text, const std::string& key, const std::string& value) {
    write(user_file, text);
    if (const auto refused = set_value(path(user_file), key, value, plugins_)) {
      EXPECT_EQ(read_text(path(user_file)), text) << "refused, and yet it changed";
      return *refused;
    }
    EXPECT_THAT(texts(load_all()), IsEmpty());
    return read_text(path(user_file));
  }
};

TEST_F(Edit, ReplacesAValueAndNothingElse) {
  EXPECT_EQ(after("# mine\n[prompt]   # prompts\n  gap  =  \"9s\"   # short\nsnooze='7min'\n",
                  "prompt.gap", "12s"),
            "# mine\n[prompt]   # prompts\n  gap  =  \"12s\"   # short\nsnooze='7min'\n");
  EXPECT_EQ(after("prompt = { gap = \"9s\", sound = true } # é\n", "prompt.sound", "false"),
            "prompt = { gap = \"9s\", sound = false } # é\n");
  EXPECT_EQ(after("# é\n\"prompt\".gap = \"\"\"9s\"\"\" # \"\n", "prompt.gap", "12s"),
            "# é\n\"prompt\".gap = \"12s\" # \"\n");
  EXPECT_EQ(
      after("plugins.deny = [ # none\n  \"a\", # é\n  \"b\",\n] # so\n", "plugins.deny", "[\"c\"]"),
      "plugins.deny = [\"c\"] # so\n");
  EXPECT_EQ(after("\xEF\xBB\xBFprompt.gap = \"9s\"\r\n", "prompt.gap", "12s"),
            "\xEF\xBB\xBFprompt.gap = \"12s\"\r\n");
  EXPECT_EQ(after("prompt.gap = \"9s\"", "prompt.gap", "12s"), "prompt.gap = \"12s\"");
}

TEST_F(Edit, AddsAKeyToItsSection) {
  EXPECT_EQ(after("[prompt] # é\ngap = \"9s\"\n\n# later\n[stand]\nsit_for = \"1h\"\n",
                  "prompt.snooze", "7min"),
            "[prompt] # é\ngap = \"9s\"\nsnooze = \"7min\"\n\n# later\n[stand]\nsit_for = "
            "\"1h\"\n");
  EXPECT_EQ(after("[ breaks . stretch ]\nenabled = true\n", "breaks.stretch.interval", "50min"),
            "[ breaks . stretch ]\nenabled = true\ninterval = \"50min\"\n");
}

TEST_F(Edit, AddsAKeyWhereAnAnnotatedFileShowsIt) {
  EXPECT_EQ(
      after("[prompt]\n# A gap.\n#gap = \"8s\"\n# Sound.\n#sound = false\n", "prompt.gap", "12s"),
      "[prompt]\n# A gap.\n#gap = \"8s\"\ngap = \"12s\"\n# Sound.\n#sound = false\n");
  const std::string changed = after(annotated_defaults(), "prompt.gap", "12s");
  EXPECT_THAT(changed, HasSubstr("#gap = \"8s\"\ngap = \"12s\"\n"));
}

TEST_F(Edit, AddsASectionAtTheEnd) {
  EXPECT_EQ(after("# mine\nschema = 1\n", "breaks.eyes.interval", "20min"),
            "# mine\nschema = 1\n\n[breaks.eyes]\ninterval = \"20min\"\n");
  EXPECT_EQ(after("schema = 1", "prompt.gap", "9s"), "schema = 1\n\n[prompt]\ngap = \"9s\"\n");
  EXPECT_EQ(after("schema = 1\r\n", "prompt.gap", "9s"),
            "schema = 1\r\n\r\n[prompt]\r\ngap = \"9s\"\r\n");
}

TEST_F(Edit, FindsAPlaceBesideDottedKeys) {
  EXPECT_EQ(after("prompt.gap = \"9s\"\n[stand]\ngrow = false\n", "prompt.snooze", "7min"),
            "prompt.snooze = \"7min\"\nprompt.gap = \"9s\"\n[stand]\ngrow = false\n");
}

TEST_F(Edit, IsNotMisledByWhatLooksLikeASection) {
  const std::string text = "breaks.eyes.title = '''\n[prompt]\n'''\n[stand]\ngrow = false\n";
  write(user_file, text);
  EXPECT_EQ(set_value(path(user_file), "prompt.gap", "9s", {}), std::nullopt);
  EXPECT_EQ(read_text(path(user_file)), text + "\n[prompt]\ngap = \"9s\"\n");
}

TEST_F(Edit, SaysSoWhereThereIsNoPlace) {
  EXPECT_THAT(after("prompt = { gap = \"9s\" }\n", "prompt.snooze", "7min"),
              HasSubstr("poised.toml: prompt.snooze: found no place for it; write it by hand"));
}

TEST_F(Edit, TakesBareWordsForTextsDurationsAndLists) {
  EXPECT_THAT(after("", "history.keep", "none"), HasSubstr("keep = \"none\"\n"));
  EXPECT_THAT(after("", "stand.enabled", "auto"), HasSubstr("enabled = \"auto\"\n"));
  EXPECT_THAT(after("", "stand.enabled", "false"), HasSubstr("enabled = false\n"));
  EXPECT_THAT(after("", "prompt.gap", " 90s "), HasSubstr("gap = \"90s\"\n"));
  EXPECT_THAT(after("", "session.day_starts", "05:00"), HasSubstr("day_starts = \"05:00\"\n"));
  EXPECT_THAT(after("", "schedule.hours", "Mon-Fri 09:00-17:00"),
              HasSubstr("hours = [\"Mon-Fri 09:00-17:00\"]\n"));
  EXPECT_THAT(after("", "plugins.deny", "\"a\", \"b\""), HasSubstr("deny = [\"a\", \"b\"]\n"));
  EXPECT_THAT(after("", "breaks.eyes.title", "5"), HasSubstr("title = \"5\"\n"));
  EXPECT_THAT(after("", "breaks.eyes.title", "a \"b\" \\ é"),
              HasSubstr("title = \"a \\\"b\\\" \\\\ é\"\n"));
}

TEST_F(Edit, RefusesWhatIsWrongAndLeavesTheFile) {
  EXPECT_EQ(after("a = 1\n", "prompt.gpa", "9s"),
            "prompt.gpa: unknown key; did you mean 'prompt.gap'?");
  EXPECT_THAT(after("", "prompt.gap", "9"), HasSubstr("prompt.gap: expected a duration"));
  EXPECT_THAT(after("", "prompt.gap", "9\nprompt.sound = true"), HasSubstr("expected a duration"));
  EXPECT_THAT(after("", "prompt.sound", "perhaps"), HasSubstr("expected true or false"));
  EXPECT_THAT(after("", "prompt.sound", "\xFF"), HasSubstr("expected true or false"));
  EXPECT_THAT(after("", "desk.sit_mm", "5000"), HasSubstr("an integer from 400 mm to 2000 mm"));
  EXPECT_THAT(after("[prompt\n", "prompt.gap", "9s"), HasSubstr("poised.toml:1:"));
  EXPECT_THAT(after("schema = 2\n", "prompt.gap", "9s"), HasSubstr("newer than this version"));
}

TEST_F(Edit, MakesTheFileAndItsFolder) {
  EXPECT_EQ(set_value(path(user_file), "prompt.gap", "9s", {}), std::nullopt);
  EXPECT_EQ(read_text(path(user_file)), "schema = 1\n\n[prompt]\ngap = \"9s\"\n");
}

TEST_F(Edit, KeepsTheFilesModeAndFollowsALink) {
  write("/home/me/dotfiles/mine.toml", "prompt.gap = \"9s\"\n");
  ASSERT_EQ(::chmod(path("/home/me/dotfiles/mine.toml").c_str(), 0640), 0);
  std::filesystem::create_directories(path(user_file).parent_path());
  std::filesystem::create_symlink("../../dotfiles/mine.toml", path(user_file));
  EXPECT_EQ(set_value(path(user_file), "prompt.gap", "12s", {}), std::nullopt);
  EXPECT_TRUE(std::filesystem::is_symlink(path(user_file)));
  EXPECT_EQ(read_text(path("/home/me/dotfiles/mine.toml")), "prompt.gap = \"12s\"\n");
  struct stat status {};
  ASSERT_EQ(::stat(path("/home/me/dotfiles/mine.toml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("/home/me/dotfiles")), {}), 1);
}

TEST_F(Edit, SaysWhyAFileCannotBeWritten) {
  write("/home/me/.config/poised", "in the way");
  EXPECT_THAT(*set_value(path(user_file), "prompt.gap", "9s", {}), HasSubstr("cannot be written"));
}

TEST_F(Edit, OfEveryKeyInAFullFileReadsBack) {
  for (const auto& spec : key_registry()) {
    if (spec.path.find('<') != std::string::npos) continue;
    const KeyValue& value = spec.default_value == KeyValue() ? spec.example : spec.default_value;
    const std::string changed = after(annotated_defaults(), spec.path, to_toml(value));
    EXPECT_EQ(changed.size(), annotated_defaults().size() + spec.path.size() -
                                  spec.path.rfind('.') + to_toml(value).size() + 3)
        << spec.path;
  }
}

TEST_F(Edit, ByThePersonLeavesWhatAPolicyHasLocked) {
  write("/etc/poised/policy.d/50.toml", "[stand]\nenabled = { forbidden = true }\n");
  EXPECT_THAT(set_for_person(roots(), "stand.enabled", "true", plugins_).value_or(""),
              HasSubstr("stand.enabled: locked by the policy here ("));
  EXPECT_FALSE(std::filesystem::exists(path(user_file)));
  EXPECT_EQ(set_for_person(roots(), "programme.places", R"(["desk", "floor"])", plugins_),
            std::nullopt);
  EXPECT_THAT(read_text(path(user_file)), HasSubstr(R"(places = ["desk", "floor"])"));
}

TEST_F(Edit, OfOneTableOfAListChangesThatOne) {
  plugins_ = {{"desk", {{"desks", "table-list", "", "", "", {}, "Several desks."}}}};
  const auto after = [&](const std::string& text) {
    write(user_file, text);
    if (const auto refused = set_in_list_for_person(roots(), "plugin.desk.desks", "home",
                                                    "base_offset_mm", 12, plugins_)) {
      EXPECT_EQ(read_text(path(user_file)), text) << "refused, and yet it changed";
      return *refused;
    }
    return read_text(path(user_file));
  };
  const std::string office = "[[plugin.desk.desks]]\nname = \"office\"\nbase_offset_mm = 3\n\n";
  EXPECT_EQ(after(office + "[[plugin.desk.desks]] # é\nname = 'home' # mine\nbroker = \"b\"\n"),
            office +
                "[[plugin.desk.desks]] # é\nname = 'home' # mine\nbase_offset_mm = 12\n"
                "broker = \"b\"\n");
  EXPECT_EQ(
      after(office + "[[plugin.desk.desks]]\r\nbase_offset_mm = -4 # so\r\nname = 'home'\r\n"),
      office + "[[plugin.desk.desks]]\r\nbase_offset_mm = 12 # so\r\nname = 'home'\r\n");
  EXPECT_EQ(
      after("[plugin.desk]\ndesks = [{ name = \"home\", driver = \"mqtt\" }]\n"),
      "[plugin.desk]\ndesks = [{ name = \"home\", base_offset_mm = 12, driver = \"mqtt\" }]\n");
  EXPECT_EQ(after("[[plugin.desk.desks]]\nname = \"home\""),
            "[[plugin.desk.desks]]\nname = \"home\"\nbase_offset_mm = 12\n");
  EXPECT_THAT(after(office), HasSubstr("no table of the name 'home'; write base_offset_mm = 12"));
}

TEST(PersonalKeys, AreWhatIsAboutThePersonAlone) {
  for (const char* key : {"stand.enabled", "programme.equipment", "programme.health_questions",
                          "prompt.sound", "locale.language"})
    EXPECT_TRUE(is_personal(key)) << key;
  for (const char* key : {"history.dir", "plugins.allow", "stand.sit_for", "programme"})
    EXPECT_FALSE(is_personal(key)) << key;
}

}  // namespace
}  // namespace poised::config
