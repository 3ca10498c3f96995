// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the calendar plugin and its worker say to each other over a pair of pipes: frames of a kind
// and a list of texts. Every request but a zone has one answer, in order.
namespace poised::calendar {

enum class FrameKind : char {
  local_zone = 'L',   ///< text of a zone: that of floating times, and of days
  put = 'P',          ///< source, object, own addresses (a line each), iCalendar text
  remove = 'R',       ///< source, object; without an object the whole source
  busy = 'B',         ///< source, from, to (UTC seconds)
  multistatus = 'X',  ///< WebDAV's answer
  zone = 'Z',         ///< name, text ("": there is none)

  done = 'd',       ///< of local_zone and remove; of put with what was wrong ("": nothing) and
                    ///< "no" if it is no calendar and what was known of the object stays
  intervals = 'b',  ///< problem, then four texts for each: from, to, class, "1" if all day
  resources = 'x',  ///< problem, sync token, then as resource_fields each
  need_zone = 'z',  ///< name; to be answered at once
};

/// Of FrameKind::resources: href, status ("200" …), then properties, "" where they are absent.
enum ResourceField : std::size_t {
  resource_href,
  resource_status,
  resource_etag,
  resource_ctag,
  resource_sync_token,
  resource_principal,
  resource_home,
  resource_addresses,  ///< a line each
  resource_kind,       ///< "calendar", "transparent" for one that does not count, or ""
  resource_reports,    ///< "sync" if it can sync-collection
  resource_name,
  resource_text,  ///< calendar-data
  resource_fields
};

struct Frame {
  FrameKind kind{};
  std::vector<std::string> texts;
  std::string_view text(std::size_t i) const {
    return i < texts.size() ? std::string_view(texts[i]) : std::string_view();
  }
};

inline constexpr std::size_t max_frame = std::size_t{160} << 20;

inline std::string encode(const Frame& frame) {
  std::string bytes(4, '\0');
  const auto number = [](std::size_t value) {
    const auto size = static_cast<std::uint32_t>(value);
    std::string raw(4, '\0');
    std::memcpy(raw.data(), &size, 4);
    return raw;
  };
  bytes += static_cast<char>(frame.kind);
  for (const auto& text : frame.texts) {
    bytes += number(text.size());
    bytes += text;
  }
  bytes.replace(0, 4, number(bytes.size() - 4));
  return bytes;
}

/// Takes one frame from the front of `bytes`, if it is whole. `broken`: this can be no frame.
inline std::optional<Frame> decode(std::string& bytes, bool& broken) {
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, 4);
    return std::size_t{value};
  };
  if (bytes.size() < 4) return std::nullopt;
  const std::size_t size = number(0);
  broken = size < 1 || size > max_frame;
  if (broken || bytes.size() - 4 < size) return std::nullopt;
  Frame frame{static_cast<FrameKind>(bytes[4]), {}};
  for (std::size_t at = 5; at < size + 4;) {
    broken = size + 4 - at < 4 || number(at) > size - at;
    if (broken) return std::nullopt;
    frame.texts.emplace_back(bytes, at + 4, number(at));
    at += 4 + number(at);
  }
  bytes.erase(0, size + 4);
  return frame;
}

}  // namespace poised::calendar
