// SPDX-License-Identifier: MIT
#include "ctl/render.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

namespace poised::ctl {
namespace {

std::string read(const std::string& name) {
  std::ifstream file(std::string(FIXTURES) + "/" + name);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Each fixture: what the daemon says in NAME.json, and what a person reads in NAME.txt.
class Rendering : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    look_.now = parse_instant("2026-03-02T10:07:00+01:00");
  }
  Look look_;
};

TEST_P(Rendering, IsAsAgreed) {
  const std::string name = GetParam();
  const auto json = Json::parse(read(name + ".json"));
  const auto kind = name.substr(0, name.find('-'));
  std::string text;
  if (kind == "status") text = render_status(json, look_);
  if (kind == "next") text = render_next(json, look_);
  if (kind == "plugins") text = render_plugins(json, look_);
  if (kind == "doctor") text = render_doctor(json, look_);
  if (kind == "events")
    for (const auto& event : json) text += render_event(event, look_);
  EXPECT_EQ(text, read(name + ".txt"));

  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), columns) << line;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Rendering,
                         testing::Values("status-counting", "status-after-hours", "status-held",
                                         "status-waiting", "status-offered", "status-running",
                                         "status-paused", "status-away", "status-blind",
                                         "status-empty", "next-plain", "next-empty",
                                         "plugins-mixed", "doctor-well", "doctor-problems",
                                         "events-day"),
                         [](const auto& fixture) {
                           std::string name = fixture.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(RenderingColours, AreThereOnlyWhenAskedFor) {
  const auto status =
      Json::parse(R"({"breaks":[{"id":"stretch","state":"counting","due_in_s":60}]})");
  Look look;
  EXPECT_EQ(render_status(status, look).find('\033'), std::string::npos);
  look.colour = true;
  EXPECT_NE(render_status(status, look).find("\033[1mStretch in 1 min\033[0m"), std::string::npos);
}

TEST(RenderingForeignTexts, CannotDriveTheTerminal) {
  const auto status = Json::parse(R"({"paused":[{"reason":"\u001b[2J","until":null}],
      "source":{"id":"\u001b]0;x\u0007"},"plugins":[{"id":"\u001b","state":"failed","reason":"\u009b"}]})");
  const auto text = render_status(status, Look{});
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find("\xC2\x9B"), std::string::npos);
}

TEST(RenderingWithoutKnowledge, HoldsForAnyJson) {
  for (const char* json :
       {"{}", "[]", "null", "3", R"({"breaks":{},"prompt":[],"paused":"x","plugins":[1,null]})",
        R"({"next":[{}],"problems":[{}],"facts":[{}]})"}) {
    const auto value = Json::parse(json);
    EXPECT_FALSE(render_status(value, Look{}).empty());
    EXPECT_FALSE(render_next(value, Look{}).empty());
    EXPECT_FALSE(render_plugins(value, Look{}).empty());
    EXPECT_FALSE(render_doctor(value, Look{}).empty());
    EXPECT_FALSE(render_event(value, Look{}).empty());
  }
}

}  // namespace
}  // namespace poised::ctl
