// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>

#include "session.hpp"

// What a person meets: asked at a good moment, answering with the mouse, counted.
namespace poised::test {
namespace {

using rig::Screenshot;

class APersonAtWork : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    write_config(short_intervals);
    skip_welcome();
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }

  Json work_until_asked() {
    auto prompt = work_until("prompt");
    EXPECT_TRUE(shown(1));
    return prompt;
  }
};

TEST_F(APersonAtWork, IsAskedForAStretchClicksAndItIsCounted) {
  const Screenshot before("before-the-prompt");
  const auto prompt = work_until_asked();
  auto typist = std::make_unique<Typist>();
  EXPECT_EQ(prompt["break"], "stretch");
  EXPECT_EQ(prompt["reason"], "interval");
  const Screenshot asked("prompt");
  EXPECT_FALSE(asked.blank());
  EXPECT_GT(asked.pixels_different_from(before), 2000u) << asked.file();
  ASSERT_EQ(notifications_->calls().size(), 1u);
  EXPECT_EQ(notifications_->calls()[0].title, "Time for a stretch");
  EXPECT_EQ(status()["prompt"]["id"], prompt["id"]);
  EXPECT_EQ(the_break("stretch")["state"], "open");

  typist.reset();
  dunst_->click_on_notification();
  EXPECT_EQ(rest_until("started")["id"], prompt["id"]);
  EXPECT_EQ(the_break("stretch")["state"], "running");
  const auto completed = rest_until("completed");
  EXPECT_EQ(completed["how"], "taken");
  EXPECT_EQ(completed["break"], "stretch");
  EXPECT_TRUE(status()["prompt"].is_null());
  EXPECT_EQ(the_break("stretch")["state"], "counting");
  EXPECT_LT(the_break("stretch")["worked_s"].get<int>(), 4);
  EXPECT_EQ(notifications_->banners(), 1u) << "progress and farewell replace the prompt in place";
}

TEST_F(APersonAtWork, WhoSaysLaterIsAskedAgainLater) {
  const auto first = work_until_asked();
  dunst_->choose("Later");
  EXPECT_EQ(rest_until("snoozed")["id"], first["id"]);
  EXPECT_TRUE(shown(0));
  EXPECT_EQ(the_break("stretch")["state"], "snoozed");
  const auto again = work_until("prompt");
  EXPECT_EQ(again["reason"], "snoozed");
  EXPECT_TRUE(shown(1));
}

TEST_F(APersonAtWork, WhoClosesThePromptHasSkippedIt) {
  const auto prompt = work_until_asked();
  dunst_->close_all();
  EXPECT_EQ(rest_until("skipped")["id"], prompt["id"]);
  EXPECT_EQ(the_break("stretch")["state"], "counting");
  EXPECT_LT(the_break("stretch")["worked_s"].get<int>(), 4);
}

TEST_F(APersonAtWork, WhoWantsAQuietDayIsLeftAloneUntilTheyResume) {
  work_until_asked();
  dunst_->choose("Quiet today");
  EXPECT_EQ(rest_until("withdrawn")["by"], Json::array({"pause"}));
  EXPECT_TRUE(shown(0));
  ASSERT_EQ(status()["paused"].size(), 1u);
  EXPECT_EQ(status()["paused"][0]["reason"], "quiet-today");
  EXPECT_FALSE(status()["paused"][0]["until"].is_null());
  poisectl({"resume"});
  EXPECT_EQ(status()["paused"].size(), 0u);
  work_until("prompt");
}

// B6: leaving is the break.
TEST_F(APersonAtWork, WhoLeavesHasTakenItAndFindsNoPromptOnReturn) {
  const auto prompt = work_until_asked();
  EXPECT_EQ(rest_until("withdrawn")["id"], prompt["id"]);
  EXPECT_EQ(rest_until("completed")["how"], "natural");
  EXPECT_TRUE(shown(0));
  EXPECT_EQ(the_break("stretch")["worked_s"], 0);
}

// B5a: a hold that begins while the prompt is open.
TEST_F(APersonAtWork, WhoGivesATalkIsNotDisturbedByAnOpenPrompt) {
  const auto first = work_until_asked();
  auto talk =
      std::make_unique<rig::BusPeer>(bus_->address(), [](GDBusConnection&, GDBusMessage&) {});
  GError* error = nullptr;
  GVariant* reply =
      g_dbus_connection_call_sync(talk->connection(), "org.poised.Poised1", "/org/poised/Poised1",
                                  "org.poised.Poised1", "Inhibit", g_variant_new("(s)", "a talk"),
                                  nullptr, G_DBUS_CALL_FLAGS_NONE, 5000, nullptr, &error);
  ASSERT_NE(reply, nullptr) << error->message;
  g_variant_unref(reply);
  EXPECT_EQ(rest_until("withdrawn")["by"], Json::array({"pause"}));
  EXPECT_TRUE(shown(0));
  EXPECT_EQ(status()["paused"][0]["reason"], "a talk");
  EXPECT_EQ(the_break("stretch")["state"], "held");
  // The inhibitor ends with its client.
  talk.reset();
  const auto again = work_until("prompt");
  EXPECT_EQ(again["break"], "stretch");
  EXPECT_TRUE(shown(1));
  EXPECT_EQ(status()["paused"].size(), 0u);
}

TEST_F(APersonAtWork, CanDoEverythingFromACommandLine) {
  EXPECT_THROW(poisectl({"start"}), std::exception) << "nothing is open yet";
  poisectl({"pause", "--for", "1h", "--reason", "a talk"});
  EXPECT_EQ(status()["paused"][0]["reason"], "a talk");
  poisectl({"resume"});
  work_until_asked();
  poisectl({"snooze"});
  EXPECT_TRUE(shown(0));
  poisectl({"take", "stretch"});
  EXPECT_EQ(the_break("stretch")["state"], "running");
  poisectl({"done"});
  EXPECT_EQ(rest_until("completed")["how"], "taken");
  work_until_asked();
  poisectl({"skip"});
  EXPECT_EQ(the_break("stretch")["state"], "counting");
  poisectl({"quiet-today"});
  EXPECT_EQ(status()["paused"][0]["reason"], "quiet-today");
  EXPECT_NE(poisectl({"next"}), "");
  EXPECT_NE(poisectl({"plugins"}), "");
  EXPECT_NE(poisectl({"doctor"}), "");
}

class AGermanAtWork : public APersonAtWork {
 protected:
  rig::ScopedVariable language_{"LC_ALL", "de_DE.UTF-8"};
  rig::ScopedVariable no_list_{"LANGUAGE", std::nullopt};
};

TEST_F(AGermanAtWork, IsAskedInGermanAndLedOnInGerman) {
  work_until_asked();
  EXPECT_FALSE(Screenshot("prompt-de").blank());
  const auto asked = notifications_->calls().at(0);
  EXPECT_EQ(asked.title, "Zeit zum Dehnen");
  EXPECT_NE(poisectl({"status"}).find("Dehnen: jetzt?"), std::string::npos);
  dunst_->choose("Beginnen");
  rest_until("started");
  ASSERT_TRUE(wait_for([&] { return notifications_->calls().size() >= 2; }));
  EXPECT_NE(notifications_->calls()[1].body.find("noch 0:"), std::string::npos);
  EXPECT_EQ(notifications_->banners(), 1u);
}

class AFirstStart : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    write_config(short_intervals);
    start_daemon();
    ASSERT_TRUE(shown(1));
  }
};

TEST_F(AFirstStart, IntroducesItselfOnce) {
  EXPECT_FALSE(Screenshot("welcome").blank());
  ASSERT_EQ(notifications_->calls().size(), 1u);
  const auto welcome = notifications_->calls()[0];
  EXPECT_NE(welcome.body.find("nothing leaves this computer"), std::string::npos) << welcome.body;
  dunst_->choose("All right");
  EXPECT_TRUE(shown(0));
  EXPECT_EQ(stop_daemon(), 0);
  start_daemon();
  work_until("prompt");
  EXPECT_TRUE(shown(1));
  EXPECT_EQ(notifications_->calls().back().title, "Time for a stretch");
  EXPECT_EQ(notifications_->banners(), 2u);
}

TEST_F(AFirstStart, TakesNoForAnAnswer) {
  dunst_->choose("Not for me");
  EXPECT_EQ(daemon_->wait(), 0);
  daemon_.reset();
}

}  // namespace
}  // namespace poised::test
