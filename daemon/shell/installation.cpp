// SPDX-License-Identifier: MIT
#include "shell/installation.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace poised::shell {
namespace {

// A program started between two files of a package would find plugins of two versions; and some
// package managers remove the old file before they write the new one.
constexpr std::chrono::seconds exchange{10};

constexpr const char* own_link = "/proc/self/exe";

std::filesystem::path own_path() {
  std::error_code error;
  std::string path = std::filesystem::read_symlink(own_link, error).string();
  // The kernel's word for a file that was replaced before we came to look.
  constexpr std::string_view mark = " (deleted)";
  if (path.ends_with(mark)) path.resize(path.size() - mark.size());
  return path;
}

bool is_own(const std::filesystem::path& program) {
  std::error_code error;
  return std::filesystem::equivalent(program, own_link, error);
}

}  // namespace

Installation::Installation(boost::asio::io_context& loop, const std::filesystem::path& manifests,
                           std::function<void()> on_change)
    : program_(own_path()),
      program_watch_(loop,
                     [this] {
                       if (!is_own(program_)) settle();
                     }),
      manifest_watch_(loop,
                      [this] {
                        manifests_changed_ = true;
                        settle();
                      }),
      settled_(loop),
      on_change_(std::move(on_change)) {
  program_watch_.watch({program_.parent_path()});
  manifest_watch_.watch({manifests});
}

void Installation::settle() {
  settled_.expires_after(exchange);
  settled_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) judge();
  });
}

void Installation::judge() {
  std::error_code error;
  if (!std::filesystem::exists(program_, error))
    fate_ = Fate::removed;
  else
    fate_ = manifests_changed_ || !is_own(program_) ? Fate::changed : Fate::same;
  if (fate_ != Fate::same) on_change_();
}

}  // namespace poised::shell
