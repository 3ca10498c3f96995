// SPDX-License-Identifier: MIT
#include "ctl/calendar_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "ctl/text.hpp"
#include "zones/zone_source.hpp"

namespace poised::ctl {
namespace {

constexpr std::size_t max_bytes = std::size_t{64} << 20;

}  // namespace

std::optional<zones::Zone> load_zone(const std::string& name) {
  auto zone = zones::read_zone(name);
  if (auto* found = std::get_if<zones::Zone>(&zone)) return std::move(*found);
  return std::nullopt;
}

std::variant<calendar::Calendar, std::string> read_calendar(
    const std::string& file, calendar::ZoneBook& zones, const std::vector<std::string>& addresses) {
  const bool standard_input = file == "-";
  const int fd = standard_input ? STDIN_FILENO : open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::string(std::strerror(errno));
  struct Closer {
    int fd;
    bool close_it;
    ~Closer() {
      if (close_it) close(fd);
    }
  } const closer{fd, !standard_input};

  const auto too_large = [] { return fmt::format("larger than {} MiB", max_bytes >> 20U); };
  struct stat status {};
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_size > static_cast<off_t>(max_bytes))
    return too_large();

  calendar::CalendarReader reader(zones, addresses);
  std::string chunk(std::size_t{1} << 16, '\0');
  std::size_t total = 0;
  bool compressed = false;
  while (true) {
    const ssize_t size = read(fd, chunk.data(), chunk.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::string(std::strerror(errno));
    if (size == 0) break;
    if (total == 0) compressed = chunk.starts_with("\x1f\x8b");
    total += static_cast<std::size_t>(size);
    if (total > max_bytes) return too_large();
    reader.feed({chunk.data(), static_cast<std::size_t>(size)});
  }
  auto calendar = reader.finish();
  if (!calendar.recognised)
    return std::string(compressed ? "compressed, not iCalendar text" : "not an iCalendar text");
  return calendar;
}

void complain_of_file(const std::string& command, const std::string& file, std::uint32_t line,
                      const std::string& reason, std::size_t more) {
  auto where = file;
  if (line != 0) where += fmt::format(":{}", line);
  auto text = fmt::format("{}: {}: {}", command, where, reason);
  if (more > 0) text += fmt::format(" (and {} more)", more);
  std::cerr << "poisectl: " << printable(text) << '\n';
}

}  // namespace poised::ctl
