// SPDX-License-Identifier: MIT
#include "plugin/runner.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "rig.hpp"

// The plugin's side of the wire, with the test as the daemon.
namespace poised::plugin::test {
namespace {

class Hosted : public ::testing::Test {
 protected:
  Hosted() {
    std::array<int, 2> pair{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    daemon_ = UniqueFd(pair[0]);
    runner_.emplace(UniqueFd(pair[1]),
                    RunnerOptions{.plugin_dir = TEST_PLUGIN_DIR, .own_process = false});
  }

  static plugin::Setup setup() {
    return {.id = "faulty",
            .plugin_version = "1.0",
            .library = "faulty.so",
            .abi_major = 1,
            .capabilities = manifest_of("faulty").capabilities};
  }

  void send(const std::vector<std::byte>& bytes) {
    ASSERT_EQ(::send(daemon_.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  void send(const Frame& frame) { send(encode(frame)); }

  /// What the runner has sent; nothing at its end.
  std::optional<Frame> receive() {
    std::vector<std::byte> bytes(max_frame);
    const ssize_t size = recv(daemon_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size <= 0) return {};
    std::string why;
    return decode({bytes.data(), static_cast<std::size_t>(size)}, why);
  }

  UniqueFd daemon_;
  std::optional<Runner> runner_;
};

TEST_F(Hosted, GreetsOnceItsLibraryIsLoaded) {
  send(setup());
  EXPECT_TRUE(runner_->dispatch(0));
  const auto hello = receive();
  ASSERT_TRUE(hello && std::holds_alternative<Hello>(*hello));
  EXPECT_EQ(std::get<Hello>(*hello).id, "faulty");
  EXPECT_EQ(std::get<Hello>(*hello).version, wire_version);
  EXPECT_EQ(std::get<Hello>(*hello).sandbox, "none: in-process");
}

TEST_F(Hosted, RefusesADaemonOfAnotherWireVersion) {
  plugin::Setup newer = setup();
  newer.version = wire_version + 1;
  send(newer);
  EXPECT_FALSE(runner_->dispatch(0));
  const auto refused = receive();
  ASSERT_TRUE(refused && std::holds_alternative<Refused>(*refused));
  EXPECT_EQ(std::get<Refused>(*refused).reason, "plugin: wire version 3: this program speaks 2");
  EXPECT_TRUE(std::get<Refused>(*refused).outdated);
}

TEST_F(Hosted, EndsWithTheOtherEnd) {
  send(setup());
  EXPECT_TRUE(runner_->dispatch(0));
  daemon_.reset();
  EXPECT_FALSE(runner_->dispatch(0));
}

TEST_F(Hosted, EndsOnNonsenseOrOutOfPlaceFrames) {
  const std::vector<std::byte> nonsense{std::byte{200}, std::byte{1}};
  for (const auto& bytes :
       {nonsense, encode(Ack{1, 0}), encode(Deliver{0, {.kind = POISED_STOP_DESK, .seq = 1}})}) {
    std::array<int, 2> pair{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    daemon_ = UniqueFd(pair[0]);
    runner_.emplace(UniqueFd(pair[1]),
                    RunnerOptions{.plugin_dir = TEST_PLUGIN_DIR, .own_process = false});
    send(bytes);
    EXPECT_FALSE(runner_->dispatch(0));
  }
}

TEST_F(Hosted, TakesNoRequestBeforeStart) {
  send(setup());
  send(Deliver{0, {.kind = POISED_STOP, .seq = 1}});
  EXPECT_FALSE(runner_->dispatch(0));
}

TEST(Host, RefusesADescriptorThatIsNotTheDaemons) {
  EXPECT_EQ(run_plugin_host("faulty", 9999), 1);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(run_plugin_host("faulty", ends[0]), 1);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace poised::plugin::test
