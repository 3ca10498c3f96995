// SPDX-License-Identifier: MIT
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>

#include "store/history.hpp"

// poised-history: started by the daemon for each batch of history, with the batch on descriptor 3.
namespace {

constexpr int channel = 3;

std::string read_all() {
  std::string text;
  char buffer[16384];
  while (true) {
    const auto count = ::read(channel, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

void write_all(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const auto count = ::send(channel, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace

int main() {
  try {
    ::umask(077);
    const auto batch = poised::store::batch_of(read_all());
    if (!batch) {
      std::fputs("poised-history: descriptor 3: not a batch; only poised starts this program\n",
                 stderr);
      return 1;
    }
    const auto outcome = poised::store::write(*batch);
    write_all(to_text(outcome));
    return outcome.problem.empty() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "poised-history: %s\n", error.what());
    return 1;
  }
}
