// SPDX-License-Identifier: MIT
#include "calendar/sources/fetcher.hpp"

#include <glib-unix.h>

#include <string_view>
#include <utility>

namespace poised::calendar {
namespace {

constexpr std::size_t max_bytes = std::size_t{64} << 20;
constexpr long redirects = 5, connect_s = 15, whole_s = 120, slow_s = 20, slow_bytes = 64;

/// A line that only this machine can read, or that is encrypted.
bool is_private(const std::string& url) {
  CURLU* parts = curl_url();
  char* scheme = nullptr;
  char* host = nullptr;
  bool is = false;
  if (curl_url_set(parts, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
      curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    const std::string_view name = host;
    is = std::string_view(scheme) == "https" || name == "localhost" || name == "[::1]" ||
         name == "127.0.0.1";
  }
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parts);
  return is;
}

std::string header_value(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || line[name.size()] != ':' ||
      g_ascii_strncasecmp(line.data(), name.data(), name.size()) != 0)
    return {};
  line.remove_prefix(name.size() + 1);
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  return std::string(line);
}

}  // namespace

struct Fetcher::Transfer {
  Fetch request;
  Fetched result;
  std::function<void(Fetched)> then;
  curl_slist* headers = nullptr;
  bool too_large = false;

  ~Transfer() { curl_slist_free_all(headers); }

  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    // Counted as it is unpacked.
    transfer.too_large = transfer.result.body.size() + size > max_bytes;
    if (transfer.too_large) return 0;
    transfer.result.body.append(data, size);
    return size;
  }
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    auto& result = static_cast<Transfer*>(self)->result;
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) result.etag = result.last_modified = "";
    if (auto etag = header_value(line, "etag"); !etag.empty()) result.etag = std::move(etag);
    if (auto date = header_value(line, "last-modified"); !date.empty())
      result.last_modified = std::move(date);
    return size;
  }
};

Fetcher::Fetcher() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, 2L);
}

Fetcher::~Fetcher() {
  for (auto& [easy, transfer] : transfers_) {
    curl_multi_remove_handle(multi_, easy);
    curl_easy_cleanup(easy);
  }
  curl_multi_cleanup(multi_);
  if (timer_ != 0) g_source_remove(timer_);
  for (const auto& [socket, watch] : watches_) g_source_remove(watch);
}

void Fetcher::fetch(Fetch request, std::function<void(Fetched)> then) {
  using Kind = Credentials::Kind;
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->then = std::move(then);
  const Fetch& wanted = transfer->request;
  if (wanted.credentials.kind != Kind::none && !is_private(wanted.url)) {
    Fetched refused;
    refused.error = "a password is sent over https only, or to this machine";
    return transfer->then(std::move(refused));
  }
  CURL* easy = curl_easy_init();
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_URL, wanted.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, wanted.url.starts_with("https:") ? "https" : "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, redirects);
  set(CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
  set(CURLOPT_CONNECTTIMEOUT, connect_s);
  set(CURLOPT_TIMEOUT, whole_s);
  set(CURLOPT_LOW_SPEED_LIMIT, slow_bytes);
  set(CURLOPT_LOW_SPEED_TIME, slow_s);
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, "poised");
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, transfer.get());
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, transfer.get());
  if (wanted.method != "GET") {
    set(CURLOPT_CUSTOMREQUEST, wanted.method.c_str());
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(wanted.body.size()));
    set(CURLOPT_POSTFIELDS, wanted.body.c_str());
  }
  for (const auto& header : wanted.headers)
    transfer->headers = curl_slist_append(transfer->headers, header.c_str());
  set(CURLOPT_HTTPHEADER, transfer->headers);
  const auto& credentials = wanted.credentials;
  switch (credentials.kind) {
    case Kind::none:
      break;
    case Kind::bearer:
      set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      set(CURLOPT_XOAUTH2_BEARER, credentials.secret.c_str());
      break;
    default:
      set(CURLOPT_HTTPAUTH,
          static_cast<long>(credentials.kind == Kind::digest      ? CURLAUTH_DIGEST
                            : credentials.kind == Kind::negotiate ? CURLAUTH_NEGOTIATE
                                                                  : CURLAUTH_BASIC));
      set(CURLOPT_USERNAME, credentials.user.c_str());
      set(CURLOPT_PASSWORD, credentials.secret.c_str());
  }
  transfers_[easy] = std::move(transfer);
  curl_multi_add_handle(multi_, easy);
}

int Fetcher::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& watches = static_cast<Fetcher*>(self)->watches_;
  if (const auto known = watches.find(socket); known != watches.end()) {
    g_source_remove(known->second);
    watches.erase(known);
  }
  if (what == CURL_POLL_REMOVE) return 0;
  unsigned events = 0;
  if (what != CURL_POLL_OUT) events |= G_IO_IN | G_IO_HUP;
  if (what != CURL_POLL_IN) events |= G_IO_OUT;
  const auto ready = +[](gint fd, GIOCondition condition, gpointer data) noexcept -> gboolean {
    int happened = 0;
    if ((condition & (G_IO_IN | G_IO_HUP)) != 0) happened |= CURL_CSELECT_IN;
    if ((condition & G_IO_OUT) != 0) happened |= CURL_CSELECT_OUT;
    if ((condition & G_IO_ERR) != 0) happened |= CURL_CSELECT_ERR;
    static_cast<Fetcher*>(data)->act(fd, happened);
    return G_SOURCE_CONTINUE;
  };
  watches[socket] =
      g_unix_fd_add(socket, static_cast<GIOCondition>(events | G_IO_ERR), ready, self);
  return 0;
}

int Fetcher::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& timer = static_cast<Fetcher*>(self)->timer_;
  if (timer != 0) g_source_remove(std::exchange(timer, 0));
  if (timeout_ms < 0) return 0;
  const auto elapsed = +[](gpointer data) noexcept -> gboolean {
    auto* fetcher = static_cast<Fetcher*>(data);
    fetcher->timer_ = 0;
    fetcher->act(CURL_SOCKET_TIMEOUT, 0);
    return G_SOURCE_REMOVE;
  };
  timer = g_timeout_add(static_cast<guint>(timeout_ms), elapsed, self);
  return 0;
}

void Fetcher::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  collect();
}

void Fetcher::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto transfer = std::move(transfers_[easy]);
    transfers_.erase(easy);
    auto& result = transfer->result;
    const char* url = nullptr;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &result.status);
    curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
    result.url = url == nullptr ? "" : url;
    if (code != CURLE_OK) {
      result.status = 0;
      result.error = transfer->too_large ? "larger than 64 MiB" : curl_easy_strerror(code);
    }
    curl_multi_remove_handle(multi_, easy);
    curl_easy_cleanup(easy);
    transfer->then(std::move(result));
  }
}

}  // namespace poised::calendar
