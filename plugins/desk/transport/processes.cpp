// SPDX-License-Identifier: MIT
#include "transport/processes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "codec/command.hpp"

namespace desk {
namespace {

constexpr int ends_within_ms = 50;

}  // namespace

// Its end is that of its output: a program that closes it early has told what it had to tell.
class Processes::Process : public std::enable_shared_from_this<Process> {
 public:
  Process(boost::asio::io_context& loop, std::function<void(const Ended&)> ended)
      : output_(loop), patience_(loop), ended_(std::move(ended)) {}
  ~Process() { kill(); }

  bool start(std::vector<std::string> words, std::chrono::milliseconds patience) {
    std::array<int, 2> pipe_ends{};
    if (words.empty() || pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return false;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int error = posix_spawnp(&pid_, argv[0], &files, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(pipe_ends[1]);
    if (error != 0) {
      pid_ = 0;
      close(pipe_ends[0]);
      return false;
    }
    output_.assign(pipe_ends[0]);
    patience_.expires_after(patience);
    patience_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
      // Its output ends with it, and that is told as a failure.
      const auto self = weak.lock();
      if (self && !cancelled && self->pid_ > 0) ::kill(-self->pid_, SIGKILL);
    });
    read();
    return true;
  }

  [[nodiscard]] bool over() const { return pid_ == 0; }

  void kill() {
    ended_ = {};
    if (pid_ > 0) {
      ::kill(-pid_, SIGKILL);
      reap();
    }
  }

 private:
  void read() {
    output_.async_read_some(
        boost::asio::buffer(buffer_),
        [weak = weak_from_this()](boost::system::error_code error, std::size_t count) {
          const auto self = weak.lock();
          if (!self) return;
          if (self->text_.size() < command::longest_output)
            self->text_.append(self->buffer_.data(), count);
          if (!error) return self->read();
          self->finish();
        });
  }

  void finish() {
    patience_.cancel();
    const auto ended = std::exchange(ended_, {});
    const int status = reap();
    if (ended) ended({status, text_});
  }

  int reap() {
    if (pid_ <= 0) return -1;
    // It has closed its output, and so is about to end; one that is not is ended.
    const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    pollfd ending{pidfd, POLLIN, 0};
    if (pidfd < 0 || poll(&ending, 1, ends_within_ms) <= 0) ::kill(-pid_, SIGKILL);
    if (pidfd >= 0) close(pidfd);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  boost::asio::posix::stream_descriptor output_;
  boost::asio::steady_timer patience_;
  std::function<void(const Ended&)> ended_;
  std::array<char, 1024> buffer_{};
  std::string text_;
  pid_t pid_ = 0;
};

Processes::~Processes() = default;

void Processes::run(const std::vector<std::string>& words, std::chrono::milliseconds patience,
                    std::function<void(const Ended&)> ended) {
  auto process = std::make_shared<Process>(loop_, ended);
  if (!process->start(words, patience)) {
    boost::asio::post(loop_, [ended] { ended({-1, ""}); });
    return;
  }
  running_.remove_if([](const auto& each) { return each->over(); });
  running_.push_back(std::move(process));
}

void Processes::kill_all() {
  running_.clear();
}

}  // namespace desk
