// SPDX-License-Identifier: MIT
#include "rigs/media.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace rig {
namespace {

namespace fs = std::filesystem;

constexpr const char* microphone = "rig-microphone";
constexpr const char* speaker = "rig-speaker";

bool listens(const fs::path& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return connected;
}

/// Until there is more in it than a header.
void wait_for_samples(const fs::path& file) {
  constexpr std::uintmax_t some = 4096;
  const auto end = Clock::now() + patience;
  std::error_code none;
  while (!fs::exists(file, none) || fs::file_size(file, none) < some) {
    if (Clock::now() > end) throw std::runtime_error("nothing is recorded in " + file.string());
    poll(nullptr, 0, 20);
  }
}

std::string list(const std::vector<std::string>& properties) {
  std::string text = "{";
  for (const auto& property : properties) text += " " + property;
  return text + " }";
}

}  // namespace

PipeWire::PipeWire() : runtime_("XDG_RUNTIME_DIR", root_.path()) {
  fs::permissions(root_.path(), fs::perms::owner_all);
  const auto configuration = root_.path() / "config/pipewire/pipewire.conf.d";
  fs::create_directories(configuration);
  const auto node = [](const std::string& name, const std::string& media_class) {
    return "  { factory = adapter args = { factory.name = support.null-audio-sink node.name = " +
           name + " media.class = " + media_class + " audio.position = [ FL FR ] } }\n";
  };
  std::ofstream(configuration / "rig.conf")
      << "context.objects = [\n"
      << node(microphone, "Audio/Source/Virtual") << node(speaker, "Audio/Sink") << "]\n";
  // A minute of silence.
  constexpr std::uint32_t rate = 48'000, bytes = rate * 4 * 60;
  std::ofstream wave(root_.path() / "silence.wav", std::ios::binary);
  const auto number = [&](std::uint32_t value, int size) {
    wave.write(reinterpret_cast<const char*>(&value), size);
  };
  wave << "RIFF";
  number(36 + bytes, 4);
  wave << "WAVEfmt ";
  number(16, 4);
  number(1, 2);
  number(2, 2);
  number(rate, 4);
  number(rate * 4, 4);
  number(4, 2);
  number(16, 2);
  wave << "data";
  number(bytes, 4);
  wave << std::string(bytes, '\0');
  wave.close();
  start();
}

void PipeWire::start() {
  server_ = std::make_unique<Program>(
      std::vector<std::string>{find_program("pipewire", "pipewire")}, environment());
  const auto end = Clock::now() + patience;
  while (!listens(root_.path() / "pipewire-0")) {
    if (Clock::now() > end) throw std::runtime_error("pipewire does not listen");
    poll(nullptr, 0, 20);
  }
  manager_ = std::make_unique<Program>(
      std::vector<std::string>{find_program("wireplumber", "wireplumber")}, environment());
}

void PipeWire::kill() {
  pulse_.reset();
  manager_.reset();
  server_->kill();
}

Program::Options PipeWire::environment() const {
  Program::Options options;
  const auto home = root_.path().string();
  options.environment = {{"DBUS_SESSION_BUS_ADDRESS", bus_.address()},
                         {"HOME", home},
                         {"PIPEWIRE_RUNTIME_DIR", home},
                         {"XDG_CONFIG_HOME", home + "/config"},
                         {"XDG_STATE_HOME", home + "/state"},
                         {"XDG_DATA_HOME", home + "/data"}};
  return options;
}

std::unique_ptr<Program> PipeWire::record(const std::string& role,
                                          const std::vector<std::string>& properties) const {
  return std::make_unique<Program>(
      std::vector<std::string>{find_program("pw-record", "pipewire-bin"), "--target", microphone,
                               "--media-role", role, "--properties", list(properties),
                               root_.path() / "recorded.wav"},
      environment());
}

void PipeWire::wait_for_recording() const {
  wait_for_samples(root_.path() / "recorded.wav");
}

std::unique_ptr<Program> PipeWire::play(const std::vector<std::string>& properties) const {
  return std::make_unique<Program>(
      std::vector<std::string>{find_program("pw-play", "pipewire-bin"), "--properties",
                               list(properties), root_.path() / "silence.wav"},
      environment());
}

std::unique_ptr<Program> PipeWire::show_camera() const {
  return std::make_unique<Program>(
      std::vector<std::string>{RIG_VIDEO_STREAM, "Video/Source", "Camera"}, environment());
}

std::unique_ptr<Program> PipeWire::share_screen() const {
  return std::make_unique<Program>(
      std::vector<std::string>{RIG_VIDEO_STREAM, "Stream/Output/Video", "Screen"}, environment());
}

void PipeWire::serve_pulse() {
  pulse_ = std::make_unique<Program>(
      std::vector<std::string>{find_program("pipewire-pulse", "pipewire-pulse")}, environment());
  const auto end = Clock::now() + patience;
  while (!listens(root_.path() / "pulse/native")) {
    if (Clock::now() > end) throw std::runtime_error("pipewire-pulse does not listen");
    poll(nullptr, 0, 20);
  }
}

void PipeWire::kill_pulse() {
  pulse_->kill();
}

std::vector<std::string> PipeWire::client_environment() const {
  const auto root = root_.path().string();
  return {"XDG_RUNTIME_DIR=" + root, "HOME=" + root, "PULSE_SERVER=unix:" + root + "/pulse/native"};
}

std::unique_ptr<Program> PipeWire::listen() const {
  const auto file = root_.path() / "heard.wav";
  auto recorder = std::make_unique<Program>(
      std::vector<std::string>{find_program("pw-record", "pipewire-bin"), "--target", speaker,
                               "--properties", list({"stream.capture.sink=true"}), file},
      environment());
  // It is heard from here on: silence, too, is recorded.
  wait_for_samples(file);
  return recorder;
}

int PipeWire::loudest_heard() const {
  constexpr std::streamoff header = 44;
  std::ifstream wave(root_.path() / "heard.wav", std::ios::binary);
  wave.seekg(header);
  int loudest = 0;
  for (std::array<char, 2> sample{}; wave.read(sample.data(), sample.size());) {
    std::int16_t value = 0;
    std::memcpy(&value, sample.data(), sizeof value);
    loudest = std::max(loudest, std::abs(int{value}));
  }
  return loudest;
}

PulseServer::PulseServer() : hidden_("PIPEWIRE_RUNTIME_DIR", nowhere_.path()) {
  start();
}

void PulseServer::start() {
  pipewire_.serve_pulse();
}

void PulseServer::kill() {
  pipewire_.kill_pulse();
}

std::unique_ptr<Program> PulseServer::run(const char* program, const std::string& device,
                                          const std::vector<std::string>& properties,
                                          const std::filesystem::path& file) const {
  std::vector<std::string> words{find_program(program, "pulseaudio-utils"), "--device=" + device};
  for (const auto& property : properties) words.push_back("--property=" + property);
  words.push_back(file);
  return std::make_unique<Program>(words, pipewire_.environment());
}

std::unique_ptr<Program> PulseServer::record(const std::vector<std::string>& properties,
                                             const std::string& source) const {
  return run("parecord", source, properties, pipewire_.directory() / "recorded.wav");
}

std::unique_ptr<Program> PulseServer::play(const std::vector<std::string>& properties) const {
  return run("paplay", "rig-speaker", properties, pipewire_.directory() / "silence.wav");
}

}  // namespace rig
