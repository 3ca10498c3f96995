// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>

#include "rigs/logind.hpp"
#include "session.hpp"

// activity.inhibitors: what an application that keeps the screen on does to presence and prompts.
namespace poised::test {
namespace {

/// A mock of one who keeps the books of inhibitors on the session bus.
class Bookkeeper {
 public:
  Bookkeeper(const std::string& bus, std::string name, std::string path, std::string question)
      : name_(std::move(name)),
        path_(std::move(path)),
        question_(std::move(question)),
        mock_({"/usr/bin/python3", "-m", "dbusmock", "--session", name_, path_, name_}),
        peer_(bus) {
    rig::wait_for_name(bus, name_);
    answer(false);
  }
  /// It answers so from now on, and says that something has changed.
  void say(const char* signal, const char* signature, GVariant* arguments, bool inhibited) {
    answer(inhibited);
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("av"));
    const rig::Variant owned(g_variant_ref_sink(arguments));
    for (gsize i = 0; i < g_variant_n_children(arguments); ++i) {
      const rig::Variant child(g_variant_get_child_value(arguments, i));
      g_variant_builder_add(&list, "v", child.get());
    }
    peer_.call(name_, path_, "org.freedesktop.DBus.Mock", "EmitSignal",
               g_variant_new("(sssav)", name_.c_str(), signal, signature, &list));
  }

 private:
  void answer(bool inhibited) {
    peer_.call(name_, path_, "org.freedesktop.DBus.Mock", "AddMethod",
               g_variant_new("(sssss)", name_.c_str(), question_.c_str(), "u", "b",
                             inhibited ? "ret = True" : "ret = False"));
  }
  std::string name_, path_, question_;
  rig::Program mock_;
  rig::BusPeer peer_;
};

class AnInhibitor : public Session {
 protected:
  void begin(const std::string& policy) {
    start_desktop();
    skip_welcome();
    wish(policy);
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    ASSERT_TRUE(is_seen_typing()) << presence_;
  }
  void wish(const std::string& policy) {
    std::string config = short_intervals;
    const std::string table = "[activity]\n";
    config.insert(config.find(table) + table.size(), "inhibitors = \"" + policy + "\"\n");
    write_config(config);
  }
  bool paused(bool on) {
    return wait_for([&] { return status()["paused"].empty() != on; });
  }

  rig::SystemBus system_bus_;
  rig::MockLogind logind_{system_bus_};
};

// A video must not keep anybody from finishing a break.
TEST_F(AnInhibitor, IsIgnoredUnlessSomethingElseIsWanted) {
  logind_.keep_awake(true);
  begin("ignore");
  EXPECT_TRUE(presence_is("idle"));
  EXPECT_TRUE(status()["paused"].empty());
}

TEST_F(AnInhibitor, CountsAsPresenceWithoutInput) {
  logind_.keep_awake(true);
  begin("activity");
  EXPECT_TRUE(presence_is("passive"));
  EXPECT_FALSE(status()["idle_s"].is_null()) << "the last input is still told as it was";
  logind_.keep_awake(false);
  EXPECT_TRUE(presence_is("idle"));
}

TEST_F(AnInhibitor, PausesPrompts) {
  begin("pause");
  EXPECT_TRUE(paused(false));
  logind_.keep_awake(true);
  ASSERT_TRUE(paused(true)) << status().dump(2);
  EXPECT_EQ(status()["paused"][0]["reason"], "an application keeps the screen on");
  EXPECT_EQ(work_until("held")["by"], Json::array({"pause"}));
  logind_.keep_awake(false);
  EXPECT_TRUE(paused(false));
  EXPECT_EQ(work_until("prompt")["break"], "stretch");
}

TEST_F(AnInhibitor, IsTreatedAnewWhenTheSettingChanges) {
  logind_.keep_awake(true);
  begin("ignore");
  wish("pause");
  EXPECT_TRUE(paused(true)) << status().dump(2);
  wish("activity");
  EXPECT_TRUE(paused(false)) << status().dump(2);
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("passive"));
  wish("ignore");
  EXPECT_TRUE(presence_is("idle"));
}

TEST_F(AnInhibitor, OfASessionLikeGnomesIsHeardOf) {
  begin("pause");
  const char* path = "/org/gnome/SessionManager/Inhibitor1";
  auto manager = std::make_unique<Bookkeeper>(bus_->address(), "org.gnome.SessionManager",
                                              "/org/gnome/SessionManager", "IsInhibited");
  manager->say("InhibitorAdded", "o", g_variant_new("(o)", path), true);
  EXPECT_TRUE(paused(true)) << status().dump(2);
  manager->say("InhibitorRemoved", "o", g_variant_new("(o)", path), false);
  EXPECT_TRUE(paused(false)) << status().dump(2);
  manager->say("InhibitorAdded", "o", g_variant_new("(o)", path), true);
  EXPECT_TRUE(paused(true)) << status().dump(2);
  manager.reset();
  EXPECT_TRUE(paused(false)) << "one that is gone keeps nothing on";
}

TEST_F(AnInhibitor, ThatKdeKnowsOfIsHeardOf) {
  begin("pause");
  Bookkeeper power(bus_->address(), "org.kde.Solid.PowerManagement.PolicyAgent",
                   "/org/kde/Solid/PowerManagement/PolicyAgent", "HasInhibition");
  const auto changed = [] { return g_variant_new_parsed("([('player', 'plays')], @as [])"); };
  power.say("InhibitionsChanged", "a(ss)as", changed(), true);
  EXPECT_TRUE(paused(true)) << status().dump(2);
  power.say("InhibitionsChanged", "a(ss)as", changed(), false);
  EXPECT_TRUE(paused(false)) << status().dump(2);
}

}  // namespace
}  // namespace poised::test
