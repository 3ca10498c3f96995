// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "live-signals/fusion.hpp"

namespace live_signals {
namespace {

using poised::LiveSignal;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Change = std::pair<LiveSignal, bool>;

class FusionOfEvidence : public testing::Test {
 protected:
  void at(int second, const Evidence& evidence) { fusion_.see(evidence, time(second)); }
  /// Goes there, stopping where it asks for it.
  void go_to(int second) {
    while (const auto next = fusion_.settle(now_)) {
      if (*next > time(second)) break;
      now_ = *next;
    }
    now_ = time(second);
    fusion_.settle(now_);
  }
  std::vector<Change> take() { return std::exchange(told_, {}); }
  static poised::Instant time(int second) { return poised::Instant{seconds(second)}; }

  std::vector<Change> told_;
  poised::Instant now_ = time(0);
  Fusion fusion_{seconds(20),
                 [this](LiveSignal signal, bool on) { told_.emplace_back(signal, on); }};
};

const Evidence nothing{};
const Evidence recording{.microphone = true};
const Evidence talking{.microphone = true, .conversation = true};

TEST_F(FusionOfEvidence, ASignalEndsTwentySecondsAfterItsEvidence) {
  at(0, recording);
  EXPECT_THAT(take(), ElementsAre(Change{LiveSignal::mic, true}));
  at(100, nothing);
  go_to(119);
  EXPECT_THAT(take(), IsEmpty());
  go_to(120);
  EXPECT_THAT(take(), ElementsAre(Change{LiveSignal::mic, false}));
  EXPECT_FALSE(fusion_.settle(time(200)));
}

TEST_F(FusionOfEvidence, ACallThatIsMutedForALittleGoesOn) {
  at(0, talking);
  at(60, nothing);
  go_to(79);
  at(79, talking);
  go_to(300);
  EXPECT_THAT(take(), ElementsAre(Change{LiveSignal::call, true}));
}

TEST_F(FusionOfEvidence, APictureAndAMicrophoneAreACallAndEndAsOne) {
  at(0, {.microphone = true, .camera = true});
  at(60, {.camera = true});
  go_to(90);
  EXPECT_THAT(take(), ElementsAre(Change{LiveSignal::call, true}));
  at(90, nothing);
  go_to(110);
  EXPECT_THAT(take(), ElementsAre(Change{LiveSignal::call, false}));
  // The next recording is one of its own.
  at(200, recording);
  EXPECT_THAT(take(), ElementsAre(Change{LiveSignal::mic, true}));
}

TEST_F(FusionOfEvidence, NothingLiesBetweenAMicrophoneAndTheCallItBecomes) {
  at(0, recording);
  at(1, talking);
  go_to(30);
  EXPECT_THAT(take(), ElementsAre(Change{LiveSignal::mic, true}, Change{LiveSignal::call, true},
                                  Change{LiveSignal::mic, false}));
}

TEST_F(FusionOfEvidence, EachOfTheOthersIsASignalOfItsOwn) {
  at(0, {.screen_share = true, .do_not_disturb = true, .full_screen = true, .video = true});
  EXPECT_THAT(take(), testing::UnorderedElementsAre(
                          Change{LiveSignal::screen_share, true}, Change{LiveSignal::dnd, true},
                          Change{LiveSignal::full_screen, true}, Change{LiveSignal::video, true}));
  at(10, {.do_not_disturb = true});
  go_to(60);
  EXPECT_THAT(take(), testing::UnorderedElementsAre(Change{LiveSignal::screen_share, false},
                                                    Change{LiveSignal::full_screen, false},
                                                    Change{LiveSignal::video, false}));
}

}  // namespace
}  // namespace live_signals
