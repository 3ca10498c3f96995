// SPDX-License-Identifier: MIT
#include "config/toml_file.hpp"

#include <sys/stat.h>

#include <string>

#include "config/text.hpp"
#include "config_fixture.hpp"

namespace poised::config {
namespace {

using testing::HasSubstr;

Table good(const std::string& text) {
  auto parsed = parse_toml(text);
  if (const auto* error = std::get_if<FileError>(&parsed)) {
    ADD_FAILURE() << text << ": " << error->reason;
    return {};
  }
  return std::get<Table>(parsed);
}

FileError bad(const std::string& text) {
  auto parsed = parse_toml(text);
  if (std::holds_alternative<Table>(parsed)) {
    ADD_FAILURE() << "was read: " << text;
    return {};
  }
  return std::get<FileError>(parsed);
}

TEST(TomlFile, KnowsWhereEachKeyAndValueStands) {
  const Table table = good("# é\n[prompt]\n  gap = \"8s\"\nlist = [1,\n  2]\n");
  ASSERT_EQ(table.entries.size(), 1U);
  const auto& prompt = std::get<Table>(table.entries[0].value.data);
  ASSERT_EQ(prompt.entries.size(), 2U);
  EXPECT_EQ(prompt.entries[0].key, "gap");
  EXPECT_EQ(prompt.entries[0].at, (Position{3, 3}));
  EXPECT_EQ(prompt.entries[0].value.at, (Position{3, 9}));
  EXPECT_EQ(prompt.entries[0].value.end, (Position{3, 13}));
  const auto& list = std::get<Array>(prompt.entries[1].value.data);
  EXPECT_EQ(list[1].at, (Position{5, 3}));
}

TEST(TomlFile, KeepsKeysInTheOrderOfTheFile) {
  const Table table = good("zebra = 1\napple = 2\nmango = 3\n");
  ASSERT_EQ(table.entries.size(), 3U);
  EXPECT_EQ(table.entries[0].key, "zebra");
  EXPECT_EQ(table.entries[2].key, "mango");
}

TEST(TomlFile, TellsPlainStringsFromThoseWithEscapes) {
  const Table table =
      good("a = \"plain é\"\nb = \"with \\t\"\nc = \"\"\"long\"\"\"\nd = 'plain'\n");
  EXPECT_TRUE(table.entries[0].value.plain_string);
  EXPECT_FALSE(table.entries[1].value.plain_string);
  EXPECT_FALSE(table.entries[2].value.plain_string);
  EXPECT_TRUE(table.entries[3].value.plain_string);
}

TEST(TomlFile, ReadsEveryKindOfValue) {
  const Table table = good(
      "a = true\nb = -5\nc = 1.5\nd = 'x'\ne = 07:30:00\nf = 2026-03-02\ng = [1]\nh = {i = 1}\n");
  std::string kinds;
  for (const auto& entry : table.entries) kinds += std::string(kind_name(entry.value)) + "; ";
  EXPECT_EQ(kinds,
            "a boolean; an integer; a fraction; a string; a date or time; a date or time; a list; "
            "a table; ");
  EXPECT_TRUE(std::get<DateTimeText>(table.entries[4].value.data).time_of_day);
  EXPECT_FALSE(std::get<DateTimeText>(table.entries[5].value.data).time_of_day);
}

TEST(TomlFile, WritesWhatItRead) {
  const std::string text =
      "a = [\"x \\\"y\\\" \\\\ \\n\", 1, -2.5, 1.0, true, { b = 'c', \"d e\" = [] }, 07:30:00]";
  const Table table = good(text);
  const std::string written = "a = " + to_toml(table.entries[0].value);
  EXPECT_EQ(to_toml(good(written).entries[0].value), to_toml(table.entries[0].value));
  EXPECT_EQ(written,
            "a = [\"x \\\"y\\\" \\\\ \\n\", 1, -2.5, 1.0, true, { b = \"c\", \"d e\" = [] }, "
            "07:30:00]");
}

TEST(TomlFile, PointsAtASyntaxError) {
  const FileError error = bad("[prompt]\ngap = \"8s\nsnooze = \"5min\"\n");
  EXPECT_EQ(error.at.line, 2U);
  EXPECT_GT(error.at.column, 1U);
  EXPECT_EQ(error.reason.find('\n'), std::string::npos);
}

TEST(TomlFile, RefusesAKeyGivenTwice) {
  const FileError error = bad("a = 1\nb = 2\na = 3\n");
  EXPECT_EQ(error.at.line, 3U);
}

TEST(TomlFile, RefusesWhatIsNotText) {
  EXPECT_THAT(bad(std::string("a = 1\n\0b = 2\n", 13)).reason, HasSubstr("NUL byte"));
  EXPECT_EQ(bad(std::string("a = 1\n\0b = 2\n", 13)).at, (Position{2, 1}));
  EXPECT_THAT(bad("a = \"\xFF\"\n").reason, HasSubstr("not UTF-8"));
  EXPECT_EQ(bad("a = \"é\xFF\"\n").at, (Position{1, 7}));
  EXPECT_THAT(bad("a = \"\xC0\x80\"\n").reason, HasSubstr("not UTF-8"));
  EXPECT_THAT(bad("a = \"\xED\xA0\x80\"\n").reason, HasSubstr("not UTF-8"));
  EXPECT_THAT(bad("a = \"\x1B[31m\"\n").reason, HasSubstr("control character"));
}

// Each of these ends the process, or reaches undefined behaviour, in toml++ 3.3 as it comes.
TEST(TomlFile, SurvivesWhatTheParserByItselfDoesNot) {
  bad("[\x01]");
  bad("[[[1]]]");
  bad("a = [[[1]]]\n[[[1]]]");
  EXPECT_THAT(bad("\n\xCE\x97").reason, HasSubstr("outside of a string"));
  EXPECT_EQ(bad("\n\xCE\x97").at, (Position{2, 1}));
  bad("a = \xC2\xA0 1");
  bad("T.T=-.\"\xC2\xAA\"");
  bad("0=0=['''{\xC2\xAA");
  bad("a = [\n1=['''{\xC2\xAA'''] ]");
  EXPECT_THAT(bad("a = \"\"\"x \\ \n \xC2\xAA\"\"\"").reason, HasSubstr("after a backslash"));
  bad("a = \"\\\xC2\xAA\"");
  EXPECT_THAT(bad("a = 63X\"\xC2\xAA\"").reason, HasSubstr("a quote in the middle of a word"));
  bad(std::string(100000, '['));
  bad("a = " + std::string(100000, '['));
  bad("a = " + std::string(100000, '{'));
}

TEST(TomlFile, AllowsAnyLanguageInStringsAndComments) {
  const Table table = good(
      "# Η ώρα \n a = \"Η\" # ω\n b = 'Η'\n c = \"\"\"Η\n\"Η\" \\\" \"\"\" # Η\n d = '''Η'Η'''\n"
      "\"Η\" = 1\n e = \"\" # Η\n f = \"\\\\\" # Η\n g = '\\' # Η\n h = \"\"\"\"Η\"\"\"\"\" # Η\n");
  EXPECT_EQ(table.entries.size(), 9U);
}

TEST(TomlFile, RefusesNothingThatIsToml) {
  good(R"([[a."b c".'d']] # é
x=[{y=1,'z'=[{}]},{y="é"}]#é
"k"={l=[[1,2],["é"]],m={n=1}}
[ e . f ]
	g = [ # é
 [ 'é' ], # é
 [ ] ]
"h".i.'j' = { } # é
[o]
p = "[{='é"
q = '''[{=
"é'''
r = +1_0.5e-3
s = 1979-05-27T07:32:00.5-07:00
)");
}

TEST(TomlFile, AcceptsAByteOrderMarkAndWindowsLineEnds) {
  const Table table = good(
      "\xEF\xBB\xBF"
      "a = 1\r\nb = 2\r\n");
  ASSERT_EQ(table.entries.size(), 2U);
  EXPECT_EQ(table.entries[1].at, (Position{2, 1}));
}

TEST(TomlFile, RefusesAFileBeyondItsLimit) {
  const std::string line = "# filler\n";
  std::string text = "a = 1\n";
  while (text.size() + line.size() <= max_file_bytes) text += line;
  good(text);
  text.append(max_file_bytes + 1 - text.size(), '#');
  EXPECT_THAT(bad(text).reason, HasSubstr("larger than 1024 KiB"));
}

class TomlFileOnDisk : public testing::Test {
 protected:
  std::string reason(const std::filesystem::path& file) {
    const auto read = read_toml(file);
    if (!read) return "absent";
    const auto* error = std::get_if<FileError>(&*read);
    return error == nullptr ? "read" : error->reason;
  }
  TemporaryDirectory directory_;
};

TEST_F(TomlFileOnDisk, IsReadOrAbsent) {
  write_file(directory_.path() / "a.toml", "a = 1\n");
  EXPECT_EQ(reason(directory_.path() / "a.toml"), "read");
  EXPECT_EQ(reason(directory_.path() / "b.toml"), "absent");
  EXPECT_EQ(reason(directory_.path() / "a.toml" / "c.toml"), "absent");
}

TEST_F(TomlFileOnDisk, IsNotADirectoryOrADevice) {
  std::filesystem::create_directory(directory_.path() / "a.toml");
  EXPECT_EQ(reason(directory_.path() / "a.toml"), "is a directory, not a file");
  ASSERT_EQ(::mkfifo((directory_.path() / "b.toml").c_str(), 0600), 0);
  EXPECT_EQ(reason(directory_.path() / "b.toml"), "is not a regular file");
  EXPECT_EQ(reason("/dev/null"), "is not a regular file");
}

TEST_F(TomlFileOnDisk, TooLargeIsRefusedWithoutReadingItAll) {
  write_file(directory_.path() / "a.toml", "");
  std::filesystem::resize_file(directory_.path() / "a.toml", std::uintmax_t{1} << 33U);
  EXPECT_THAT(reason(directory_.path() / "a.toml"), HasSubstr("larger than"));
}

TEST(OneLine, ShowsWhatWouldBreakALine) {
  EXPECT_EQ(one_line("a\nb\x1B\xC2\x85\xE2\x80\xA8é"), "a\\x0Ab\\x1B\\xC2\\x85\\xE2\\x80\\xA8é");
  EXPECT_EQ(one_line("\xFFz"), "\\xFFz");
  EXPECT_EQ(one_line("ééééé", 3), "ééé…");
}

TEST(EditDistance, CountsSlipsOfAKey) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("snooze", "snooze"), 0U);
  EXPECT_EQ(edit_distance("snoze", "snooze"), 1U);
  EXPECT_EQ(edit_distance("sonoze", "snooze"), 1U);
  EXPECT_EQ(edit_distance("pga", "gap"), 2U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

}  // namespace
}  // namespace poised::config
