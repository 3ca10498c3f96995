// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "catalogue/guided_run.hpp"
#include "catalogue/to_policy.hpp"
#include "config/text.hpp"
#include "core/routine_choice.hpp"
#include "ctl/catalogue_access.hpp"
#include "ctl/commands.hpp"
#include "ctl/json.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

using catalogue::Cue;
using catalogue::CueKind;
using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::size_t bar_width = 30;

Json json_of(const Cue& cue) {
  return {{"kind", catalogue::cue_name(cue.kind)},
          {"exercise", cue.exercise},
          {"text", cue.text},
          {"seconds", cue.seconds},
          {"set", cue.set},
          {"sets", cue.sets},
          {"repetition", cue.repetition},
          {"repetitions", cue.repetitions},
          {"side", cue.side},
          {"variant", cue.variant},
          {"picture", cue.picture}};
}

std::string place_of(const Cue& cue) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
  if (cue.sets > 1) add(tr_format("set {} of {}", cue.set, cue.sets));
  if (!cue.variant.empty()) add(cue.variant);
  if (cue.side > 0) add(cue.side == 1 ? tr("first side") : tr("other side"));
  if (cue.repetition > 0) add(tr_format("{} of {}", cue.repetition, cue.repetitions));
  return out;
}

std::string headline(const Cue& cue) {
  switch (cue.kind) {
    case CueKind::exercise:
    case CueKind::step:
      return cue.text;
    case CueKind::side:
      return cue.side == 1 ? tr("First side") : tr("Change sides");
    case CueKind::rest:
      return tr("Rest, and breathe");
    case CueKind::change_over:
      return tr_format("Next: {}", cue.text);
    case CueKind::end:
      break;
  }
  return tr("Well done.");
}

/// Leads somebody through the cues. Return goes on to the next one, q and Return ends it.
class Guide {
 public:
  Guide(const OpenCatalogue& open, bool plain, Output& output)
      : open_(open),
        plain_(plain || ::isatty(STDOUT_FILENO) != 1),
        reads_(::isatty(STDIN_FILENO) == 1),
        output_(output) {}

  void run(const std::vector<Cue>& cues) {
    for (const auto& cue : cues) {
      if (cue.kind == CueKind::exercise) introduce(cue);
      if (cue.kind != CueKind::exercise && cue.kind != CueKind::step) sound();
      if (cue.kind != CueKind::exercise) tell(cue);
      if (cue.seconds > 0 && !wait(cue)) return;
    }
  }

 private:
  void introduce(const Cue& cue) {
    const auto* exercise = open_.catalogue.exercise(cue.exercise);
    output_.out << '\n' << output_.look.bold(cue.text) << '\n';
    if (exercise == nullptr) return;
    output_.out << row(output_.look, tr("dose"), dose_text(*exercise), 8)
                << row(output_.look, tr("looks"), exercise->pictures.back().alt.in(open_.language),
                       8);
    for (const auto& caution : exercise->cautions)
      output_.out << row(output_.look, tr("careful"), caution.in(open_.language), 8);
    output_.out << row(output_.look, tr("easier"), exercise->easier.in(open_.language), 8);
    for (const auto& rule : open_.catalogue.guidance)
      if (rule.kind == "stop-rule")
        output_.out << row(output_.look, "", rule.text.in(open_.language), 8);
    output_.out << '\n';
  }

  // E: floor work faces away from the screen.
  void sound() {
    if (!plain_) output_.out << '\a';
  }

  void tell(const Cue& cue) {
    const auto place = place_of(cue);
    // Said once; after that the count is enough.
    const bool again = cue.kind == CueKind::step && cue.repetition > 1;
    if (plain_ && again) {
      output_.out << place << '\n' << std::flush;
      return;
    }
    output_.out << headline(cue);
    if (!place.empty()) output_.out << " (" << place << ')';
    if (plain_ && cue.seconds > 0)
      output_.out << ", " << tr_count("{} second", "{} seconds", cue.seconds);
    output_.out << '\n' << std::flush;
  }

  bool wait(const Cue& cue) {
    const auto end = Clock::now() + seconds(cue.seconds);
    while (Clock::now() < end) {
      const auto left = std::chrono::ceil<seconds>(end - Clock::now());
      if (!plain_) draw(cue, static_cast<std::uint32_t>(left.count()));
      const auto next = plain_ ? end : end - (left - seconds(1));
      const auto pause = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
      pollfd input{STDIN_FILENO, POLLIN, 0};
      const int ready = ::poll(&input, reads_ ? 1 : 0, static_cast<int>(pause.count()));
      if (ready <= 0) continue;
      char typed[64];
      const auto count = ::read(STDIN_FILENO, typed, sizeof typed);
      if (count <= 0) {
        reads_ = false;
        continue;
      }
      if (typed[0] == 'q') return false;
      break;
    }
    if (!plain_) output_.out << "\r\x1b[K" << std::flush;
    return true;
  }

  void draw(const Cue& cue, std::uint32_t left) {
    const auto filled = bar_width * (cue.seconds - std::min(left, cue.seconds)) / cue.seconds;
    output_.out << fmt::format("\r\x1b[K{:>4} s  [{}{}]", left, std::string(filled, '#'),
                               std::string(bar_width - filled, ' '))
                << std::flush;
  }

  const OpenCatalogue& open_;
  bool plain_;
  bool reads_;
  Output& output_;
};

}  // namespace

Exit guide(const Options& options, Output& output) {
  const auto open = open_catalogue(options);
  core::ProgrammePolicy policy = open.configuration.policy.programme;
  catalogue::add_to_policy(open.catalogue, open.configuration.settings.programme, policy);
  core::Choice choice;
  if (const auto* routine = open.catalogue.routine(options.exercise_id)) {
    const core::RoutineSpec spec{routine->id, routine->choose == catalogue::Choose::one,
                                 routine->exercises};
    choice = core::choose_routine(spec, policy, {policy.session_max, false, {}});
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
    for (const auto& cue : cues) all.push_back(json_of(cue));
    output.out << all.dump(2) << '\n';
    return Exit::done;
  }
  Guide(open, options.plain, output).run(cues);
  return Exit::done;
}

}  // namespace poised::ctl
