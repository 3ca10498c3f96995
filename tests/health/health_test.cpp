// SPDX-License-Identifier: MIT
#include "health/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/own_sandbox.hpp"

namespace poised::test {
namespace {

using health::Health;

Health some_health() {
  return {.versions = {"0.1.0"},
          .policies = {"0a1b2c3d"},
          .errors = 1,
          .warnings = 2,
          .plugins = {{"activity-x11", true}, {"notify", false}},
          .input_seen = true,
          .history_written = false,
          .policy_sound = true,
          .sandboxed = false};
}

std::string reason(const std::variant<Health, std::string>& read) {
  const auto* text = std::get_if<std::string>(&read);
  return text != nullptr ? *text : "it was read";
}

TEST(Figures, AreReadAsTheyWereWritten) {
  const auto text = health::to_prometheus(some_health());
  const auto read = health::from_prometheus(text);
  ASSERT_TRUE(std::holds_alternative<Health>(read)) << reason(read) << "\n" << text;
  EXPECT_EQ(std::get<Health>(read), some_health());
  EXPECT_EQ(health::to_prometheus(std::get<Health>(read)), text);
}

TEST(Figures, OfOthersThanDaemonsAreRefused) {
  const auto text = health::to_prometheus(some_health());
  const auto refused = [](const std::string& what) {
    return std::holds_alternative<std::string>(health::from_prometheus(what));
  };
  EXPECT_FALSE(refused(text));
  EXPECT_TRUE(refused("")) << "nothing";
  EXPECT_TRUE(refused(text.substr(0, text.size() - 1))) << "half of it";
  EXPECT_TRUE(refused(text + "poised_breaks_taken 3\n")) << "a figure that is not known";
  EXPECT_TRUE(refused(text + "node_load1 3\n")) << "somebody else's figure";
  EXPECT_TRUE(refused(text + "poised_input_seen 2\n"));
  EXPECT_TRUE(refused(text + "poised_input_seen{user=\"kim\"} 1\n"));
  EXPECT_TRUE(refused(text + "poised_build_info{version=\"9.9.9\"} 1\n")) << "a second version";
  EXPECT_TRUE(refused(text + "poised_policy_info{policy=\"kim was away\"} 1\n"));
  EXPECT_TRUE(refused(text + "poised_plugin_up{plugin=\"a\\\"} 1\\nb\"} 1\n"));
  EXPECT_TRUE(refused(text + "poised_problems{severity=\"error\"} -1\n"));
  EXPECT_TRUE(refused(text + "poised_problems{severity=\"error\"} 1 1700000000\n")) << "a time";
  EXPECT_TRUE(refused(text + "poised_problems{severity=\"error\"} 99999999999999999999\n"));
  EXPECT_TRUE(refused("poised_input_seen 1\n")) << "no version";
  EXPECT_TRUE(refused(text + "# " + std::string(health::largest_text, 'x') + "\n"));
  std::string many = text;
  for (int i = 0; i < 100; ++i)
    many += "poised_plugin_up{plugin=\"p" + std::to_string(i) + "\"} 1\n";
  EXPECT_TRUE(refused(many)) << "as many series as somebody likes";
  EXPECT_EQ(reason(health::from_prometheus("poised_up 1\n")),
            "line 1: not one of the figures that are known");
}

TEST(Figures, OfSeveralAreTheWorse) {
  auto sum = some_health();
  health::add_worse(sum, {.versions = {"0.2.0"},
                          .errors = 0,
                          .warnings = 5,
                          .plugins = {{"notify", true}, {"activity-x11", true}},
                          .input_seen = false});
  EXPECT_THAT(sum.versions, testing::ElementsAre("0.1.0", "0.2.0"));
  EXPECT_EQ(sum.errors, 1U);
  EXPECT_EQ(sum.warnings, 5U);
  EXPECT_FALSE(sum.plugins["notify"]);
  EXPECT_TRUE(sum.plugins["activity-x11"]);
  EXPECT_FALSE(sum.input_seen);
  EXPECT_FALSE(sum.history_written);
  const auto once = sum;
  health::add_worse(sum, once);
  EXPECT_EQ(sum, once) << "how many there are makes no difference";
}

TEST(OwnSandbox, IsWhatTheKernelSays) {
  using shell::OwnSandbox;
  EXPECT_TRUE(OwnSandbox::of("Name:\tpoised\nNoNewPrivs:\t1\nSeccomp:\t2\nSpec:\t0\n").holds());
  EXPECT_FALSE(OwnSandbox::of("Name:\tpoised\nNoNewPrivs:\t0\nSeccomp:\t2\n").holds());
  const auto none = OwnSandbox::of("Name:\tpoised\nNoNewPrivs:\t0\nSeccomp:\t0\n");
  EXPECT_EQ(none.text(), "system calls not filtered, new privileges possible");
}

}  // namespace
}  // namespace poised::test
