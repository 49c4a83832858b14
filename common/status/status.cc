#include "common/status/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "google/rpc/error_details.pb.h"

#include "common/base/check.h"
#include "common/base/strings.h"

namespace qingqu {
namespace {

constexpr std::string_view kDomain = "qingqu";
constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com/";
constexpr size_t kViolationsMax = 100;
constexpr size_t kViolationBytesMax = 4096;
// The largest google.protobuf.Duration.
constexpr absl::Duration kRetryDelayMax = absl::Seconds(315'576'000'000);

// A proto3 string that is not UTF-8 makes the receiver drop the whole message.
std::string ToProtoText(std::string_view text) {
  return IsStorableText(text) ? std::string(text) : absl::CHexEscape(ToAbsl(text));
}

template <typename Message>
std::string TypeUrl() {
  return std::string(kTypeUrlPrefix) + Message::descriptor()->full_name();
}

template <typename Message>
void SetDetail(const Message& detail, absl::Status& status) {
  status.SetPayload(TypeUrl<Message>(), absl::Cord(detail.SerializeAsString()));
}

std::optional<google::rpc::ErrorInfo> FindErrorInfo(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(TypeUrl<google::rpc::ErrorInfo>());
  google::rpc::ErrorInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return std::nullopt;
  if (info.domain() != kDomain) return std::nullopt;
  return info;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view message,
                       const ErrorMetadata& metadata) {
  QINGQU_CHECK(code != absl::StatusCode::kOk);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  for (const auto& [name, value] : metadata) {
    (*info.mutable_metadata())[ToProtoText(name)] = ToProtoText(value);
  }
  absl::Status status(code, ToProtoText(message));
  SetDetail(info, status);
  return status;
}

std::string ErrorReason(const absl::Status& status) {
  const std::optional<google::rpc::ErrorInfo> info = FindErrorInfo(status);
  return info ? info->reason() : "";
}

ErrorMetadata ErrorDetails(const absl::Status& status) {
  const std::optional<google::rpc::ErrorInfo> info = FindErrorInfo(status);
  if (!info) return {};
  return {info->metadata().begin(), info->metadata().end()};
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  absl::Duration nanoseconds = std::clamp(delay, absl::ZeroDuration(), kRetryDelayMax);
  const int64_t seconds = absl::IDivDuration(nanoseconds, absl::Seconds(1), &nanoseconds);
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(seconds);
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(nanoseconds)));
  SetDetail(info, status);
  return status;
}

void FieldViolations::Add(std::string_view field, std::string_view description) {
  violations_.emplace_back(field, description);
}

void FieldViolations::AddIfError(std::string_view field, const absl::Status& status) {
  if (!status.ok()) Add(field, ToStd(status.message()));
}

absl::Status FieldViolations::ToStatus() const {
  return ToStatus(absl::StatusCode::kInvalidArgument, "INVALID_FIELD");
}

absl::Status FieldViolations::ToStatus(absl::StatusCode code, std::string_view reason) const {
  if (empty()) return absl::OkStatus();
  google::rpc::BadRequest bad_request;
  size_t bytes = 0;
  for (const auto& [field, description] : violations_) {
    const std::string field_text = ToProtoText(field);
    const std::string description_text = ToProtoText(description);
    bytes += field_text.size() + description_text.size();
    const size_t count = static_cast<size_t>(bad_request.field_violations_size());
    if (count == kViolationsMax || (count > 0 && bytes > kViolationBytesMax)) break;
    google::rpc::BadRequest::FieldViolation& violation = *bad_request.add_field_violations();
    violation.set_field(field_text);
    violation.set_description(description_text);
  }
  std::string message =
      fmt::format("{}: {}", violations_.front().first, violations_.front().second);
  if (violations_.size() > 1) message += fmt::format(" (and {} more)", violations_.size() - 1);
  absl::Status status = MakeError(code, reason, message);
  SetDetail(bad_request, status);
  return status;
}

absl::Status InvalidField(std::string_view field, std::string_view description) {
  FieldViolations violations;
  violations.Add(field, description);
  return violations.ToStatus();
}

}  // namespace qingqu
