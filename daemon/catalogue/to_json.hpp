// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "catalogue/catalogue.hpp"
#include "catalogue/guided_run.hpp"

namespace poised::catalogue {

/// The entry with its texts in `language`; `seconds` is a guided run at the low end of the dose,
/// `seconds_full` at the high end.
nlohmann::ordered_json to_json(const Exercise& exercise, std::string_view language);
nlohmann::ordered_json to_json(const Routine& routine, const Catalogue& catalogue,
                               std::string_view language);
nlohmann::ordered_json to_json(const Plan& plan, std::string_view language);
nlohmann::ordered_json to_json(const WarningSign& sign, std::string_view language);
nlohmann::ordered_json to_json(const AssessmentItem& item, std::string_view language);
nlohmann::ordered_json to_json(const Tip& tip, std::string_view language);
nlohmann::ordered_json to_json(const Guidance& guidance, std::string_view language);

/// Everything: {"exercises", "routines", "plans", "warning_signs", "guidance", "assessment",
/// "tips", "equipment", "positions", "places"}.
nlohmann::ordered_json to_json(const Catalogue& catalogue, std::string_view language);

/// One moment of a guided run.
nlohmann::ordered_json to_json(const Cue& cue);

}  // namespace poised::catalogue
