// SPDX-License-Identifier: MIT
#include "catalogue/cue_words.hpp"

#include "language/language.hpp"

namespace poised::catalogue {

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

std::string place_of(const Cue& cue) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
  if (cue.sets > 1) add(tr_format("set {} of {}", cue.set, cue.sets));
  if (!cue.variant.empty()) add(cue.variant);
  if (cue.side > 0) add(cue.side == 1 ? tr("first side") : tr("other side"));
  if (cue.repetition > 0) add(tr_format("{} of {}", cue.repetition, cue.repetitions));
  return out;
}

}  // namespace poised::catalogue
