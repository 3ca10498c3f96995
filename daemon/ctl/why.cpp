// SPDX-License-Identifier: MIT
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "config/inspect.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/json.hpp"
#include "ctl/kept.hpp"
#include "ctl/render.hpp"
#include "ctl/when.hpp"
#include "language/language.hpp"
#include "shell/report_json.hpp"
#include "simulate/trace.hpp"
#include "store/recorded.hpp"

namespace poised::ctl {
namespace {

constexpr std::int64_t near_enough = 5 * 60;  // of a prompt to the moment that was asked about

struct Decided {
  std::int64_t at = 0;
  Json json;

  std::string event() const { return text(json, "event"); }
  std::string id() const { return text(json, "break"); }
  bool is_about(const std::string& break_id) const {
    if (id() == break_id) return true;
    const auto also = texts(json, "also");
    return std::find(also.begin(), also.end(), break_id) != also.end();
  }
};

using Decisions = std::vector<Decided>;

struct Ring {
  Decisions decisions;
  std::vector<store::TraceText> inputs;
};

/// Disk first, then what the running daemon has not written yet.
Ring ring_of(Kept& kept, const std::string& command) {
  Ring ring;
  std::set<std::string> seen;
  const auto add_decision = [&](std::int64_t at, const std::string& line) {
    auto json = Json::parse(line, nullptr, false);
    if (json.is_object() && seen.insert(line).second)
      ring.decisions.push_back({at, std::move(json)});
  };
  const auto add_input = [&](store::TraceText line) {
    if (seen.insert(line.text).second) ring.inputs.push_back(std::move(line));
  };
  try {
    if (kept.history) {
      for (const auto& row : kept.history->decisions(0)) add_decision(row.at, row.json);
      for (auto& row : kept.history->inputs(0)) add_input(std::move(row));
    }
  } catch (const store::DatabaseError& error) {
    throw Failure(Exit::failed, command + ": " + error.what());
  }
  for (const auto& entry : kept.in_memory) {
    const auto at = std::chrono::floor<std::chrono::seconds>(entry.at.time_since_epoch()).count();
    if (entry.kind == store::Entry::Kind::decision)
      add_decision(at, entry.text);
    else if (entry.kind != store::Entry::Kind::today)
      add_input({at, entry.kind, entry.text});
  }
  return ring;
}

// ------------------------------------------------------------------------- in words

double value(const Decided& decision, const char* key) {
  return number(field(decision.json, "values"), key).value_or(-1);
}

std::string spelled(double seconds) {
  return spell_seconds(seconds, Round::down);
}

std::string until_text(const Decided& decision, std::int64_t now) {
  const auto end = parse_instant(text(field(decision.json, "values"), "until"));
  return end < 0 ? std::string() : tr_format(", until {}", clock_face(end, now));
}

std::string due_words(const Decided& decision) {
  const auto worked = value(decision, "worked_s"), interval = value(decision, "interval_s");
  if (interval < 0) return tr("due");
  return decision.id() == "posture"
             ? tr_format("due: {} in the same position of {}", spelled(worked), spelled(interval))
             : tr_format("due: {} at the screen of {}", spelled(worked), spelled(interval));
}

std::string held_words(const Decided& decision, std::int64_t now) {
  auto words =
      tr_format("held by {}", holds(texts(decision.json, "by"))) + until_text(decision, now);
  const auto by = texts(decision.json, "by");
  if (std::find(by.begin(), by.end(), "spacing") == by.end()) return words;
  const auto asked = value(decision, "prompts_today"), most = value(decision, "most_a_day");
  if (asked >= most && most >= 0)
    return words + tr_format(" ({:.0f} of at most {:.0f} a day)", asked, most);
  if (const auto since = value(decision, "present_since_last_s"); since >= 0)
    words += tr_format(" ({} at the screen since then, of {})", spelled(since),
                       spelled(value(decision, "min_gap_s")));
  return words;
}

std::string prompt_words(const Decided& decision, std::int64_t now) {
  const auto reason = text(decision.json, "reason");
  std::string words = tr("asked");
  const auto before = parse_instant(text(field(decision.json, "values"), "before"));
  if (reason == "pull-forward" && before >= 0)
    words = tr_format("asked early, before your appointment at {}", clock_face(before, now));
  if (reason == "snoozed") words = tr("asked again, back from its snooze");
  if (reason == "expired") words = tr("asked once more, after no answer");
  if (reason == "after-meeting") words = tr("asked, now that you were free");
  const auto gap = value(decision, "gap_s"), wanted = value(decision, "wanted_gap_s");
  if (wanted > 0 && gap >= wanted)
    words += tr_format(", {} after your last key or movement ({} wanted)", spelled(gap),
                       spelled(wanted));
  else if (wanted > 0 && text(decision.json, "urgency") == "low")
    words += tr(", quietly, as you did not pause");
  const auto waited = value(decision, "waited_s");
  if (waited >= 60) words += tr_format("; it had been due for {}", spelled(waited));
  return words;
}

std::string words_of(const Decided& decision, std::int64_t now) {
  const auto event = decision.event();
  if (event == "due") return due_words(decision);
  if (event == "held") return held_words(decision, now);
  if (event == "released") return tr("no longer held");
  if (event == "prompt") return prompt_words(decision, now);
  if (event == "started") return tr("you began it");
  if (event == "snoozed") return tr("you put it off");
  if (event == "skipped") return tr("you skipped it");
  if (event == "expired") return tr("no answer; it comes back once");
  if (event == "missed") return tr("missed");
  if (event == "withdrawn") {
    const auto by = holds(texts(decision.json, "by"));
    return by.empty() ? tr("taken off the screen") : tr_format("taken off the screen, for {}", by);
  }
  if (event == "completed") {
    if (text(decision.json, "how") == "taken") return tr("taken");
    const auto away = value(decision, "away_s");
    return away < 0 ? tr("you were away, which counts")
                    : tr_format("you were away for {}, which counts", spelled(away));
  }
  return event;
}

std::string line_of(const Decided& decision, const Look& look) {
  const auto rule = text(decision.json, "rule");
  return row(look, clock_face(decision.at, look.now),
             words_of(decision, look.now) + (rule.empty() ? "" : " (" + rule + ")"), 10);
}

// ------------------------------------------------------------------ why it interrupted

bool ends_period(const Decided& decision) {
  const auto event = decision.event();
  return event == "completed" || event == "skipped" || event == "missed";
}

/// Everything about the break of the prompt at `index`, from the beginning of its due period to its
/// end.
Decisions story_of(const Decisions& all, std::size_t index) {
  const auto id = all[index].id();
  std::size_t begin = index;
  for (std::size_t i = index; i-- > 0;) {
    if (!all[i].is_about(id)) continue;
    if (ends_period(all[i])) break;
    begin = i;
  }
  Decisions story;
  for (std::size_t i = begin; i < all.size(); ++i) {
    if (!all[i].is_about(id) || all[i].event() == "refused") continue;
    story.push_back(all[i]);
    if (i >= index && ends_period(all[i])) break;
  }
  return story;
}

std::optional<std::size_t> last_prompt(const Decisions& all) {
  for (std::size_t i = all.size(); i-- > 0;)
    if (all[i].event() == "prompt") return i;
  return std::nullopt;
}

/// The prompt that was on the screen at `at`, or came soon before or after.
std::optional<std::size_t> prompt_at(const Decisions& all, std::int64_t at) {
  std::optional<std::size_t> nearest;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].event() != "prompt") continue;
    const auto distance = std::llabs(all[i].at - at);
    if (distance <= near_enough && (!nearest || distance < std::llabs(all[*nearest].at - at)))
      nearest = i;
    const auto id = number(all[i].json, "id");
    for (std::size_t j = i + 1; j < all.size() && all[i].at <= at; ++j) {
      if (number(all[j].json, "id") != id) continue;
      if (all[j].at >= at) return i;  // it was open
      break;
    }
  }
  return nearest;
}

void tell_story(const Decisions& story, const Decided& prompt, Output& output) {
  output.out << output.look.bold(fmt::format("{}, {}", name_of_prompt(prompt.json),
                                             clock_face(prompt.at, output.look.now)))
             << '\n';
  for (const auto& decision : story) output.out << line_of(decision, output.look);
}

// ------------------------------------------------------------------------ why it did not

/// How a break stood at a moment.
struct Standing {
  std::string id;
  const Decided* last = nullptr;  ///< the last decision about it by then
  const Decided* next = nullptr;  ///< and the first one after
};

struct Moment {
  std::int64_t at = 0;
  bool ran = true;
  std::string presence;  ///< empty: not known
  std::int64_t presence_since = 0;
  std::optional<std::int64_t> presence_until;
  std::vector<Standing> breaks;
};

bool ends_with(const store::TraceText& line, std::string_view words) {
  return line.text.ends_with(words);
}

/// Whether the daemon ran at `at`: not between its stop and its next start.
bool ran_at(const Ring& ring, std::int64_t at) {
  bool running = true;
  bool known = false;
  for (const auto& line : ring.inputs) {
    if (line.at > at) {
      // The first thing that is known is a start: it did not run before.
      if (!known && line.kind == store::Entry::Kind::start) return false;
      break;
    }
    known = true;
    running = !ends_with(line, " " + store::stop_words());
  }
  return running;
}

Moment moment_of(const Ring& ring, std::int64_t at) {
  Moment moment;
  moment.at = at;
  moment.ran = ran_at(ring, at);
  std::set<std::string> ids;
  for (const auto& decision : ring.decisions)
    if (!decision.id().empty()) ids.insert(decision.id());
  for (const auto& id : ids) {
    Standing standing{id};
    for (const auto& decision : ring.decisions) {
      if (!decision.is_about(id) || decision.event() == "refused") continue;
      if (decision.at <= at)
        standing.last = &decision;
      else if (!standing.next)
        standing.next = &decision;
    }
    moment.breaks.push_back(std::move(standing));
  }
  for (const auto& decision : ring.decisions) {
    if (decision.event() != "presence") continue;
    const auto since = parse_instant(text(decision.json, "since"));
    const auto began = since < 0 ? decision.at : since;
    if (began > at) {
      if (!moment.presence_until && !moment.presence.empty()) moment.presence_until = began;
      break;
    }
    moment.presence = text(decision.json, "to");
    moment.presence_since = began;
  }
  return moment;
}

std::string presence_words(const Moment& moment, const Look& look) {
  using Words = std::pair<std::string_view, const char*>;
  constexpr std::array<Words, 7> words{
      {{"active", tr_later("you were at the screen")},
       {"passive", tr_later("you were at the screen, without typing")},
       {"idle", tr_later("you were away")},
       {"locked", tr_later("you were away: the screen was locked")},
       {"asleep", tr_later("you were away: the machine was asleep")},
       {"seat-inactive", tr_later("you were away: another person had the screen")},
       {"unknown", tr_later("you were not to be seen: no source of input worked")}}};
  const auto found = std::find_if(words.begin(), words.end(), [&](const Words& entry) {
    return entry.first == moment.presence;
  });
  std::string text = found == words.end() ? moment.presence : tr(found->second);
  text += tr_format(", since {}", clock_face(moment.presence_since, look.now));
  if (moment.presence_until)
    text += tr_format(" until {}", clock_face(*moment.presence_until, look.now));
  return text;
}

std::string standing_words(const Standing& standing, const Look& look) {
  const auto now = look.now;
  const auto at = [&](const Decided* decision) { return clock_face(decision->at, now); };
  std::string next;
  if (standing.next) next = "; " + at(standing.next) + " " + words_of(*standing.next, now);
  if (!standing.last) return tr("not due") + next;
  const auto event = standing.last->event();
  const auto rule = text(standing.last->json, "rule");
  const auto by_rule = rule.empty() ? std::string() : " (" + rule + ")";
  if (event == "held")
    return held_words(*standing.last, now) + by_rule + tr_format(", since {}", at(standing.last)) +
           next;
  if (event == "due" || event == "released")
    return tr_format("due since {}, waiting for a pause in your typing (B4)", at(standing.last)) +
           next;
  if (event == "prompt") return tr_format("on the screen since {}", at(standing.last)) + next;
  if (event == "started") return tr_format("begun at {}", at(standing.last)) + next;
  if (event == "snoozed" || event == "expired")
    return words_of(*standing.last, now) + by_rule + tr_format(", at {}", at(standing.last)) + next;
  if (event == "withdrawn")
    return words_of(*standing.last, now) + tr_format(", at {}", at(standing.last)) + next;
  return tr_format("not due: {} at {}", words_of(*standing.last, now), at(standing.last)) +
         by_rule + next;
}

Json json_of(const Standing& standing) {
  return {{"id", standing.id},
          {"last", standing.last ? standing.last->json : Json(nullptr)},
          {"next", standing.next ? standing.next->json : Json(nullptr)}};
}

Json json_of(const Decisions& decisions) {
  auto list = Json::array();
  for (const auto& decision : decisions) list.push_back(decision.json);
  return list;
}

void tell_moment(const Moment& moment, const Look& look, std::ostream& out) {
  out << look.bold(tr_format("{}: nothing was asked of you", clock_face(moment.at, look.now)))
      << '\n';
  if (!moment.ran) {
    out << row(look, "Poised", tr("was not running"), 14);
    return;
  }
  if (!moment.presence.empty()) out << row(look, tr("You"), presence_words(moment, look), 14);
  for (const auto& standing : moment.breaks)
    out << row(look, break_title(standing.id), standing_words(standing, look), 14);
  if (moment.breaks.empty()) out << row(look, tr("Breaks"), tr("none had been due by then"), 14);
}

// ------------------------------------------------------------------------------ export

std::string exact(core::WallTime at, const core::Policy& policy) {
  return shell::exact_local_time(at, policy);
}

std::string time_of(const std::string& line) {
  return line.substr(0, line.find(' '));
}

/// When a daemon ended that was killed before `start`: at the latest state that it saved, which is
/// what `start` goes on from, or when it was told the last thing, at `last_time`.
std::string end_of_killed(const std::string& last_time, const std::string& start,
                          const core::Policy& policy) {
  const auto told = simulate::read_time(last_time, policy);
  const auto started = simulate::read_time(time_of(start), policy);
  const auto gap = store::gap_of(start);
  const auto* told_at = std::get_if<core::WallTime>(&told);
  const auto* started_at = std::get_if<core::WallTime>(&started);
  if (!gap || told_at == nullptr || started_at == nullptr || *started_at - *gap <= *told_at)
    return last_time;
  return exact(*started_at - *gap, policy);
}

/// The trace that simulate replays, from the earliest moment on from which the configuration has
/// been the same.
std::string trace_of(const Ring& ring, const Kept& kept, const std::string& command,
                     std::int64_t now) {
  const auto& lines = ring.inputs;
  std::optional<std::size_t> begin;
  std::string policy;
  for (std::size_t i = lines.size(); i-- > 0;) {
    if (lines[i].kind == store::Entry::Kind::input) continue;
    const auto of_line = store::policy_of(lines[i].text);
    if (policy.empty()) policy = of_line;
    if (of_line != policy) break;
    begin = i;
  }
  if (!begin)
    throw Failure(Exit::failed,
                  command + ": --export: nothing is kept of what was told to the daemon");
  std::string trace = fmt::format(
      "# What poised was told from {} on, to the nanosecond.\n"
      "# poisectl simulate --trace FILE comes to the same decisions.\n",
      clock_face(lines[*begin].at, now));
  if (policy != config::fingerprint(kept.config))
    trace += "# The configuration has been changed since: with today's the decisions may differ.\n";
  std::string last_time;
  bool stopped = true;
  for (std::size_t i = *begin; i < lines.size(); ++i) {
    const auto& line = lines[i];
    if (line.kind == store::Entry::Kind::snapshot && i != *begin) continue;
    if (line.kind == store::Entry::Kind::start && !stopped)
      trace += end_of_killed(last_time, line.text, kept.config.policy) + " " + store::stop_words() +
               "\n";
    trace += line.text + "\n";
    stopped = ends_with(line, " " + store::stop_words());
    const auto newest = line.text.substr(line.text.rfind('\n') + 1);
    last_time = time_of(newest);
  }
  if (!stopped)
    trace +=
        (kept.daemon_runs ? exact(core::WallTime(std::chrono::seconds(now)), kept.config.policy)
                          : last_time) +
        " " + store::stop_words() + "\n";
  return trace;
}

std::string nothing_kept(const Kept& kept) {
  if (kept.keep() == config::HistoryKeep::none)
    return "no decisions are kept (history.keep is none)";
  if (kept.keep() == config::HistoryKeep::memory && !kept.daemon_runs)
    return "decisions are kept in memory only (history.keep), and poised is not running";
  return "nothing has been decided yet";
}

}  // namespace

Exit why(const Options& options, Output& output) {
  const auto& look = output.look;
  if (options.last + !options.at.empty() + options.export_trace > 1)
    throw Failure(Exit::usage, "why: only one of --last, --at and --export");
  std::optional<std::int64_t> at;
  if (!options.at.empty()) at = moment_in_the_past(options.command, "--at", options.at, look.now);
  auto kept = open_kept(options);
  const auto ring = ring_of(kept, options.command);
  if (options.export_trace) {
    output.out << trace_of(ring, kept, options.command, look.now);
    return Exit::done;
  }
  const auto& all = ring.decisions;
  if (all.empty() && (options.last || at))
    throw Failure(Exit::failed, "why: " + nothing_kept(kept));
  if (at && *at < all.front().at && (ring.inputs.empty() || *at < ring.inputs.front().at))
    throw Failure(Exit::failed, fmt::format("why: --at {}: what is kept begins at {}", options.at,
                                            clock_face(all.front().at, look.now)));

  const auto prompt = at ? prompt_at(all, *at) : last_prompt(all);
  Decisions story;
  if (prompt) story = story_of(all, *prompt);
  std::optional<Moment> moment;
  if (at && !prompt) moment = moment_of(ring, *at);
  Json next;
  if (!at && !options.last && kept.daemon_runs)
    next = Json::parse(DaemonClient(options.command).next(), nullptr, false);

  if (options.json) {
    Json json{{"asked", prompt.has_value()},
              {"prompt", prompt ? all[*prompt].json : Json(nullptr)},
              {"decisions", json_of(story)}};
    if (moment) {
      auto breaks = Json::array();
      for (const auto& standing : moment->breaks) breaks.push_back(json_of(standing));
      json["running"] = moment->ran;
      json["presence"] = moment->presence.empty() ? Json(nullptr) : Json(moment->presence);
      json["breaks"] = breaks;
    }
    if (!at) json["next"] = next.is_object() ? field(next, "next") : Json(nullptr);
    output.out << json.dump(2) << '\n';
    return Exit::done;
  }

  if (prompt)
    tell_story(story, all[*prompt], output);
  else if (moment)
    tell_moment(*moment, look, output.out);
  else
    output.out << look.bold(tr("Nothing has been asked of you in the last two days")) << '\n';
  if (at || options.last) return Exit::done;
  output.out << '\n' << look.bold(tr("Now")) << '\n';
  if (next.is_object())
    output.out << render_next(next, look);
  else
    output.out << row(look, "Poised", tr("is not running"), 10);
  return Exit::done;
}

}  // namespace poised::ctl
