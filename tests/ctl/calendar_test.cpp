// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "rigs/program.hpp"

// poisectl calendar: files in, lines out; no daemon.
namespace poised::test {
namespace {

using testing::HasSubstr;

const std::string head = "BEGIN:VCALENDAR\r\n";
const std::string daily =
    "BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Europe/Berlin:20260302T090000\r\nDURATION:PT1H\r\n"
    "RRULE:FREQ=DAILY;COUNT=3\r\nATTENDEE;PARTSTAT=DECLINED:mailto:me@example.org\r\nEND:"
    "VEVENT\r\n";
const std::string tail = "END:VCALENDAR\r\n";

class CalendarCommand : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    const auto file = root_.path() / name;
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }
  static Finished calendar(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {POISECTL, "calendar"});
    return run(arguments, {"TZ=Europe/Berlin", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"});
  }
  static Finished busy(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"busy", "--from", "2026-03-02", "--to", "2026-03-09"});
    return calendar(std::move(arguments));
  }

  rig::TemporaryDirectory root_;
  const std::string file_ = write("daily.ics", head + daily + tail);
};

TEST_F(CalendarCommand, BusyPrintsStartEndAndClass) {
  const auto result = busy({file_});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            "2026-03-02T09:00:00+01:00 2026-03-02T10:00:00+01:00 busy\n"
            "2026-03-03T09:00:00+01:00 2026-03-03T10:00:00+01:00 busy\n"
            "2026-03-04T09:00:00+01:00 2026-03-04T10:00:00+01:00 busy\n");
}

TEST_F(CalendarCommand, TheZoneIsThatOfTheOutputAndOfTimesWithoutOne) {
  const auto result = calendar({"busy", "--from", "2026-03-02T17:30", "--to", "2026-03-02T17:45:30",
                                "--tz", "Asia/Tokyo", file_});
  EXPECT_EQ(result.out, "2026-03-02T17:30:00+09:00 2026-03-02T17:45:30+09:00 busy\n") << result.err;
  EXPECT_EQ(
      calendar({"busy", "--from", "2026-03-02T08:30Z", "--to", "2026-03-02T09:45+01:00", file_})
          .out,
      "2026-03-02T09:30:00+01:00 2026-03-02T09:45:00+01:00 busy\n");
}

TEST_F(CalendarCommand, JsonIsOneObjectALine) {
  const auto json = nlohmann::json::parse(
      calendar({"expand", "--from", "2026-03-02", "--limit", "1", "--json", file_}).out);
  EXPECT_EQ(json["start"], "2026-03-02T09:00:00+01:00");
  EXPECT_EQ(json["end"], "2026-03-02T10:00:00+01:00");
  EXPECT_EQ(json["class"], "busy");
}

TEST_F(CalendarCommand, ExpandPrintsEachTime) {
  EXPECT_EQ(calendar({"expand", "--limit", "2", file_}).out,
            "2026-03-02T09:00:00+01:00 2026-03-02T10:00:00+01:00 busy\n"
            "2026-03-03T09:00:00+01:00 2026-03-03T10:00:00+01:00 busy\n");
  EXPECT_EQ(calendar({"expand", "--limit", "2", file_}).err, "") << "as asked";
}

TEST_F(CalendarCommand, ExpandNeedsNoEnd) {
  const auto finite = calendar({"expand", file_});
  EXPECT_EQ(finite.code, 0);
  EXPECT_EQ(finite.err, "");
  EXPECT_EQ(std::count(finite.out.begin(), finite.out.end(), '\n'), 3);
  const auto endless =
      write("endless.ics", head +
                               "BEGIN:VEVENT\r\nUID:e\r\nDTSTART:20260302T090000Z\r\n"
                               "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\n" +
                               tail);
  const auto cut = calendar({"expand", endless});
  EXPECT_EQ(cut.code, 0);
  EXPECT_EQ(cut.err,
            "poisectl: calendar expand: only the first 1000; --to or --limit asks for others\n");
  EXPECT_EQ(std::count(cut.out.begin(), cut.out.end(), '\n'), 1000);
  const auto none = calendar({"expand", "--limit", "0", file_});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("--limit: Value 0 not in range 1 to 1000000"));
}

TEST_F(CalendarCommand, WhatOneDeclinedIsFree) {
  EXPECT_EQ(busy({"--address", "you@example.org", "--address", "me@example.org", file_}).out, "");
}

TEST_F(CalendarCommand, ReadsStandardInput) {
  const auto result =
      run({"sh", "-c", POISECTL " calendar expand --limit 1 --tz UTC - < " + file_});
  EXPECT_EQ(result.out, "2026-03-02T08:00:00+00:00 2026-03-02T09:00:00+00:00 busy\n") << result.err;
}

TEST_F(CalendarCommand, OneBadFileIsOneLineAndTheOthersCount) {
  const auto html = write("login.ics", "<!DOCTYPE html><html>Log in: please</html>");
  const auto result = busy({html, file_});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "poisectl: calendar busy: " + html + ": not an iCalendar text\n");
  EXPECT_THAT(result.out, HasSubstr("2026-03-04T09:00:00+01:00"));
  EXPECT_THAT(busy({write("zipped.ics", "\x1f\x8b\x08")}).err, HasSubstr("compressed"));
  EXPECT_THAT(busy({"/nonexistent.ics"}).err, HasSubstr("/nonexistent.ics: No such file"));
  EXPECT_THAT(busy({root_.path().string()}).err, HasSubstr("Is a directory"));
}

TEST_F(CalendarCommand, ABrokenEventIsToldWithItsLineAndTheRestCounts) {
  const auto broken = write(
      "broken.ics", head + "BEGIN:VEVENT\r\nDTSTART:20261301\r\nEND:VEVENT\r\n" + daily + tail);
  const auto result = busy({broken});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "poisectl: calendar busy: " + broken +
                            ":3: DTSTART: not a time; the event is left out\n");
  EXPECT_THAT(result.out, HasSubstr("2026-03-02T09:00:00+01:00"));
}

TEST_F(CalendarCommand, AFileOf200MegabytesIsRefusedAtOnce) {
  const auto huge = write("huge.ics", head);
  std::filesystem::resize_file(huge, std::uintmax_t{200} << 20);
  const auto result = busy({huge, file_});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("larger than 64 MiB"));
  EXPECT_THAT(result.out, HasSubstr("2026-03-02T09:00:00+01:00"));
}

TEST_F(CalendarCommand, WrongTimesAndZonesAreUsageErrors) {
  EXPECT_EQ(calendar({"busy", file_}).code, 2);
  EXPECT_EQ(calendar({"busy", "--from", "soon", "--to", "2026-03-09", file_}).code, 2);
  EXPECT_EQ(calendar({"busy", "--from", "2026-03-09", "--to", "2026-03-02", file_}).code, 2);
  EXPECT_THAT(
      calendar({"busy", "--from", "2026-03-02", "--to", "2026-03-09", "--tz", "Mars/Base", file_})
          .err,
      HasSubstr("Mars/Base"));
}

}  // namespace
}  // namespace poised::test
