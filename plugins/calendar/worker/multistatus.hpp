// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "calendar/worker/frames.hpp"

namespace poised::calendar {

/// Reads a WebDAV multistatus (RFC 4918, 6578, 4791) into a FrameKind::resources. Names count with
/// their namespaces, whatever the prefixes are; properties only where their own status is 200.
Frame read_multistatus(std::string_view xml);

}  // namespace poised::calendar
