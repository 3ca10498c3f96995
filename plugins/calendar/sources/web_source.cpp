// SPDX-License-Identifier: MIT
#include "calendar/sources/web_source.hpp"

#include <utility>

namespace poised::calendar {

WebSource::WebSource(Desk& desk, Account account)
    : Source(desk, account.name, account.addresses), account_(std::move(account)) {}

void WebSource::forget() {
  etag_.clear();
  last_modified_.clear();
  busy_ = false;
  poll();
}

void WebSource::poll() {
  if (std::exchange(busy_, true)) return;
  find_credentials(
      account_, while_alive([this](const Credentials& credentials, const std::string& problem) {
        if (!problem.empty()) {
          busy_ = false;
          return trouble(problem);
        }
        Fetch request;
        request.url = account_.url;
        request.credentials = credentials;
        request.headers = {"Accept: text/calendar"};
        if (!etag_.empty())
          request.headers.push_back("If-None-Match: " + etag_);
        else if (!last_modified_.empty())
          request.headers.push_back("If-Modified-Since: " + last_modified_);
        desk_.fetcher.fetch(std::move(request),
                            while_alive([this](const Fetched& result) { fetched(result); }));
      }));
}

void WebSource::fetched(Fetched result) {
  busy_ = false;
  if (!result.error.empty()) return trouble(result.error);
  if (result.status == 304) {
    trouble("");
    return publish();
  }
  if (result.status != 200) return trouble("the server answers " + std::to_string(result.status));
  put("", std::move(result.body),
      [this, etag = result.etag, modified = result.last_modified](const std::string& problem,
                                                                  bool taken) {
        trouble(problem);
        if (!taken) return;
        etag_ = etag;
        last_modified_ = modified;
        publish();
      });
}

}  // namespace poised::calendar
