// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <vector>

#include "catalogue/scenes.hpp"
#include "core/command.hpp"
#include "shell/clock.hpp"

namespace poised::shell {

/// Leads through the exercises of a run that was started, scene by scene. [loop-thread]
class RunGuide {
 public:
  /// `changed`: `scene` begins. Called for each but the one at the start.
  using Changed = std::function<void(const core::ShowRunning& run, const catalogue::Scene& scene)>;
  RunGuide(boost::asio::io_context& loop, const Clock& clock, Changed changed)
      : clock_(clock), changed_(std::move(changed)), timer_(loop) {}

  /// `run` goes on, or begins. The scene of this moment; null if `scenes` is empty. The pointer
  /// holds until the next call.
  const catalogue::Scene* begin(const core::ShowRunning& run, std::vector<catalogue::Scene> scenes);
  /// That of now; null where nothing is led through.
  const catalogue::Scene* scene() const;
  /// Nothing runs any more.
  void end();

 private:
  void wait();

  const Clock& clock_;
  Changed changed_;
  boost::asio::steady_timer timer_;
  core::ShowRunning run_;
  std::vector<catalogue::Scene> scenes_;
};

}  // namespace poised::shell
