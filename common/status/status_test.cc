#include "common/status/status.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"

#include "common/base/strings.h"
#include "common/status/status_macros.h"

namespace qingqu {
namespace {

using testing::IsEmpty;

// The names are the wire contract, so the test spells them out.
template <typename Message>
Message Detail(const absl::Status& status, std::string_view name) {
  Message detail;
  const auto payload =
      status.GetPayload(ToAbsl(fmt::format("type.googleapis.com/google.rpc.{}", name)));
  EXPECT_TRUE(payload.has_value()) << name;
  if (payload) {
    EXPECT_TRUE(detail.ParseFromString(std::string(*payload)));
  }
  return detail;
}

google::rpc::BadRequest BadRequest(const absl::Status& status) {
  return Detail<google::rpc::BadRequest>(status, "BadRequest");
}

TEST(StatusTest, ErrorCarriesErrorInfo) {
  const ErrorMetadata metadata = {{"item", "items/a"}, {"available", "3"}};
  const absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, "STOCK_TOO_LOW", "order fewer", metadata);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "order fewer");
  const auto info = Detail<google::rpc::ErrorInfo>(status, "ErrorInfo");
  EXPECT_EQ(info.reason(), "STOCK_TOO_LOW");
  EXPECT_EQ(info.domain(), "qingqu");
  EXPECT_EQ(info.metadata().at("available"), "3");
  EXPECT_EQ(ErrorReason(status), "STOCK_TOO_LOW");
  EXPECT_EQ(ErrorDetails(status), metadata);
}

TEST(StatusTest, OtherStatusesHaveNoReason) {
  absl::Status malformed = absl::InternalError("x");
  malformed.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xFF\xFF"));
  google::rpc::ErrorInfo foreign_info;
  foreign_info.set_reason("SERVICE_DISABLED");
  foreign_info.set_domain("googleapis.com");
  (*foreign_info.mutable_metadata())["service"] = "x";
  absl::Status foreign = absl::InternalError("x");
  foreign.SetPayload("type.googleapis.com/google.rpc.ErrorInfo",
                     absl::Cord(foreign_info.SerializeAsString()));
  for (const absl::Status& status :
       {absl::OkStatus(), absl::InternalError("x"), malformed, foreign}) {
    EXPECT_EQ(ErrorReason(status), "") << status;
    EXPECT_THAT(ErrorDetails(status), IsEmpty()) << status;
  }
}

TEST(StatusTest, TextThatIsNotUtf8IsEscaped) {
  const absl::Status status =
      MakeError(absl::StatusCode::kInternal, "BROKEN", "a\xFF", {{"key\x80", "药\xC0"}});
  EXPECT_EQ(status.message(), "a\\xff");
  EXPECT_THAT(ErrorDetails(status), testing::SizeIs(1));
  for (const auto& [name, value] : ErrorDetails(status)) {
    EXPECT_EQ(name, "key\\x80");
    EXPECT_TRUE(IsStorableText(value)) << value;
  }
  const auto violation = BadRequest(InvalidField("name\xFF", "bad \x80")).field_violations(0);
  EXPECT_EQ(violation.field(), "name\\xff");
  EXPECT_EQ(violation.description(), "bad \\x80");
}

TEST(StatusTest, AnErrorIsNeverOk) {
  EXPECT_DEATH(MakeError(absl::StatusCode::kOk, "FINE", "").IgnoreError(), "check failed");
}

TEST(StatusTest, RetryDelayJoinsTheOtherDetails) {
  const absl::Status status =
      WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "OVERLOADED", "try later"),
                     absl::Milliseconds(1250));
  EXPECT_EQ(ErrorReason(status), "OVERLOADED");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  const auto delay = Detail<google::rpc::RetryInfo>(status, "RetryInfo").retry_delay();
  EXPECT_EQ(delay.seconds(), 1);
  EXPECT_EQ(delay.nanos(), 250'000'000);
}

TEST(StatusTest, RetryDelayIsAlwaysAValidDuration) {
  const auto delay_of = [](absl::Duration delay) {
    const absl::Status status = WithRetryDelay(absl::UnavailableError("x"), delay);
    return Detail<google::rpc::RetryInfo>(status, "RetryInfo").retry_delay();
  };
  EXPECT_EQ(delay_of(-absl::Seconds(5)).seconds(), 0);
  EXPECT_EQ(delay_of(-absl::Nanoseconds(5)).nanos(), 0);
  EXPECT_EQ(delay_of(absl::InfiniteDuration()).seconds(), 315'576'000'000);
  EXPECT_EQ(delay_of(absl::InfiniteDuration()).nanos(), 0);
  EXPECT_EQ(delay_of(absl::Nanoseconds(999'999'999)).nanos(), 999'999'999);
  EXPECT_TRUE(WithRetryDelay(absl::OkStatus(), absl::Seconds(1)).ok());
}

TEST(StatusTest, NoViolationIsOk) {
  FieldViolations violations;
  violations.AddIfError("name", absl::OkStatus());
  EXPECT_TRUE(violations.empty());
  EXPECT_TRUE(violations.ToStatus().ok());
}

TEST(StatusTest, ViolationsAreReportedTogether) {
  FieldViolations violations;
  violations.Add("lines[3].quantity", "must be positive");
  violations.AddIfError("site", absl::NotFoundError("there is no such site"));
  EXPECT_FALSE(violations.empty());
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "lines[3].quantity: must be positive (and 1 more)");
  EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
  const google::rpc::BadRequest bad_request = BadRequest(status);
  ASSERT_EQ(bad_request.field_violations_size(), 2);
  EXPECT_EQ(bad_request.field_violations(0).field(), "lines[3].quantity");
  EXPECT_EQ(bad_request.field_violations(0).description(), "must be positive");
  EXPECT_EQ(bad_request.field_violations(1).field(), "site");
  EXPECT_EQ(bad_request.field_violations(1).description(), "there is no such site");
}

TEST(StatusTest, InvalidFieldIsOneViolation) {
  const absl::Status status = InvalidField("name", "must not be empty");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "name: must not be empty");
  EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
  EXPECT_EQ(BadRequest(status).field_violations_size(), 1);
}

TEST(StatusTest, ViolationsAreLimitedInNumber) {
  FieldViolations violations;
  for (int line = 0; line < 250; ++line) violations.Add(fmt::format("lines[{}]", line), "wrong");
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.message(), "lines[0]: wrong (and 249 more)");
  ASSERT_EQ(BadRequest(status).field_violations_size(), 100);
  EXPECT_EQ(BadRequest(status).field_violations(99).field(), "lines[99]");
}

// gRPC refuses an answer whose metadata, which hold the details, exceed 8 KiB.
TEST(StatusTest, ViolationsAreLimitedInSize) {
  FieldViolations violations;
  for (int line = 0; line < 100; ++line) {
    violations.Add(fmt::format("lines[{:02}]", line), std::string(400, 'x'));
  }
  const google::rpc::BadRequest bad_request = BadRequest(violations.ToStatus());
  EXPECT_EQ(bad_request.field_violations_size(), 10);
  EXPECT_LT(bad_request.ByteSizeLong(), 4200u);
}

TEST(StatusTest, OneLongViolationIsKept) {
  const absl::Status status = InvalidField("name", std::string(5000, 'x'));
  EXPECT_EQ(BadRequest(status).field_violations_size(), 1);
}

absl::Status ReturnFirstError(const absl::Status& first, const absl::Status& second) {
  QINGQU_RETURN_IF_ERROR(first);
  QINGQU_RETURN_IF_ERROR(second);
  return absl::OkStatus();
}

absl::StatusOr<int> AddBoth(absl::StatusOr<int> left, absl::StatusOr<std::unique_ptr<int>> right) {
  QINGQU_ASSIGN_OR_RETURN(const int left_value, std::move(left));
  QINGQU_ASSIGN_OR_RETURN(const std::unique_ptr<int> right_value, std::move(right));
  return left_value + *right_value;
}

TEST(StatusMacrosTest, ReturnIfError) {
  EXPECT_TRUE(ReturnFirstError(absl::OkStatus(), absl::OkStatus()).ok());
  EXPECT_EQ(ReturnFirstError(absl::AbortedError("a"), absl::InternalError("b")).message(), "a");
  const absl::Status error = InvalidField("name", "wrong");
  EXPECT_EQ(ReturnFirstError(absl::OkStatus(), error), error);
}

TEST(StatusMacrosTest, AssignOrReturn) {
  EXPECT_EQ(AddBoth(2, std::make_unique<int>(3)).value(), 5);
  const absl::Status error = InvalidField("name", "wrong");
  EXPECT_EQ(AddBoth(error, std::make_unique<int>(3)).status(), error);
  EXPECT_EQ(AddBoth(2, error).status(), error);
}

}  // namespace
}  // namespace qingqu
