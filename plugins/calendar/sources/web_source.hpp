// SPDX-License-Identifier: MIT
#pragma once

#include "calendar/sources/account.hpp"
#include "calendar/sources/source.hpp"

namespace poised::calendar {

/// One .ics text over HTTP(S), asked for only if it has changed.
class WebSource final : public Source {
 public:
  WebSource(Desk& desk, Account account);
  void poll() override;
  void forget() override;

 private:
  void fetched(Fetched result);

  Account account_;
  std::string etag_, last_modified_;
  bool busy_ = false;
};

}  // namespace poised::calendar
