// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

// What Poised keeps of anybody, for those who have to agree to it.
namespace poised::ctl {

/// Fields that belong together.
struct KeptFields {
  std::string place;                ///< the file, below the person's own folders
  std::vector<std::string> fields;  ///< "memory.breaks": of the file's JSON; "break.outcome": a
                                    ///< table's column
  std::string what;
  std::string purpose;
  std::string retention;
};

/// Every field there is; a test holds it to what the program writes.
const std::vector<KeptFields>& kept_fields();

/// Markdown, for the works council: in the language of the process, else the same on every
/// machine of this version.
std::string privacy_page();

}  // namespace poised::ctl
