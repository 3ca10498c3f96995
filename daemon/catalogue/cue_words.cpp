// SPDX-License-Identifier: MIT
#include "catalogue/cue_words.hpp"

#include "language/cue_place.hpp"
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
  return place_text({cue.set, cue.sets, cue.repetition, cue.repetitions, cue.side, cue.variant});
}

}  // namespace poised::catalogue
