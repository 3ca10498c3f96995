// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "health/collect.hpp"

// poised-collect RUN_DIRECTORY FILE: gathers the health of every person's daemon below
// RUN_DIRECTORY (/run/user) into FILE, in node_exporter's textfile folder. Started by a timer of
// the system's; opens no socket.
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_told = 20;

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A half of it must never be read: another file, then its name. node_exporter runs as somebody
/// else and must be able to read it.
bool replace(const fs::path& path, const std::string& text) {
  auto part = path;
  part += ".part";
  std::error_code error;
  fs::remove(part, error);
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  const bool whole = ::fchmod(fd, 0644) == 0 &&
                     ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return ::close(fd) == 0 && whole && ::rename(part.c_str(), path.c_str()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: poised-collect RUN_DIRECTORY FILE\n", stderr);
    return 2;
  }
  try {
    const fs::path file = argv[2];
    const auto collected = poised::health::collect(argv[1]);
    std::size_t told = 0;
    for (const auto& line : collected.refused)
      if (++told <= most_told) fmt::print(stderr, "<4>collect: {}\n", line);
    if (told > most_told) fmt::print(stderr, "<4>collect: and {} more\n", told - most_told);
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    std::string text;
    if (collected.daemons == 0 && collected.refused.empty())
      text = poised::health::machine_text_again(read(file), now);
    else
      text = poised::health::machine_text(collected, now);
    std::error_code error;
    if (text.empty()) fs::remove(file, error);
    if (!error && (text.empty() || replace(file, text))) return 0;
    fmt::print(stderr, "<3>collect: {}: cannot be written\n", file.string());
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "<3>collect: {}\n", error.what());
    return 1;
  }
}
