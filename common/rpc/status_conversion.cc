#include "common/rpc/status_conversion.h"

#include <string>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "common/base/strings.h"
#include "common/status/status.h"

namespace qingqu::rpc {
namespace {

constexpr std::string_view kErrorInfoType = "type.googleapis.com/google.rpc.ErrorInfo";

bool HidesText(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return true;
    case absl::StatusCode::kUnknown:
      return ErrorReason(status).empty();
    default:
      return false;
  }
}

std::string WithoutInternalMetadata(std::string_view type, std::string value) {
  if (type != kErrorInfoType) return value;
  google::rpc::ErrorInfo info;
  if (!info.ParseFromString(value) || info.metadata().count("internal") == 0) return value;
  info.mutable_metadata()->erase("internal");
  return info.SerializeAsString();
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  if (HidesText(status)) {
    return {code, "the service failed inside; it is logged with the request id"};
  }
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    google::protobuf::Any& any = *details.add_details();
    any.set_type_url(std::string(type));
    any.set_value(WithoutInternalMetadata(ToStd(type), std::string(payload)));
  });
  return {code, std::string(status.message()), details.SerializeAsString()};
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : details.details()) {
      result.SetPayload(any.type_url(), absl::Cord(any.value()));
    }
  }
  return result;
}

}  // namespace qingqu::rpc
