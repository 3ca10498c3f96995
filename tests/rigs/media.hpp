// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
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
  [[nodiscard]] std::filesystem::path directory() const { return root_.path(); }
  [[nodiscard]] Program::Options environment() const;

  /// A program that records from the microphone until it is destroyed. `properties`: further ones
  /// of its stream, as "key=value".
  [[nodiscard]] std::unique_ptr<Program> record(
      const std::string& role, const std::vector<std::string>& properties = {}) const;
  /// Until that program has recorded something, be it silence.
  void wait_for_recording() const;
  /// A program that plays.
  [[nodiscard]] std::unique_ptr<Program> play(
      const std::vector<std::string>& properties = {}) const;
  /// A picture somebody looks at: of a camera, and as compositors give that of a screen.
  [[nodiscard]] std::unique_ptr<Program> show_camera() const;
  [[nodiscard]] std::unique_ptr<Program> share_screen() const;

  /// Programs that know PulseAudio only are served too from here on.
  void serve_pulse();
  void kill_pulse();
  /// Where such a program finds it, as "NAME=value".
  [[nodiscard]] std::vector<std::string> client_environment() const;
  /// Records what the speaker plays, until it is destroyed.
  [[nodiscard]] std::unique_ptr<Program> listen() const;
  /// The highest amplitude of it, of 32767.
  [[nodiscard]] int loudest_heard() const;

 private:
  /// WirePlumber does nothing without a bus.
  class Bus : public PrivateBus {
   public:
    Bus() : PrivateBus("RIG_PIPEWIRE_BUS", {}) {}
  };

  Bus bus_;
  TemporaryDirectory root_;
  ScopedVariable runtime_;
  std::unique_ptr<Program> server_, manager_, pulse_;
};

/// A sound server that speaks PulseAudio's protocol and nothing else: PipeWire's own socket, behind
/// it, is out of sight of this process.
class PulseServer {
 public:
  PulseServer();

  void start();
  void kill();

  /// A program that records from the microphone until it is destroyed. `properties`: of its stream,
  /// as "key=value".
  [[nodiscard]] std::unique_ptr<Program> record(const std::vector<std::string>& properties = {},
                                                const std::string& source = "rig-microphone") const;
  void wait_for_recording() const { pipewire_.wait_for_recording(); }
  [[nodiscard]] std::unique_ptr<Program> play(
      const std::vector<std::string>& properties = {}) const;

 private:
  [[nodiscard]] std::unique_ptr<Program> run(const char* program, const std::string& device,
                                             const std::vector<std::string>& properties,
                                             const std::filesystem::path& file) const;

  PipeWire pipewire_;
  TemporaryDirectory nowhere_;
  ScopedVariable hidden_;
};

}  // namespace rig
