// SPDX-License-Identifier: MIT
#include "plugin/manifest.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <random>

#include "rig.hpp"

namespace poised::plugin::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* whole = R"([plugin]
id = "desk"
name = "Standing desks – all of them"
version = "0.1.0"
abi = "1.0"
library = "desk.so"
capabilities = ["desk", "sink"]
isolation = "in-process"
response_timeout = "1min30s"
on_demand = true
requires = ["org.bluez"]
sandbox = ["bus", "net", "home", "home-ro:~/.config/x", "device:/dev/ttyUSB0"]

[settings.port]
type = "path"
doc = """Where it
is."""

[settings.speed]
type = "int"
default = 38
min = 10
max = 40

[settings.wait]
type = "duration"
default = "5s"
min = "1s"
max = "1h"

[settings.kind]
type = "enum"
default = "b"
values = ["a", "b"]

[settings.tags]
type = "list"
default = ["x", "quote \" and \\"]

[settings.rooms]
type = "table-list"
default = [{ name = "A", floor = 2, warm = true, size = 1.5 }]

[settings.key]
type = "secret-ref"

[settings.on]
type = "bool"
default = false
personal = true

[settings.title]
type = "string"
default = "Grüße"
)";

TEST(ManifestTest, ReadsEveryKey) {
  std::vector<std::string> problems;
  const Manifest m = parse_manifest(whole, "/x/desk.plugin", problems);
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_TRUE(m.usable());
  EXPECT_EQ(m.id, "desk");
  EXPECT_EQ(m.name, "Standing desks – all of them");
  EXPECT_EQ(m.version, "0.1.0");
  EXPECT_EQ(m.abi_major, 1U);
  EXPECT_EQ(m.abi_minor, 0U);
  EXPECT_EQ(m.library, "desk.so");
  EXPECT_THAT(m.capabilities, ElementsAre("desk", "sink"));
  EXPECT_TRUE(m.has("sink"));
  EXPECT_FALSE(m.has("prompt"));
  EXPECT_EQ(m.isolation, "in-process");
  EXPECT_EQ(m.response_timeout, std::chrono::seconds(90));
  EXPECT_TRUE(m.on_demand);
  EXPECT_FALSE(m.opt_in);
  EXPECT_THAT(m.requirements, ElementsAre("org.bluez"));
  EXPECT_THAT(m.sandbox, SizeIs(5));
  EXPECT_EQ(m.file, "/x/desk.plugin");
  const std::vector<SettingSpec> expected{
      {.key = "key", .type = "secret-ref"},
      {.key = "kind", .type = "enum", .default_value = R"("b")", .values = {"a", "b"}},
      {.key = "on", .type = "bool", .default_value = "false", .personal = true},
      {.key = "port", .type = "path", .doc = "Where it\nis."},
      {.key = "rooms",
       .type = "table-list",
       .default_value = R"([{"floor":2,"name":"A","size":1.5,"warm":true}])"},
      {.key = "speed", .type = "int", .default_value = "38", .min = "10", .max = "40"},
      {.key = "tags", .type = "list", .default_value = R"(["x","quote \" and \\"])"},
      {.key = "title", .type = "string", .default_value = R"("Grüße")"},
      {.key = "wait",
       .type = "duration",
       .default_value = R"("5s")",
       .min = R"("1s")",
       .max = R"("1h")"},
  };
  EXPECT_EQ(m.settings, expected);
}

constexpr const char* least = R"([plugin]
id = "a"
name = "A"
version = "1"
abi = 1
capabilities = ["prompt"]
)";

TEST(ManifestTest, KnowsWhatIsUsual) {
  std::vector<std::string> problems;
  const Manifest m = parse_manifest(least, "a.plugin", problems);
  ASSERT_TRUE(m.usable());
  EXPECT_EQ(m.library, "a.so");
  EXPECT_EQ(m.isolation, "process");
  EXPECT_EQ(m.response_timeout, std::chrono::seconds(5));
  EXPECT_FALSE(m.on_demand);
  EXPECT_EQ(m.abi_major, 1U);
  EXPECT_EQ(m.abi_minor, 0U);
}

TEST(ManifestTest, UnknownKeysAreWarningsAndItIsUsable) {
  std::vector<std::string> problems;
  const Manifest m = parse_manifest(std::string("other = 1\n") + least +
                                        "colour = 1\n[settings.x]\ntype = "
                                        "\"int\"\nunit = \"mm\"\n",
                                    "a.plugin", problems);
  EXPECT_TRUE(m.usable());
  EXPECT_THAT(problems, ElementsAre("a.plugin:1:1: other: unknown key, ignoring",
                                    "a.plugin:8:1: plugin.colour: unknown key, ignoring",
                                    "a.plugin:11:1: settings.x.unit: unknown key, ignoring"));
}

struct Wrong {
  std::string text;
  std::string problem;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.problem;
}

class WrongManifest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongManifest, IsNotUsableForOneReasonInOneLine) {
  std::vector<std::string> problems;
  EXPECT_FALSE(parse_manifest(GetParam().text, "a.plugin", problems).usable());
  EXPECT_THAT(problems, ElementsAre(GetParam().problem));
}

std::string with(const std::string& line) {
  return least + line + "\n";
}
std::string replacing(const std::string& key, const std::string& line) {
  std::string text = least;
  const std::size_t begin = text.find(key);
  return text.replace(begin, text.find('\n', begin) - begin, line);
}
std::string setting(const std::string& lines) {
  return with("[settings.x]\n" + lines);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongManifest,
    ::testing::Values(
        Wrong{"", "a.plugin:1:1: plugin: the table is missing"},
        Wrong{"[plugin",
              "a.plugin:1:8: manifest: Error while parsing table header: encountered "
              "end-of-file"},
        Wrong{"[[[1]]]",
              "a.plugin:1:3: manifest: Error while parsing key: expected bare key "
              "starting character or string delimiter, saw '['"},
        Wrong{std::string(70'000, '#'), "a.plugin:1:1: manifest: larger than 64 KiB"},
        Wrong{"a = 1\n\xCE\x97",
              "a.plugin:2:1: manifest: a character outside ASCII is only allowed in strings and "
              "comments"},
        Wrong{replacing("id", "id = \"b\""), "a.plugin:2:6: plugin.id: 'b' is not the file's name"},
        Wrong{replacing("id", "id = \"../b\""),
              "a.plugin:2:6: plugin.id: must be 1 to 32 characters of a-z, 0-9 and -"},
        Wrong{replacing("id", ""), "a.plugin:1:1: plugin.id: missing"},
        Wrong{replacing("name", "name = 7"), "a.plugin:3:8: plugin.name: must be a string"},
        Wrong{replacing("name", "name = \"a\\nb\""),
              "a.plugin:3:8: plugin.name: must be one line of text"},
        Wrong{replacing("version", "version = \"\""),
              "a.plugin:4:11: plugin.version: must not be empty"},
        Wrong{replacing("abi", "abi = 1.5"),
              "a.plugin:5:7: plugin.abi: must be \"MAJOR.MINOR\", e.g. \"1.0\""},
        Wrong{replacing("abi", "abi = \"1.\""),
              "a.plugin:5:7: plugin.abi: must be \"MAJOR.MINOR\", e.g. \"1.0\""},
        Wrong{replacing("capabilities", "capabilities = []"),
              "a.plugin:1:1: plugin.capabilities: at least one is needed"},
        Wrong{replacing("capabilities", "capabilities = [\"cook\"]"),
              "a.plugin:6:16: plugin.capabilities: 'cook' is none of activity, availability, "
              "prompt, desk, sink"},
        Wrong{with("library = \"../x.so\""),
              "a.plugin:7:11: plugin.library: must be a bare file name"},
        Wrong{with("isolation = \"none\""),
              "a.plugin:7:13: plugin.isolation: must be \"process\" or \"in-process\""},
        Wrong{with("response_timeout = 5"),
              "a.plugin:7:20: plugin.response_timeout: must be a duration from \"1ms\" to "
              "\"10min\""},
        Wrong{with("response_timeout = \"1h\""),
              "a.plugin:7:20: plugin.response_timeout: must be a duration from \"1ms\" to "
              "\"10min\""},
        Wrong{with("on_demand = \"yes\""),
              "a.plugin:7:13: plugin.on_demand: must be true or false"},
        Wrong{with("requires = \"x\""),
              "a.plugin:7:12: plugin.requires: must be a list of at most 32 strings of one line"},
        Wrong{
            with("sandbox = [\"device:/etc/passwd\"]"),
            "a.plugin:7:11: plugin.sandbox: 'device:/etc/passwd' is none of bus, net, home, state, "
            "home-ro:PATH, device:/dev/PATH"},
        Wrong{with("[settings.\"A B\"]\ntype = \"int\""),
              "a.plugin:7:1: settings.A B: a key is made of a-z, 0-9, - and _"},
        Wrong{with("[settings]\nx = 1"), "a.plugin:8:5: settings.x: must be a table"},
        Wrong{setting("doc = \"x\""), "a.plugin:7:1: settings.x.type: missing"},
        Wrong{
            setting("type = \"float\""),
            "a.plugin:8:8: settings.x.type: 'float' is none of bool, int, duration, string, enum, "
            "path, secret-ref, list, table-list"},
        Wrong{setting("type = \"int\"\ndefault = \"7\""),
              "a.plugin:9:11: settings.x.default: is not a valid int"},
        Wrong{setting("type = \"duration\"\ndefault = \"7 days\""),
              "a.plugin:9:11: settings.x.default: is not a valid duration"},
        Wrong{setting("type = \"enum\""), "a.plugin:7:1: settings.x.values: an enum needs them"},
        Wrong{setting("type = \"enum\"\nvalues = [\"a\"]\ndefault = \"b\""),
              "a.plugin:10:11: settings.x.default: is not a valid enum"},
        Wrong{setting("type = \"list\"\nvalues = [\"a\"]\ndefault = [\"b\"]"),
              "a.plugin:10:11: settings.x.default: is not a valid list"},
        Wrong{setting("type = \"bool\"\nvalues = [\"a\"]"),
              "a.plugin:9:10: settings.x.values: only an enum or a list has values"},
        Wrong{setting("type = \"string\"\nmin = 1"),
              "a.plugin:9:7: settings.x.min: only an int or a duration has bounds"},
        Wrong{setting("type = \"int\"\nmin = 2\nmax = 1"),
              "a.plugin:9:7: settings.x.min: is above max"},
        Wrong{setting("type = \"duration\"\nmin = \"1min\"\ndefault = \"59s\""),
              "a.plugin:10:11: settings.x.default: is not within min and max"},
        Wrong{setting("type = \"int\"\ndoc = 1"), "a.plugin:9:7: settings.x.doc: must be a string"},
        Wrong{setting("type = \"bool\"\npersonal = 1"),
              "a.plugin:9:12: settings.x.personal: must be true or false"}));

TEST(ManifestTest, StringsAndCommentsMayHoldAnyCharacter) {
  std::vector<std::string> problems;
  const std::string text =
      std::string("# Ärger\n") + least + "requires = ['ü \"', \"\"\"ß\"\"\", '''\"ä'''] # \"ö\n";
  EXPECT_TRUE(parse_manifest(text, "a.plugin", problems).usable());
  EXPECT_THAT(problems, IsEmpty());
}

TEST(ManifestTest, DamagedTextIsNeverMoreThanAnError) {
  std::mt19937 random(20260302);
  const std::string original = whole;
  int usable = 0;
  int refused = 0;
  for (int i = 0; i < 4'000; ++i) {
    std::string text = original;
    for (auto n = random() % 4 + 1; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 20);
          break;
        case 2:
          text.insert(at, 1, "[]{}\"'=.#\n\\"[random() % 11]);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
      }
    }
    std::vector<std::string> problems;
    const Manifest manifest = parse_manifest(text, "desk.plugin", problems);
    manifest.usable() ? ++usable : ++refused;
    EXPECT_TRUE(manifest.usable() || !problems.empty());
    for (const std::string& problem : problems) {
      EXPECT_EQ(problem.find('\n'), std::string::npos);
      EXPECT_TRUE(problem.starts_with("desk.plugin:")) << problem;
    }
  }
  EXPECT_GT(usable, 100);
  EXPECT_GT(refused, 1000);
}

TEST(Durations, AreNumbersWithUnitsLargestFirst) {
  const auto ms = [](std::int64_t n) { return std::optional(milliseconds(n)); };
  EXPECT_EQ(parse_duration("90s"), ms(90'000));
  EXPECT_EQ(parse_duration("45min"), ms(2'700'000));
  EXPECT_EQ(parse_duration("1h30min"), ms(5'400'000));
  EXPECT_EQ(parse_duration("2d1ms"), ms(172'800'001));
  EXPECT_EQ(parse_duration("0s"), ms(0));
  for (const char* wrong : {"", "5", "s", "5 s", "-5s", "5s1h", "5s5s", "1.5h", "5m", "1h "}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(parse_duration("99999999999s"), std::nullopt);
}

class ManifestDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "poised-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    chmod(directory_.c_str(), 0755);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    std::ofstream(directory_ / name) << text;
    chmod((directory_ / name).c_str(), mode);
  }

  fs::path directory_;
  Trust trust_{.owners = {geteuid()}, .whole_path = false};
};

TEST_F(ManifestDirectory, YieldsWhatIsUsableInOrderAndSaysWhatIsNot) {
  std::string b = least;
  b.replace(b.find("\"a\""), 3, "\"b\"");
  write("b.plugin", b);
  write("a.plugin", least);
  write("c.plugin", least);
  write("d.plugin", least, 0666);
  write(".a.plugin.dpkg-new", "nonsense");
  write("README", "nonsense");
  fs::create_symlink("a.plugin", directory_ / "e.plugin");
  std::vector<std::string> problems;
  const std::vector<Manifest> manifests = load_manifests(directory_, problems, trust_);
  ASSERT_THAT(manifests, SizeIs(2));
  EXPECT_EQ(manifests[0].id, "a");
  EXPECT_EQ(manifests[1].id, "b");
  EXPECT_EQ(manifests[1].file, directory_ / "b.plugin");
  const std::string at = directory_.string() + "/";
  EXPECT_THAT(problems, ElementsAre(at + "c.plugin:2:6: plugin.id: 'a' is not the file's name",
                                    "plugins: " + at + "d.plugin: writable by others (mode 0666)",
                                    "plugins: " + at + "e.plugin: a symbolic link"));
}

TEST_F(ManifestDirectory, ThatOthersMayWriteIsRefusedAsAWhole) {
  write("a.plugin", least);
  chmod(directory_.c_str(), 0777);
  std::vector<std::string> problems;
  EXPECT_THAT(load_manifests(directory_, problems, trust_), IsEmpty());
  EXPECT_THAT(problems,
              ElementsAre("plugins: " + directory_.string() + ": writable by others (mode 0777)"));
}

TEST_F(ManifestDirectory, ThatDoesNotExistHoldsNone) {
  std::vector<std::string> problems;
  EXPECT_THAT(load_manifests(directory_ / "none", problems, trust_), IsEmpty());
  EXPECT_THAT(problems, IsEmpty());
}

}  // namespace
}  // namespace poised::plugin::test
