#include "services/cli/exit_code.h"

#include <string_view>
#include <utility>

#include "absl/strings/cord.h"

#include "common/base/strings.h"
#include "common/status/status.h"

namespace qingqu::cli {
namespace {

constexpr std::string_view kOriginType = "qingqu.cli/origin";
constexpr std::string_view kLocalFile = "file";
constexpr std::string_view kUsage = "usage";
constexpr std::string_view kNotSent = "not sent";
constexpr std::string_view kFork = "fork";
constexpr std::string_view kNo = "no";

absl::Status WithOrigin(absl::Status status, std::string_view origin) {
  if (!status.ok()) status.SetPayload(ToAbsl(kOriginType), absl::Cord(ToAbsl(origin)));
  return status;
}

std::string OriginOf(const absl::Status& status) {
  const auto payload = status.GetPayload(ToAbsl(kOriginType));
  return payload.has_value() ? std::string(*payload) : "";
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status, bool changes) {
  if (status.ok()) return ExitCode::kOk;
  const std::string origin = OriginOf(status);
  if (origin == kLocalFile) return ExitCode::kLocalFile;
  if (origin == kUsage) return ExitCode::kUsage;
  if (origin == kFork) return ExitCode::kForked;
  if (origin == kNo) return ExitCode::kNegative;
  if (origin == kNotSent) return ExitCode::kUnavailable;
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kNotAllowed;
    case absl::StatusCode::kUnavailable:
      // Our servers give a reason when they turn a call away before doing any of it.
      return changes && ErrorReason(status).empty() ? ExitCode::kInDoubt : ExitCode::kUnavailable;
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return changes ? ExitCode::kInDoubt : ExitCode::kUnavailable;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kRefused;
  }
}

absl::Status LocalFileError(absl::Status status) {
  return WithOrigin(std::move(status), kLocalFile);
}

absl::Status UsageError(absl::Status status) { return WithOrigin(std::move(status), kUsage); }

absl::Status ForkError(absl::Status status) { return WithOrigin(std::move(status), kFork); }

absl::Status NegativeError(absl::Status status) { return WithOrigin(std::move(status), kNo); }

absl::Status NotSentError(absl::Status status) { return WithOrigin(std::move(status), kNotSent); }

}  // namespace qingqu::cli
