// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "ctl/catalogue_access.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/render.hpp"
#include "ctl/when.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

Json parse(const Options& options, const std::string& answer) {
  auto json = Json::parse(answer, nullptr, false);
  if (json.is_discarded())
    throw Failure(Exit::failed, options.command + ": daemon: its answer is not JSON");
  return json;
}

template <typename Render>
Exit show(const Options& options, Output& output, const std::string& answer, Render render) {
  const auto json = parse(options, answer);
  if (options.json)
    output.out << json.dump(2) << '\n';
  else
    output.out << render(json, output.look);
  return Exit::done;
}

}  // namespace

Exit show_status(const Options& options, Output& output) {
  return show(options, output, DaemonClient(options.command).status(), render_status);
}

Exit show_next(const Options& options, Output& output) {
  DaemonClient daemon(options.command);
  auto next = parse(options, daemon.next());
  const auto programme = parse(options, daemon.programme());
  // E4: what a plan reminds of beside its sessions has no time of its own.
  if (next.is_object() && programme.is_object() && !text(programme, "plan").empty()) {
    const auto open = open_catalogue(options);
    for (const auto* reminder : reminders_of(open, programme))
      next["next"].push_back({{"id", reminder->id},
                              {"title", reminder->text.in(open.language)},
                              {"state", "reminder"},
                              {"due_in_s", nullptr},
                              {"returns_in_s", nullptr},
                              {"held_by", Json::array()},
                              {"at", nullptr}});
  }
  return show(options, output, next.dump(), render_next);
}

Exit pause(const Options& options, Output& output) {
  const auto now = output.look.now;
  std::int64_t until = 0;
  if (!options.pause_for.empty()) until = pause_end_after(options.pause_for, now);
  if (!options.pause_until.empty()) until = pause_end_at(options.pause_until, now);
  DaemonClient(options.command).pause(until, options.pause_reason);
  return done(options, output,
              until == 0 ? std::string(tr("Paused until poisectl resume."))
                         : tr_format("Paused until {}.", clock_face(until, now)));
}

Exit resume(const Options& options, Output& output) {
  DaemonClient(options.command).resume();
  return done(options, output, tr("Not paused."));
}

Exit quiet_today(const Options& options, Output& output) {
  DaemonClient(options.command).quiet_today();
  return done(options, output, tr("Quiet until the day turns; poisectl resume ends it."));
}

Exit take(const Options& options, Output& output) {
  DaemonClient(options.command).take(options.break_id);
  return done(options, output, tr_format("{} has begun.", break_title(options.break_id)));
}

Exit answer(const Options& options, Output& output) {
  DaemonClient(options.command).answer(options.command);
  if (options.command == "start") return done(options, output, tr("Begun."));
  if (options.command == "snooze") return done(options, output, tr("Snoozed."));
  if (options.command == "skip") return done(options, output, tr("Skipped."));
  return done(options, output, tr("Done."));
}

Exit say_posture(const Options& options, Output& output) {
  const bool sit = options.command == "sit";
  DaemonClient(options.command).say_posture(sit ? "sitting" : "standing");
  return done(options, output, sit ? tr("Sitting.") : tr("Standing."));
}

Exit list_plugins(const Options& options, Output& output) {
  auto status = parse(options, DaemonClient(options.command).status());
  if (options.json)
    output.out << list(status, "plugins").dump(2) << '\n';
  else
    output.out << render_plugins(status, output.look);
  return Exit::done;
}

Exit restart_plugin(const Options& options, Output& output) {
  DaemonClient(options.command).restart_plugin(options.plugin_id);
  return done(options, output, tr_format("{} is being restarted.", options.plugin_id));
}

Exit monitor(const Options& options, Output& output) {
  DaemonClient client(options.command);
  const auto exit = client.monitor([&](const std::string& json) {
    const auto event = Json::parse(json, nullptr, false);
    if (event.is_discarded()) return;
    output.out << (options.json ? event.dump() + "\n" : render_event(event, output.look))
               << std::flush;
  });
  if (exit == Exit::no_daemon) throw Failure(exit, "monitor: daemon: it has left");
  return exit;
}

}  // namespace poised::ctl
