// SPDX-License-Identifier: MIT
#include <chrono>

#include "calendar_fixture.hpp"

// Texts that are broken or hostile: what is whole counts, time is bounded, and there is one line
// that says what was wrong.
namespace poised::calendar::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BadCalendar : public CalendarTest {
 protected:
  /// The good meeting still counts.
  void expect_good(const std::string& text, const std::string& problem) {
    EXPECT_THAT(busy(text), Contains("2026-03-02T09:00 2026-03-02T10:00 busy")) << text;
    if (problem.empty())
      EXPECT_THAT(problems_, IsEmpty()) << text;
    else
      EXPECT_THAT(problems_, Contains(HasSubstr(problem))) << text;
  }

  const std::string good_ =
      event("UID:good\r\nDTSTART:20260302T080000Z\r\nDTEND:20260302T090000Z\r\n");
};

TEST_F(BadCalendar, LineEndsAndFoldsOfAllKinds) {
  const std::string text =
      "\xEF\xBB\xBF" + calendar(event("UID:a\r\nSUMMARY:\xC3\r\n \xBC ber\r\n\tlong\r\n"
                                      "DTSTART:2026030\r\n 2T080000Z\r\n"
                                      "DTEND:20260302T\r\n\t090000Z\r\n"));
  expect_good(text, "");
  std::string lf, cr, crcrlf;
  for (const char c : text) {
    if (c != '\r') lf += c;
    if (c != '\n') cr += c;
    crcrlf += c;
    if (c == '\r') crcrlf += c;
  }
  expect_good(lf, "");
  expect_good(cr, "");
  expect_good(crcrlf, "");
}

TEST_F(BadCalendar, WordsInAnyCaseAndBlanksAround) {
  expect_good(
      "begin:vcalendar\r\nbegin:vevent\r\nDtStart: 20260302t080000z \r\n"
      "duration:pt1h\r\nend:vevent\r\nend:vcalendar\r\n",
      "");
}

TEST_F(BadCalendar, ALineWithoutAColonIsSkipped) {
  expect_good(one("DTSTART:20260302T080000Z\r\nnonsense\r\nDURATION:PT1H\r\n"), "without a colon");
}

TEST_F(BadCalendar, MissingEnds) {
  expect_good(
      "BEGIN:VCALENDAR\r\n" + good_ + "BEGIN:VEVENT\r\nDTSTART:20260303T080000Z\r\nDTEND:2026030",
      "ends within");
  expect_good("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260304T080000Z\r\nDURATION:PT1H\r\n" +
                  good_ + "END:VCALENDAR\r\n",
              "END:VEVENT is missing");
  EXPECT_EQ(
      busy("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260304T080000Z\r\nDURATION:PT1H\r\n" +
           good_ + "END:VCALENDAR\r\n")
          .size(),
      2U);
  expect_good(
      calendar("BEGIN:VEVENT\r\nDTSTART:20260303T080000Z\r\nBEGIN:VALARM\r\nTRIGGER:x\r\n" + good_),
      "is missing");
}

TEST_F(BadCalendar, NulBytes) {
  using namespace std::string_literals;
  expect_good(one("UID:\0a\r\nSUMMARY:\0\0\r\nDTSTART:20260302T080000Z\r\nDURATION:PT1H\r\n"s), "");
  expect_good(calendar(event("DTSTART:2026\0"
                             "0302T080000Z\r\n"s) +
                       good_),
              "not a time");
}

TEST_F(BadCalendar, TimesThatAreNone) {
  for (const std::string time :
       {"20261302T080000Z", "20260230T080000Z", "20260302T250000Z", "20260302T086100Z", "tomorrow",
        "", "00000101T000000Z", "99999999999"})
    expect_good(calendar(event("DTSTART:" + time + "\r\nDURATION:PT1H\r\n") + good_), "not a time");
  expect_good(calendar(event("SUMMARY:no start\r\n") + good_), "without DTSTART");
}

TEST_F(BadCalendar, AnEndBeforeTheStart) {
  expect_good(calendar(event("DTSTART:20260303T090000Z\r\nDTEND:20260303T080000Z\r\n") + good_),
              "ends before it begins");
  EXPECT_EQ(busy(calendar(event("DTSTART:20260303T090000Z\r\nDTEND:20260303T080000Z\r\n") + good_))
                .size(),
            1U);
  expect_good(calendar(event("DTSTART:20260303T090000Z\r\nDURATION:-PT1H\r\n") + good_),
              "ends before it begins");
}

TEST_F(BadCalendar, YearsFarAway) {
  expect_good(
      calendar(event("DTSTART:99991231T230000Z\r\nDTEND:99991231T235959Z\r\nRRULE:FREQ=DAILY\r\n") +
               event("DTSTART:00010101T000000Z\r\nDURATION:P99999999W\r\n") +
               event("DTSTART:00010101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY\r\n") + good_),
      "not a duration");
  look_at("9999-12-30", "9999-12-31");
  EXPECT_THAT(busy(one("DTSTART:20260101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\n")),
              ElementsAre("9999-12-30T09:00 9999-12-30T10:00 busy"));
}

TEST_F(BadCalendar, ASeriesOfSecondsIsMarkedAndNeverBusy) {
  const auto text = calendar(
      event("DTSTART:20200101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY\r\n") + good_);
  expect_good(text, "too often");
  EXPECT_THAT(busy(text), Contains("2026-03-02T00:00 2026-03-02T09:00 unexpandable"));
}

TEST_F(BadCalendar, ImpossibleRulesEndSoon) {
  const auto begin = std::chrono::steady_clock::now();
  std::string bombs;
  for (int i = 0; i < 50; ++i)
    for (const std::string rule :
         {"FREQ=SECONDLY", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
          "FREQ=MINUTELY;BYHOUR=3;BYMINUTE=59;BYSECOND=59",
          "FREQ=SECONDLY;BYSECOND=0;BYYEARDAY=366;COUNT=1000000",
          "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=1TH;BYSETPOS=2",
          "FREQ=SECONDLY;COUNT=2000000000;BYMINUTE=1,3,5",
          "FREQ=DAILY;BYDAY=MO;COUNT=2000000000;BYMONTH=7"})
      bombs += event("DTSTART:19000101T000000Z\r\nDURATION:PT1S\r\nRRULE:" + rule + "\r\n");
  const auto found = busy(calendar(bombs + good_));
  EXPECT_THAT(found, Contains("2026-03-02T09:00 2026-03-02T10:00 busy"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(BadCalendar, CountedSecondsAreReckonedNotWalked) {
  limits_.event_steps = 20'000;
  look_at("2026-03-02T08:59:58", "2026-03-02T09:00:02");
  EXPECT_EQ(
      starts(one("DTSTART:20200101T000000Z\r\nRRULE:FREQ=SECONDLY;COUNT=1000000000\r\n")).size(),
      4U);
}

TEST_F(BadCalendar, AHundredThousandChangesOfOneSeries) {
  std::string text =
      "BEGIN:VCALENDAR\r\n" + good_ +
      event("UID:a\r\nDTSTART:20000101T120000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\n");
  for (int i = 0; i < 100'000; ++i) {
    const auto date = date_of(days_of(2000, 1, 1) + i);
    char day[40];
    std::snprintf(day, sizeof day, "%04d%02d%02d", date.year, date.month, date.day);
    text += event("UID:a\r\nRECURRENCE-ID:" + std::string(day) + "T120000Z\r\nDTSTART:" + day +
                  "T130000Z\r\nDURATION:PT1H\r\n");
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto found = busy(text + "END:VCALENDAR\r\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(found.size(), 8U);
  EXPECT_THAT(found, Contains("2026-03-03T14:00 2026-03-03T15:00 busy"));
}

TEST_F(BadCalendar, WhatIsNoCalendarIsNotTakenForOne) {
  EXPECT_FALSE(read("<!DOCTYPE html><html><body>Please log in: now</body></html>\n").recognised);
  EXPECT_FALSE(read("\x1f\x8b\x08 gzip: of something").recognised);
  EXPECT_FALSE(read("").recognised);
  EXPECT_TRUE(read("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n").recognised);
}

TEST_F(BadCalendar, AHugeLineIsNotKept) {
  expect_good("BEGIN:VCALENDAR\r\nX-HUGE:" + std::string(std::size_t{5} << 20, 'x') + "\r\n" +
                  good_ + "END:VCALENDAR\r\n",
              "");
}

TEST_F(BadCalendar, ComponentsInEachOtherWithoutEnd) {
  std::string text = "BEGIN:VCALENDAR\r\n";
  for (int i = 0; i < 10'000; ++i) text += "BEGIN:X-DEEP\r\n";
  expect_good(text + good_ + "END:VCALENDAR\r\n", "too deep");
}

}  // namespace
}  // namespace poised::calendar::test
