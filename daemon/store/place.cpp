// SPDX-License-Identifier: MIT
#include "store/place.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

namespace poised::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array network_types{"nfs",        "nfs4",       "cifs",           "smb3",  "smbfs",
                                   "afs",        "9p",         "ceph",           "coda",  "ncpfs",
                                   "fuse.sshfs", "fuse.davfs", "fuse.glusterfs", "davfs", "lustre"};

/// As the kernel writes blanks in a path: \040.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digits = text.substr(i + 1 < text.size() ? i + 1 : i, 3);
    const bool octal = text[i] == '\\' && digits.size() == 3 &&
                       digits.find_first_not_of("01234567") == std::string_view::npos;
    if (octal) {
      plain += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0');
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

bool lies_in(const fs::path& path, const fs::path& directory) {
  const auto [rest, _] =
      std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return rest == directory.end() || (std::next(rest) == directory.end() && rest->empty());
}

/// Of "server:/export" and "//server/share"; the whole source if it names none.
std::string server_in(const std::string& source) {
  if (source.starts_with("//")) return source.substr(2, source.find('/', 2) - 2);
  const auto colon = source.find(source.starts_with('[') ? "]:" : ":");
  const auto name = source.substr(0, colon);
  const auto at = name.find('@');
  return at == std::string::npos ? name : name.substr(at + 1);
}

}  // namespace

fs::path state_directory() {
  if (const char* base = std::getenv("XDG_STATE_HOME"); base && *base == '/')
    return fs::path(base) / "poised";
  if (const char* home = std::getenv("HOME"); home && *home == '/')
    return fs::path(home) / ".local/state/poised";
  return {};
}

fs::path state_file(const fs::path& directory) {
  return directory / "state.json";
}

std::optional<std::string> server_of(const fs::path& path, std::string_view mounts) {
  std::optional<std::string> server;
  fs::path nearest;
  std::istringstream lines{std::string(mounts)};
  for (std::string line; std::getline(lines, line);) {
    // 36 35 98:0 /root /mount/point options … - type source options
    std::istringstream words(line);
    std::string word, point, type, source;
    for (int i = 0; i < 5; ++i) words >> point;
    while (words >> word && word != "-") {
    }
    if (!(words >> type >> source)) continue;
    const fs::path mounted = unescaped(point);
    // Of two mounts in one place the later one is seen.
    if (!lies_in(path, mounted) || mounted.native().size() < nearest.native().size()) continue;
    nearest = mounted;
    const bool network =
        std::find(network_types.begin(), network_types.end(), type) != network_types.end();
    server = network ? std::optional(server_in(unescaped(source))) : std::nullopt;
  }
  return server;
}

std::optional<std::string> server_of(const fs::path& path) {
  std::error_code error;
  const auto real = fs::weakly_canonical(path, error);
  std::ostringstream mounts;
  mounts << std::ifstream("/proc/self/mountinfo").rdbuf();
  return server_of(error ? path : real, mounts.str());
}

}  // namespace poised::store
