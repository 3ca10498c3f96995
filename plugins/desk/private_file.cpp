// SPDX-License-Identifier: MIT
#include "private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <poised/plugin.hpp>
#include <system_error>

namespace desk {
namespace {

[[noreturn]] void failed(const std::string& path) {
  throw poised::Failure("desk: " + path + ": " + std::generic_category().message(errno));
}

}  // namespace

void write_private_file(const std::string& path, const std::string& text) {
  const auto temporary = path + ".new";
  const int fd =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) failed(temporary);
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (close(fd) != 0 || !whole || std::rename(temporary.c_str(), path.c_str()) != 0) failed(path);
}

}  // namespace desk
