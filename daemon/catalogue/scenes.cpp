// SPDX-License-Identifier: MIT
#include "catalogue/scenes.hpp"

#include <algorithm>

#include "catalogue/cue_words.hpp"
#include "language/language.hpp"

namespace poised::catalogue {
namespace {

// Shorter movements are told as a whole: nobody reads along at that pace.
constexpr std::uint32_t worth_a_scene_s = 20;

bool is_quick(const Exercise& exercise) {
  std::uint32_t once = 0;
  for (const auto& step : exercise.steps)
    if (step.repeat) once += step.seconds;
  return once < worth_a_scene_s;
}

std::string whole_movement(const Exercise& exercise, std::string_view language) {
  std::string text;
  for (const auto& step : exercise.steps)
    if (step.repeat) text += (text.empty() ? "" : " ") + step.text.in(language);
  return text;
}

std::string picture_of(const Exercise& exercise, std::uint32_t number) {
  if (number == 0 || number > exercise.pictures.size()) return {};
  return exercise.pictures[number - 1].png.string();
}

/// Steps that belong to the same round of a quick movement.
bool goes_on(const Cue& last, const Cue& cue) {
  return last.kind == CueKind::step && cue.kind == CueKind::step && last.exercise == cue.exercise &&
         last.set == cue.set && last.side == cue.side && last.variant == cue.variant;
}

class Writer {
 public:
  Writer(const Catalogue& catalogue, std::size_t exercises, std::string_view language)
      : catalogue_(catalogue), exercises_(exercises), language_(language) {}

  std::vector<Scene> write(const std::vector<Cue>& cues) {
    const Cue* last = nullptr;
    for (const auto& cue : cues) {
      if (cue.kind == CueKind::exercise) begin(cue);
      if (cue.kind == CueKind::change_over) number_ += 1;
      if (cue.seconds == 0) {
        last = nullptr;
        continue;
      }
      if (last != nullptr && quick_ && repeats(cue) && goes_on(*last, cue))
        scenes_.back().seconds += cue.seconds;
      else
        add(cue);
      last = repeats(cue) ? &cue : nullptr;
      at_ += cue.seconds;
    }
    return std::move(scenes_);
  }

 private:
  void begin(const Cue& cue) {
    exercise_ = catalogue_.exercise(cue.exercise);
    quick_ = is_quick(*exercise_);
    easier_ = cue.easier;
    number_ = std::max<std::size_t>(number_, 1);
  }

  bool repeats(const Cue& cue) const {
    if (cue.kind != CueKind::step) return false;
    return std::ranges::any_of(exercise_->steps, [&](const Step& step) {
      return step.repeat && step.text.in(language_) == cue.text;
    });
  }

  void add(const Cue& cue) {
    const auto* of = catalogue_.exercise(cue.exercise);
    Scene scene;
    scene.at = at_;
    scene.seconds = cue.seconds;
    scene.title = of->name.in(language_);
    if (exercises_ > 1) scene.title += tr_format(" ({} of {})", number_, exercises_);
    const bool whole = quick_ && repeats(cue);
    scene.text = whole ? whole_movement(*of, language_) : headline(cue);
    // E7
    if (cue.kind == CueKind::step && !easier_.empty()) scene.text += " " + easier_;
    auto told = cue;
    told.repetition = 0;
    scene.place = place_of(told);
    const auto last_picture = static_cast<std::uint32_t>(of->pictures.size());
    scene.picture = picture_of(*of, whole && cue.variant.empty() ? last_picture : cue.picture);
    scene.facing_away = std::ranges::find(of->places, "desk") == of->places.end();
    scenes_.push_back(std::move(scene));
  }

  const Catalogue& catalogue_;
  std::size_t exercises_;
  std::string_view language_;
  std::vector<Scene> scenes_;
  const Exercise* exercise_ = nullptr;
  bool quick_ = false;
  std::string easier_;
  std::size_t number_ = 0;
  std::uint32_t at_ = 0;
};

}  // namespace

std::vector<Scene> scenes_of(const Catalogue& catalogue,
                             const std::vector<core::ChosenExercise>& chosen,
                             std::string_view language) {
  std::vector<core::ChosenExercise> known;
  for (const auto& each : chosen)
    if (catalogue.exercise(each.id) != nullptr) known.push_back(each);
  return Writer(catalogue, known.size(), language).write(guided_run(catalogue, known, language));
}

const Scene* scene_at(const std::vector<Scene>& scenes, std::uint32_t seconds) {
  const auto after = std::ranges::upper_bound(scenes, seconds, {}, &Scene::at);
  return after == scenes.begin() ? nullptr : &*std::prev(after);
}

}  // namespace poised::catalogue
