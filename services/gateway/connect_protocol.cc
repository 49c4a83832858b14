#include "services/gateway/connect_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::gateway {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kProtoType = "application/proto";
constexpr size_t kTimeoutDigitsMax = 10;
// gRPC refuses more than 8 KiB of metadata; a token of ours has less than 2 KiB.
constexpr size_t kAuthorizationBytesMax = 4096;

using Query = std::map<std::string, std::string, std::less<>>;

absl::Status Invalid(std::string_view reason, const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message);
}

int HexDigit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

// application/x-www-form-urlencoded, strict about half escapes.
std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '%') {
      decoded += text[index] == '+' ? ' ' : text[index];
      continue;
    }
    if (index + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[index + 1]);
    const int low = HexDigit(text[index + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    index += 2;
  }
  return decoded;
}

absl::StatusOr<Query> ParseQuery(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    const auto name = PercentDecode(part.substr(0, equals));
    const auto value = PercentDecode(equals == std::string_view::npos ? std::string_view()
                                                                      : part.substr(equals + 1));
    if (!name || !value) return Invalid("MALFORMED_QUERY", "the query holds a broken % escape");
    if (!query.emplace(*name, *value).second) {
      return Invalid("MALFORMED_QUERY", fmt::format("the query names \"{}\" twice", *name));
    }
  }
  return query;
}

// URL-safe or standard alphabet, with or without padding.
std::optional<std::string> DecodeBase64(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.erase(text.find_last_not_of('=') + 1);
  if (text.find('=') != std::string::npos || text.size() % 4 == 1) return std::nullopt;
  // Abseil skips white space; we do not.
  if (std::ranges::any_of(text, [](char character) {
        return absl::ascii_isspace(static_cast<unsigned char>(character));
      })) {
    return std::nullopt;
  }
  while (text.size() % 4 != 0) text += '=';
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes)) return std::nullopt;
  return bytes;
}

std::optional<Codec> CodecOfContentType(std::string_view header) {
  const size_t semicolon = header.find(';');
  const std::string type =
      absl::AsciiStrToLower(ToAbsl(TrimAsciiSpace(header.substr(0, semicolon))));
  if (type == kProtoType && semicolon == std::string_view::npos) return Codec::kProto;
  if (type != kJsonType) return std::nullopt;
  if (semicolon == std::string_view::npos) return Codec::kJson;
  std::string parameter =
      absl::AsciiStrToLower(ToAbsl(TrimAsciiSpace(header.substr(semicolon + 1))));
  std::erase(parameter, '"');
  if (parameter == "charset=utf-8") return Codec::kJson;
  return std::nullopt;
}

absl::StatusOr<int64_t> ParseTimeout(const HttpRequest& request, const ConnectLimits& limits) {
  const std::string* header = request.FindHeader("connect-timeout-ms");
  if (header == nullptr) return std::min(limits.timeout_default_ms, limits.timeout_max_ms);
  int64_t timeout_ms = 0;
  const char* end = header->data() + header->size();
  const auto [parsed, error] = std::from_chars(header->data(), end, timeout_ms);
  if (error != std::errc() || parsed != end || header->size() > kTimeoutDigitsMax ||
      timeout_ms < 1) {
    return Invalid("MALFORMED_TIMEOUT",
                   "connect-timeout-ms must be a positive number of at most 10 digits");
  }
  return std::min(timeout_ms, limits.timeout_max_ms);
}

absl::Status CheckVersionAndEncoding(const HttpRequest& request) {
  const std::string* version = request.FindHeader("connect-protocol-version");
  if (version != nullptr && *version != "1") {
    return Invalid("UNKNOWN_PROTOCOL_VERSION", "connect-protocol-version must be \"1\"");
  }
  const std::string* encoding = request.FindHeader("content-encoding");
  if (encoding == nullptr || encoding->empty() || *encoding == "identity") return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnimplemented, "UNKNOWN_COMPRESSION",
                   "only the content-encoding \"identity\" is supported");
}

// gRPC ends the process when a metadata value holds anything but printable ASCII.
absl::StatusOr<std::string> ParseAuthorization(const HttpRequest& request) {
  const std::string* header = request.FindHeader("authorization");
  if (header == nullptr) return "";
  const bool printable = std::ranges::all_of(
      *header, [](char character) { return character >= ' ' && character <= '~'; });
  if (printable && header->size() <= kAuthorizationBytesMax) return *header;
  return MakeError(absl::StatusCode::kUnauthenticated, "MALFORMED_AUTHORIZATION",
                   "the authorization header must be printable ASCII of at most 4096 bytes");
}

ConnectError UnknownCodec() {
  return {MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_CODEC",
                    "the content type must be application/json or application/proto"),
          415,
          {{"accept-post", fmt::format("{}, {}", kJsonType, kProtoType)}}};
}

absl::Status CheckGetQuery(const Query& query) {
  if (!query.contains("message") || !query.contains("encoding")) {
    return Invalid("MALFORMED_QUERY", "a call by GET needs ?encoding=json&message=…");
  }
  if (const auto version = query.find("connect"); version != query.end()) {
    if (version->second != "v1") {
      return Invalid("UNKNOWN_PROTOCOL_VERSION", "connect must be \"v1\"");
    }
  }
  if (const auto encoding = query.find("compression"); encoding != query.end()) {
    if (encoding->second != "identity") {
      return MakeError(absl::StatusCode::kUnimplemented, "UNKNOWN_COMPRESSION",
                       "only the compression \"identity\" is supported");
    }
  }
  return absl::OkStatus();
}

std::optional<ConnectError> ReadGetQuery(std::string_view target, ConnectCall& call) {
  const size_t mark = target.find('?');
  absl::StatusOr<Query> query =
      ParseQuery(mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1));
  if (!query.ok()) return ConnectError{query.status()};
  if (absl::Status status = CheckGetQuery(*query); !status.ok()) return ConnectError{status};
  const std::string& encoding = (*query)["encoding"];
  if (encoding != "json" && encoding != "proto") return UnknownCodec();
  call.codec = encoding == "proto" ? Codec::kProto : Codec::kJson;
  call.message = (*query)["message"];
  if ((*query)["base64"] != "1") return std::nullopt;
  std::optional<std::string> bytes = DecodeBase64(call.message);
  if (!bytes) return ConnectError{Invalid("MALFORMED_QUERY", "message is not base64")};
  call.message = *std::move(bytes);
  return std::nullopt;
}

// What the path and the HTTP method already refuse.
std::optional<ConnectError> CheckRoute(const Method* method, const HttpRequest& request) {
  if (method == nullptr) {
    return ConnectError{MakeError(absl::StatusCode::kUnimplemented, "UNKNOWN_METHOD",
                                  "there is no such method; paths are /package.Service/Method"),
                        404};
  }
  if (method->streaming) {
    return ConnectError{MakeError(absl::StatusCode::kUnimplemented, "STREAMING_NOT_OFFERED",
                                  "streaming methods can be called by gRPC only")};
  }
  const bool get = request.method == "GET" && method->by_get;
  if (request.method == "POST" || get) return std::nullopt;
  return ConnectError{MakeError(absl::StatusCode::kUnimplemented, "HTTP_METHOD_NOT_ALLOWED",
                                method->by_get ? "this method is called by POST or GET"
                                               : "this method is called by POST"),
                      405,
                      {{"allow", method->by_get ? "GET, POST" : "POST"}}};
}

}  // namespace

std::string_view PathOf(std::string_view target) { return target.substr(0, target.find('?')); }

bool LooksLikeMethod(std::string_view path) {
  if (!path.starts_with('/')) return false;
  const size_t slash = path.find('/', 1);
  return slash != std::string_view::npos && path.find('.') < slash;
}

std::string_view ContentTypeOf(Codec codec) {
  return codec == Codec::kJson ? kJsonType : kProtoType;
}

std::variant<ConnectCall, ConnectError> ParseConnectCall(const Transcoder& transcoder,
                                                         const ConnectLimits& limits,
                                                         HttpRequest request) {
  ConnectCall call;
  call.method = transcoder.Find(PathOf(request.target));
  if (std::optional<ConnectError> refusal = CheckRoute(call.method, request)) return *refusal;
  if (absl::Status status = CheckVersionAndEncoding(request); !status.ok()) {
    return ConnectError{status};
  }
  if (request.method == "GET") {
    if (std::optional<ConnectError> refusal = ReadGetQuery(request.target, call)) return *refusal;
  } else {
    const std::string* content_type = request.FindHeader("content-type");
    const std::optional<Codec> codec = CodecOfContentType(content_type ? *content_type : "");
    if (!codec) return UnknownCodec();
    call.codec = *codec;
    call.message = std::move(request.body);
  }
  absl::StatusOr<int64_t> timeout_ms = ParseTimeout(request, limits);
  if (!timeout_ms.ok()) return ConnectError{timeout_ms.status()};
  call.timeout_ms = *timeout_ms;
  absl::StatusOr<std::string> authorization = ParseAuthorization(request);
  if (!authorization.ok()) return ConnectError{authorization.status()};
  call.authorization = *std::move(authorization);
  return call;
}

}  // namespace qingqu::gateway
