// SPDX-License-Identifier: MIT
#include "health/collect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>

#include "rigs/program.hpp"
#include "shell/health_file.hpp"

namespace poised::test {
namespace {

namespace fs = std::filesystem;
using health::Health;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Health good{.versions = {"0.1.0"}, .plugins = {{"notify", true}}};

class TheCollector : public testing::Test {
 protected:
  fs::path user(const std::string& id) {
    fs::create_directories(run_.path() / id);
    return run_.path() / id / "poised";
  }
  static void put(const fs::path& directory, const std::string& text) {
    fs::create_directories(directory);
    std::ofstream(directory / "health.prom") << text;
  }
  health::Collected collect() const { return health::collect(run_.path()); }
  std::string read() const {
    std::ostringstream text;
    text << std::ifstream(file()).rdbuf();
    return text.str();
  }
  fs::path file() const { return out_.path() / "poised.prom"; }
  int run_program() const {
    return rig::Program({std::string(POISED_BIN_DIR) + "/poised-collect", run_.path(), file()}, {})
        .wait();
  }

  // In memory, as /run/user is.
  rig::ScopedVariable in_memory_{"TMPDIR", "/dev/shm"};
  rig::TemporaryDirectory run_, out_;
};

TEST_F(TheCollector, SumsUpWhatDaemonsWrote) {
  shell::HealthFile first(user("1000")), second(user("1001"));
  ASSERT_EQ(first.write(good), "");
  auto bad = good;
  bad.errors = 2;
  ASSERT_EQ(second.write(bad), "");
  fs::create_directories(run_.path() / "1002");  // whose daemon writes nothing

  const auto collected = collect();
  EXPECT_EQ(collected.daemons, 2U);
  EXPECT_THAT(collected.refused, ElementsAre());
  EXPECT_TRUE(collected.all_up);
  EXPECT_EQ(collected.health.errors, 2U);
}

TEST_F(TheCollector, TellsADaemonThatDiedFromOneThatRuns) {
  put(user("1000"), health::to_prometheus(good));
  EXPECT_FALSE(collect().all_up) << "figures, and nobody who holds them";
  shell::HealthFile back(user("1000"));
  ASSERT_EQ(back.write(good), "");
  EXPECT_TRUE(collect().all_up);
}

TEST_F(TheCollector, KnowsNothingOfADaemonThatWasStopped) {
  {
    shell::HealthFile one(user("1000"));
    ASSERT_EQ(one.write(good), "");
    ASSERT_EQ(collect().daemons, 1U);
  }
  EXPECT_EQ(collect().daemons, 0U);
}

TEST_F(TheCollector, IsWrittenToOnlyWhenSomethingDiffers) {
  shell::HealthFile one(user("1000"));
  ASSERT_EQ(one.write(good), "");
  const auto path = user("1000") / "health.prom";
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  EXPECT_EQ(before.st_mode & 0777U, 0600U);
  ASSERT_EQ(one.write(good), "");
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(TheCollector, TrustsNothingThatPeoplePutThere) {
  put(user("link"), "");
  fs::remove(user("link") / "health.prom");
  std::ofstream(out_.path() / "secret") << health::to_prometheus(good);
  fs::create_symlink(out_.path() / "secret", user("link") / "health.prom");
  fs::create_directory_symlink(out_.path(), user("linked-directory"));
  fs::create_directories(user("pipe"));
  ASSERT_EQ(::mkfifo((user("pipe") / "health.prom").c_str(), 0600), 0);
  fs::create_directories(user("directory") / "health.prom");
  put(user("text"), "ssh-rsa AAAA\n");
  put(user("large"), std::string(1 << 20, '#'));
  put(user("zeroes"), std::string(4096, '\0'));

  const auto collected = collect();
  EXPECT_EQ(collected.daemons, 0U);
  EXPECT_EQ(collected.refused.size(), 7U);
  EXPECT_THAT(health::machine_text(collected, 1), HasSubstr("poised_collector_refused 7\n"));
}

TEST_F(TheCollector, IsReadByNodeExporterAsAWhole) {
  shell::HealthFile one(user("1000"));
  ASSERT_EQ(one.write(good), "");
  ASSERT_EQ(run_program(), 0);
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U) << "by another user";
  EXPECT_THAT(read(), HasSubstr("poised_build_info{version=\"0.1.0\"} 1\n"));
  EXPECT_THAT(read(), HasSubstr("poised_up 1\n"));
  EXPECT_EQ(std::distance(fs::directory_iterator(out_.path()), {}), 1) << "and nothing beside it";
}

TEST_F(TheCollector, DoesNotTellWhenPeopleComeAndGo) {
  const auto without_time = [this] {
    const auto text = read();
    return text.substr(0, text.rfind(' '));
  };
  ASSERT_EQ(run_program(), 0);
  EXPECT_FALSE(fs::exists(file())) << "nothing is known yet";
  auto one = std::make_unique<shell::HealthFile>(user("1000"));
  ASSERT_EQ(one->write(good), "");
  ASSERT_EQ(run_program(), 0);
  const auto with_one = without_time();
  shell::HealthFile two(user("1001"));
  ASSERT_EQ(two.write(good), "");
  ASSERT_EQ(run_program(), 0);
  EXPECT_EQ(without_time(), with_one) << "two are told from one";
  one.reset();
  two.remove();
  ASSERT_EQ(run_program(), 0);
  EXPECT_EQ(without_time(), with_one) << "none is told from two";
}

TEST_F(TheCollector, DropsFiguresThatNobodyWritesAnyMore) {
  const std::int64_t day = 86400, now = 20'000 * day;
  const auto last = health::machine_text({good, true, 1, {}}, now);
  const auto later = health::machine_text_again(last, now + health::kept_for);
  EXPECT_THAT(later, HasSubstr("poised_up 1\n"));
  EXPECT_EQ(health::machine_text_again(later, now + health::kept_for + day), "")
      << "gathering them again makes them no younger";
  std::ofstream(file()) << "something else\n";
  ASSERT_EQ(run_program(), 0);
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(TheCollector, SaysWhyItCannot) {
  EXPECT_EQ(rig::Program({std::string(POISED_BIN_DIR) + "/poised-collect"}, {}).wait(), 2);
  shell::HealthFile one(user("1000"));
  ASSERT_EQ(one.write(good), "");
  EXPECT_EQ(rig::Program({std::string(POISED_BIN_DIR) + "/poised-collect", run_.path(),
                          "/nonexistent/poised.prom"},
                         {})
                .wait(),
            1);
  EXPECT_EQ(
      rig::Program({std::string(POISED_BIN_DIR) + "/poised-collect", "/nonexistent", file()}, {})
          .wait(),
      1);
}

TEST_F(TheCollector, TakesTenThousandAtOnce) {
  constexpr int targets = 10000;
  auto text = good;
  for (int i = 0; i < targets; ++i) {
    text.warnings = static_cast<std::uint32_t>(i % 7);
    put(user(std::to_string(i)), health::to_prometheus(text));
  }
  rusage before{}, after{};
  ::getrusage(RUSAGE_CHILDREN, &before);
  const auto began = std::chrono::steady_clock::now();
  ASSERT_EQ(run_program(), 0);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  ::getrusage(RUSAGE_CHILDREN, &after);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  EXPECT_THAT(read(), HasSubstr("poised_problems{severity=\"warning\"} 6\n"));
  EXPECT_THAT(read(), HasSubstr("poised_up 0\n"));
  EXPECT_LT(fs::file_size(file()), 4096U) << "it grows with nothing";
  std::printf("%d targets: %.2f s, %.2f s of it on a processor, %ld kB at most, %ju bytes out\n",
              targets, took.count(),
              seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) -
                  seconds(before.ru_stime),
              after.ru_maxrss, static_cast<std::uintmax_t>(fs::file_size(file())));
}

}  // namespace
}  // namespace poised::test
