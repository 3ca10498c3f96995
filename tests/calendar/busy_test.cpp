// SPDX-License-Identifier: MIT
#include "calendar_fixture.hpp"

// When a person is busy, by RFC 5545 and what programs write in its name. The week looked at is
// that of Monday 2 March 2026 in Berlin, unless a test says otherwise.
namespace poised::calendar::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Busy = CalendarTest;

const std::string monday =
    "DTSTART;TZID=Europe/Berlin:20260302T090000\r\n"
    "DTEND;TZID=Europe/Berlin:20260302T100000\r\n";
const std::string monday_busy = "2026-03-02T09:00 2026-03-02T10:00 busy";

// ------------------------------------------------------------------ one event

TEST_F(Busy, AMeetingIsBusyFromItsStartToItsEnd) {
  EXPECT_THAT(busy(one(monday)), ElementsAre(monday_busy));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(Busy, TimesInUtcInAZoneAndOnNoClockAtAll) {
  EXPECT_THAT(busy(one("DTSTART:20260302T080000Z\r\nDTEND:20260302T090000Z\r\n")),
              ElementsAre(monday_busy));
  EXPECT_THAT(busy(one("DTSTART;TZID=America/New_York:20260302T030000\r\nDURATION:PT1H\r\n")),
              ElementsAre(monday_busy));
  EXPECT_THAT(busy(one("DTSTART:20260302T090000\r\nDURATION:PT1H\r\n")), ElementsAre(monday_busy));
}

TEST_F(Busy, TheEndMayBeInAnotherZone) {
  EXPECT_THAT(busy(one("DTSTART;TZID=Europe/Berlin:20260302T090000\r\n"
                       "DTEND;TZID=Europe/London:20260302T090000\r\n")),
              ElementsAre(monday_busy));
}

TEST_F(Busy, WithoutEndAndDurationThereIsNoLength) {
  EXPECT_THAT(busy(one("DTSTART:20260302T090000Z\r\n")), IsEmpty());
  EXPECT_THAT(starts(one("DTSTART:20260302T090000Z\r\n")), ElementsAre("2026-03-02T10:00"));
}

TEST_F(Busy, IsCutToTheWindow) {
  look_at("2026-03-02T09:30", "2026-03-02T09:45");
  EXPECT_THAT(busy(one(monday)), ElementsAre("2026-03-02T09:30 2026-03-02T09:45 busy"));
  look_at("2026-03-02T10:00", "2026-03-02T11:00");
  EXPECT_THAT(busy(one(monday)), IsEmpty());
}

TEST_F(Busy, TransparentAndCancelledAreFree) {
  EXPECT_THAT(busy(one(monday + "TRANSP:TRANSPARENT\r\n")), IsEmpty());
  EXPECT_THAT(busy(one(monday + "TRANSP:OPAQUE\r\n")), ElementsAre(monday_busy));
  EXPECT_THAT(busy(one(monday + "STATUS:CANCELLED\r\n")), IsEmpty());
  EXPECT_THAT(busy("BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\n" + event(monday) + "END:VCALENDAR\r\n"),
              IsEmpty());
}

TEST_F(Busy, TentativeIsAClassOfItsOwn) {
  EXPECT_THAT(busy(one(monday + "STATUS:TENTATIVE\r\n")),
              ElementsAre("2026-03-02T09:00 2026-03-02T10:00 tentative"));
}

TEST_F(Busy, OnesOwnAnswerDecides) {
  addresses_ = {"Me@Example.org"};
  const auto with = [&](const std::string& part) {
    return busy(one(monday + "ATTENDEE;PARTSTAT=DECLINED:mailto:you@example.org\r\nATTENDEE" +
                    part + ":MAILTO:me@example.ORG\r\n"));
  };
  EXPECT_THAT(with(";PARTSTAT=ACCEPTED"), ElementsAre(monday_busy));
  EXPECT_THAT(with(";CN=\"Me: myself\";PARTSTAT=DECLINED"), IsEmpty());
  EXPECT_THAT(with(";PARTSTAT=DELEGATED"), IsEmpty());
  EXPECT_THAT(with(";PARTSTAT=TENTATIVE"), ElementsAre(HasSubstr("tentative")));
  EXPECT_THAT(with(";PARTSTAT=NEEDS-ACTION"), ElementsAre(HasSubstr("tentative")));
  EXPECT_THAT(with(""), ElementsAre(HasSubstr("tentative")));
  addresses_ = {"somebody@example.org"};
  EXPECT_THAT(with(";PARTSTAT=DECLINED"), ElementsAre(monday_busy));
}

TEST_F(Busy, AnAddressMayStandInAParameter) {
  addresses_ = {"me@example.org"};
  EXPECT_THAT(busy(one(monday + "ATTENDEE;PARTSTAT=DECLINED;EMAIL=me@example.org:/me/\r\n")),
              IsEmpty());
}

TEST_F(Busy, WhoInvitedNeedsNoAnswer) {
  addresses_ = {"me@example.org"};
  EXPECT_THAT(busy(one(monday + "ORGANIZER:mailto:me@example.org\r\n"
                                "ATTENDEE:mailto:me@example.org\r\n")),
              ElementsAre(monday_busy));
}

TEST_F(Busy, MicrosoftsWordBeatsTransparency) {
  const auto with = [&](const std::string& word) {
    return busy(one(monday + "TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:" + word + "\r\n"));
  };
  EXPECT_THAT(with("BUSY"), ElementsAre(monday_busy));
  EXPECT_THAT(with("FREE"), IsEmpty());
  EXPECT_THAT(with("WORKINGELSEWHERE"), IsEmpty());
  EXPECT_THAT(with("TENTATIVE"), ElementsAre(HasSubstr("tentative")));
  EXPECT_THAT(with("OOF"), ElementsAre(HasSubstr("out-of-office")));
  EXPECT_THAT(with("NEWWORD"), IsEmpty());
}

TEST_F(Busy, PropertiesOfAnAlarmAreNotTheEvents) {
  EXPECT_THAT(busy(one(monday + "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDURATION:PT5H\r\n"
                                "STATUS:CANCELLED\r\nEND:VALARM\r\n")),
              ElementsAre(monday_busy));
}

// ------------------------------------------------------------------ whole days

TEST_F(Busy, AWholeDayIsNoMeeting) {
  const std::string day = "DTSTART;VALUE=DATE:20260303\r\n";
  EXPECT_THAT(busy(one(day)), IsEmpty());
  EXPECT_THAT(lines(expansion(one(day)).occurrences),
              ElementsAre("2026-03-03T00:00 2026-03-04T00:00 free"));
}

TEST_F(Busy, AWholeDayOutOfOfficeIs) {
  const std::string away = "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n";
  EXPECT_THAT(busy(one("DTSTART;VALUE=DATE:20260303\r\nDTEND;VALUE=DATE:20260305\r\n" + away)),
              ElementsAre("2026-03-03T00:00 2026-03-05T00:00 out-of-office"));
  EXPECT_THAT(busy(one("DTSTART;VALUE=DATE:20260303\r\nDTEND;VALUE=DATE:20260303\r\n" + away)),
              ElementsAre("2026-03-03T00:00 2026-03-04T00:00 out-of-office"));
}

TEST_F(Busy, OutlooksWholeDayHasTimes) {
  EXPECT_THAT(busy(one("DTSTART:20260302T230000Z\r\nDTEND:20260303T230000Z\r\n"
                       "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n")),
              IsEmpty());
}

TEST_F(Busy, ADayIsAsLongAsItsClock) {
  const std::string away = "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n";
  look_at("2026-03-28", "2026-03-31");
  const auto spring = expansion(one("DTSTART;VALUE=DATE:20260329\r\n" + away)).occurrences;
  ASSERT_EQ(spring.size(), 1U);
  EXPECT_EQ(spring[0].to - spring[0].from, 23 * 3600);
  look_at("2026-10-24", "2026-10-27");
  const auto autumn = expansion(one("DTSTART;VALUE=DATE:20261025\r\n" + away)).occurrences;
  ASSERT_EQ(autumn.size(), 1U);
  EXPECT_EQ(autumn[0].to - autumn[0].from, 25 * 3600);
}

// ------------------------------------------------------------------ clock changes

TEST_F(Busy, DaysAreNominalAndHoursExactOverAClockChange) {
  look_at("2026-03-27", "2026-03-31");
  EXPECT_THAT(busy(one("DTSTART;TZID=Europe/Berlin:20260328T120000\r\nDURATION:P1D\r\n")),
              ElementsAre("2026-03-28T12:00 2026-03-29T12:00 busy"));
  EXPECT_THAT(busy(one("DTSTART;TZID=Europe/Berlin:20260328T120000\r\nDURATION:PT24H\r\n")),
              ElementsAre("2026-03-28T12:00 2026-03-29T13:00 busy"));
}

TEST_F(Busy, ATimeInTheGapHasTheOffsetFromBeforeIt) {
  look_at("2026-03-29", "2026-03-30");
  const auto found =
      expansion(one("DTSTART;TZID=Europe/Berlin:20260329T023000\r\nDURATION:PT1H\r\n")).occurrences;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].from, at("2026-03-29T01:30", LocalZone()));
}

TEST_F(Busy, ATimeThatComesTwiceIsTheFirst) {
  look_at("2026-10-25", "2026-10-26");
  const auto found =
      expansion(one("DTSTART;TZID=Europe/Berlin:20261025T023000\r\nDURATION:PT1H\r\n")).occurrences;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].from, at("2026-10-25T00:30", LocalZone()));
}

TEST_F(Busy, ARuleHasNoInstanceInTheGap) {
  look_at("2026-03-27", "2026-04-01");
  const std::string nightly = "DTSTART;TZID=Europe/Berlin:20260327T023000\r\nDURATION:PT1H\r\n";
  EXPECT_THAT(
      starts(one(nightly + "RRULE:FREQ=DAILY\r\n")),
      ElementsAre("2026-03-27T02:30", "2026-03-28T02:30", "2026-03-30T02:30", "2026-03-31T02:30"));
  // Nor is it counted.
  EXPECT_THAT(starts(one(nightly + "RRULE:FREQ=DAILY;COUNT=3\r\n")),
              ElementsAre("2026-03-27T02:30", "2026-03-28T02:30", "2026-03-30T02:30"));
}

TEST_F(Busy, WhatTheGapTookIsNotCountedWhenJumpingOverIt) {
  look_at("2026-10-01", "2026-10-10");
  // Each day from 1 March, less the one in the gap: the 220th is 7 October.
  EXPECT_THAT(starts(one("DTSTART;TZID=Europe/Berlin:20260301T023000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;COUNT=220\r\n")),
              testing::Contains("2026-10-07T02:30"));
  EXPECT_EQ(starts(one("DTSTART;TZID=Europe/Berlin:20260301T023000\r\nDURATION:PT1H\r\n"
                       "RRULE:FREQ=DAILY;COUNT=220\r\n"))
                .size(),
            7U);
}

TEST_F(Busy, ASeriesKeepsItsLocalTimeOverAClockChange) {
  look_at("2026-03-23", "2026-04-06");
  EXPECT_THAT(starts(one("DTSTART;TZID=Europe/Berlin:20260105T093000\r\nDURATION:PT45M\r\n"
                         "RRULE:FREQ=WEEKLY\r\n")),
              ElementsAre("2026-03-23T09:30", "2026-03-30T09:30"));
}

// ------------------------------------------------------------------ recurrence sets

TEST_F(Busy, ARuleFromLongAgoIsNotWalked) {
  limits_.event_steps = 1000;  // some for each change of the clock
  EXPECT_THAT(busy(one("DTSTART;TZID=Europe/Berlin:19700105T090000\r\nDURATION:PT1H\r\n"
                       "RRULE:FREQ=WEEKLY;BYDAY=MO\r\n")),
              ElementsAre(monday_busy));
  EXPECT_THAT(busy(one("DTSTART;TZID=Europe/Berlin:19700105T090000\r\nDURATION:PT1H\r\n"
                       "RRULE:FREQ=WEEKLY;COUNT=2931\r\n")),
              ElementsAre(monday_busy));
  EXPECT_THAT(busy(one("DTSTART;TZID=Europe/Berlin:19700105T090000\r\nDURATION:PT1H\r\n"
                       "RRULE:FREQ=WEEKLY;COUNT=2930\r\n")),
              IsEmpty());
}

TEST_F(Busy, ExtraAndExcludedTimes) {
  EXPECT_THAT(starts(one("DTSTART;TZID=Europe/Berlin:20260302T090000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;COUNT=4\r\n"
                         "RDATE;TZID=Europe/Berlin:20260306T140000,20260307T140000\r\n"
                         "EXDATE;TZID=Europe/Berlin:20260303T090000\r\nEXDATE:20260304T080000Z\r\n"
                         "EXDATE;VALUE=DATE:20260307\r\n")),
              ElementsAre("2026-03-02T09:00", "2026-03-05T09:00", "2026-03-06T14:00"));
}

TEST_F(Busy, ExtraTimesAloneCountTheStart) {
  EXPECT_THAT(starts(one("DTSTART:20260302T090000\r\nDURATION:PT1H\r\nRDATE:20260304T090000\r\n")),
              ElementsAre("2026-03-02T09:00", "2026-03-04T09:00"));
}

TEST_F(Busy, AnExtraPeriodHasItsOwnLength) {
  EXPECT_THAT(busy(one(monday + "RDATE;VALUE=PERIOD;TZID=Europe/Berlin:"
                                "20260304T090000/20260304T120000,20260305T090000/PT2H\r\n")),
              ElementsAre(monday_busy, "2026-03-04T09:00 2026-03-04T12:00 busy",
                          "2026-03-05T09:00 2026-03-05T11:00 busy"));
}

TEST_F(Busy, SeveralRulesAreOneSet) {
  EXPECT_THAT(starts(one("DTSTART:20260302T090000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\nRRULE:FREQ=WEEKLY;BYDAY=FR\r\n"
                         "EXRULE:FREQ=WEEKLY;BYDAY=WE\r\n")),
              ElementsAre("2026-03-02T09:00", "2026-03-06T09:00"));
}

TEST_F(Busy, WhatIsSaidTwiceTakesPlaceOnce) {
  EXPECT_THAT(
      starts(one("DTSTART:20260302T090000\r\nDURATION:PT1H\r\n"
                 "RRULE:FREQ=DAILY;COUNT=2\r\nRRULE:FREQ=DAILY;INTERVAL=2;COUNT=2\r\n"
                 "RDATE:20260303T090000,20260305T090000,20260305T090000\r\n")),
      ElementsAre("2026-03-02T09:00", "2026-03-03T09:00", "2026-03-04T09:00", "2026-03-05T09:00"));
  // The one that says how long it takes is meant.
  EXPECT_THAT(busy(one("DTSTART:20260302T080000Z\r\nDURATION:PT2H\r\nRRULE:FREQ=DAILY;COUNT=2\r\n"
                       "RDATE;VALUE=PERIOD:20260302T080000Z/PT1H\r\n")),
              ElementsAre(monday_busy, "2026-03-03T09:00 2026-03-03T11:00 busy"));
}

TEST_F(Busy, AnOldExclusionRuleTakesExtraTimesToo) {
  EXPECT_THAT(starts(one("DTSTART:20260302T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
                         "RDATE:20260306T090000,20260307T090000\r\n"
                         "EXRULE:FREQ=WEEKLY;BYDAY=TU,SA\r\n")),
              ElementsAre("2026-03-02T09:00", "2026-03-04T09:00", "2026-03-06T09:00"));
}

TEST_F(Busy, TheFirstFewAreTheEarliestOfTheWholeSet) {
  limits_.wanted = 2;
  EXPECT_THAT(
      starts(one("DTSTART:20260303T090000\r\nDURATION:PT1H\r\n"
                 "RRULE:FREQ=WEEKLY;BYDAY=TH,FR\r\nRRULE:FREQ=WEEKLY;BYDAY=TU\r\n"
                 "RDATE:20260302T090000\r\n")),
      ElementsAre("2026-03-02T09:00", "2026-03-03T09:00", "2026-03-05T09:00", "2026-03-06T09:00"));
}

TEST_F(Busy, TheDayOfUntilIsWithinTheRule) {
  EXPECT_THAT(starts(one("DTSTART;TZID=Europe/Berlin:20260302T093000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;UNTIL=20260304\r\n")),
              ElementsAre("2026-03-02T09:30", "2026-03-03T09:30", "2026-03-04T09:30"));
  EXPECT_THAT(starts(one("DTSTART;TZID=Europe/Berlin:20260302T093000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;UNTIL=20260304T082959Z\r\n")),
              ElementsAre("2026-03-02T09:30", "2026-03-03T09:30"));
}

TEST_F(Busy, CountAndUntilTogetherEndAtTheEarlier) {
  const std::string daily = "DTSTART:20260302T093000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;";
  EXPECT_EQ(starts(one(daily + "COUNT=2;UNTIL=20260305\r\n")).size(), 2U);
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("COUNT and UNTIL")));
  EXPECT_EQ(starts(one(daily + "COUNT=20;UNTIL=20260304\r\n")).size(), 3U);
}

TEST_F(Busy, TheExampleOfTheStandardWithItsExcludedStart) {
  live_in("America/New_York");
  look_at("1997-09-01", "1999-01-01");
  EXPECT_THAT(starts(one("DTSTART;TZID=America/New_York:19970902T090000\r\nDURATION:PT1H\r\n"
                         "EXDATE;TZID=America/New_York:19970902T090000\r\n"
                         "RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13\r\n")),
              ElementsAre("1998-02-13T09:00", "1998-03-13T09:00", "1998-11-13T09:00"));
}

TEST_F(Busy, ARuleThatIsNoneLeavesTheStart) {
  EXPECT_THAT(busy(one(monday + "RRULE:FREQ=DAILY;INTERVAL=0\r\n")), ElementsAre(monday_busy));
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("interval")));
  EXPECT_THAT(busy(one(monday + "RRULE:FREQ=FORTNIGHTLY\r\n")), ElementsAre(monday_busy));
  EXPECT_THAT(busy(one(monday + "RRULE:FREQ=DAILY;UNTIL=soon\r\n")), ElementsAre(monday_busy));
}

// ------------------------------------------------------------------ single times changed

const std::string weekday_series =
    "UID:a\r\nDTSTART;TZID=Europe/Berlin:20260105T090000\r\n"
    "DTEND;TZID=Europe/Berlin:20260105T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\n";

TEST_F(Busy, AMovedTimeLeavesItsSlot) {
  EXPECT_THAT(busy(calendar(event(weekday_series) +
                            event("UID:a\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260304T090000\r\n"
                                  "DTSTART;TZID=Europe/Berlin:20260305T110000\r\n"
                                  "DTEND;TZID=Europe/Berlin:20260305T114500\r\n"))),
              ElementsAre(monday_busy, "2026-03-05T11:00 2026-03-05T11:45 busy"));
}

TEST_F(Busy, TheSlotIsAnInstantNotAText) {
  const auto with = [&](const std::string& slot) {
    return busy(calendar(event("UID:a\r\nRECURRENCE-ID" + slot +
                               "\r\nSTATUS:CANCELLED\r\n"
                               "DTSTART:20260304T080000Z\r\nDURATION:PT1H\r\n") +
                         event(weekday_series)));
  };
  EXPECT_THAT(with(":20260304T080000Z"), ElementsAre(monday_busy));
  EXPECT_THAT(with(";TZID=America/New_York:20260304T030000"), ElementsAre(monday_busy));
  EXPECT_THAT(with(":20260304T090000"), ElementsAre(monday_busy));
  EXPECT_THAT(with(";VALUE=DATE:20260304"), ElementsAre(monday_busy));
  EXPECT_EQ(with(":20260304T070000Z").size(), 2U);
}

TEST_F(Busy, ATimeMovesIntoTheWindowAndOutOfIt) {
  EXPECT_THAT(
      busy(calendar(event(weekday_series) +
                    event("UID:a\r\nRECURRENCE-ID:20260304T080000Z\r\nDTSTART:20260401T080000Z\r\n"
                          "DURATION:PT1H\r\n") +
                    event("UID:a\r\nRECURRENCE-ID:20260413T070000Z\r\nDTSTART:20260306T080000Z\r\n"
                          "DURATION:PT1H\r\n"))),
      ElementsAre(monday_busy, "2026-03-06T09:00 2026-03-06T10:00 busy"));
}

TEST_F(Busy, TheNewestRevisionCounts) {
  const auto moved = [](const std::string& hour, const std::string& revision) {
    return event("UID:a\r\nRECURRENCE-ID:20260304T080000Z\r\nDTSTART:20260304T" + hour +
                 "0000Z\r\nDURATION:PT1H\r\n" + revision);
  };
  EXPECT_THAT(busy(calendar(moved("10", "SEQUENCE:2\r\n") + moved("12", "SEQUENCE:1\r\n") +
                            event(weekday_series))),
              ElementsAre(monday_busy, "2026-03-04T11:00 2026-03-04T12:00 busy"));
  EXPECT_THAT(busy(calendar(moved("10", "DTSTAMP:20260101T000000Z\r\n") +
                            moved("12", "DTSTAMP:20260102T000000Z\r\n") + event(weekday_series))),
              ElementsAre(monday_busy, "2026-03-04T13:00 2026-03-04T14:00 busy"));
  EXPECT_THAT(busy(calendar(event("UID:b\r\nSEQUENCE:0\r\n" + monday) +
                            event("UID:b\r\nSEQUENCE:1\r\nDTSTART:20260306T080000Z\r\n"
                                  "DURATION:PT1H\r\n"))),
              ElementsAre("2026-03-06T09:00 2026-03-06T10:00 busy"));
}

TEST_F(Busy, ACancelledSeriesIsGoneWithItsChanges) {
  EXPECT_THAT(busy(calendar(event(weekday_series + "STATUS:CANCELLED\r\n") +
                            event("UID:a\r\nRECURRENCE-ID:20260304T080000Z\r\n"
                                  "DTSTART:20260304T100000Z\r\nDURATION:PT1H\r\n"))),
              IsEmpty());
}

TEST_F(Busy, AChangeWithoutItsSeriesCounts) {
  EXPECT_THAT(busy(one("UID:a\r\nRECURRENCE-ID:20260301T080000Z\r\n" + monday)),
              ElementsAre(monday_busy));
}

TEST_F(Busy, OneTimeDeclined) {
  addresses_ = {"me@example.org"};
  EXPECT_THAT(busy(calendar(event(weekday_series) +
                            event("UID:a\r\nRECURRENCE-ID:20260304T080000Z\r\n"
                                  "DTSTART:20260304T080000Z\r\nDURATION:PT1H\r\n"
                                  "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.org\r\n"))),
              ElementsAre(monday_busy));
}

TEST_F(Busy, ThisAndFutureMovesWhatFollows) {
  const auto later = [](const std::string& more) {
    return event(
        "UID:a\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260216T090000\r\n"
        "DTSTART;TZID=Europe/Berlin:20260217T130000\r\n"
        "DTEND;TZID=Europe/Berlin:20260217T133000\r\n" +
        more);
  };
  EXPECT_THAT(busy(calendar(event(weekday_series) + later(""))),
              ElementsAre("2026-03-03T13:00 2026-03-03T13:30 busy",
                          "2026-03-05T13:00 2026-03-05T13:30 busy"));
  EXPECT_THAT(busy(calendar(event(weekday_series) + later("") +
                            event("UID:a\r\nRECURRENCE-ID:20260304T080000Z\r\n"
                                  "DTSTART:20260304T150000Z\r\nDURATION:PT1H\r\n"))),
              ElementsAre("2026-03-03T13:00 2026-03-03T13:30 busy",
                          "2026-03-04T16:00 2026-03-04T17:00 busy"));
  EXPECT_THAT(busy(calendar(event(weekday_series) + later("STATUS:CANCELLED\r\n"))), IsEmpty());
  look_at("2026-02-09", "2026-02-16");
  EXPECT_EQ(busy(calendar(event(weekday_series) + later(""))).size(), 2U);
}

TEST_F(Busy, ThisAndFutureMovesExtraTimesToo) {
  EXPECT_THAT(busy(calendar(event("UID:a\r\nDTSTART:20260302T090000\r\nDURATION:PT1H\r\n"
                                  "RRULE:FREQ=DAILY;COUNT=2\r\nRDATE:20260305T090000\r\n") +
                            event("UID:a\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260303T090000\r\n"
                                  "DTSTART:20260303T130000\r\nDURATION:PT30M\r\n"))),
              ElementsAre("2026-03-02T09:00 2026-03-02T10:00 busy",
                          "2026-03-03T13:00 2026-03-03T13:30 busy",
                          "2026-03-05T13:00 2026-03-05T13:30 busy"));
}

TEST_F(Busy, TheSlotOfAWholeDayMayHaveATime) {
  const std::string away = "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n";
  EXPECT_THAT(busy(calendar(event("UID:a\r\nDTSTART;VALUE=DATE:20260302\r\n" + away +
                                  "RRULE:FREQ=DAILY;COUNT=3\r\n") +
                            event("UID:a\r\nRECURRENCE-ID:20260303T000000Z\r\nSTATUS:CANCELLED\r\n"
                                  "DTSTART;VALUE=DATE:20260303\r\n" +
                                  away))),
              ElementsAre("2026-03-02T00:00 2026-03-03T00:00 out-of-office",
                          "2026-03-04T00:00 2026-03-05T00:00 out-of-office"));
}

// ------------------------------------------------------------------ zones

TEST_F(Busy, AZoneDefinedInTheTextIsTaken) {
  const std::string zone =
      "BEGIN:VTIMEZONE\r\nTZID:Office\r\n"
      "BEGIN:DAYLIGHT\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nDTSTART:16010101T020000\r\n"
      "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\nEND:DAYLIGHT\r\n"
      "BEGIN:STANDARD\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nDTSTART:16010101T020000\r\n"
      "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
  const auto daily = event(
      "DTSTART;TZID=Office:20250101T030000\r\nDURATION:PT1H\r\n"
      "RRULE:FREQ=WEEKLY;BYDAY=MO\r\n");
  // It may come after what needs it.
  look_at("2026-03-02", "2026-03-10");
  EXPECT_THAT(busy(calendar(daily + zone)),
              ElementsAre(monday_busy, "2026-03-09T08:00 2026-03-09T09:00 busy"));
  EXPECT_THAT(problems_, IsEmpty());
  look_at("9000-06-02", "9000-06-03");
  EXPECT_THAT(busy(calendar(daily + zone)), ElementsAre("9000-06-02T09:00 9000-06-02T10:00 busy"));
}

TEST_F(Busy, ADefinitionBeatsTheNameItHas) {
  EXPECT_THAT(
      busy(calendar("BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nBEGIN:STANDARD\r\n"
                    "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\n"
                    "END:STANDARD\r\nEND:VTIMEZONE\r\n" +
                    event("DTSTART;TZID=Europe/London:20260302T110000\r\nDURATION:PT1H\r\n"))),
      ElementsAre(monday_busy));
}

TEST_F(Busy, ZonesHaveManyNames) {
  live_in("America/New_York");
  look_at("2026-03-02", "2026-03-03");
  for (const std::string name :
       {"Europe/Berlin", "\"Europe/Berlin\"", "/Europe/Berlin",
        "/freeassociation.sourceforge.net/Europe/Berlin",
        "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
        "/citadel.org/20210210_1/Europe/Berlin", "W. Europe Standard Time",
        "w. europe standard time", "Romance Standard Time",
        "\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"",
        "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "UTC+01:00", "GMT+1"}) {
    EXPECT_THAT(busy(one("DTSTART;TZID=" + name + ":20260302T150000\r\nDURATION:PT1H\r\n")),
                ElementsAre("2026-03-02T09:00 2026-03-02T10:00 busy"))
        << name;
    EXPECT_THAT(problems_, IsEmpty()) << name;
  }
  EXPECT_THAT(busy(one("DTSTART;TZID=\"tzone://Microsoft/Utc\":20260302T140000\r\n"
                       "DURATION:PT1H\r\n")),
              ElementsAre("2026-03-02T09:00 2026-03-02T10:00 busy"));
  EXPECT_THAT(busy(one("DTSTART;TZID=Pacific Time (US & Canada):20260302T060000\r\n"
                       "DURATION:PT1H\r\n")),
              ElementsAre("2026-03-02T09:00 2026-03-02T10:00 busy"));
}

TEST_F(Busy, AnUnknownZoneIsTheCalendarsOrTheMachines) {
  const auto odd = event("DTSTART;TZID=Customized Time Zone:20260302T090000\r\nDURATION:PT1H\r\n");
  EXPECT_THAT(busy(calendar("X-WR-TIMEZONE:America/New_York\r\n" + odd)),
              ElementsAre("2026-03-02T15:00 2026-03-02T16:00 busy"));
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_THAT(busy(calendar(odd)), ElementsAre(monday_busy));
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("zone is not known")));
}

TEST_F(Busy, FloatingTimesFollowTheMachine) {
  const auto text = one("DTSTART:20260302T090000\r\nDURATION:PT1H\r\n");
  const auto berlin = expansion(text).occurrences.at(0).from;
  live_in("Asia/Tokyo");
  EXPECT_EQ(berlin - expansion(text).occurrences.at(0).from, 8 * 3600);
}

// ------------------------------------------------------------------ other components

TEST_F(Busy, FreeBusyPeriods) {
  EXPECT_THAT(
      busy(calendar("BEGIN:VFREEBUSY\r\nDTSTART:20260302T000000Z\r\nDTEND:20260309T000000Z\r\n"
                    "FREEBUSY:20260302T080000Z/20260302T090000Z,20260303T080000Z/PT1H\r\n"
                    "FREEBUSY;FBTYPE=FREE:20260304T080000Z/PT1H\r\n"
                    "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260305T080000Z/PT1H\r\n"
                    "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260306T080000Z/PT1H\r\n"
                    "END:VFREEBUSY\r\n")),
      ElementsAre(monday_busy, "2026-03-03T09:00 2026-03-03T10:00 busy",
                  "2026-03-05T09:00 2026-03-05T10:00 tentative",
                  "2026-03-06T09:00 2026-03-06T10:00 out-of-office"));
}

TEST_F(Busy, TasksAndJournalsAreNoMeetings) {
  EXPECT_THAT(busy(calendar("BEGIN:VTODO\r\n" + monday + "END:VTODO\r\nBEGIN:VJOURNAL\r\n" +
                            monday + "END:VJOURNAL\r\n")),
              IsEmpty());
}

// ------------------------------------------------------------------ merging

TEST_F(Busy, OverlapsAndNeighboursAreOne) {
  EXPECT_THAT(busy(calendar(event("DTSTART:20260302T080000\r\nDURATION:PT1H\r\n") +
                            event("DTSTART:20260302T083000\r\nDURATION:PT10M\r\n") +
                            event("DTSTART:20260302T090000\r\nDURATION:PT1H\r\n"))),
              ElementsAre("2026-03-02T08:00 2026-03-02T10:00 busy"));
}

TEST_F(Busy, TheStrongerClassHoldsWhereTwoOverlap) {
  EXPECT_THAT(
      busy(calendar(
          event("DTSTART:20260302T080000\r\nDURATION:PT4H\r\nSTATUS:TENTATIVE\r\n") +
          event("DTSTART:20260302T090000\r\nDURATION:PT2H\r\n") +
          event(
              "DTSTART:20260302T100000\r\nDURATION:PT30M\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n"))),
      ElementsAre(
          "2026-03-02T08:00 2026-03-02T09:00 tentative", "2026-03-02T09:00 2026-03-02T10:00 busy",
          "2026-03-02T10:00 2026-03-02T10:30 out-of-office",
          "2026-03-02T10:30 2026-03-02T11:00 busy", "2026-03-02T11:00 2026-03-02T12:00 tentative"));
}

}  // namespace
}  // namespace poised::calendar::test
