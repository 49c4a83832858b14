#include "services/gateway/request_head.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "boost/beast/core/error.hpp"
#include "boost/beast/core/string.hpp"
#include "boost/beast/http/error.hpp"
#include "boost/beast/http/field.hpp"

#include "common/base/strings.h"
#include "common/status/status.h"

namespace qingqu::gateway {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::array<std::string_view, 8> kKnownHeaders = {"content-type",
                                                           "content-encoding",
                                                           "connect-protocol-version",
                                                           "connect-timeout-ms",
                                                           "authorization",
                                                           "traceparent",
                                                           "if-none-match",
                                                           "x-qingqu-client-certificate"};
constexpr std::array<std::string_view, 4> kFramingHeaders = {"host", "content-length",
                                                             "transfer-encoding", "expect"};

beast::string_view ToBeast(std::string_view text) { return {text.data(), text.size()}; }

ConnectError Malformed(int http_status, std::string_view message) {
  return {MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_HTTP", message), http_status};
}

ConnectError TooLarge(int http_status, std::string_view message) {
  return {MakeError(absl::StatusCode::kResourceExhausted, "REQUEST_TOO_LARGE", message),
          http_status};
}

bool IsRepeated(const RequestHead& head, std::string_view name) {
  const auto range = head.equal_range(ToBeast(name));
  return std::distance(range.first, range.second) > 1;
}

// The library takes "2, 2" for 2; another reader of the same bytes may not.
bool IsDigit(char character) { return character >= '0' && character <= '9'; }

}  // namespace

std::optional<ConnectError> CheckHead(const RequestHead& head, const SessionLimits& limits) {
  if (head.version() != 10 && head.version() != 11) {
    return Malformed(505, "the HTTP version must be 1.1 or 1.0");
  }
  if (head.target().size() > limits.url_bytes_max) return TooLarge(414, "the URL is too long");
  if (!head.target().starts_with('/')) return Malformed(400, "the target must begin with /");
  const auto repeated = [&](std::string_view name) { return IsRepeated(head, name); };
  if (std::ranges::any_of(kKnownHeaders, repeated) ||
      std::ranges::any_of(kFramingHeaders, repeated)) {
    return Malformed(400, "a header that may stand once is repeated");
  }
  if (head.version() == 11 && head.count(http::field::host) == 0) {
    return Malformed(400, "the Host header is missing");
  }
  const auto length = head.find(http::field::content_length);
  if (length != head.end() && !std::ranges::all_of(length->value(), IsDigit)) {
    return Malformed(400, "the Content-Length is not a number");
  }
  const auto transfer_encoding = head.find(http::field::transfer_encoding);
  if (transfer_encoding == head.end()) return std::nullopt;
  if (head.version() != 11 || length != head.end()) {
    return Malformed(400, "a transfer-encoding is not allowed here");
  }
  if (!beast::iequals(transfer_encoding->value(), "chunked")) {
    return Malformed(501, "the only transfer-encoding is \"chunked\"");
  }
  return std::nullopt;
}

std::optional<ConnectError> ReadError(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return TooLarge(431, "the request's header is too large");
  }
  if (error == http::error::body_limit) return TooLarge(413, "the request's body is too large");
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  if (error.category() != http::make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return Malformed(400, "the request is not HTTP/1.1");
}

HttpHeaders KnownHeaders(const RequestHead& head) {
  HttpHeaders headers;
  for (const std::string_view name : kKnownHeaders) {
    const auto found = head.find(ToBeast(name));
    if (found == head.end()) continue;
    headers.emplace_back(name, std::string(found->value().data(), found->value().size()));
  }
  return headers;
}

std::string ForwardedAddress(const RequestHead& head) {
  std::string last;
  const auto [begin, end] = head.equal_range("x-forwarded-for");
  for (auto field = begin; field != end; ++field) {
    last.assign(field->value().data(), field->value().size());
  }
  const size_t comma = last.rfind(',');
  if (comma != std::string::npos) last.erase(0, comma + 1);
  return std::string(TrimAsciiSpace(last));
}

}  // namespace qingqu::gateway
