// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>
#include <glib.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace poised::calendar {

/// How a server may know the person. Never sent to another host than the one of the request, nor
/// over a line that others can read.
struct Credentials {
  enum class Kind { none, basic, digest, bearer, negotiate } kind = Kind::none;
  std::string user, secret;
};

struct Fetch {
  std::string method = "GET", url, body;
  std::vector<std::string> headers;
  Credentials credentials;
};

struct Fetched {
  long status = 0;    ///< of HTTP; 0: there was no answer
  std::string error;  ///< why there was none
  std::string url;    ///< after redirects
  std::string body, etag, last_modified;
};

/// HTTP(S), several requests at once, without a thread. System certificates and proxies. Every
/// request ends: after 5 redirects, 64 MiB, two minutes, or 20 s of next to nothing. [loop-thread]
class Fetcher {
 public:
  Fetcher();
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  void fetch(Fetch request, std::function<void(Fetched)> then);

 private:
  struct Transfer;

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void act(curl_socket_t socket, int events);
  void collect();

  CURLM* multi_ = nullptr;
  guint timer_ = 0;
  std::map<curl_socket_t, guint> watches_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
};

}  // namespace poised::calendar
