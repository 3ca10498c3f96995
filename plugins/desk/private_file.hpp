// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace desk {

/// Replaces the file as a whole, mode 0600. Throws poised::Failure if it cannot.
void write_private_file(const std::string& path, const std::string& text);

}  // namespace desk
