// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "calendar/sources/account.hpp"
#include "calendar/sources/source.hpp"

namespace poised::calendar {

/// The calendars of a CalDAV account (RFC 4791), or one of them if the URL names it. Finds them by
/// itself, and then only asks what has changed: by sync-collection (RFC 6578), else by CTag and
/// ETags.
class CaldavSource final : public Source {
 public:
  CaldavSource(Desk& desk, Account account);
  void poll() override;
  void forget() override;

 private:
  struct Collection {
    std::string url, sync_token, ctag;
    bool can_sync = false;
    std::map<std::string, std::string> etags;  ///< by href; those the worker has
  };
  using Resource = std::vector<std::string>;  ///< as ResourceField
  struct Answer {
    long status = 0;
    std::string url, sync_token;
    std::vector<Resource> resources;
  };

  void request(const std::string& method, const std::string& url, const std::string& depth,
               const std::string& body, std::function<void(const Answer&)> then);
  void fail(const std::string& problem);
  std::string absolute(const std::string& base, const std::string& href) const;

  void discover(const std::string& url, int step);
  void list_home(const std::string& url);
  void add_collection(const Resource& resource, const std::string& base);

  void next_collection();
  void sync(bool from_scratch);
  void look_at_ctag();
  void list_etags();
  void changed(const Resource& resource, std::set<std::string>& seen);
  void keep_only(const std::set<std::string>& hrefs);
  void fetch_some();
  void take(std::vector<Resource> resources, std::size_t at);
  void collection_done();

  Account account_;
  Credentials credentials_;
  std::vector<Collection> collections_;
  std::size_t current_ = 0;
  std::deque<std::pair<std::string, std::string>> wanted_;  ///< href, ETag
  std::string new_token_, new_ctag_, odd_;
  bool busy_ = false, found_ = false, well_known_tried_ = false;
};

}  // namespace poised::calendar
