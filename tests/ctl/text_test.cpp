// SPDX-License-Identifier: MIT
#include "ctl/text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "ctl/failure.hpp"
#include "ctl/when.hpp"

namespace poised::ctl {
namespace {

class InBerlin : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
  }
  static std::int64_t at(const char* iso) { return parse_instant(iso); }
};

TEST(SpellSeconds, IsShort) {
  EXPECT_EQ(spell_seconds(0, Round::up), "0 s");
  EXPECT_EQ(spell_seconds(-3, Round::up), "0 s");
  EXPECT_EQ(spell_seconds(12.2, Round::up), "13 s");
  EXPECT_EQ(spell_seconds(59.9, Round::down), "59 s");
  EXPECT_EQ(spell_seconds(59.9, Round::up), "1 min");
  EXPECT_EQ(spell_seconds(61, Round::up), "2 min");
  EXPECT_EQ(spell_seconds(3599, Round::down), "59 min");
  EXPECT_EQ(spell_seconds(3599, Round::up), "1 h");
  EXPECT_EQ(spell_seconds(3900, Round::down), "1 h 05 min");
}

TEST(Printable, LeavesTextAndTakesControls) {
  EXPECT_EQ(printable("Grüße"), "Grüße");
  EXPECT_EQ(printable("a\033[31mb\n\x7f"), "a?[31mb??");
  EXPECT_EQ(printable("a\xC2\x9B"
                      "2J"),
            "a?2J");
}

TEST(ParseInstant, ReadsOffsetsAndRefusesTheRest) {
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_instant("1970-01-01T01:00:00+01:00"), 0);
  EXPECT_EQ(parse_instant("1969-12-31T19:30:00-04:30"), 0);
  EXPECT_EQ(parse_instant("2026-02-30T00:00:00Z"), -1);
  EXPECT_EQ(parse_instant("2026-03-02 14:00"), -1);
  EXPECT_EQ(parse_instant(""), -1);
}

TEST(Row, WrapsAtEightyColumnsUnderItsBeginning) {
  const Look look;
  const std::string words(
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen");
  EXPECT_EQ(row(look, "Label", words),
            "  Label         one two three four five six seven eight nine ten eleven twelve\n"
            "                thirteen fourteen fifteen\n");
}

TEST_F(InBerlin, ClockFaceNamesTheDayUnlessItIsToday) {
  const auto now = at("2026-03-02T10:00:00+01:00");
  EXPECT_EQ(clock_face(at("2026-03-02T14:05:00+01:00"), now), "14:05");
  EXPECT_EQ(clock_face(at("2026-03-03T09:00:00+01:00"), now), "Tue 09:00");
  EXPECT_EQ(clock_face(at("2026-04-03T09:00:00+02:00"), now), "3 Apr 09:00");
}

TEST_F(InBerlin, PauseUntilIsTheNextTimeTheClockShowsIt) {
  const auto now = at("2026-03-02T13:30:00+01:00");
  EXPECT_EQ(pause_end_at("14:00", now), at("2026-03-02T14:00:00+01:00"));
  EXPECT_EQ(pause_end_at("13:30", now), at("2026-03-03T13:30:00+01:00"));
  EXPECT_EQ(pause_end_at("2026-03-05 08:00", now), at("2026-03-05T08:00:00+01:00"));
  EXPECT_EQ(pause_end_at("2026-03-05T08:00", now), at("2026-03-05T08:00:00+01:00"));
}

TEST_F(InBerlin, PauseUntilTomorrowAcrossTheChangeOfClocks) {
  const auto now = at("2026-03-28T20:00:00+01:00");
  EXPECT_EQ(pause_end_at("09:00", now), at("2026-03-29T09:00:00+02:00"));
}

TEST_F(InBerlin, PausesThatMakeNoSenseAreRefused) {
  const auto now = at("2026-03-02T13:30:00+01:00");
  EXPECT_THROW(pause_end_at("2026-03-02 13:00", now), Failure);
  EXPECT_THROW(pause_end_at("25:00", now), Failure);
  EXPECT_THROW(pause_end_at("14:00 ", now), Failure);
  EXPECT_THROW(pause_end_after("0s", now), Failure);
  EXPECT_THROW(pause_end_after("1x", now), Failure);
  EXPECT_EQ(pause_end_after("1h30min", now), now + 5400);
}

}  // namespace
}  // namespace poised::ctl
