// SPDX-License-Identifier: MIT
#include "shell/demo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>

#include "build_config.hpp"
#include "ctl/render.hpp"
#include "shell/clock.hpp"
#include "shell/daemon.hpp"

namespace poised::shell {
namespace {

using namespace std::chrono_literals;

// Monday, 2 March 2026, 08:00 in a zone that every machine knows without its zone database.
constexpr const char* demo_zone = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr core::WallTime day_begins{std::chrono::seconds(1772434800)};
constexpr core::Duration day_length = 9h + 30min;
constexpr core::Instant boot_at_day_begin{1h};

class Demo {
 public:
  explicit Demo(const Arguments& arguments)
      : pace_(arguments.pace),
        loop_(1),
        clock_(boot_at_day_begin, day_begins),
        pause_(loop_),
        daemon_(loop_, clock_, options_of(arguments, this)) {}

  int run() {
    fmt::print(
        "A working day of a simulated person: Monday, 2 March 2026. Rules and plugins are the real "
        "ones.\n\n");
    daemon_.start();
    jump_to(clock_.now());
    loop_.run();
    return daemon_.exit_code();
  }

 private:
  static DaemonOptions options_of(const Arguments& arguments, Demo* demo) {
    DaemonOptions options;
    options.roots = config::Roots::from_environment(
        arguments.config_root.empty() ? std::filesystem::path(build::data_dir) / "demo"
                                      : std::filesystem::absolute(arguments.config_root));
    options.zone = demo_zone;
    options.virtual_clock = boot_at_day_begin.time_since_epoch().count();
    options.on_fact = [](const core::Fact& fact, const Json& json) {
      // The day's totals are the summary at the end.
      if (fact.kind == core::FactKind::day || fact.kind == core::FactKind::presence) return;
      fmt::print("{}", ctl::render_event(ctl::Json(json), ctl::Look::of_stdout()));
      std::fflush(stdout);
    };
    options.on_quiescent = [demo] { demo->jump_when_quiet(); };
    return options;
  }

  void jump_when_quiet() {
    if (jumping_ || ending_ || !daemon_.supervisor().quiescent()) return;
    auto next = boot_at_day_begin + day_length;
    if (const auto deadline = clock_.deadline()) next = std::min(next, *deadline);
    if (const auto deadline = daemon_.supervisor().next_plugin_deadline())
      next = std::min(next, core::Instant(core::Duration(*deadline)));
    next = std::max(next, clock_.now());
    jumping_ = true;
    // A pause in proportion to the time that passes, so that the day can be watched.
    const auto share = std::chrono::duration<double>(next - clock_.now()) /
                       std::chrono::duration<double>(day_length);
    pause_.expires_after(
        std::chrono::duration_cast<std::chrono::milliseconds>(share * pace_ * 60s));
    pause_.async_wait([this, next](boost::system::error_code error) {
      jumping_ = false;
      if (!error) jump_to(next);
    });
  }

  void jump_to(core::Instant at) {
    // The plugins learn the time first, so that what the core sends them now finds it; their own
    // inputs of this moment still come after its deadlines, because they arrive through the loop.
    if (at < boot_at_day_begin + day_length)
      daemon_.supervisor().advance_clock(at.time_since_epoch().count());
    clock_.advance_to(at);
    if (at >= boot_at_day_begin + day_length) end();
  }

  void end() {
    ending_ = true;
    const auto status = daemon_.status_now();
    const auto minutes = [](core::Duration d) {
      return std::chrono::duration_cast<std::chrono::minutes>(d).count();
    };
    fmt::print(
        "\nThe day: {} min at the screen in {} sessions. Prompts {}, taken {}, natural {}, snoozed "
        "{}, skipped {}, missed {}.\n",
        minutes(status.today), status.day.sessions, status.day.prompts, status.day.taken,
        status.day.natural, status.day.snoozed, status.day.skipped, status.day.missed);
    std::fflush(stdout);
    daemon_.stop(0);
  }

  double pace_;
  boost::asio::io_context loop_;
  VirtualClock clock_;
  boost::asio::steady_timer pause_;
  Daemon daemon_;
  bool jumping_ = false, ending_ = false;
};

}  // namespace

int run_demo(const Arguments& arguments) {
  return Demo(arguments).run();
}

}  // namespace poised::shell
