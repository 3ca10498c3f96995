// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "rigs/desk_firmware.hpp"
#include "rigs/program.hpp"

namespace rig {

/// A desk at the far end of a pseudo terminal, in real time.
class PtyDesk {
 public:
  explicit PtyDesk(std::unique_ptr<StreamFirmware> firmware);
  ~PtyDesk();
  PtyDesk(const PtyDesk&) = delete;
  PtyDesk& operator=(const PtyDesk&) = delete;

  [[nodiscard]] const std::string& device() const { return device_; }
  [[nodiscard]] double height_mm();
  [[nodiscard]] bool moving();
  void with_desk(const std::function<void(StreamFirmware&)>& action);
  /// Bytes that are no frame, as a bad line gives them.
  void send_garbage();
  /// The cable is pulled out.
  void unplug();
  /// When a frame that contains `bytes` first came in since `since`, if one did.
  [[nodiscard]] std::optional<Clock::time_point> received_since(const Bytes& bytes,
                                                                Clock::time_point since);

 private:
  void serve(const std::stop_token& stop);

  std::unique_ptr<StreamFirmware> firmware_;
  std::mutex mutex_;
  int master_ = -1;
  std::string device_;
  std::vector<std::pair<Bytes, Clock::time_point>> received_;
  std::jthread thread_;
};

}  // namespace rig
