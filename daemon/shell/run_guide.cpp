// SPDX-License-Identifier: MIT
#include "shell/run_guide.hpp"

#include <algorithm>
#include <chrono>

namespace poised::shell {

using std::chrono::seconds;

const catalogue::Scene* RunGuide::begin(const core::ShowRunning& run,
                                        std::vector<catalogue::Scene> scenes) {
  run_ = run;
  scenes_ = std::move(scenes);
  wait();
  return scene();
}

void RunGuide::end() {
  timer_.cancel();
  scenes_.clear();
  scenes_.shrink_to_fit();
}

const catalogue::Scene* RunGuide::scene() const {
  const auto gone = std::max(clock_.now() - run_.since, core::Duration::zero());
  return catalogue::scene_at(scenes_,
                             static_cast<std::uint32_t>(std::chrono::floor<seconds>(gone).count()));
}

void RunGuide::wait() {
  timer_.cancel();
  const auto next = std::ranges::find_if(scenes_, [this](const catalogue::Scene& scene) {
    return run_.since + seconds(scene.at) > clock_.now();
  });
  if (next == scenes_.end()) return;
  timer_.expires_after(run_.since + seconds(next->at) - clock_.now());
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled || scenes_.empty()) return;
    const auto* now = scene();
    wait();
    if (now != nullptr) changed_(run_, *now);
  });
}

}  // namespace poised::shell
