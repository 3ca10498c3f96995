// SPDX-License-Identifier: MIT
#include "transport/hidraw.hpp"

#include <fcntl.h>
#include <linux/hidraw.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace desk {
namespace {

constexpr std::chrono::seconds looks_again_after{5};
constexpr __s16 linak_vendor = 0x12d3, usb2lin06 = 0x0002;

std::string reason_of(const std::string& device) {
  return "hidraw: " + device + ": " + std::generic_category().message(errno);
}

bool is_the_cable(int fd) {
  hidraw_devinfo info{};
  return ioctl(fd, HIDIOCGRAWINFO, &info) == 0 && info.vendor == linak_vendor &&
         info.product == usb2lin06;
}

std::string find_cable() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", ignored)) {
    const auto path = entry.path().string();
    if (!path.starts_with("/dev/hidraw")) continue;
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) continue;
    const bool found = is_the_cable(fd);
    close(fd);
    if (found) return path;
  }
  return {};
}

}  // namespace

HidRaw::HidRaw(boost::asio::io_context& loop, std::string device)
    : loop_(loop), device_(std::move(device)), retry_(loop) {}

HidRaw::~HidRaw() {
  *alive_ = false;
  if (fd_ >= 0) close(fd_);
}

void HidRaw::open(LinkEvents events) {
  events_ = std::move(events);
  boost::asio::post(loop_, [this, alive = alive_] {
    if (*alive) try_open();
  });
}

void HidRaw::try_open() {
  const auto path = device_.empty() ? find_cable() : device_;
  if (path.empty()) return lost("hidraw: USB2LIN06: not plugged in");
  fd_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) return lost(reason_of(path));
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0)
    return lost("hidraw: " + path + ": another program drives this desk");
  if (!is_the_cable(fd_)) return lost("hidraw: " + path + ": is not a USB2LIN06");
  events_.opened();
}

void HidRaw::lost(const std::string& reason) {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  events_.closed(reason);
  retry_.expires_after(looks_again_after);
  retry_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (*alive && !error) try_open();
  });
}

bool HidRaw::set(const linak::Report& report) {
  auto copy = report;
  if (fd_ < 0) return false;
  if (ioctl(fd_, HIDIOCSFEATURE(linak::report_size), copy.data()) >= 0) return true;
  boost::asio::post(loop_, [this, alive = alive_, reason = reason_of("USB2LIN06")] {
    if (*alive && fd_ >= 0) lost(reason);
  });
  return false;
}

std::optional<linak::Report> HidRaw::get(std::uint8_t report_id) {
  linak::Report report{};
  report[0] = report_id;
  if (fd_ < 0 || ioctl(fd_, HIDIOCGFEATURE(linak::report_size), report.data()) < 0)
    return std::nullopt;
  return report;
}

}  // namespace desk
