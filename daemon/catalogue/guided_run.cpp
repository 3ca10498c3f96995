// SPDX-License-Identifier: MIT
#include "catalogue/guided_run.hpp"

#include <algorithm>

namespace poised::catalogue {
namespace {

class Writer {
 public:
  Writer(const Exercise& exercise, std::uint32_t sets, std::string_view language,
         std::vector<Cue>& out)
      : exercise_(exercise), sets_(std::max(sets, 1U)), language_(language), out_(out) {}

  void write(bool easier) {
    add(CueKind::exercise, exercise_.name.in(language_), 0, 1);
    if (easier) out_.back().easier = exercise_.easier.in(language_);
    for (const auto& step : exercise_.steps)
      if (!step.repeat) add(CueKind::step, step.text.in(language_), step.seconds, step.picture);
    if (exercise_.dose.seconds) sets_ = 1;
    for (set_ = 1; set_ <= sets_; ++set_) {
      if (set_ > 1 && exercise_.dose.rest_s > 0) add(CueKind::rest, "", exercise_.dose.rest_s, 1);
      write_set();
    }
  }

 private:
  void write_set() {
    const std::uint32_t sides = exercise_.dose.sides == Sides::none ? 1 : 2;
    const auto variants =
        exercise_.dose.variants.empty() ? std::vector<std::string>{""} : exercise_.dose.variants;
    std::uint32_t picture = 0;
    for (const auto& variant : variants) {
      ++picture;
      variant_ = variant;
      // Each variant has its own picture.
      variant_picture_ = variant.empty() || picture > exercise_.pictures.size() ? 0 : picture;
      for (std::uint32_t side = 1; side <= sides; ++side) {
        side_ = sides == 1 ? 0 : side;
        if (side_ > 0) add(CueKind::side, "", 0, 1);
        if (exercise_.dose.seconds)
          write_time(exercise_.dose.seconds->low);
        else
          write_repetitions(exercise_.dose.repetitions.value_or(Range{1, 1}).low);
      }
    }
    variant_.clear();
    side_ = 0;
  }

  void write_repetitions(std::uint32_t repetitions) {
    repetitions_ = repetitions;
    for (repetition_ = 1; repetition_ <= repetitions; ++repetition_) write_steps(UINT32_MAX);
    repetition_ = repetitions_ = 0;
  }

  void write_time(std::uint32_t seconds) {
    while (seconds > 0) seconds -= write_steps(seconds);
  }

  std::uint32_t write_steps(std::uint32_t most) {
    std::uint32_t written = 0;
    for (const auto& step : exercise_.steps) {
      if (!step.repeat || written == most) continue;
      const auto seconds = std::min(step.seconds, most - written);
      add(CueKind::step, step.text.in(language_), seconds,
          variant_picture_ > 0 ? variant_picture_ : step.picture);
      written += seconds;
    }
    return written;
  }

  void add(CueKind kind, const std::string& text, std::uint32_t seconds, std::uint32_t picture) {
    out_.push_back({kind,
                    exercise_.id,
                    text,
                    seconds,
                    set_,
                    sets_,
                    repetition_,
                    repetitions_,
                    side_,
                    exercise_.dose.sides == Sides::none ? 0U : 2U,
                    variant_,
                    picture,
                    {}});
  }

  const Exercise& exercise_;
  std::uint32_t sets_;
  std::string_view language_;
  std::vector<Cue>& out_;
  std::uint32_t set_ = 1, repetition_ = 0, repetitions_ = 0, side_ = 0, variant_picture_ = 0;
  std::string variant_;
};

}  // namespace

std::vector<Cue> guided_run(const Catalogue& catalogue,
                            const std::vector<core::ChosenExercise>& chosen,
                            std::string_view language) {
  std::vector<Cue> out;
  for (const auto& [id, sets, easier] : chosen) {
    const auto* exercise = catalogue.exercise(id);
    if (exercise == nullptr) continue;
    if (!out.empty()) {
      Cue change;
      change.kind = CueKind::change_over;
      change.exercise = id;
      change.text = exercise->name.in(language);
      change.seconds = change_over_s;
      out.push_back(std::move(change));
    }
    Writer(*exercise, sets, language, out).write(easier);
  }
  Cue end;
  end.kind = CueKind::end;
  out.push_back(std::move(end));
  return out;
}

std::string_view cue_name(CueKind kind) {
  switch (kind) {
    case CueKind::exercise:
      return "exercise";
    case CueKind::step:
      return "step";
    case CueKind::side:
      return "side";
    case CueKind::rest:
      return "rest";
    case CueKind::change_over:
      return "change-over";
    case CueKind::end:
      break;
  }
  return "end";
}

}  // namespace poised::catalogue
