// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "calendar/expander/civil.hpp"
#include "zones/zone_file.hpp"

namespace poised::calendar {

/// A time zone, from −∞ to ∞: after its last known change it repeats every 400 years.
class LocalZone {
 public:
  LocalZone() = default;  ///< UTC
  explicit LocalZone(const zones::Zone& zone);
  /// `first` before the first of `changes`, which are ascending.
  LocalZone(Seconds first, std::vector<zones::Change> changes);

  Seconds offset_at(Seconds utc) const;
  Seconds to_local(Seconds utc) const { return utc + offset_at(utc); }

  struct Instant {
    Seconds utc = 0;
    bool exists = true;  ///< false: the clock skips that local time
  };
  /// RFC 5545, 3.3.5: of a local time that comes twice the first is meant; one that is skipped has
  /// the offset from before the gap.
  Instant to_utc(Seconds local) const;

  struct Gap {
    Seconds from = 0;
    Seconds to = 0;  ///< local; exclusive
  };
  /// Local times that do not exist and touch [from, to), ascending.
  std::vector<Gap> gaps(Seconds from, Seconds to) const;

 private:
  /// Index of the change in force at `utc`, from 0; 0 = before the first.
  std::size_t index_at(Seconds utc) const;
  Seconds offset_of(std::size_t index) const {
    return index == 0 ? first_ : changes_[index - 1].offset;
  }

  Seconds first_ = 0;
  std::vector<zones::Change> changes_;
};

}  // namespace poised::calendar
