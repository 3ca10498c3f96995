// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalogue/cue_words.hpp"
#include "catalogue/guided_run.hpp"
#include "catalogue/to_json.hpp"
#include "catalogue/to_policy.hpp"
#include "config/text.hpp"
#include "core/routine_choice.hpp"
#include "ctl/catalogue_access.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/json.hpp"
#include "language/language.hpp"
#include "sound/cues.hpp"

namespace poised::ctl {
namespace {

using catalogue::Cue;
using catalogue::CueKind;
using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::size_t bar_width = 30;

/// Single keys instead of lines, while it lives; the terminal is put back also where a signal ends
/// the program, for it interrupts the wait.
class SingleKeys {
 public:
  explicit SingleKeys(bool wanted) {
    if (!wanted || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    on_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
  }
  ~SingleKeys() {
    if (on_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  SingleKeys(const SingleKeys&) = delete;
  SingleKeys& operator=(const SingleKeys&) = delete;

 private:
  termios before_{};
  bool on_ = false;
};

enum class Key : std::uint8_t { go_on, easier, hurts, next, pause, end };

constexpr char interrupt = 3;
constexpr char end_of_input = 4;

std::optional<Key> key_of(char typed) {
  switch (typed) {
    case ' ':
    case '\n':
    case '\r':
      return Key::go_on;
    case 'e':
      return Key::easier;
    case 'h':
      return Key::hurts;
    case 'n':
      return Key::next;
    case 'p':
      return Key::pause;
    case 'q':
    case interrupt:
    case end_of_input:
      return Key::end;
    default:
      return std::nullopt;
  }
}

/// Leads somebody through the cues.
class Guide {
 public:
  /// `sounds`: whether somebody may hear it.
  /// `hurts`: is told of an exercise that hurt.
  Guide(const OpenCatalogue& open, bool plain, bool sounds,
        std::function<void(const std::string&)> hurts, Output& output)
      : open_(open),
        plain_(plain || ::isatty(STDOUT_FILENO) != 1),
        reads_(::isatty(STDIN_FILENO) == 1),
        keys_(reads_),
        output_(output),
        hurts_(std::move(hurts)) {
    if (sounds && open.configuration.settings.programme.cues) cues_.emplace();
  }

  void run(const std::vector<Cue>& cues) {
    for (auto at = cues.begin(); at != cues.end();) {
      const auto& cue = *at++;
      if (cue.kind == CueKind::exercise) introduce(cue);
      if (cue.kind != CueKind::exercise) {
        sound(cue);
        tell(cue);
      }
      if (cue.seconds == 0) continue;
      const auto key = wait(cue);
      if (key == Key::end) break;
      // The rest of this exercise is left out, and the change of position to the next is not.
      if (cue.kind != CueKind::change_over && (key == Key::hurts || key == Key::next))
        at = std::find_if(at, cues.end(), [&](const Cue& later) {
          return later.kind == CueKind::change_over || later.kind == CueKind::end;
        });
    }
    tell_what_hurt();
  }

 private:
  void introduce(const Cue& cue) {
    const auto* exercise = open_.catalogue.exercise(cue.exercise);
    output_.out << '\n' << output_.look.bold(cue.text) << '\n';
    // It hurt lately.
    if (!cue.easier.empty()) output_.out << tr("This time the easier way.") << '\n';
    if (exercise == nullptr) return;
    output_.out << row(output_.look, tr("dose"), dose_text(*exercise), 8)
                << row(output_.look, tr("looks"),
                       exercise->pictures.front().alt.in(open_.language) + " " +
                           exercise->pictures.back().alt.in(open_.language),
                       8);
    for (const auto& caution : exercise->cautions)
      output_.out << row(output_.look, tr("careful"), caution.in(open_.language), 8);
    output_.out << row(output_.look, tr("easier"), exercise->easier.in(open_.language), 8);
    tell_stop_rules();
    if (reads_)
      output_.out << row(output_.look, tr("keys"),
                         tr("e easier, h hurts, n next exercise, p pause, space go on, q end"), 8);
    output_.out << '\n' << std::flush;
  }

  void tell_stop_rules() {
    const char* label = tr("stop");
    for (const auto& rule : open_.catalogue.guidance)
      if (rule.kind == "stop-rule")
        output_.out << row(output_.look, std::exchange(label, ""), rule.text.in(open_.language), 8);
  }

  // Floor work faces away from the screen.
  void sound(const Cue& cue) {
    if (!cues_) return;
    const auto kind = cue.kind == CueKind::end    ? sound::Cue::end
                      : cue.kind == CueKind::step ? sound::Cue::step
                                                  : sound::Cue::side;
    // Where nothing plays sounds, the terminal's bell.
    if (!cues_->play(kind) && !plain_ && kind != sound::Cue::step) output_.out << '\a';
  }

  void tell(const Cue& cue) {
    const auto place = catalogue::place_of(cue);
    // Said once; after that the count is enough.
    const bool again = cue.kind == CueKind::step && cue.repetition > 1;
    if (plain_ && again) {
      output_.out << place << '\n' << std::flush;
      return;
    }
    auto line = catalogue::headline(cue);
    // A side names itself.
    auto told = cue;
    if (cue.kind == CueKind::side) told.side = 0;
    if (const auto where = catalogue::place_of(told); !where.empty())
      line += fmt::format(" ({})", where);
    if (plain_ && cue.seconds > 0) line += ", " + tr_count("{} second", "{} seconds", cue.seconds);
    output_.out << (plain_ ? line : wrapped(line)) << '\n' << std::flush;
  }

  /// Until the cue is over, or a key ends it.
  std::optional<Key> wait(const Cue& cue) {
    auto end = Clock::now() + seconds(cue.seconds);
    while (Clock::now() < end) {
      const auto left = std::chrono::ceil<seconds>(end - Clock::now());
      if (!plain_) draw(cue, static_cast<std::uint32_t>(left.count()));
      const auto look_again = plain_ ? end : end - (left - seconds(1));
      const auto key = read_key(look_again);
      if (!key) continue;
      if (key == Key::easier) {
        clear();
        tell_easier(cue);
        continue;
      }
      if (key == Key::pause) {
        const auto paused_at = Clock::now();
        clear();
        output_.out << tr("Paused; space goes on.") << '\n' << std::flush;
        std::optional<Key> then;
        while (!then && reads_) then = read_key(std::nullopt);
        if (then == Key::end) return then;
        end += Clock::now() - paused_at;
        continue;
      }
      clear();
      if (key == Key::hurts) hurts(cue);
      return key;
    }
    clear();
    return std::nullopt;
  }

  void tell_easier(const Cue& cue) {
    if (const auto* exercise = open_.catalogue.exercise(cue.exercise))
      output_.out << row(output_.look, tr("easier"), exercise->easier.in(open_.language), 8)
                  << std::flush;
  }

  /// It ends here; the easier one is offered for another time, and nothing counts as skipped.
  void hurts(const Cue& cue) {
    output_.out << tr("This exercise ends here.") << '\n';
    tell_stop_rules();
    tell_easier(cue);
    if (std::ranges::find(hurt_, cue.exercise) != hurt_.end()) return;
    hurt_.push_back(cue.exercise);
    hurts_(cue.exercise);
  }

  void tell_what_hurt() {
    for (const auto& id : hurt_)
      output_.out << tr_format(
                         "To leave {0} out from now on: poisectl config set "
                         "programme.leave_out '[\"{0}\"]'",
                         id)
                  << '\n';
    if (!hurt_.empty())
      output_.out << tr("If something feels wrong: poisectl programme warning") << '\n';
  }

  /// The key that is pressed by `deadline`; none: waits for one.
  std::optional<Key> read_key(std::optional<Clock::time_point> deadline) {
    int timeout = -1;
    if (deadline) {
      const auto pause = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
      timeout = std::max(0, static_cast<int>(pause.count()));
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, reads_ ? 1 : 0, timeout) <= 0) return std::nullopt;
    char typed = 0;
    if (::read(STDIN_FILENO, &typed, 1) != 1) {
      reads_ = false;
      return std::nullopt;
    }
    return key_of(typed);
  }

  void clear() {
    if (!plain_) output_.out << "\r\x1b[K" << std::flush;
  }

  void draw(const Cue& cue, std::uint32_t left) {
    auto filled = bar_width * (cue.seconds - std::min(left, cue.seconds)) / cue.seconds;
    // The breath's pace: it fills as one breathes in, and empties.
    if (breathes_out(cue)) filled = bar_width - filled;
    output_.out << fmt::format("\r\x1b[K{:>4} s  [{}{}]", left, std::string(filled, '#'),
                               std::string(bar_width - filled, ' '))
                << std::flush;
  }

  bool breathes_out(const Cue& cue) const {
    const auto* exercise = open_.catalogue.exercise(cue.exercise);
    if (exercise == nullptr || !exercise->dose.breathing || cue.kind != CueKind::step) return false;
    std::size_t in_the_breath = 0;
    for (const auto& step : exercise->steps) {
      if (!step.repeat) continue;
      if (step.text.in(open_.language) == cue.text) return in_the_breath > 0;
      ++in_the_breath;
    }
    return false;
  }

  const OpenCatalogue& open_;
  bool plain_;
  bool reads_;
  SingleKeys keys_;
  Output& output_;
  std::function<void(const std::string&)> hurts_;
  std::optional<sound::Cues> cues_;
  std::vector<std::string> hurt_;
};

/// What the daemon, if one runs, says of the person's moment.
struct AtHand {
  Json programme = Json::object();
  bool is_quiet = false;  ///< a call goes on, or nobody is to disturb
};

AtHand ask_daemon() {
  AtHand out;
  try {
    DaemonClient daemon("guide");
    out.programme = Json::parse(daemon.programme(), nullptr, false);
    const auto held_by = texts(Json::parse(daemon.status(), nullptr, false), "held_by");
    constexpr std::array quiet{"call", "mic", "camera", "screen-share", "dnd"};
    out.is_quiet = std::ranges::any_of(held_by, [&](const std::string& by) {
      return std::ranges::find(quiet, by) != quiet.end();
    });
  } catch (const Failure&) {
    // None runs: there is nothing to be considerate of.
  }
  return out;
}

/// What hurt lately, as the daemon tells it.
std::vector<core::Hurt> hurt_of(const Json& programme) {
  std::vector<core::Hurt> all;
  for (const auto& each : list(programme, "hurt"))
    all.push_back(
        {text(each, "exercise"), 0, static_cast<std::uint32_t>(number(each, "times").value_or(1))});
  return all;
}

void tell_daemon_of(const std::string& exercise) {
  try {
    DaemonClient("guide").say_hurts(exercise);
  } catch (const Failure&) {
    // None runs, or nothing of health is to be kept (E9).
  }
}

/// E4: what the plan reminds of beside its sessions.
void tell_reminders(const OpenCatalogue& open, const Json& programme, Output& output) {
  for (const auto* reminder : reminders_of(open, programme))
    output.out << row(output.look, reminder->id, reminder->text.in(open.language));
}

/// E6: a tip for the week, and the questions of a look back.
void tell_what_never_prompts(const OpenCatalogue& open, const Json& programme, Output& output) {
  if (const auto* phase = phase_of(open, programme))
    for (const auto& question : phase->review)
      output.out << row(output.look, tr("look back"), question.in(open.language));
  if (const auto* tip = tip_of_week(open.catalogue, output.look.now))
    output.out << row(output.look, tr("sleep"), tip->text.in(open.language));
}

}  // namespace

Exit guide(const Options& options, Output& output) {
  const auto open = open_catalogue(options);
  core::ProgrammePolicy policy = open.configuration.policy.programme;
  catalogue::add_to_policy(open.catalogue, open.configuration.settings.programme, policy);
  const auto at_hand = ask_daemon();
  core::Choice choice;
  if (const auto* routine = open.catalogue.routine(options.exercise_id)) {
    const core::RoutineSpec spec{routine->id, routine->choose == catalogue::Choose::one,
                                 routine->exercises};
    choice = core::choose_routine(spec, policy,
                                  {policy.session_max, false, {}, hurt_of(at_hand.programme)});
  } else if (const auto* exercise = open.catalogue.exercise(options.exercise_id)) {
    // Asked for by name: as it is.
    choice.exercises.push_back({exercise->id, exercise->dose.sets});
  } else {
    throw Failure(Exit::failed, fmt::format("guide: {}: no such routine or exercise{}",
                                            config::one_line(options.exercise_id, 64),
                                            meant_text(open.catalogue, options.exercise_id)));
  }
  const auto cues = catalogue::guided_run(open.catalogue, choice.exercises, open.language);
  if (options.json) {
    auto all = Json::array();
    for (const auto& cue : cues) all.push_back(catalogue::to_json(cue));
    output.out << all.dump(2) << '\n';
    return Exit::done;
  }
  tell_reminders(open, at_hand.programme, output);
  Guide(open, options.plain, !at_hand.is_quiet, tell_daemon_of, output).run(cues);
  tell_what_never_prompts(open, at_hand.programme, output);
  return Exit::done;
}

}  // namespace poised::ctl
