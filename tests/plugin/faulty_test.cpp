// SPDX-License-Identifier: MIT
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>

#include "plugin/trust.hpp"
#include "rig.hpp"

// Plugins at their worst, each in a process of its own: exactly what becomes of them, and that
// nothing becomes of the others.
namespace poised::plugin::test {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Failures are final at once, so that what is seen is the first.
Supervisor::Options one_try() {
  Supervisor::Options options;
  options.quarantine_restarts = 0;
  options.kill_timeout = milliseconds(50);
  return options;
}

/// Of those that hang; a healthy one has as long for each step until it runs.
constexpr milliseconds response_timeout{3000};

/// What becomes of a running plugin that is told `order`. A sibling is there before and after.
PluginStatus outcome(const std::string& order, Manifest manifest = manifest_of("faulty"),
                     const Supervisor::Options& options = one_try()) {
  Rig rig(options);
  EXPECT_TRUE(rig.bring_up(manifest_of("sibling")));
  const pid_t sibling = rig.status("sibling").pid;
  EXPECT_TRUE(rig.bring_up(manifest));
  EXPECT_NE(rig.tell("faulty", order), 0U);
  EXPECT_TRUE(rig.run_until_state("faulty", PluginState::quarantined)) << order;
  rig.tell("sibling", "show 1");
  EXPECT_TRUE(rig.run_until([&] { return rig.shown("sibling") == std::vector{1}; }));
  EXPECT_EQ(rig.status("sibling").pid, sibling);
  EXPECT_EQ(rig.status("sibling").state, PluginState::running);
  const PluginStatus status = rig.status("faulty");
  EXPECT_TRUE(rig.stop());
  return status;
}

TEST(Faulty, ACrashOnAMessageIsNamed) {
  EXPECT_EQ(outcome("abort").reason, "plugin: faulty: ended by SIGABRT on EVENT");
}

TEST(Faulty, LeavingWithoutBeingAskedIsNamed) {
  EXPECT_EQ(outcome("exit").reason, "plugin: faulty: ended by itself (status 0) on EVENT");
}

TEST(Faulty, AHangOnAMessageIsEndedAtItsDeadline) {
  Manifest manifest = manifest_of("faulty");
  manifest.response_timeout = response_timeout;
  EXPECT_EQ(outcome("hang", manifest).reason, "plugin: faulty: no answer to EVENT within 3 s");
}

TEST(Faulty, AHangThatIgnoresSigtermIsKilled) {
  Rig rig(one_try());
  Manifest manifest = manifest_of("faulty");
  manifest.response_timeout = response_timeout;
  ASSERT_TRUE(rig.bring_up(manifest));
  rig.tell("faulty", "hang-hard");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::quarantined));
  EXPECT_EQ(rig.status("faulty").reason, "plugin: faulty: no answer to EVENT within 3 s");
  EXPECT_TRUE(rig.stop()) << "which waits for the process to be gone";
}

TEST(Faulty, AHangAtStopIsEndedHarder) {
  Supervisor::Options options;
  options.stop_timeout = milliseconds(20);
  options.kill_timeout = milliseconds(20);
  Rig rig(options);
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "hang-hard");
  ASSERT_TRUE(rig.run_until([&] { return rig.logged("hanging"); }));
  EXPECT_TRUE(rig.stop());
  EXPECT_EQ(rig.status("faulty").state, PluginState::stopped);
}

TEST(Faulty, WhatHappensBeforeItsGreetingIsNamed) {
  const std::map<std::string, std::string> reasons{
      {"abort-in-create", "plugin: abort-in-create: ended by SIGABRT while loading"},
      {"hang-in-create", "plugin: hang-in-create: no answer while loading within 3 s"},
  };
  for (const auto& [id, reason] : reasons) {
    Rig rig(one_try());
    Manifest manifest = manifest_of(id);
    manifest.response_timeout = response_timeout;
    rig.add_and_start(manifest);
    ASSERT_TRUE(rig.run_until_state(id, PluginState::quarantined)) << id;
    EXPECT_EQ(rig.status(id).reason, reason);
    EXPECT_TRUE(rig.stop());
  }
}

TEST(Faulty, WhatHappensOnStartIsNamed) {
  const std::map<std::string, std::string> reasons{
      {"abort", "plugin: faulty: ended by SIGABRT on START"},
      {"hang", "plugin: faulty: no answer to START within 3 s"},
  };
  for (const auto& [mode, reason] : reasons) {
    Rig rig(one_try());
    Manifest manifest = manifest_of("faulty");
    manifest.response_timeout = response_timeout;
    rig.add_and_start(manifest, R"({"mode":")" + mode + "\"}");
    ASSERT_TRUE(rig.run_until_state("faulty", PluginState::quarantined)) << mode;
    EXPECT_EQ(rig.status("faulty").reason, reason);
    EXPECT_TRUE(rig.stop());
  }
}

TEST(Faulty, NonsenseOnTheSocketEndsItAtOnce) {
  const std::map<std::string, std::string> reasons{
      {"raw-garbage", "a frame of unknown type"},
      {"raw-huge", "a frame too long"},
      {"raw-oversized", "a text too long"},
      {"raw-ack", "an acknowledgement of nothing"},
      {"raw-clock", "a timer of the virtual clock"},
      {"raw-hello", "a second greeting"},
      {"raw-setup", "a frame of the daemon's own"},
      {"raw-beyond-capabilities", "RESUMED without capability activity"},
      {"raw-out-of-place", "STOP_DESK out of place"},
  };
  for (const auto& [order, reason] : reasons) {
    EXPECT_EQ(outcome(order).reason, "plugin: faulty: malformed output: " + reason) << order;
  }
}

TEST(Faulty, ClosingTheConnectionEndsIt) {
  Supervisor::Options options = one_try();
  options.stop_timeout = milliseconds(50);
  for (const char* order : {"close-socket", "raw-empty"}) {
    EXPECT_THAT(outcome(order, manifest_of("faulty"), options).reason,
                AnyOf("plugin: faulty: closed its connection",
                      "plugin: faulty: ended by itself (status 0) on EVENT",
                      "plugin: faulty: ended by itself (status 0)"));
  }
}

TEST(Faulty, AnExecutableThatIsNotThereIsNamed) {
  Rig rig;
  boost::asio::io_context& io = rig.io;
  Supervisor::Options options = one_try();
  options.executable = "/nonexistent/poised";
  PluginStatus last;
  Supervisor supervisor(io, options,
                        {.on_state = [&](const PluginStatus& status) { last = status; }});
  supervisor.add(manifest_of("faulty"), "{}", true);
  supervisor.start("faulty");
  ASSERT_TRUE(rig.run_until([&] { return last.state == PluginState::quarantined; }));
  EXPECT_EQ(last.reason,
            "plugin: faulty: cannot execute /nonexistent/poised: No such file or directory");
}

TEST(Faulty, CrashesBackOffDoublingAndAreThenQuarantined) {
  Supervisor::Options options;
  options.backoff_first = milliseconds(1);
  options.backoff_max = milliseconds(6);
  Rig rig(options);
  rig.add_and_start(manifest_of("abort-in-create"));
  ASSERT_TRUE(rig.run_until_state("abort-in-create", PluginState::quarantined));
  const auto ms = [](int n) { return milliseconds(n); };
  EXPECT_THAT(rig.back_offs("abort-in-create"), ElementsAre(ms(1), ms(2), ms(4), ms(6), ms(6)));
  EXPECT_EQ(rig.status("abort-in-create").reason,
            "plugin: abort-in-create: ended by SIGABRT while loading");
  EXPECT_FALSE(rig.status("abort-in-create").retry_after);
}

TEST(Faulty, BackOffTakesItsTime) {
  Supervisor::Options options;
  options.backoff_first = milliseconds(60);
  Rig rig(options);
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "abort");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed));
  const auto from = std::chrono::steady_clock::now();
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::running));
  EXPECT_GE(std::chrono::steady_clock::now() - from, milliseconds(55));
}

TEST(Faulty, BackOffBeginsAnewAfterAStableRun) {
  for (const bool stable : {true, false}) {
    Supervisor::Options options;
    options.backoff_first = milliseconds(1);
    options.stable_after = stable ? milliseconds(0) : milliseconds(60'000);
    Rig rig(options);
    ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
    for (int i = 0; i < 3; ++i) {
      rig.tell("faulty", "abort");
      ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed));
      ASSERT_TRUE(rig.run_until_state("faulty", PluginState::running));
    }
    const auto ms = [](int n) { return milliseconds(n); };
    if (stable) {
      EXPECT_THAT(rig.back_offs("faulty"), ElementsAre(ms(1), ms(1), ms(1)));
    } else {
      EXPECT_THAT(rig.back_offs("faulty"), ElementsAre(ms(1), ms(2), ms(4)));
    }
  }
}

TEST(Faulty, RestartsOutsideTheWindowDoNotCount) {
  Supervisor::Options options;
  options.backoff_first = milliseconds(1);
  options.backoff_max = milliseconds(1);
  options.quarantine_window = milliseconds(0);
  Rig rig(options);
  rig.add_and_start(manifest_of("abort-in-create"));
  EXPECT_TRUE(rig.run_until([&] { return rig.back_offs("abort-in-create").size() >= 8; }));
}

TEST(Faulty, AnInputSourceComesBackAtOnceThenSoonAndIsNeverGivenUp) {
  Supervisor::Options options;
  options.backoff_first = milliseconds(1);
  options.backoff_max_activity = milliseconds(3);
  Rig rig(options);
  ASSERT_TRUE(rig.bring_up(manifest_of("source", "activity")));
  for (int i = 0; i < 8; ++i) {
    rig.tell("source", "abort");
    ASSERT_TRUE(rig.run_until_state("source", PluginState::failed));
    ASSERT_TRUE(rig.run_until_state("source", PluginState::running));
  }
  const auto ms = [](int n) { return milliseconds(n); };
  EXPECT_THAT(rig.back_offs("source"),
              ElementsAre(ms(0), ms(1), ms(2), ms(3), ms(3), ms(3), ms(3), ms(3)));
}

TEST(Faulty, RestartLeadsOutOfQuarantineAndForgetsTheFailures) {
  Supervisor::Options options;
  options.backoff_first = milliseconds(1);
  options.quarantine_restarts = 1;
  Rig rig(options);
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "abort");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed));
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::running));
  rig.tell("faulty", "abort");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::quarantined));
  EXPECT_EQ(rig.tell("faulty", "show 1"), 0U);
  rig.supervisor().restart("faulty");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::running));
  rig.tell("faulty", "abort");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed));
  EXPECT_EQ(rig.status("faulty").retry_after, milliseconds(1));
}

TEST(Faulty, OnDemandACrashLosesWhatWasSentAndItComesBack) {
  Supervisor::Options options;
  options.backoff_first = milliseconds(1);
  Rig rig(options);
  Manifest manifest = manifest_of("faulty");
  manifest.on_demand = true;
  rig.add_and_start(manifest);
  rig.tell("faulty", "abort");
  rig.tell("faulty", "show 1");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::failed));
  EXPECT_EQ(rig.tell("faulty", "show 2"), 0U) << "not taken: nobody knows when it would arrive";
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::running));
  rig.tell("faulty", "show 3");
  EXPECT_TRUE(rig.run_until_shown("faulty", {3}));
}

/// Errno of opening `path` for writing, in a plugin with that sandbox list.
int writing(const std::filesystem::path& path, const std::vector<std::string>& sandbox) {
  Rig rig;
  Manifest manifest = manifest_of("faulty");
  manifest.sandbox = sandbox;
  EXPECT_TRUE(rig.bring_up(manifest));
  rig.tell("faulty", "open-for-writing " + path.string());
  EXPECT_TRUE(rig.run_until([&] { return !rig.shown("faulty").empty(); }));
  return rig.shown("faulty").front();
}

class Sandboxed : public ::testing::Test {
 protected:
  void SetUp() override {
    Rig rig;
    ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
    // Where the kernel has no Landlock, the status has to say so, and nothing is confined.
    confined_ = rig.status("faulty").sandbox.starts_with("landlock ");
    if (!confined_) {
      EXPECT_EQ(rig.status("faulty").sandbox, "none: the kernel has no Landlock");
    }
    std::string name = (std::filesystem::temp_directory_path() / "poised-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] int refused() const { return confined_ ? EACCES : 0; }

  bool confined_ = false;
  std::filesystem::path directory_;
};

TEST_F(Sandboxed, FilesAreNotWrittenUnlessTheManifestSaysHome) {
  EXPECT_EQ(writing(directory_ / "a", {"bus", "net", "home-ro:/x"}), refused());
  EXPECT_EQ(writing(directory_ / "b", {"home"}), 0);
}

TEST_F(Sandboxed, RuntimeDirectoryAndNullAreWritten) {
  setenv("XDG_RUNTIME_DIR", directory_.c_str(), 1);
  EXPECT_EQ(writing(directory_ / "a", {}), 0);
  unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(writing("/dev/null", {}), 0);
}

TEST_F(Sandboxed, ADirectoryOfItsOwnIsMadeAndWrittenIfTheManifestSaysState) {
  setenv("XDG_STATE_HOME", directory_.c_str(), 1);
  const auto own = directory_ / "poised/plugins/faulty";
  EXPECT_EQ(writing(own / "a", {"state"}), 0);
  EXPECT_EQ(std::filesystem::status(own).permissions(), std::filesystem::perms(0700));
  EXPECT_EQ(writing(directory_ / "poised/b", {"state"}), refused());
  EXPECT_EQ(writing(own / "c", {}), refused());
  unsetenv("XDG_STATE_HOME");
}

TEST_F(Sandboxed, DevicesAreWrittenIfTheManifestNamesOne) {
  EXPECT_EQ(writing("/dev/urandom", {}), refused());
  EXPECT_EQ(writing("/dev/urandom", {"device:/dev/ttyUSB0"}), 0);
}

TEST_F(Sandboxed, TcpIsForThoseWhoseManifestSaysNet) {
  const UniqueFd server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(server.get(), generic, size), 0);
  ASSERT_EQ(listen(server.get(), 4), 0);
  ASSERT_EQ(getsockname(server.get(), generic, &size), 0);
  const std::string order = "connect " + std::to_string(ntohs(address.sin_port));
  for (const bool net : {false, true}) {
    Rig rig;
    Manifest manifest = manifest_of("faulty");
    if (net) manifest.sandbox = {"net"};
    ASSERT_TRUE(rig.bring_up(manifest));
    const std::string held = rig.status("faulty").sandbox;
    const bool knows_tcp = confined_ && std::stoi(held.substr(held.find(' ') + 1)) >= 4;
    rig.tell("faulty", order);
    ASSERT_TRUE(rig.run_until([&] { return !rig.shown("faulty").empty(); }));
    EXPECT_EQ(rig.shown("faulty").front(), !net && knows_tcp ? EACCES : 0);
  }
}

}  // namespace
}  // namespace poised::plugin::test
