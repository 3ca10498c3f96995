// SPDX-License-Identifier: MIT
#include "transport/hidraw.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/hidraw.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstring>
#include <fstream>
#include <memory>

#include "driver/linak_usb.hpp"
#include "rigs/desk_firmware.hpp"
#include "rigs/program.hpp"
#include "unit.hpp"

// The cable USB2LIN06 through hidraw: files in place of /dev/hidrawN, and this program's own
// ioctl() in place of the kernel's for them. Everything above is what a person's desk is driven
// with.
namespace desk::test {
namespace {

using namespace std::chrono_literals;

struct Cable {
  rig::LinakUsbFirmware& firmware;
  ino_t file = 0;
  __s16 vendor = 0x12d3, product = 0x0002;
  bool plugged = true;
  unsigned reports = 0;  ///< asked for or sent

  int control(unsigned long request, void* argument) {
    if (!plugged) {
      errno = ENODEV;
      return -1;
    }
    if (request == HIDIOCGRAWINFO) {
      *static_cast<hidraw_devinfo*>(argument) = {3, vendor, product};
      return 0;
    }
    ++reports;
    linak::Report report;
    std::memcpy(report.data(), argument, report.size());
    if (request == HIDIOCSFEATURE(linak::report_size)) {
      if (firmware.set(report)) return linak::report_size;
    } else if (request == HIDIOCGFEATURE(linak::report_size)) {
      if (const auto answer = firmware.get(report[0])) {
        std::memcpy(argument, answer->data(), answer->size());
        return linak::report_size;
      }
    }
    errno = EPIPE;
    return -1;
  }
};

Cable* the_cable = nullptr;

}  // namespace
}  // namespace desk::test

extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list rest;
  va_start(rest, request);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  auto* const cable = desk::test::the_cable;
  struct stat facts {};
  if (cable != nullptr && fstat(fd, &facts) == 0 && facts.st_ino == cable->file)
    return cable->control(request, argument);
  return static_cast<int>(syscall(SYS_ioctl, fd, request, argument));
}

namespace desk::test {
namespace {

class OnACable : public testing::Test, private SupervisorEvents {
 protected:
  rig::TemporaryDirectory directory_;
  const std::string device_ = directory_.path() / "hidraw0";
  boost::asio::io_context loop_;
  rig::LinakUsbFirmware desk_{rig::DeskPhysics::Options()};
  Cable cable_{desk_};
  std::unique_ptr<HidRaw> hid_;
  std::unique_ptr<DeskUnit> unit_;
  std::vector<Outcome> outcomes_;
  boost::asio::steady_timer mechanics_{loop_}, deadline_{loop_};
  rig::Clock::time_point last_ = rig::Clock::now();

  void SetUp() override {
    std::ofstream(device_) << "";
    struct stat facts {};
    ASSERT_EQ(stat(device_.c_str(), &facts), 0);
    cable_.file = facts.st_ino;
    the_cable = &cable_;
    run_mechanics();
  }
  void TearDown() override {
    unit_.reset();
    hid_.reset();
    the_cable = nullptr;
  }
  void start() {
    hid_ = std::make_unique<HidRaw>(loop_, device_);
    unit_ = std::make_unique<DeskUnit>(
        [this](DriverEvents& events, DeskUnit::Now now_of) -> std::unique_ptr<Driver> {
          return std::make_unique<LinakUsb>(*hid_, events, std::move(now_of), 0);
        },
        static_cast<SupervisorEvents&>(*this), MotionSupervisor::Options(), [] { return now(); },
        [this] { arm(); });
  }
  static Instant now() { return Instant(rig::Clock::now().time_since_epoch()); }
  void arm() {
    const auto at = unit_ ? unit_->deadline() : std::nullopt;
    if (!at) return;
    deadline_.expires_at(rig::Clock::time_point(at->time_since_epoch()));
    deadline_.async_wait([this](boost::system::error_code error) {
      if (!error && unit_) unit_->elapse();
    });
  }
  void run_mechanics() {
    mechanics_.expires_after(5ms);
    mechanics_.async_wait([this](boost::system::error_code) {
      const auto time = rig::Clock::now();
      desk_.advance(time - std::exchange(last_, time));
      run_mechanics();
    });
  }
  bool run_until(const std::function<bool()>& condition, rig::milliseconds deadline = 30s) {
    const auto end = rig::Clock::now() + deadline;
    while (!condition())
      if (loop_.run_one_until(end) == 0) return condition();
    return true;
  }
  bool is_there() {
    return run_until([this] { return unit_->supervisor().view().height_mm.has_value(); });
  }
  void move(std::int32_t to_mm) {
    unit_->person({Person::Presence::present, now()});
    unit_->move({to_mm, 1, now() + 5s});
  }

 private:
  void view_changed(const DeskView& /*view*/) override {}
  void move_ended(const Outcome& outcome) override { outcomes_.push_back(outcome); }
  void duty_changed() override {}
};

TEST_F(OnACable, TheDeskIsReadAndMoved) {
  start();
  ASSERT_TRUE(is_there());
  EXPECT_NEAR(*unit_->supervisor().view().height_mm, desk_.physics.mm(), 1);
  move(780);
  ASSERT_TRUE(run_until([this] { return !outcomes_.empty(); }));
  EXPECT_EQ(outcomes_[0].kind, Outcome::Kind::arrived) << outcomes_[0].reason;
  EXPECT_NEAR(desk_.physics.mm(), 780, 3);
}

TEST_F(OnACable, PulledOutInMidMoveTheDeskRestsAndIsFoundAgainButNotMoved) {
  start();
  ASSERT_TRUE(is_there());
  move(1000);
  ASSERT_TRUE(run_until([this] { return desk_.physics.mm() > 740; }));
  cable_.plugged = false;
  ASSERT_TRUE(run_until([this] { return !outcomes_.empty() && !desk_.physics.moving(); }));
  EXPECT_EQ(outcomes_[0].kind, Outcome::Kind::stopped);
  EXPECT_EQ(unit_->supervisor().view().status, poised::DeskStatus::absent);
  const auto height = desk_.physics.mm();
  EXPECT_LT(height, 900);
  cable_.plugged = true;
  ASSERT_TRUE(is_there());
  run_until([] { return false; }, 1s);
  EXPECT_NEAR(desk_.physics.mm(), height, 0.5);
}

TEST_F(OnACable, NothingIsSentToWhatIsAnotherDevice) {
  cable_.product = 0x0003;
  start();
  EXPECT_FALSE(run_until([this] { return unit_->supervisor().view().height_mm.has_value(); }, 1s));
  EXPECT_EQ(cable_.reports, 0U);
}

TEST_F(OnACable, ASecondProgramIsKeptOut) {
  start();
  ASSERT_TRUE(is_there());
  std::string reason;
  HidRaw second(loop_, device_);
  second.open({[] { FAIL() << "two programs drive one desk"; },
               [&](const std::string& line) { reason = line; }});
  ASSERT_TRUE(run_until([&] { return !reason.empty(); }));
  EXPECT_EQ(reason, "hidraw: " + device_ + ": another program drives this desk");
}

TEST_F(OnACable, WhatIsNotThereIsNamed) {
  std::string reason;
  HidRaw missing(loop_, "/dev/hidraw-none");
  missing.open({[] { FAIL(); }, [&](const std::string& line) { reason = line; }});
  ASSERT_TRUE(run_until([&] { return !reason.empty(); }));
  EXPECT_EQ(reason, "hidraw: /dev/hidraw-none: No such file or directory");
}

}  // namespace
}  // namespace desk::test
