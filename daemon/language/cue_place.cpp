// SPDX-License-Identifier: MIT
#include "language/cue_place.hpp"

#include "language/language.hpp"

namespace poised {

std::string place_text(const CuePlace& place) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
  if (place.sets > 1) add(tr_format("set {} of {}", place.set, place.sets));
  if (!place.variant.empty()) add(place.variant);
  if (place.side > 0) add(place.side == 1 ? tr("first side") : tr("other side"));
  if (place.repetition > 0) add(tr_format("{} of {}", place.repetition, place.repetitions));
  return out;
}

}  // namespace poised
