// SPDX-License-Identifier: MIT
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "plugin/trust.hpp"
#include "rig.hpp"

// The plugin's process as the system sees it.
namespace poised::plugin::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string proc(pid_t pid, const std::string& name) {
  return read_file(fs::path("/proc") / std::to_string(pid) / name);
}

/// Whether the process ends within 10 s. It may be nobody's child by then.
bool ends(const UniqueFd& process) {
  pollfd watched{process.get(), POLLIN, 0};
  return poll(&watched, 1, 10'000) == 1;
}

UniqueFd open_process(pid_t pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

TEST(Process, HoldsNoDescriptorOfTheDaemons) {
  // Something that would leak if anything did: without close-on-exec.
  int leak[2];
  ASSERT_EQ(pipe(leak), 0);
  Rig rig;
  ASSERT_TRUE(rig.bring_up(manifest_of("sibling")));
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  const fs::path directory = "/proc/" + std::to_string(rig.status("faulty").pid) + "/fd";
  std::vector<std::string> targets;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const int number = std::stoi(entry.path().filename());
    if (number <= 2) continue;
    const std::string target = fs::read_symlink(entry.path());
    targets.push_back(target.substr(0, target.find(':')));
    EXPECT_EQ(number == 3, target.starts_with("socket:")) << number << " is " << target;
  }
  EXPECT_THAT(targets, UnorderedElementsAre("socket", "anon_inode", "anon_inode",
                                            fs::canonical(fs::path(TEST_PLUGIN_DIR) / "faulty.so")))
      << "its socket, its epoll and timer descriptors, its library";
  close(leak[0]);
  close(leak[1]);
}

TEST(Process, IsNamedAfterItsPluginAndCannotGainPrivileges) {
  Rig rig;
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  const pid_t pid = rig.status("faulty").pid;
  EXPECT_EQ(proc(pid, "comm"), "poised-faulty\n");
  EXPECT_THAT(proc(pid, "status"), HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(proc(pid, "limits"), ::testing::ContainsRegex("Max core file size +0 +0"));
  std::string command = proc(pid, "cmdline");
  std::replace(command.begin(), command.end(), '\0', ' ');
  EXPECT_EQ(command, "poised --plugin-host faulty ");
}

TEST(Process, LeavesNoZombie) {
  Supervisor::Options options;
  options.quarantine_restarts = 0;
  Rig rig(options);
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  ASSERT_TRUE(rig.bring_up(manifest_of("sibling")));
  ASSERT_TRUE(rig.bring_up(manifest_of("source", "activity")));
  rig.tell("faulty", "abort");
  ASSERT_TRUE(rig.run_until_state("faulty", PluginState::quarantined));
  rig.supervisor().release("sibling");
  ASSERT_TRUE(rig.stop());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Process, IsGoneWithTheSupervisor) {
  Rig rig;
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  rig.tell("faulty", "hang");
  rig.destroy_supervisor();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

/// A daemon with one plugin that has been told `order`, killed without a chance to clean up.
/// Whether the plugin's process ends.
bool ends_with_its_daemon(const std::string& order) {
  int channel[2];
  if (pipe(channel) != 0) return false;
  const pid_t daemon = fork();
  if (daemon == 0) {
    close(channel[0]);
    Rig rig;
    const bool up = rig.bring_up(manifest_of("faulty"));
    rig.tell("faulty", order);
    const pid_t plugin =
        up && rig.run_until([&] { return !rig.logs.empty(); }) ? rig.status("faulty").pid : 0;
    static_cast<void>(write(channel[1], &plugin, sizeof plugin));
    pause();
    _exit(1);
  }
  close(channel[1]);
  pid_t plugin = 0;
  const bool told = read(channel[0], &plugin, sizeof plugin) == sizeof plugin && plugin > 0;
  close(channel[0]);
  const UniqueFd process = told ? open_process(plugin) : UniqueFd();
  kill(daemon, SIGKILL);
  waitpid(daemon, nullptr, 0);
  return process && ends(process);
}

TEST(Process, EndsWhenItsDaemonIsKilled) {
  EXPECT_TRUE(ends_with_its_daemon("odd-log"));
}

TEST(Process, EndsWhenItsDaemonIsKilledEvenIfItHangs) {
  EXPECT_TRUE(ends_with_its_daemon("hang-hard"));
}

TEST(Process, IgnoresAnInterruptFromTheTerminal) {
  Rig rig;
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  kill(rig.status("faulty").pid, SIGINT);
  kill(rig.status("faulty").pid, SIGHUP);
  rig.tell("faulty", "show 1");
  EXPECT_TRUE(rig.run_until_shown("faulty", {1}));
}

TEST(Process, KilledFromOutsideIsNamedAndStartedAgain) {
  Supervisor::Options options;
  options.backoff_first = milliseconds(1);
  Rig rig(options);
  ASSERT_TRUE(rig.bring_up(manifest_of("faulty")));
  std::string reason;
  rig.on_state = [&](const PluginStatus& status) {
    if (status.state == PluginState::failed) reason = status.reason;
  };
  kill(rig.status("faulty").pid, SIGKILL);
  ASSERT_TRUE(rig.run_until([&] { return !reason.empty(); }));
  // " on START", should that not be acknowledged yet.
  EXPECT_THAT(reason, ::testing::StartsWith("plugin: faulty: ended by SIGKILL"));
  EXPECT_TRUE(rig.run_until_state("faulty", PluginState::running));
}

// plain.c is a plugin in C with a loop of its own.
Manifest plain() {
  Manifest manifest = manifest_of("plain");
  manifest.capabilities = {"availability", "sink"};
  return manifest;
}

TEST(OwnLoop, ServesTheHostFromItsOwnLoop) {
  Rig rig;
  ASSERT_TRUE(rig.bring_up(plain()));
  EXPECT_EQ(rig.status("plain").detail, "plain");
  rig.tell("plain", "timer");
  ASSERT_TRUE(rig.run_until([&] { return rig.messages.size() >= 2; }));
  EXPECT_EQ(std::get<LiveSignal>(rig.messages.back().second.payload),
            (LiveSignal{POISED_SIGNAL_DND, true}));
  EXPECT_TRUE(rig.stop());
}

TEST(OwnLoop, IsToldOfTheVirtualClockToo) {
  Supervisor::Options options;
  options.virtual_clock = 0;
  Rig rig(options);
  ASSERT_TRUE(rig.bring_up(plain()));
  rig.tell("plain", "timer");
  ASSERT_TRUE(rig.run_until([&] { return rig.supervisor().quiescent(); }));
  EXPECT_EQ(rig.supervisor().next_plugin_deadline(), 1'000'000);
  rig.supervisor().advance_clock(1'000'000);
  EXPECT_TRUE(rig.run_until([&] { return rig.messages.size() >= 2; }));
}

TEST(OwnLoop, AnEndOfItByItselfIsAFailure) {
  Rig rig;
  ASSERT_TRUE(rig.bring_up(plain()));
  rig.tell("plain", "leave");
  ASSERT_TRUE(rig.run_until_state("plain", PluginState::failed));
  EXPECT_EQ(rig.status("plain").reason, "plugin: plain: run ended by itself with 5");
}

TEST(OwnLoop, IsRefusedInProcess) {
  Supervisor::Options options;
  options.isolation = "in-process";
  Rig rig(options);
  rig.add_and_start(plain());
  ASSERT_TRUE(rig.run_until_state("plain", PluginState::failed));
  EXPECT_EQ(rig.status("plain").reason,
            "plugin: plain: has a loop of its own and cannot run in-process");
}

}  // namespace
}  // namespace poised::plugin::test
