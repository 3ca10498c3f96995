// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "core/local_time.hpp"
#include "core/status.hpp"
#include "simulate/runner.hpp"
#include "simulate/trace.hpp"

namespace poised::simulate {

/// Everything that is told, as "DD HH:MM:SS EVENT [BREAK]" on the wall clock, but for presence.
inline std::vector<std::string> story(const Run& run, Script& script) {
  std::vector<std::string> lines;
  core::Duration last{};
  simulate::run(run, script, [&](const Decision& decision) {
    EXPECT_GE(decision.elapsed, last);
    last = decision.elapsed;
    if (decision.fact.kind == core::FactKind::presence) return;
    const auto local =
        std::chrono::floor<std::chrono::seconds>(core::local_time(run.policy, decision.wall));
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    const std::chrono::hh_mm_ss time{local - day};
    char text[32];
    std::snprintf(text, sizeof text, "%02u %02d:%02d:%02d ", static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    lines.push_back(text + std::string(core::word(decision.fact.kind)) +
                    (decision.fact.break_id.empty() ? "" : " " + decision.fact.break_id));
  });
  return lines;
}

inline std::vector<std::string> story(const std::string& trace, Run run) {
  std::istringstream text(trace);
  TraceReader reader(text, "trace", run.policy);
  run.begin = reader.begin().value();
  return story(run, reader);
}

}  // namespace poised::simulate
