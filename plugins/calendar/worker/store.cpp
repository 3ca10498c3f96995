// SPDX-License-Identifier: MIT
#include "calendar/worker/store.hpp"

#include <charconv>

#include "calendar/worker/multistatus.hpp"
#include "zones/zone_source.hpp"

namespace poised::calendar {
namespace {

Seconds number(std::string_view text) {
  Seconds value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string told(const Problem& problem) {
  return problem.line == 0 ? problem.reason
                           : "line " + std::to_string(problem.line) + ": " + problem.reason;
}

}  // namespace

Frame Store::answer(const Frame& request) {
  switch (request.kind) {
    case FrameKind::local_zone: {
      const auto zone = zones::parse_zone_text(request.text(0));
      local_ = zone ? LocalZone(*zone) : LocalZone();
      for (auto& [name, source] : sources_)
        for (auto& [id, object] : source.objects) object.expanded = false;
      return {FrameKind::done, {""}};
    }
    case FrameKind::put:
      return put(request);
    case FrameKind::remove: {
      const auto source = sources_.find(request.text(0));
      if (source != sources_.end() && request.texts.size() > 1)
        source->second.objects.erase(request.texts[1]);
      else if (source != sources_.end())
        sources_.erase(source);
      return {FrameKind::done, {""}};
    }
    case FrameKind::busy:
      return busy(request);
    case FrameKind::multistatus:
      return read_multistatus(request.text(0));
    default:
      return {FrameKind::done, {"unknown request"}};
  }
}

Frame Store::put(const Frame& request) {
  CalendarReader reader(zones_, lines_of(request.text(2)));
  const auto text = request.text(3);
  reader.feed(text);
  auto calendar = reader.finish();
  if (!calendar.recognised)
    return {
        FrameKind::done,
        {text.starts_with("\x1f\x8b") ? "compressed, not iCalendar text" : "not an iCalendar text",
         "no"}};
  const auto problem = calendar.problems.empty() ? std::string() : told(calendar.problems[0]);
  calendar.events.shrink_to_fit();
  sources_[std::string(request.text(0))].objects[std::string(request.text(1))] =
      Object{std::move(calendar), {}, {}, false};
  return {FrameKind::done, {problem}};
}

Frame Store::busy(const Frame& request) {
  Frame frame{FrameKind::intervals, {""}};
  const auto found = sources_.find(request.text(0));
  if (found == sources_.end()) return frame;
  auto& source = found->second;
  const Window window{number(request.text(1)), number(request.text(2))};
  const bool same = window.from == source.window.from && window.to == source.window.to;
  source.window = window;
  std::vector<Occurrence> all;
  for (auto& [id, object] : source.objects) {
    if (!same || !object.expanded) {
      auto expansion = expand(object.calendar, local_, window);
      object.occurrences = std::move(expansion.occurrences);
      object.problems = std::move(expansion.problems);
      object.expanded = true;
    }
    all.insert(all.end(), object.occurrences.begin(), object.occurrences.end());
    if (frame.texts[0].empty() && !object.problems.empty())
      frame.texts[0] = told(object.problems[0]);
  }
  for (const auto& one : merge_busy(all, window))
    for (auto& text :
         {std::to_string(one.from), std::to_string(one.to),
          std::to_string(static_cast<int>(one.busy_class)), std::string(one.all_day ? "1" : "")})
      frame.texts.push_back(text);
  return frame;
}

}  // namespace poised::calendar
