// SPDX-License-Identifier: MIT
#include "calendar/sources/caldav_source.hpp"

#include <algorithm>
#include <utility>

namespace poised::calendar {
namespace {

constexpr std::size_t at_a_time = 200;
constexpr std::size_t most_objects = 200'000;
constexpr std::size_t most_collections = 100;

const std::string spaces =
    R"(xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/")";

std::string propfind(const std::string& properties) {
  return R"(<?xml version="1.0" encoding="utf-8"?><d:propfind )" + spaces + "><d:prop>" +
         properties + "</d:prop></d:propfind>";
}

const std::string about_collection =
    "<d:resourcetype/><d:displayname/><s:getctag/><d:sync-token/><d:supported-report-set/>"
    "<c:supported-calendar-component-set/><c:schedule-calendar-transp/>";
const std::string about_person =
    "<d:current-user-principal/><c:calendar-home-set/><c:calendar-user-address-set/>";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else
      result += c;
  }
  return result;
}

std::string host_of(const std::string& url) {
  const auto begin = url.find("://");
  return begin == std::string::npos ? url : url.substr(0, url.find('/', begin + 3));
}

}  // namespace

CaldavSource::CaldavSource(Desk& desk, Account account)
    : Source(desk, account.name, account.addresses), account_(std::move(account)) {}

void CaldavSource::forget() {
  for (auto& collection : collections_) {
    collection.sync_token.clear();
    collection.ctag.clear();
    collection.etags.clear();
  }
  busy_ = false;
  poll();
}

void CaldavSource::fail(const std::string& problem) {
  busy_ = false;
  wanted_.clear();
  trouble(problem);
}

void CaldavSource::poll() {
  if (std::exchange(busy_, true)) return;
  odd_.clear();
  find_credentials(account_,
                   while_alive([this](const Credentials& credentials, const std::string& problem) {
                     if (!problem.empty()) return fail(problem);
                     credentials_ = credentials;
                     current_ = 0;
                     if (found_) return next_collection();
                     well_known_tried_ = false;
                     collections_.clear();
                     discover(account_.url, 0);
                   }));
}

void CaldavSource::request(const std::string& method, const std::string& url,
                           const std::string& depth, const std::string& body,
                           std::function<void(const Answer&)> then) {
  Fetch fetch;
  fetch.method = method;
  fetch.url = url;
  fetch.body = body;
  fetch.credentials = credentials_;
  fetch.headers = {"Depth: " + depth, "Content-Type: application/xml; charset=utf-8"};
  desk_.fetcher.fetch(
      std::move(fetch), while_alive([this, then = std::move(then)](const Fetched& result) {
        if (!result.error.empty()) return fail(result.error);
        // Known by the password no longer; the next look finds the account anew.
        if (result.status == 401) return fail("the server does not take the password (401)");
        Answer answer{result.status, result.url, {}, {}};
        if (result.status != 207) return then(answer);
        ask({FrameKind::multistatus, {result.body}},
            [this, then, answer](const Frame& read, const std::string& died) mutable {
              if (!died.empty()) return fail(died);
              if (!read.text(0).empty()) return fail(std::string(read.text(0)));
              answer.sync_token = read.text(1);
              for (std::size_t i = 2; i + resource_fields <= read.texts.size();
                   i += resource_fields)
                answer.resources.emplace_back(
                    read.texts.begin() + static_cast<std::ptrdiff_t>(i),
                    read.texts.begin() + static_cast<std::ptrdiff_t>(i + resource_fields));
              then(answer);
            });
      }));
}

std::string CaldavSource::absolute(const std::string& base, const std::string& href) const {
  CURLU* parts = curl_url();
  char* text = nullptr;
  std::string url;
  if (curl_url_set(parts, CURLUPART_URL, base.c_str(), 0) == CURLUE_OK &&
      curl_url_set(parts, CURLUPART_URL, href.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK)
    url = text;
  curl_free(text);
  curl_url_cleanup(parts);
  // The password is for the host that the person named, and those it sends to itself by redirect.
  return host_of(url) == host_of(base) ? url : std::string();
}

// ------------------------------------------------------------------ discovery

void CaldavSource::discover(const std::string& url, int step) {
  if (url.empty() || step > 4) return fail("no calendar was found at this address");
  request("PROPFIND", url, "0", propfind(about_collection + about_person),
          [this, url, step](const Answer& answer) {
            const bool good = answer.status == 207 && !answer.resources.empty();
            if (good) {
              const auto& found = answer.resources[0];
              own_addresses_ += found[resource_addresses];
              if (!found[resource_kind].empty()) {
                add_collection(found, answer.url);
                found_ = true;
                return next_collection();
              }
              if (!found[resource_home].empty())
                return list_home(absolute(answer.url, found[resource_home]));
              const auto principal = absolute(answer.url, found[resource_principal]);
              if (!principal.empty() && principal != answer.url)
                return discover(principal, step + 1);
            }
            if (!std::exchange(well_known_tried_, true))
              return discover(host_of(url) + "/.well-known/caldav", step + 1);
            fail(good || answer.status == 404
                     ? "no calendar was found at this address"
                     : "the server answers " + std::to_string(answer.status));
          });
}

void CaldavSource::list_home(const std::string& url) {
  if (url.empty()) return fail("the calendars are on another host");
  request("PROPFIND", url, "1", propfind(about_collection), [this](const Answer& answer) {
    if (answer.status != 207) return fail("the server answers " + std::to_string(answer.status));
    for (const auto& resource : answer.resources)
      if (resource[resource_kind] == "calendar") add_collection(resource, answer.url);
    if (collections_.empty()) return fail("no calendar was found at this address");
    found_ = true;
    next_collection();
  });
}

void CaldavSource::add_collection(const Resource& resource, const std::string& base) {
  const auto url = absolute(base, resource[resource_href]);
  if (url.empty() || collections_.size() >= most_collections) return;
  Collection collection;
  collection.url = url;
  collection.can_sync =
      resource[resource_reports] == "sync" || !resource[resource_sync_token].empty();
  collections_.push_back(std::move(collection));
}

// ------------------------------------------------------------------ what has changed

void CaldavSource::next_collection() {
  if (current_ < collections_.size())
    return collections_[current_].can_sync ? sync(false) : look_at_ctag();
  busy_ = false;
  trouble(odd_);
  publish();
}

void CaldavSource::sync(bool from_scratch) {
  auto& collection = collections_[current_];
  if (from_scratch) collection.sync_token.clear();
  const bool whole_list = collection.sync_token.empty();
  request(
      "REPORT", collection.url, "1",
      R"(<?xml version="1.0" encoding="utf-8"?><d:sync-collection xmlns:d="DAV:"><d:sync-token>)" +
          escaped(collection.sync_token) +
          "</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop>"
          "</d:sync-collection>",
      [this, whole_list](const Answer& answer) {
        auto& synced = collections_[current_];
        if (answer.status == 404) {
          // Gone, or moved: the calendars are looked for again.
          found_ = false;
          for (const auto& [href, etag] : synced.etags) remove(href);
          synced.etags.clear();
          publish();
          return fail("the calendar is no longer on the server");
        }
        if (answer.status != 207) {
          // A token that is no longer known: all of it again.
          if (!whole_list) return sync(true);
          synced.can_sync = false;
          return look_at_ctag();
        }
        new_token_ = answer.sync_token;
        std::set<std::string> seen;
        for (const auto& resource : answer.resources) changed(resource, seen);
        if (whole_list) keep_only(seen);
        fetch_some();
      });
}

void CaldavSource::changed(const Resource& resource, std::set<std::string>& seen) {
  auto& collection = collections_[current_];
  const auto& href = resource[resource_href];
  if (href.empty() || href.ends_with('/')) return;
  if (resource[resource_status] == "404") {
    if (collection.etags.erase(href) > 0) remove(href);
    return;
  }
  if (collection.etags.size() + wanted_.size() >= most_objects) return;
  seen.insert(href);
  const auto known = collection.etags.find(href);
  if (known == collection.etags.end() || known->second.empty() ||
      known->second != resource[resource_etag])
    wanted_.emplace_back(href, resource[resource_etag]);
}

void CaldavSource::keep_only(const std::set<std::string>& hrefs) {
  auto& etags = collections_[current_].etags;
  for (auto known = etags.begin(); known != etags.end();) {
    if (hrefs.contains(known->first)) {
      ++known;
      continue;
    }
    remove(known->first);
    known = etags.erase(known);
  }
}

void CaldavSource::look_at_ctag() {
  request("PROPFIND", collections_[current_].url, "0", propfind("<s:getctag/><d:resourcetype/>"),
          [this](const Answer& answer) {
            if (answer.status != 207 || answer.resources.empty()) {
              found_ = answer.status != 404;
              return fail("the server answers " + std::to_string(answer.status));
            }
            new_ctag_ = answer.resources[0][resource_ctag];
            if (!new_ctag_.empty() && new_ctag_ == collections_[current_].ctag) {
              ++current_;
              return next_collection();
            }
            list_etags();
          });
}

void CaldavSource::list_etags() {
  request("PROPFIND", collections_[current_].url, "1", propfind("<d:getetag/>"),
          [this](const Answer& answer) {
            if (answer.status != 207)
              return fail("the server answers " + std::to_string(answer.status));
            std::set<std::string> seen;
            for (const auto& resource : answer.resources) changed(resource, seen);
            keep_only(seen);
            fetch_some();
          });
}

void CaldavSource::fetch_some() {
  if (wanted_.empty()) return collection_done();
  std::string hrefs;
  for (std::size_t i = 0; i < at_a_time && !wanted_.empty(); ++i) {
    hrefs += "<d:href>" + escaped(wanted_.front().first) + "</d:href>";
    wanted_.pop_front();
  }
  request("REPORT", collections_[current_].url, "1",
          R"(<?xml version="1.0" encoding="utf-8"?><c:calendar-multiget )" + spaces +
              "><d:prop><d:getetag/><c:calendar-data/></d:prop>" + hrefs + "</c:calendar-multiget>",
          [this](const Answer& answer) {
            if (answer.status != 207)
              return fail("the server answers " + std::to_string(answer.status));
            take(answer.resources, 0);
          });
}

void CaldavSource::take(std::vector<Resource> resources, std::size_t at) {
  auto& etags = collections_[current_].etags;
  while (at < resources.size()) {
    auto& resource = resources[at++];
    const auto href = resource[resource_href];
    if (resource[resource_status] == "404" && etags.erase(href) > 0) remove(href);
    if (resource[resource_text].empty()) continue;
    auto text = std::move(resource[resource_text]);
    const auto etag = resource[resource_etag];
    const bool last = at == resources.size();
    // What cannot be read is not asked for again until it changes.
    etags[href] = etag;
    put(href, std::move(text), [this, last](const std::string& problem, bool) {
      if (odd_.empty()) odd_ = problem;
      if (last) fetch_some();
    });
    if (last) return;
  }
  fetch_some();
}

void CaldavSource::collection_done() {
  auto& collection = collections_[current_];
  collection.sync_token = std::exchange(new_token_, {});
  collection.ctag = std::exchange(new_ctag_, {});
  ++current_;
  next_collection();
}

}  // namespace poised::calendar
