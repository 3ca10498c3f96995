// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include "core/step.hpp"
#include "rules.hpp"
#include "year.hpp"

// What the rules cost. Budgets: 100 ns an event, 10 ms a simulated working year, and an input event
// with 50 kinds of breaks no more than three times what it is with one. What a kind adds besides is
// what it decides: becoming due, held, released, natural.
namespace poised::core {
namespace {

void live_years(benchmark::State& state, const Policy& policy) {
  std::size_t events = 0;
  for (auto _ : state) events += live(policy).events;
  state.counters["event"] = benchmark::Counter(
      static_cast<double>(events), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void year_by_default(benchmark::State& state) {
  live_years(state, default_policy());
}
BENCHMARK(year_by_default)->Unit(benchmark::kMillisecond);

void year_with_all_on(benchmark::State& state) {
  auto policy = with({"micro", "rest", "stretch"});
  policy.daily_limit.enabled = true;
  policy.stand.enabled = StandEnabled::on;
  live_years(state, policy);
}
BENCHMARK(year_with_all_on)->Unit(benchmark::kMillisecond);

void year_of_many_kinds(benchmark::State& state) {
  live_years(state, of_many_kinds(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(year_of_many_kinds)->Arg(1)->Arg(10)->Arg(50)->Unit(benchmark::kMillisecond);

// A hand that types for three seconds in four, all day.
void typing_with_kinds(benchmark::State& state) {
  auto policy = of_many_kinds(static_cast<std::size_t>(state.range(0)));
  for (auto& kind : policy.breaks) kind.interval = 24h * 365;
  State core;
  CommandSink out;
  Instant now{24h};
  step(core, ClockSet{WallTime{24h * 20514}}, now, policy, out);
  for (auto _ : state) {
    out.clear();
    step(core, InputResumed{}, now += 1s, policy, out);
    step(core, InputStopped{Device::any, now + 3s}, now += 3s, policy, out);
  }
  state.counters["event"] =
      benchmark::Counter(2 * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(typing_with_kinds)->Arg(1)->Arg(10)->Arg(50);

}  // namespace
}  // namespace poised::core

BENCHMARK_MAIN();
