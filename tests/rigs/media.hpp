// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rigs/bus.hpp"
#include "rigs/program.hpp"

namespace rig {

/// PipeWire and WirePlumber with a microphone and a speaker that nobody hears. XDG_RUNTIME_DIR of
/// this process points to where their socket is while this lives.
class PipeWire {
 public:
  PipeWire();

  void start();
  void kill();

  /// A program that records from the microphone until it is destroyed. `properties`: further ones
  /// of its stream, as "key=value".
  [[nodiscard]] std::unique_ptr<Program> record(
      const std::string& role, const std::vector<std::string>& properties = {}) const;
  /// A program that plays.
  [[nodiscard]] std::unique_ptr<Program> play(
      const std::vector<std::string>& properties = {}) const;
  /// A picture somebody looks at: of a camera, and as compositors give that of a screen.
  [[nodiscard]] std::unique_ptr<Program> show_camera() const;
  [[nodiscard]] std::unique_ptr<Program> share_screen() const;

 private:
  /// WirePlumber does nothing without a bus.
  class Bus : public PrivateBus {
   public:
    Bus() : PrivateBus("RIG_PIPEWIRE_BUS", {}) {}
  };

  [[nodiscard]] Program::Options environment() const;

  Bus bus_;
  TemporaryDirectory root_;
  ScopedVariable runtime_;
  std::unique_ptr<Program> server_, manager_;
};

}  // namespace rig
