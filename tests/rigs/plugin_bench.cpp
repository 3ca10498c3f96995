// SPDX-License-Identifier: MIT
#include "rigs/plugin_bench.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace rig {
namespace {

using poised::plugin::Manifest;
using poised::plugin::Message;
using poised::plugin::PluginStatus;
using poised::plugin::Supervisor;

poised::plugin::Trust own_files() {
  return {.owners = {0, getuid()}, .whole_path = false};
}

Manifest manifest_of(const std::string& id) {
  std::vector<std::string> problems;
  for (Manifest& manifest : poised::plugin::load_manifests(RIG_PLUGIN_DIR, problems, own_files()))
    if (manifest.id == id) return std::move(manifest);
  std::string text = id + ": no usable manifest in " RIG_PLUGIN_DIR;
  for (const std::string& problem : problems) text += "\n" + problem;
  throw std::runtime_error(text);
}

}  // namespace

std::int64_t boottime_ns() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

PluginBench::PluginBench(const std::string& id, Options options)
    : id_(id), work_(boost::asio::make_work_guard(io_)) {
  Supervisor::Options host;
  host.executable = RIG_PLUGIN_HOST;
  host.plugin_dir = RIG_PLUGIN_DIR;
  host.trust = own_files();
  host.virtual_clock = options.virtual_clock;
  host.backoff_first = options.backoff_first;
  host.stop_timeout = std::chrono::milliseconds{5'000};
  Supervisor::Callbacks callbacks;
  callbacks.on_message = [this](const std::string&, const Message& message) {
    messages_.push_back(message);
  };
  callbacks.on_state = [](const PluginStatus&) {};
  callbacks.on_log = [this](const std::string&, int, const std::string& line) {
    log_.push_back(line);
  };
  callbacks.on_quiescent = [] {};
  supervisor_ = std::make_unique<Supervisor>(io_, host, callbacks);
  supervisor_->add(manifest_of(id), options.settings, true);
  supervisor_->start(id);
}

PluginBench::~PluginBench() = default;

bool PluginBench::run_until(const std::function<bool()>& condition, milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (!condition())
    if (io_.run_one_until(end) == 0) return condition();
  return true;
}

void PluginBench::run_for(milliseconds time) {
  run_until([] { return false; }, time);
}

void PluginBench::settle() {
  if (!run_until([this] { return supervisor_->quiescent(); }))
    throw std::runtime_error(id_ + " does not come to rest");
}

void PluginBench::wake() {
  boost::asio::post(io_, [] {});
}

bool PluginBench::wait_for_state(poised::plugin::PluginState state) {
  return run_until([this, state] { return status().state == state; });
}

std::uint64_t PluginBench::send(std::uint32_t kind, poised::plugin::Payload payload) {
  Message message;
  message.kind = kind;
  message.payload = std::move(payload);
  const std::uint64_t seq = supervisor_->send(id_, std::move(message));
  if (seq == 0) throw std::runtime_error(id_ + " was not sent kind " + std::to_string(kind));
  return seq;
}

void PluginBench::reconfigure(const std::string& settings) {
  supervisor_->reconfigure(id_, settings);
}

bool PluginBench::has_timer() {
  return run_until([this] { return supervisor_->next_plugin_deadline().has_value(); });
}

void PluginBench::advance_to(std::int64_t now_ns) {
  settle();
  for (;;) {
    const auto next = supervisor_->next_plugin_deadline();
    const std::int64_t step = next && *next < now_ns ? *next : now_ns;
    supervisor_->advance_clock(step);
    settle();
    if (step == now_ns) return;
  }
}

void PluginBench::stop() {
  bool stopped = false;
  supervisor_->stop_all([&stopped] { stopped = true; });
  if (!run_until([&stopped] { return stopped; })) throw std::runtime_error(id_ + " does not stop");
}

PluginStatus PluginBench::status() const {
  return supervisor_->status().at(0);
}

std::uint64_t wake_ups(pid_t pid) {
  const std::string threads = "/proc/" + std::to_string(pid) + "/task";
  if (!std::filesystem::exists(threads))
    throw std::runtime_error("no such process: " + std::to_string(pid));
  std::uint64_t count = 0;
  for (const auto& thread : std::filesystem::directory_iterator(threads)) {
    std::ifstream file{thread.path() / "status"};
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("voluntary_ctxt_switches:")) count += std::stoull(line.substr(24));
  }
  return count;
}

std::uint64_t memory_kb(pid_t pid, const std::string& name) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/smaps_rollup"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
  throw std::runtime_error("no such process: " + std::to_string(pid));
}

}  // namespace rig
