// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "config/layers.hpp"
#include "ctl/json.hpp"
#include "ctl/options.hpp"

// The catalogue as the commands use it.
namespace poised::ctl {

struct OpenCatalogue {
  catalogue::Catalogue catalogue;
  config::Loaded configuration;
  std::string language;  ///< "de", "en": the configured one, else the session's
};

/// Reads the catalogue and the configuration. What was left out of the catalogue is named on
/// stderr, a line each.
OpenCatalogue open_catalogue(const Options& options);

/// The phase of the plan that the daemon's JSON tells of; null without one.
const catalogue::Phase* phase_of(const OpenCatalogue& open, const Json& programme);
/// E4: what that phase reminds of beside its sessions, as far as the person has what it takes.
std::vector<const catalogue::Reminder*> reminders_of(const OpenCatalogue& open,
                                                     const Json& programme);
/// E6: another one each week; null if there is none.
const catalogue::Tip* tip_of_week(const catalogue::Catalogue& catalogue, std::int64_t now);

/// "3 × 15, hold 5 s", "30 s a side", "60 s, every 1h".
std::string dose_text(const catalogue::Exercise& exercise);
/// "45 s", "12 to 14 min".
std::string length_text(std::uint32_t low_s, std::uint32_t high_s);
/// "a, b, c".
std::string joined(const std::vector<std::string>& words, std::string_view between);
/// "; did you mean wall-angel?", or nothing.
std::string meant_text(const catalogue::Catalogue& catalogue, const std::string& id);

}  // namespace poised::ctl
