#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qingqu::gateway {

// Header names are in lower case.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// One HTTP request as the gateway reads it, free of the HTTP library.
struct HttpRequest {
  std::string method;  // as sent: "POST"
  std::string target;  // origin form: "/healthz?x=1"
  HttpHeaders headers;
  std::string body;
  std::string peer_address;       // of the TCP connection
  std::string forwarded_address;  // the last of X-Forwarded-For, which the nearest proxy wrote

  // The header's value, or nullptr. `name` in lower case. The session lets no header through twice.
  const std::string* FindHeader(std::string_view name) const {
    for (const auto& [header, value] : headers) {
      if (header == name) return &value;
    }
    return nullptr;
  }
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

// Makes the response; the session runs it on its own thread, so that work on payloads stays off
// gRPC's threads.
using ResponseMaker = std::function<HttpResponse()>;
// Answers a request. Called exactly once, from any thread.
using Respond = std::function<void(ResponseMaker)>;
// What the HTTP server does with a request. Thread-safe; must not block.
using HttpHandler = std::function<void(HttpRequest, Respond)>;

}  // namespace qingqu::gateway
