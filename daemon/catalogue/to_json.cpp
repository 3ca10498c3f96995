// SPDX-License-Identifier: MIT
#include "catalogue/to_json.hpp"

namespace poised::catalogue {
namespace {

using Json = nlohmann::ordered_json;

Json pair_of(const std::optional<Range>& range) {
  return range ? Json{range->low, range->high} : Json(nullptr);
}

Json texts_of(const std::vector<Text>& texts, std::string_view language) {
  auto out = Json::array();
  for (const auto& text : texts) out.push_back(text.in(language));
  return out;
}

Json evidence_of(const Evidence& evidence, std::string_view language) {
  return {{"grade", evidence.grade}, {"note", evidence.note.in(language)}};
}

Json dose_of(const Dose& dose) {
  Json out;
  out["sets"] = dose.seconds ? Json(nullptr) : Json(dose.sets);
  out["repetitions"] = pair_of(dose.repetitions);
  out["or_repetitions"] = pair_of(dose.or_repetitions);
  out["hold_s"] = pair_of(dose.hold_s);
  out["seconds"] = pair_of(dose.seconds);
  out["per"] = dose.sides == Sides::none   ? Json(nullptr)
               : dose.sides == Sides::side ? Json("side")
                                           : Json("direction");
  out["variants"] = dose.variants;
  out["rest_s"] = dose.rest_s;
  out["times_a_day"] = dose.times_a_day;
  out["every"] = dose.every.empty() ? Json(nullptr) : Json(dose.every);
  out["breathing"] = dose.breathing;
  return out;
}

}  // namespace

Json to_json(const Exercise& exercise, std::string_view language) {
  Json out;
  out["id"] = exercise.id;
  out["name"] = exercise.name.in(language);
  out["posture"] = exercise.posture;
  out["equipment"] = exercise.equipment;
  out["equipment_alternatives"] = exercise.equipment_alternatives;
  out["places"] = exercise.places;
  out["discreet"] = exercise.discreet;
  out["level"] = level_name(exercise.level);
  out["region"] = exercise.region;
  out["positions"] = exercise.positions;
  out["dose"] = dose_of(exercise.dose);
  out["sides"] = exercise.dose.sides == Sides::none ? 1 : 2;
  out["seconds"] = exercise.seconds(false);
  out["seconds_full"] = exercise.seconds(true);
  out["steps"] = Json::array();
  for (const auto& step : exercise.steps)
    out["steps"].push_back({{"text", step.text.in(language)},
                            {"seconds", step.seconds},
                            {"repeat", step.repeat},
                            {"picture", step.picture}});
  out["cautions"] = texts_of(exercise.cautions, language);
  out["substitute"] = exercise.substitute.empty() ? Json(nullptr) : Json(exercise.substitute);
  out["easier"] = exercise.easier.in(language);
  out["progression"] =
      exercise.progression ? Json(exercise.progression->in(language)) : Json(nullptr);
  out["pictures"] = Json::array();
  for (const auto& picture : exercise.pictures)
    out["pictures"].push_back({{"svg", picture.svg.string()},
                               {"png", picture.png.string()},
                               {"alt", picture.alt.in(language)}});
  out["source"] = exercise.source;
  out["evidence"] = evidence_of(exercise.evidence, language);
  return out;
}

Json to_json(const Routine& routine, const Catalogue& catalogue, std::string_view language) {
  return {{"id", routine.id},
          {"name", routine.name.in(language)},
          {"summary", routine.summary.in(language)},
          {"choose", routine.choose == Choose::one ? "one" : "all"},
          {"exercises", routine.exercises},
          {"seconds", catalogue.seconds(routine, false)},
          {"seconds_full", catalogue.seconds(routine, true)},
          {"source", routine.source}};
}

Json to_json(const Plan& plan, std::string_view language) {
  Json out;
  out["id"] = plan.id;
  out["name"] = plan.name.in(language);
  out["summary"] = plan.summary.in(language);
  out["gated"] = plan.gated;
  out["then"] = plan.then;
  out["source"] = plan.source;
  out["evidence"] = evidence_of(plan.evidence, language);
  out["phases"] = Json::array();
  for (const auto& phase : plan.phases) {
    Json to{{"id", phase.id},
            {"name", phase.name.in(language)},
            {"days", phase.days},
            {"routine", phase.routine},
            {"sessions_a_week", {phase.sessions_a_week.low, phase.sessions_a_week.high}},
            {"minutes", {phase.minutes.low, phase.minutes.high}},
            {"reminders", Json::array()},
            {"review", texts_of(phase.review, language)}};
    for (const auto& reminder : phase.reminders)
      to["reminders"].push_back({{"id", reminder.id},
                                 {"text", reminder.text.in(language)},
                                 {"every_h", pair_of(reminder.every_h)},
                                 {"minutes", pair_of(reminder.minutes)},
                                 {"until_h", pair_of(reminder.until_h)},
                                 {"times_a_day", reminder.times_a_day},
                                 {"routine", reminder.routine}});
    out["phases"].push_back(std::move(to));
  }
  return out;
}

Json to_json(const WarningSign& sign, std::string_view language) {
  return {{"id", sign.id},
          {"level", alarm_name(sign.level)},
          {"text", sign.text.in(language)},
          {"source", sign.source}};
}

Json to_json(const AssessmentItem& item, std::string_view language) {
  return {{"id", item.id},
          {"ask", item.ask.in(language)},
          {"if_not", item.if_not.in(language)},
          {"equipment", item.equipment},
          {"source", item.source}};
}

Json to_json(const Tip& tip, std::string_view language) {
  return {{"id", tip.id},
          {"text", tip.text.in(language)},
          {"source", tip.source},
          {"evidence", evidence_of(tip.evidence, language)}};
}

Json to_json(const Guidance& guidance, std::string_view language) {
  Json out{{"id", guidance.id},
           {"kind", guidance.kind},
           {"text", guidance.text.in(language)},
           {"source", guidance.source}};
  if (guidance.evidence) out["evidence"] = evidence_of(*guidance.evidence, language);
  return out;
}

Json to_json(const Catalogue& catalogue, std::string_view language) {
  Json out;
  const auto add = [&](const char* name, const auto& entries, const auto& json_of) {
    auto& list = out[name] = Json::array();
    for (const auto& entry : entries) list.push_back(json_of(entry));
  };
  const auto entry = [&](const auto& each) { return to_json(each, language); };
  const auto named = [&](const Named& each) -> Json {
    return {{"id", each.id}, {"name", each.name.in(language)}};
  };
  add("exercises", catalogue.exercises, entry);
  add("routines", catalogue.routines,
      [&](const Routine& routine) { return to_json(routine, catalogue, language); });
  add("plans", catalogue.plans, entry);
  add("warning_signs", catalogue.warning_signs, entry);
  add("guidance", catalogue.guidance, entry);
  add("assessment", catalogue.assessment, entry);
  add("tips", catalogue.tips, entry);
  add("equipment", catalogue.equipment, named);
  add("positions", catalogue.positions, named);
  add("places", catalogue.places, named);
  return out;
}

Json to_json(const Cue& cue) {
  return {{"kind", cue_name(cue.kind)},
          {"exercise", cue.exercise},
          {"text", cue.text},
          {"seconds", cue.seconds},
          {"set", cue.set},
          {"sets", cue.sets},
          {"repetition", cue.repetition},
          {"repetitions", cue.repetitions},
          {"side", cue.side},
          {"variant", cue.variant},
          {"picture", cue.picture},
          {"easier", cue.easier}};
}

}  // namespace poised::catalogue
