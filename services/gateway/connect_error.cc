#include "services/gateway/connect_error.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "google/rpc/error_details.pb.h"
#include "nlohmann/json.hpp"

#include "common/base/strings.h"

namespace qingqu::gateway {
namespace {

using nlohmann::json;

struct CodeEntry {
  std::string_view name;
  int http_status;
};

// Type name ("google.rpc.ErrorInfo") → bytes. Connect wants the names without their URL prefix.
std::map<std::string, std::string> Payloads(const absl::Status& status) {
  std::map<std::string, std::string> payloads;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    const std::string_view url = ToStd(type_url);
    payloads.emplace(url.substr(url.rfind('/') + 1), std::string(payload));
  });
  return payloads;
}

std::string UnpaddedBase64(const std::string& bytes) {
  std::string text = absl::Base64Escape(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

json DetailOf(const std::string& type, const std::string& bytes, const Transcoder* transcoder) {
  json detail = {{"type", type}, {"value", UnpaddedBase64(bytes)}};
  if (transcoder == nullptr) return detail;
  json debug = json::parse(transcoder->DetailToJson(type, bytes), nullptr, false);
  if (!debug.is_discarded()) detail["debug"] = std::move(debug);
  return detail;
}

// Whole seconds, rounded up: a client that comes back earlier is refused again.
int64_t RetryAfterSeconds(const std::string& bytes) {
  google::rpc::RetryInfo info;
  if (!info.ParseFromString(bytes)) return 1;
  const int64_t seconds = info.retry_delay().seconds() + (info.retry_delay().nanos() > 0 ? 1 : 0);
  return std::max<int64_t>(seconds, 1);
}

CodeEntry EntryOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return {"unknown", 500};
    case absl::StatusCode::kCancelled:
      return {"canceled", 499};
    case absl::StatusCode::kUnknown:
      return {"unknown", 500};
    case absl::StatusCode::kInvalidArgument:
      return {"invalid_argument", 400};
    case absl::StatusCode::kDeadlineExceeded:
      return {"deadline_exceeded", 504};
    case absl::StatusCode::kNotFound:
      return {"not_found", 404};
    case absl::StatusCode::kAlreadyExists:
      return {"already_exists", 409};
    case absl::StatusCode::kPermissionDenied:
      return {"permission_denied", 403};
    case absl::StatusCode::kResourceExhausted:
      return {"resource_exhausted", 429};
    case absl::StatusCode::kFailedPrecondition:
      return {"failed_precondition", 400};
    case absl::StatusCode::kAborted:
      return {"aborted", 409};
    case absl::StatusCode::kOutOfRange:
      return {"out_of_range", 400};
    case absl::StatusCode::kUnimplemented:
      return {"unimplemented", 501};
    case absl::StatusCode::kInternal:
      return {"internal", 500};
    case absl::StatusCode::kUnavailable:
      return {"unavailable", 503};
    case absl::StatusCode::kDataLoss:
      return {"data_loss", 500};
    case absl::StatusCode::kUnauthenticated:
      return {"unauthenticated", 401};
    default:
      return {"unknown", 500};
  }
}

}  // namespace

std::string_view ConnectCode(absl::StatusCode code) { return EntryOf(code).name; }

int HttpStatusOf(absl::StatusCode code) { return EntryOf(code).http_status; }

HttpResponse ToResponse(const ConnectError& error, const Transcoder* transcoder) {
  HttpResponse response;
  const absl::StatusCode code = error.status.code();
  response.status = error.http_status != 0 ? error.http_status : HttpStatusOf(code);
  response.headers = error.headers;
  response.headers.emplace_back("content-type", "application/json");
  json body = {{"code", ConnectCode(code)}};
  if (!error.status.message().empty()) body["message"] = std::string(error.status.message());
  for (const auto& [type, bytes] : Payloads(error.status)) {
    body["details"].push_back(DetailOf(type, bytes, transcoder));
    if (type == google::rpc::RetryInfo::descriptor()->full_name()) {
      response.headers.emplace_back("retry-after", std::to_string(RetryAfterSeconds(bytes)));
    }
  }
  response.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return response;
}

}  // namespace qingqu::gateway
