// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "simulate/script.hpp"

namespace poised::simulate {

/// Somebody who, beside what `script` has them do, begins a plan on their first day, goes on with
/// the progressive plan after the first 72 hours, and answers the week's questions.
class PlanFollower : public Script {
 public:
  /// `discomfort`: the answers week by week, the last one for all that follow; not empty.
  PlanFollower(Script& script, std::string plan, std::vector<std::uint32_t> discomfort)
      : script_(script), plan_(std::move(plan)), discomfort_(std::move(discomfort)) {}

  std::optional<core::Duration> next() override;
  std::optional<Action> take() override;
  void told(const core::Fact& fact, core::Duration elapsed) override;

 private:
  Script& script_;
  std::string plan_;
  std::vector<std::uint32_t> discomfort_;
  bool begun_ = false;
  std::size_t answers_ = 0;
  std::multimap<core::Duration, core::Event> own_;
};

}  // namespace poised::simulate
