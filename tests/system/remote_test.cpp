// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "rigs/bluez.hpp"
#include "rigs/logind.hpp"
#include "session.hpp"

// A person who sits at another machine: session.remote, and the desk that is not theirs.
namespace poised::test {
namespace {

class ARemoteSession : public Session {
 protected:
  void begin(const std::string& more) {
    start_desktop();
    write_config(short_intervals + more);
    skip_welcome();
    leader_ = std::make_unique<rig::Program>(std::vector<std::string>{"sleep", "600"});
    logind_.add(
        {.id = "c1", .type = "x11", .seat = "far", .remote = true, .leader = leader_->pid()});
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }
  bool is_paused() const { return !status()["paused"].empty(); }

  rig::TemporaryDirectory runtime_;
  rig::ScopedVariable runtime_variable_{"XDG_RUNTIME_DIR", runtime_.path().string()};
  rig::SystemBus system_bus_;
  rig::MockLogind logind_{system_bus_};
  std::unique_ptr<rig::Program> leader_;
};

TEST_F(ARemoteSession, PromptsAsAnyOtherUnlessToldNotTo) {
  begin("");
  work_until("prompt");
  EXPECT_TRUE(shown(1));
}

TEST_F(ARemoteSession, IsSilentIfItIsToBeAndCountsOn) {
  begin("[session]\nremote = \"silent\"\n");
  ASSERT_TRUE(wait_for([&] { return is_paused(); })) << status().dump(2);
  EXPECT_EQ(work_until("held")["by"], Json::array({"pause"}));
  EXPECT_GE(the_break("stretch")["worked_s"].get<int>(), 5);
  EXPECT_TRUE(shown(0));

  // The same person, back at the desk in the office.
  logind_.add({.id = "c2", .type = "x11", .leader = leader_->pid()});
  ASSERT_TRUE(wait_for([&] { return !is_paused(); })) << status().dump(2);
  work_until("prompt");
}

TEST_F(ARemoteSession, AsksForNoDesk) {
  const rig::FakeBluez bluez(system_bus_.address(), rig::FakeBluez::Behaviour());
  begin("[plugin.desk]\ndriver = \"linak-bluetooth\"\naddress = \"D5:1E:BC:7F:69:55\"\n");
  let_pass(milliseconds(3000));
  EXPECT_EQ(status()["desk"]["state"], "absent");
  EXPECT_EQ(bluez.connects(), 0U);
  logind_.set("c1", "Active", false);
  logind_.add({.id = "c2", .type = "x11", .leader = leader_->pid()});
  EXPECT_TRUE(wait_for([&] { return status()["desk"]["state"] == "ok"; }))
      << "at the desk itself it is: " << status().dump(2);
}

}  // namespace
}  // namespace poised::test
