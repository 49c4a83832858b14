#pragma once

#include <optional>
#include <string>

#include "boost/beast/http/fields.hpp"
#include "boost/beast/http/message.hpp"

#include "services/gateway/connect_error.h"
#include "services/gateway/session.h"

namespace qingqu::gateway {

using RequestHead = boost::beast::http::request_header<boost::beast::http::fields>;

// What RFC 9112 wants refused and the HTTP library lets pass: a missing or repeated Host, transfer
// codings other than "chunked" (which would leave the end of the request to guesswork), repeated
// headers that matter, targets not in origin form; and a URL above the limit. nullopt when the head
// may be served.
std::optional<ConnectError> CheckHead(const RequestHead& head, const SessionLimits& limits);

// The error for a request that could not be read, or nullopt when there is nobody to answer
// (closed, timed out).
std::optional<ConnectError> ReadError(const boost::system::error_code& error);

// The headers that the gateway reads, and no others.
HttpHeaders KnownHeaders(const RequestHead& head);

// The last address of X-Forwarded-For, "" when there is none.
std::string ForwardedAddress(const RequestHead& head);

}  // namespace qingqu::gateway
