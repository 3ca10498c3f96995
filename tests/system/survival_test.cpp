// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "rigs/plugin_bench.hpp"
#include "session.hpp"

// Nothing is lost: whatever is killed, restarted or changed under the daemon.
namespace poised::test {
namespace {

class ADayWithAccidents : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    write_config(short_intervals);
    skip_welcome();
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }
  void want_a_stretch_each_hour() {
    std::string slower = short_intervals;
    slower.replace(slower.find("\"5s\""), 4, "\"1h\"");
    write_config(slower);
    ASSERT_TRUE(wait_for([&] { return the_break("stretch")["interval_s"] == 3600; }));
  }
};

TEST_F(ADayWithAccidents, ShowsThePromptAgainWhenTheNotificationServerComesBack) {
  const auto prompt = work_until("prompt");
  ASSERT_TRUE(shown(1));
  {
    const Typist typist;
    dunst_->kill();
    let_pass(milliseconds(1000));
    EXPECT_EQ(status()["prompt"]["id"], prompt["id"]) << "that is no answer";
    dunst_->restart();
  }
  ASSERT_TRUE(wait_for([&] {
    rig::Person::press("a");
    return dunst_->displayed() == 1;
  }));
  dunst_->click_on_notification();
  EXPECT_EQ(rest_until("started")["id"], prompt["id"]);
}

TEST_F(ADayWithAccidents, KeepsTheOpenPromptAndTheCountOverAKill) {
  const auto prompt = work_until("prompt");
  auto typist = std::make_unique<Typist>();
  ASSERT_TRUE(shown(1));
  const auto worked = the_break("stretch")["worked_s"].get<int>();
  EXPECT_GE(worked, 5);
  daemon_->kill();
  daemon_.reset();
  start_daemon();
  ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; }));
  typist.reset();
  EXPECT_EQ(status()["prompt"]["id"], prompt["id"]);
  EXPECT_GE(the_break("stretch")["worked_s"].get<int>(), worked);
  ASSERT_TRUE(wait_for([&] {
    rig::Person::press("a");
    return dunst_->displayed() >= 1;
  }));
  poisectl({"start"});
  EXPECT_EQ(rest_until("completed")["how"], "taken");
}

TEST_F(ADayWithAccidents, KeepsTheCountWhenItIsStoppedAndStarted) {
  write_config(std::string(short_intervals) + "[breaks.rest]\nenabled = true\ninterval = \"1h\"\n");
  ASSERT_TRUE(wait_for([&] { return the_break("rest")["state"] == "counting"; }));
  work_until("prompt");
  const auto before = the_break("rest")["worked_s"].get<int>();
  EXPECT_GE(before, 5);
  EXPECT_EQ(stop_daemon(), 0);
  start_daemon();
  EXPECT_GE(the_break("rest")["worked_s"].get<int>(), before);
}

TEST_F(ADayWithAccidents, TakesAChangedConfigurationWithoutLosingTheCount) {
  work_until("due");
  const auto before = the_break("stretch")["worked_s"].get<int>();
  want_a_stretch_each_hour();
  EXPECT_GE(the_break("stretch")["worked_s"].get<int>(), before);
}

class ADisplayOfItsOwn : public ADayWithAccidents {
 protected:
  // Above what other tests are given, so that none of them takes it while its server is dead.
  std::optional<int> display() const override { return 1000 + getpid() % 4000; }
};

TEST_F(ADisplayOfItsOwn, IsWaitedForWhenItsServerDies) {
  const auto number = x_server_->number();
  dunst_->kill();
  x_server_->kill();
  ASSERT_TRUE(wait_for([&] { return !status()["source"]["degraded"].is_null(); }));
  EXPECT_TRUE(wait_for([&] { return status()["presence"] == "unknown"; })) << status().dump(2);
  EXPECT_NE(poisectl_that_may_fail({"doctor"}).find("cannot see input"), std::string::npos);
  x_server_.reset();
  x_server_ = std::make_unique<rig::XServer>(number);
  EXPECT_TRUE(wait_for([&] { return status()["source"]["degraded"].is_null(); }))
      << status().dump(2);
  ASSERT_TRUE(presence_is("idle")) << "a server that has just begun counts from there";
  EXPECT_TRUE(is_seen_typing()) << status().dump(2);
}

TEST_F(ADayWithAccidents, GoesOnWhenAPluginIsKilled) {
  const auto pid_of = [this](const std::string& id) -> int {
    const auto report = status();
    for (const auto& plugin : report["plugins"])
      if (plugin["id"] == id && !plugin["pid"].is_null()) return plugin["pid"];
    return 0;
  };
  const auto prompt = work_until("prompt");
  const Typist typist;
  ASSERT_TRUE(shown(1));
  const int notify = pid_of("notify"), x11 = pid_of("activity-x11");
  ASSERT_GT(notify, 0);
  ASSERT_GT(x11, 0);
  ::kill(notify, SIGKILL);
  ::kill(x11, SIGKILL);
  EXPECT_TRUE(wait_for([&] { return pid_of("notify") > 0 && pid_of("notify") != notify; }));
  EXPECT_TRUE(
      wait_for([&] { return pid_of("activity-x11") > 0 && pid_of("activity-x11") != x11; }));
  EXPECT_EQ(status()["prompt"]["id"], prompt["id"]);
}

TEST_F(ADayWithAccidents, EndsWhenAnotherOneServesAlready) {
  rig::Program second({poised_program}, environment(true));
  EXPECT_NE(second.read_until("another poised")
                .find("org.poised.Poised1: another poised runs in this session"),
            std::string::npos);
  EXPECT_EQ(second.wait(), 1);
  EXPECT_EQ(status()["source"]["id"], "x11");
}

// A call that waits for its answer must not outlive the connection that it came by.
TEST_F(ADayWithAccidents, EndsWellWhileItOwesAnAnswer) {
  bool owed = false;
  for (int attempt = 0; attempt < 10 && !owed; ++attempt) {
    if (!daemon_) start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    const auto report = status();
    for (const auto& plugin : report["plugins"])
      if (plugin["id"] == "activity-x11") ::kill(plugin["pid"].get<int>(), SIGSTOP);
    // The status waits for what the stopped plugin does not say; what is asked after it does not.
    rig::BusPeer peer(bus_->address());
    std::optional<bool> answered;
    const GAsyncReadyCallback ended = [](GObject* connection, GAsyncResult* result, void* told) {
      GVariant* reply =
          g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, nullptr);
      *static_cast<std::optional<bool>*>(told) = reply != nullptr;
      if (reply != nullptr) g_variant_unref(reply);
    };
    g_dbus_connection_call(peer.connection(), "org.poised.Poised1", "/org/poised/Poised1",
                           "org.poised.Poised1", "GetStatus", nullptr, nullptr,
                           G_DBUS_CALL_FLAGS_NONE, -1, nullptr, ended, &answered);
    peer.call("org.poised.Poised1", "/org/poised/Poised1", "org.freedesktop.DBus.Peer", "Ping");
    EXPECT_EQ(stop_daemon(), 0);
    ASSERT_TRUE(wait_for([&] {
      while (g_main_context_iteration(nullptr, FALSE) != FALSE) continue;
      return answered.has_value();
    }));
    owed = !*answered;
  }
  EXPECT_TRUE(owed);
}

// A presence that nobody wakes: what an idle machine costs.
TEST_F(ADayWithAccidents, SleepsWhileNobodyIsThere) {
  want_a_stretch_each_hour();  // so that nothing is due
  // From a key on: what follows by itself from being idle has then come soon after it.
  ASSERT_TRUE(is_seen_typing()) << presence_;
  ASSERT_TRUE(presence_is("idle")) << presence_;
  int x11 = 0;
  const auto report = status();
  for (const auto& plugin : report["plugins"])
    if (plugin["id"] == "activity-x11") x11 = plugin["pid"];
  // The reply to status itself is still on its way through both, and what follows from idleness
  // too.
  std::uint64_t daemon_before = 0, x11_before = 0;
  ASSERT_TRUE(wait_for([&] {
    daemon_before = rig::wake_ups(daemon_->pid());
    x11_before = rig::wake_ups(x11);
    let_pass(milliseconds(2000));
    return rig::wake_ups(daemon_->pid()) == daemon_before && rig::wake_ups(x11) == x11_before;
  }));
  let_pass(milliseconds(15000));
  EXPECT_EQ(rig::wake_ups(daemon_->pid()), daemon_before);
  EXPECT_EQ(rig::wake_ups(x11), x11_before);
}

}  // namespace
}  // namespace poised::test
