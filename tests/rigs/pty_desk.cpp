// SPDX-License-Identifier: MIT
#include "rigs/pty_desk.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace rig {
namespace {

constexpr int slice_ms = 5;

}  // namespace

PtyDesk::PtyDesk(std::unique_ptr<StreamFirmware> firmware) : firmware_(std::move(firmware)) {
  master_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  std::array<char, 64> name{};
  if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0 ||
      ptsname_r(master_, name.data(), name.size()) != 0)
    throw std::system_error(errno, std::generic_category(), "pty");
  device_ = name.data();
  firmware_->send = [this](const Bytes& bytes) {
    if (master_ < 0) return;
    // In two parts, as a line may cut them; what nobody reads is lost.
    const auto half = bytes.size() / 2;
    static_cast<void>(!write(master_, bytes.data(), half));
    static_cast<void>(!write(master_, bytes.data() + half, bytes.size() - half));
  };
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

PtyDesk::~PtyDesk() {
  thread_.request_stop();
  thread_.join();
  if (master_ >= 0) close(master_);
}

void PtyDesk::serve(const std::stop_token& stop) {
  auto last = Clock::now();
  std::array<std::uint8_t, 256> buffer{};
  while (!stop.stop_requested()) {
    pollfd line{master_, POLLIN, 0};
    poll(&line, master_ >= 0 ? 1 : 0, slice_ms);
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    if (master_ >= 0 && (line.revents & POLLIN) != 0) {
      const auto count = read(master_, buffer.data(), buffer.size());
      if (count > 0) {
        const Bytes bytes(buffer.begin(), buffer.begin() + count);
        received_.emplace_back(bytes, now);
        firmware_->receive(bytes);
      }
    }
    firmware_->advance(now - last);
    last = now;
  }
}

double PtyDesk::height_mm() {
  const std::scoped_lock lock(mutex_);
  return firmware_->physics.mm();
}

bool PtyDesk::moving() {
  const std::scoped_lock lock(mutex_);
  return firmware_->physics.moving();
}

void PtyDesk::with_desk(const std::function<void(StreamFirmware&)>& action) {
  const std::scoped_lock lock(mutex_);
  action(*firmware_);
}

void PtyDesk::send_garbage() {
  const std::scoped_lock lock(mutex_);
  firmware_->send({0xF2, 0xF2, 0x00, 0x7E, 0x9B, 0xFF, 0x9D, 0x0A, 0x80, 0xF2});
}

void PtyDesk::unplug() {
  const std::scoped_lock lock(mutex_);
  close(master_);
  master_ = -1;
}

std::optional<Clock::time_point> PtyDesk::received_since(const Bytes& bytes,
                                                         Clock::time_point since) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [chunk, at] : received_)
    if (at >= since &&
        std::search(chunk.begin(), chunk.end(), bytes.begin(), bytes.end()) != chunk.end())
      return at;
  return std::nullopt;
}

}  // namespace rig
