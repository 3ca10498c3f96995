// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/availability_sources.hpp"

namespace poised::shell {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AvailabilitySourcesTest : public testing::Test {
 protected:
  void signal(const std::string& id, std::uint32_t what, bool on) {
    plugin::Message message;
    message.kind = POISED_LIVE_SIGNAL;
    message.payload = plugin::LiveSignal{what, on};
    sources_.on_message(id, message);
  }
  void state(const std::string& id, plugin::PluginState state) {
    plugin::PluginStatus status;
    status.id = id;
    status.state = state;
    sources_.on_state(status);
  }

  std::vector<core::Event> events_;
  AvailabilitySources sources_{[this](core::Event event) { events_.push_back(std::move(event)); }};
};

TEST_F(AvailabilitySourcesTest, BusyTimesReplaceThoseOfTheirSource) {
  plugin::Message message;
  message.kind = POISED_AVAILABILITY;
  message.payload = plugin::Availability{
      "work",
      {{1000, 2000, POISED_BUSY_TENTATIVE, false}, {3000, 4000, POISED_BUSY_OUT_OF_OFFICE, true}}};
  sources_.on_message("calendar", message);
  const auto wall = [](int at) { return core::WallTime(std::chrono::seconds(at)); };
  EXPECT_THAT(events_, ElementsAre(core::Event(core::BusyReplaced{
                           "calendar/work",
                           {{wall(1000), wall(2000), core::BusyClass::tentative, false},
                            {wall(3000), wall(4000), core::BusyClass::out_of_office, true}}})));
}

TEST_F(AvailabilitySourcesTest, ASignalIsOnWhileAnyPluginSaysSo) {
  signal("a", POISED_SIGNAL_MIC, true);
  signal("b", POISED_SIGNAL_MIC, true);
  signal("a", POISED_SIGNAL_MIC, true);
  EXPECT_THAT(events_, ElementsAre(core::Event(core::SignalChanged{core::LiveSignal::mic, true})));
  events_.clear();
  signal("a", POISED_SIGNAL_MIC, false);
  EXPECT_THAT(events_, IsEmpty());
  signal("b", POISED_SIGNAL_MIC, false);
  EXPECT_THAT(events_, ElementsAre(core::Event(core::SignalChanged{core::LiveSignal::mic, false})));
}

TEST_F(AvailabilitySourcesTest, SignalsGoWithTheirPlugin) {
  signal("a", POISED_SIGNAL_CAMERA, true);
  events_.clear();
  state("a", plugin::PluginState::running);
  EXPECT_THAT(events_, IsEmpty());
  state("a", plugin::PluginState::failed);
  EXPECT_THAT(events_,
              ElementsAre(core::Event(core::SignalChanged{core::LiveSignal::camera, false})));
}

TEST_F(AvailabilitySourcesTest, WhatNobodyTellsOfIsUnseen) {
  EXPECT_EQ(sources_.degraded(), "cannot see calls or video");
  EXPECT_EQ(sources_.unseen().size(), core::live_signal_count);
  signal("a", POISED_SIGNAL_MIC, false);
  EXPECT_EQ(sources_.degraded(), "cannot see video");
  EXPECT_THAT(sources_.unseen(), ElementsAre("call", "camera", "screen-share", "dnd",
                                             "mirrored-display", "video", "full-screen"));
  signal("b", POISED_SIGNAL_VIDEO, true);
  EXPECT_EQ(sources_.degraded(), "");
  state("a", plugin::PluginState::failed);
  EXPECT_EQ(sources_.degraded(), "cannot see calls");
  signal("b", POISED_SIGNAL_CALL, true);
  EXPECT_EQ(sources_.degraded(), "");
  plugin::Message degraded;
  degraded.kind = POISED_DEGRADED;
  sources_.on_message("b", degraded);
  signal("b", POISED_SIGNAL_VIDEO, true);
  EXPECT_EQ(sources_.degraded(), "cannot see calls") << "what it saw before, it sees no more";
}

}  // namespace
}  // namespace poised::shell
