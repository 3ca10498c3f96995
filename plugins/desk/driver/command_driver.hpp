// SPDX-License-Identifier: MIT
#pragma once

#include <regex>
#include <string>
#include <vector>

#include "codec/command.hpp"
#include "driver/linak_ble.hpp"
#include "motion/driver.hpp"
#include "transport/transport.hpp"

namespace desk {

/// A desk behind programs of the person's own.
class CommandDriver final : public Driver {
 public:
  struct Words {
    std::vector<std::string> height, go_to, stop;
    std::string pattern = "([0-9]+)";
    mqtt::Unit unit = mqtt::Unit::millimetres;
  };
  /// Throws std::regex_error for a pattern that is none.
  CommandDriver(Runner& runner, DriverEvents& events, Now now, Words words);

  [[nodiscard]] Capabilities capabilities() const override;
  void wake() override;
  void read_height() override;
  void drive(const Order& order) override;
  void stop() override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  void elapse(Instant now) override;

 private:
  void ended(const Runner::Ended& ended);

  Runner& runner_;
  DriverEvents& events_;
  Now now_;
  Words words_;
  std::regex pattern_;
  std::optional<Instant> look_at_;
  unsigned failures_ = 0;
  bool asking_ = false, linked_ = false;
};

}  // namespace desk
