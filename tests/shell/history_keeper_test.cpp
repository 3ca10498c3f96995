// SPDX-License-Identifier: MIT
#include "shell/history_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "rigs/program.hpp"
#include "store/history.hpp"

// The daemon's side of the history, with the real writer.
namespace poised::shell {
namespace {

using namespace std::chrono_literals;
using store::Entry;
using testing::HasSubstr;

constexpr core::WallTime noon(std::chrono::seconds(1772449200));

Entry skipped(core::Duration after = {}, const std::string& id = "stretch") {
  return {Entry::Kind::decision, noon + after, R"({"event":"skipped","break":")" + id + R"("})"};
}

class AKeeper : public testing::Test {
 protected:
  void SetUp() override { keep(config::HistoryKeep::disk); }
  void keep(config::HistoryKeep where) { keeper_.configure({where, directory_, 24h * 90}); }
  void settle() {
    bool settled = false;
    keeper_.finish([&] { settled = true; });
    loop_.restart();
    const auto end = rig::Clock::now() + rig::patience;
    while (!settled && rig::Clock::now() < end) loop_.run_one_until(end);
    ASSERT_TRUE(settled);
  }
  void write(const Entry& entry) {
    keeper_.add(entry);
    keeper_.write(noon);
    settle();
  }
  std::size_t written() const {
    auto history = store::History::open_to_read(directory_);
    return history ? history->breaks(0).size() : 0;
  }

  rig::TemporaryDirectory root_;
  std::filesystem::path directory_ = root_.path() / "state/poised";
  boost::asio::io_context loop_;
  std::vector<std::string> warnings_;
  HistoryKeeper keeper_{loop_, [this](const std::string& line) { warnings_.push_back(line); }};
};

TEST_F(AKeeper, WritesWhatItIsGiven) {
  write(skipped());
  EXPECT_EQ(written(), 1U);
  EXPECT_TRUE(keeper_.held().empty());
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(AKeeper, WritesWhatCameWhileItWrote) {
  for (int i = 0; i < 10; ++i) {
    keeper_.add(skipped(i * 1s));
    keeper_.write(noon);
  }
  settle();
  EXPECT_EQ(written(), 10U);
}

TEST_F(AKeeper, FindsOutAtOnceWhetherItCouldWrite) {
  keeper_.write(noon, true);
  settle();
  EXPECT_EQ(keeper_.problem(), "");
  EXPECT_TRUE(std::filesystem::exists(directory_));
}

TEST_F(AKeeper, KeepsEverythingUntilItCanBeWritten) {
  std::ofstream(root_.path() / "state") << "in the way";
  write(skipped(0s));
  write(skipped(1s));
  EXPECT_THAT(keeper_.problem(), HasSubstr("Not a directory"));
  EXPECT_EQ(warnings_.size(), 1U) << "one line, however often it is tried";
  EXPECT_EQ(keeper_.held().size(), 2U);
  std::filesystem::remove(root_.path() / "state");
  write(skipped(2s));
  EXPECT_EQ(keeper_.problem(), "");
  EXPECT_EQ(written(), 3U);
}

TEST_F(AKeeper, HoldsNoMoreThanItsBoundAndSaysWhatWasLost) {
  std::ofstream(root_.path() / "state") << "in the way";
  for (int i = 0; i < 5000; ++i) keeper_.add(skipped(i * 1s));
  write(skipped());
  std::size_t bytes = 0;
  for (const auto& entry : keeper_.held()) bytes += entry.text.size();
  EXPECT_LT(bytes, 256U * 1024U);
  EXPECT_GT(keeper_.held().size(), 1000U);
  std::filesystem::remove(root_.path() / "state");
  write(skipped());
  ASSERT_EQ(warnings_.size(), 2U);
  EXPECT_THAT(warnings_[1], HasSubstr("records were lost"));
}

TEST_F(AKeeper, KeepsItInMemoryIfThatIsWanted) {
  keep(config::HistoryKeep::memory);
  write(skipped());
  EXPECT_EQ(keeper_.held().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(AKeeper, KeepsNothingIfThatIsWanted) {
  keep(config::HistoryKeep::memory);
  write(skipped());
  keep(config::HistoryKeep::none);
  EXPECT_TRUE(keeper_.held().empty());
  write(skipped());
  EXPECT_TRUE(keeper_.held().empty());
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(AKeeper, KeepsOnlyTheLatestTotalsOfADay) {
  keep(config::HistoryKeep::memory);
  for (const auto& [date, taken] :
       {std::pair{"2026-03-02", 1U}, {"2026-03-02", 2U}, {"2026-03-03", 0U}})
    keeper_.add({Entry::Kind::today, noon, store::today_text(date, {.taken = taken})});
  ASSERT_EQ(keeper_.held().size(), 2U);
  EXPECT_THAT(keeper_.held()[0].text, HasSubstr(R"("taken":2)"));
}

TEST_F(AKeeper, ForgetsWhatIsOlderAndSaysWhenNoneOfItIsOnItsWay) {
  keep(config::HistoryKeep::memory);
  keeper_.add(skipped(-1h));
  keeper_.add(skipped(1h));
  keeper_.forget(noon, [] {});
  EXPECT_EQ(keeper_.held().size(), 1U);
  keep(config::HistoryKeep::disk);
  keeper_.write(noon);
  bool done = false;
  keeper_.forget(std::nullopt, [&] { done = true; });
  EXPECT_FALSE(done) << "the writer is at it";
  settle();
  EXPECT_TRUE(done);
  EXPECT_TRUE(keeper_.held().empty());
}

}  // namespace
}  // namespace poised::shell
