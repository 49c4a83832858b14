#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "services/gateway/connect_error.h"
#include "services/gateway/http_message.h"
#include "services/gateway/transcoder.h"

namespace qingqu::gateway {

// The Connect protocol for unary calls, https://connectrpc.com/docs/protocol.

struct ConnectLimits {
  int64_t timeout_default_ms = 30'000;  // when the client names none
  int64_t timeout_max_ms = 60'000;      // what the client names is cut to this
};

enum class Codec { kJson, kProto };

// A call as the client sent it: nothing of the message has been looked at.
struct ConnectCall {
  const Method* method = nullptr;
  Codec codec = Codec::kJson;
  std::string message;
  int64_t timeout_ms = 0;
  std::string authorization;  // "" when absent
};

// The part of a target before the query.
std::string_view PathOf(std::string_view target);

// True when the target's path has the form /package.Service/Method, whether there is such a method
// or not.
bool LooksLikeMethod(std::string_view path);

// Reads a call from a request, POST or GET. Every refusal that the protocol knows is an error here.
std::variant<ConnectCall, ConnectError> ParseConnectCall(const Transcoder& transcoder,
                                                         const ConnectLimits& limits,
                                                         HttpRequest request);

std::string_view ContentTypeOf(Codec codec);

}  // namespace qingqu::gateway
