// SPDX-License-Identifier: MIT
#include "catalogue/links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "config/text.hpp"

namespace poised::catalogue {
namespace {

using Key = std::pair<std::string, std::string>;  // kind, id

class Linker {
 public:
  explicit Linker(std::vector<Read> entries) : entries_(std::move(entries)) {}

  LoadedCatalogue run() {
    gather();
    check_all();
    while (break_circles()) check_all();
    for (const auto& key : order_)
      if (const auto* read = active(key)) put(std::get<Anything>(read->what));
    return std::move(out_);
  }

 private:
  void fail(const Read& read, std::string name, std::string reason) {
    out_.problems.push_back({config::Severity::error, config::ProblemKind::value, read.file,
                             read.at, std::move(name), std::move(reason)});
  }

  void gather() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (auto* word = std::get_if<Word>(&entries_[i].what)) {
        add_word(*word);
        continue;
      }
      const auto& what = std::get<Anything>(entries_[i].what);
      const Key key{kind_of(what), id_of(what)};
      auto& versions = versions_[key];
      if (versions.empty()) order_.push_back(key);
      if (!versions.empty() && entries_[versions.back()].file == entries_[i].file) {
        fail(entries_[i], key.first + " " + key.second,
             fmt::format("stands in this file twice, first in line {}",
                         entries_[versions.back()].at.line));
        continue;
      }
      versions.push_back(i);
    }
    for (const auto& [key, versions] : versions_) pending_.push_back(key);
  }

  void add_word(const Word& word) {
    auto& words = word.kind == Vocabulary::equipment   ? out_.catalogue.equipment
                  : word.kind == Vocabulary::positions ? out_.catalogue.positions
                                                       : out_.catalogue.places;
    const auto same = std::ranges::find(words, word.named.id, &Named::id);
    if (same == words.end())
      words.push_back(word.named);
    else
      *same = word.named;
    words_[static_cast<std::size_t>(word.kind)].insert(word.named.id);
  }

  const Read* active(const Key& key) const {
    const auto found = versions_.find(key);
    return found == versions_.end() || found->second.empty() ? nullptr
                                                             : &entries_[found->second.back()];
  }

  template <typename Kind>
  const Kind* active(const char* kind, const std::string& id) const {
    const auto* read = active(Key{kind, id});
    return read == nullptr ? nullptr : &std::get<Kind>(std::get<Anything>(read->what));
  }

  // Whoever refers to it is looked at again.
  void leave_out(const Key& key, const std::string& field, std::string reason) {
    auto& versions = versions_[key];
    fail(entries_[versions.back()], fmt::format("{} {}: {}", key.first, key.second, field),
         std::move(reason));
    versions.pop_back();
    pending_.push_back(key);
    for (const auto& referrer : referrers_[key]) pending_.push_back(referrer);
  }

  void check_all() {
    while (!pending_.empty()) {
      const Key key = pending_.front();
      pending_.pop_front();
      if (const auto* read = active(key)) {
        auto wrong = std::visit([&](const auto& entry) { return wrong_with(key, entry); },
                                std::get<Anything>(read->what));
        if (wrong) leave_out(key, wrong->first, std::move(wrong->second));
      }
    }
  }

  using Wrong = std::optional<std::pair<std::string, std::string>>;  // field, reason

  template <typename Kind>
  const Kind* refer(const Key& from, const char* kind, const std::string& id) {
    referrers_[Key{kind, id}].insert(from);
    return active<Kind>(kind, id);
  }

  Wrong unknown_word(Vocabulary kind, const char* field,
                     const std::vector<std::string>& ids) const {
    const auto& known = words_[static_cast<std::size_t>(kind)];
    for (const auto& id : ids) {
      if (known.contains(id)) continue;
      const auto meant = config::did_you_mean(id, {known.begin(), known.end()});
      return std::pair(std::string(field),
                       fmt::format("'{}' is not known{}", id,
                                   meant ? "; did you mean " + *meant + "?"
                                         : " (the catalogue's vocabulary names it)"));
    }
    return std::nullopt;
  }

  Wrong wrong_with(const Key& key, const Exercise& exercise) {
    if (auto wrong = unknown_word(Vocabulary::equipment, "equipment", exercise.equipment))
      return wrong;
    if (auto wrong = unknown_word(Vocabulary::equipment, "equipment_alternatives",
                                  exercise.equipment_alternatives))
      return wrong;
    if (auto wrong = unknown_word(Vocabulary::positions, "positions", exercise.positions))
      return wrong;
    if (auto wrong = unknown_word(Vocabulary::places, "places", exercise.places)) return wrong;
    if (exercise.substitute.empty()) {
      if (exercise.equipment.empty() && exercise.positions.empty() && exercise.discreet)
        return std::nullopt;
      return std::pair("substitute",
                       "\"none\" is only for what can be done by everyone at every desk");
    }
    const auto* substitute = refer<Exercise>(key, "exercise", exercise.substitute);
    if (substitute == nullptr)
      return std::pair("substitute", fmt::format("there is no exercise {}", exercise.substitute));
    if (std::ranges::none_of(substitute->posture,
                             [](const auto& p) { return p == "seated" || p == "standing"; }))
      return std::pair("substitute",
                       fmt::format("{} is neither seated nor standing", substitute->id));
    return std::nullopt;
  }

  Wrong wrong_with(const Key& key, const Routine& routine) {
    for (const auto& id : routine.exercises)
      if (refer<Exercise>(key, "exercise", id) == nullptr)
        return std::pair("exercises", fmt::format("there is no exercise {}", id));
    return std::nullopt;
  }

  Wrong wrong_with(const Key& key, const Plan& plan) {
    for (const auto& phase : plan.phases) {
      if (refer<Routine>(key, "routine", phase.routine) == nullptr)
        return std::pair(fmt::format("phase {}", phase.id),
                         fmt::format("there is no routine {}", phase.routine));
      for (const auto& reminder : phase.reminders) {
        if (auto wrong = unknown_word(Vocabulary::equipment, "reminders", reminder.equipment))
          return wrong;
        if (auto wrong = unknown_word(Vocabulary::positions, "reminders", reminder.positions))
          return wrong;
        if (!reminder.routine.empty() &&
            refer<Routine>(key, "routine", reminder.routine) == nullptr)
          return std::pair("reminders", fmt::format("there is no routine {}", reminder.routine));
      }
    }
    if (plan.then != "choose" && plan.then != "repeat" &&
        refer<Plan>(key, "plan", plan.then) == nullptr)
      return std::pair("then", fmt::format("there is no plan {}", plan.then));
    return std::nullopt;
  }

  Wrong wrong_with(const Key&, const AssessmentItem& item) {
    return unknown_word(Vocabulary::equipment, "equipment", item.equipment);
  }
  Wrong wrong_with(const Key&, const Tip&) { return std::nullopt; }
  Wrong wrong_with(const Key&, const WarningSign&) { return std::nullopt; }
  Wrong wrong_with(const Key&, const Guidance&) { return std::nullopt; }

  // Each exercise leads to at most one other, so a walk that meets itself has found a circle.
  bool break_circles() {
    std::map<std::string, std::size_t> walk_of;
    bool found = false;
    std::size_t walk = 0;
    for (const auto& [kind, id] : order_) {
      if (kind != "exercise") continue;
      ++walk;
      for (const auto* at = active<Exercise>("exercise", id); at != nullptr;
           at = active<Exercise>("exercise", at->substitute)) {
        const auto [seen, first] = walk_of.emplace(at->id, walk);
        if (first) continue;
        if (seen->second == walk) {
          break_circle(at->id);
          found = true;
        }
        break;
      }
    }
    return found;
  }

  // The one that was read last gives way: IT's or the person's, not the product's.
  void break_circle(const std::string& start) {
    std::string path = start;
    std::string last = start;
    for (auto id = active<Exercise>("exercise", start)->substitute;;
         id = active<Exercise>("exercise", id)->substitute) {
      if (path.size() < 300) path += " → " + id;
      if (id == start) break;
      if (versions_[Key{"exercise", id}].back() > versions_[Key{"exercise", last}].back())
        last = id;
    }
    leave_out(Key{"exercise", last}, "substitute", "the substitutes go round in a circle: " + path);
  }

  void put(const Anything& what) {
    auto& to = out_.catalogue;
    struct Put {
      Catalogue& to;
      void operator()(const Exercise& e) const { to.exercises.push_back(e); }
      void operator()(const Routine& e) const { to.routines.push_back(e); }
      void operator()(const Plan& e) const { to.plans.push_back(e); }
      void operator()(const Tip& e) const { to.tips.push_back(e); }
      void operator()(const AssessmentItem& e) const { to.assessment.push_back(e); }
      void operator()(const WarningSign& e) const { to.warning_signs.push_back(e); }
      void operator()(const Guidance& e) const { to.guidance.push_back(e); }
    };
    std::visit(Put{to}, what);
  }

  std::vector<Read> entries_;
  LoadedCatalogue out_;
  std::map<Key, std::vector<std::size_t>> versions_;  ///< low to high; the last one is active
  std::vector<Key> order_;                            ///< in which they were first seen
  std::map<Key, std::set<Key>> referrers_;
  std::deque<Key> pending_;
  std::array<std::set<std::string>, 3> words_;
};

}  // namespace

LoadedCatalogue link(std::vector<Read> entries) {
  return Linker(std::move(entries)).run();
}

}  // namespace poised::catalogue
