// SPDX-License-Identifier: MIT
#include "shell/history_keeper.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "build_config.hpp"
#include "plugin/child.hpp"

namespace poised::shell {
namespace {

using boost::system::error_code;

constexpr std::size_t most_bytes = 256 * 1024;
constexpr std::chrono::seconds writer_has{60};
constexpr std::chrono::seconds end_waits{3};

std::size_t size_of(const store::Entry& entry) {
  return sizeof entry + entry.text.capacity();
}

}  // namespace

HistoryKeeper::HistoryKeeper(boost::asio::io_context& loop,
                             std::function<void(const std::string&)> warn)
    : loop_(loop),
      warn_(std::move(warn)),
      process_(loop),
      deadline_(loop),
      finish_deadline_(loop) {}

HistoryKeeper::~HistoryKeeper() = default;

void HistoryKeeper::configure(const Place& place) {
  if (place == place_) return;
  place_ = place;
  problem_.clear();
  if (keeps()) return;
  waiting_.clear();
  waiting_bytes_ = 0;
}

void HistoryKeeper::add(store::Entry entry) {
  if (!keeps()) return;
  // Of the day's totals only the latest count.
  if (entry.kind == store::Entry::Kind::today)
    std::erase_if(waiting_, [&](const store::Entry& other) {
      return other.kind == entry.kind && store::same_day(other, entry);
    });
  waiting_bytes_ += size_of(entry);
  waiting_.push_back(std::move(entry));
  trim();
}

void HistoryKeeper::trim() {
  while (waiting_bytes_ > most_bytes && !waiting_.empty()) {
    waiting_bytes_ -= std::min(waiting_bytes_, size_of(waiting_.front()));
    waiting_.pop_front();
    ++dropped_;
  }
}

void HistoryKeeper::write(core::WallTime now, bool check) {
  if (place_.keep != config::HistoryKeep::disk) return;
  if (waiting_.empty() && !check) return;
  if (writer_ != 0)
    again_ = now;
  else
    start(now, check);
}

void HistoryKeeper::start(core::WallTime now, bool check) {
  again_.reset();
  erasing_ = std::exchange(erase_, std::nullopt).has_value();
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return fail(fmt::format("history: its writer: {}", std::strerror(errno)));
  channel_ = std::make_shared<Channel>(loop_, boost::asio::local::stream_protocol(), pair[0]);
  const plugin::UniqueFd far_end(pair[1]);
  std::string why;
  const auto program = std::string(build::libexec_dir) + "/poised-history";
  auto child = plugin::spawn_child(program, {program}, {}, far_end.get(), why);
  if (!child.ended) {
    channel_.reset();
    return fail(fmt::format("history: its writer: {}", why));
  }
  writer_ = child.pid;
  if (!erasing_) {
    writing_.assign(waiting_.begin(), waiting_.end());
    waiting_.clear();
    waiting_bytes_ = 0;
  }
  text_ = store::to_text(store::Batch{place_.directory, place_.retention, now,
                                      check || !problem_.empty(), writing_, erasing_});
  process_.assign(child.ended.release());
  process_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    if (!error) ended();
  });
  deadline_.expires_after(writer_has);
  deadline_.async_wait([this](error_code error) {
    if (!error) ::kill(writer_, SIGKILL);
  });
  boost::asio::async_write(*channel_, boost::asio::buffer(text_),
                           [channel = channel_](error_code, std::size_t) {
                             // A writer that is gone shows by its end.
                             error_code ignored;
                             channel->shutdown(boost::asio::socket_base::shutdown_send, ignored);
                           });
}

void HistoryKeeper::ended() {
  plugin::reap_child(std::exchange(writer_, 0));
  deadline_.cancel();
  // The answer is small enough to wait in the socket for the end of the process.
  error_code error;
  std::string answer;
  channel_->non_blocking(true, error);
  for (std::array<char, 1024> buffer{}; !error;)
    answer.append(buffer.data(), channel_->read_some(boost::asio::buffer(buffer), error));
  channel_->close(error);
  channel_.reset();
  process_.close(error);
  text_ = {};
  const auto outcome = store::outcome_of(answer);
  if (!outcome.note.empty()) warn_(outcome.note);
  if (outcome.problem.empty()) {
    problem_.clear();
    if (dropped_ > 0)
      warn_(fmt::format("history: {} records were lost while it could not be written",
                        std::exchange(dropped_, 0)));
  } else {
    for (const auto& entry : writing_) waiting_bytes_ += size_of(entry);
    waiting_.insert(waiting_.begin(), std::make_move_iterator(writing_.begin()),
                    std::make_move_iterator(writing_.end()));
    trim();
    again_.reset();  // not at once: the next batch tries it again
    fail(outcome.problem);
  }
  writing_.clear();
  writing_.shrink_to_fit();
  if (erasing_) erased(std::nullopt);
  if (erase_) return start(*erase_, false);
  if (again_) return start(*again_, false);
  settle();
}

void HistoryKeeper::fail(std::string problem) {
  if (problem != problem_)
    warn_(problem + "; it is kept in memory meanwhile, and prompts go on as ever");
  problem_ = std::move(problem);
  if (erasing_) erased(problem_);
}

void HistoryKeeper::forget(std::optional<core::WallTime> before, std::function<void()> done) {
  const auto is_old = [&](const auto& entry) { return !before || entry.at < *before; };
  std::erase_if(waiting_, is_old);
  std::erase_if(writing_, is_old);  // it comes back if it cannot be written
  waiting_bytes_ = 0;
  for (const auto& entry : waiting_) waiting_bytes_ += size_of(entry);
  waiting_.shrink_to_fit();
  when_settled_.push_back(std::move(done));
  settle();
}

void HistoryKeeper::erase(core::WallTime now,
                          std::function<void(std::optional<std::string>)> done) {
  forget(std::nullopt, [] {});
  if (place_.directory.empty()) return done(std::nullopt);
  when_erased_.push_back(std::move(done));
  erase_ = now;
  if (writer_ == 0) start(now, false);
}

void HistoryKeeper::erased(const std::optional<std::string>& why) {
  erasing_ = false;
  for (const auto& waiter : std::exchange(when_erased_, {})) waiter(why);
}

void HistoryKeeper::finish(std::function<void()> done) {
  when_settled_.push_back(std::move(done));
  finish_deadline_.expires_after(end_waits);
  finish_deadline_.async_wait([this](error_code error) {
    if (error) return;
    for (const auto& waiter : std::exchange(when_settled_, {})) waiter();
  });
  settle();
}

void HistoryKeeper::settle() {
  if (writer_ != 0) return;
  finish_deadline_.cancel();
  for (const auto& waiter : std::exchange(when_settled_, {})) waiter();
}

std::vector<store::Entry> HistoryKeeper::held() const {
  std::vector<store::Entry> all(writing_);
  all.insert(all.end(), waiting_.begin(), waiting_.end());
  return all;
}

}  // namespace poised::shell
