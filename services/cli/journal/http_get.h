#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace qingqu::cli {

// "http://host:port/path"; without a slash at the end of the path.
struct HttpUrl {
  bool tls = false;
  std::string host;
  std::string port;
  std::string path;
};
// INVALID_ARGUMENT for what is no such URL, or names a user, a query or a fragment.
absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view text);

// Fetches files from one server over a connection that it keeps, HTTP/1.1. With TLS the server's
// certificate must name the host and be of an authority that this machine (or $SSL_CERT_FILE)
// believes. Redirections are not followed. Not thread-safe.
class HttpGetter {
 public:
  HttpGetter(const HttpUrl& url, absl::Duration timeout);
  ~HttpGetter();

  // NOT_FOUND for 404 and 410; UNAVAILABLE for any other answer than 200, for one longer than
  // `bytes_max`, and for none.
  absl::StatusOr<std::string> Get(std::string_view target, size_t bytes_max);

 private:
  class Connection;
  const HttpUrl url_;
  const absl::Duration timeout_;
  std::unique_ptr<Connection> connection_;  // null before the first call and after an error
};

}  // namespace qingqu::cli
