// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "config/key_registry.hpp"
#include "config/layers.hpp"
#include "ctl/options.hpp"

// What each command does. All throw Failure.
namespace poised::ctl {

// Of the running daemon.
Exit show_status(const Options&, Output&);
Exit show_next(const Options&, Output&);
Exit pause(const Options&, Output&);
Exit resume(const Options&, Output&);
Exit quiet_today(const Options&, Output&);
Exit take(const Options&, Output&);
Exit answer(const Options&, Output&);       ///< the word is the command's own name
Exit say_posture(const Options&, Output&);  ///< likewise: sit, stand
Exit show_desk(const Options&, Output&);
Exit stop_desk(const Options&, Output&);
Exit move_desk(const Options&,
               Output&);  ///< by the command's own name: up, down, height, sit, stand
Exit test_desk(const Options&, Output&);
Exit calibrate_desk(const Options&, Output&);
Exit scan_desks(const Options&, Output&);
Exit list_plugins(const Options&, Output&);
Exit restart_plugin(const Options&, Output&);
Exit show_programme(const Options&, Output&);
Exit start_plan(const Options&, Output&);
Exit stop_plan(const Options&, Output&);
Exit hold_plan(const Options&, Output&);
Exit resume_plan(const Options&, Output&);
Exit check_in(const Options&, Output&);
Exit report_warning(const Options&, Output&);
Exit say_hurts(const Options&, Output&);
Exit say_cleared(const Options&, Output&);
Exit monitor(const Options&, Output&);

// With or without a daemon.
Exit doctor(const Options&, Output&);
Exit show_version(const Options&, Output&);
Exit open_window(const Options&, Output&);  ///< returns only if it cannot
Exit inspect_plugin(const Options&, Output&);
Exit why(const Options&, Output&);
Exit show_history(const Options&, Output&);
Exit show_report(const Options&, Output&);
Exit forget(const Options&, Output&);
Exit show_privacy(const Options&, Output&);
Exit config_show(const Options&, Output&);
Exit config_check(const Options&, Output&);
Exit config_explain(const Options&, Output&);
Exit config_set(const Options&, Output&);
Exit config_schema(const Options&, Output&);
Exit calendar_busy(const Options&, Output&);
Exit calendar_expand(const Options&, Output&);
Exit guide(const Options&, Output&);
Exit assess(const Options&, Output&);
Exit list_exercises(const Options&, Output&);
Exit show_exercise(const Options&, Output&);
Exit config_migrate(const Options&, Output&);
Exit simulate(const Options&, Output&);

// For the build.
Exit print_completions(const Options&, Output&);
Exit print_manual_keys(const Options&, Output&);

/// Where configuration is read: below --config-root, if that was given.
config::Roots roots_of(const Options& options);

/// The settings that the installed plugins declare.
std::vector<config::PluginSettingSpecs> plugin_settings();

}  // namespace poised::ctl
