// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "calendar/sources/fetcher.hpp"

namespace poised::calendar {

/// Where a calendar is and how its server knows the person, as configured.
struct Account {
  std::string name, path, url;
  bool is_caldav = false;
  Credentials::Kind kind = Credentials::Kind::none;
  std::string user, password_file, password_command, secret;
  std::vector<std::string> addresses;
};

/// One table of `calendars`. Throws std::runtime_error with one line for people.
Account account_of(const nlohmann::json& table, std::size_t number);

/// Finds the password: in a file of mode 0600, from a command's first line, or in the keyring.
/// `problem` "": found. A command has 20 s.
void find_credentials(const Account& account,
                      std::function<void(Credentials, const std::string& problem)> then);

}  // namespace poised::calendar
