// SPDX-License-Identifier: MIT
#include "shell/log.hpp"

#include <fmt/format.h>
#include <sys/uio.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace poised::shell {
namespace {

struct KnownMessage {
  const char* id;
  int priority;
};
// In the order of Log::Message.
constexpr std::array known_messages{
    KnownMessage{"3c13c29026cb4841a884e4713acc6f95", 4},
    KnownMessage{"b9dcadbc249c4e709f10771ab9239cfe", 3},
    KnownMessage{"6a35f7e4a81e49ee8e7ecd350d1ad2d0", 4},
    KnownMessage{"38cdf49fff2c4c8fa4d0e3bf1f269d80", 4},
    KnownMessage{"e35173ae72964ff49be6c6a0bc7b277b", 6},
};

}  // namespace

Log::Log() : to_journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void Log::write(int priority, std::string_view line) const {
  constexpr int debug = 7;
  if (priority >= debug) return;
  if (to_journal_)
    fmt::print(stderr, "<{}>{}\n", priority, line);
  else
    fmt::print(stderr, "poised: {}{}\n",
               priority <= 3   ? "error: "
               : priority == 4 ? "warning: "
                               : "",
               line);
}

void Log::event(Message message, std::string_view line, std::string_view plugin) const {
  const auto& [id, priority] = known_messages.at(static_cast<std::size_t>(message));
  const auto field = [](const char* name, const auto& value) {
    return fmt::format("{}={}", name, value);
  };
  const std::array fields{field("MESSAGE", line), field("PRIORITY", priority),
                          field("MESSAGE_ID", id), field("SYSLOG_IDENTIFIER", "poised"),
                          field("POISED_PLUGIN", plugin)};
  std::array<iovec, fields.size()> parts{};
  for (std::size_t i = 0; i < fields.size(); ++i)
    parts.at(i) = {const_cast<char*>(fields.at(i).data()), fields.at(i).size()};
  const int count = static_cast<int>(fields.size()) - (plugin.empty() ? 1 : 0);
  if (!to_journal_ || sd_journal_sendv(parts.data(), count) < 0) write(priority, line);
}

}  // namespace poised::shell
